"""What waiting for money costs, and whose wait it is."""
