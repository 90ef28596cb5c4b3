"""What a person should look at: one subject, one file."""
