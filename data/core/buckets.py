"""Aging buckets: into which a claim falls by how long it has been due. THE list of all sets.

A set is written as the days after which its buckets end, `30,60,90`, or as calendar months,
`months:3`; `+5` behind it lets so many days of grace pass before anything counts as late. What is
not due and what is unapplied stand apart in every set, so that all of it is the receivables.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from data.core.texts import N_, Text

NOT_DUE, UNAPPLIED, OLDER = "not_due", "unapplied", "older"
MOST = 6
"""Buckets of what is late, the last and open one aside: so many shades can be told apart."""
LAST_DAY = 3660
"""The day after which no bucket ends: ten years."""
SHADES = MOST + 1
"""Shades of what is late, from light to dark: `late-0` and so on."""

_MONTH = "month"
_WRITTEN = re.compile(
    r"(?:months:(?P<months>[0-9]{1,2})|(?P<edges>[0-9]{1,4}(?:,[0-9]{1,4})*))(?:\+(?P<grace>[0-9]{1,3}))?"
)
_HOW = (
    "write days at which buckets end, such as 30,60,90,120, or months:3,"
    " and +5 behind it for days of grace"
)


@dataclass(frozen=True)
class Buckets:
    """A set of buckets.

    edges: the days after the due day at which the buckets end, ascending. months: instead of
    them, how many calendar months have a bucket of their own, that of the as-of day being the
    first; 0 for days. grace: days after the due day that do not count as late.

    Raises ValueError for a set that cannot be.
    """

    edges: tuple[int, ...] = (30, 60, 90)
    months: int = 0
    grace: int = 0

    def __post_init__(self) -> None:
        """Refuse what would leave a gap, or more than can be told apart."""
        ends = self.edges
        if self.months and ends:
            raise ValueError("buckets end at days or at months, not at both")
        if not 1 <= len(ends) + self.months <= MOST:
            raise ValueError(f"buckets: {self.months or len(ends)} ends; give 1 to {MOST}: {_HOW}")
        if any(b <= a for a, b in zip((self.grace, *ends), ends, strict=False)) or self.grace < 0:
            raise ValueError(f"buckets end later and later, after the days of grace: {_HOW}")
        if max(*ends, self.grace, 0) > LAST_DAY:
            raise ValueError(f"no bucket ends after {LAST_DAY} days: {_HOW}")

    @classmethod
    def of_text(cls, text: str) -> Buckets:
        """Return the set that is written so; the inverse of `str`.

        >>> Buckets.of_text("30,60,90,120").names[-2:], str(Buckets.of_text("months:2+5"))
        (('over_120', 'unapplied'), 'months:2+5')
        """
        found = _WRITTEN.fullmatch(re.sub(r"\s", "", text))
        if not found:
            raise ValueError(f"{text!r} is no set of buckets: {_HOW}")
        edges = tuple(map(int, found["edges"].split(","))) if found["edges"] else ()
        return cls(edges, int(found["months"] or 0), int(found["grace"] or 0))

    def __str__(self) -> str:
        """Return how it is written."""
        ends = f"months:{self.months}" if self.months else ",".join(map(str, self.edges))
        return ends + (f"+{self.grace}" if self.grace else "")

    @cached_property
    def late(self) -> tuple[str, ...]:
        """The buckets of what is late, youngest first.

        >>> Buckets().late, Buckets((7,), grace=2).late
        (('1-30', '31-60', '61-90', 'over_90'), ('3-7', 'over_7'))
        """
        if self.months:
            return (*(f"month_{n}" for n in range(self.months)), OLDER)
        first = [day + 1 for day in (self.grace, *self.edges)]
        ends = (f"{a}-{b}" for a, b in zip(first, self.edges, strict=False))
        return (*ends, f"over_{self.edges[-1]}")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All buckets in order; the last, unapplied, stands apart."""
        return (NOT_DUE, *self.late, UNAPPLIED)

    @cached_property
    def labels(self) -> Mapping[str, Text]:
        """Bucket -> what it is called."""
        if self.months:
            late = [Text(N_("This month")), Text(N_("Last month"))]
            late += [Text(N_("{count} months ago"), {"count": n}) for n in range(2, self.months)]
            late = [*late[: self.months], Text(N_("Earlier"))]
        else:
            ends = [tuple(map(int, name.split("-"))) for name in self.late[:-1]]
            late = [Text(N_("{first}–{last} days"), {"first": a, "last": b}) for a, b in ends]
            late.append(Text(N_("Over {last} days"), {"last": self.edges[-1]}))
        called = (Text(N_("Not due")), *late, Text(N_("Unapplied")))
        return dict(zip(self.names, called, strict=True))

    @cached_property
    def shades(self) -> Mapping[str, str]:
        """Bucket -> its colour in the palette: those of what is late are spread over the shades.

        >>> Buckets().shades["31-60"], Buckets((30,)).shades["over_30"]
        ('late-2', 'late-6')
        """
        late = self.late
        steps = (SHADES - 1) / (len(late) - 1)
        spread = {name: f"late-{round(n * steps)}" for n, name in enumerate(late)}
        return {NOT_DUE: NOT_DUE, **spread, UNAPPLIED: UNAPPLIED}

    @cached_property
    def bounds(self) -> frozenset[str]:
        """What tells its buckets apart: days after the due day, and ends of months.

        >>> sorted(Buckets((30, 60), grace=5).bounds), sorted(Buckets((), 2).bounds)
        (['30', '5', '60'], ['0', 'month'])
        """
        ends = {str(end) for end in (self.grace, *self.edges)}
        return frozenset(ends | {_MONTH} if self.months else ends)

    def sql(self, unapplied: str, since: str, day: str) -> str:
        """Return the SQL that names the bucket of what ages from `since`, as of `day`.

        `unapplied` is the condition that it is a payment or credit note.
        """
        ends = [f"{day} - {self.grace}" if self.grace else day]
        if self.months:
            start = f"date_trunc('month', {day})"
            ends += [f"cast({start} - interval {n} month as date)" for n in range(self.months)]
        else:
            ends += [f"{day} - {edge}" for edge in self.edges]
        steps = "\n".join(
            f"            when {since} >= {end} then '{name}'"
            for end, name in zip(ends, self.names, strict=False)
        )
        return f"""case
            when {unapplied} then '{UNAPPLIED}'
{steps}
            else '{self.late[-1]}'
        end"""

    def of(self, since: date, day: date) -> str:
        """Return the bucket of what ages from `since`, as of `day`.

        >>> due = date(2026, 1, 1)
        >>> [Buckets().of(due, due + timedelta(n)) for n in (0, 1, 30, 31)]
        ['not_due', '1-30', '1-30', '31-60']
        """
        if since >= day - timedelta(self.grace):
            return NOT_DUE
        if self.months:
            back = (day.year - since.year) * 12 + day.month - since.month
            return self.late[min(back, self.months)]
        ends = zip(self.edges, self.late, strict=False)
        return next((n for end, n in ends if since >= day - timedelta(end)), self.late[-1])


def last_alike(day: str, bounds: Collection[str]) -> str:
    """Return the SQL of the last day that no month-end tells from `day` by these `bounds`.

    >>> last_alike("o.due_on", ["30", "0"])
    'least(last_day(o.due_on + 1) - 1, last_day(o.due_on + 31) - 31)'
    """
    days = sorted(int(bound) + 1 for bound in bounds if bound != _MONTH)
    ends = [f"last_day({day} + {n}) - {n}" for n in days]
    ends += [f"last_day({day})"] if _MONTH in bounds else []
    return f"least({', '.join(ends)})"


DEFAULT = Buckets()
"""The set of whoever says nothing else."""
