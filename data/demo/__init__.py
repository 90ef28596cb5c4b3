"""The invented company whose exports every newcomer, tutorial and test loads: see company.py."""
