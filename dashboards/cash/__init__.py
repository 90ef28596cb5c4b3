"""Cash application."""
