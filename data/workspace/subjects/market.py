"""What is said of a customer's place in the markets, of a whole market, or of all that is owed.

A market is a value of a dimension (`sector`, `46.7`), or everything (`total`, an empty value).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.reference import nace
from data.workspace.subjects.subject import MOST, SaidError, Subject, cents, short

LEVELS = {"more": N_("Sell more"), "hold": N_("Hold"), "less": N_("Sell less")}
TOTAL, CUSTOMER = "total", "customer"

MEASURES = {"dso": N_("DSO, days"), "overdue": N_("Overdue, % of receivables")}
_MOST = {"dso": Decimal(999), "overdue": Decimal(100)}


@dataclass(frozen=True)
class Sector(Subject):
    """The sector of a customer, whatever files say. code: NACE, as `nace.normal` writes it."""

    name: ClassVar[str] = "said_sectors"
    label: ClassVar[str] = N_("Sector")
    books: ClassVar[bool] = True

    code: str

    def __post_init__(self) -> None:
        """Refuse what is no sector."""
        if nace.level(self.code) is None:
            raise SaidError(N_("“{code}” is no NACE code."), code=self.code)


@dataclass(frozen=True)
class Priority(Subject):
    """Where management wants to sell more or less. level: one of LEVELS.

    dimension, value: a market; for a customer `customer` and its number.
    """

    name: ClassVar[str] = "priorities"
    label: ClassVar[str] = N_("Priority")
    general: ClassVar[bool] = True

    level: str
    dimension: str
    value: str

    def __post_init__(self) -> None:
        """Refuse a level nobody knows, and a priority of nothing."""
        if self.level not in LEVELS:
            raise SaidError(N_("“{level}” is no priority."), level=self.level)
        _market(self.dimension, self.value)
        if self.dimension == TOTAL:
            raise SaidError(N_("Say of which market: a priority of everything is none."))


@dataclass(frozen=True)
class Target(Subject):
    """What is aimed at. measure: one of MEASURES; goal: in its unit; a market as of `Priority`."""

    name: ClassVar[str] = "targets"
    label: ClassVar[str] = N_("Target")
    general: ClassVar[bool] = True

    measure: str
    goal: Decimal
    dimension: str = TOTAL
    value: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be aimed at."""
        if self.measure not in MEASURES:
            raise SaidError(N_("“{measure}” has no target."), measure=self.measure)
        if not self.goal.is_finite() or not 0 <= self.goal <= _MOST[self.measure]:
            raise SaidError(
                N_("A target of {goal} cannot be: give 0 to {most}."),
                goal=self.goal,
                most=_MOST[self.measure],
            )
        _market(self.dimension, self.value)


_MOST_POINTS = Decimal(100)


@dataclass(frozen=True)
class Overlay(Subject):
    """What a person adds to the loss that roll rates expect, or takes off it, and why.

    Percentage points of what is open, or an amount, from a day on until it is taken back. Roll
    rates know the past; that a sector is in trouble is a judgement, which somebody signs.

    bucket: of aging, as `data.core.buckets` names it; '' all of them. points, amount: one of the
    two, below zero where it is taken off; amount in currency. Why, in words, is the note of the
    line.
    """

    name: ClassVar[str] = "overlays"
    label: ClassVar[str] = N_("Overlay of expected loss")
    general: ClassVar[bool] = True
    money: ClassVar[tuple[str, ...]] = ("amount",)
    asks_words: ClassVar[str] = N_("Say why: an overlay without a reason is none.")

    bucket: str
    since: date
    currency: str
    points: Decimal | None = None
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what changes nothing, and what cannot be."""
        short(self.bucket)
        if (self.points is None) == (self.amount is None):
            raise SaidError(N_("Give percentage points or an amount, one of the two."))
        said = self.points if self.points is not None else self.amount
        assert said is not None  # noqa: S101 - one of the two is there
        most = _MOST_POINTS if self.points is not None else MOST
        if not said.is_finite() or said == 0 or abs(said) > most:
            raise SaidError(N_("An overlay of {value} cannot be."), value=said)
        cents(said)


def _market(dimension: str, value: str) -> None:
    short(value)
    if (dimension == TOTAL) != (not value):
        raise SaidError(N_("Say of which market."))
