"""What the command line prints of loads, removals and what is loaded."""
