"""Runs statements of the load pipeline with bound values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import duckdb

from data.store.parsed import parsed

Connection = duckdb.DuckDBPyConnection


class SharedTransactionError(Exception):
    """Something cannot be done inside a transaction that others share."""


class Step(NamedTuple):
    """One relation: its name, and the SELECT that makes it from tables and earlier steps."""

    name: str
    sql: str


def run(connection: Connection, sql: str, **values: object) -> None:
    """Run one statement whose `$names` are bound to `values`."""
    connection.execute(parsed(sql), values or None)


def rows(connection: Connection, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """Run one statement and return all its rows."""
    return connection.execute(parsed(sql), values or None).fetchall()


def number(connection: Connection, sql: str, **values: object) -> int:
    """Run a statement that answers with one whole number; null counts as 0."""
    # fetched whole: a result with rows left to fetch would block the connection
    found = connection.execute(parsed(sql), values or None).fetchall()
    return int(found[0][0] or 0) if found else 0


@contextmanager
def in_order(connection: Connection) -> Iterator[None]:
    """Let tables made meanwhile keep the order of what they are made from.

    Only so are the lines of a file numbered by `rowid`. Elsewhere a load lets DuckDB write rows in
    any order: that takes less memory, and nothing is compressed twice. Inside a transaction
    `rowid` counts from elsewhere: raises `SharedTransactionError` there.
    """
    try:
        connection.begin()
    except duckdb.TransactionException as error:
        raise SharedTransactionError from error
    connection.rollback()
    setting = "preserve_insertion_order"
    before = bool(rows(connection, f"select current_setting('{setting}')")[0][0])
    run(connection, f"set {setting} = true")
    try:
        yield
    finally:
        run(connection, f"set {setting} = {before}")
