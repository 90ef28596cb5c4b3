"""Statements of DuckDB, kept parsed: loads and pages ask the same few hundred again and again.

To parse a statement takes DuckDB a fifth to a quarter of what it takes to answer it over few rows.
It is planned anew each time, for the tables and values decide how.
"""

from __future__ import annotations

from threading import Lock

import duckdb
from cachetools import LRUCache, cached

#: Characters of all that are kept: a load runs some three hundred statements, and the pages ask
#: some thousand, by what is filtered. Parsed, each takes forty times as much memory as its text.
_MOST = 2_500_000
_kept: LRUCache[str, duckdb.Statement] = LRUCache(_MOST, lambda one: len(one.query))


@cached(_kept, key=lambda sql: sql, lock=Lock())
def parsed(sql: str) -> duckdb.Statement:
    """Return one statement, parsed, for any connection; ValueError where there are several."""
    (found,) = duckdb.extract_statements(sql)
    return found
