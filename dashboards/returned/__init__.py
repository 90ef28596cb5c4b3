"""What deals returned after the cost of credit."""
