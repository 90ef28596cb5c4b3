"""Disputes: what customers contest of what they owe, why, and for how long."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query, Told
from metrics.asking.rows import items, lines
from metrics.asking.said import CONVERTED

_DISPUTE = {"currency": "EUR", "owner": ""}
_DOCUMENTS = (
    Document("I1", "invoice", date(2025, 1, 10), date(2025, 2, 9), Decimal("600.00")),
    Document("I2", "invoice", date(2025, 2, 10), date(2025, 3, 12), Decimal("400.00")),
)
_TOLD = (
    Told("C1", date(2025, 3, 1), "disputes",
         {**_DISPUTE, "amount": Decimal("100.00"), "reason": "price"}, ("I2",)),
    Told("C1", date(2025, 3, 21), "disputes",
         {**_DISPUTE, "amount": Decimal("150.00"), "reason": "quality"}),
)  # fmt: skip

DISPUTES = Metric(
    name="disputes",
    label=N_("Disputes"),
    unit="money",
    meaning=N_(
        "What customers contest of what they owe: the disputes that are open on the as-of day, and "
        "the part of receivables that they hold up. Such amounts are not late for want of money, "
        "and reminders do not bring them in."
    ),
    formula=N_("share of receivables = disputed amount of open items ÷ receivables"),
    conventions=(
        N_("A dispute that names documents takes of what is open of them, in due order, up to its "
           "amount; one that names none takes of the customer's oldest open items. A cent is "
           "disputed once."),
        N_("Open items that a file marks as disputed are so as a whole, without a dispute."),
        N_("A dispute is open from the day it was said until it is settled or taken back; its age "
           "counts from that day."),
        N_("Disputes are a customer's: split by what is of documents alone, only amounts of open "
           "items are told apart."),
        CONVERTED,
    ),
    others=N_("Many list the whole invoice where a part of it is disputed, or leave disputed "
              "invoices out of overdue figures without saying so."),
    fields=(
        Field("disputes", N_("Open disputes"), "count"),
        Field("claimed", N_("Amount of open disputes"), "money"),
        Field("disputed", N_("Disputed of receivables"), "money", additive=True),
        Field("receivables", N_("Receivables"), "money", additive=True),
        Field("share", N_("Share of receivables"), "share", empty=N_("nothing is owed")),
        Field("average_age", N_("Average age of open disputes"), "days",
              empty=N_("no dispute is open")),
    ),
    query=Query(
        reads=("disputes", "disputed_items", "balances", "whole"),
        tables={
            "parts": """
select {by}, 1 as disputes, amount as claimed, age, 0 as disputed, 0 as receivables
from disputes
union all
select {by}, 0, 0, 0, amount, 0
from disputed_items
union all
select {by}, 0, 0, 0, 0, amount
from balances
union all
select {by}, 0, 0, 0, 0, 0
from whole
""",
        },
        select="""
select {by},
    cast(sum(disputes) as bigint) as disputes,
    cast(sum(claimed) as decimal(18, 2)) as claimed,
    cast(sum(disputed) as decimal(18, 2)) as disputed,
    cast(sum(receivables) as decimal(18, 2)) as receivables,
    case when sum(receivables) > 0
        then cast(sum(disputed) as double) / cast(sum(receivables) as double) end as share,
    cast(sum(age) as double) / nullif(sum(disputes), 0) as average_age
from parts
group by {by}
""",
        disputed_too=True,
    ),
    rows={
        N_("Open disputes"): lines("disputes", "amount, reason, owner, age"),
        N_("Disputed open items"): items("disputed_items"),
    },
    reference=N_("Credit Research Foundation, deductions and disputes as a share of receivables"),
    example=Example(
        source=N_("1,000 owed, 100 of one invoice and 150 of the account disputed"),
        as_of=date(2025, 3, 31),
        documents=_DOCUMENTS,
        told=_TOLD,
        expect=(
            {"disputes": 2, "claimed": Decimal("250.00"), "disputed": Decimal("250.00"),
             "receivables": Decimal("1000.00"), "share": Decimal("0.25"),
             "average_age": Decimal(20)},
        ),
    ),
)  # fmt: skip

_AGE = """case when age <= 30 then '0-30' when age <= 60 then '31-60' when age <= 90 then '61-90'
        else 'over_90' end"""

DISPUTES_BY = Metric(
    name="disputes_by",
    label=N_("Disputes by reason, owner and age"),
    unit="money",
    meaning=N_(
        "The open disputes three times over: by reason, by who settles them, and by age. Reasons "
        "show what goes wrong before the invoice; owners and ages show what waits, and with whom."
    ),
    formula=N_("amount = sum of the amounts of open disputes; age = as-of day − day it was said"),
    conventions=(
        N_("Each dispute stands in three rows: one of its reason, one of who settles it, one of "
           "its age in days."),
        N_("Disputes are a customer's: split by what is of documents alone, there are none."),
        CONVERTED,
    ),
    others=N_("Many count disputes by the day of the invoice rather than by the day on which it "
              "was disputed."),
    fields=(
        Field("aspect", N_("By what"), "text"),
        Field("value", N_("Value"), "text"),
        Field("disputes", N_("Open disputes"), "count"),
        Field("claimed", N_("Amount of open disputes"), "money"),
        Field("average_age", N_("Average age of open disputes"), "days"),
    ),
    query=Query(
        reads=("disputes",),
        tables={
            "told": f"""
select {{by}}, 1 as position, 'reason' as aspect, reason as value, amount, age
from disputes
union all
select {{by}}, 2, 'owner', owner, amount, age
from disputes
union all
select {{by}}, 3, 'age', {_AGE}, amount, age
from disputes
""",
        },
        select="""
select {by}, position, aspect, value,
    count(*) as disputes,
    cast(sum(amount) as decimal(18, 2)) as claimed,
    cast(sum(age) as double) / count(*) as average_age
from told
group by {by}, position, aspect, value
""",
        disputed_too=True,
    ),
    rows={N_("Open disputes"): lines("disputes", "amount, reason, owner, age")},
    order="position, value",
    hidden=("position",),
    reference=N_("Credit Research Foundation, deductions and disputes as a share of receivables"),
    example=Example(
        source=N_("1,000 owed, 100 of one invoice and 150 of the account disputed"),
        as_of=date(2025, 3, 31),
        documents=_DOCUMENTS,
        told=_TOLD,
        expect=(
            {"aspect": "reason", "value": "price", "disputes": 1, "claimed": Decimal("100.00")},
            {"aspect": "reason", "value": "quality", "disputes": 1, "claimed": Decimal("150.00")},
            {"aspect": "owner", "value": "", "disputes": 2, "claimed": Decimal("250.00")},
            {"aspect": "age", "value": "0-30", "disputes": 2, "claimed": Decimal("250.00"),
             "average_age": Decimal(20)},
        ),
    ),
)  # fmt: skip
