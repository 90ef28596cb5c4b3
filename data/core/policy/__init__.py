"""The policy: the numbers that a company chooses for itself, each from a day on and by whom."""
