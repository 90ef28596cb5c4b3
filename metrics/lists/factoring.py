"""What a factor would buy of what is open, and why not the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query


def eligible(
    ledger: Ledger, overdue: int, countries: Mapping[str, int], concentration: Decimal
) -> Statement:
    """Ask for what a factor buys of the open invoices under the filters: one row.

    overdue: what is overdue for more days is not bought. countries: where any is named, only these,
    each with its own such days. concentration: of one customer no more than so many percent of what
    would be bought without this rule.

    Columns, money: open (undisputed invoices), overdue, country and concentration: what falls to
    each rule, in this order; eligible: the rest. Null where nothing is open.
    """
    cases = " ".join(f"when '{code}' then {days}" for code, days in sorted(countries.items()))
    days = f"case country {cases} else -1 end" if cases else str(overdue)
    known = f"case country {cases} else -1 end >= 0" if cases else "true"
    query = Query(
        reads=("alive",),
        tables={
            "lots": f"""
select customer,
    sum(case when not ({known}) then amount else 0 end) as foreign_amount,
    sum(case when {known} and date_diff('day', due_on, as_of) > {days} then amount else 0 end)
        as late_amount,
    sum(case when {known} and date_diff('day', due_on, as_of) <= {days} then amount else 0 end)
        as bought
from alive
where kind = 'invoice' and amount > 0
group by customer
""",
            "caps": """
select cast(sum(bought) * cast($concentration as decimal(9, 4)) / 100 as decimal(18, 2)) as most
from lots
""",
        },
        select="""
select cast(sum(foreign_amount + late_amount + bought) as decimal(18, 2)) as open,
    cast(sum(late_amount) as decimal(18, 2)) as overdue,
    cast(sum(foreign_amount) as decimal(18, 2)) as country,
    cast(sum(bought - least(bought, most)) as decimal(18, 2)) as concentration,
    cast(sum(least(bought, most)) as decimal(18, 2)) as eligible
from lots
cross join caps
""",
    )
    asked = replace(ledger, undisputed=True).over(query)
    return Statement(asked.sql, {**asked.parameters, "concentration": str(concentration)})
