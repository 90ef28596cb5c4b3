"""What is said of a customer's place in the markets, or of a whole market.

A market is a value of a dimension (`sector`, `46.7`), or everything (`total`, an empty value).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.reference import nace
from data.workspace.subjects.subject import SaidError, Subject, short

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


def _market(dimension: str, value: str) -> None:
    short(value)
    if (dimension == TOTAL) != (not value):
        raise SaidError(N_("Say of which market."))
