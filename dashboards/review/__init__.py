"""The month, for the people who decide."""
