"""Terms leak: days that sales grants beyond what was agreed, and days that customers take."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Customer, Document, Example, Field, Match, Metric, Query
from metrics.asking.rows import items

_GIVEN = "billed_items.agreed is not null and billed_items.due_assumed = ''"
_INVOICED = "date_diff('day', billed_items.issued_on, billed_items.due_on)"
_COST = "{percents[billed_items.due_on]} - {percents[billed_items.issued_on, billed_items.agreed]}"
_TAKEN = "date_diff('day', settled.issued_on, settled.closed_on)"
_LATE = "date_diff('day', settled.due_on, settled.closed_on)"
_LATE_COST = "{percents[settled.closed_on]} - {percents[settled.due_on]}"
_NONE = N_("no invoice of the window has both agreed terms and a due day of its own")
_UNPAID = N_("nothing was paid in the window")

TERMS_LEAK = Metric(
    name="terms_leak",
    label=N_("Terms leak: beyond agreed, beyond invoiced"),
    unit="days",
    meaning=N_(
        "Between what was agreed and what stands on the invoice, sales gives days away; between "
        "the due day and the payment, customers take them. Each is said in days, and in what "
        "financing them costs."
    ),
    formula=N_(
        "granted = invoiced − agreed; late = paid − due; each weighted by amount; its cost = "
        "sum(amount × own cost of money of each of these days ÷ 36,500)"
    ),
    conventions=(
        N_("Agreed, invoiced and granted: the invoices issued in the window whose agreed terms are "
           "known and whose due day was not assumed, instalment by instalment. Their share of what "
           "was invoiced is said."),
        N_("Taken and late: slices paid in the window. What is not paid yet is in neither."),
        N_("Days are signed: fewer days than agreed, or paid before the due day, make up for "
           "others."),
        N_("Agreed is what was said here as of the invoice's day, else the customer master."),
        N_("The cost is that of the window: of 12 months, a year's. Each day counts with the own "
           "cost of money of that day (money_percent of the policy)."),
    ),
    others=N_("Average days times average amounts say another cost: who takes long may buy little. "
              "Here it is added up from the rows."),
    fields=(
        Field("agreed", N_("Terms agreed"), "days", empty=_NONE),
        Field("invoiced", N_("Terms invoiced"), "days", empty=_NONE),
        Field("granted", N_("Days granted beyond agreed"), "days", empty=_NONE),
        Field("granted_cost", N_("Financing of days granted"), "money", empty=_NONE),
        Field("taken", N_("Terms taken"), "days", empty=_UNPAID),
        Field("late", N_("Days beyond terms"), "days", empty=_UNPAID),
        Field("late_cost", N_("Financing of days beyond terms"), "money", empty=_UNPAID),
        Field("above", N_("Invoices above agreed terms"), "count", additive=True),
        Field("above_amount", N_("Amount above agreed terms"), "money", additive=True),
        Field("invoices", N_("Invoices with agreed terms"), "count", additive=True),
        Field("known_share", N_("Share of invoiced with agreed terms"), "share"),
    ),
    query=Query(
        reads=("billed_items", "settled"),
        tables={
            "granted_terms": f"""
select {{by}}, billed_items.document_key, sum(amount) as amount,
    sum(case when {_GIVEN} then amount end) as known_amount,
    sum(case when {_GIVEN} then amount * agreed end) as agreed_days,
    sum(case when {_GIVEN} then amount * {_INVOICED} end) as invoiced_days,
    sum(case when {_GIVEN} then amount * ({_COST}) end) as granted_percents
from billed_items
group by {{by}}, billed_items.document_key
""",
            "leaks": f"""
select {{by}}, sum(amount) as amount, sum(known_amount) as known_amount,
    sum(agreed_days) as agreed_days, sum(invoiced_days) as invoiced_days,
    sum(granted_percents) as granted_percents, count(known_amount) as invoices,
    sum(case when invoiced_days > agreed_days then 1 else 0 end) as above,
    sum(case when invoiced_days > agreed_days then known_amount else 0 end) as above_amount,
    null as paid_amount, null as taken_days, null as late_days, null as late_percents
from granted_terms
group by {{by}}
union all
select {{by}}, null, null, null, null, null, 0, 0, 0,
    sum(amount), sum(amount * {_TAKEN}), sum(amount * {_LATE}), sum(amount * ({_LATE_COST}))
from settled
group by {{by}}
""",
            "leaked": """
select {by}, cast(sum(amount) as double) as amount,
    cast(sum(known_amount) as double) as known_amount,
    cast(sum(agreed_days) as double) as agreed_days,
    cast(sum(invoiced_days) as double) as invoiced_days,
    cast(sum(granted_percents) as double) as granted_percents,
    sum(invoices) as invoices, sum(above) as above, sum(above_amount) as above_amount,
    cast(sum(paid_amount) as double) as paid_amount,
    cast(sum(taken_days) as double) as taken_days,
    cast(sum(late_days) as double) as late_days,
    cast(sum(late_percents) as double) as late_percents
from leaks
group by {by}
""",
        },
        select="""
select {by},
    agreed_days / known_amount as agreed, invoiced_days / known_amount as invoiced,
    (invoiced_days - agreed_days) / known_amount as granted,
    cast(granted_percents / 36500 as decimal(18, 2)) as granted_cost,
    taken_days / paid_amount as taken, late_days / paid_amount as late,
    cast(late_percents / 36500 as decimal(18, 2)) as late_cost,
    cast(above as bigint) as above, cast(above_amount as decimal(18, 2)) as above_amount,
    cast(invoices as bigint) as invoices,
    coalesce(known_amount, 0) / amount as known_share
from leaked
""",
    ),
    rows={
        N_("Invoices issued in the window"): items(
            "billed_items", "billed_items.agreed as agreed_days,"
        ),
        N_("Payments in the window"): items("settled"),
    },
    reference=N_("Weighted days: Oracle JD Edwards, extended DSO; cost of waiting, simple, over a "
                 "year of 365 days"),
    example=Example(
        source=N_("agreed 30 days, invoiced at 60 and paid after 90: 30,000 × 30 × 5 % ÷ 365 = "
                  "123.29 for either"),
        as_of=date(2025, 6, 30),
        customers=(Customer("C1", None, 30),),
        documents=(
            Document("I1", "invoice", date(2025, 3, 1), date(2025, 4, 30), Decimal("30000.00")),
            Document("P1", "payment", date(2025, 5, 30), date(2025, 5, 30), Decimal("-30000.00")),
        ),
        matches=(Match("I1", "P1", Decimal("30000.00")),),
        expect=(
            {"agreed": Decimal(30), "invoiced": Decimal(60), "granted": Decimal(30),
             "granted_cost": Decimal("123.29"), "taken": Decimal(90), "late": Decimal(30),
             "late_cost": Decimal("123.29"), "above": 1, "above_amount": Decimal("30000.00"),
             "invoices": 1, "known_share": Decimal(1)},
        ),
    ),
)  # fmt: skip
