"""What each customer returned: whom to part with, and who looks bad and is not."""

from __future__ import annotations

from decimal import Decimal

from metrics.asking.ledger import Ledger, Statement
from metrics.figures.waiting.returned import RETURNED
from metrics.lists.lateness import lateness

PART, BETTER, ALL = "part", "better", "all"
_LATE = "late_days > $late and after_share >= $least and lateness <= margin * $late_share"
KINDS = {
    PART: "after < 0 or after_share < $least",
    BETTER: _LATE,
    ALL: "invoices > 0 or waiting is not null",
}
"""Which customers are listed: those that return less than is asked; those who pay late, yet
lateness takes little of their margin; all."""


def returning_customers(
    ledger: Ledger, kind: str, late: int, least: Decimal, late_share: Decimal
) -> Statement:
    """List the customers of one of `KINDS`, unordered; ValueError for another.

    late: so many days beyond terms are late. least: percent of sales that must be left. late_share:
    percent of the margin that lateness may take.

    Columns: customer, customer_name, salesperson, sector, those of the metric `returned`;
    late_days: days beyond terms, weighted by amount; reason: what took most of the margin of who
    returns too little (thin, waiting, lost, credited, expected), '' for others.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} lists no customers; known are: {', '.join(KINDS)}")
    asked, late_days = ledger.statement(RETURNED, ("customer",)), lateness(ledger, ("customer",))
    sql = f"""select *
from (
    select r.*, c.customer_name, c.salesperson, c.sector,
        l.days_beyond_terms_weighted as late_days,
        case when not ({KINDS[PART]}) then ''
            when r.margin is null or r.margin_share < $least then 'thin'
            when r.waiting >= greatest(r.lost, r.credited, coalesce(r.expected, 0)) then 'waiting'
            when r.lost >= greatest(r.credited, coalesce(r.expected, 0)) then 'lost'
            when r.credited >= coalesce(r.expected, 0) then 'credited' else 'expected' end as reason
    from (
{asked.sql}
    ) as r
    left join customers as c on c.customer_id = r.customer
    left join (
{late_days.sql}
    ) as l on l.customer = r.customer
) as listed
where {KINDS[kind]}"""
    bound = {"late": late, "least": float(least) / 100, "late_share": float(late_share) / 100}
    return Statement(sql, {**asked.parameters, **late_days.parameters, **bound})
