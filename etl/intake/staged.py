"""The staged tables of a state in the making.

Few files fill all columns of `staged_documents`. Those that no file of the state fills are
generated: they are read as null, and take neither room nor time. `has_columns` makes them columns
like the others, before the first file that fills them.
"""

from __future__ import annotations

from collections.abc import Iterable

from data.store.schema import STAGED, STAGED_DOCUMENTS
from etl.sql import Connection, rows, run

#: Columns that nearly every file fills.
_USUAL = frozenset(
    ("file_id", "line", "ledger", "customer_id", "document_id", "kind", "issued_on", "due_on",
     "amount")
)  # fmt: skip


def create_staged(connection: Connection) -> None:
    """Create the staged tables that there are not yet: all of them, in an empty database."""
    for table in STAGED:
        if table is not STAGED_DOCUMENTS:
            run(connection, table.create("create table if not exists"))
    columns = ", ".join(
        f'"{c.name}" {c.type}'
        + ("" if c.name in _USUAL else f" generated always as (null::{c.type}) virtual")
        for c in STAGED_DOCUMENTS.columns
    )
    run(connection, f"create table if not exists {STAGED_DOCUMENTS.name} ({columns})")


def has_columns(connection: Connection, names: Iterable[str]) -> None:
    """Let these columns of `staged_documents` be filled; rows that are there have null in them."""
    for name, type_ in _generated(connection, names):
        run(connection, f'alter table {STAGED_DOCUMENTS.name} drop column "{name}"')
        run(connection, f'alter table {STAGED_DOCUMENTS.name} add column "{name}" {type_}')


def filled_columns(connection: Connection) -> list[str]:
    """Return the columns of `staged_documents` that can be filled."""
    none = {name for name, _ in _generated(connection, STAGED_DOCUMENTS.names)}
    return [name for name in STAGED_DOCUMENTS.names if name not in none]


def _generated(connection: Connection, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the generated ones among these columns, with their types."""
    found = rows(
        connection,
        # no column of ours has a default: where there is one, it is what a column is generated
        # from. This table alone is asked about, since a folder of small files asks for each
        "select name, type from pragma_table_info($table)"
        " where dflt_value is not null and list_contains($names, name)",
        table=STAGED_DOCUMENTS.name,
        names=list(names),
    )
    return [(str(name), str(type_)) for name, type_ in found]
