"""Where a state lives, and who answers questions about it."""
