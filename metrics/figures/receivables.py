"""Receivables: what customers owe, as of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import items

RECEIVABLES = Metric(
    name="receivables",
    label=N_("Receivables"),
    unit="money",
    meaning=N_(
        "What customers owe at the end of the as-of day: the sum of all open items, payments and "
        "credit notes that are not yet matched included. It equals the balance of the "
        "receivables accounts in the ledger."
    ),
    formula=N_("receivables = sum of open items alive on the day = ledger balance"),
    conventions=(
        N_("Unapplied payments and credit notes count as negative open items."),
        N_("Instalments are counted one by one; what is paid in parts later is one open item."),
        N_("An invoice paid on the 9th is paid on the 9th, whenever the match was recorded."),
        N_("Amounts include VAT and stand in the reporting currency, at the document's rate."),
        N_("What is open in one currency only is told in that currency besides."),
    ),
    others=N_(
        "Many reports leave unapplied payments out, so that the list does not add up to the "
        "ledger; others use today's status of an invoice for a day in the past."
    ),
    fields=(
        Field("receivables", N_("Receivables"), "money", additive=True),
        Field("unapplied", N_("Unapplied"), "money", additive=True),
        Field("open_items", N_("Open items"), "count", additive=True),
        Field("customers", N_("Customers with open items"), "count"),
        Field("receivables_currency", N_("Receivables in their currency"), "money"),
    ),
    query=Query(
        reads=(
            "balances_by_currency",
            "debtors",
            "whole",
        ),
        tables={
            "parts": """
select {by}, amount, case when bucket = 'unapplied' then amount else 0 end as unapplied,
    items as open_items, 0 as customers, in_currency, of_currency
from balances_by_currency
union all
select {by}, 0, 0, 0, customers, null, null
from debtors
union all
select {by}, 0, 0, 0, 0, null, null
from whole
""",
        },
        select="""
select {by},
    cast(sum(amount) as decimal(18, 2)) as receivables,
    cast(sum(unapplied) as decimal(18, 2)) as unapplied,
    cast(sum(open_items) as bigint) as open_items,
    cast(sum(customers) as bigint) as customers,
    case when min(of_currency) = max(of_currency)
        then cast(sum(in_currency) as decimal(18, 2)) end as receivables_currency
from parts
group by {by}
""",
    ),
    rows={N_("Open items"): items("alive")},
    reference="IAS 1.54(h), trade receivables; erpnext's tests for unlinked credit notes",
    example=Example(
        source="erpnext, accounts receivable tests",
        as_of=date(2025, 3, 31),
        documents=(
            Document("I1", "invoice", date(2025, 3, 1), date(2025, 3, 31), Decimal("100.00")),
            Document("P1", "payment", date(2025, 3, 10), date(2025, 3, 10), Decimal("-40.00")),
            Document("N1", "credit_note", date(2025, 3, 20), date(2025, 3, 20), Decimal("-100.00")),
        ),
        matches=(Match("I1", "P1", Decimal("40.00")),),
        expect=(
            {
                "receivables": Decimal("-40.00"),
                "unapplied": Decimal("-100.00"),
                "open_items": 2,
                "customers": 1,
            },
        ),
        note=N_("The credit note is not linked to the invoice: +60 and an unapplied -100."),
    ),
)
