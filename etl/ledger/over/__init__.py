"""What people say of a state, laid over it."""
