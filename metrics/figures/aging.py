"""Aging: how long the open items have been due, in the buckets of `data.core.buckets`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query
from metrics.asking.rows import items


def _open(number: str, due_on: date, amount: str) -> Document:
    return Document(number, "invoice", date(2017, 6, 1), due_on, Decimal(amount))


AGING = Metric(
    name="aging",
    label=N_("Aging"),
    unit="money",
    meaning=N_(
        "The receivables by how many days they are past due on the as-of day. The buckets and "
        "the unapplied payments and credit notes together are the receivables, to the cent."
    ),
    formula=N_("days overdue = as-of day − due day; not due at 0 or fewer, day 30 is in 1–30"),
    conventions=(
        N_("Each instalment ages by its own due day."),
        N_("Unapplied payments and credit notes stand in a column of their own, never netted."),
        N_("By issue day, `not due` holds what was issued on the as-of day or later."),
    ),
    others=N_(
        "Some reports net unapplied payments against the oldest bucket, leave future due dates "
        "out, or age credit notes by their own day: the buckets then do not add up to the ledger."
    ),
    fields=(
        Field("bucket", N_("Bucket"), "text"),
        Field("amount", N_("Amount"), "money", additive=True),
        Field("items", N_("Open items"), "count", additive=True),
    ),
    query=Query(
        reads=("aged", "whole", "buckets",),
        tables={
            "held": """
select {by}, bucket, sum(amount) as amount, sum(items) as items
from aged
group by {by}, bucket
""",
            "known_groups": """
select {by} from held
union
select {by} from whole
""",
            "places": """
select {by}, bucket, position
from known_groups
cross join buckets
""",
        },
        select="""
select {by}, bucket,
    cast(coalesce(amount, 0) as decimal(18, 2)) as amount,
    cast(coalesce(items, 0) as bigint) as items, position
from places
left join held using ({by}, bucket)
""",
    ),
    rows={N_("Open items"): items("alive", "{bucket} as bucket,")},
    reference="OCA account-financial-reporting #383 (published figures)",
    example=Example(
        source="OCA account-financial-reporting #383",
        as_of=date(2017, 12, 31),
        documents=(
            _open("A", date(2018, 1, 15), "500.00"),
            _open("B", date(2017, 12, 15), "1000.00"),
            _open("C", date(2017, 11, 15), "2000.00"),
            _open("D", date(2017, 10, 15), "4000.00"),
            _open("E", date(2017, 9, 15), "8000.00"),
            _open("F", date(2017, 8, 15), "160000.00"),
        ),
        expect=(
            {"bucket": "not_due", "amount": Decimal("500.00"), "items": 1},
            {"bucket": "1-30", "amount": Decimal("1000.00"), "items": 1},
            {"bucket": "31-60", "amount": Decimal("2000.00"), "items": 1},
            {"bucket": "61-90", "amount": Decimal("4000.00"), "items": 1},
            {"bucket": "over_90", "amount": Decimal("168000.00"), "items": 2},
            {"bucket": "unapplied", "amount": Decimal("0.00"), "items": 0},
        ),
        note=N_("The source splits over 90 into 91–120 (8,000) and beyond (160,000)."),
    ),
    order="position",
    hidden=("position",),
)  # fmt: skip
