"""The source formats: one format, one file."""
