"""Late invoices of customers, as letters list them: what is open, and what was paid too late."""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query

_KEY = "coalesce({row}.reopens, {row}.document_key)"
_OPEN = Query(
    reads=("alive",),
    select=f"""
select alive.customer, {_KEY.format(row="alive")} as document_key, document.document_id,
    document.amount_currency as amount, alive.currency, alive.issued_on, alive.due_on,
    sum(alive.amount_currency) as open, sum(alive.amount) as worth
from alive
join documents as document on document.document_key = {_KEY.format(row="alive")}
where alive.amount > 0 and alive.due_on < alive.as_of
group by alive.customer, {_KEY.format(row="alive")}, document.document_id,
    document.amount_currency, alive.currency, alive.issued_on, alive.due_on
""",
)
_PAID = Query(
    reads=("items",),
    select=f"""
select items.customer, {_KEY.format(row="items")} as document_key, items.due_on, items.closed_on,
    sum(items.amount_currency) as amount
from items
where items.amount > 0 and items.closed_by = 'payment' and items.closed_on <= as_of
    and items.closed_on > items.due_on and coalesce(items.returned_on > as_of, true)
group by items.customer, {_KEY.format(row="items")}, items.due_on, items.closed_on
""",
)
_LOOSE = Query(
    reads=("alive",),
    select="""
select customer, currency, -sum(amount_currency) as amount
from alive
where amount < 0
group by customer, currency
""",
)


def late_invoices(ledger: Ledger) -> Statement:
    """List what is overdue: customer, document_key, document_id, amount, currency, issued_on,
    due_on and open, in the currency of the document, and worth, what is open in the reporting one.
    An instalment is a row of its own.
    """
    return ledger.over(_OPEN)


def paid_late(ledger: Ledger) -> Statement:
    """List what was paid after its due day: customer, document_key, due_on, closed_on, amount."""
    return ledger.over(_PAID)


def loose(ledger: Ledger) -> Statement:
    """List what is unapplied, above zero: customer, currency, amount."""
    return ledger.over(_LOOSE)
