"""The relations of sums once more, from the cubes: for histories, which would be as many scans.

A cube knows whole months (`etl.ledger.cubes`). What a day cuts off in the middle of a month is
added by the definition, for that day alone. In the texts `o` is a row of a cube, `k` its
dimensions, `m` what they add up to and `d` the day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from data.core.buckets import DEFAULT, Buckets
from data.core.measures import AGREED, FOR_EVER, GIVEN, KEPT, PAYMENTS, SOLD, Measure, month
from metrics.asking import definition
from metrics.asking.tables import Condition, Day, Rows, Tables, union


def _part(
    tables: Tables,
    name: str,
    days: Sequence[int],
    also: Condition | None = None,
    part: str = "part",
) -> list[str]:
    """Return the SELECT of the relation `name` as it is defined, of `days` alone; [] for none.

    also: a further condition on its rows. part: what they are called.
    """
    if not days:
        return []
    wanted = definition.SUMS[name](tables.asked)
    rows = definition.ROWS[wanted.of]
    of = tables.put(f"{part}_of_{wanted.of}", tables.rows(rows, days, also))
    return [tables.sums(wanted, of)]


def _of_cube(
    tables: Tables, cube: str, key: str, where: str, keys: Mapping[str, str],
    sums: Mapping[str, tuple[str, str]], *, needed: bool = False,
) -> str:  # fmt: skip
    """Return a SELECT over a cube as `m`, added up before it meets the days.

    key: of the table of its dimensions, which is joined where they are asked for, or something
    else of it is `needed`. keys: what tells rows apart beside the dimensions: name -> column.
    sums: name -> the function that adds up, and what. One day needs no adding up before.
    """
    asked = tables.asked
    joined = needed or bool(asked.groups or asked.where or asked.standing)
    by = [*(f"k.{name}" for name in asked.groups), *keys.values()]
    columns = [
        "'total' as total",
        *(f"k.{name}" for name in asked.groups),
        *(f"{sql} as {name}" for name, sql in keys.items()),
        *(f"{f'{adds}({sql})' if asked.days > 1 else sql} as {name}"
          for name, (adds, sql) in sums.items()),
    ]  # fmt: skip
    lines = (
        f"select {', '.join(columns)}",
        f"from {cube} as o",
        f"join {key}s as k using ({key})" if joined else "",
        f"where {where}{asked.filters('k')}",
        f"group by {', '.join(by)}" if asked.days > 1 and by else "",
    )
    return "(\n    " + "\n    ".join(filter(None, lines)) + "\n) as m"


def _day(tables: Tables) -> Day:
    """Return the day as what it sees of a cube writes it: one day needs no join."""
    return tables.one(0) if tables.asked.days == 1 else tables.day


def _meets(tables: Tables, columns: Mapping[str, str], source: str, condition: str) -> str:
    """Return the SELECT of what each day sees of `source`, which holds what some day sees."""
    asked = tables.asked
    shown = "".join(f",\n    {sql} as {name}" for name, sql in columns.items())
    join = "" if asked.days == 1 else f"\njoin {tables.all_days()} as d on {condition}"
    return (
        f"select {_day(tables).as_of} as as_of, m.total{asked.grouped('m')}{shown}\n"
        f"from {source}{join}"
    )


def _lives(
    tables: Tables, keys: Mapping[str, str], sums: Mapping[str, tuple[str, str]],
    columns: Mapping[str, str], sees: Callable[[str, Day, Day], str], basis: str,
    *, needed: bool = False,
) -> str:  # fmt: skip
    """Return the SELECT of balances at the ends of months.

    keys, sums: as in `_of_cube`, beside the days between which a row is open. columns: what is
    shown of them. sees: the condition on a row (by its name), which opened by one day and closed
    after another. basis: what ages count from; any where none are asked for.
    """
    asked, day = tables.asked, _day(tables)
    source = _of_cube(
        tables, "month_items", "market",
        f"o.basis = '{basis}' and {sees('o', tables.one(asked.last), tables.one(asked.first))}",
        {"opened_on": "o.opened_on", "closed_on": "o.closed_on", **keys},
        {"amount": ("sum", "o.amount"), **sums},
        needed=needed,
    )  # fmt: skip
    return _meets(tables, columns, source, sees("m", day, day))


def _alive(row: str, opened: Day, closed: Day) -> str:
    return f"{row}.opened_on <= {opened.as_of} and {closed.ends('>', closed.as_of, row)}"


def _opening(row: str, opened: Day, closed: Day) -> str:
    return f"{row}.opened_on < {opened.from_1m} and {closed.ends('>=', closed.from_1m, row)}"


def _whole_months(tables: Tables) -> str:
    """Return the further condition that leaves out the days within a month."""
    return f" and {tables.day.part_from} > {tables.day.as_of}" if tables.asked.cut else ""


def _aged(tables: Tables, name: str, buckets: Buckets, age_from: str) -> str:
    keys = {"ages_from": "o.ages_from", "unapplied": "o.unapplied"}
    sums = {"items": ("sum", "o.items"), "invoices": ("sum", "o.invoices")}
    shown = {
        "bucket": buckets.sql("m.unapplied", "m.ages_from", _day(tables).as_of),
        "amount": "m.amount", "items": "m.items", "invoices": "m.invoices",
    }  # fmt: skip
    in_currency = name == "balances_by_currency"
    if in_currency:
        keys["of_currency"] = "k.currency"
        sums["in_currency"] = ("sum", "o.amount_currency")
        shown |= {"in_currency": "m.in_currency", "of_currency": "m.of_currency"}
    basis = "due" if age_from == "due_on" else "issued"
    ends = _lives(tables, keys, sums, shown, _alive, basis, needed=in_currency)
    return union([ends + _whole_months(tables), *_part(tables, name, tables.asked.cut)])


def _opening_balances(tables: Tables) -> str:
    # a month's start is no day within a month
    return _lives(tables, {}, {}, {"amount": "m.amount"}, _opening, "due")


def _debtors(tables: Tables) -> str:
    asked, day, days = tables.asked, tables.day, tables.all_days()
    ends = f"""select d.as_of, m.total{asked.grouped("m")}, count(*) as customers
from (
    select 'total' as total{asked.grouped("k")}, y.year, bit_or(o.months) as months
    from month_debtors as o
    join cells as k using (cell)
    join (select distinct year from {days}) as y
        on o.year <= y.year and o.until_year >= y.year
    where 1 = 1{asked.filters("k")}
    group by y.year, k.customer{asked.grouped("k")}
) as m
join {days} as d on {day.year} = m.year and (m.months & {day.month_bit}) > 0{_whole_months(tables)}
group by d.as_of, m.total{asked.grouped("m")}"""
    return union([ends, *_part(tables, "debtors", asked.cut)])


def _months(
    tables: Tables, kind: str, measures: Sequence[Measure], sees: Callable[[str, Day, Day], str],
    *, each: bool = True,
) -> str:  # fmt: skip
    """Return the SELECT of whole months of the cubes of `kind`, sales or payments.

    sees: the condition on a month (of a row by its name), which one day and another ask for from
    when and until when. each: whether the month is shown.
    """
    asked, day = tables.asked, _day(tables)
    if asked.by_market:
        cube, key = f"market_{kind}", "market"
        sums = {m.name: (m.adds, f"o.{m.name}") for m in measures}
    else:
        cube, key = f"month_{kind}", "cell"
        sums = {m.name: (m.adds, m.of_cell) for m in measures}
    source = _of_cube(
        tables, cube, key, sees("o", tables.one(asked.first), tables.one(asked.last)),
        {"month_start": "o.month_start"}, sums, needed=any("k." in sql for _, sql in sums.values()),
    )  # fmt: skip
    shown = {}
    if each:
        windows = {name: getattr(day, name) for name in asked.windows}
        shown = {**windows, "month_start": "m.month_start"}
    shown |= {m.name: f"m.{m.name}" for m in measures}
    return _meets(tables, shown, source, sees("m", day, day))


def _sales(tables: Tables, name: str, measures: Sequence[Measure]) -> str:
    months = _months(
        tables, "sales", measures, lambda row, _, until: f"{row}.month_start < {until.part_from}"
    )
    part = _part(tables, name, tables.asked.cut, lambda d: f"o.issued_on >= {d.part_from}")
    return union([months, *part])


def _year_before(tables: Tables) -> str:
    months = _months(
        tables, "sales", SOLD[:1],
        lambda row, since, until: (
            f"{row}.month_start >= {since.from_year_ago}"
            f" and {row}.month_start < {until.year_part_from}"
        ),
        each=False,
    )  # fmt: skip
    part = _part(
        tables, "year_before", tables.asked.year_cut, lambda d: f"o.issued_on >= {d.year_part_from}"
    )
    return union([months, *part])


def _payments(tables: Tables) -> str:
    months = _months(
        tables, "payments", PAYMENTS,
        lambda row, since, until: (
            f"{row}.month_start >= {since.from_window} and {row}.month_start < {until.part_from}"
        ),
    )  # fmt: skip
    # what went back is in no cube: it counts until a day within a month
    returned = _part(
        tables, "payments", range(tables.asked.days),
        lambda d: f"o.returned_on is not null and o.closed_on < {d.part_from}", "returned",
    )  # fmt: skip
    part = _part(tables, "payments", tables.asked.cut, lambda d: f"o.closed_on >= {d.part_from}")
    return union([months, *returned, *part])


def _ended(tables: Tables) -> str:
    """Return the lives of the two tables that the cohort is of, each added up by itself.

    Of several days they are added up before they meet the days: closed ones stay so on later days.
    """
    asked, wanted = tables.asked, definition.SUMS["ended"](tables.asked)
    rows = tables.rows(Rows("returned_invoices", definition.ROWS["cohort"].where))
    returned = tables.sums(wanted, tables.put("returned_of_cohort", rows))
    if asked.days == 1:
        rows = tables.rows(Rows("documents", lambda d: f"{KEPT} and {definition.lives(d, d)}"))
        return union([tables.sums(wanted, tables.put("kept_of_cohort", rows)), returned])
    days, d, last = tables.all_days(), tables.day, tables.one(asked.last)
    cohort = f"{KEPT} and {definition.lives(tables.one(asked.first), last)}{asked.filters()}"
    closed, issued, opened = (
        tables.seen("o.closed_on"),
        month("o.issued_on"),
        tables.seen("o.issued_on"),
    )
    lasted = "date_diff('day', o.issued_on, o.closed_on)"
    paid = "case when o.outcome = 'paid' then 1 else 0 end"
    ended = f"""select d.as_of, m.total{asked.grouped("m")}, m.day,
    m.paid * m.ended as paid, m.ended
from (
    select 'total' as total{asked.grouped("o")}, {issued} as issued_in,
        {closed} as seen_closed, {lasted} as day, {paid} as paid, count(*) as ended
    from documents as o
    where {cohort} and o.closed_on <= {last.as_of}
    group by {issued}, {closed}, {lasted}, {paid}{asked.grouped("o")}
) as m
join {days} as d on m.seen_closed <= {d.as_of} and m.issued_in >= {d.from_window}"""
    alive = f"""select d.as_of, m.total{asked.grouped("m")},
    date_diff('day', m.issued_on, d.as_of) as day, 0 as paid, m.ended
from (
    select 'total' as total{asked.grouped("o")}, o.issued_on,
        coalesce({closed}, {FOR_EVER}) as seen_closed, count(*) as ended
    from documents as o
    where {cohort} and (o.closed_on is null or {opened} < {closed})
    group by o.issued_on, coalesce({closed}, {FOR_EVER}){asked.grouped("o")}
) as m
join {days} as d
    on m.seen_closed > {d.as_of} and m.issued_on >= {d.from_window} and m.issued_on <= {d.as_of}"""
    return union([ended, alive, returned])


def _first(tables: Tables, shown: str, day: str, filters: str) -> str:
    first = f"select min(o.{day}) as first_day from cells as o where 1 = 1{filters}"
    return definition.since_first(tables, shown, first)


def _whole(tables: Tables) -> str:
    if tables.asked.groups:
        return definition.no_total(tables)
    return _first(tables, "'total' as total", "first_day", tables.asked.filters())


SHORTCUTS: Mapping[str, Callable[[Tables], str]] = {
    "balances": lambda tables: _aged(tables, "balances", DEFAULT, "due_on"),
    "balances_by_currency": lambda tables: _aged(tables, "balances_by_currency", DEFAULT, "due_on"),
    "aged": lambda tables: _aged(tables, "aged", tables.asked.buckets, tables.asked.age_from),
    "opening_balances": _opening_balances,
    "debtors": _debtors,
    "monthly": lambda tables: _sales(tables, "monthly", SOLD),
    "granted": lambda tables: _sales(tables, "granted", (*GIVEN, *AGREED)),
    "year_before": _year_before,
    "payments": _payments,
    "ended": _ended,
    "accounts": lambda tables: definition.accounts(tables, "cells"),
    "owing": lambda tables: definition.owing(tables, "cells"),
    "whole": _whole,
    "reach": lambda tables: _first(tables, definition.FIRST_SALE, "first_sale", ""),
    "bought": lambda tables: _first(
        tables, definition.FIRST_SALE, "first_sale", tables.asked.filters()
    ),
}
