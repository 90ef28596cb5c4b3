"""What people said, as statements read it: limits, terms, promises and disputes as of a day.

A line of the memory is an interval, as an open item is: it holds from the end of the day on which
it was said until it was taken back. `memory_<subject>` are the lines (`data.workspace.relations`),
bound beside the values; in the texts `s` is one of them and `d` a day.

What is disputed is spread over open items. A dispute that names documents takes of what is open of
them, in due order, up to its amount; what several dispute of one document adds up to no more than
is open of it. A dispute that names none takes of the customer's oldest open items, after those. An
item whose file marks it as disputed is so as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa

from data.core.measures import FOR_EVER
from data.core.shares import guessed, nearest
from data.core.texts import N_
from metrics.asking.metric import common_table

PREFIX = "memory_"
LIMITS, TERMS, PROMISES, DISPUTES = "said_limits", "said_terms", "promises", "disputes"
ORDERS = "backlogs"
OVERLAYS = "overlays"
BY_NOW = date(9999, 12, 30)
"""Before FOR_EVER: what was not taken back holds."""
READERS = frozenset(
    ("accounts", "limits", "granted", "billed_items", "disputed_items", LIMITS, TERMS, ORDERS,
     PROMISES, DISPUTES, "provided")
)  # fmt: skip
"""The relations that read what was said; with what is disputed left out, all balances do."""
CONVERTED = N_(
    "Amounts said in another currency count in the reporting one, by the rate of the day on which "
    "they were said: that of the books, else the reference rate of the European Central Bank. A "
    "line whose rate is not known counts in no figure, and says so."
)
"""What conventions of such figures say of currencies."""
SUBJECTS = (LIMITS, TERMS, ORDERS, PROMISES, DISPUTES, OVERLAYS)

_READ = re.compile(rf"\b{PREFIX}(\w+)")


class Lines(Protocol):
    """What was said, however it is kept; see `data.workspace.relations.Relations`."""

    def says(self, subject: str) -> bool:
        """Whether anything was ever said of a subject."""
        ...

    def table(self, name: str, days: tuple[tuple[date, date], ...] = ()) -> pa.Table:
        """Return the relation of a subject, or what became of promises as of days."""
        ...

    def print_of(self, name: str, days: tuple[tuple[date, date], ...] = ()) -> str:
        """Return what tells that relation from any other one."""
        ...


@dataclass(frozen=True)
class Said:
    """What a ledger knows of what people said.

    lines: all of it. last_day: from this as-of day on, the last of the data, all that was said by
    now counts; an earlier day shows what was said by its end.
    """

    lines: Lines = field(repr=False, compare=False)
    last_day: date

    def by(self, as_of: date) -> date:
        """Return by which day what is shown of an as-of day was said; BY_NOW: by now."""
        return BY_NOW if as_of >= self.last_day else as_of

    @property
    def subjects(self) -> frozenset[str]:
        """The subjects of which anything was ever said."""
        return frozenset(name for name in SUBJECTS if self.lines.says(name))


def read_by(sql: str) -> tuple[str, ...]:
    """Return the relations of the memory that a statement names, sorted: their subjects."""
    return tuple(sorted(set(_READ.findall(sql))))


def written(sql: str, tables: Iterable[tuple[str, pa.Table]]) -> str:
    """Return a statement that begins `with` and has these relations written into it."""
    given = []
    for name, table in tables:
        kinds = [_type_of(f.type) for f in table.schema]
        rows = [
            "("
            + ", ".join(
                f"cast({_literal(v)} as {k})" for v, k in zip(row.values(), kinds, strict=True)
            )
            + ")"
            for row in table.to_pylist()
        ]
        columns = ", ".join(table.column_names)
        if rows:
            values = ",\n    ".join(rows)
            text = f"select *\nfrom (values\n    {values}\n) as said ({columns})"
        else:
            nothing = (
                f"cast(null as {k}) as {c}"
                for c, k in zip(table.column_names, kinds, strict=True)
            )  # fmt: skip
            text = f"select {', '.join(nothing)}\nwhere 1 = 0"
        given.append(common_table(name, text))
    return "with " + ",\n".join([*given, sql.removeprefix("with ")]) if given else sql


_SQL = {
    pa.date32(): "date", pa.int32(): "integer", pa.int64(): "bigint", pa.bool_(): "boolean",
}  # fmt: skip


def _type_of(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return "decimal(18, 2)"
    return _SQL.get(kind, "varchar")


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def held(by: str, row: str = "s", *, before: bool = False) -> str:
    """Return that a line holds of what was said by the end of the day `by`, or before that day."""
    since, until = ("<", ">=") if before else ("<=", ">")
    return f"{row}.said_on {since} {by} and coalesce({row}.until, {FOR_EVER}) {until} {by}"


_LINE = {"id": "varchar", "said_on": "date", "who": "varchar", "note": "varchar"}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    LIMITS: {
        **_LINE, "amount": "decimal(18, 2)", "valid_until": "date",
        "insured_amount": "decimal(18, 2)", "insured_percent": "integer", "security": "varchar",
        "advised": "decimal(18, 2)",
    },
    TERMS: {**_LINE, "days": "integer", "valid_until": "date"},
    ORDERS: {**_LINE, "amount": "decimal(18, 2)"},
    PROMISES: {
        **_LINE, "amount": "decimal(18, 2)", "due_on": "date",
        "state": "varchar", "paid": "decimal(18, 2)", "missing": "decimal(18, 2)",
    },
    DISPUTES: {
        **_LINE, "amount": "decimal(18, 2)", "reason": "varchar",
        "owner": "varchar", "age": "bigint",
    },
}  # fmt: skip
"""What relations of the memory show of a line: column -> type; none is called as a dimension is."""


def nothing(subject: str) -> str:
    """Return the columns of a relation of the memory of which nothing was ever said."""
    return ", ".join(f"cast(null as {kind}) as {name}" for name, kind in COLUMNS[subject].items())


def in_force(subject: str, days: str) -> str:
    """Return the SELECT of the terms, limits or orders in force: one for a day and customer.

    days: a relation with as_of and said_by. Of those that hold and have not ended, the last said.
    Columns: as_of, customer, those of COLUMNS.
    """
    shown = ", ".join(COLUMNS[subject])
    ends = f"coalesce(s.valid_until, {FOR_EVER}) >= d.as_of"
    still = f"\n        and {ends}" if "valid_until" in COLUMNS[subject] else ""
    return f"""select as_of, customer, {shown}
from (
    select d.as_of, s.*, row_number() over (
        partition by d.as_of, s.customer order by s.number desc
    ) as place
    from {PREFIX}{subject} as s
    join {days} as d on {held("d.said_by")}{still}
) as told
where place = 1"""


def open_disputes(days: str, holds: Callable[[str], str]) -> str:
    """Return the SELECT of the disputes that hold and are not settled, as of each day of `days`.

    holds: the condition that a line, by its name, holds on a day `d`.
    """
    return f"""select d.as_of, s.*
from {PREFIX}{DISPUTES} as s
join {days} as d on {holds("s")}
left join {PREFIX}settled_disputes as e on e.dispute = s.id and {holds("e")}
where e.id is null"""


def contested(rows: str, disputes: str) -> str:
    """Return the SELECT of open items with what is disputed of each: `part`, `part_currency`.

    rows: a SELECT of all open items of the customers that dispute, with as_of. disputes: a SELECT
    as `open_disputes` gives it.
    """
    order = f"i.due_on, i.document_id, coalesce(i.closed_on, {FOR_EVER}), i.free, i.document_key"
    so_far = "rows between unbounded preceding and current row"
    return f"""with item as (
    select o.*, k.ledger,
        case when o.amount > 0 and not o.disputed then o.amount else 0 end as free
    from (
    {rows}
    ) as o
    left join documents as k on k.document_key = o.document_key
),
dispute as (
    {disputes}
),
bill as (
    select as_of, customer, ledger, document_id, min(due_on) as due_on, sum(free) as free
    from item
    group by as_of, customer, ledger, document_id
),
claim as (
    select b.as_of, b.customer, b.ledger, b.document_id,
        least(b.free, greatest(c.amount + b.free - sum(b.free) over (
            partition by b.as_of, c.id order by b.due_on, b.ledger, b.document_id {so_far}
        ), 0)) as claimed
    from dispute as c
    join (select distinct id, ledger, document_id from {PREFIX}documents) as n on n.id = c.id
    join bill as b on b.as_of = c.as_of and b.customer = c.customer and b.ledger = n.ledger
        and b.document_id = n.document_id
),
claimed as (
    select as_of, customer, ledger, document_id, sum(claimed) as claimed
    from claim
    group by as_of, customer, ledger, document_id
),
loose as (
    select as_of, customer, sum(amount) as loose
    from dispute
    where id not in (select id from {PREFIX}documents)
    group by as_of, customer
),
named as (
    select i.*, least(i.free, greatest(coalesce(c.claimed, 0) + i.free - sum(i.free) over (
            partition by i.as_of, i.customer, i.ledger, i.document_id
            order by {order} {so_far}
        ), 0)) as named
    from item as i
    left join claimed as c on c.as_of = i.as_of and c.customer = i.customer
        and c.ledger = i.ledger and c.document_id = i.document_id
),
parted as (
    select i.*, cast(case when i.disputed then i.amount
        else i.named + least(i.free - i.named, greatest(
            coalesce(l.loose, 0) + i.free - i.named - sum(i.free - i.named) over (
                partition by i.as_of, i.customer order by {order} {so_far}
            ), 0)) end as decimal(18, 2)) as part
    from named as i
    left join loose as l on l.as_of = i.as_of and l.customer = i.customer
),
guessed as (
    select p.*, case when p.amount > 0 then {guessed("p.part", *_AMOUNTS)} end as part_guess
    from parted as p
)
select p.*, case when p.disputed then p.amount_currency
        when p.part = 0 then cast(0 as decimal(18, 2))
        else cast({nearest("p.part", "p.part_guess", *_AMOUNTS)} as decimal(18, 2))
        end as part_currency
from guessed as p"""


_AMOUNTS = ("p.amount_currency", "p.amount")


def alive_on(day: str, days: str, *, undisputed: bool, said: bool) -> str:
    """Return what follows `from`, up to the conditions: the open items at the end of one day.

    day: SQL of it. days: a relation of it, with as_of and said_by. undisputed: without what is
    disputed; said: disputes were said here. Columns: customer, due_on, amount.
    """
    alive = f"opened_on <= {day} and (closed_on is null or closed_on > {day})"
    if not undisputed:
        return f"open_items\n        where {alive}"
    if not said:
        return f"open_items\n        where {alive} and not disputed"
    disputing = f"(select customer from {PREFIX}{DISPUTES})"
    theirs = (
        f"select {day} as as_of, a.* from open_items as a\n"
        f"    where {alive} and a.customer in {disputing}"
    )
    parts = contested(theirs, open_disputes(days, lambda row: held("d.said_by", row)))
    return f"""(
    select customer, due_on, amount from open_items
    where {alive} and not disputed and customer not in {disputing}
    union all
    select customer, due_on, amount - part from (
{parts}
    ) as c where part <> amount
) as left_over
        where 1 = 1"""
