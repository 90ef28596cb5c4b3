"""A folder that loads itself: what arrives whole in it, and what becomes of each file."""
