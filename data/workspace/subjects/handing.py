"""A customer's debt that is handed over to a lawyer, an agency or the insurer, and its outcome.

Why, in words, is the note of the line. Neither is ever changed: who was mistaken takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import SaidError, Subject, amount, cents, short

RECOVERED, LOST, WITHDRAWN = "recovered", "lost", "withdrawn"
OUTCOMES = {RECOVERED: N_("Recovered"), LOST: N_("Lost"), WITHDRAWN: N_("Withdrawn")}
"""How a hand-over ends -> how a reader calls it."""


@dataclass(frozen=True)
class HandedOver(Subject):
    """A customer's debt is handed over.

    to_whom: the lawyer, agency or insurer. amount: what was overdue; cost: what it is expected to
    cost; both in currency. as_of, state, revision, policy: the day of the figures, the published
    state, the revision of the memory (`Memory.revision`) and the version of the policy
    (`metrics.decide.deal.kept.version`) that they are of. oldest: days that the oldest invoice was
    overdue. points_*: the points of each part, as of `metrics.decide.handover`.
    """

    name: ClassVar[str] = "handed_over"
    label: ClassVar[str] = N_("Handed over")
    money: ClassVar[tuple[str, ...]] = ("amount", "cost")
    asks_words: ClassVar[str] = N_("Say why: whoever reads it later was not there.")

    to_whom: str
    amount: Decimal
    currency: str
    cost: Decimal
    as_of: date
    state: int
    revision: int
    policy: str
    oldest: int
    points_age: int
    points_amount: int
    points_relation: int
    points_sales: int

    def __post_init__(self) -> None:
        """Refuse what hands nothing over, or to nobody."""
        short(self.to_whom)
        if not self.to_whom.strip():
            raise SaidError(N_("Say to whom it is handed over."))
        amount(self.amount)
        _not_below(self.cost)

    @property
    def points(self) -> int:
        """The sum of the parts."""
        return self.points_age + self.points_amount + self.points_relation + self.points_sales


@dataclass(frozen=True)
class HandedBack(Subject):
    """How a hand-over ended. handing: the id of its line. outcome: one of OUTCOMES.

    amount: what was recovered; cost: what it cost; both in currency.
    """

    name: ClassVar[str] = "handed_back"
    label: ClassVar[str] = N_("Hand-over, outcome")
    money: ClassVar[tuple[str, ...]] = ("amount", "cost")

    handing: str
    outcome: str
    amount: Decimal
    cost: Decimal
    currency: str

    def __post_init__(self) -> None:
        """Refuse outcomes that nobody knows, and a recovery of nothing."""
        if self.outcome not in OUTCOMES:
            raise SaidError(N_("“{outcome}” is no outcome of a hand-over."), outcome=self.outcome)
        _not_below(self.amount)
        _not_below(self.cost)
        if (self.outcome == RECOVERED) and self.amount == 0:
            raise SaidError(N_("Say how much was recovered."))


def _not_below(value: Decimal) -> None:
    if value != 0:
        amount(value)
    cents(value)
