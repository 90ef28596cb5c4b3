"""People: who may come in, what they may see, and what was done by whom."""
