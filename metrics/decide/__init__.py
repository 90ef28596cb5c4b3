"""What the policy and the law say of one case: pure rules, from values to values."""
