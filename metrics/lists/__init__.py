"""What pages show row by row, and what stands behind a cell."""
