"""What a dossier lists of one customer besides its account: its slices that are late."""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query

_LATE = Query(
    reads=("items",),
    select="""
select items.document_id, items.issued_on, items.due_on, items.currency,
    case when items.closed_on <= items.as_of then items.closed_on end as paid_on,
    sum(items.amount_currency) as amount
from items
where items.amount > 0 and items.due_on < items.as_of
    and (items.closed_on is null or items.closed_on > items.as_of
        or (items.closed_by = 'payment' and items.closed_on > items.due_on
            and coalesce(items.returned_on > items.as_of, true)))
group by items.document_id, items.issued_on, items.due_on, items.currency, 5
order by items.due_on, items.document_id, 5 nulls last
""",
)


def late_slices(ledger: Ledger) -> Statement:
    """List what is overdue and what was paid after its due day, by due day.

    Columns: document_id, issued_on, due_on, currency, paid_on (null while open), amount, in the
    currency of the document. What is disputed is left out where the ledger is asked so.
    """
    return ledger.over(_LATE)
