"""What the worklist is made of: what is open of whom, how it pays, and what was lost where."""

from __future__ import annotations

from datetime import date

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.payment_curve import CURVE
from metrics.figures.sales import SALES
from metrics.lists.customers import customers

MOST = 2000
"""So many customers are weighed, those with the most overdue."""

_OPEN = Query(
    reads=("alive",),
    select="""
select customer, issued_on, due_on, sum(amount) as amount
from alive
group by customer, issued_on, due_on
""",
)
_CURVES = Query(
    reads=("ended",),
    tables=CURVE,
    select="""
select {by}, day, unpaid, cast(at_risk as bigint) as at_risk,
    cast(sum(paid) over (partition by {by}) as bigint) as paid
from curve
""",
)
_LOST = Query(
    reads=("movements",),
    select="""
select {by},
    cast(sum(case when kind = 'payment' then -amount else 0 end) as decimal(18, 2)) as paid,
    cast(sum(case when kind = 'write_off' then -amount else 0 end) as decimal(18, 2)) as lost
from movements
group by {by}
""",
)
_SINCE = Query(
    reads=("movements",),
    select="""
select customer, min(issued_on) as since
from movements
where kind = 'invoice'
group by customer
""",
)
_RECEIVED = Query(
    reads=("movements",),
    select="""
select customer, issued_on, cast(-sum(amount) as decimal(18, 2)) as amount
from movements
where kind = 'payment'
group by customer, issued_on
""",
)
_ORDERS = Query(
    reads=("accounts", "backlogs"),
    select="""
select customer, backlogs.amount
from accounts
join backlogs using (as_of, customer)
""",
)


def open_items(ledger: Ledger, until: date) -> Statement:
    """List what is due by a day: customer, issued_on, due_on, amount; unordered.

    Of the `MOST` customers with the most of it. What they have unapplied is one row of each, due
    on no day, with an amount below 0.
    """
    listed = ledger.over(_OPEN)
    sql = f"""
with item as (
{listed.sql}
),
due as (
    select customer, sum(amount) as due
    from item
    where amount > 0 and due_on <= cast($until as date)
    group by customer
    order by due desc, customer
    limit {MOST}
)
select item.customer, item.issued_on, item.due_on, item.amount
from item
join due using (customer)
where item.amount > 0 and item.due_on <= cast($until as date)
union all
select item.customer, null, null, sum(item.amount)
from item
join due using (customer)
where item.amount < 0
group by item.customer
"""
    return Statement(sql, {**listed.parameters, "until": until})


def facts(ledger: Ledger, numbers: list[str], least: int) -> Statement:
    """List customers as `customers` does, with growth: these, and those who may be thanked.

    The latter owe nothing overdue, bought for `least` in 12 months and more than a year before.
    """
    listed, sales = customers(ledger), ledger.statement(SALES, ("customer",))
    sql = f"""
select c.*, s.growth
from ({listed.sql}) as c
left join ({sales.sql}) as s using (customer)
where c.customer in $weighed or (
    c.overdue = 0 and c.sales_12m >= $least and s.growth > 0 and c.days_beyond_terms <= 0
)
"""
    bound = {**listed.parameters, **sales.parameters, "weighed": numbers, "least": least}
    return Statement(sql, bound)


def curves(ledger: Ledger, by: str, enough: int) -> Statement:
    """List payment curves by a dimension, of groups with enough payments.

    Columns: `by`, day, unpaid, at_risk, paid (of the group); by group and day.
    """
    listed = ledger.over(_CURVES, (by,))
    sql = f"""
select {by}, day, unpaid, at_risk, paid
from ({listed.sql}) as c
where paid >= $enough_paid
order by {by}, day
"""
    return Statement(sql, {**listed.parameters, "enough_paid": enough})


def lost(ledger: Ledger, by: str) -> Statement:
    """List by a dimension what was ever paid and written off: `by`, paid, lost."""
    return ledger.over(_LOST, (by,))


def first_invoices(ledger: Ledger) -> Statement:
    """List since when each customer is one: customer, since, the day of its first invoice."""
    return ledger.over(_SINCE)


def received(ledger: Ledger) -> Statement:
    """List what customers paid, by day: customer, issued_on, amount, what went back taken off."""
    return ledger.over(_RECEIVED)


def orders(ledger: Ledger) -> Statement:
    """List what customers have ordered that is not yet invoiced: customer, amount."""
    return ledger.over(_ORDERS)
