"""What of the receivables is expected to be lost: roll rates, the allowance, and how it moved."""
