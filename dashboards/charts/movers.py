"""Which groups moved DSO most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dashboards.base.view import View
from metrics.asking.ledger import Ledger, month_start, same_day

_MOVERS = 5

#: The balances alone: the metric's count of customers would take as long again.
_GROUPED = """
with grouped as materialized (
    select {by}, cast(sum(amount) as double) as receivables
    from balances
    group by {by}
)

"""

_MOVED = f"""select *
from (
    select '{{name}}' as dimension, {{name}} as name,
        sum(receivables * case when as_of = $now then $k_now else -$k_then end) as moved
    from grouped
    group by {{name}}
    order by abs(moved) desc, name
    limit {_MOVERS}
) as moved_{{name}}"""


def movers(
    view: View, by: str, back: int, days: Ledger | None = None, shown: tuple[str, ...] = ()
) -> tuple[list[dict[str, Any]], float, float]:
    """Return the groups that moved DSO (3 months) most since `back` months ago.

    A group's part of the total's DSO is its receivables ÷ the total's sales × days; its
    contribution is the change of that part. So the contributions of all groups add up exactly to
    the change of the total's DSO. Returns rows (`name`, `moved`) with the largest first, the
    change of the total, and how much of it the groups that are not listed make up. `days`: what
    the page asks the total's DSO for anyway, both days among them. `shown`: the dimensions that
    the page shows, `by` among them: they are asked for together.
    Raises NoRows, by `View.answer`, where there is nothing on one of the two days.
    """
    as_of = view.selection.as_of
    earlier = same_day(as_of, back)
    ledger = replace(view.ledger, days=(earlier, as_of))
    weights: dict[date, float] = {}
    total = 0.0
    lines = view.answer("dso", days or ledger).to_pylist()
    for line in (one for one in lines if one["as_of"] in ledger.days):
        day, sales = line["as_of"], line["sales_3m"]
        window = (day - month_start(day, 2)).days + 1
        if not sales or sales <= 0:
            return [], 0.0, 0.0
        weights[day] = window / float(sales)
        total += float(line["rolling_3m"]) * (1 if day == as_of else -1)
    if len(weights) < 2:
        return [], 0.0, 0.0
    names = shown or (by,)
    each = "\nunion all\n".join(_MOVED.format(name=name) for name in names)
    statement = ledger.over(_GROUPED + each, names)
    every = view.query(
        statement.sql,
        {
            **statement.parameters,
            "now": as_of,
            "k_now": weights[as_of],
            "k_then": weights[earlier],
        },
    )
    rows = [line for line in every if line["dimension"] == by]
    rows.sort(key=lambda line: (-abs(line["moved"]), line["name"]))
    return rows, total, total - sum(line["moved"] for line in rows)
