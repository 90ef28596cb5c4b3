"""SQL and parameters in, an Arrow table out.

The one place that knows which engine answers. Everything above speaks DuckDB's dialect with
named parameters (`$as_of`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

import duckdb
import pyarrow as pa

#: DuckDB recommends cursor.sql(), which plans twice what a page asks; large answers cost the same.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)

_PARAMETER = re.compile(r"\$([a-z_][a-z_0-9]*)")


class Engine(Protocol):
    """What answers a question about a published state."""

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one statement and return the whole result.

        `parameters` may hold more than `sql` names; values are bound, never pasted. A list stands
        for the values after `in`.
        DECIMAL stays DECIMAL. Safe to call from several threads.
        """
        ...


#: A filter, as the ledger writes it. DuckDB makes comparisons of `in`, and each of them for every
#: row; the place in a list it finds once for every value in a column's dictionary, which saves up
#: to a third of a scan. Customers are too many for a dictionary.
_FILTER = re.compile(r"(\w+\.(?!customer)\w+) in (\$w_\w+)")
_PLACED = r"list_position(\2, \1) > 0"

#: Statements that an engine keeps parsed: the pages ask some hundred, with other values each time.
_KEPT = 1000


class DuckDBEngine:
    """Answers from a DuckDB connection; each call has a cursor of its own.

    DuckDB takes a quarter of a small question's time to parse it, so what was asked once is kept
    parsed. It is planned anew each time, for the values decide which rows are read at all.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Answer from `connection`, which stays the caller's to close."""
        self._connection = connection
        self._parsed = lru_cache(_KEPT)(self._parse)

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """See `Engine.query`."""
        named = set(_PARAMETER.findall(sql))
        bound = {k: v for k, v in (parameters or {}).items() if k in named}
        (statement,) = self._parsed(sql)
        with self._connection.cursor() as cursor:
            # not cursor.sql(): that plans each statement twice
            return cursor.execute(statement, bound).to_arrow_table()

    def _parse(self, sql: str) -> list[duckdb.Statement]:
        return self._connection.extract_statements(_FILTER.sub(_PLACED, sql))


class EngineError(Exception):
    """An engine cannot answer; the message says why and what to do."""
