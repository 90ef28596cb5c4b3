"""Rows of many small files, inserted together.

To insert one row takes DuckDB as long as a thousand: a folder of e-invoices would spend most of
its time so. What is gathered here is in no table yet; the reader of the files inserts it before
the transaction ends (see etl/load/read.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa

from data.store.schema import STAGED_DOCUMENTS, TABLES
from etl.intake.staged import has_columns
from etl.sql import Connection, run

_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
}


class Gathered:
    """Rows of staged tables, by table, in the order in which they came."""

    def __init__(self) -> None:
        """Start with no rows."""
        self._rows: dict[str, list[Mapping[str, object]]] = {}

    def add(self, table: str, row: Mapping[str, object]) -> None:
        """Keep a row of our columns -> values; its `file_id` is among them."""
        self._rows.setdefault(table, []).append(row)

    def drop_files(self, first_id: int) -> None:
        """Forget the rows of files from `first_id` on."""
        for table, kept in self._rows.items():
            self._rows[table] = [r for r in kept if _file_id(r) < first_id]

    def insert(self, connection: Connection) -> None:
        """Insert all rows into their tables, and forget them."""
        for table, kept in self._rows.items():
            types = {c.name: _type(c.type) for c in TABLES[table].columns}
            # what no row says stays null, and may be no column yet
            names = [n for n in types if any(row.get(n) is not None for row in kept)]
            if not names:
                continue
            if table == STAGED_DOCUMENTS.name:
                has_columns(connection, names)
            found = pa.Table.from_arrays(
                [pa.array([row.get(n) for row in kept], types[n]) for n in names], names
            )
            connection.register("gathered_rows", found)
            try:
                run(connection, f"insert into {table} by name select * from gathered_rows")
            finally:
                connection.unregister("gathered_rows")
        self._rows.clear()


def _file_id(row: Mapping[str, object]) -> int:
    found = row["file_id"]
    assert isinstance(found, int)  # noqa: S101 - tells the type checker
    return found


def _type(name: str) -> pa.DataType:
    """Return Arrow's name for the type of a column.

    >>> _type("DECIMAL(18,2)"), _type("DATE")
    (Decimal128Type(decimal128(18, 2)), DataType(date32[day]))
    """
    money = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", name)
    return pa.decimal128(int(money[1]), int(money[2])) if money else _TYPES[name]
