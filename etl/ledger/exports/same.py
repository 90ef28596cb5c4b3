"""Which documents of two files are the same, and how they differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from etl.sql import Connection, rows, run

#: What makes rows of two files the same document. Payments repeat a number (of the invoice they
#: pay, of a bank statement), so their amount and text belong to what tells them apart.
KEY = """
    hash(row(book_account, customer_id, document_id, kind, issued_on,
        case when kind = 'payment' or document_id is null then row(amount, reference) end))
"""
#: What a document keeps whose day was corrected; null where the day belongs to the document.
_NUMBER = """
    case when kind = 'payment' or document_id is null then null
        else hash(row(book_account, customer_id, document_id, kind)) end
"""
_STATE = "issued_on, due_on, amount, currency, open_amount, paid_amount, paid_on, written_off"
#: What a row says is still open; null where it does not say.
_LEFT = """
    coalesce(open_amount, case when paid_on is not null then 0 end, amount - paid_amount)
"""


def list_documents(connection: Connection, files: set[object]) -> None:
    """Make `document_of`: what each of these files says about each of its documents.

    `state` is the same for the same parts, in whatever order they stand.
    """
    run(
        connection,
        f"""
        create or replace temp table document_of as
        select s.file_id, {KEY} as document, {_NUMBER} as number, sum(s.amount) as amount,
            sum(hash(row({_STATE}))) as state,
            -- of a document in one row
            case when count(*) = 1 then min(line) end as line, sum({_LEFT}) as still_open,
            max(paid_on) as paid_on
        from staged_documents as s where s.file_id in (select unnest($files))
        group by all
        """,
        files=sorted(files, key=str),
    )


def _pair(connection: Connection, old: list[int], new: list[int]) -> None:
    """Make `paired`: the documents of some files and others that are the same."""
    run(
        connection,
        """
        create or replace temp table paired as
        select o.document as older, n.document as newer
        from document_of as o join document_of as n using (document)
        where o.file_id in (select unnest($old)) and n.file_id in (select unnest($new))
        """,
        old=old,
        new=new,
    )
    run(
        connection,
        """
        insert into paired
        with o as (
            select document, number, amount,
                row_number() over (partition by number, amount order by document) as nth
            from document_of anti join paired on older = document
            where file_id in (select unnest($old)) and number is not null
        ),
        n as (
            select document, number, amount,
                row_number() over (partition by number, amount order by document) as nth
            from document_of anti join paired on newer = document
            where file_id in (select unnest($new)) and number is not null
        )
        select o.document, n.document from o join n using (number, amount, nth)
        """,
        old=old,
        new=new,
    )


class Found(NamedTuple):
    """Counts of documents of two files, and their amounts."""

    shared: int
    of_older: int
    added: int
    added_amount: Decimal
    gone: int
    gone_amount: Decimal
    changed: int
    changed_amount: Decimal

    def counts(self) -> dict[str, Any]:
        """Return what a `Replacement` says of them."""
        return dict(zip(self._fields[2:], self[2:], strict=True))

    def without_gone(self) -> dict[str, Any]:
        """Return the same where what the newer file lacks stays."""
        return self._replace(gone=0, gone_amount=Decimal(0)).counts()


def compare(connection: Connection, old: list[int], new: list[int]) -> Found:
    """Return how the documents of some files compare with those of others; make `paired`."""
    _pair(connection, old, new)
    counted = rows(
        connection,
        """
        with o as (select * from document_of where file_id in (select unnest($old))),
        n as (select * from document_of where file_id in (select unnest($new))),
        shared as (
            select count(*) as items, coalesce(sum(o.amount), 0) as older,
                coalesce(sum(n.amount), 0) as newer,
                count(*) filter (where o.state <> n.state) as changed,
                coalesce(sum(n.amount - o.amount) filter (where o.state <> n.state), 0)
                    as changed_amount
            from paired as p join o on o.document = p.older join n on n.document = p.newer
        )
        select s.items, a.items, b.items - s.items, b.amount - s.newer,
            a.items - s.items, a.amount - s.older, s.changed, s.changed_amount
        from shared as s,
            (select count(*) as items, coalesce(sum(amount), 0) as amount from o) as a,
            (select count(*) as items, coalesce(sum(amount), 0) as amount from n) as b
        """,
        old=old,
        new=new,
    )[0]
    return Found(*counted)


def shows_more_paid(connection: Connection, one: int, other: int) -> bool:
    """Return whether `one` shows documents settled that `other` shows open, and none the other way.

    Then it was exported later, although it does not reach as far. Reads `paired`.
    """
    less, more = rows(
        connection,
        """
        select count(*) filter (where abs(a.still_open) < abs(b.still_open)),
            count(*) filter (where abs(a.still_open) > abs(b.still_open))
        from paired as p
        join document_of as a on a.document = p.older and a.file_id = $one
        join document_of as b on b.document = p.newer and b.file_id = $other
        """,
        one=one,
        other=other,
    )[0]
    return bool(less) and not more
