"""One format, one file; `catalogue.py` lists them all."""
