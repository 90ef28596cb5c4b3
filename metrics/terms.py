"""Terms: what was agreed, what was invoiced, what was taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.texts import N_
from metrics.metric import Customer, Document, Example, Field, Match, Metric
from metrics.rows import documents, items

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
        "agreed = customer master; invoiced = due − issued; taken = paid − issued; each weighted "
        "by amount"
    ),
    conventions=(
        N_("Agreed and invoiced terms: invoices issued in the window; taken: slices paid in it."),
        N_("Assumed due days do not count as invoiced terms."),
    ),
    others=N_("JD Edwards calls what sales granted beyond the standard terms extended DSO."),
    fields=(
        Field("agreed", N_("Terms agreed"), "days"),
        Field("invoiced", N_("Terms invoiced"), "days"),
        Field("taken", N_("Terms taken"), "days"),
        Field("invoices", N_("Invoices"), "count", additive=True),
    ),
    sql="""
with issued as (
    select {by},
        sum(case when k.agreed_terms_days is not null then amount * k.agreed_terms_days end)
            as agreed_days,
        sum(case when k.agreed_terms_days is not null then amount end) as agreed_amount,
        sum(case when due_assumed = ''
            then amount * cast(date_diff('day', issued_on, due_on) as integer) end)
            as invoiced_days,
        sum(case when due_assumed = '' then amount end) as invoiced_amount,
        count(*) as invoices
    from sales
    left join (select customer_id, agreed_terms_days from customers) as k
        on k.customer_id = sales.customer
    where kind = 'invoice' and amount > 0 and issued_on >= from_window
    group by {by}
),
paid as (
    select {by},
        sum(amount * cast(date_diff('day', opened_on, closed_on) as integer)) as taken_days,
        sum(amount) as taken_amount
    from settled
    group by {by}
),
known_groups as (
    select {by} from issued
    union
    select {by} from paid
)

select {by},
    cast(agreed_days as double) / cast(agreed_amount as double) as agreed,
    cast(invoiced_days as double) / cast(invoiced_amount as double) as invoiced,
    cast(taken_days as double) / cast(taken_amount as double) as taken,
    coalesce(invoices, 0) as invoices
from known_groups
left join issued using ({by})
left join paid using ({by})
""",
    rows={
        N_("Invoices issued in the window"): documents("sales")
        + "\nwhere sales.kind = 'invoice' and sales.amount > 0"
        + " and sales.issued_on >= sales.from_window",
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
