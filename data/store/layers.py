"""A state that lies over another: what people said changed a few rows, and only these are written.

Its file holds these rows, the customers and the markets whose rows they take the place of, and
the name of the state's file beneath, which is whole: no state lies over one that lies over another.
Tables are read as views that put the two together under the names of both, so that nobody who asks
can tell. A load starts from the whole one, and makes a whole one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from data.store.schema import TABLES

#: What is replaced: table of its numbers -> their column, with type.
CHANGED = {
    "changed_customers": ("customer", "varchar"),
    "changed_documents": ("document_key", "bigint"),
    "changed_markets": ("market", "integer"),
    # what settles these documents changed, and with it what stands in the cubes of their cells
    "changed_settled": ("document_key", "bigint"),
    "changed_cells": ("cell", "integer"),
}
#: table -> by which of these its rows are replaced, and the column that has them. Large tables are
#: asked by number, which costs less than half of what names do; the cubes that are added up by
#: market have no customers.
REPLACED = {
    "customers": ("changed_customers", "customer_id"),
    "cells": ("changed_customers", "customer"),
    "documents": ("changed_documents", "document_key"),
    "open_items": ("changed_documents", "document_key"),
    "returned_invoices": ("changed_documents", "document_key"),
    "matches": ("changed_settled", "debit_key"),
    "month_debtors": ("changed_cells", "cell"),
    "month_sales": ("changed_cells", "cell"),
    "month_payments": ("changed_cells", "cell"),
    "markets": ("changed_markets", "market"),
    "month_items": ("changed_markets", "market"),
    "market_sales": ("changed_markets", "market"),
    "market_payments": ("changed_markets", "market"),
}
#: What is said of the state as a whole is written as a whole.
WHOLE = ("findings", "about")
BENEATH = "beneath"
BLOCK = 16_384
"""Bytes that a file grows by: a sixteenth of the usual, for a few rows in many tables."""


def create(connection: duckdb.DuckDBPyConnection, beneath: str) -> None:
    """Create the tables of such a state, empty; beneath: the name of the file it lies over."""
    for table in (*REPLACED, *WHOLE):
        connection.execute(TABLES[table].create())
    for name, (column, kind) in CHANGED.items():
        connection.execute(f"create table {name} ({column} {kind})")
    connection.execute(f"create table {BENEATH} as select $name as name", {"name": beneath})


def read(table: str, own: str, below: str) -> str:
    """Return the SELECT of a table; own, below: the names under which both files are attached."""
    if table in WHOLE:
        return f"select * from {own}.{table}"
    if table not in REPLACED:
        return f"select * from {below}.{table}"
    changed, column = REPLACED[table]
    return (
        f"select t.* from {below}.{table} as t"
        f" anti join {own}.{changed} as x on x.{CHANGED[changed][0]} = t.{column}"
        f" union all by name select * from {own}.{table}"
    )


def connected(path: Path) -> tuple[duckdb.DuckDBPyConnection, Path | None]:
    """Return a connection on which the tables of the state in `path` have their names.

    And the file that the state lies over; None: it is whole. Raises `duckdb.Error` where one of
    them cannot be read.
    """
    connection = duckdb.connect(str(path), read_only=True)
    try:
        below = _beneath(connection, path)
        if below is not None:
            connection.close()  # a file is not opened twice
            connection = duckdb.connect()
            _lay(connection, path, below, "")
    except duckdb.Error:
        connection.close()
        raise
    return connection, below


def _beneath(connection: duckdb.DuckDBPyConnection, path: Path) -> Path | None:
    try:
        found = connection.execute(f"select name from {BENEATH}").fetchall()
    except duckdb.CatalogException:  # a whole state has no such table
        return None
    return path.with_name(Path(found[0][0]).name)


def attach(
    connection: duckdb.DuckDBPyConnection, path: Path, below: Path | None, name: str
) -> None:
    """Let `connection` read the tables of the state in `path`, over `below`, as `name.table`.

    Raises `duckdb.Error` where they cannot be read.
    """
    if below is None:
        connection.execute(f"attach {quoted(path)} as {name} (read_only)")
        return
    connection.execute(f"create schema {name}")
    _lay(connection, path, below, f"{name}.")


def _lay(connection: duckdb.DuckDBPyConnection, path: Path, below: Path, prefix: str) -> None:
    connection.execute(f"attach {quoted(path)} as own_rows (read_only)")
    connection.execute(f"attach {quoted(below)} as below_rows (read_only)")
    names, own = (
        {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = $name",
                {"name": name},
            ).fetchall()
        }
        for name in ("below_rows", "own_rows")
    )
    for table in sorted(names):
        # a state of an earlier version may lie over fewer tables
        there = table in own
        sql = read(table, "own_rows", "below_rows") if there else f"from below_rows.{table}"
        connection.execute(f"create view {prefix}{table} as {sql}")


def quoted(path: Path) -> str:
    """Return a path as SQL writes a text."""
    return "'" + str(path).replace("'", "''") + "'"
