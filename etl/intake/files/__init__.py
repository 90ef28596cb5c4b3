"""Bytes and cells: encodings, delimited text, workbooks, web pages, XML."""
