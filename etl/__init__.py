"""How data comes in: from export files to a published state."""
