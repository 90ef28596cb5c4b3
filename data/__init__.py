"""What is known: the tables, the engine that answers questions about them, the published states."""
