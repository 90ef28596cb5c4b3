"""Sales, and how they grew against the year before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query
from metrics.asking.rows import documents

SALES = Metric(
    name="sales",
    label=N_("Sales"),
    unit="money",
    meaning=N_(
        "Invoices minus credit notes issued in the window, VAT included, beside the same window "
        "a year earlier."
    ),
    formula=N_("growth = sales of the window ÷ sales of the same window a year earlier − 1"),
    conventions=(
        N_("The window a year earlier ends on the same day of that year; the last day of February "
           "answers to the last day of February, the 28th or the 29th."),
        N_("Where the data do not reach back to the start of that window, or nothing was sold in "
           "it, there is no growth: the answer is empty."),
        N_("Opening balances are not sales."),
    ),
    others=N_("Others compare a month that has just begun with a whole one."),
    fields=(
        Field("sales", N_("Sales"), "money", additive=True),
        Field("sales_year_before", N_("Sales, a year earlier"), "money", additive=True),
        Field("growth", N_("Growth"), "share",
              empty=N_("nothing was sold a year earlier, or that window begins before the data")),
        Field("invoices", N_("Invoices"), "count", additive=True),
    ),
    query=Query(
        reads=("monthly", "year_before", "reach", "days",),
        windows=("from_window", "from_year_ago",),
        tables={
            "parts": """
select {by}, case when month_start >= from_window then amount else 0 end as sales,
    case when month_start >= from_window then invoices else 0 end as invoices,
    0 as sales_year_before
from monthly
union all
select {by}, 0, 0, amount
from year_before
""",
            "sold": """
select {by}, sum(sales) as sales, sum(invoices) as invoices,
    sum(sales_year_before) as sales_year_before
from parts
group by {by}
""",
        },
        select="""
select {by},
    cast(sales as decimal(18, 2)) as sales,
    cast(sales_year_before as decimal(18, 2)) as sales_year_before,
    case
        when cast(date_trunc('month', first_sale) as date) <= from_year_ago
                and sales_year_before > 0
            then cast(sales as double) / cast(sales_year_before as double) - 1
    end as growth,
    cast(invoices as bigint) as invoices
from sold
join reach using (as_of)
join days using (as_of)
""",
    ),
    rows={
        N_("Sales"): documents("sales", "sales.issued_on >= sales.from_window", "from_window"),
        N_("Sales, a year earlier"): documents("sales_year_before"),
    },
    reference=N_("IFRS 15 for what is a sale; the comparison is plain arithmetic"),
    example=Example(
        source="plain arithmetic: 1,200 after 1,000 is 20 % more",
        as_of=date(2025, 12, 31),
        documents=(
            Document("I0", "invoice", date(2024, 1, 15), date(2024, 2, 14), Decimal("400.00")),
            Document("I1", "invoice", date(2024, 6, 15), date(2024, 7, 15), Decimal("600.00")),
            Document("I2", "invoice", date(2025, 6, 15), date(2025, 7, 15), Decimal("1300.00")),
            Document("N1", "credit_note", date(2025, 7, 1), date(2025, 7, 1), Decimal("-100.00")),
        ),
        expect=(
            {
                "sales": Decimal("1200.00"),
                "sales_year_before": Decimal("1000.00"),
                "growth": Decimal("0.2"),
                "invoices": 1,
            },
        ),
    ),
)  # fmt: skip
