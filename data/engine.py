"""SQL and parameters in, an Arrow table out.

The one place that knows which engine answers. Everything above speaks DuckDB's dialect with
named parameters (`$as_of`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
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

        `parameters` may hold more than `sql` names; values are bound, never pasted.
        DECIMAL stays DECIMAL. Safe to call from several threads.
        """
        ...


class DuckDBEngine:
    """Answers from a DuckDB connection; each call has a cursor of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Answer from `connection`, which stays the caller's to close."""
        self._connection = connection

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """See `Engine.query`."""
        named = set(_PARAMETER.findall(sql))
        bound = {k: v for k, v in (parameters or {}).items() if k in named}
        with self._connection.cursor() as cursor:
            # not cursor.sql(): that plans each statement twice
            return cursor.execute(sql, bound).to_arrow_table()


class EngineError(Exception):
    """An engine cannot answer; the message says why and what to do."""
