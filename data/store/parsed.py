"""Statements of DuckDB, kept parsed: loads and pages ask the same few hundred again and again.

To parse a statement takes DuckDB a fifth to a quarter of what it takes to answer it over few rows.
It is planned anew each time, for the tables and values decide how.
"""

from __future__ import annotations

from functools import lru_cache

import duckdb

#: How many are kept: a load runs some three hundred, and the pages ask some hundred.
_KEPT = 1000


@lru_cache(_KEPT)
def parsed(sql: str) -> duckdb.Statement:
    """Return one statement, parsed, for any connection; ValueError where there are several."""
    (found,) = duckdb.extract_statements(sql)
    return found
