"""Presets for the exports of packages, credit reports and credit insurers."""
