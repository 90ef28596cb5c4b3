"""The SQL of the prelude's relations: from the cubes where they know, else from the rows.

`metrics.asking.ledger` says what each relation is. A cube knows whole months; what a day cuts off
in the middle of a month comes from the rows, for that day alone. Without cubes everything comes
from the rows: that is the definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from data.core import dimensions
from data.core.buckets import DEFAULT
from data.core.measures import (
    AGREED,
    FOR_EVER,
    KEPT,
    PAYMENTS,
    PAYMENTS_ARE,
    SALES,
    SALES_ARE,
    Measure,
    month,
)
from data.store.schema import CUSTOMERS, DOCUMENTS
from metrics.asking.asked import Asked, on_day, union
from metrics.asking.balances import ALIVE, OPENING, balances, debtors, opening_balances


def _of_stood(name: str) -> str:
    return f"l.{name}" if name in ("closed_on", "outcome", "paid_day_assumed") else f"i.{name}"


#: As of a day: the money had not gone back by then.
_STILL_PAID = f"coalesce(o.returned_on, {FOR_EVER}) > d.as_of"
_COHORT = "o.kind = 'invoice' and o.amount > 0 and not o.paid_day_assumed"
#: Invoices whose payment went back, as they stood on the day.
_RETURNED = (
    "returned_invoices",
    f"{_COHORT} and o.since <= d.as_of and coalesce(o.until, {FOR_EVER}) > d.as_of",
)
#: All invoices, those whose payment went back once for each time in which they stood otherwise.
_STOOD = (
    f"(select o.*, o.issued_on as since, {FOR_EVER} as until from documents as o where {KEPT}"
    f" union all select {', '.join(map(_of_stood, DOCUMENTS.names))}, l.since,"
    f" coalesce(l.until, {FOR_EVER}) from returned_invoices as l"
    " join documents as i on i.document_key = l.document_key)"
)

#: relation -> (table, condition); `o.ends` is when the row closes, if ever
ROWS = {
    "alive": ("open_items", ALIVE),
    "opening": ("open_items", OPENING),
    "items": ("open_items", "o.opened_on <= d.as_of"),
    "sales": ("documents", f"{SALES_ARE} and o.issued_on <= d.as_of"),
    "settled": (
        "open_items",
        (
            f"{PAYMENTS_ARE} and o.closed_on >= d.from_window and o.closed_on <= d.as_of"
            f" and {_STILL_PAID}"
        ),
    ),
    "cohort": (
        _STOOD,
        (
            f"{_COHORT} and o.issued_on >= d.from_window and o.issued_on <= d.as_of"
            " and o.since <= d.as_of and o.until > d.as_of"
        ),
    ),
    "slices": (
        "open_items",
        (
            "o.kind = 'invoice' and o.amount > 0 and o.opened_on <= d.as_of"
            " and o.ends >= d.from_window"
        ),
    ),
    "movements": ("documents", "o.issued_on <= d.as_of"),
}
#: Of documents alone: nobody has a limit, or terms, for one branch. The currency is another
#: matter: limits stand in the reporting currency, whatever the customer is invoiced in.
_OF_DOCUMENTS = tuple(n for n in dimensions.names("document") if n != "currency")


@dataclass(frozen=True)
class _Months:
    """A relation by month: its rows, its cubes, and which months or rows a day asks for.

    cells: the cube that knows customers; markets: the same added up for all customers of a market.
    whole: condition on months of the cube. part: condition on rows of the month that the day
    cuts. every: both together, as a condition on rows. beside: rows of whole months that are in no
    cube, '' for none.
    """

    table: str
    day: str
    are: str
    cells: str
    markets: str
    measures: tuple[Measure, ...]
    whole: str
    part: str
    every: str
    beside: str = ""


_MONTHLY = _Months(
    "documents", "o.issued_on", SALES_ARE, "month_sales", "market_sales", (*SALES, *AGREED),
    whole="o.month_start < d.part_from",
    part="o.issued_on >= d.part_from and o.issued_on <= d.as_of",
    every="o.issued_on <= d.as_of",
)  # fmt: skip
_YEAR_BEFORE = _Months(
    "documents", "o.issued_on", SALES_ARE, "month_sales", "market_sales", SALES,
    whole="o.month_start >= d.from_year_ago and o.month_start < d.year_part_from",
    part="o.issued_on >= d.year_part_from and o.issued_on <= d.year_ago",
    every="o.issued_on >= d.from_year_ago and o.issued_on <= d.year_ago",
)  # fmt: skip
_PAYMENTS = _Months(
    "open_items", "o.closed_on", PAYMENTS_ARE, "month_payments", "market_payments", PAYMENTS,
    whole="o.month_start >= d.from_window and o.month_start < d.part_from",
    part=f"o.closed_on >= d.part_from and o.closed_on <= d.as_of and {_STILL_PAID}",
    every=f"o.closed_on >= d.from_window and o.closed_on <= d.as_of and {_STILL_PAID}",
    beside=(
        "o.returned_on > d.as_of and o.closed_on >= d.from_window and o.closed_on < d.part_from"
    ),
)  # fmt: skip

RELATIONS = (
    *ROWS, "accounts", "balances", "aged", "opening_balances", "debtors", "monthly", "year_before",
    "payments", "ended", "whole", "reach", "bought",
)  # fmt: skip


def relation(asked: Asked, name: str) -> str:
    """Return the SELECT of a relation."""
    if name in ROWS:
        table, condition = ROWS[name]
        if name in ("alive", "opening"):
            condition = asked.joined(condition)
        return asked.rows(table, f"{asked.columns}, 'total' as total, o.*", condition)
    return {
        "accounts": lambda: _accounts(asked),
        "balances": lambda: balances(asked, DEFAULT, "due_on"),
        "aged": lambda: balances(asked, asked.buckets, asked.age_from),
        "opening_balances": lambda: opening_balances(asked),
        "debtors": lambda: debtors(asked),
        "monthly": lambda: _by_month(asked, _MONTHLY, asked.cut),
        "year_before": lambda: _by_month(asked, _YEAR_BEFORE, asked.year_cut),
        "payments": lambda: _by_month(asked, _PAYMENTS, asked.cut),
        "ended": lambda: _ended(asked),
        "whole": lambda: _whole(asked),
        # a group that bought nothing at first has known months without sales, not unknown ones
        "reach": lambda: _since(asked, "first_sale", "first_sale", SALES_ARE, ""),
        "bought": lambda: _since(asked, "first_sale", "first_sale", SALES_ARE, asked.filters()),
    }[name]()


def _accounts(asked: Asked) -> str:
    """Return the SELECT of customers; filtered by what is of documents, those who have such.

    Limits are nobody's there; and a split by it has no customers at all.
    """
    bound = [name for name in _OF_DOCUMENTS if name in asked.where]
    split = [name for name in _OF_DOCUMENTS if name in asked.by]
    condition = "1 = 0" if split else "1 = 1"
    if bound:
        table = "cells" if asked.cubes else "documents"
        having = " and ".join(f"{name} in ${asked.where[name]}" for name in bound)
        condition += f" and o.customer in (select customer from {table} where {having})"
    of_customer = [
        f"cast(null as decimal(18, 2)) as {name}"
        if (bound or split) and name in ("credit_limit", "insured_limit")
        else f"c.{name}"
        for name in CUSTOMERS.names
    ]
    of_none = [f"'' as {name}" for name in _OF_DOCUMENTS]
    source = (
        f"(select {', '.join((*of_customer, *of_none))}, c.customer_id as customer,"
        " a.reporting_currency as currency from customers as c cross join about as a)"
    )
    others = {name: to for name, to in asked.where.items() if name not in bound}
    return replace(asked, where=others).rows(
        source, f"{asked.columns}, 'total' as total, o.*", condition
    )


def _by_month(asked: Asked, months: _Months, cut: tuple[int, ...]) -> str:
    wanted = [m for m in months.measures if re.search(rf"\b{m.name}\b", asked.text)]
    start = month(months.day)
    sums = ",\n            ".join(f"{m.sql} as {m.name}" for m in wanted)
    agreed = "k.agreed_terms_days" in sums
    table = months.table
    if agreed:
        table = (
            "(select o.*, k.agreed_terms_days from documents as o"
            " left join customers as k on k.customer_id = o.customer)"
        )
        sums = sums.replace("k.agreed_terms_days", "o.agreed_terms_days")
    columns = f"'total' as total{asked.grouped('o')}, {start} as month_start,\n            {sums}"

    def summed(condition: str, only: int | None = None) -> str:
        return asked.rows(
            table,
            f"{asked.columns}, {columns}",
            f"{months.are} and {condition}",
            f"{asked.first_columns}{start}{asked.grouped('o')}",
            only,
        )

    if not asked.cubes:
        return summed(months.every)
    if asked.by_market:
        cube, key, needed = months.markets, "market", False
        sums_of = [(m, f"o.{m.name}") for m in wanted]
    else:
        cube, key, needed = months.cells, "cell", agreed
        sums_of = [(m, m.of_cell) for m in wanted]
    if asked.days == 1:
        kept = "".join(f",\n        {sql} as {m.name}" for m, sql in sums_of)
        source = asked.cube(f"{key}s", key, months.whole, needed=needed)
        parts = [
            on_day(
                f"    select {asked.columns}, 'total' as total{asked.grouped('k')},"
                f" o.month_start{kept}\n    from {cube} as o{source}",
                0,
            )
        ]
    else:
        grouped = f"o.month_start{asked.grouped('k')}"
        source = asked.cube(f"{key}s", key, needed=needed)
        added = "".join(f",\n            {m.adds}({sql}) as {m.name}" for m, sql in sums_of)
        names = "".join(f", m.{m.name}" for m in wanted)
        parts = [
            f"""    select {asked.columns}, m.total{asked.grouped("m")}, m.month_start{names}
    from (
        select 'total' as total{asked.grouped("k")}, o.month_start{added}
        from {cube} as o{source}
        group by {grouped}
    ) as m
    join days as d on {months.whole.replace("o.", "m.")}"""
        ]
    if months.beside:
        parts.append(summed(months.beside))
    return union([*parts, *(summed(months.part, number) for number in cut)])


def _ended(asked: Asked) -> str:
    """Return how many lives of the cohort ended on each day after issue, paid or not."""
    in_window = "o.issued_on >= d.from_window and o.issued_on <= d.as_of"
    day = (
        "date_diff('day', o.issued_on,"
        " case when o.closed_on <= d.as_of then o.closed_on else d.as_of end)"
    )
    paid = "case when o.closed_on <= d.as_of and o.outcome = 'paid' then 1 else 0 end"

    def counted(table: str, condition: str) -> str:
        return asked.rows(
            table,
            (
                f"{asked.columns}, 'total' as total{asked.grouped('o')},\n        {day} as day,"
                f" sum({paid}) as paid, count(*) as ended"
            ),
            f"{condition} and {in_window}",
            f"{asked.first_columns}{day}{asked.grouped('o')}",
        )

    returned = counted(*_RETURNED)
    if asked.days == 1 or not asked.cubes:
        return union([counted("documents", f"{_COHORT} and {KEPT}"), returned])
    # added up before they meet the days: closed lives are the same on all later days
    first, last = (
        f"cast($from_window_{asked.first} as date)",
        f"cast($as_of_{asked.last} as date)",
    )
    cohort = (
        f"{_COHORT} and {KEPT} and o.issued_on >= {first} and o.issued_on <= {last}"
        f"{asked.filters()}"
    )
    closed, issued = asked.seen("o.closed_on"), month("o.issued_on")
    days = "date_diff('day', o.issued_on, o.closed_on)"
    paid = "case when o.outcome = 'paid' then 1 else 0 end"
    opened = asked.seen("o.issued_on")
    return f"""{returned}
    union all
    select {asked.columns}, m.total{asked.grouped("m")}, m.day,
        m.paid * m.ended as paid, m.ended
    from (
        select 'total' as total{asked.grouped("o")}, {issued} as issued_in,
            {closed} as seen_closed, {days} as day, {paid} as paid, count(*) as ended
        from documents as o
        where {cohort} and o.closed_on <= {last}
        group by {issued}, {closed}, {days}, {paid}{asked.grouped("o")}
    ) as m
    join days as d on m.seen_closed <= d.as_of and m.issued_in >= d.from_window
    union all
    select {asked.columns}, m.total{asked.grouped("m")},
        date_diff('day', m.issued_on, d.as_of) as day, 0 as paid, m.ended
    from (
        select 'total' as total{asked.grouped("o")}, o.issued_on,
            coalesce({closed}, {FOR_EVER}) as seen_closed, count(*) as ended
        from documents as o
        where {cohort} and (o.closed_on is null or {opened} < {closed})
        group by o.issued_on, coalesce({closed}, {FOR_EVER}){asked.grouped("o")}
    ) as m
    join days as d
        on m.seen_closed > d.as_of and m.issued_on >= d.from_window and m.issued_on <= d.as_of"""


def _whole(asked: Asked) -> str:
    if asked.groups:
        names = ", ".join(f"'' as {name}" for name in asked.by)
        return f"    select as_of, {names}\n    from days\n    where 1 = 0"
    return _since(asked, "'total' as total", "first_day", "1 = 1", asked.filters())


def _since(asked: Asked, shown: str, day: str, are: str, filters: str) -> str:
    """Return the days since the first document of those that `are`; `day` is the cells' column."""
    first = (
        f"select min(o.{day}) as {day}\n        from cells as o\n        where 1 = 1{filters}"
        if asked.cubes
        else f"select min(o.issued_on) as {day}\n        from documents as o\n"
        f"        where {are}{filters}"
    )
    return (
        f"    select days.as_of, {shown}\n    from days\n    join (\n"
        f"        {first}\n    ) as f on {day} <= days.as_of"
    )
