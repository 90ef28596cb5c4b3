"""Books that tell of the same receivables, or do not join."""

from __future__ import annotations

from data.core.texts import N_, NN_
from etl.findings.check import Finding, decimal, finding
from etl.findings.words import Words
from etl.ledger.exports.bases import LEDGER, SALES, overlaps
from etl.sql import Connection, rows, run

WORDS = {
    "ledger_aside": Words(
        N_("Ledger lines that the sales documents hold too"),
        "reading",
        N_("Both would count the same receivables twice: the sales invoices and payments count."),
        N_("Compare the balance with that of the ledger; load one of the two kinds of files only"
           " where it should be the other."),
        ("document_id", "amount", "issued_on", "kind", "reference", "file", "line"),
    ),
    "sales_aside": Words(
        N_("Sales documents that the ledger holds too"),
        "reading",
        N_("Both would count the same receivables twice: the ledger counts."),
        N_("Nothing, if the ledger is complete; otherwise load its next export."),
        ("document_id", "amount", "issued_on", "kind", "reference", "file", "line"),
    ),
    "bank_booked": Words(
        N_("Lines of bank statements that the books hold too"),
        "reading",
        N_("Both would count the same money twice: the books count."),
        N_("Nothing, unless the books lack some of them."),
        ("document_id", "counterparty", "amount", "issued_on", "reference", "file", "line"),
    ),
    "bank_outgoing": Words(
        N_("Outgoing lines of bank statements"),
        "reading",
        N_("They go to no customer that is known, so they are no receivables."),
        N_("Look whether a refund to a customer is among them."),
        ("document_id", "counterparty", "amount", "issued_on", "reference", "file", "line"),
    ),
    "carried_difference": Words(
        N_("Carried forward differs from the year before"),
        "reading",
        N_("Receivables of two years do not join."),
        N_("Load the final export of the year before."),
        ("document_id", "customer_name", "amount", "issued_on", "customer", "file", "line"),
    ),
}  # fmt: skip
"""Finding -> its words, of those that take more than one statement."""


def other_base(connection: Connection) -> list[Finding]:
    """Say which documents are set aside since others tell of the same receivables."""
    texts = {
        SALES: (
            "ledger_aside",
            NN_("{items} ledger line of SAF-T files, of {amount}, is set aside. The sales invoices"
                " and payments of the same company and months are loaded too, and count.",
                "{items} ledger lines of SAF-T files, of {amount} in all, are set aside. The sales"
                " invoices and payments of the same company and months are loaded too, and count."),
        ),
        LEDGER: (
            "sales_aside",
            NN_("{items} sales document of SAF-T files, of {amount}, is set aside. The ledger of"
                " the same company and months is loaded too, and counts, since it tells what was"
                " paid or reaches over more months.",
                "{items} sales documents of SAF-T files, of {amount} in all, are set aside. The"
                " ledger of the same company and months is loaded too, and counts, since it tells"
                " what was paid or reaches over more months."),
        ),
    }  # fmt: skip
    found = []
    aside = overlaps(connection)
    for base, (name, text) in texts.items():
        where = " or ".join(a.where for a in aside if a.base == base)
        sql = f"""
            select f.name as file, s.* from staged_documents as s join files as f using (file_id)
            where {where or "false"}
        """
        items, amount = rows(connection, f"select count(*), sum(amount) from ({sql})")[0]
        if items:
            values = {"items": items, "amount": str(amount)}
            found.append(finding(name, text, values, items, amount, sql))
    return found


def bank_lines(connection: Connection) -> list[Finding]:
    """Say which lines of bank statements do not count, and why."""
    found = {
        outgoing: (items, amount)
        for outgoing, items, amount in rows(
            connection, "select outgoing, count(*), sum(amount) from bank_aside group by all"
        )
    }
    if not found:
        return []
    periods = rows(
        connection,
        "select distinct since, upto from bank_period semi join bank_file using (ledger)"
        " order by all",
    )
    days = [f"s.issued_on between date '{since}' and date '{upto}'" for since, upto in periods]
    booked = f"({' or '.join(days) or 'false'})"
    lines = "select f.name as file, s.* from staged_documents as s join files as f using (file_id)"
    outgoing = f"""
        {lines}
        where f.rows_kind = 'bank' and s.amount > 0 and not {booked} and not exists (
            select 1 from documents as d where d.file_id = s.file_id and d.line = s.line)
    """
    texts = (
        (
            False,
            "bank_booked",
            NN_("{items} line of a bank statement, of {amount} received, stands on a day whose"
                " payments the books hold themselves. It is evidence and is not counted again.",
                "{items} lines of bank statements, of {amount} received in all, stand on days whose"
                " payments the books hold themselves. They are evidence and are not counted"
                " again."),
            f"{lines} where f.rows_kind = 'bank' and {booked}",
        ),
        (
            True,
            "bank_outgoing",
            NN_("{items} outgoing line of a bank statement, of {amount}, goes to no customer that"
                " is known. It is left aside.",
                "{items} outgoing lines of bank statements, of {amount} in all, go to no customer"
                " that is known. They are left aside."),
            outgoing,
        ),
    )  # fmt: skip
    return [
        finding(name, text, {"items": found[side][0], "amount": str(abs(found[side][1]))},
                 *found[side], sql)
        for side, name, text, sql in texts if side in found
    ]  # fmt: skip


def carried(connection: Connection) -> list[Finding]:
    """Compare what a ledger carries forward with the balance of its earlier files; keep both."""
    run(
        connection,
        """
        update files set carried = c.amount
        from (select file_id, sum(amount) as amount from entry where carried group by all) as c
        where c.file_id = files.file_id
        """,
    )
    found = rows(
        connection,
        """
        with carrying as (
            select f.file_id, f.name, f.ledger, f.first_day,
                sum(cast(round(e.amount * cast(e.rate as decimal(18, 8)), 2) as decimal(18, 2)))
                    as carried
            from entry as e join files as f using (file_id) where e.carried group by all
        )
        select c.file_id, c.name, c.carried, coalesce(sum(d.amount), 0) as before
        from carrying as c
        join files as f on f.ledger = c.ledger and f.last_day < c.first_day
        left join doc as d on d.file_id = f.file_id and d.state_no is null
        group by all having coalesce(sum(d.amount), 0) <> c.carried order by c.name
        """,
    )
    return [
        finding(
            "carried_difference",
            N_("{file} carries {carried} forward, but the years before it end at {before}."),
            {"file": name, "carried": str(carried), "before": str(before)},
            1,
            decimal(carried) - decimal(before),
            f"select * from staged_documents where kind = 'opening' and file_id = {file_id}",
        )
        for file_id, name, carried, before in found
    ]
