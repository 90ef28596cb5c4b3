"""Aging."""
