"""What was agreed with a customer: terms, and how much it may owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import MOST, SaidError, Subject, short

MOST_DAYS = 365


@dataclass(frozen=True)
class Terms(Subject):
    """days: from issue to the due day. valid_until: the last day they hold; None: until others."""

    name: ClassVar[str] = "said_terms"
    label: ClassVar[str] = N_("Agreed terms")

    days: int
    valid_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse terms that nobody agrees on."""
        if not 0 <= self.days <= MOST_DAYS:
            raise SaidError(
                N_("Terms of {days} days cannot be: give 0 to {most}."),
                days=self.days,
                most=MOST_DAYS,
            )


@dataclass(frozen=True)
class Limit(Subject):
    """How much a customer may owe.

    amount: in currency; 0: nothing on credit. valid_until: the last day it holds. insured_amount,
    insured_percent: what an insurer bears of it. security: what else stands for it, in words.
    advised: what a bureau or insurer advised, kept or not.
    """

    name: ClassVar[str] = "said_limits"
    label: ClassVar[str] = N_("Credit limit")
    money: ClassVar[tuple[str, ...]] = ("amount", "insured_amount", "advised")
    free: ClassVar[tuple[str, ...]] = ("security",)

    amount: Decimal
    currency: str
    valid_until: date | None = None
    insured_amount: Decimal | None = None
    insured_percent: int | None = None
    security: str = ""
    advised: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse amounts below zero, and shares that are none."""
        short(self.security)
        for value in (self.amount, self.insured_amount or Decimal(0), self.advised or Decimal(0)):
            if not value.is_finite() or not 0 <= value <= MOST:
                raise SaidError(N_("A limit of {value} cannot be."), value=value)
        if self.insured_percent is not None and not 0 <= self.insured_percent <= 100:
            raise SaidError(
                N_("{value} is no percentage: give 0 to 100."), value=self.insured_percent
            )
