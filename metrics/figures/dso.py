"""Days sales outstanding, by every accepted method."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data.core.texts import N_
from metrics.asking.metric import Document, Example, Field, Metric, Query
from metrics.asking.rows import documents, items


def _sale(number: str, issued_on: date, amount: str, due_on: date) -> Document:
    kind = "invoice" if Decimal(amount) > 0 else "credit_note"
    return Document(number, kind, issued_on, due_on, Decimal(amount))


_NO_SALES = N_("no sales in the window, or the window begins before the data")
_NO_COUNT = N_("the known sales cannot use the receivables up, or there is a credit balance")

DSO = Metric(
    name="dso",
    label=N_("Days sales outstanding (DSO)"),
    unit="days",
    meaning=N_(
        "How many days of sales are waiting to be paid. It splits into the best possible DSO, "
        "which is what the granted terms alone would give, and the average days delinquent, "
        "which late payment adds."
    ),
    formula=N_(
        "DSO = receivables ÷ sales of the window × calendar days of the window; "
        "best possible = the same with receivables not yet due; "
        "average days delinquent = DSO − best possible"
    ),
    conventions=(
        N_("Windows are 1, 3 and 12 whole calendar months ending with the as-of day's month, "
           "that month counted up to the as-of day."),
        N_("Sales are invoices minus credit notes by day of issue, VAT included like the "
           "receivables they stand against; opening balances are not sales."),
        N_("Count-back uses the receivables up against the latest month's sales, then the month "
           "before; months without sales count their days and a negative month is added back."),
        N_("Where the known sales cannot use the receivables up, count-back is at least the "
           "known days, and no plain number is given."),
        N_("Without sales in the window there is no DSO: the answer is empty, not zero. The same "
           "where the window begins before the month of the first sale that is known."),
        N_("Unapplied payments and credit notes lower receivables, and so the days delinquent: "
           "what is overdue is more than these days say, by that amount."),
    ),
    others=N_(
        "Some divide by average receivables, by sales without VAT, or by 30 or 360 days; "
        "count-back is also found without negative months, or stopping at the first one."
    ),
    fields=(
        Field("period_end", N_("DSO, 1 month"), "days", empty=_NO_SALES),
        Field("rolling_3m", N_("DSO, 3 months"), "days", empty=_NO_SALES),
        Field("rolling_12m", N_("DSO, 12 months"), "days", empty=_NO_SALES),
        Field("count_back", N_("DSO, count-back"), "days", empty=_NO_COUNT),
        Field("best_possible_3m", N_("Best possible DSO, 3 months"), "days", empty=_NO_SALES),
        Field("average_days_delinquent_3m", N_("Average days delinquent, 3 months"), "days",
              empty=_NO_SALES),
        Field("receivables", N_("Receivables"), "money", additive=True),
        Field("sales_1m", N_("Sales, 1 month"), "money", additive=True),
        Field("sales_3m", N_("Sales, 3 months"), "money", additive=True),
        Field("sales_12m", N_("Sales, 12 months"), "money", additive=True),
        Field("not_due", N_("Receivables not due"), "money", additive=True),
        Field("count_back_at_least", N_("DSO, count-back, at least"), "days"),
    ),
    query=Query(
        reads=("balances", "monthly", "days", "reach",),
        windows=("from_1m", "from_3m", "from_12m",),
        tables={
            "parts": """
select {by}, amount as receivables,
    case when bucket = 'not_due' then amount else 0 end as not_due,
    0 as sales_1m, 0 as sales_3m, 0 as sales_12m
from balances
union all
select {by}, 0, 0,
    case when month_start >= from_1m then amount else 0 end,
    case when month_start >= from_3m then amount else 0 end,
    case when month_start >= from_12m then amount else 0 end
from monthly
""",
            "figures": """
select {by},
    sum(receivables) as receivables, sum(not_due) as not_due,
    sum(sales_1m) as sales_1m, sum(sales_3m) as sales_3m, sum(sales_12m) as sales_12m
from parts
group by {by}
""",
            "months": """
select {by}, month_start, sum(amount) as sold
from monthly
group by {by}, month_start
""",
            "counted": """
select {by}, month_start, sold,
    sum(sold) over (
        partition by {by} order by month_start desc
        rows between unbounded preceding and current row
    ) as used_up
from months
""",
            "last_month": """
select {by}, max(month_start) as month_start
from counted
join figures using ({by})
where receivables > 0 and used_up >= receivables
group by {by}
""",
            "count_back": """
select {by},
    greatest(date_diff('day', cast(last_day(month_start) as date), as_of), 0)
    + cast(receivables - (used_up - sold) as double) / cast(sold as double)
    * (date_diff('day', month_start, least(cast(last_day(month_start) as date), as_of)) + 1)
    as days
from last_month
join counted using ({by}, month_start)
join figures using ({by})
""",
            "known": """
select as_of, cast(date_trunc('month', first_sale) as date) as known_from
from reach
""",
            "ratios": """
select {by}, receivables, not_due, sales_1m, sales_3m, sales_12m,
    cast(receivables as double)
        / nullif(case when sales_1m > 0 then cast(sales_1m as double) end, 0)
        * (date_diff('day', from_1m, as_of) + 1) as period_end,
    cast(receivables as double)
        / nullif(case when sales_3m > 0 and known_from <= from_3m
            then cast(sales_3m as double) end, 0)
        * (date_diff('day', from_3m, as_of) + 1) as rolling_3m,
    cast(receivables as double)
        / nullif(case when sales_12m > 0 and known_from <= from_12m
            then cast(sales_12m as double) end, 0)
        * (date_diff('day', from_12m, as_of) + 1) as rolling_12m,
    cast(not_due as double)
        / nullif(case when sales_3m > 0 and known_from <= from_3m
            then cast(sales_3m as double) end, 0)
        * (date_diff('day', from_3m, as_of) + 1) as best_possible_3m
from figures
join days using (as_of)
left join known using (as_of)
""",
        },
        select="""
select {by},
    period_end, rolling_3m, rolling_12m,
    case when receivables = 0 then 0.0e0 else count_back.days end as count_back,
    best_possible_3m,
    rolling_3m - best_possible_3m as average_days_delinquent_3m,
    cast(receivables as decimal(18, 2)) as receivables,
    cast(sales_1m as decimal(18, 2)) as sales_1m,
    cast(sales_3m as decimal(18, 2)) as sales_3m,
    cast(sales_12m as decimal(18, 2)) as sales_12m,
    cast(not_due as decimal(18, 2)) as not_due,
    case when receivables > 0 and count_back.days is null
        then date_diff('day', cast(date_trunc('month', first_sale) as date), as_of) + 1 end
        as count_back_at_least
from ratios
left join count_back using ({by})
left join reach using (as_of)
""",
    ),
    rows={
        N_("Receivables"): items("alive"),
        N_("Sales"): documents("sales"),
    },
    reference=N_(
        "Period end: creditguru.com and Oracle JD Edwards. Count-back with zero and negative "
        "months: Sage 50. Best possible and average days delinquent: JD Edwards, days credit "
        "granted and delinquent DSO"
    ),
    example=Example(
        source="Sage 50, DSO by count-back with zero and negative months",
        as_of=date(2025, 9, 30),
        documents=(
            _sale("JUL", date(2025, 7, 10), "66.29", date(2025, 8, 9)),
            _sale("JUN", date(2025, 6, 10), "-42.00", date(2025, 6, 10)),
            _sale("MAY", date(2025, 5, 10), "1028.13", date(2025, 6, 9)),
            _sale("APR", date(2025, 4, 10), "2533.31", date(2025, 5, 10)),
            _sale("MAR", date(2025, 3, 10), "13094.42", date(2025, 4, 9)),
            Document("P1", "payment", date(2025, 9, 1), date(2025, 9, 1), Decimal("-1333.80")),
        ),
        expect=(
            {
                "count_back": Decimal("210.84"),
                "receivables": Decimal("15346.35"),
                "sales_1m": Decimal("0.00"),
                "sales_3m": Decimal("66.29"),
                "period_end": None,
                "count_back_at_least": None,
            },
        ),
        note=N_(
            "Left after each month: 15,346.35 15,346.35 15,280.06 15,322.06 14,293.93 11,760.62, "
            "then 89.81 % of 31 days."
        ),
    ),
)  # fmt: skip
