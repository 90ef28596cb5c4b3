"""What month-ends were reported as, what they are now, and the documents that made the difference.

Both sides are added up by the same statements: one from the rows that were kept when the month-end
was first published (`data.store.reported`), the other from those of the current state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa

from data.core.dimensions import known
from data.core.measures import SALES_ARE
from data.core.texts import N_
from data.store.reported import DEFINITION, DOCUMENT, IDENTITY, ITEM, Reported, rows_sql
from metrics.asking.ledger import Ledger, Statement, month_start
from metrics.asking.metric import common_table

MONEY: Mapping[str, str] = {
    "receivables": N_("Receivables"),
    "not_due": N_("Receivables not due"),
    "overdue": N_("Overdue"),
    "unapplied": N_("Unapplied"),
    "sales_1m": N_("Sales, 1 month"),
    "sales_3m": N_("Sales, 3 months"),
    "received": N_("Received in the month"),
}
"""Figures that are sums over documents: name -> label."""
DAYS: Mapping[str, str] = {
    "rolling_3m": N_("DSO, 3 months"),
    "best_possible_3m": N_("Best possible DSO, 3 months"),
}
"""Figures made of these: days of sales of three months."""
FIGURES = {**MONEY, **DAYS}
_OVER = {"rolling_3m": "receivables", "best_possible_3m": "not_due"}

REASONS: Mapping[str, str] = {
    "new": N_("New since"),
    "gone": N_("Gone since"),
    "amount": N_("Its amount changed"),
    "customer": N_("Its customer changed"),
    "day": N_("Its day changed"),
    "changed": N_("Changed since"),
    "rate": N_("Its exchange rate changed"),
    "paid": N_("Paid differently"),
    "due": N_("Its due day changed"),
    "filters": N_("Its filter values changed"),
    "not_open": N_("Was not open then"),
}
"""Why a document counts for more or less than it did: name -> words. `not_open`: whether it was
there is not known, since what was issued so long before was not kept unless it was open."""


class Rows(Protocol):
    """Answers statements, from what was kept or from a state."""

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one statement; see `data.store.engine.Engine.query`."""
        ...


class Then(Rows, Protocol):
    """What was kept, see `data.store.reported.Kept`."""

    months: tuple[Reported, ...]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Restated:
    """A month-end: its figures as they were reported and as they are now, by name of FIGURES.

    What cannot be said is None. comparable: both are in one currency, by one definition.
    """

    month: Reported
    then: Mapping[str, Decimal | float | None]
    current: Mapping[str, Decimal | float | None]
    comparable: bool

    def change(self, name: str) -> Decimal | float | None:
        """Return by how much a figure is more now; None where they cannot be compared."""
        then, now = self.then[name], self.current[name]
        if not self.comparable or then is None or now is None:
            return None
        return now - then  # type: ignore[operator]

    @property
    def changed(self) -> tuple[str, ...]:
        """The sums that are not what they were."""
        return tuple(name for name in MONEY if self.change(name))


_IS_ITEM = f"r.part = '{ITEM}'"
_SALE = SALES_ARE.replace("o.", "r.")
_RECEIVED = "r.kind = 'payment' and r.amount <= 0"


def restated(
    then: Then, now: Rows, ledger: Ledger, currency: str, first_sale: date | None
) -> list[Restated]:
    """Return the month-ends that were reported, the latest first, under the ledger's filters.

    now: the current state, its reporting currency, and since when its sales are known.
    """
    if not then.months:
        return []
    places = {one.month_end: then.files.index(one.file) for one in then.months}
    where, bound = _filters(ledger, now)
    sides = []
    for rows, source, numbers in (
        (then, "reported_rows", places),
        (now, f"(select 0 as file_no, * from ({_since(min(places))}))", dict.fromkeys(places, 0)),
    ):
        found = rows.query(_sums(source, numbers, where), bound).to_pylist()
        sides.append({row["month_end"]: row for row in found})
    return [
        Restated(
            one,
            _figures(sides[0][one.month_end], one.month_end, one.first_sale),
            _figures(sides[1][one.month_end], one.month_end, first_sale),
            one.currency == currency and one.definition == DEFINITION,
        )
        for one in reversed(then.months)
    ]


def _since(first: date) -> str:
    """Return the rows of a state that month-ends from `first` on can see."""
    return rows_sql(
        f"o.closed_on is null or o.closed_on > date '{first}'",
        f"o.issued_on >= date '{month_start(first, 2)}'",
    )


def _filters(ledger: Ledger, now: Rows) -> tuple[str, dict[str, object]]:
    """Return the ledger's filters as a condition on rows `r`, and what is bound to it."""
    names = [name for name in known(tuple(ledger.where) or ("total",)) if name != "total"]
    tests = [f"r.{name} in $w_{name}" for name in names]
    bound: dict[str, object] = {f"w_{name}": list(ledger.where[name]) for name in names}
    if ledger.standing is not None:
        standing = ledger.standing
        stand = Statement(standing.sql, standing.parameters)
        heard = ledger.heard_in(stand.sql)
        found = now.query(stand.sql, {**stand.parameters, **heard}).column(0).to_pylist()
        tests.append("r.customer in $w_standing")
        bound["w_standing"] = found
    return " and ".join(tests) or "true", bound


def _sums(source: str, places: Mapping[date, int], where: str) -> str:
    """Return the SELECT of the sums of MONEY by month-end, of rows in `source`.

    Month-ends cannot tell the days of a month apart: rows are added up by month first.
    """
    months = ",\n    ".join(
        f"({place}, date '{day}', date '{month_start(day, 2)}')" for day, place in places.items()
    )
    tables = [
        common_table(
            "months",
            f"select * from (values\n    {months}\n) as m (file_no, month_end, from_3m)",
        ),
        common_table(
            "cells",
            f"""
select r.file_no,
    case
        when {_IS_ITEM} then case when r.amount < 0 then 'unapplied' else 'open' end
        when {_SALE} then 'sold'
        when {_RECEIVED} then 'received'
    end as what,
    last_day(r.opened_on) as since,
    case when {_IS_ITEM} then last_day(r.closed_on) end as until,
    case when {_IS_ITEM} then last_day(r.due_on + 1) end as late_from,
    sum(r.amount) as amount
from {source} as r
where {where}
group by all
""",
        ),
        common_table(
            "seen",
            """
select m.month_end, m.from_3m, c.*
from months as m
join cells as c on c.file_no = m.file_no and c.since <= m.month_end
    and (c.until is null or c.until > m.month_end)
""",
        ),
    ]
    sums = {
        "receivables": "what in ('open', 'unapplied')",
        "not_due": "what = 'open' and late_from > month_end",
        "overdue": "what = 'open' and late_from <= month_end",
        "unapplied": "what = 'unapplied'",
        "sales_1m": "what = 'sold' and since = month_end",
        "sales_3m": "what = 'sold' and since >= from_3m",
        "received": "what = 'received' and since = month_end",
    }
    columns = ",\n    ".join(
        f"cast(coalesce(sum(case when {test} then {'-' if name == 'received' else ''}s.amount end),"
        f" 0) as decimal(18, 2)) as {name}"
        for name, test in sums.items()
    )
    return (
        "with " + ",\n".join(tables) + f"\nselect month_end,\n    {columns}\n"
        "from (select distinct month_end from months) as every_one\n"
        "left join seen as s using (month_end)\ngroup by month_end"
    )


def _figures(
    row: Mapping[str, Any], day: date, first_sale: date | None
) -> dict[str, Decimal | float | None]:
    found: dict[str, Decimal | float | None] = {name: row[name] for name in MONEY}
    since, sales = month_start(day, 2), row["sales_3m"]
    known_sales = first_sale is not None and month_start(first_sale) <= since and sales > 0
    for name, part in _OVER.items():
        days = (day - since).days + 1
        found[name] = float(row[part]) / float(sales) * days if known_sales else None
    return found


def _value(figure: str, day: date) -> tuple[str, str]:
    """Return the condition on rows `r` that a figure counts, and what each counts for."""
    alive = (
        f"{_IS_ITEM} and r.opened_on <= date '{day}'"
        f" and (r.closed_on is null or r.closed_on > date '{day}')"
    )
    late = f"r.amount >= 0 and r.due_on < date '{day}'"
    of_items = {
        "receivables": "r.amount",
        "overdue": f"case when {late} then r.amount else 0 end",
        "not_due": f"case when r.amount >= 0 and not ({late}) then r.amount else 0 end",
        "unapplied": "case when r.amount < 0 then r.amount else 0 end",
    }
    if figure in of_items:
        return alive, of_items[figure]
    since = month_start(day, 2 if figure == "sales_3m" else 0)
    window = (
        f"r.part = '{DOCUMENT}' and r.opened_on >= date '{since}' and r.opened_on <= date '{day}'"
    )
    if figure == "received":
        return f"{window} and {_RECEIVED}", "-r.amount"
    return f"{window} and {_SALE}", "r.amount"


def _documents(source: str, figure: str, day: date, where: str) -> str:
    """Return the SELECT of the documents that a figure counts, each once, of rows in `source`.

    value: what it counts for under the filters; whole: without them; open: what is open of it.
    """
    counted, value = _value(figure, day)
    return f"""
select {", ".join(f"r.{name}" for name in IDENTITY)},
    sum(case when {where} then {value} else 0 end) as value,
    sum({value}) as whole,
    sum(case when {_IS_ITEM} then r.amount else 0 end) as open,
    max(case when r.amount >= 0 then r.due_on end) as due_on,
    max(r.document_amount) as document_amount
from {source} as r
where {counted}
group by {", ".join(f"r.{name}" for name in IDENTITY)}
"""


_SAME = " and ".join(f"t.{name} = n.{name}" for name in IDENTITY)
_NUMBER = ("ledger", "document_id", "kind")
_OF_NUMBER = " and ".join(f"t.{name} = n.{name}" for name in _NUMBER)


def documents(then: Then, now: Rows, ledger: Ledger, month: Reported, figure: str) -> pa.Table:
    """Return the documents that made the difference of a figure of a month-end, unordered.

    Columns: customer, customer_name, document_id, kind, issued_on, due_on, reported, now,
    difference (reporting currency), reason, one of REASONS, file and line where it is there.
    Differences add up to that of the figure. figure: of MONEY; ValueError for any other.
    """
    if figure not in MONEY:
        raise ValueError(f"{figure!r} is no sum over documents; known are: {', '.join(MONEY)}")
    day, place = month.month_end, then.files.index(month.file)
    where, bound = _filters(ledger, now)
    kept = f"(select * from reported_rows where file_no = {place})"
    was = then.query(_documents(kept, figure, day, where), bound)
    counted = _documents(f"({_since(day)})", figure, day, where)
    added = now.query(
        f"select n.* from ({counted}) as n anti join was as t on {_SAME}", {**bound, "was": was}
    )
    # what of these was there then, whether it counted or not
    earlier = [one for one in then.months if one.reported_at <= month.reported_at]
    files = ", ".join(str(then.files.index(file)) for file in sorted({e.file for e in earlier}))
    empty = added.slice(0, 0).select([*IDENTITY, "document_amount"])
    there = (
        empty
        if not added.num_rows
        else then.query(
            f"""
select distinct {", ".join(f"t.{name}" for name in IDENTITY)}, t.document_amount
from reported_rows as t
semi join added as n on {_OF_NUMBER}
where t.file_no in ({files})
""",
            {"added": added},
        )
    )
    kept_since = month_start(min(one.month_end for one in earlier), 2)
    return now.query(
        _met(counted, kept_since), {**bound, "was": was, "there": there}
    )  # fmt: skip


def _met(counted: str, kept_since: date) -> str:
    """Return the SELECT that `documents` answers with, of `was`, `there` and what counts now."""
    either = ", ".join(f"coalesce(t.{name}, n.{name}) as {name}" for name in IDENTITY)
    identity = ", ".join(IDENTITY)
    number = ", ".join(_NUMBER)
    nothing = "cast(0 as decimal(38, 2))"
    tables = {
        "counted": counted,
        "met": f"""
select {either}, coalesce(t.value, 0) as reported, coalesce(n.value, 0) as now,
    coalesce(t.whole, 0) as whole_then, coalesce(n.whole, 0) as whole_now,
    coalesce(t.open, 0) as open_then, coalesce(n.open, 0) as open_now,
    t.due_on as due_then, n.due_on as due_now,
    t.document_amount as amount_then, n.document_amount as amount_now,
    t.kind is not null as was, n.kind is not null as counts
from was as t
full join counted as n on {_SAME}
""",
        # what counted then and does not now is perhaps still there
        "left_over": f"""
select t.*, row_number() over (partition by {number} order by issued_on, amount_currency,
    document_customer) as place
from met as t
where not t.counts and not exists (
    select 1 from documents as d
    where coalesce(d.document_id, '') = t.document_id and d.ledger = t.ledger and d.kind = t.kind
        and d.customer = t.document_customer and d.issued_on = t.issued_on
        and d.currency = t.document_currency and d.amount_currency = t.amount_currency
)
""",
        "fresh": f"""
select t.*, row_number() over (partition by {number} order by issued_on, amount_currency,
    document_customer) as place
from met as t
anti join there as n on {_SAME}
where not t.was
""",
        "paired": f"""
select {", ".join(f"n.{name}" for name in IDENTITY)}, t.reported, n.now, t.due_then, n.due_now,
    case
        when t.amount_currency <> n.amount_currency
            or t.document_currency <> n.document_currency then 'amount'
        when t.document_customer <> n.document_customer then 'customer'
        else 'day'
    end as reason,
    {", ".join(f"t.{name} as {name}_then" for name in IDENTITY)}
from left_over as t
join fresh as n on {_OF_NUMBER} and t.place = n.place and t.document_id <> ''
""",
        "told": f"""
select {identity}, reported, now, due_then, due_now, reason from paired
union all
select {identity}, reported, {nothing}, due_then, due_now,
    case
        when t.document_id <> '' and exists (
            select 1 from documents as d where d.document_id = t.document_id
                and d.ledger = t.ledger and d.kind = t.kind
        ) then 'changed'
        else 'gone'
    end
from left_over as t
anti join (select {", ".join(f"{n}_then as {n}" for n in IDENTITY)} from paired) as n on {_SAME}
union all
select {identity}, {nothing}, now, due_then, due_now,
    case
        when t.document_id <> '' and exists (
            select 1 from there as n where {_OF_NUMBER}
        ) then 'changed'
        when t.issued_on >= date '{kept_since}' then 'new'
        else 'not_open'
    end
from fresh as t
anti join paired as n on {_SAME}
union all
select {identity}, reported, now, due_then, due_now,
    case
        when whole_then = whole_now then 'filters'
        when amount_then <> amount_now then 'rate'
        when open_then <> open_now then 'paid'
        else 'due'
    end
from met as t
anti join left_over as n on {_SAME}
anti join fresh as n on {_SAME}
""",
        "placed": """
select t.*, min(d.document_key) as document_key
from told as t
left join documents as d on coalesce(d.document_id, '') = t.document_id and d.ledger = t.ledger
    and d.kind = t.kind and d.customer = t.document_customer and d.issued_on = t.issued_on
    and d.currency = t.document_currency and d.amount_currency = t.amount_currency
where t.reported <> t.now
group by all
""",
    }
    return (
        "with "
        + ",\n".join(common_table(name, sql) for name, sql in tables.items())
        + """
select p.document_customer as customer, coalesce(c.customer_name, p.document_customer)
    as customer_name, p.document_id, p.kind, p.issued_on, coalesce(p.due_now, p.due_then) as due_on,
    cast(p.reported as decimal(18, 2)) as reported, cast(p.now as decimal(18, 2)) as now,
    cast(p.now - p.reported as decimal(18, 2)) as difference, p.reason, f.name as file, d.line
from placed as p
left join customers as c on c.customer_id = p.document_customer
left join documents as d on d.document_key = p.document_key
left join files as f on f.file_id = d.file_id
"""
    )


NOTHING = pa.table(
    {
        name: pa.array([], kind)
        for name, kind in (
            *((n, pa.string()) for n in ("customer", "customer_name", "document_id", "kind")),
            *((n, pa.date32()) for n in ("issued_on", "due_on")),
            *((n, pa.decimal128(18, 2)) for n in ("reported", "now", "difference")),
            *((n, pa.string()) for n in ("reason", "file")),
            ("line", pa.int64()),
        )
    }
)
"""What `documents` answers with where nothing changed."""


def first_sale(now: Rows) -> date | None:
    """Return since when a state knows sales; None where it knows none."""
    found = now.query(f"select min(o.issued_on) as day from documents as o where {SALES_ARE}")
    day: date | None = found.column(0)[0].as_py()
    return day
