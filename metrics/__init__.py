"""What the figures mean: definitions in SQL, without files, web, clock or engine."""
