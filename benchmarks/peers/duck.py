"""Plain DuckDB over the same files: the natural peer, since it is what Tandem computes with.

`read` and `ask` run in a child process (see `benchmarks.child`), which keeps the connection.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.peers.prepared import TABLES, prepared
from benchmarks.works import named, window_of

_ALIVE = "o.opened_on <= d.as_of and o.closed_on > d.as_of"
_open: list[duckdb.DuckDBPyConnection] = []


def connected(plain: Path, spill: Path, writes: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the plain tables as `benchmarks.loads.copy_once` leaves them.

    spill: a folder for what memory cannot hold.
    """
    connection = duckdb.connect(str(plain), read_only=not writes)
    connection.execute("set temp_directory = ?", [str(spill)])
    connection.execute("set memory_limit = '50%'")
    return connection


def answered(
    connection: duckdb.DuckDBPyConnection, sql: str, day: date
) -> tuple[float, list[dict[str, Any]]]:
    """Answer a statement with {day} and {window}; return the seconds it took, and the rows."""
    bound = sql.format(day="cast($day as date)", window="cast($window as date)")
    values = {"day": day, "window": window_of(day)}
    used = {key: value for key, value in values.items() if f"${key}" in bound}
    start = time.perf_counter()
    found = connection.execute(bound, used)
    rows = found.fetchall()
    seconds = time.perf_counter() - start
    names = [column[0] for column in found.description or ()]
    return seconds, [dict(zip(names, row, strict=True)) for row in rows]


def read(plain: Path, spill: Path, tables: bool = False) -> float:
    """Open the plain tables, and make `TABLES` beside them; return the seconds it took."""
    start = time.perf_counter()
    connection = connected(plain, spill, writes=tables)
    if tables:
        for name, sql in TABLES.items():
            connection.execute(f"create or replace table {name} as {sql}")
        connection.execute("checkpoint")
    _open[:] = [connection]
    return time.perf_counter() - start


def ask(name: str, tables: bool = False) -> tuple[float, list[dict[str, Any]]]:
    """Answer one of `WORKS`; return the seconds it took, and the rows.

    tables: from the tables made beforehand, else by the SQL of who joins for each question.
    """
    work = named(name)
    return answered(_open[0], prepared(work, _ALIVE) if tables else work.sql, work.days[-1])
