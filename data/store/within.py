"""A published state as somebody sees it who sees some of the customers only.

The tables are there under their names, as views that hold what belongs to these customers: no
statement, whoever wrote it, reaches the others. Cubes know markets and not customers: they are not
there (`Engine.cubes`), and everything is added up from the rows.

What a limit is shared by is seen whole or not at all: where a customer's group has customers, or
books, that this reader does not see, its limits are unknown, for what is left of them would be
wrong.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import duckdb

from data.core.dimensions import DIMENSIONS
from data.core.errors import StoreError
from data.core.rights import Scope
from data.core.texts import N_
from data.store import layers
from data.store.engine import DuckDBEngine
from data.store.months import MONTHS
from data.store.schema import CUBES, STAGED, TABLES
from data.store.state import State

BOOKS = "company"
"""The dimension that tells books apart, and not customers."""
_OF_CUSTOMERS = ("documents", "open_items", "returned_invoices")
_OF_DOCUMENTS = {"instalments": ("document_key",), "matches": ("debit_key", "credit_key")}
#: What a file comes to concerns all books.
_UNKNOWN = ", ".join(
    f"cast(null as {kind}) as {name}"
    for name, kind in (("control_total", "decimal(18, 2)"), ("carried", "decimal(18, 2)"))
)
_NOT_THERE = {t.name for t in (*CUBES, *STAGED)} - {"cells", "files"}
#: What is said of all files together.
_EMPTY = ("findings",)


class ScopedEngine(DuckDBEngine):
    """Answers from the part of a state that belongs to some customers."""

    cubes: ClassVar[bool] = False

    @cached_property
    def customers(self) -> frozenset[str]:
        """Whose part it is."""
        return self._names("select customer from own_customer")

    @cached_property
    def shared(self) -> frozenset[str]:
        """Those of them whose group is not seen whole."""
        return self._names("select customer from own_customer where shared")

    def _names(self, sql: str) -> frozenset[str]:
        return frozenset(self.query(sql).column(0).to_pylist())


def within(state: State, scope: Scope) -> State:
    """Return `state` as somebody sees it who sees the customers of `scope` only.

    Raises `StoreError` where it is not kept in DuckDB.
    """
    if not isinstance(state.engine, DuckDBEngine):
        raise StoreError(
            N_("A cluster shows all customers to everybody."),
            N_("Who may see some of them only reads from the store on one machine."),
        )
    connection = duckdb.connect()
    layers.attach(connection, state.path, state.beneath, "books")
    _own(connection, scope)
    for table in TABLES:
        if table not in _NOT_THERE:
            connection.execute(f"create view {table} as {_view(table, scope)}")
    with suppress(duckdb.CatalogException):  # nothing was reported yet
        connection.execute(f"create view {MONTHS.name} as from books.{MONTHS.name}")
    # it is told from the whole, and from other parts, by its path wherever answers are kept
    return State(state.number, Path(f"{state.path}#{scope.text}"), ScopedEngine(connection))


def _own(connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Make `own_customer`, and `scope`: dimension -> values."""
    connection.execute("create table scope (name varchar, value varchar)")
    connection.executemany(
        "insert into scope values (?, ?)",
        [(name, value) for name, values in scope.where for value in values],
    )
    every = " and ".join(_among(name) for name, _ in scope.where)
    of_customer = " and ".join(
        _among(name) for name, _ in scope.where if DIMENSIONS[name].of != "document"
    )
    alone = f"union select customer_id from books.customers where {of_customer}"
    if BOOKS in dict(scope.where):
        alone = ""  # without documents a customer is in nobody's books
    books = f"or not {_among(BOOKS)}" if BOOKS in dict(scope.where) else ""
    connection.execute(
        f"""
        create table own_customer as
        with own as (select customer from books.cells where {every} {alone}),
        hidden as (
            select customer_group from books.customers
            where customer_id not in (select customer from own)
            union
            select customer_group from books.cells where false {books}
        )
        select c.customer_id as customer, c.customer_group in (from hidden) as shared
        from books.customers as c where c.customer_id in (select customer from own)
        """
    )


def _among(name: str) -> str:
    return f"{name} in (select value from scope where scope.name = '{name}')"


def _view(table: str, scope: Scope) -> str:
    own = "in (select customer from own_customer)"
    books = f" and {_among(BOOKS)}" if BOOKS in dict(scope.where) else ""
    if table == "customers":
        shared = "customer_id in (select customer from own_customer where shared)"
        hidden = ", ".join(
            f"case when not {shared} then {name} end as {name}"
            for name in ("credit_limit", "insured_limit")
        )
        return f"select * replace ({hidden}) from books.customers where customer_id {own}"
    if table == "belongs":
        return f"select * from books.belongs where customer {own} and holder {own}"
    if table in (*_OF_CUSTOMERS, "cells"):
        return f"select * from books.{table} where customer {own}{books}"
    if table in _OF_DOCUMENTS:
        keys = " and ".join(
            f"{key} in (select document_key from documents)" for key in _OF_DOCUMENTS[table]
        )
        return f"select * from books.{table} where {keys}"
    if table == "about":
        return """
            select * replace (
                (select count(*) from documents) as documents,
                (select coalesce(sum(amount), 0) from documents) as ledger_balance,
                '{}' as report)
            from books.about
        """
    if table == "files":
        return f"select * replace ({_UNKNOWN}) from books.files"
    return f"select * from books.{table}{' where false' if table in _EMPTY else ''}"
