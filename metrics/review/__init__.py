"""What changed between two days, and why."""
