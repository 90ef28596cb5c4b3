"""The run: look, read, load, report."""
