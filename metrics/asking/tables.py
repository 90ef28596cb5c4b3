"""How relations become the common tables of a statement, and how rows meet the days.

In the texts `o` is a row of a table and `d` a day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from data.core.measures import FOR_EVER, month
from metrics.asking.asked import Asked
from metrics.asking.metric import common_table

#: The columns of a day. part_from and year_part_from are the first day of the month that as_of
#: (year_ago) cuts off: the day after it where it ends its month. said_by: by which day what is
#: looked at was said.
DATES = (
    "as_of",
    "from_1m",
    "from_3m",
    "from_12m",
    "from_window",
    "from_year_ago",
    "year_ago",
    "part_from",
    "year_part_from",
    "said_by",
)
#: Numbers, for the cube of debtors: the year, and the month as in `month_debtors.months`.
NUMBERS = ("year", "month_bit")
#: So many days are looked at one by one, a scan each: a join of rows and days costs several.
_FEW = 4


@dataclass(frozen=True)
class Day:
    """A day as SQL writes it: a row `d` of the table `days`, or one of the days that are asked for.

    number: of the one day. used: the columns of `days` that were written.
    """

    used: set[str]
    number: int | None = None

    def __getattr__(self, column: str) -> str:
        """Return the SQL of a column of the day; AttributeError where days have none such."""
        if column not in (*DATES, *NUMBERS):
            raise AttributeError(column)
        if self.number is not None:
            return f"cast(${column}_{self.number} as date)"
        self.used.add(column)
        return f"d.{column}"

    def ends(self, comparison: str, day: str, row: str = "o") -> str:
        """Return that the closed_on of `row` is `comparison` (> or >=) than `day`, or never comes.

        Of one day it reaches the scan of the table, which skips what closed before; of rows that
        meet days it is one comparison and no `or`: only then is the join a merge of sorted sides.
        """
        if self.number is None:
            return f"coalesce({row}.closed_on, {FOR_EVER}) {comparison} {day}"
        return f"({row}.closed_on is null or {row}.closed_on {comparison} {day})"


Condition = Callable[[Day], str]


@dataclass(frozen=True)
class Rows:
    """A relation of rows `o` of a table: those that a day sees.

    lives: it sees them from opened_on until closed_on, and no longer. filtered: the dimensions by
    which `where` has filtered them.
    """

    table: str
    where: Condition
    lives: bool = False
    filtered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sums:
    """A relation of sums over the rows `o` of another, by day, group and `each`.

    of: the other relation. each: name -> column. sums: name -> SQL that adds up; where there are
    none, each row stands for itself. month_of: the day of the row by whose month it adds up.
    join: another table that they need.
    """

    of: str
    each: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    month_of: str = ""
    join: str = ""


@dataclass
class Tables:
    """The common tables before a statement: each is put there once, after those it stands on."""

    asked: Asked
    _found: dict[str, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _days: bool = False

    def __contains__(self, name: str) -> bool:
        """Whether the table is there."""
        return name in self._found

    def put(self, name: str, sql: str) -> str:
        """Put a table there, and return its name."""
        self._found[name] = sql
        return name

    def all_days(self) -> str:
        """Put the table of all as-of days there, and return its name."""
        self._days = True
        return "days"

    @property
    def day(self) -> Day:
        """The row `d` of that table."""
        return Day(self._used)

    def one(self, number: int) -> Day:
        """Return one of the days that are asked for."""
        return Day(self._used, number)

    def text(self) -> list[str]:
        """Return the tables, in order."""
        tables = {"days": self._day_rows(), **self._found} if self._days else self._found
        return [common_table(name, sql) for name, sql in tables.items()]

    def _day_rows(self) -> str:
        asked = {"as_of", *self.asked.windows, *self._used}
        columns = [(c, "date") for c in DATES if c in asked]
        columns += [(c, "integer") for c in NUMBERS if c in asked]
        rows = ",\n    ".join(
            "(" + ", ".join(f"cast(${c}_{n} as {kind})" for c, kind in columns) + ")"
            for n in range(self.asked.days)
        )
        names = ", ".join(name for name, _ in columns)
        return f"select *\nfrom (values\n    {rows}\n) as given ({names})"

    def rows(self, rows: Rows, days: Sequence[int] = (), also: Condition | None = None) -> str:
        """Return the SELECT of a relation of rows.

        days: only what these see, by number. also: a further condition on them.
        """
        numbers = days or range(self.asked.days)
        if len(numbers) <= _FEW:
            return union([self._seen_by(self.one(n), rows, also) for n in numbers])
        day, table = self.day, self.all_days()
        only = (
            f"\n    and d.as_of in ({', '.join(self.one(n).as_of for n in days)})" if days else ""
        )
        sql = self._seen_by(day, rows, also, f"join {table} as d on") + only
        if not rows.lives:
            return sql
        # what no day sees is left out before it meets them
        seen = f"{self.seen('o.opened_on')} < {self.seen('o.closed_on')}"
        return f"{sql}\n    and (o.closed_on is null or {seen})"

    def _seen_by(
        self, day: Day, rows: Rows, also: Condition | None, condition: str = "where"
    ) -> str:
        columns = ", ".join(f"{getattr(day, c)} as {c}" for c in ("as_of", *self.asked.windows))
        asked = " and ".join(each(day) for each in (rows.where, also) if each)
        return (
            f"select {columns}, 'total' as total, o.*\nfrom {rows.table} as o\n"
            f"{condition} {asked}{self.asked.filters(but=rows.filtered)}"
        )

    def seen(self, day: str) -> str:
        """Return SQL for a day that the as-of days cannot tell from `day`: its month's end.

        In a month that an as-of day cuts, it is the day itself.
        """
        end = f"cast(last_day({day}) as date)"
        if not self.asked.cut:
            return end
        months = ", ".join(self.one(number).from_1m for number in self.asked.cut)
        return f"case when {month(day)} in ({months}) then {day} else {end} end"

    def sums(self, sums: Sums, of: str) -> str:
        """Return the SELECT of a relation of sums over the table `of`."""
        each, windows = dict(sums.each), {}
        if sums.month_of:
            each["month_start"] = month(sums.month_of)
            windows = {name: f"min(o.{name})" for name in self.asked.windows}
        columns = "".join(
            f",\n    {sql} as {name}" for name, sql in {**windows, **each, **sums.sums}.items()
        )
        by = f"o.as_of{self.asked.grouped('o')}"
        keys = ", ".join((by, *each.values()))
        lines = (
            f"select o.as_of, 'total' as total{self.asked.grouped('o')}{columns}",
            f"from {of} as o",
            sums.join,
            f"group by {keys}" if sums.sums else "",
        )
        return "\n".join(filter(None, lines))


def union(parts: Sequence[str]) -> str:
    """Return one SELECT of all rows of the parts."""
    return "\nunion all\n".join(parts)
