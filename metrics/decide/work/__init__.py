"""What to do today about whom: chances, worth, rules and reasons."""
