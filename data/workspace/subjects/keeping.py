"""Who looks after a customer, what kind of customer it is, and what it has ordered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import MOST, SaidError, Subject, short


@dataclass(frozen=True)
class Owner(Subject):
    """Who looks after the customer here."""

    name: ClassVar[str] = "owners"
    label: ClassVar[str] = N_("Owner")

    owner: str

    def __post_init__(self) -> None:
        """Refuse nobody."""
        short(self.owner)
        if not self.owner.strip():
            raise SaidError(N_("Say who looks after this customer."))


@dataclass(frozen=True)
class Person(Subject):
    """Whether the customer is a natural person: then what is written of it can be erased."""

    name: ClassVar[str] = "persons"
    label: ClassVar[str] = N_("Person or company")

    person: bool


@dataclass(frozen=True)
class Erased(Subject):
    """What was written of a natural person was erased before this line."""

    name: ClassVar[str] = "erasures"
    label: ClassVar[str] = N_("Erased")

    lines: int


@dataclass(frozen=True)
class Backlog(Subject):
    """What is ordered and not yet invoiced. amount: in currency; 0: nothing any more."""

    name: ClassVar[str] = "backlogs"
    label: ClassVar[str] = N_("Orders not yet invoiced")
    money: ClassVar[tuple[str, ...]] = ("amount",)

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        """Refuse amounts below zero."""
        if not self.amount.is_finite() or not 0 <= self.amount <= MOST:
            raise SaidError(N_("Orders of {value} cannot be."), value=self.amount)
