"""A promise to pay, and whether payments kept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, NamedTuple

from data.core.texts import N_
from data.workspace.subjects.subject import Subject, amount
from data.workspace.tables import CENT

OPEN, KEPT, PART, BROKEN = "open", "kept", "part_kept", "broken"


@dataclass(frozen=True)
class Promise(Subject):
    """amount: in currency. due_on: the day by which it was promised; it moves no due day."""

    name: ClassVar[str] = "promises"
    label: ClassVar[str] = N_("Promise to pay")
    money: ClassVar[tuple[str, ...]] = ("amount",)

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


class Payment(NamedTuple):
    """Money that came in, amount above zero, or went back, below it, in its currency.

    rate: the reporting currency for one unit; None where all are in one currency.
    """

    day: date
    amount: Decimal
    currency: str = ""
    rate: Decimal | None = None

    def in_unit_of(self, promise: Promise, rate: Decimal | None) -> Decimal:
        """Return how much of the promise's currency one unit of the payment's is worth."""
        if self.rate is None or rate is None or self.currency == promise.currency:
            return Decimal(1)
        return self.rate / rate


def judged(
    promises: Iterable[tuple[str, date, Promise, Decimal | None]],
    payments: Sequence[Payment],
    as_of: date,
    tolerance: int,
) -> Mapping[str, Kept]:
    """Return what became of one customer's promises by the end of `as_of`.

    promises: id, the day it was given, the promise, and the rate of its currency, as of `Payment`.
    payments: what was received, above zero. A payment counts for a promise from the day it was
    given to the day promised and `tolerance` days more; each cent for one promise only, the one
    that falls due first. What is paid is in the currency of the promise: who pays what was
    promised has kept it, whatever rates did meanwhile.

    >>> given = Promise(Decimal(100), "EUR", date(2026, 3, 10))
    >>> judged([("a", date(2026, 3, 1), given, None)], [Payment(date(2026, 3, 12), Decimal(60))],
    ...        date(2026, 3, 31), 3)
    {'a': Kept(state='part_kept', paid=Decimal('60.00'))}
    """
    came = sorted(one for one in payments if one.day <= as_of)
    left = [one.amount for one in came]
    found = {}
    for number, given_on, promise, rate in sorted(
        promises, key=lambda p: (p[2].due_on, p[1], p[0])
    ):
        last = _later(promise.due_on, tolerance)
        paid = Decimal(0)
        for place, one in enumerate(came):
            if given_on <= one.day <= last and (unit := one.in_unit_of(promise, rate)):
                there = left[place] * unit
                taken = min(there, promise.amount - paid)
                paid += taken
                left[place] -= left[place] if taken == there else taken / unit
        paid = paid.quantize(CENT, ROUND_HALF_UP)
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


def received(movements: Iterable[Payment]) -> list[Payment]:
    """Return what came in and stayed, by day: amounts above zero.

    What went back was the latest payment of its amount, else of the latest payments, of those in
    its currency.

    >>> from datetime import date as d
    >>> received([Payment(d(2026, 3, 1), Decimal(5)), Payment(d(2026, 3, 2), Decimal(9)),
    ...           Payment(d(2026, 3, 3), Decimal(-5))])
    [Payment(day=datetime.date(2026, 3, 2), amount=Decimal('9'), currency='', rate=None)]
    """
    came: dict[str, list[Payment]] = {}
    for one in sorted(movements):
        mine = came.setdefault(one.currency, [])
        if one.amount > 0:
            mine.append(one)
            continue
        back = -one.amount
        same = next((n for n in reversed(range(len(mine))) if mine[n].amount == back), None)
        if same is not None:
            del mine[same]
            continue
        while back and mine:
            last = mine.pop()
            taken = min(back, last.amount)
            back -= taken
            if last.amount > taken:
                mine.append(last._replace(amount=last.amount - taken))
    return sorted(one for mine in came.values() for one in mine)


def _later(day: date, days: int) -> date:
    return day + timedelta(days) if day < date(2200, 1, 1) else day
