"""Lateness alone: two columns of the metric `payment_speed`, without the curves behind the others.

Pages draw it over two years or beside a year ago, and need no median there.
"""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query

_LATENESS = Query(
    reads=("payments",),
    select="""
select {by}, cast(sum(items) as bigint) as paid_items,
    cast(sum(late_days) as double) / nullif(cast(sum(amount) as double), 0)
        as days_beyond_terms_weighted
from payments
group by {by}
""",
)


def lateness(ledger: Ledger, by: tuple[str, ...] = ("total",)) -> Statement:
    """Ask for paid_items (a count) and days_beyond_terms_weighted (days), unordered.

    One row for each day and group in whose window something was paid; the same figures as the
    columns of that name of `payment_speed`. Raises ValueError for a dimension that does not exist.
    """
    return ledger.over(_LATENESS, by)
