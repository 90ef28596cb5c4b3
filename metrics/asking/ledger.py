"""Ledger: what is asked about, and the statement that asks it.

Every statement is a query over the relations of `metrics.asking.definition`, as of a day and under
filters.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from data.core.buckets import DEFAULT, Buckets
from data.core.dimensions import known
from data.core.policy.rules import DEFAULTS
from data.store.engine import apart
from metrics.asking.asked import Asked
from metrics.asking.cover import USUAL, Cover
from metrics.asking.limits import Standing
from metrics.asking.metric import Metric, Query, common_table
from metrics.asking.money import OWN, Money
from metrics.asking.prelude import relations
from metrics.asking.said import PREFIX, READERS, Said, read_by, written
from metrics.asking.tables import DATES

#: Days that can be asked about, and the longest window and history in months: what is counted from
#: them are days too.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
MOST_MONTHS = 1200
MOST_SOON = 3650

BASES = {"due": "due_on", "issued": "issued_on"}
"""What aging counts from: basis -> column of the open item."""


@dataclass(frozen=True)
class Statement:
    """One SQL statement and the values bound to its `$names`; a list stands after `in`."""

    sql: str
    parameters: Mapping[str, object]

    def as_text(self) -> str:
        """Return the statement with its values written in, to be read and run by a person.

        Relations that stand beside the state's own are written before it.
        """

        def literal(value: object) -> str:
            if value is None:
                return "null"
            if isinstance(value, int | float):
                return str(value)
            if isinstance(value, list):
                return f"({', '.join(map(literal, value))})"
            return "'" + str(value).replace("'", "''") + "'"

        text = re.sub(
            r"\$([a-z_][a-z_0-9]*)", lambda name: literal(self.parameters[name[1]]), self.sql
        )
        return written(text, sorted(apart(self.parameters)[1].items()))


Rows = Callable[[Statement], Sequence[Mapping[str, Any]]]
"""Runs a statement: its rows."""


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
    since: the earlier day of a comparison; None is the same day a year before.
    standing: only customers that stand so; None for all.
    said: what people said, as far as a query reads it; None: nothing.
    undisputed: without what is disputed.
    soon: what ends within so many days ends soon.
    cover: what the credit insurer's contract says. money: what our own costs.
    matrix: the dimension by whose values loss rates are made; of all customers, whatever the
    filters. watched: so many months of history they need.
    basis: what aging counts from, `due` or `issued`.
    buckets: into which it counts.
    cubes: False to add everything up from the rows, which says the same and takes longer.
    enough: so many payments a group needs in the window for a median.
    kept: the bounds of ages that the state's cubes tell apart (`about.ages`); what other buckets
    hold is added up from the rows.

    Raises ValueError for a dimension or basis that does not exist, for days far outside or a
    number of them that cannot be, and for a comparison with a day that is not earlier.
    """

    as_of: date
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    months: int = 12
    days: tuple[date, ...] = ()
    basis: str = "due"
    buckets: Buckets = DEFAULT
    enough: int = 0
    cubes: bool = True
    kept: frozenset[str] = DEFAULT.bounds
    since: date | None = None
    standing: Standing | None = None
    said: Said | None = None
    undisputed: bool = False
    soon: int = DEFAULTS.soon_days.at(LAST_DAY)
    cover: Cover = USUAL
    money: Money = OWN
    matrix: str = "total"
    watched: int = 0

    def __post_init__(self) -> None:
        """Refuse names that do not exist, and days from which none can be counted."""
        known((*self.where, self.matrix))
        if self.basis not in BASES:
            raise ValueError(f"{self.basis!r} is no basis; known are: {', '.join(BASES)}")
        if not 1 <= self.months <= MOST_MONTHS:
            raise ValueError(f"a window of {self.months} months cannot be: give 1 to {MOST_MONTHS}")
        if not 0 <= self.soon <= MOST_SOON:
            raise ValueError(f"soon is not within {self.soon} days: give 0 to {MOST_SOON}")
        for day in (self.as_of, self.since or self.as_of):
            if not FIRST_DAY <= day <= LAST_DAY:
                raise ValueError(
                    f"{day} is no day to ask about: give one from {FIRST_DAY} to {LAST_DAY}"
                )
        if self.since and self.since >= self.as_of:
            raise ValueError(
                f"{self.since} is not before {self.as_of}: compare with an earlier day"
            )

    def history(self, count: int = 36) -> Ledger:
        """Return the same question for the last `count` month-ends, ending with `as_of`."""
        if not 1 <= count <= MOST_MONTHS:
            raise ValueError(f"a history of {count} months cannot be: give 1 to {MOST_MONTHS}")
        return replace(self, days=month_ends(self.as_of, count))

    def at(self, as_of: date) -> Ledger:
        """Return the same question as of another day."""
        since = self.since if self.since and self.since < as_of else None
        return replace(self, as_of=as_of, days=(), since=since)

    def statement(self, metric: Metric, by: tuple[str, ...] = ("total",)) -> Statement:
        """Return the metric's statement for the groups `by`.

        The answer has the columns as_of, those of `by`, those of `metric.fields` (and
        `metric.hidden`), one row for each day and group (and step, where the metric has several
        rows for one group). Rows are ordered by day, group and step.
        Raises ValueError for a dimension that does not exist, and for `since` where the metric
        compares with no other day.
        """
        if self.since and not metric.compares:
            raise ValueError(f"{metric.name} is of one day: it is not compared since {self.since}")
        by = known(by or ("total",))
        order = ", ".join(filter(None, ("as_of", *by, metric.order)))
        asked, spans = self._compared() if metric.compares else (self, ())
        sql = asked._sql(metric.query, by, spans) + f"\norder by {order}"
        return Statement(sql, asked._parameters() | asked.heard_in(sql))

    def _compared(self) -> tuple[Ledger, tuple[tuple[int, int], ...]]:
        """Return the question for both days of each comparison, and the numbers of these pairs."""
        spans = [(day, self.since or same_day(day, 12)) for day in self._as_of_days]
        spans = [(day, since) for day, since in spans if since < day]
        days = tuple(sorted({day for span in spans for day in span}))
        pairs = tuple((days.index(day), days.index(since)) for day, since in spans)
        return replace(self, days=days), pairs

    def rows(
        self, metric: Metric, which: str = "", at: Mapping[str, object] | None = None
    ) -> Statement:
        """Return a statement that lists the rows behind a figure.

        `which` names one of `metric.rows` (the first one if empty); `at` narrows it to one
        group: column -> value, for dimensions and for the columns a metric adds (`bucket`).
        """
        query = metric.rows[which or next(iter(metric.rows))]
        conditions = []
        asked, spans = self._compared() if query.compares else (self, ())
        parameters = asked._parameters()
        for number, (column, value) in enumerate((at or {}).items()):
            if column != "bucket":
                known((column,))
            conditions.append(f"{column} = $at_{number}")
            parameters[f"at_{number}"] = value
        sql = asked._sql(query, ("total",), spans, " and ".join(conditions))
        return Statement(sql, parameters | asked.heard_in(sql))

    def over(self, query: Query, by: tuple[str, ...] = ("total",)) -> Statement:
        """Return the statement of another query than a metric's."""
        asked, spans = self._compared() if query.compares else (self, ())
        sql = asked._sql(query, known(by), spans)
        return Statement(sql, asked._parameters() | asked.heard_in(sql))

    def _sql(
        self,
        query: Query,
        by: tuple[str, ...],
        spans: tuple[tuple[int, int], ...] = (),
        where: str = "",
    ) -> str:
        """Return a query's SQL behind its relations; of its rows those that are so."""
        slots = {
            "by": ", ".join(("as_of", *by)),
            "groups": ", ".join(by),
            "bucket": self.buckets.sql(
                "alive.amount < 0", f"alive.{BASES[self.basis]}", "alive.as_of"
            ),
            **self.cover.slots,
            **self.money.slots,
            "matrix": self.matrix,
        }
        asked = self._asked(query, by, spans)
        tables = relations(asked, query.reads)
        if self.standing:
            tables.insert(0, common_table("standing", self.standing.sql))
        tables += [common_table(n, sql.format_map(slots)) for n, sql in query.tables.items()]
        select = query.select.strip().format_map(slots)
        if where:
            select = f"select * from (\n{select}\n) as behind where {where}"
        return "with " + ",\n".join(tables) + f"\n{select}"

    def _asked(
        self, query: Query, by: tuple[str, ...], spans: tuple[tuple[int, int], ...]
    ) -> Asked:
        days = self._as_of_days
        return Asked(
            by=by,
            where={
                column: f"w_{column}"
                for column, values in self.where.items()
                if column != "total" and values
            },
            age_from=BASES[self.basis],
            buckets=self.buckets,
            days=len(days),
            cut=tuple(n for n, day in enumerate(days) if day != month_end(day)),
            year_cut=tuple(
                n for n, day in enumerate(days) if same_day(day, 12) != month_end(same_day(day, 12))
            ),
            first=days.index(min(days)),
            last=days.index(max(days)),
            spans=spans,
            windows=query.windows,
            cubes=self.cubes,
            kept=self.kept,
            standing=self.standing is not None,
            undisputed=self.undisputed and not query.disputed_too,
            said=self._told(query.reads),
            matrix=self.matrix,
        )

    def _told(self, reads: tuple[str, ...]) -> frozenset[str]:
        """Return the subjects of which something was said, where these relations read any."""
        if self.said is None or not (self.undisputed or READERS & {*reads}):
            return frozenset()
        return self.said.subjects

    def heard(self, metric: Metric, by: tuple[str, ...] = ("total",)) -> dict[str, pa.Table]:
        """Return what of the memory the metric's statement reads: name -> relation."""
        if not (self.standing or self._told(metric.query.reads)):
            return {}
        return apart(self.statement(metric, by).parameters)[1]

    def heard_in(self, sql: str) -> dict[str, pa.Table]:
        """Return the relations of the memory that a statement names."""
        if self.said is None:
            return {}
        days = tuple((day, self.said.by(day)) for day in self._as_of_days)
        return {
            f"{PREFIX}{name}": self.said.lines.table(name, days) for name in read_by(sql)
        }  # fmt: skip

    @property
    def _as_of_days(self) -> tuple[date, ...]:
        return self.days or (self.as_of,)

    def _parameters(self) -> dict[str, object]:
        bound: dict[str, object] = {
            "enough": self.enough, "soon": self.soon, "watched": self.watched,
        }  # fmt: skip
        for number, day in enumerate(self._as_of_days):
            year_ago = same_day(day, 12)
            dates = (
                day,
                month_start(day),
                month_start(day, 2),
                month_start(day, 11),
                month_start(day, self.months - 1),
                month_start(day, self.months + 11),
                year_ago,
                _part_from(day),
                _part_from(year_ago),
                self.said.by(day) if self.said else day,
            )
            bound.update({f"{c}_{number}": v for c, v in zip(DATES, dates, strict=True)})
            bound[f"year_{number}"] = day.year
            bound[f"month_bit_{number}"] = 1 << (day.month - 1)
        for column, values in self.where.items():
            bound[f"w_{column}"] = list(values)
        return bound | (self.standing.parameters if self.standing else {})


def _part_from(day: date) -> date:
    """Return the first day of the month that `day` cuts; the day after it if it ends its month."""
    return day + timedelta(days=1) if day == month_end(day) else month_start(day)
