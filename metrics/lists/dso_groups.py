"""DSO by group, beside a year ago and the total; and since when there are sales to count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.dso import DSO

_METHODS = tuple(f.name for f in DSO.fields if f.unit == "days")


_FIRST_SALE = Query(
    reads=("bought",),
    select="""
select max(first_sale) as first_sale
from bought
""",
)


def first_sale(ledger: Ledger) -> Statement:
    """Ask for the day of the first sale under the filters, up to the as-of day: first_sale.

    A window of sales that starts before this day's month holds fewer months than it says, and a
    DSO over it is too high. Null where nothing was sold yet.
    """
    return ledger.at(ledger.as_of).over(_FIRST_SALE)


def dso_groups(ledger: Ledger, by: str, earlier: date | None) -> Statement:
    """List the groups of dimension `by` that owe something or bought something in 12 months.

    Columns: member (the group's value of `by`); the fields of the `dso` metric; rolling_3m_before
    (DSO over 3 months as of `earlier`, null where `earlier` is None or nothing was sold then) and
    change = rolling_3m - rolling_3m_before, in days; whole_<method> for each method of DSO: the
    same figure of all groups together, computed from their own receivables and sales, and
    whole_before, rolling_3m of all as of `earlier`; members: how many groups there are. Unordered.

    Raises ValueError for a dimension that does not exist.
    """
    asked = replace(ledger, days=(earlier, ledger.as_of) if earlier else ())
    fields = ", ".join(f"now.{f.name}" for f in DSO.fields)
    wholes = ", ".join(f"together.{name} as whole_{name}" for name in _METHODS)
    query = Query(
        reads=DSO.query.reads,
        windows=DSO.query.windows,
        # the total over the same relations: they are read once for both
        tables={
            "answers": DSO.query.text,
            "together": DSO.query.text.replace("{by}", "as_of, total"),
        },
        select=f"""
select now.{by} as member, {fields},
    before.rolling_3m as rolling_3m_before,
    together_before.rolling_3m as whole_before,
    now.rolling_3m - before.rolling_3m as change,
    {wholes},
    count(*) over () as members
from answers as now
join together on together.as_of = now.as_of
left join together as together_before on together_before.as_of = cast($earlier_day as date)
left join answers as before
    on before.{by} = now.{by} and before.as_of = cast($earlier_day as date)
where now.as_of = cast($now_day as date) and (now.receivables <> 0 or now.sales_12m <> 0)
""",
    )
    days = {"now_day": ledger.as_of, "earlier_day": earlier}
    statement = asked.over(query, (by,))
    return Statement(statement.sql, {**statement.parameters, **days})
