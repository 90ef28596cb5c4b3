"""Ledger: the prelude of named relations as of a day, under filters.

Every metric is written over these relations; each carries the dimension columns, `total`, and
the columns of `days`, and is already filtered:

    days       as_of, the first day of its windows (from_1m, from_3m, from_12m, from_window) and,
               a year earlier, the window again: from_year_ago, year_ago
    alive      open items at the end of as_of: every balance is a sum over these
    opening    open items at the end of the day before from_1m
    items      all slices of all documents dated up to as_of, open or closed
    sales      invoices and credit notes issued up to as_of
    monthly    their sums by month_start, grouped by the dimensions asked for; windows of whole
               months read it, since a history then has a month to add up and not its documents
    settled    slices of invoices that a payment closed between from_window and as_of
    cohort     invoices issued between from_window and as_of
    slices     slices of invoices issued up to as_of and open at some time since from_window
    movements  all documents dated up to as_of
    accounts   customers, with their limit, terms and dimensions
    whole      the total, on days with documents: balances have a row for it even if nothing is
               open; empty in a split
    reach      first_sale: since when any sales are known, whatever the filters; without as_of
               days before that

A window of N months is N whole calendar months ending with the as-of day's month, that month
counted up to the as-of day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from metrics.dimensions import known
from metrics.metric import Metric

_DAY_COLUMNS = (
    "as_of",
    "from_1m",
    "from_3m",
    "from_12m",
    "from_window",
    "from_year_ago",
    "year_ago",
)

#: relation -> (table, condition); `d` is the day, `o` the row, `o.ends` when it closes, if ever
_RELATIONS = {
    "alive": (
        "open_items",
        "o.opened_on <= d.as_of and o.ends > d.as_of",
    ),
    "opening": (
        "open_items",
        "o.opened_on < d.from_1m and o.ends >= d.from_1m",
    ),
    "items": ("open_items", "o.opened_on <= d.as_of"),
    "sales": ("documents", "o.kind in ('invoice', 'credit_note') and o.issued_on <= d.as_of"),
    "settled": (
        "open_items",
        (
            "o.kind = 'invoice' and o.amount > 0 and o.closed_by = 'payment'"
            " and not o.paid_day_assumed"
            " and o.closed_on >= d.from_window and o.closed_on <= d.as_of"
        ),
    ),
    "cohort": (
        "documents",
        (
            "o.kind = 'invoice' and o.amount > 0 and not o.paid_day_assumed"
            " and o.issued_on >= d.from_window and o.issued_on <= d.as_of"
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
    # limits stand in the reporting currency, whatever the customer is invoiced in
    "accounts": (
        (
            "(select c.*, c.customer_id as customer, a.reporting_currency as currency"
            " from customers as c cross join about as a)"
        ),
        "1 = 1",
    ),
}

_MONTH = "cast(date_trunc('month', {}) as date)"
_CONSTANTS = ", ".join(f"cast(${c}_0 as date) as {c}" for c in _DAY_COLUMNS)

#: A group that bought nothing at first has known months without sales, not unknown ones.
_REACH = """    select days.as_of, first_sale
    from days
    join (
        select min(issued_on) as first_sale
        from documents
        where kind in ('invoice', 'credit_note')
    ) as f on first_sale <= days.as_of"""

BASES = {"due": "due_on", "issued": "opened_on"}
"""What aging counts from: basis -> column of the open item."""


@dataclass(frozen=True)
class Statement:
    """One SQL statement and the values bound to its `$names`."""

    sql: str
    parameters: Mapping[str, object]

    def as_text(self) -> str:
        """Return the statement with its values written in, to be read and run by a person."""

        def written(name: re.Match[str]) -> str:
            value = self.parameters[name[1]]
            if value is None:
                return "null"
            if isinstance(value, int | float):
                return str(value)
            return "'" + str(value).replace("'", "''") + "'"

        return re.sub(r"\$([a-z_][a-z_0-9]*)", written, self.sql)


def month_start(day: date, back: int = 0) -> date:
    """Return the first day of `day`'s month, or of the month `back` months earlier.

    >>> month_start(date(2026, 1, 15), 2)
    datetime.date(2025, 11, 1)
    """
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def month_end(day: date, back: int = 0) -> date:
    """Return the last day of `day`'s month, or of the month `back` months earlier.

    >>> month_end(date(2024, 4, 15), 2)
    datetime.date(2024, 2, 29)
    """
    first = month_start(day, back)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_ends(as_of: date, count: int) -> tuple[date, ...]:
    """Return the last `count` month-ends in order, the last one being `as_of` itself.

    >>> month_ends(date(2026, 3, 15), 3)
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28), datetime.date(2026, 3, 15))
    """
    return (*(month_end(as_of, back) for back in range(count - 1, 0, -1)), as_of)


def same_day(as_of: date, back: int) -> date:
    """Return the day to compare `as_of` with, `back` months earlier.

    The end of a month answers to the end of a month.

    >>> same_day(date(2026, 2, 28), 1), same_day(date(2026, 3, 30), 1)
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28))
    """
    end = month_end(as_of, back)
    if as_of == month_end(as_of):
        return end
    return min(end, end.replace(day=min(as_of.day, end.day)))


@dataclass(frozen=True)
class Ledger:
    """What is asked about: the day, the filters, the window of behaviour.

    as_of: the state at the end of this day.
    where: dimension -> values of which one must hold; '' stands for "not known".
    months: length of the window of behaviour, in calendar months.
    days: several as-of days for a history; empty means `as_of` alone.
    basis: what aging counts from, `due` or `issued`.

    Raises ValueError for a dimension or basis that does not exist.
    """

    as_of: date
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    months: int = 12
    days: tuple[date, ...] = ()
    basis: str = "due"

    def __post_init__(self) -> None:
        """Refuse names that do not exist."""
        known(tuple(self.where))
        if self.basis not in BASES:
            raise ValueError(f"{self.basis!r} is no basis; known are: {', '.join(BASES)}")
        if self.months < 1:
            raise ValueError(f"a window of {self.months} months cannot be: give 1 or more")

    def history(self, count: int = 36) -> Ledger:
        """Return the same question for the last `count` month-ends, ending with `as_of`."""
        return replace(self, days=month_ends(self.as_of, count))

    def at(self, as_of: date) -> Ledger:
        """Return the same question as of another day."""
        return replace(self, as_of=as_of, days=())

    def statement(self, metric: Metric, by: tuple[str, ...] = ("total",)) -> Statement:
        """Return the metric's statement for the groups `by`.

        The answer has the columns as_of, those of `by`, those of `metric.fields` (and
        `metric.hidden`), one row for each day and group (and step, where the metric has several
        rows for one group). Rows are ordered by day, group and step.
        """
        by = known(by or ("total",))
        grouped = ", ".join(("as_of", *by))
        order = ", ".join(filter(None, (grouped, metric.order)))
        sql = self._with(metric.sql, by) + f"\norder by {order}"
        return Statement(sql, self._parameters())

    def rows(
        self, metric: Metric, which: str = "", at: Mapping[str, object] | None = None
    ) -> Statement:
        """Return a statement that lists the rows behind a figure.

        `which` names one of `metric.rows` (the first one if empty); `at` narrows it to one
        group: column -> value, for dimensions and for the columns a metric adds (`bucket`).
        """
        text = metric.rows[which or next(iter(metric.rows))]
        conditions = []
        parameters = self._parameters()
        for number, (column, value) in enumerate((at or {}).items()):
            if column != "bucket":
                known((column,))
            conditions.append(f"{column} = $at_{number}")
            parameters[f"at_{number}"] = value
        sql = self._with(text, ("total",), wrap=bool(conditions))
        if conditions:
            sql += " where " + " and ".join(conditions)
        return Statement(sql, parameters)

    def over(self, text: str, by: tuple[str, ...] = ("total",)) -> Statement:
        """Return a statement for SQL of one's own over the prelude, with the slot {by}."""
        return Statement(self._with(text, known(by)), self._parameters())

    def _with(self, text: str, by: tuple[str, ...], wrap: bool = False) -> str:
        """Put the prelude before `text`; only the relations it uses."""
        text = text.strip().replace("{age_from}", BASES[self.basis])
        used = [r for r in _RELATIONS if _reads(text, r)]
        grouped = ", ".join(("as_of", *by))
        parts = [f"days as (\n{self._days()}\n)"]
        parts += [f"{name} as (\n{self._relation(name)}\n)" for name in used]
        if _reads(text, "whole"):
            parts.append(f"whole as (\n{self._whole(by)}\n)")
        if _reads(text, "monthly"):
            parts.append(f"monthly as (\n{self._monthly(by)}\n)")
        if _reads(text, "reach"):
            parts.append(f"reach as (\n{_REACH}\n)")
        text = text.replace("{by}", grouped)
        if text.startswith("with "):
            head, _, tail = text[5:].rpartition("\n\n")
            parts.append(head.strip().rstrip(","))
            text = tail
        if wrap:
            text = f"select * from (\n{text}\n) as behind"
        return "with " + ",\n".join(parts) + "\n" + text

    def _relation(self, name: str) -> str:
        table, condition = _RELATIONS[name]
        if len(self._as_of_days) > 1:
            # one comparison and no `or`: only then is the join a merge of two sorted sides
            condition = condition.replace("o.ends", "coalesce(o.closed_on, date '9999-12-31')")
            if name in ("alive", "opening"):
                # most slices close before any day of the history sees them: not worth joining
                seen = f"{self._seen('o.opened_on')} < {self._seen('o.closed_on')}"
                condition += f" and (o.closed_on is null or {seen})"
            return (
                f"    select d.*, 'total' as total, o.*\n    from {table} as o\n"
                f"    join days as d on {condition}{self._filters}"
            )
        # one day needs no join: the filter then reaches the scan, and skips what closed before
        condition = re.sub(
            r"o\.ends (>=?) (\S+)", r"(o.closed_on is null or o.closed_on \1 \2)", condition
        )
        condition = re.sub(r"\bd\.([a-z_0-9]+)", r"cast($\1_0 as date)", condition)
        return (
            f"    select {_CONSTANTS}, 'total' as total, o.*\n    from {table} as o\n"
            f"    where {condition}{self._filters}"
        )

    def _whole(self, by: tuple[str, ...]) -> str:
        if by != ("total",):
            names = ", ".join(f"'' as {name}" for name in by)
            return f"    select as_of, {names}\n    from days\n    where 1 = 0"
        return (
            "    select days.as_of, 'total' as total\n    from days\n    join (\n"
            "        select min(o.issued_on) as first_day\n        from documents as o\n"
            f"        where 1 = 1{self._filters}\n    ) as f on first_day <= days.as_of"
        )

    def _monthly(self, by: tuple[str, ...]) -> str:
        """Return the sales by month; in a month that an as-of day cuts, by day."""
        table, condition = _RELATIONS["sales"]
        known_by = condition.rpartition(" and ")[0]
        names = "".join(f", o.{name}" for name in by if name != "total")
        month, seen = _MONTH.format("o.issued_on"), self._seen("o.issued_on")
        return f"""    select d.*, m.*
    from (
        select 'total' as total{names}, {month} as month_start, {seen} as seen_on,
            sum(o.amount) as amount
        from {table} as o
        where {known_by}{self._filters}
        group by {month}, {seen}{names}
    ) as m
    join days as d on m.seen_on <= d.as_of"""

    def _seen(self, day: str) -> str:
        """Return SQL for a day that the as-of days cannot tell from `day`: its month's end.

        In a month that an as-of day cuts, it is the day itself.
        """
        cut = [n for n, d in enumerate(self._as_of_days) if d != month_end(d)]
        end = f"cast(last_day({day}) as date)"
        if not cut:
            return end
        months = ", ".join(f"cast($from_1m_{n} as date)" for n in cut)
        return f"case when {_MONTH.format(day)} in ({months}) then {day} else {end} end"

    @property
    def _filters(self) -> str:
        return "".join(
            f" and o.{column} in ("
            + ", ".join(f"$w_{column}_{n}" for n in range(len(values)))
            + ")"
            for column, values in self.where.items()
            if column != "total" and values
        )

    @property
    def _as_of_days(self) -> tuple[date, ...]:
        return self.days or (self.as_of,)

    def _days(self) -> str:
        return "\n    union all\n".join(
            "    select " + ", ".join(f"cast(${c}_{n} as date) as {c}" for c in _DAY_COLUMNS)
            for n in range(len(self._as_of_days))
        )

    def _parameters(self) -> dict[str, object]:
        bound: dict[str, object] = {}
        for number, day in enumerate(self._as_of_days):
            firsts = (
                day,
                month_start(day),
                month_start(day, 2),
                month_start(day, 11),
                month_start(day, self.months - 1),
                month_start(day, self.months + 11),
                same_day(day, 12),
            )
            bound.update({f"{c}_{number}": v for c, v in zip(_DAY_COLUMNS, firsts, strict=True)})
        for column, values in self.where.items():
            bound.update({f"w_{column}_{n}": v for n, v in enumerate(values)})
        return bound


def _reads(text: str, relation: str) -> bool:
    """Return whether the SQL `text` reads from `relation`."""
    return re.search(rf"\b(from|join)\s+{relation}\b", text) is not None
