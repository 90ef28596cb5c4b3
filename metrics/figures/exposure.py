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
        "What customers owe beside what they may owe. Headroom is the room left for new sales on "
        "credit. What is owed beyond limits stands apart, and is never taken off others' room."
    ),
    formula=N_(
        "headroom = sum of (credit limit − receivables) where a limit leaves room; over the limit "
        "= sum of (receivables − credit limit) where one is exceeded"
    ),
    conventions=(
        N_("A limit counts what its customer owes and what those that belong to it owe. The limit "
           "that binds a customer is its own or one above it, whichever has least left."),
        N_("Debts count in all currencies: who is filtered by a currency is counted whole. Split "
           "by currency, or for one branch or company, nobody has a limit."),
        N_("Room that one limit leaves to several customers counts once. Where there is only one "
           "limit, headroom is negative if it is exceeded."),
        N_("Customers without a limit, their own or one above them, have no headroom; what they "
           "owe stands apart."),
        N_("Limits of files are those of today: exports carry no history of limits."),
        N_("Limits and terms said here win over those of files, from their day until the last day "
           "they hold."),
        N_("Orders that are not yet invoiced are not in the data and not counted."),
    ),
    others=N_("ERP systems often check the limit against overdue invoices only, or leave unapplied "
              "payments out."),
    fields=(
        Field("exposure", N_("Exposure"), "money", additive=True),
        Field("credit_limit", N_("Credit limit"), "money"),
        Field("headroom", N_("Headroom"), "money",
              empty=N_("nobody here has a limit, or nobody has one for what it is split by")),
        Field("excess", N_("Over the limit"), "money"),
        Field("customers_over", N_("Customers over their limit"), "count"),
        Field("insured_limit", N_("Insured limit"), "money"),
        Field("without_limit", N_("Exposure without a limit"), "money", additive=True),
    ),
    query=Query(
        reads=("owing", "accounts", "limits"),
        tables={
            "owed": """
select {by},
    sum(amount) as exposure,
    sum(case when known.limited = 1 then 0 else amount end) as without_limit
from owing
left join (select as_of, customer, 1 as limited from limits) as known using (as_of, customer)
group by {by}
""",
            "members": """
select {by}, accounts.credit_limit, accounts.insured_limit, limits.headroom,
    limits.own_headroom, limits.holder, limits.top_holder, limits.top_headroom
from accounts
left join limits using (as_of, customer)
""",
            "bound": """
select {by}, top_holder, holder, max(headroom) as headroom, max(top_headroom) as top_headroom
from members
where top_holder is not null
group by {by}, top_holder, holder
""",
            "rooms": """
select {by},
    case when max(headroom) > 0 then least(max(top_headroom), sum(greatest(headroom, 0)))
        else min(headroom) end as room
from bound
group by {by}, top_holder
""",
            "room": """
select {by}, case when count(*) = 1 then max(room) else sum(greatest(room, 0)) end as room
from rooms
group by {by}
""",
            "allowed": """
select {by}, sum(credit_limit) as credit_limit, sum(insured_limit) as insured_limit,
    sum(case when own_headroom < 0 then -own_headroom when own_headroom >= 0 then 0 end)
        as excess,
    sum(case when headroom < 0 then 1 else 0 end) as customers_over
from members
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
    cast(room as decimal(18, 2)) as headroom,
    cast(excess as decimal(18, 2)) as excess,
    cast(coalesce(customers_over, 0) as bigint) as customers_over,
    cast(insured_limit as decimal(18, 2)) as insured_limit,
    cast(coalesce(without_limit, 0) as decimal(18, 2)) as without_limit
from known_groups
left join owed using ({by})
left join room using ({by})
left join allowed using ({by})
""",
    ),
    rows={N_("Open items"): items("owing")},
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
                "excess": Decimal("0.00"),
                "without_limit": Decimal("0.00"),
            },
        ),
    ),
)  # fmt: skip
