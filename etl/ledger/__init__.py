"""Staged rows -> the books; knows no files."""
