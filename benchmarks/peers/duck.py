"""Plain DuckDB over the same files: the natural peer, since it is what Tandem computes with.

`read` and `ask` run in a child process (see `benchmarks.child`), which keeps the connection.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.peers.prepared import TABLES, prepared
from benchmarks.works import WORKS, window_of

_ALIVE = "o.opened_on <= d.as_of and o.closed_on > d.as_of"
_open: list[duckdb.DuckDBPyConnection] = []


def read(plain: Path, spill: Path, tables: bool = False) -> float:
    """Open the plain tables, and make `TABLES` beside them; return the seconds it took.

    plain: as `benchmarks.loads.copy_once` leaves it. spill: a folder for what memory cannot hold.
    """
    start = time.perf_counter()
    connection = duckdb.connect(str(plain), read_only=not tables)
    connection.execute("set temp_directory = ?", [str(spill)])
    connection.execute("set memory_limit = '50%'")
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
    (work,) = (w for w in WORKS if w.name == name)
    sql = (prepared(name, _ALIVE) if tables else work.sql).format(
        day="cast($day as date)", window="cast($window as date)"
    )
    values = {"day": work.days[-1], "window": window_of(work.days[-1])}
    used = {key: value for key, value in values.items() if f"${key}" in sql}
    start = time.perf_counter()
    found = _open[0].execute(sql, used)
    rows = found.fetchall()
    seconds = time.perf_counter() - start
    names = [column[0] for column in found.description or ()]
    return seconds, [dict(zip(names, row, strict=True)) for row in rows]
