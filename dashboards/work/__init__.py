"""What to do today about whom, with what it is worth, and the letters that go with it."""
