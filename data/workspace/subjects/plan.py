"""How a customer pays off what it owes: a plan of instalments, or less for good.

Both stand beside the documents. No due day moves by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import ClassVar

from data.core.calendar import months_later
from data.core.texts import N_
from data.workspace.subjects.subject import SaidError, Subject, amount
from data.workspace.tables import CENT

MOST_PARTS = 120
MOST_PERCENT = Decimal(10)


@dataclass(frozen=True)
class Plan(Subject):
    """amount: what is paid off, in currency, in `parts` equal parts a month from `first_on`.

    percent: interest a month on what is left, the first for the month before `first_on`.
    """

    name: ClassVar[str] = "plans"
    label: ClassVar[str] = N_("Payment plan")
    money: ClassVar[tuple[str, ...]] = ("amount",)

    amount: Decimal
    currency: str
    first_on: date
    parts: int
    percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse what is no plan."""
        amount(self.amount)
        if not 2 <= self.parts <= MOST_PARTS:
            raise SaidError(
                N_("A plan has 2 to {most} parts: {parts} cannot be."),
                most=MOST_PARTS,
                parts=self.parts,
            )
        if not self.percent.is_finite() or not 0 <= self.percent <= MOST_PERCENT:
            raise SaidError(
                N_("{value} % a month cannot be: give 0 to {most}."),
                value=self.percent,
                most=MOST_PERCENT,
            )


@dataclass(frozen=True)
class Settlement(Subject):
    """Less than is owed, for good: `amount` instead of `owed`, in currency, by `due_on`."""

    name: ClassVar[str] = "settlements"
    label: ClassVar[str] = N_("Settlement")
    money: ClassVar[tuple[str, ...]] = ("owed", "amount")

    owed: Decimal
    amount: Decimal
    currency: str
    due_on: date

    def __post_init__(self) -> None:
        """Refuse what settles nothing."""
        amount(self.owed)
        amount(self.amount)
        if self.amount > self.owed:
            raise SaidError(
                N_("{amount} for {owed} is no settlement."), amount=self.amount, owed=self.owed
            )


@dataclass(frozen=True)
class Part:
    """One instalment: by which day, how much, and how much of it is interest."""

    due_on: date
    amount: Decimal
    interest: Decimal


def schedule(plan: Plan) -> tuple[Part, ...]:
    """Return the instalments: all equal but the last, which bears the cents that are left.

    >>> [str(p.amount) for p in schedule(Plan(Decimal(100), "EUR", date(2026, 1, 31), 3))]
    ['33.33', '33.33', '33.34']
    >>> [str(p.due_on) for p in schedule(Plan(Decimal(100), "EUR", date(2026, 1, 31), 3))]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    >>> plan = Plan(Decimal(12000), "EUR", date(2026, 1, 31), 6, Decimal(1))
    >>> {str(p.amount) for p in schedule(plan)}
    {'2070.58'}
    """
    rate = plan.percent / 100
    with localcontext(prec=50):
        each = plan.amount / plan.parts if not rate else plan.amount * rate / (
            1 - (1 + rate) ** -plan.parts
        )  # fmt: skip
        each = _cents(each)
    left, found = plan.amount, []
    for place in range(plan.parts):
        interest = _cents(left * rate)
        paid = left + interest if place == plan.parts - 1 else each
        left -= paid - interest
        found.append(Part(months_later(plan.first_on, place), paid, interest))
    return tuple(found)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
