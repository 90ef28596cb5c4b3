"""What a dossier lists of one customer: its statement of account, and its slices that are late."""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query

_DOCUMENTS = Query(
    reads=("movements",),
    select="""
select movements.issued_on, movements.kind, movements.document_id, movements.due_on,
    movements.amount, movements.currency, movements.amount_currency, movements.reference,
    movements.po_number, movements.disputed, f.name as file, movements.line
from movements
left join files as f on f.file_id = movements.file_id
order by movements.issued_on, movements.document_key
""",
)
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


def statement_of(ledger: Ledger) -> Statement:
    """List all documents up to the as-of day in the order of their days, with file and line.

    Columns: issued_on, kind, document_id, due_on, amount (signed, reporting currency), currency,
    amount_currency, reference, po_number, disputed, file, line. The amounts add up to the
    receivables of the day.
    """
    return ledger.over(_DOCUMENTS)


def late_slices(ledger: Ledger) -> Statement:
    """List what is overdue and what was paid after its due day, by due day.

    Columns: document_id, issued_on, due_on, currency, paid_on (null while open), amount, in the
    currency of the document. What is disputed is left out where the ledger is asked so.
    """
    return ledger.over(_LATE)
