"""Dated reference data, each file with its source: see README.md in this folder."""
