"""FEC, the French audit file."""
