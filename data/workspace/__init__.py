"""What people say, kept beside the states and never overwritten."""
