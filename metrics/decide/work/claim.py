"""What a late invoice has cost by law or agreement: interest to the day of each payment, and the
fixed compensation for collecting it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from data.core.policy.rules import Policy
from metrics.decide.compensation import compensation
from metrics.decide.interest import interest

_CENT, _YEAR = Decimal("0.01"), 36_500
EURO = "EUR"


@dataclass(frozen=True)
class Late:
    """An invoice that is overdue, in its currency.

    amount: as it was issued. open: what is open of it and not disputed. paid: what was paid of it
    after the due day, each with its day.
    """

    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    open: Decimal
    currency: str
    paid: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True)
class Claim:
    """A late invoice, the days it is late, and its interest; None where no rate is known.

    assumed: some of its days have a rate that is not known yet.
    """

    late: Late
    days: int
    interest: Decimal | None
    assumed: bool = False


@dataclass(frozen=True)
class Claims:
    """The late invoices of a customer in one currency, the oldest first, and what they come to.

    compensation: in euro, None where nothing is known of the country, or they are in another
    currency. unapplied: payments and credit notes that no invoice has taken, above zero.
    """

    lines: tuple[Claim, ...]
    currency: str
    compensation: Decimal | None
    unapplied: Decimal = Decimal(0)

    @property
    def open(self) -> Decimal:
        """What is open of all."""
        return sum((one.late.open for one in self.lines), Decimal(0))

    @property
    def interest(self) -> Decimal | None:
        """The interest of all; None where that of one cannot be said."""
        each = [one.interest for one in self.lines]
        if any(one is None for one in each):
            return None
        return sum((one for one in each if one is not None), Decimal(0))

    @property
    def owed(self) -> Decimal:
        """What is to be paid without interest and compensation, never below 0."""
        return max(self.open - self.unapplied, Decimal(0))

    @property
    def total(self) -> Decimal:
        """All that can be claimed: what cannot be said is not in it."""
        return self.owed + (self.interest or Decimal(0)) + (self.compensation or Decimal(0))


def claim(late: Late, day: date, country: str, policy: Policy) -> Claim:
    """Return what an invoice has cost by the end of `day`: each slice to the day it was paid.

    >>> from data.core.policy.rules import DEFAULTS
    >>> due, day = date(2025, 5, 31), date(2025, 7, 31)
    >>> one = Late("F1", date(2025, 5, 1), due, Decimal(10000), Decimal(10000), "EUR")
    >>> str(claim(one, day, "BE", DEFAULTS).interest), claim(one, day, "CH", DEFAULTS).interest
    ('183.70', None)
    """
    exact, assumed = Decimal(0), False
    for until, amount in ((day, late.open), *late.paid):
        found = interest(amount, late.due_on, until, country, policy)
        if found is None:
            return Claim(late, (day - late.due_on).days, None)
        exact += amount * found.percent_days / _YEAR
        assumed = assumed or found.assumed
    total = exact.quantize(_CENT, ROUND_HALF_UP)
    return Claim(late, (day - late.due_on).days, total, assumed)


def claims(
    lates: Sequence[Late], day: date, country: str, policy: Policy, unapplied: Decimal = Decimal(0)
) -> Claims:
    """Return what late invoices of one customer, all in one currency, come to.

    unapplied: what is taken off, above zero.
    """
    ordered = sorted(lates, key=lambda one: (one.due_on, one.number))
    currency = ordered[0].currency
    fixed = None
    if currency == EURO:
        fixed = compensation([one.open for one in ordered], country, day, policy)
    lines = tuple(claim(one, day, country, policy) for one in ordered)
    return Claims(lines, currency, fixed, unapplied)
