"""Which payment settles which invoice."""
