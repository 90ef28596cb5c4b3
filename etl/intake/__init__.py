"""A file -> staged rows; knows no books."""
