"""Collection effectiveness index (CEI)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query
from metrics.asking.rows import documents, items

COLLECTION_EFFECTIVENESS = Metric(
    name="collection_effectiveness",
    label=N_("Collection effectiveness index (CEI)"),
    unit="share",
    meaning=N_(
        "How much of what could be collected in the month was collected. 100 % means that "
        "nothing due was left open at the end."
    ),
    formula=N_(
        "CEI = (opening + sales − closing) ÷ (opening + sales − closing not due), over the "
        "calendar month of the as-of day, up to that day"
    ),
    conventions=(
        N_("Sales are those of the whole period, not divided by its months."),
        N_("Opening and closing include unapplied payments and credit notes."),
        N_("A month that has begun is compared with as many days of another month, never with a "
           "whole one."),
        N_("Where nothing was to be collected there is no index: the answer is empty."),
    ),
    others=N_("Some divide the sales of a quarter by three before adding them: 55.93 % instead of "
              "79.63 % on the published figures."),
    fields=(
        Field("cei", N_("CEI"), "share", empty=N_("nothing was to be collected")),
        Field("opening", N_("Receivables at the start"), "money", additive=True),
        Field("sales", N_("Sales"), "money", additive=True),
        Field("closing", N_("Receivables at the end"), "money", additive=True),
        Field("closing_not_due", N_("Of which not due"), "money", additive=True),
    ),
    query=Query(
        reads=("opening_balances", "monthly", "balances",),
        windows=("from_1m",),
        tables={
            "parts": """
select {by}, amount as opening, 0 as sales, 0 as closing, 0 as closing_not_due
from opening_balances
union all
select {by}, 0, amount, 0, 0
from monthly
where month_start >= from_1m
union all
select {by}, 0, 0, amount, case when bucket = 'not_due' then amount else 0 end
from balances
""",
            "figures": """
select {by}, sum(opening) as opening, sum(sales) as sales, sum(closing) as closing,
    sum(closing_not_due) as closing_not_due
from parts
group by {by}
""",
        },
        select="""
select {by},
    cast(opening + sales - closing as double)
        / nullif(cast(opening + sales - closing_not_due as double), 0) as cei,
    cast(opening as decimal(18, 2)) as opening,
    cast(sales as decimal(18, 2)) as sales,
    cast(closing as decimal(18, 2)) as closing,
    cast(closing_not_due as decimal(18, 2)) as closing_not_due
from figures
""",
    ),
    rows={
        N_("Receivables at the end"): items("alive"),
        N_("Receivables at the start"): items("opening"),
        N_("Sales"): documents("sales", "sales.issued_on >= sales.from_1m", "from_1m"),
    },
    reference=N_("Published figures: wizedu.com; the variant with divided sales: creditguru.com"),
    example=Example(
        source="wizedu.com, collection effectiveness index",
        as_of=date(2025, 6, 30),
        documents=(
            Document("I1", "invoice", date(2025, 4, 10), date(2025, 5, 10), Decimal("6200.00")),
            Document("I2", "invoice", date(2025, 6, 5), date(2025, 6, 20), Decimal("7300.00")),
            Document("I3", "invoice", date(2025, 6, 6), date(2025, 7, 6), Decimal("3590.00")),
            Document("P1", "payment", date(2025, 6, 25), date(2025, 6, 25), Decimal("-10750.00")),
        ),
        expect=(
            {
                "cei": Decimal("0.7963"),
                "opening": Decimal("6200.00"),
                "sales": Decimal("10890.00"),
                "closing": Decimal("6340.00"),
                "closing_not_due": Decimal("3590.00"),
            },
        ),
    ),
)  # fmt: skip
