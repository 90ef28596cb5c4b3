"""Terms: what was agreed, what was invoiced, what was taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Customer, Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import documents, items

TERMS = Metric(
    name="terms",
    label=N_("Terms agreed, invoiced and taken"),
    unit="days",
    meaning=N_(
        "Three answers to the question how long a customer has to pay: what was agreed, what "
        "stood on the invoices, and what the customer took. Between the first two, terms leak "
        "at the sale; between the last two, at collection."
    ),
    formula=N_(
        "agreed = customer master or said here; invoiced = due − issued; taken = paid − issued; "
        "each weighted by amount"
    ),
    conventions=(
        N_("Agreed and invoiced terms: invoices issued in the window; taken: slices paid in it."),
        N_("Assumed due days do not count as invoiced terms."),
        N_("Terms that were said here win over those of files: for invoices issued from that day "
           "on, until the last day they hold."),
    ),
    others=N_("JD Edwards calls what sales granted beyond the standard terms extended DSO."),
    fields=(
        Field("agreed", N_("Terms agreed"), "days"),
        Field("invoiced", N_("Terms invoiced"), "days"),
        Field("taken", N_("Terms taken"), "days"),
        Field("invoices", N_("Invoices"), "count", additive=True),
    ),
    query=Query(
        reads=("granted", "payments",),
        windows=("from_window",),
        tables={
            "parts": """
select {by}, agreed_days, agreed_weight, given_days, given_weight, billed as invoices,
    null as taken_days, null as paid_amount
from granted
where month_start >= from_window and (billed > 0 or agreed_days is not null)
union all
select {by}, null, null, null, null, 0, taken_days, amount
from payments
""",
            "figures": """
select {by}, sum(agreed_days) as agreed_days, sum(agreed_weight) as agreed_weight,
    sum(given_days) as given_days, sum(given_weight) as given_weight,
    sum(invoices) as invoices, sum(taken_days) as taken_days,
    sum(paid_amount) as paid_amount
from parts
group by {by}
""",
        },
        select="""
select {by},
    cast(agreed_days as double) / cast(agreed_weight as double) as agreed,
    cast(given_days as double) / cast(given_weight as double) as invoiced,
    cast(taken_days as double) / cast(paid_amount as double) as taken,
    cast(invoices as bigint) as invoices
from figures
""",
    ),
    rows={
        N_("Invoices issued in the window"): documents(
            "sales",
            "sales.kind = 'invoice' and sales.amount > 0 and sales.issued_on >= sales.from_window",
            "from_window",
        ),
        N_("Payments in the window"): items("settled"),
    },
    reference=N_("Oracle JD Edwards, extended DSO; Directive 2011/7/EU for what may be agreed"),
    example=Example(
        source="weighted by amount: (100 × 30 + 300 × 60) ÷ 400 = 52.5",
        as_of=date(2025, 6, 30),
        customers=(Customer("C1", None, 30),),
        documents=(
            Document("I1", "invoice", date(2025, 4, 1), date(2025, 5, 1), Decimal("100.00")),
            Document("I2", "invoice", date(2025, 4, 1), date(2025, 5, 31), Decimal("300.00")),
            Document("P1", "payment", date(2025, 5, 11), date(2025, 5, 11), Decimal("-100.00")),
        ),
        matches=(Match("I1", "P1", Decimal("100.00")),),
        expect=(
            {"agreed": Decimal(30), "invoiced": Decimal("52.5"), "taken": Decimal(40),
             "invoices": 2},
        ),
    ),
)  # fmt: skip
