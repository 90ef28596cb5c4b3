"""A newer export takes the place of an older one.

Files of one series and one ledger whose periods overlap are exports of the same books. The one
that reaches further is the newer; of two that reach as far, the one loaded later. Where the newer
covers the older's whole period and holds at least half of its documents, the older goes
altogether. Otherwise the newer speaks for the documents both hold, and the rest of the older
stays. Two documents with one number within one file are two documents, and stay so, in whichever
of its sheets they stand. Statements of a bank account never replace one another: see
etl/repeated.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from etl.sql import Connection, rows, run

#: What makes rows of two files the same document. Payments repeat a number (of the invoice they
#: pay, of a bank statement), so their day, amount and text belong to what tells them apart.
_KEY = """
    hash(row(account, customer_id, document_id, kind,
        case when kind = 'payment' or document_id is null
            then row(issued_on, amount, reference) end))
"""
_STATE = "issued_on, due_on, amount, currency, open_amount, paid_amount, paid_on"

#: True of the series of a file in one of the formats of bank statements (see etl/bank.py).
IS_STATEMENT = "starts_with({0}, 'bank:')"

#: Files from the least to the most telling.
ORDER = "last_day nulls first, loaded_at, rows_kept, sha256"

_STAGED_ROWS = (
    "staged_documents", "staged_matches", "staged_customers", "staged_rates", "rejects",
)  # fmt: skip


@dataclass(frozen=True)
class Replacement:
    """What a newer file changed about an older one; amounts in the documents' currencies."""

    older: str
    newer: str
    whole: bool
    """The older file is gone altogether; otherwise only the documents both hold."""
    superseded: str
    """Hash of the older file, where it is gone."""
    added: int = 0
    added_amount: Decimal = Decimal(0)
    gone: int = 0
    gone_amount: Decimal = Decimal(0)
    changed: int = 0
    changed_amount: Decimal = Decimal(0)
    """Newer less older, over the documents that changed."""


def replace_older(connection: Connection, first_new: int) -> list[Replacement]:
    """Drop staged rows that a newer export speaks for; files from `first_new` on are new."""
    pairs = rows(
        connection,
        f"""
        with ordered as (select *, row_number() over (order by {ORDER}) as place from files)
        select o.file_id, n.file_id, o.name, n.name, o.sha256,
            n.first_day <= o.first_day and n.last_day >= o.last_day
        from ordered as o join ordered as n using (series, ledger)
        where series <> '' and not {IS_STATEMENT.format("series")} and o.place < n.place
        and o.sha256 <> n.sha256  -- sheets of one workbook
        and (o.file_id >= $first_new or n.file_id >= $first_new)
        and n.first_day <= o.last_day and n.last_day >= o.first_day
        order by n.place desc, o.place desc
        """,
        first_new=first_new,
    )
    if pairs:
        _list_documents(connection, {file for pair in pairs for file in pair[:2]})
    done: list[Replacement] = []
    dropped: set[object] = set()
    for old, new, old_name, new_name, sha256, covers in pairs:
        if old in dropped or new in dropped:
            continue
        found = _compare(connection, old, new)
        shared, of_old, added, added_amount, gone, gone_amount, changed, changed_amount = found
        if not shared:
            continue
        whole = bool(covers) and 2 * shared >= of_old
        if whole:
            dropped.add(old)
            for table in (*_STAGED_ROWS, "files"):
                run(connection, f"delete from {table} where file_id = $old", old=old)
            run(connection, "delete from document_of where file_id = $old", old=old)
        else:
            gone, gone_amount = 0, Decimal(0)
            _drop_shared(connection, old, new)
        done.append(
            Replacement(
                older=old_name,
                newer=new_name,
                whole=whole,
                superseded=sha256 if whole else "",
                added=added,
                added_amount=added_amount,
                gone=gone,
                gone_amount=gone_amount,
                changed=changed,
                changed_amount=changed_amount,
            )
        )
    _replace_matches(connection, first_new)
    return done


def _list_documents(connection: Connection, files: set[object]) -> None:
    """Make `document_of`: what each of these files says about each of its documents.

    `state` is the same for the same parts, in whatever order they stand.
    """
    run(
        connection,
        f"""
        create or replace temp table document_of as
        select s.file_id, {_KEY} as document, sum(s.amount) as amount,
            sum(hash(row({_STATE}))) as state
        from staged_documents as s where s.file_id in (select unnest($files))
        group by all
        """,
        files=sorted(files, key=str),
    )


def _compare(connection: Connection, old: object, new: object) -> tuple[Any, ...]:
    """Return counts and amounts: shared, of the older; added, gone and changed documents."""
    return rows(
        connection,
        """
        select
            count(*) filter (where o.document is not null and n.document is not null),
            count(o.document),
            count(*) filter (where o.document is null),
            coalesce(sum(n.amount) filter (where o.document is null), 0),
            count(*) filter (where n.document is null),
            coalesce(sum(o.amount) filter (where n.document is null), 0),
            count(*) filter (where o.state <> n.state),
            coalesce(sum(n.amount - o.amount) filter (where o.state <> n.state), 0)
        from (select * from document_of where file_id = $old) as o
        full join (select * from document_of where file_id = $new) as n using (document)
        """,
        old=old,
        new=new,
    )[0]


def _drop_shared(connection: Connection, old: object, new: object) -> None:
    """Delete the older file's rows of documents that the newer holds too."""
    run(
        connection,
        f"""
        create or replace temp table doubled as
        select rowid as row_no, amount from staged_documents
        where file_id = $old and {_KEY} in (select document from document_of where file_id = $new)
        """,
        old=old,
        new=new,
    )
    run(
        connection,
        """
        update files set rows_kept = rows_kept - (select count(*) from doubled),
            control_total = control_total - (select coalesce(sum(amount), 0) from doubled)
        where file_id = $old
        """,
        old=old,
    )
    run(connection, "delete from staged_documents where rowid in (select row_no from doubled)")
    run(
        connection,
        "delete from document_of where file_id = $old and document in"
        " (select document from document_of where file_id = $new)",
        old=old,
        new=new,
    )


def _replace_matches(connection: Connection, first_new: int) -> None:
    """Delete match rows of older files whose pair of documents a newer file of the series has."""
    related = rows(
        connection,
        f"""
        with ordered as (select *, row_number() over (order by {ORDER}) as place from files
            where file_id in (select distinct file_id from staged_matches))
        select distinct o.file_id, n.file_id
        from ordered as o join ordered as n using (series, ledger)
        where series <> '' and o.place < n.place
        and o.sha256 <> n.sha256
        and (o.file_id >= $first_new or n.file_id >= $first_new)
        """,
        first_new=first_new,
    )
    if not related:
        return
    run(
        connection,
        f"""
        create or replace temp table doubled as
        with ordered as (
            select file_id, series, sha256, row_number() over (order by {ORDER}) as place
            from files
        ), newer as (
            select b.ledger, b.debit_id, b.credit_id, o.series, o.sha256, o.place
            from staged_matches as b join ordered as o using (file_id)
            where b.file_id in (select unnest($newer))
        )
        select a.rowid as row_no, a.file_id, a.amount
        from staged_matches as a join ordered as o using (file_id)
        where a.file_id in (select unnest($older)) and exists (
            select 1 from newer as b where b.series = o.series and b.ledger = a.ledger
            and b.sha256 <> o.sha256
            and b.debit_id = a.debit_id and b.credit_id = a.credit_id and b.place > o.place)
        """,
        older=sorted({o for o, _ in related}),
        newer=sorted({n for _, n in related}),
    )
    run(
        connection,
        """
        update files set rows_kept = rows_kept - d.items,
            control_total = control_total - d.amount
        from (select file_id, count(*) as items, coalesce(sum(amount), 0) as amount
              from doubled group by all) as d
        where d.file_id = files.file_id
        """,
    )
    run(connection, "delete from staged_matches where rowid in (select row_no from doubled)")
