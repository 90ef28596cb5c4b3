"""Which rows stand under the names of tables while a state is laid over another.

What adds up customer by customer is asked about the customers that change alone: once of the rows
that they had, once of those that are written anew.
"""

from __future__ import annotations

from data.store.layers import WHOLE, read
from data.store.schema import TABLES
from etl.sql import Connection, run

#: Tables by customer, with what tells whose a row is.
_OF_CUSTOMERS = {
    "customers": "customer_id in (from state.changed_customers)",
    "documents": "document_key in (from state.changed_documents)",
    "open_items": "document_key in (from state.changed_documents)",
    "returned_invoices": "document_key in (from state.changed_documents)",
    "instalments": "document_key in (from state.changed_documents)",
    "matches": "debit_key in (from state.changed_documents)",
}


def both(table: str) -> str:
    """Return the SELECT of a table as who reads the state will see it."""
    return read(table, "state", "below")


def name_all(connection: Connection) -> None:
    """Let each table have its name, as who reads the state will see it."""
    for table in TABLES:
        if table not in WHOLE:
            run(connection, f"create or replace temp view {table} as {both(table)}")


def keep_before(connection: Connection) -> None:
    """Make `was_...`, the rows that the customers that change had, from what is said to change."""
    for table, whose in _OF_CUSTOMERS.items():
        run(
            connection,
            f"create or replace temp table was_{table} as from below.{table} where {whose}",
        )


def name_before(connection: Connection) -> None:
    """Let the rows stand there that the customers that change had."""
    for table in _OF_CUSTOMERS:
        run(connection, f"create or replace temp view {table} as from was_{table}")


def name_anew(connection: Connection) -> None:
    """Let the rows stand there that they have now."""
    for table in ("customers", "documents", "open_items", "returned_invoices"):
        run(connection, f"create or replace temp view {table} as from state.{table}")
    run(connection, "create or replace temp view instalments as from was_instalments")
    run(
        connection,
        """
        create or replace temp view matches as
        from state.matches union all
        from was_matches where debit_key not in (from state.changed_settled)
        """,
    )
