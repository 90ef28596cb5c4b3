"""How likely an open invoice of a given age is paid within some days, from a payment curve.

The curve is Kaplan and Meier's (`metrics.figures.payment_curve`): the share still unpaid so many
days after issue. What an invoice that is open for 40 days may still do is what those did that were
open for 40 days, and no others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

LEAST = 5
"""Of so many invoices that were open for as long something is said; of fewer nothing is."""
LONGEST = 365
"""Days of waiting that are counted at most, for who pays later or never."""
_ONE = Decimal(1)


@dataclass(frozen=True)
class Curve:
    """The share of invoices unpaid after each day, and of how many that is known.

    days: after issue, rising; unpaid: the share after each of them; at_risk: how many were unpaid
    before it. paid: how many payments it rests on. level: the dimension it is of, '' the customer's
    own; code: its value.
    """

    days: tuple[int, ...]
    unpaid: tuple[Decimal, ...]
    at_risk: tuple[int, ...]
    paid: int
    level: str = ""
    code: str = ""
    _areas: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Add up what lies under the curve, once."""
        areas, total, last, share = [], Decimal(0), 0, _ONE
        for day, unpaid in zip(self.days, self.unpaid, strict=True):
            total += share * (day - last)
            areas.append(total)
            last, share = day, unpaid
        object.__setattr__(self, "_areas", tuple(areas))

    def share(self, age: int) -> Decimal:
        """Return the share that is unpaid at the end of this day after issue.

        >>> curve = Curve((10, 20), (Decimal("0.5"), Decimal(0)), (8, 4), 8)
        >>> [str(curve.share(age)) for age in (9, 10, 25)]
        ['1', '0.5', '0']
        """
        place = bisect_right(self.days, age)
        return self.unpaid[place - 1] if place else _ONE

    def known(self, age: int) -> int:
        """Return how many invoices were seen to be open for longer than this."""
        place = bisect_right(self.days, age)
        return self.at_risk[place] if place < len(self.at_risk) else 0

    def waited(self, first: int, last: int) -> Decimal:
        """Return the days that were waited between two ages, by an invoice of all.

        >>> curve = Curve((10, 20), (Decimal("0.5"), Decimal(0)), (8, 4), 8)
        >>> str(curve.waited(0, 30))
        '15.0'
        """
        return self._under(last) - self._under(first)

    def _under(self, age: int) -> Decimal:
        place = bisect_right(self.days, age)
        if not place:
            return Decimal(age)
        return self._areas[place - 1] + self.unpaid[place - 1] * (age - self.days[place - 1])


@dataclass(frozen=True)
class Chance:
    """What is expected of an open invoice, if nobody asks.

    left: the chance that it is paid within the horizon. later: the days from now in which it is
    paid where it is not, at most `LONGEST`. unpaid: the share of all invoices of its group that are
    unpaid when the horizon ends. curve: what that rests on.
    """

    left: Decimal
    later: Decimal
    unpaid: Decimal
    curve: Curve


def chance(curves: Sequence[Curve], age: int, horizon: int) -> Chance | None:
    """Return what is expected of an invoice open for `age` days within `horizon` days.

    curves: the nearest first. The first that saw `LEAST` invoices open for as long is taken; None
    where none did.

    >>> curve = Curve((10, 40, 70), (Decimal("0.5"), Decimal("0.1"), Decimal(0)), (80, 40, 8), 80)
    >>> found = chance([curve], 20, 30)
    >>> str(found.left), str(found.later)
    ('0.8', '50')
    """
    for curve in curves:
        now = curve.share(age)
        if now <= 0 or curve.known(age) < LEAST:
            continue
        then = curve.share(age + horizon)
        beyond = Decimal(0)
        if then > 0:
            beyond = curve.waited(age + horizon, max(age + LONGEST, age + horizon)) / then
        return Chance(_ONE - then / now, min(horizon + beyond, Decimal(LONGEST)), then, curve)
    return None


def curves_of(rows: Iterable[tuple[str, int, float, int, int]], level: str) -> dict[str, Curve]:
    """Return group -> its curve.

    rows: group, day after issue, share unpaid after it, at risk before it, and payments of the
    group, by group and day. level: as of `Curve`.
    """
    found: dict[str, list[tuple[int, Decimal, int, int]]] = {}
    for code, day, unpaid, at_risk, paid in rows:
        exact = Decimal(str(round(unpaid, 9)))
        found.setdefault(code, []).append((day, exact, at_risk, paid))
    return {
        code: Curve(
            tuple(one[0] for one in steps), tuple(one[1] for one in steps),
            tuple(one[2] for one in steps), steps[0][3], level, code if level else "",
        )
        for code, steps in found.items()
    }  # fmt: skip
