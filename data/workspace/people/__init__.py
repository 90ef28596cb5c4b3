"""Who may come in: accounts, their sessions, and what was done by whom."""
