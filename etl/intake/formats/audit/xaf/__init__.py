"""XAF, the Dutch audit file."""
