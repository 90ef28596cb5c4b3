"""Ledger: the prelude of named relations as of a day, under filters.

Every metric is written over these relations; each carries `total` and the columns of `days`, and
is already filtered. Relations of rows carry all dimensions:

    days       as_of, the first day of its windows (from_1m, from_3m, from_12m, from_window) and,
               a year earlier, the window again: from_year_ago, year_ago
    alive      open items at the end of as_of: every balance is a sum over these
    opening    open items at the end of the day before from_1m
    items      all slices of all documents dated up to as_of, open or closed
    sales      invoices and credit notes issued up to as_of
    settled    slices of invoices that a payment closed between from_window and as_of, but for
               those whose payment had gone back by then
    cohort     invoices issued between from_window and as_of
    slices     slices of invoices issued up to as_of and open at some time since from_window
    movements  all documents dated up to as_of
    accounts   customers, with their limit, terms and dimensions; those that are of documents alone
               (a branch) only narrow who is there, without limits

Relations of sums carry the dimensions asked for. Metrics add them up by group; one group may have
several rows. They are the same sums whether they come from the rows or from the cubes, which the
load keeps by month (`etl.ledger.cubes`):

    balances          alive by bucket of aging by due day: amount, items, invoices (still open);
                      in_currency of the currency of_currency
    aged              the same by the bucket that the ledger's basis gives
    opening_balances  opening: amount
    debtors           how many customers have something alive: customers. It does not add up
    monthly           sales by month_start: the measures of `data.core.measures.SALES` and AGREED
    year_before       the same between from_year_ago and year_ago
    payments          settled by month_start: the measures of `data.core.measures.PAYMENTS`
    ended             cohort by day after issue: how many lives ended by as_of, paid or not
    whole             the total, on days with documents: balances have a row for it even if
                      nothing is open; empty in a split
    reach             first_sale: since when any sales are known, whatever the filters; without
                      as_of days before that
    bought            first_sale: since when there are sales under the filters; likewise
    spans             for comparisons: as_of, and since, the earlier day to compare with. All other
                      relations then hold both days

A window of N months is N whole calendar months ending with the as-of day's month, that month
counted up to the as-of day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from data.core.buckets import DEFAULT, Buckets
from data.core.dimensions import known
from metrics.asking.asked import Asked
from metrics.asking.metric import Metric
from metrics.asking.prelude import RELATIONS, relation

#: Dates; the last two are the first day of the month that as_of (year_ago) cuts off: the day
#: after it where it ends its month.
_DATES = (
    "as_of",
    "from_1m",
    "from_3m",
    "from_12m",
    "from_window",
    "from_year_ago",
    "year_ago",
    "part_from",
    "year_part_from",
)
#: Numbers, for the cube of debtors: the year, and the month as in `month_debtors.months`.
_NUMBERS = ("year", "month_bit")

#: Days that can be asked about, and the longest window and history in months: what is counted from
#: them are days too.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
MOST_MONTHS = 1200

BASES = {"due": "due_on", "issued": "issued_on"}
"""What aging counts from: basis -> column of the open item."""


@dataclass(frozen=True)
class Statement:
    """One SQL statement and the values bound to its `$names`; a list stands after `in`."""

    sql: str
    parameters: Mapping[str, object]

    def as_text(self) -> str:
        """Return the statement with its values written in, to be read and run by a person."""

        def literal(value: object) -> str:
            if value is None:
                return "null"
            if isinstance(value, int | float):
                return str(value)
            if isinstance(value, list):
                return f"({', '.join(map(literal, value))})"
            return "'" + str(value).replace("'", "''") + "'"

        return re.sub(
            r"\$([a-z_][a-z_0-9]*)", lambda name: literal(self.parameters[name[1]]), self.sql
        )


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
    basis: what aging counts from, `due` or `issued`.
    buckets: into which it counts.
    cubes: False to add everything up from the rows, which says the same and takes longer.
    enough: so many payments a group needs in the window for a median.
    kept: the bounds of ages that the state's cubes tell apart (`about.ages`); what other buckets
    hold is added up from the rows.

    Raises ValueError for a dimension or basis that does not exist, for days far outside, and for
    a comparison with a day that is not earlier.
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

    def __post_init__(self) -> None:
        """Refuse names that do not exist, and days from which none can be counted."""
        known(tuple(self.where))
        if self.basis not in BASES:
            raise ValueError(f"{self.basis!r} is no basis; known are: {', '.join(BASES)}")
        if not 1 <= self.months <= MOST_MONTHS:
            raise ValueError(f"a window of {self.months} months cannot be: give 1 to {MOST_MONTHS}")
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
        grouped = ", ".join(("as_of", *by))
        order = ", ".join(filter(None, (grouped, metric.order)))
        asked, text = self._compared(metric.sql) if metric.compares else (self, metric.sql)
        return Statement(asked._with(text, by) + f"\norder by {order}", asked._parameters())

    def _compared(self, text: str) -> tuple[Ledger, str]:
        """Return the question for both days of each comparison, and `text` with `spans` before."""
        spans = [(day, self.since or same_day(day, 12)) for day in self._as_of_days]
        spans = [(day, since) for day, since in spans if since < day]
        both = replace(self, days=tuple(sorted({day for span in spans for day in span})))
        pairs = ",\n        ".join(
            "(" + ", ".join(f"cast($as_of_{both.days.index(day)} as date)" for day in span) + ")"
            for span in spans
        )
        given = f"select *\n    from (values\n        {pairs}\n    ) as given (as_of, since)"
        return both, text.strip().replace("with ", f"with spans as (\n    {given}\n),\n", 1)

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
        """Put the prelude before `text`; only the relations and days it uses."""
        text = self._with_buckets(text.strip())
        text = text.replace("{by}", ", ".join(("as_of", *by))).replace("{groups}", ", ".join(by))
        asked = self._asked(text, by)
        parts = [
            f"{name} as (\n{relation(asked, name)}\n)" for name in RELATIONS if _reads(text, name)
        ]
        whole = "\n".join([text, *parts])
        if _reads(whole, "days"):
            parts.insert(0, f"days as (\n{self._days(whole)}\n)")
        if text.startswith("with "):
            head, _, tail = text[5:].rpartition("\n\n")
            parts.append(head.strip().rstrip(","))
            text = tail
        if wrap:
            text = f"select * from (\n{text}\n) as behind"
        return "with " + ",\n".join(parts) + "\n" + text

    def _with_buckets(self, text: str) -> str:
        """Fill the slots of aging: the bucket of an open item, and all with their places."""
        if "{bucket" not in text:
            return text
        age_from = f"alive.{BASES[self.basis]}"
        places = "\n    union all ".join(
            f"select '{name}' as bucket, {place} as position"
            for place, name in enumerate(self.buckets.names)
        )
        bucket = self.buckets.sql("alive.amount < 0", age_from, "alive.as_of")
        return text.replace("{bucket}", bucket).replace("{buckets}", places)

    def _asked(self, text: str, by: tuple[str, ...]) -> Asked:
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
            shown=tuple(c for c in _DATES if c == "as_of" or _mentions(text, c)),
            text=text,
            cubes=self.cubes,
            kept=self.kept,
        )

    @property
    def _as_of_days(self) -> tuple[date, ...]:
        return self.days or (self.as_of,)

    def _days(self, text: str) -> str:
        """Return the days, with those of their columns that `text` mentions."""
        columns = [(c, "date") for c in _DATES if c == "as_of" or _mentions(text, c)]
        columns += [(c, "integer") for c in _NUMBERS if _mentions(text, f"d.{c}")]
        rows = ",\n        ".join(
            "(" + ", ".join(f"cast(${c}_{n} as {kind})" for c, kind in columns) + ")"
            for n in range(len(self._as_of_days))
        )
        names = ", ".join(name for name, _ in columns)
        return f"    select *\n    from (values\n        {rows}\n    ) as given ({names})"

    def _parameters(self) -> dict[str, object]:
        bound: dict[str, object] = {"enough": self.enough}
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
            )
            bound.update({f"{c}_{number}": v for c, v in zip(_DATES, dates, strict=True)})
            bound[f"year_{number}"] = day.year
            bound[f"month_bit_{number}"] = 1 << (day.month - 1)
        for column, values in self.where.items():
            bound[f"w_{column}"] = list(values)
        return bound


def _part_from(day: date) -> date:
    """Return the first day of the month that `day` cuts; the day after it if it ends its month."""
    return day + timedelta(days=1) if day == month_end(day) else month_start(day)


@lru_cache(maxsize=512)
def _words(text: str) -> frozenset[str]:
    """Return the names in the SQL `text`; the same texts are asked about again and again."""
    return frozenset((*re.findall(r"\w+", text), *re.findall(r"\bd\.\w+", text)))


@lru_cache(maxsize=512)
def _sources(text: str) -> frozenset[str]:
    """Return the names that the SQL `text` reads from."""
    return frozenset(re.findall(r"\b(?:from|join)\s+(\w+)", text))


def _mentions(text: str, column: str) -> bool:
    """Return whether the SQL `text` names `column`."""
    return column in _words(text)


def _reads(text: str, relation: str) -> bool:
    """Return whether the SQL `text` reads from `relation`."""
    return relation in _sources(text)
