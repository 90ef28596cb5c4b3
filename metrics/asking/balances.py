"""The prelude's balances: at the ends of months from the cubes, on other days from the rows."""

from __future__ import annotations

import re

from data.core.buckets import Buckets
from data.core.measures import INVOICES, ITEMS
from metrics.asking.asked import Asked, of_cube, of_one_day, on_day, union

ALIVE = "o.opened_on <= d.as_of and o.ends > d.as_of"
#: What is open in the currency of its documents, for metrics that tell it.
_IN_CURRENCY = ", {0}.amount_currency as in_currency, {1}.currency as of_currency"
OPENING = "o.opened_on < d.from_1m and o.ends >= d.from_1m"


def balances(asked: Asked, buckets: Buckets, age_from: str) -> str:
    """Return the SELECT of what is alive by bucket; it ages from the column `age_from`."""
    bucket = buckets.sql
    own = _IN_CURRENCY if re.search(r"\bin_currency\b", asked.text) else ""
    columns = (
        f"{asked.columns}, 'total' as total{asked.grouped('o')},\n"
        f"        {bucket('o.amount < 0', f'o.{age_from}', 'd.as_of')} as bucket,\n"
        f"        o.amount, {ITEMS} as items,\n        {INVOICES} as invoices"
        + own.format("o", "o")
    )
    if not (asked.month_ends and buckets.bounds <= asked.kept):
        return asked.rows("open_items", columns, asked.joined(ALIVE))
    basis = f"o.basis = '{'due' if age_from == 'due_on' else 'issued'}'"
    if asked.days == 1:
        source = asked.cube("markets", "market", basis, of_one_day(ALIVE), needed=bool(own))
        return on_day(
            f"    select {asked.columns}, 'total' as total{asked.grouped('k')},\n"
            f"        {bucket('o.unapplied', 'o.ages_from', 'd.as_of')} as bucket,\n"
            f"        o.amount, o.items, o.invoices{own.format('o', 'k')}\n"
            f"    from month_items as o{source}",
            0,
        )
    grouped = f"o.opened_on, o.closed_on, o.ages_from, o.unapplied{asked.grouped('k')}"
    source = asked.cube("markets", "market", basis, asked.some_day(ALIVE), needed=bool(own))
    summed = ", sum(o.amount_currency) as in_currency, k.currency as of_currency" if own else ""
    parts = [
        f"""    select {asked.columns}, m.total{asked.grouped("m")},
        {bucket("m.unapplied", "m.ages_from", "d.as_of")} as bucket,
        m.amount, m.items, m.invoices{", m.in_currency, m.of_currency" if own else ""}
    from (
        select 'total' as total, {grouped},
            sum(o.amount) as amount, sum(o.items) as items, sum(o.invoices) as invoices{summed}
        from month_items as o{source}
        group by {grouped}{", k.currency" if own else ""}
    ) as m
    join days as d on {of_cube(ALIVE)}{" and d.part_from > d.as_of" if asked.cut else ""}"""
    ]
    parts += [asked.rows("open_items", columns, ALIVE, only=number) for number in asked.cut]
    return union(parts)


def opening_balances(asked: Asked) -> str:
    """Return the SELECT of what was alive at the end of the month before the day."""
    if not asked.by_market:
        columns = f"{asked.columns}, 'total' as total{asked.grouped('o')}, o.amount"
        return asked.rows("open_items", columns, asked.joined(OPENING))
    basis, by = "o.basis = 'due'", asked.grouped("k")
    if asked.days == 1:
        source = asked.cube("markets", "market", basis, of_one_day(OPENING))
        return on_day(
            f"    select {asked.columns}, 'total' as total{by}, o.amount\n"
            f"    from month_items as o{source}",
            0,
        )
    grouped = f"o.opened_on, o.closed_on{by}"
    source = asked.cube("markets", "market", basis, asked.some_day(OPENING))
    return f"""    select {asked.columns}, m.total{asked.grouped("m")}, m.amount
    from (
        select 'total' as total, {grouped}, sum(o.amount) as amount
        from month_items as o{source}
        group by {grouped}
    ) as m
    join days as d on {of_cube(OPENING)}"""


def debtors(asked: Asked) -> str:
    """Return the SELECT of how many customers have something alive."""
    columns = (
        f"{asked.columns}, 'total' as total{asked.grouped('o')},"
        " count(distinct o.customer) as customers"
    )
    # by something even for the total: a day on which nobody owes anything has no row
    group = ", ".join(f"d.{name}" for name in asked.shown) + asked.grouped("o")
    if not asked.month_ends:
        return asked.rows("open_items", columns, asked.joined(ALIVE), group)
    parts = [
        f"""    select {asked.columns}, m.total{asked.grouped("m")}, count(*) as customers
    from (
        select 'total' as total{asked.grouped("k")}, y.year, bit_or(o.months) as months
        from month_debtors as o
        join cells as k using (cell)
        join (select distinct year from days) as y
            on o.year <= y.year and o.until_year >= y.year
        where 1 = 1{asked.filters("k")}
        group by y.year, k.customer{asked.grouped("k")}
    ) as m
    join days as d on d.year = m.year and (m.months & d.month_bit) > 0
        {"and d.part_from > d.as_of" if asked.cut else ""}
    group by {asked.first_columns}m.total{asked.grouped("m")}"""
    ]
    parts += [asked.rows("open_items", columns, ALIVE, group, only=number) for number in asked.cut]
    return union(parts)
