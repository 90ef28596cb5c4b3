"""What stands behind a cell of the aging matrix, and the proof that its buckets tie."""

from __future__ import annotations

from dataclasses import replace

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.aging import AGING

ALL = "all"
"""Instead of a bucket: every open item, whatever its age."""

_ITEMS = next(iter(AGING.rows))

_CUSTOMERS = """
select customer, max(customer_name) as customer_name, max(country) as country,
    max(sector) as sector, max(salesperson) as salesperson,
    cast(sum(amount) as decimal(18, 2)) as amount, count(*) as items,
    max(case when amount > 0 and due_on < cast($cell_day as date)
        then date_diff('day', due_on, cast($cell_day as date)) end) as oldest_days,
    cast(sum(case when disputed then amount else 0 end) as decimal(18, 2)) as disputed
from behind
group by customer
"""

_ITEM_LIST = """
select document_id, kind, opened_on, due_on,
    date_diff('day', due_on, cast($cell_day as date)) as days_overdue,
    amount, amount_currency, currency, bucket, customer_name, customer, reference,
    disputed, due_assumed, file, line
from behind
"""

_BALANCE = Query(
    reads=("movements",),
    select="""
select cast(sum(amount) as decimal(18, 2)) as balance, count(*) as documents
from movements
""",
)

_OPEN_BALANCE = Query(
    reads=("balances",),
    select="""
select cast(sum(amount) as decimal(18, 2)) as balance
from balances
""",
)

_SLICES = """
select o.opened_on, o.due_on,
    case when o.closed_on <= cast($cell_day as date) then o.closed_on end as closed_on,
    case when o.returned_on <= cast($cell_day as date) then 'returned'
        when o.closed_on <= cast($cell_day as date) then o.closed_by else '' end as closed_by,
    case when o.closed_on <= cast($cell_day as date) then b.document_id end as closed_by_document,
    case when o.closed_on <= cast($cell_day as date) then o.method else '' end as method,
    o.amount, o.kind, o.document_id, d.reference, d.disputed, f.name as file, d.line,
    d.amount as document_amount
from open_items as o
join documents as d on d.document_key = o.document_key
left join documents as b on b.document_key = o.closed_by_key
left join files as f on f.file_id = d.file_id
where o.document_id = $cell_document and o.customer = $cell_customer
    and o.opened_on <= cast($cell_day as date)
"""


def within(ledger: Ledger, by: str, group: str | None, customer: str | None = None) -> Ledger:
    """Return the ledger narrowed to one group of `by` and to one customer, where they are given.

    '' as a group stands for "not known"; None narrows nothing.
    """
    where = dict(ledger.where)
    if group is not None:
        where[by] = (group,) if group in where.get(by, (group,)) else ("\x00",)
    if customer is not None:
        where["customer"] = (customer,)
    return replace(ledger, where=where)


def cell_customers(ledger: Ledger, bucket: str) -> Statement:
    """List the customers with open items in a bucket (or `ALL`), one row each, unordered.

    Columns: customer, customer_name, country, sector, salesperson (one of those it has); amount
    and items in the bucket; oldest_days: days since the due day of the oldest overdue item in it,
    null where none is overdue; disputed: the part of the amount that is disputed.
    """
    return _over(ledger, bucket, _CUSTOMERS)


def cell_items(ledger: Ledger, bucket: str) -> Statement:
    """List the open items of a bucket (or `ALL`), one row each, unordered.

    Columns: document_id, kind, opened_on, due_on, days_overdue (negative: not due yet), amount,
    amount_currency, currency, bucket, customer_name, customer, reference, disputed, due_assumed,
    file, line.
    """
    return _over(ledger, bucket, _ITEM_LIST)


def document_slices(ledger: Ledger, customer: str, document: str) -> Statement:
    """List the slices of a customer's document opened up to the day, as they stood that evening.

    Columns: opened_on, due_on, closed_on (null while open), closed_by and closed_by_document
    (what closed it), method of the match, amount, kind, document_id, reference, disputed, file,
    line, document_amount. Unordered.
    """
    bound = {"cell_day": ledger.as_of, "cell_document": document, "cell_customer": customer}
    return Statement(_SLICES, bound)


def ledger_balance(ledger: Ledger) -> Statement:
    """Ask for the balance of the ledger on the day: the sum of all documents dated up to it.

    Columns: balance (null where there are none), documents. It looks at no open item, so that
    the receivables can be proved by it.
    """
    return ledger.at(ledger.as_of).over(_BALANCE)


def open_balance(ledger: Ledger) -> Statement:
    """Ask for the receivables on the day, without what else that metric counts: balance.

    Null where nothing is open.
    """
    return ledger.at(ledger.as_of).over(_OPEN_BALANCE)


def _over(ledger: Ledger, bucket: str, text: str) -> Statement:
    at = {} if bucket == ALL else {"bucket": bucket}
    items = ledger.at(ledger.as_of).rows(AGING, _ITEMS, at)
    sql = f"with behind as (\n{items.sql}\n)\n{text}"
    return Statement(sql, {**items.parameters, "cell_day": ledger.as_of})
