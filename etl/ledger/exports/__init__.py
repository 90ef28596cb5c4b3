"""Exports that follow one another: newer, repeated, copied, lists of open items."""
