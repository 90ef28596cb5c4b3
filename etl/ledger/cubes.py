"""The cubes: what histories and lists would add up from all rows each time, added up once.

Cubes hold no figure of their own. Each follows from `documents` and `open_items`, and a question
that is answered from cubes has the same answer from the rows. The steps are plain SQL, in order:
those named like a published table fill it, the others are read by later steps only.
"""

from __future__ import annotations

from collections.abc import Collection

from data.core import dimensions
from data.core.buckets import last_alike
from data.core.measures import (
    AGREED,
    INVOICES,
    ITEMS,
    KEPT,
    PAYMENTS,
    PAYMENTS_ARE,
    SALES,
    SALES_ARE,
    Measure,
    month,
)
from data.store.schema import CUBES, DIMENSION_COLUMNS
from etl.sql import Connection, Step, number, run

#: What tells cells apart; the rest follows from the customer.
IN_CELL = ("customer", *dimensions.names("document", "either"))
#: What tells markets apart.
OF_MARKET = [d.name for d in dimensions.COLUMNS if not d.many]


def _dimension(name: str) -> str:
    return f"a.{name}" if name in IN_CELL else f"c.{name}"


_ACCOUNT = f"""
select {", ".join(IN_CELL)}, min(o.issued_on) as first_day,
    min(case when {SALES_ARE} then o.issued_on end) as first_sale
from documents as o
group by {", ".join(IN_CELL)}
"""

_CELLS = f"""
select cast(row_number() over (
        order by c.sector_division, {", ".join(f"a.{name}" for name in IN_CELL)}) as integer)
        as cell,
    cast(dense_rank() over (
        order by {", ".join(map(_dimension, OF_MARKET))}) as integer) as market,
    {", ".join(f"{_dimension(c.name)} as {c.name}" for c in DIMENSION_COLUMNS)},
    c.agreed_terms_days, a.first_day, a.first_sale
from account as a
join customers as c on c.customer_id = a.customer
"""

#: Slices that some month-end sees: most close in the month in which they opened, or in the next.
_SEEN = f"""
select k.cell, k.market, o.opened_on, o.issued_on, o.due_on, o.closed_on, o.amount,
    o.amount_currency,
    {ITEMS} as items,
    {INVOICES} as invoices
from open_items as o
join cells as k using ({", ".join(IN_CELL)})
where o.closed_on is null or last_day(o.closed_on) > last_day(o.opened_on)
"""


def _ages(bounds: Collection[str]) -> str:
    return f"""
select day, {last_alike("day", bounds)} as ages_from
from (select due_on as day from seen union select issued_on from seen) as days
"""


def _items(basis: str, day: str) -> str:
    return f"""
select '{basis}' as basis, market, opened_on, closed_on, ages_from, unapplied,
    cast(sum(amount) as decimal(18, 2)) as amount,
    cast(sum(amount_currency) as decimal(18, 2)) as amount_currency,
    cast(sum(items) as integer) as items,
    cast(sum(invoices) as integer) as invoices
from (
    select market, last_day(opened_on) as opened_on, last_day(closed_on) as closed_on,
        case when amount < 0 then last_day(opened_on) else ages_from end as ages_from,
        amount < 0 as unapplied, amount, amount_currency, items, invoices
    from seen
    join ages on day = {day}
) as rounded
group by market, opened_on, closed_on, ages_from, unapplied
"""


#: A slice of 2024-11 to 2026-02 is seen in November and December of 2024, in all of 2025, and in
#: January of 2026. While it is open, that goes on for ever.
_DEBTORS = """
select cell, year, until_year, bit_or(months) as months
from (
    select cell, year, year as until_year,
        (1 << (case when last_year > year then 12 else last_month end)) - (1 << (month - 1))
            as months
    from spans
    union all
    select cell, year + 1, last_year - 1, 4095
    from spans
    where last_year > year + 1
    union all
    select cell, last_year, last_year, (1 << last_month) - 1
    from spans
    where last_year > year and last_year < 9999
) as parts
group by cell, year, until_year
"""
_SPANS = f"""
select distinct cell, cast(extract(year from opened_on) as integer) as year,
    cast(extract(month from opened_on) as integer) as month,
    cast(coalesce(extract(year from last_seen), 10000) as integer) as last_year,
    cast(coalesce(extract(month from last_seen), 12) as integer) as last_month
from (select cell, opened_on, {month("closed_on")} - 1 as last_seen from seen) as ends
"""


def _by_month(table: str, day: str, are: str, measures: tuple[Measure, ...]) -> str:
    columns = ",\n    ".join(f"cast({m.sql} as {m.type}) as {m.name}" for m in measures)
    return f"""
select k.cell, {month(day)} as month_start,
    {columns}
from {table} as o
join cells as k using ({", ".join(IN_CELL)})
where {are}
group by k.cell, {month(day)}
"""


def _of_markets(cube: str, measures: tuple[Measure, ...]) -> str:
    columns = ",\n    ".join(
        f"cast({m.adds}({m.of_cell}) as {m.type}) as {m.name}" for m in measures
    )
    return f"""
select k.market, o.month_start,
    {columns}
from {cube} as o
join cells as k using (cell)
group by k.market, o.month_start
"""


#: The order in which cubes are stored: months that no question asks for lie together, and are not
#: read.
_STORED_BY = {
    "cells": "cell",
    "markets": "market",
    "month_items": "basis, closed_on, opened_on, market",
    "month_debtors": "until_year, cell",
    "month_sales": "extract(year from month_start), cell",
    "month_payments": "extract(year from month_start), cell",
    "market_sales": "month_start, market",
    "market_payments": "month_start, market",
}


#: What stays empty where nothing closed.
_OF_CLOSED = ("month_payments", "market_payments")


def steps(bounds: Collection[str]) -> tuple[Step, ...]:
    """Return the steps that make the cubes from `customers`, `documents` and `open_items`.

    bounds: what the cube of balances tells apart by age, see `data.core.buckets.Buckets.bounds`.
    """
    return (
        Step("account", _ACCOUNT),
        Step("cells", _CELLS),
        Step("markets", f"select distinct market, {', '.join(OF_MARKET)} from cells"),
        Step("seen", _SEEN),
        Step("ages", _ages(bounds)),
        Step("month_items", f"{_items('due', 'due_on')}union all{_items('issued', 'issued_on')}"),
        Step("spans", _SPANS),
        Step("month_debtors", _DEBTORS),
        Step("month_sales", _by_month("documents", "o.issued_on", SALES_ARE, SALES)),
        Step(
            "month_payments",
            # what went back counts until a day within a month: it is read from the rows
            _by_month("open_items", "o.closed_on", f"{PAYMENTS_ARE} and {KEPT}", PAYMENTS),
        ),
        Step("market_sales", _of_markets("month_sales", (*SALES, *AGREED))),
        Step("market_payments", _of_markets("month_payments", PAYMENTS)),
    )


def derive_cubes(connection: Connection, bounds: Collection[str]) -> None:
    """Fill the cubes, which are empty, from `customers`, `documents` and `open_items`."""
    published = {t.name for t in CUBES}
    closed = number(connection, "select count(*) from open_items where closed_on is not null")
    asked = [s for s in steps(bounds) if closed or s.name not in _OF_CLOSED]
    for step in asked:
        if step.name in published:
            stored = f"from ({step.sql}) order by {_STORED_BY[step.name]}"
            run(connection, f"insert into {step.name} by name {stored}")
        else:
            run(connection, f"create or replace temp table {step.name} as {step.sql}")
    for step in asked:
        if step.name not in published:
            run(connection, f"drop table {step.name}")
