"""A dispute of what is owed, and how it was settled."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import SaidError, Subject, amount, short

REASONS = {
    "price": N_("Price"),
    "quantity": N_("Quantity"),
    "quality": N_("Quality"),
    "delivery": N_("Delivery"),
    "order": N_("Order number missing or wrong"),
    "paid": N_("Says it has paid"),
    "terms": N_("Payment terms"),
    "other": N_("Other"),
}
SETTLED = {
    "credited": N_("Credited"),
    "paid": N_("Paid"),
    "part": N_("Credited in part"),
    "refused": N_("Not granted"),
}


@dataclass(frozen=True)
class Dispute(Subject):
    """amount: what is disputed of the documents of the line, in currency. owner: who settles it."""

    name: ClassVar[str] = "disputes"
    label: ClassVar[str] = N_("Dispute")
    money: ClassVar[tuple[str, ...]] = ("amount",)

    amount: Decimal
    currency: str
    reason: str
    owner: str = ""

    def __post_init__(self) -> None:
        """Refuse what disputes nothing."""
        amount(self.amount)
        short(self.owner)
        if self.reason not in REASONS:
            raise SaidError(N_("“{said}” is no reason of a dispute."), said=self.reason)


@dataclass(frozen=True)
class Settled(Subject):
    """The end of a dispute. dispute: the id of its line. how: one of SETTLED."""

    name: ClassVar[str] = "settled_disputes"
    label: ClassVar[str] = N_("Dispute settled")

    dispute: str
    how: str

    def __post_init__(self) -> None:
        """Refuse another end than those there are."""
        if self.how not in SETTLED:
            raise SaidError(N_("“{how}” is no end of a dispute."), how=self.how)
