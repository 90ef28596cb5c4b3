"""Builds a published store from a few lines of Python: documents, matches, customers.

    store = publish(
        tmp_path,
        [invoice("F1", "A", "2025-01-01", 100, due="2025-01-31"),
         payment("P1", "A", "2025-02-09", 40)],
        matches=[match("F1", "P1")],
        customers=[customer("A", sector="43.21", country="BE")],
    )
    store.current().engine.query("select * from open_items")

The rows go through staging and derivation like those of any file. Without `matches` nothing is
matched, unless `assume=True` lets the rules of etl/ledger/matching/match.py work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.store.schema import FILES, STAGED
from data.store.state import Store
from etl.ledger.derive import Settings, derive, write_about

#: Column -> its value, as a file could have said it.
Row = dict[str, Any]
Money = int | str | Decimal


def document(
    kind: str, number: str, customer: str, day: str | date, amount: Money, **more: Any
) -> Row:
    """Return a document row; `more` holds other columns of staged_documents (`due` for due_on)."""
    if "due" in more:
        more["due_on"] = more.pop("due")
    return {
        "kind": kind,
        "document_id": number,
        "customer_id": customer,
        "issued_on": day,
        "amount": Decimal(amount),
        **more,
    }


def invoice(number: str, customer: str, day: str | date, amount: Money, **more: Any) -> Row:
    return document("invoice", number, customer, day, amount, **more)


def payment(number: str, customer: str, day: str | date, amount: Money, **more: Any) -> Row:
    """Return a payment; `amount` is positive as people say it."""
    return document("payment", number, customer, day, -Decimal(amount), **more)


def credit_note(number: str, customer: str, day: str | date, amount: Money, **more: Any) -> Row:
    """Return a credit note; `amount` is positive as people say it."""
    return document("credit_note", number, customer, day, -Decimal(amount), **more)


def write_off(number: str, customer: str, day: str | date, amount: Money, **more: Any) -> Row:
    """Return a write-off; `amount` is positive as people say it."""
    return document("write_off", number, customer, day, -Decimal(amount), **more)


def match(
    debit: str, credit: str, amount: Money | None = None, recorded_on: str | date | None = None
) -> Row:
    """Return a match row; without an amount, as much as possible."""
    return {"debit_id": debit, "credit_id": credit, "amount": amount, "matched_on": recorded_on}


def customer(number: str, **more: Any) -> Row:
    """Return a customer row; `name` stands for customer_name."""
    if "name" in more:
        more["customer_name"] = more.pop("name")
    return {"customer_id": number, **more}


def rate(currency: str, day: str | date, value: Money) -> Row:
    return {"currency": currency, "day": day, "rate": value}


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows into a table by the names of their columns; absent ones are null."""
    if not rows:
        return
    names = sorted({name for row in rows for name in row})
    given = pa.table(
        {
            n: pa.array([None if r.get(n) is None else str(r[n]) for r in rows], pa.string())
            for n in names
        }
    )
    connection.register("given_rows", given)
    connection.execute(f"insert into {table} by name select * from given_rows")
    connection.unregister("given_rows")


def stage(
    connection: duckdb.DuckDBPyConnection,
    documents: Sequence[Row],
    matches: Sequence[Row] = (),
    customers: Sequence[Row] = (),
    rates: Sequence[Row] = (),
    *,
    file_id: int = 1,
    assume: bool = False,
    **file: object,
) -> None:
    """Add one file with these rows to the staged tables; makes the tables where there are none.

    `file` holds other columns of `files`, such as ledger or rows_kind.
    """
    for table in STAGED:
        statement = table.create().replace("create table", "create table if not exists", 1)
        connection.execute(statement)
    days = [str(d["issued_on"]) for d in documents]
    ledger = str(file.get("ledger", ""))
    facts: Row = {
        "file_id": file_id,
        "name": f"file-{file_id}",
        "sha256": f"{file_id:064}",
        "bytes": 1,
        "format": "table",
        "rows_kind": "ledger",
        "ledger": ledger,
        "series": f"series-{file_id}",
        "loaded_at": "2026-01-01 00:00:00",
        "first_day": min(days, default=None),
        "last_day": max(days, default=None),
        "rows_read": len(documents),
        "rows_kept": len(documents),
        "rows_rejected": 0,
        "rows_left_out": 0,
        "control_total": sum((Decimal(str(d["amount"])) for d in documents), Decimal(0)),
        **file,
    }
    insert(connection, FILES.name, [facts])
    staged = []
    for line, row in enumerate(documents, 2):
        whole: Row = {"file_id": file_id, "line": line, "ledger": ledger, **row}
        if not assume and "match_code" not in whole:
            whole["match_code"] = f"alone-{line}"  # a lettered file: the rest stays unmatched
        staged.append(whole)
    insert(connection, "staged_documents", staged)
    for what, rows in (("matches", matches), ("customers", customers), ("rates", rates)):
        owner = {"ledger": ledger} if what == "matches" else {}
        insert(
            connection,
            f"staged_{what}",
            [{"file_id": file_id, "line": n, **owner, **r} for n, r in enumerate(rows, 2)],
        )


def derived(
    documents: Sequence[Row],
    matches: Sequence[Row] = (),
    customers: Sequence[Row] = (),
    *,
    currency: str = "EUR",
    terms: int = 30,
    **more: Any,
) -> duckdb.DuckDBPyConnection:
    """Return a connection in memory that holds one staged file and what follows from it."""
    # so few rows are not worth a second thread
    connection = duckdb.connect(config={"threads": 1})
    stage(connection, documents, matches, customers, **more)
    derive(connection, Settings(currency, terms))
    return connection


def publish(
    folder: Path,
    documents: Sequence[Row],
    matches: Sequence[Row] = (),
    customers: Sequence[Row] = (),
    rates: Sequence[Row] = (),
    *,
    currency: str = "EUR",
    terms: int = 30,
    assume: bool = False,
    findings: Sequence[Mapping[str, object]] = (),
) -> Store:
    """Publish one state with these rows into `folder` and return its store."""

    def build(connection: duckdb.DuckDBPyConnection, previous: Path | None) -> None:
        stage(connection, documents, matches, customers, rates, assume=assume)
        settings = Settings(currency, terms)
        derive(connection, settings)
        insert(connection, "findings", [dict(f) for f in findings])
        write_about(connection, settings, datetime(2026, 1, 1, tzinfo=UTC), "{}")

    store = Store(folder)
    store.publish(build)
    return store
