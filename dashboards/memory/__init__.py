"""Promises, disputes and what ends soon, of all customers."""
