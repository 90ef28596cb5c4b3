"""What changed since the last working day, or any earlier day."""
