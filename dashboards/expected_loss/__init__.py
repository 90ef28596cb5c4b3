"""Expected loss: the provision matrix, what stands behind it, its movement, and what is signed."""
