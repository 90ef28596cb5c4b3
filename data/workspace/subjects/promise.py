"""A promise to pay, and whether payments kept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import Subject, amount

OPEN, KEPT, PART, BROKEN = "open", "kept", "part_kept", "broken"


@dataclass(frozen=True)
class Promise(Subject):
    """amount: in currency. due_on: the day by which it was promised; it moves no due day."""

    name: ClassVar[str] = "promises"
    label: ClassVar[str] = N_("Promise to pay")

    amount: Decimal
    currency: str
    due_on: date

    def __post_init__(self) -> None:
        """Refuse what nobody can keep."""
        amount(self.amount)


@dataclass(frozen=True)
class Kept:
    """What became of a promise: one of OPEN, KEPT, PART and BROKEN; paid: how much of it."""

    state: str
    paid: Decimal


def judged(
    promises: Iterable[tuple[str, date, Promise]],
    payments: Sequence[tuple[date, Decimal]],
    as_of: date,
    tolerance: int,
) -> Mapping[str, Kept]:
    """Return what became of one customer's promises by the end of `as_of`.

    promises: id, the day it was given, and the promise. payments: day and amount received, above
    zero. A payment counts for a promise from the day it was given to the day promised and
    `tolerance` days more; each cent for one promise only, the one that falls due first.

    >>> given = Promise(Decimal(100), "EUR", date(2026, 3, 10))
    >>> judged([("a", date(2026, 3, 1), given)], [(date(2026, 3, 12), Decimal(60))],
    ...        date(2026, 3, 31), 3)
    {'a': Kept(state='part_kept', paid=Decimal('60'))}
    """
    came = sorted((day, paid) for day, paid in payments if day <= as_of)
    left = [paid for _day, paid in came]
    found = {}
    for number, given_on, promise in sorted(promises, key=lambda p: (p[2].due_on, p[1], p[0])):
        last = _later(promise.due_on, tolerance)
        paid = Decimal(0)
        for place, (day, _paid) in enumerate(came):
            if given_on <= day <= last:
                taken = min(left[place], promise.amount - paid)
                paid += taken
                left[place] -= taken
        if paid >= promise.amount:
            state = KEPT
        elif as_of <= last:
            state = OPEN
        else:
            state = PART if paid else BROKEN
        found[number] = Kept(state, paid)
    return found


def together(parts: Sequence[Kept]) -> Kept:
    """Return what became of several that belong together, the parts of a plan.

    One that was broken or kept in part makes it so; open as long as one is.
    """
    states = {one.state for one in parts}
    paid = sum((one.paid for one in parts), Decimal(0))
    if states <= {KEPT}:
        return Kept(KEPT, paid)
    if states <= {KEPT, OPEN}:
        return Kept(OPEN, paid)
    return Kept(BROKEN if BROKEN in states else PART, paid)


def received(movements: Iterable[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """Return what came in and stayed, by day: amounts above zero.

    movements: day and amount of payments, above zero what came in, below what went back. What went
    back was the latest payment of its amount, else of the latest payments.

    >>> received([(date(2026, 3, 1), Decimal(5)), (date(2026, 3, 2), Decimal(9)),
    ...           (date(2026, 3, 3), Decimal(-5))])
    [(datetime.date(2026, 3, 2), Decimal('9'))]
    """
    came: list[tuple[date, Decimal]] = []
    for day, moved in sorted(movements):
        if moved > 0:
            came.append((day, moved))
            continue
        back = -moved
        same = next((n for n in reversed(range(len(came))) if came[n][1] == back), None)
        if same is not None:
            del came[same]
            continue
        while back and came:
            last, paid = came.pop()
            taken = min(back, paid)
            back -= taken
            if paid > taken:
                came.append((last, paid - taken))
    return came


def _later(day: date, days: int) -> date:
    return day + timedelta(days) if day < date(2200, 1, 1) else day
