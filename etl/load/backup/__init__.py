"""A store in one file, and the way back from it."""
