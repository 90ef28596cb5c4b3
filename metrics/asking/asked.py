"""What the relations of the prelude are asked for, and the parts of their SQL they share.

In the texts `o` is a row of a table, `k` its dimensions, `m` a sum over a month and `d` the day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from data.core import dimensions
from data.core.buckets import Buckets
from data.core.measures import FOR_EVER, month

#: The cubes of balances are by market: they do not know these.
_OF_CELLS = {d.name for d in dimensions.COLUMNS if d.many}
#: So many days are looked at one by one, a scan each: a join of rows and days costs several.
_FEW = 4


@dataclass(frozen=True)
class Asked:
    """What the relations are asked for.

    by: the dimensions asked for. where: dimension -> name of the list bound to it. age_from: the
    column of an open item that aging counts from. buckets: into which. days: how many as-of days
    there are; cut: the numbers of those that are no month-end; year_cut: of those whose day a year
    earlier is none; first, last: the earliest and the latest. shown: the columns of `days` that
    are read from the relations. text: the SQL that reads them. cubes: False to read only rows.
    kept: the bounds of ages that the cube of balances tells apart.
    """

    by: tuple[str, ...]
    where: Mapping[str, str]
    age_from: str
    buckets: Buckets
    days: int
    cut: tuple[int, ...]
    year_cut: tuple[int, ...]
    first: int
    last: int
    shown: tuple[str, ...]
    text: str
    cubes: bool
    kept: frozenset[str]

    @property
    def groups(self) -> tuple[str, ...]:
        """The dimensions asked for, the total aside: every relation has that."""
        return tuple(name for name in self.by if name != "total")

    def grouped(self, table: str) -> str:
        """Return them as further columns of `table`."""
        return "".join(f", {table}.{name}" for name in self.groups)

    def filters(self, table: str = "o") -> str:
        """Return the filters as further conditions on `table`.

        The text is the same for one value and for many, so that an engine knows it again.
        """
        return "".join(f" and {table}.{column} in ${name}" for column, name in self.where.items())

    @property
    def columns(self) -> str:
        """The columns of the day, to be selected."""
        return ", ".join(f"d.{name} as {name}" for name in self.shown)

    @property
    def by_market(self) -> bool:
        """Whether the cubes of balances know the dimensions that are asked for."""
        return self.cubes and not _OF_CELLS & {*self.by, *self.where}

    @property
    def month_ends(self) -> bool:
        """Whether there is a day whose balances they know."""
        return self.by_market and len(self.cut) < self.days

    def rows(
        self, table: str, columns: str, condition: str, group: str = "", only: int | None = None
    ) -> str:
        """Return a SELECT over the rows that the days see, or that the day `only` sees."""
        if self.days == 1:
            only = 0
        grouped = f"\n    group by {group}" if group else ""
        if only is None and self.days <= _FEW:
            each = range(self.days)
            return union([self.rows(table, columns, condition, group, day) for day in each])
        if only is None:
            # one comparison and no `or`: only then is the join a merge of two sorted sides
            condition = condition.replace("o.ends", f"coalesce(o.closed_on, {FOR_EVER})")
            return (
                f"    select {columns}\n    from {table} as o\n"
                f"    join days as d on {condition}{self.filters()}{grouped}"
            )
        # one day needs no join: the filter then reaches the scan, and skips what closed before
        return on_day(
            f"    select {columns}\n    from {table} as o\n"
            f"    where {of_one_day(condition)}{self.filters()}{grouped}",
            only,
        )

    def cube(self, table: str, key: str, *conditions: str, needed: bool = False) -> str:
        """Return the rest of a FROM over a cube; its dimensions stand in `table`.

        They are joined where they are asked for, or something else of that table is `needed`.
        """
        needed = needed or bool(self.groups or self.where)
        joined = f"\n        join {table} as k using ({key})" if needed else ""
        asked = " and ".join(conditions or ("1 = 1",))
        return f"{joined}\n        where {asked}{self.filters('k')}"

    @property
    def first_columns(self) -> str:
        """The columns of the day, to be grouped by before others; one day has no need of them."""
        return "".join(f"d.{name}, " for name in self.shown)

    def seen(self, day: str) -> str:
        """Return SQL for a day that the as-of days cannot tell from `day`: its month's end.

        In a month that an as-of day cuts, it is the day itself.
        """
        end = f"cast(last_day({day}) as date)"
        if not self.cut:
            return end
        months = ", ".join(f"cast($from_1m_{number} as date)" for number in self.cut)
        return f"case when {month(day)} in ({months}) then {day} else {end} end"

    def some_day(self, condition: str) -> str:
        """Return a condition on what some of the days may see: it opened before the last of them
        and closed after the first.
        """
        opened, closed = of_one_day(condition).split(" and ", 1)
        return f"{on_day(opened, self.last)} and {on_day(closed, self.first)}"

    def joined(self, condition: str) -> str:
        """Leave out what no day of a history sees, before it is joined to the days."""
        if self.days <= _FEW:
            return condition
        seen = f"{self.seen('o.opened_on')} < {self.seen('o.closed_on')}"
        return f"{condition} and (o.closed_on is null or {seen})"


def on_day(sql: str, number: int) -> str:
    """Return `sql` with the columns of day `number` in place of those of `d`."""
    sql = re.sub(r"(group by )(?:d\.[a-z_0-9]+, )+", r"\1", sql)
    return re.sub(r"\bd\.([a-z_0-9]+)", rf"cast($\1_{number} as date)", sql)


def of_one_day(condition: str) -> str:
    """Return the condition as one whose parts reach the scan of the table."""
    return re.sub(r"o\.ends (>=?) (\S+)", r"(o.closed_on is null or o.closed_on \1 \2)", condition)


def of_cube(condition: str) -> str:
    """Return a condition on open items as one on months of the cube, which close or never do."""
    ends = f"coalesce(m.closed_on, {FOR_EVER})"
    return condition.replace("o.ends", ends).replace("o.", "m.")


def union(parts: list[str]) -> str:
    """Return one SELECT of all rows of the parts."""
    return "\n    union all\n".join(parts)
