"""How matches were found: by rule, cut, of documents that are not there, or left aside."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from data.core.texts import N_, NN_
from etl.findings.check import Check, Finding, decimal, finding, percent
from etl.findings.words import BEHIND, Words
from etl.ledger.exports.bases import overlaps
from etl.sql import Connection, number, rows

WORDS = {
    "matched_by_rule": Words(
        N_("Payments matched by rule"),
        "reading",
        N_("Which invoice a payment settles is inferred: balances are right, days late may not"
           " be. Oldest first is right once in three times; only payments of customers that never"
           " name anything are matched so, and --no-oldest-first leaves them unapplied."),
        N_("Export the matches (lettering, clearing) with the payments."),
        ("debit_id", "credit_id", "customer_name", "amount", "method", *BEHIND),
    ),
    "match_cut": Words(
        N_("Matches beyond their documents"),
        "reading",
        N_("Only what is left of a document can be settled."),
        N_("Look at the rows in the export."),
        ("debit_id", "credit_id", "amount", "customer_name", "customer", "file", "line"),
    ),
    "state_left_aside": Words(
        N_("Paid according to the invoice row, with payments loaded too"),
        "reading",
        N_("Both would count the same money twice: the payments count."),
        N_("Check the difference, and leave one of the two out of the export."),
        ("document_id", "customer_name", "amount", "issued_on", "due_on", "reference", "customer",
         "file", "line"),
    ),
}  # fmt: skip
"""Finding -> its words, of those that take more than one statement."""

#: Methods that are assumptions of ours, by how they work.
_METHODS = {
    "named": ("structured", "reference", "partial"),
    "amount": ("amount", "sum", "discount"),
    "oldest": ("oldest",),
}

_RULES = tuple(m for methods in _METHODS.values() for m in methods)

#: Asked only where some match row could not be followed: it searches among all matches.
MATCH_UNKNOWN = Check(
    "match_unknown",
    NN_(
        "{items} match row names a document that is not there, or settled already.",
        "{items} match rows name a document that is not there, or settled already.",
    ),
    Words(
        N_("Matches of unknown documents"),
        "reading",
        N_("What they settle stays open."),
        N_("Load the files that have these documents."),
        ("debit_id", "credit_id", "amount", "file", "line"),
        whole=True,
    ),
    """
    with known as (
        select ledger, document_id, any_value(currency) as currency, any_value(rate) as rate
        from documents where document_id <> '' group by all
    )
    select m.* exclude (amount), m.amount as amount_currency,
        coalesce(i.currency, p.currency, '') as currency,
        round(m.amount * coalesce(i.rate, p.rate), 2) as amount
    from staged_matches as m
    left join known as i on i.ledger = m.ledger and i.document_id = m.debit_id
    left join known as p on p.ledger = m.ledger and p.document_id = m.credit_id
    where not exists (
        select 1 from matches as x
        join documents as d on d.document_key = x.debit_key
        join documents as c on c.document_key = x.credit_key
        where d.ledger = m.ledger and d.document_id = m.debit_id
        and c.document_id = m.credit_id and x.method = 'given')
    """,
)


def unheard(connection: Connection) -> bool:
    """Whether some match row could not be followed at all."""
    return number(connection, "select count(*) from unheard where applied = 0") > 0


def match_unknown(connection: Connection) -> Check:
    """Return the check of match rows, but for those of documents that are set aside."""
    aside = " or ".join(a.where for a in overlaps(connection))
    if not aside:
        return MATCH_UNKNOWN
    gone = (
        f"(select s.document_id from staged_documents as s where s.document_id <> '' and ({aside}))"
    )
    known = f"and m.debit_id not in {gone} and m.credit_id not in {gone}"
    return replace(MATCH_UNKNOWN, sql=f"{MATCH_UNKNOWN.sql.rstrip()}\n    {known}\n    ")


def by_rule(connection: Connection) -> list[Finding]:
    """Say what share of what was settled rests on rules and not on the source."""
    sql = """
        select m.*, round(m.amount_currency * d.rate, 2) as amount, d.currency, d.customer,
            d.document_id as debit_id, c.document_id as credit_id, c.reference, d.salesperson,
            c.file_id, c.line
        from matches as m
        join documents as d on d.document_key = m.debit_key
        join documents as c on c.document_key = m.credit_key
    """
    items = number(connection, f"select count(*) from matches where method in {_RULES}")
    if not items:
        return []
    share = dict(
        rows(connection, f"select method, sum(amount) from ({sql}) group by all order by all")
    )
    rules = {
        name: sum((decimal(share.get(m)) for m in methods), Decimal(0))
        for name, methods in _METHODS.items()
    }
    assumed = sum(rules.values(), Decimal(0))
    total = sum((decimal(v) for v in share.values()), Decimal(0))
    if not assumed:
        return []
    values = {k: percent(v, total) for k, v in {**rules, "share": assumed}.items()}
    return [
        finding(
            "matched_by_rule",
            N_("{share} % of what is settled was matched by rule, not by the source: {named} %"
               " by reference or number, {amount} % by amount, {oldest} % oldest first."),
            values,
            items,
            assumed,
            f"select * from ({sql.strip()}) where method in {_RULES}",
        )
    ]  # fmt: skip


def cut(connection: Connection) -> list[Finding]:
    """Say which match rows ask for more than their documents hold."""
    items = number(connection, "select count(*) from unheard where applied > 0")
    if not items:
        return []
    sql = """
        select m.* exclude (amount), m.amount as amount_currency, d.currency, d.customer,
            round(m.amount * d.rate, 2) as amount, x.applied,
            round((m.amount - x.applied) * d.rate, 2) as beyond
        from staged_matches as m
        join documents as d on d.ledger = m.ledger and d.document_id = m.debit_id
        join documents as c on c.ledger = m.ledger and c.document_id = m.credit_id
        join (select debit_key, credit_key, sum(amount_currency) as applied from matches
            group by all) as x on x.debit_key = d.document_key and x.credit_key = c.document_key
        where x.applied < m.amount
    """
    return [
        finding(
            "match_cut",
            NN_(
                "{items} match row settles more than is left of its documents; it is cut.",
                "{items} match rows settle more than is left of their documents; they are cut.",
            ),
            {"items": items},
            items,
            rows(connection, f"select sum(beyond) from ({sql})")[0][0],
            sql,
        )
    ]


def left_aside(connection: Connection) -> list[Finding]:
    """Compare paid states that were left aside with the payments that speak instead."""
    if not number(connection, "select count(*) from state_unused"):
        return []
    items, customers, stated, paid = rows(
        connection,
        """
        select sum(u.items), count(*), sum(u.stated), sum(p.amount)
        from state_unused as u
        join (select ledger, customer, -sum(amount) as amount from entry
              where kind = 'payment' and not carried group by all) as p using (ledger, customer)
        """,
    )[0]
    if not items:
        return []
    return [
        finding(
            "state_left_aside",
            NN_("{items} invoice says that it is paid ({stated}), while payments of its customer"
                " are loaded too ({paid}). The payments count.",
                "{items} invoices of {customers} customers say that they are paid ({stated}), while"
                " payments of these customers are loaded too ({paid}). The payments count."),
            {"items": items, "customers": customers, "stated": str(stated),
             "paid": str(paid)},
            items,
            decimal(stated) - decimal(paid),
            """
            select * from staged_documents as s
            where (open_amount is not null or paid_amount is not null or paid_on is not null)
            and exists (select 1 from staged_documents as p where p.kind = 'payment'
                and p.ledger = s.ledger and p.customer_id = s.customer_id)
            """,
        )
    ]  # fmt: skip
