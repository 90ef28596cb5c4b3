"""What one customer owed on the two days of a bridge, item by item."""

from __future__ import annotations

from dataclasses import replace

from metrics.asking.ledger import Ledger, Statement, same_day
from metrics.asking.metric import Query

_ITEMS = Query(
    reads=("alive",),
    select="""
select document_id, kind, issued_on, due_on,
    sum(case when as_of = $before then amount else 0 end) as owed_before,
    sum(case when as_of = $after then amount else 0 end) as owed_after
from alive
where customer = $customer
group by document_id, kind, issued_on, due_on
order by abs(sum(case when as_of = $after then cast(amount as double) * $of_after
        else -cast(amount as double) * $of_before end)) desc, document_id, due_on
""",
)


def bridge_items(ledger: Ledger, customer: str, of_before: float, of_after: float) -> Statement:
    """Return the open items of a customer on the days that `ledger` compares.

    of_before, of_after: how many days of DSO one unit of money was worth. Columns: document_id,
    kind, issued_on, due_on, owed_before, owed_after; what moved DSO most comes first.
    """
    since = ledger.since or same_day(ledger.as_of, 12)
    statement = replace(ledger, days=(since, ledger.as_of)).over(_ITEMS)
    return Statement(
        statement.sql,
        {
            **statement.parameters,
            "before": since,
            "after": ledger.as_of,
            "customer": customer,
            "of_before": of_before,
            "of_after": of_after,
        },
    )
