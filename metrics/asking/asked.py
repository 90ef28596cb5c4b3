"""What the relations are asked for: groups, filters, days, buckets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.core import dimensions
from data.core.buckets import Buckets

#: The cubes of balances are by market: they do not know these.
_OF_CELLS = {d.name for d in dimensions.COLUMNS if d.many}


@dataclass(frozen=True)
class Asked:
    """What the relations are asked for.

    by: the dimensions asked for. where: dimension -> name of the list bound to it. age_from: the
    column of an open item that aging counts from. buckets: into which. days: how many as-of days
    there are; cut: the numbers of those that are no month-end; year_cut: of those whose day a year
    earlier is none; first, last: the earliest and the latest. spans: numbers of the days that are
    compared, in pairs. windows: the first days of windows that are asked for. cubes: False to read
    only rows. kept: the bounds of ages that the cube of balances tells apart. standing: only
    customers of the relation of that name. undisputed: without what is disputed. said: the
    subjects of which something was said (`metrics.asking.said`). matrix: the dimension by which
    loss rates are made.
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
    spans: tuple[tuple[int, int], ...]
    windows: tuple[str, ...]
    cubes: bool
    kept: frozenset[str]
    standing: bool = False
    undisputed: bool = False
    said: frozenset[str] = frozenset()
    matrix: str = "total"

    @property
    def groups(self) -> tuple[str, ...]:
        """The dimensions asked for, the total aside: every relation has that."""
        return tuple(name for name in self.by if name != "total")

    def grouped(self, table: str) -> str:
        """Return them as further columns of `table`."""
        return "".join(f", {table}.{name}" for name in self.groups)

    def filters(self, table: str = "o", but: tuple[str, ...] = ()) -> str:
        """Return the filters as further conditions on `table`, `but` some dimensions.

        The text is the same for one value and for many, so that an engine knows it again.
        """
        tests = [
            f" and {table}.{column} in ${name}"
            for column, name in self.where.items()
            if column not in but
        ]
        if self.standing:
            tests.append(f" and {table}.customer in (select customer from standing)")
        return "".join(tests)

    @property
    def by_market(self) -> bool:
        """Whether the cubes of balances know the dimensions that are asked for."""
        return not self.standing and not _OF_CELLS & {*self.by, *self.where}

    @property
    def month_ends(self) -> bool:
        """Whether there is a day whose balances they know."""
        return len(self.cut) < self.days
