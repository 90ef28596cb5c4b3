"""DATEV, the German exchange format."""
