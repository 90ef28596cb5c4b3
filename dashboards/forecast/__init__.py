"""What will come in."""
