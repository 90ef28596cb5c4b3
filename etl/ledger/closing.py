"""Closes documents in DuckDB: the steps of `open_items.py`, a stretch of customers at a time."""

from __future__ import annotations

from collections.abc import Sequence

from data.core.measures import FOR_EVER
from etl.ledger.open_items import (
    CLOSED_DOCUMENTS,
    DIMENSIONS,
    MADE_DOCUMENTS,
    MADE_OPEN_ITEMS,
    RETURNED_INVOICES,
    SETTLED,
    STANDS,
    STEPS,
    open_items,
)
from etl.ledger.stretches import Stretch, by_age, keys_within
from etl.sql import Connection, number, run

#: Steps that are read once are not worth a table.
_VIEWS = ("whole", "cut")
_OF_STRETCH = ("settled", "stretch", "whole", "cut", "slice", "ending")
#: What is open is of the last age.
_ENDS = f"coalesce(closed_on, {FOR_EVER})"


def derive_open_items(
    connection: Connection, parts: Sequence[Stretch], bounds: Sequence[str]
) -> None:
    """Fill `documents` and `open_items` from `doc`, `entry`, `bearer` and `matches`.

    A stretch of customers at a time. Both are stored in the order of `doc`, open items first by
    the age in which they closed: what is read in that order is joined to the rest, and not the
    other way round. `bounds` are the first days of the ages.
    """
    sql = dict(STEPS)
    if not number(connection, "select count(*) from instalments"):
        sql["cut"] = "select * from whole"
    age = by_age(_ENDS, bounds)
    _post(connection)
    run(connection, f"create or replace temp table reopened as {sql['reopened']}")
    run(connection, f"create or replace temp table pairing as {sql['pairing']}")
    # how invoices stand whose payment went back, only all customers together tell
    run(connection, f"create or replace temp table stands as {STANDS} limit 0")
    run(
        connection,
        """
        create or replace temp table uneven as
        select debit_key as document_key from pairing where uneven
        union select credit_key from pairing where uneven
        """,
    )
    made = "create or replace temp table uneven_slice as"
    for keys, whose in _spans(connection, parts):
        _post(connection, f"where key between {keys}")
        sql["settled"] = f"select * from ({SETTLED}) where document_key between {keys}"
        for name in _OF_STRETCH:
            what = "view" if name in _VIEWS else "table"
            run(connection, f"create or replace temp {what} {name} as {sql[name]}")
            if name == "slice":
                # room for what is largest: the tables themselves
                run(connection, "drop table settled")
                run(connection, "drop table stretch")
        _describe(connection, whose, f"where d.key between {keys}")
        run(connection, "set disabled_optimizers = 'join_order,build_side_probe_side'")
        run(connection, f"insert into documents by name {CLOSED_DOCUMENTS}")
        run(connection, "drop table ending")
        items = open_items(f"(from slice order by {age}document_key)")
        run(connection, f"insert into open_items by name {items}")
        run(connection, "reset disabled_optimizers")
        run(connection, f"{made} from slice semi join uneven using (document_key)")
        run(connection, "drop table slice")
        made = "insert into uneven_slice"
    _post(connection)
    _describe(connection)
    if number(connection, "select count(*) from uneven_slice"):
        run(connection, "create or replace temp view slice as from uneven_slice")
        run(connection, f"create or replace temp table difference as {sql['difference']}")
        run(connection, f"insert into documents by name {MADE_DOCUMENTS}")
        run(connection, f"insert into open_items by name {MADE_OPEN_ITEMS}")
        run(connection, "drop view slice")
    _close_returned(connection)
    for name in ("pairing", "uneven", "uneven_slice", "reopened", "stands"):
        run(connection, f"drop table {name}")


def _spans(connection: Connection, parts: Sequence[Stretch]) -> list[tuple[str, str]]:
    """Return the keys of each stretch, as SQL, and what leaves out other customers' rows.

    Documents that were added behind all others make a span of their own.
    """
    if len(parts) == 1:
        return [(keys_within(connection, *parts[0]), "")]
    whose = "semi join (from place_of where place between {} and {}) using (customer)"
    found = [
        (keys_within(connection, first, last, "not added"), whose.format(first, last))
        for first, last in parts
    ]
    if number(connection, "select count(*) from doc where added"):
        found.append((keys_within(connection, parts[0][0], parts[-1][1], "added"), ""))
    return found


def _close_returned(connection: Connection) -> None:
    """Fill `returned_invoices`, and say of these invoices how they stand in the end."""
    if not number(connection, "select count(*) from reopened"):
        return
    run(connection, f"insert into returned_invoices by name {RETURNED_INVOICES}")
    run(
        connection,
        f"""
        update documents set returned_on = s.returned_on, closed_on = s.closed_on,
            outcome = case when documents.kind = 'invoice' and documents.amount > 0
                then s.outcome else '' end, paid_day_assumed = s.paid_day_assumed
        from ({STANDS}) as s
        where s.document_key = documents.document_key and s.until is null
        """,
    )


def _post(connection: Connection, where: str = "") -> None:
    """Make the view `posted` of all documents, or of some."""
    run(
        connection,
        f"""
        create or replace temp view posted as
        select key as document_key, bearer_no, place as customer,
            coalesce(document_id, '') as document_id, kind, issued_on, due_on, due_assumed,
            disputed, paid_day_assumed, reopens, amount, amount_currency
        from doc {where}
        """,
    )


def _describe(connection: Connection, whose: str = "", where: str = "") -> None:
    """Make the view `described` of all documents, or of some.

    `whose` leaves out rows of other customers before they are joined.
    """
    run(
        connection,
        f"""
        create or replace temp view described as
        select d.key as document_key, coalesce(d.document_id, '') as document_id, b.ledger,
            d.kind, d.issued_on, d.due_on, d.due_assumed, d.amount, d.amount_currency, e.rate,
            d.paid_day_assumed, coalesce(e.reference, '') as reference,
            case when d.state_no is null then coalesce(e.po_number, '') else '' end as po_number,
            case when d.state_no is null then e.ordered_on end as ordered_on,
            case when d.state_no is null then e.delivered_on end as delivered_on,
            d.disputed, d.reopens,
            case when d.state_no is null then cast(round(cast(coalesce(j.cost, e.cost)
                as decimal(20, 2)) * e.rate, 2) as decimal(18, 2)) end as cost,
            d.file_id, e.line, {DIMENSIONS}
        from doc as d
        join (from entry {whose}) as e using (entry_id)
        join bearer as b using (bearer_no)
        left join joined as j on j.head_id = d.entry_id
        {where}
        """,
    )
