"""An e-invoice that stands in two files is counted once.

The same invoice is sent as a PDF and as XML, in two syntaxes, or saved again under another name.
It is the same where seller, number, kind, customer, currency, day of issue and amount are the
same. The file that says more of it stays, else the one loaded first: so the order of loading
decides nothing. What differs in any of these is another document, and `duplicate_invoices` finds
it. Two documents of one file are never the same, and exports of a ledger are not looked at:
where they hold an invoice twice, both count until a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from data.core.texts import N_, Text
from etl.ledger.exports.replaced import take_out
from etl.report import FileReport
from etl.sql import Connection, number, rows, run

LEFT_OUT = N_("e-invoices that another file holds too")
COUNTS_THERE = N_("The same e-invoice stands in {file}, and counts there.")

_SELLER = "(settings ->> '$.seller')"
#: The same number is written with and without the country in front.
_COUNTRY = "regexp_replace({0}, '^[A-Z]{{2}}', '')"
#: What one file may say of an invoice, and another leave out.
_SAID = ("due_on", "terms_days", "reference", "po_number", "delivered_on", "paid_amount")


@dataclass(frozen=True)
class Copy:
    """Rows of one currency that a file lost because another holds the same e-invoice."""

    file_id: int
    name: str
    stays: str
    """Name of the file whose rows count."""
    rows: int
    currency: str
    """'' where the file names none."""
    amount: Decimal


def drop_copies(connection: Connection, first_new: int) -> list[Copy]:
    """Drop staged rows of e-invoices that another file holds; files from `first_new` on are new.

    A file that lost its only invoice stays, with no rows: what it said is known.
    """
    if not number(
        connection,
        f"select count(*) from files where file_id >= $first and {_SELLER} is not null",
        first=first_new,
    ):
        return []
    said = " + ".join(f"({name} is not null)::int" for name in _SAID)
    run(
        connection,
        f"""
        create or replace temp table doubled as
        with sent as (select file_id, {_COUNTRY.format(_SELLER)} as seller from files
            where {_SELLER} is not null),
        invoice as (
            select s.file_id, f.seller, s.ledger, s.document_id, s.kind, s.customer_id,
                s.currency, s.issued_on, sum(s.amount) as amount, sum({said}) as said,
                sum(hash(row(s.amount, {", ".join(_SAID)}))) as state
            from staged_documents as s join sent as f using (file_id)
            where s.document_id is not null group by all
        ),
        ranked as (
            select *, row_number() over same as place, first_value(file_id) over same as stays
            from invoice
            window same as (partition by seller, ledger, document_id, kind, customer_id, currency,
                issued_on, amount order by said desc, state, file_id)
        )
        select s.rowid as row_no, s.file_id, r.stays, r.stays as by_file, s.currency, s.amount
        from staged_documents as s join ranked as r on r.place > 1 and r.file_id = s.file_id
            and r.document_id = s.document_id and r.kind = s.kind and r.ledger = s.ledger
            and r.customer_id = s.customer_id and r.issued_on = s.issued_on
            and r.currency is not distinct from s.currency
        """,
    )
    found = [
        Copy(*row)
        for row in rows(
            connection,
            """
            select d.file_id, o.name, n.name, count(*), coalesce(d.currency, ''), sum(d.amount)
            from doubled as d join files as o on o.file_id = d.file_id
            join files as n on n.file_id = d.stays group by all order by all
            """,
        )
    ]
    if found:
        take_off(connection)
    run(connection, "drop table doubled")
    return found


def without(file: FileReport, copies: Sequence[Copy]) -> FileReport:
    """Return the report of a file that lost the rows of `copies`."""
    lost = sum(c.rows for c in copies)
    totals = dict(file.totals)
    for copy in copies:
        totals[copy.currency] = totals.get(copy.currency, Decimal(0)) - copy.amount
    kept = file.rows_kept - lost
    return replace(
        file,
        rows_kept=kept,
        left_out={**file.left_out, LEFT_OUT: file.left_out.get(LEFT_OUT, 0) + lost},
        totals=totals if kept else {},
        notes=[
            *file.notes,
            *(Text(COUNTS_THERE, {"file": stays}) for stays in sorted({c.stays for c in copies})),
        ],
    )


def take_off(connection: Connection) -> None:
    """Take the staged documents whose `row_no` table `doubled` has out, and count them left out."""
    take_out(connection, "staged_documents", "doubled", left_out=True)
