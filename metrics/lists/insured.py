"""Customers that a credit insurer covers, each with its clock."""

from __future__ import annotations

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.insurance import INSURANCE

_BY_CUSTOMER = Query(
    reads=INSURANCE.query.reads,
    tables={
        name: sql
        for name, sql in INSURANCE.query.tables.items()
        if name in ("clocked", "clocks", "covered", "insured_accounts")
    },
    select="""
select accounts.customer, accounts.customer_name, accounts.salesperson, i.exposure,
    cast(i.insured_limit as decimal(18, 2)) as insured_limit, i.insured,
    cast(i.exposure - i.insured as decimal(18, 2)) as uninsured, clocks.oldest_due,
    cast(i.days_left as bigint) as days_left,
    cast(clocks.hand_over_left as bigint) as hand_over_left,
    case when i.days_left < 0 then 'stopped' when i.days_left <= $soon then 'ending'
        when i.days_left is null then 'none' else 'runs' end as state
from insured_accounts as i
join accounts on accounts.as_of = i.as_of and accounts.customer = i.customer
left join clocks on clocks.as_of = i.as_of and clocks.debtor = i.customer
""",
)


def insured(ledger: Ledger) -> Statement:
    """List the insured customers under the filters, one row each, unordered.

    Columns: customer, customer_name, salesperson; exposure, insured_limit, insured and uninsured
    (money, as in the metric `insurance`); oldest_due: of the oldest open item; days_left: until
    deliveries are no longer insured, below 0 since when they are not; hand_over_left: until the
    oldest claim is handed over; both null where nothing is owed. state: stopped, ending (within
    `ledger.soon` days), runs or none.
    """
    return ledger.over(_BY_CUSTOMER, ("customer",))
