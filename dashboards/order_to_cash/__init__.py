"""Order to cash: how long each step takes."""
