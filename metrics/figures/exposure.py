"""Exposure, limit and headroom: what may still be sold on credit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Customer, Document, Example, Field, Metric, Query
from metrics.asking.rows import items

EXPOSURE = Metric(
    name="exposure",
    label=N_("Exposure and headroom"),
    unit="money",
    meaning=N_(
        "What customers owe beside what they may owe. Headroom is the room left for new sales "
        "on credit; it is negative where the limit is exceeded."
    ),
    formula=N_("headroom = credit limit − receivables, over customers that have a limit"),
    conventions=(
        N_("Customers without a limit have no headroom; what they owe stands apart."),
        N_("Limits are those of today, for any as-of day: exports carry no history of limits."),
        N_("Orders that are not yet invoiced are not in the data and not counted."),
    ),
    others=N_("ERP systems often check the limit against overdue invoices only, or leave unapplied "
              "payments out."),
    fields=(
        Field("exposure", N_("Exposure"), "money", additive=True),
        Field("credit_limit", N_("Credit limit"), "money"),
        Field("headroom", N_("Headroom"), "money"),
        Field("insured_limit", N_("Insured limit"), "money"),
        Field("without_limit", N_("Exposure without a limit"), "money", additive=True),
    ),
    query=Query(
        reads=("alive", "accounts",),
        tables={
            "owed": """
select {by},
    sum(amount) as exposure,
    sum(case when customer in (select customer_id from customers where credit_limit is not null)
        then 0 else amount end) as without_limit
from alive
group by {by}
""",
            "allowed": """
select {by}, sum(credit_limit) as credit_limit, sum(insured_limit) as insured_limit
from accounts
group by {by}
""",
            "known_groups": """
select {by} from owed
union
select {by} from allowed
""",
        },
        select="""
select {by},
    cast(coalesce(exposure, 0) as decimal(18, 2)) as exposure,
    cast(credit_limit as decimal(18, 2)) as credit_limit,
    cast(credit_limit - (coalesce(exposure, 0) - coalesce(without_limit, 0)) as decimal(18, 2))
        as headroom,
    cast(insured_limit as decimal(18, 2)) as insured_limit,
    cast(coalesce(without_limit, 0) as decimal(18, 2)) as without_limit
from known_groups
left join owed using ({by})
left join allowed using ({by})
""",
    ),
    rows={N_("Open items"): items("alive")},
    reference=N_("Deal over the limit: with 4,000 open under a limit of 10,000, 6,000 is left"),
    example=Example(
        source="limit 10,000 with 4,000 open",
        as_of=date(2025, 3, 31),
        customers=(Customer("C1", Decimal("10000.00")),),
        documents=(
            Document("I1", "invoice", date(2025, 3, 1), date(2025, 3, 31), Decimal("4000.00")),
        ),
        expect=(
            {
                "exposure": Decimal("4000.00"),
                "credit_limit": Decimal("10000.00"),
                "headroom": Decimal("6000.00"),
                "without_limit": Decimal("0.00"),
            },
        ),
    ),
)  # fmt: skip
