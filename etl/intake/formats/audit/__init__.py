"""Ledgers and audit files, a folder for each family."""
