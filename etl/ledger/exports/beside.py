"""What a plain list shows beside the others: numbers that are those of their invoices, or of none.

A list of payments may have just the columns of a list of invoices, and payments may name invoices
that nobody loaded. Both move money: the reader is asked, unless they said what the rows are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from data.core.reading import Choice, Question
from data.core.texts import N_, Text
from etl.ledger.matching.naming import COMPANY, NORMAL
from etl.sql import Connection, rows

#: What says more of the rows: they are invoices.
_TELLING = frozenset((
    "due_on", "terms_days", "open_amount", "paid_amount", "paid_on", "kind", "state", "debit",
    "credit", "dc_flag", "journal", "match_code",
))  # fmt: skip
_PAYMENTS = N_("payments received, each with the invoice that it pays")
_MATCHES = N_("matches: which of the payments in another file paid what")
_INVOICES = N_("invoices")
_STAYS = N_("payments of invoices that are not here: they count as money not yet applied")
_AGAIN = N_(
    "{count} of the {rows} numbers in {column} are those of invoices in another file, on a later"
    " day: are the rows of {file} payments, or invoices?"
)
_OWN = N_("your own company: each payment is of the customer of its invoice")
_PAYER = N_("the customer who paid")
_OTHERS = N_(
    "{count} of the {rows} payments in {file} name invoices of other customers than {column} says,"
    " and nobody in {column} stands in another file: who is it?"
)
_SAME = N_("the same customers: they are called by name here too")
_DIFFERENT = N_("other customers than those")
_NAMED = N_(
    "{count} of the {rows} customers of {file} have a number in {column}, and in another file a"
    " customer is called by their name alone: are they the same?"
)
_NOWHERE = N_(
    "{count} of the {rows} payments in {file} name an invoice in {column} that is in none of the"
    " files: load the list with these invoices together with it, or say what they are."
)
_NO_PAYMENTS = N_(
    "{count} of the {rows} payments that {file} says to have paid an invoice are in none of the"
    " files: are its rows these payments, or is the list with them still to come?"
)


def ask_beside(
    connection: Connection, tables: Sequence[int], *, waits: bool
) -> dict[int, Question]:
    """Return what is asked about files that were just read: number of the file -> question.

    tables: plain lists of which nobody has said what their rows are. waits: another file of the
    load is asked about, and may hold the invoices that payments name.
    """
    asked: dict[int, Question] = {}
    for file_id, name, rows_kind, columns in rows(
        connection,
        "select file_id, name, rows_kind, settings ->> '$.columns' from files"
        " where list_contains($tables, file_id)",
        tables=list(tables),
    ):
        headers = json.loads(columns or "{}")
        found = None
        named = rows_kind in ("payments", "invoices") and "customer_name" in headers
        if named and (found := _by_name(connection, file_id, name, rows_kind, headers)):
            pass
        elif rows_kind == "invoices" and "document_id" in headers and not headers.keys() & _TELLING:
            found = _again(connection, file_id, name, headers["document_id"])
        elif rows_kind in ("payments", "bank") and "pays" in headers and not waits:
            found = _nowhere(connection, file_id, name, rows_kind, headers["pays"])
            if found is None and rows_kind == "payments":
                found = _of_others(connection, file_id, name, headers)
        elif rows_kind == "matches" and not waits:
            found = _no_payments(connection, file_id, name)
        if found is not None:
            asked[file_id] = found
    return asked


def _again(connection: Connection, file_id: int, name: str, header: str) -> Question | None:
    """Ask where half of the rows bear the number of an older invoice of the same customer.

    Who stands in all rows and in no other file may be the reader's own company: then the invoice
    of any customer is meant. Files with the same headers are exports of one list, and newer ones
    may have changed days.
    """
    ((count, met, other),) = rows(
        connection,
        """
        with company as (
            select any_value(customer_id) as customer_id from staged_documents
            where file_id = $file having count(distinct customer_id) = 1
                and any_value(customer_id) not in (
                    select customer_id from staged_documents
                    where file_id <> $file and customer_id is not null)
        ),
        invoice as (
            select ledger, customer_id, document_id, min(issued_on) as issued_on,
                max(amount) as amount
            from staged_documents
            where coalesce(kind, 'invoice') = 'invoice' and amount > 0 and file_id not in (
                -- another reading of the file, or a newer export, is compared elsewhere
                select file_id from files where series = (
                    select series from files where file_id = $file))
            group by all
        )
        select count(distinct o.line), count(distinct o.line) filter (i.document_id is not null),
            exists (from company)
        from staged_documents as o left join invoice as i
            on i.document_id = o.document_id
            and (i.customer_id = o.customer_id or exists (from company))
            and i.ledger is not distinct from o.ledger
            and i.issued_on < o.issued_on and o.amount between 0 and i.amount
        where o.file_id = $file
        """,
        file=file_id,
    )
    if not met or 2 * met < count:
        return None
    paying: dict[str, dict[str, object]] = {
        "source": {"rows": "payments", "by_headers": True},
        "columns": {"debit_id" if other else "reference": header},
    }
    return Question(
        "rows",
        Text(_AGAIN, {"count": met, "rows": count, "column": header, "file": name}),
        (
            Choice("payments", _PAYMENTS, paying),
            Choice("invoices", _INVOICES, {"source": {"rows": "invoices"}}),
        ),
    )


def _nowhere(
    connection: Connection, file_id: int, name: str, rows_kind: str, header: str
) -> Question | None:
    """Ask where half of the payments that name an invoice name none that is here."""
    ((count, met),) = rows(
        connection,
        f"""
        with own as (
            select line, reference from staged_documents
            where file_id = $file and regexp_matches(reference, '[0-9]')
        ),
        called as (
            select line, {NORMAL.format("word")} as word
            from (
                select line, unnest(string_split_regex(reference, '[\\s,;/&+]+')) as word from own
                union all select line, reference from own
            )
        ),
        known as (
            select distinct {NORMAL.format("document_id")} as word from staged_documents
            where file_id <> $file and document_id is not null
                and coalesce(kind, 'invoice') <> 'payment'
        )
        select count(*), count(*) filter (
            line in (select line from called semi join known using (word))
        ) from own
        """,
        file=file_id,
    )
    if not count or 2 * met > count:
        return None
    return Question(
        "rows",
        Text(_NOWHERE, {"count": count - met, "rows": count, "column": header, "file": name}),
        (Choice(rows_kind, _STAYS, {"source": {"rows": rows_kind}}),),
    )


def _no_payments(connection: Connection, file_id: int, name: str) -> Question | None:
    """Ask where half of the payments that a list of matches names stand in no file."""
    ((count, met),) = rows(
        connection,
        f"""
        with known as (
            select distinct {NORMAL.format("document_id")} as word from staged_documents
            where document_id is not null
        )
        select count(*), count(k.word)
        from staged_matches as m left join known as k on k.word = {NORMAL.format("m.credit_id")}
        where m.file_id = $file
        """,
        file=file_id,
    )
    if not count or 2 * met > count:
        return None
    said = {"count": count - met, "rows": count, "file": name}
    choices = (
        Choice("bank", _PAYMENTS, {"source": {"rows": "bank"}}),
        Choice("matches", _MATCHES, {"source": {"rows": "matches"}}),
    )
    return Question("rows", Text(_NO_PAYMENTS, said), choices)


def _of_others(
    connection: Connection, file_id: int, name: str, headers: dict[str, str]
) -> Question | None:
    """Ask where half of the payments name invoices of others, and their own customers are nobody's.

    Those are the reader's own companies, most often.
    """
    ((count, others),) = rows(
        connection,
        f"""
        with invoice as (
            select distinct {NORMAL.format("document_id")} as word from staged_documents
            where file_id <> $file and document_id is not null
                and coalesce(kind, 'invoice') <> 'payment'
        ),
        party as (
            select customer_id as called from staged_documents where file_id <> $file
            union select unnest([customer_id, customer_name]) from staged_customers
            where file_id <> $file
        ),
        own as (
            select line, {COMPANY.format("customer_id")} as payer,
                {NORMAL.format("reference")} as word
            from staged_documents where file_id = $file and reference is not null
        )
        select count(*), count(*) filter (
            word in (select word from invoice)
            and ltrim(payer, '0') not in (select ltrim({COMPANY.format("called")}, '0') from party
                where called is not null)
        ) from own
        """,
        file=file_id,
    )
    if not count or 2 * others <= count:
        return None
    column = headers["customer_id"]
    company: dict[str, dict[str, object]] = {
        "source": {"rows": "bank", "by_headers": True},
        "columns": {"debit_id": headers["pays"]},
        "unread": {column: "harmless"},
    }
    return Question(
        "company",
        Text(_OTHERS, {"count": others, "rows": count, "file": name, "column": column}),
        (
            Choice("own", _OWN, company),
            Choice("customer", _PAYER, {"source": {"rows": "payments"}}),
        ),
        column,
    )


def _by_name(
    connection: Connection, file_id: int, name: str, rows_kind: str, headers: dict[str, str]
) -> Question | None:
    """Ask where half of the numbered customers are called by name in files without their numbers.

    One customer would be two.
    """
    ((count, met),) = rows(
        connection,
        f"""
        with other as (
            select distinct customer_id from staged_documents where file_id <> $file
        ),
        own as (
            select distinct customer_id, {COMPANY.format("customer_name")} as name
            from staged_customers where file_id = $file and customer_id <> customer_name
        )
        select count(*), count(*) filter (
            customer_id not in (select customer_id from other where customer_id is not null)
            and name in (select {COMPANY.format("customer_id")} from other)
        ) from own
        """,
        file=file_id,
    )
    if not met or 2 * met < count:
        return None
    same: dict[str, dict[str, object]] = {
        "source": {"rows": rows_kind, "by_headers": True},
        "columns": {"customer_id": headers["customer_name"]},
    }
    values = {"count": met, "rows": count, "file": name, "column": headers["customer_id"]}
    return Question(
        "customer",
        Text(_NAMED, values),
        (
            Choice("name", _SAME, same),
            Choice("number", _DIFFERENT, {"source": {"rows": rows_kind}}),
        ),
        headers["customer_id"],
    )
