"""Interest for late payment, to the day, over half-years: simple, actual/365.

    interest = amount x sum over days of the rate of each day / 36,500

from the day after the due day to the day of payment, both included. Which rate a day has, the law
says (`data.reference.late_payment`), unless the policy names an agreed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from data.core.policy.rules import Policy
from data.reference.late_payment import AT_PAYMENT, COMPANIES, FIXED, last_known, rates_of

_YEAR = 36_500
"""Days of a year, times a hundred for percents: leap years have 365 of them, too."""
_DAY = timedelta(1)


@dataclass(frozen=True)
class Period:
    """Days with one rate: `first` to `last`, both included.

    agreed: the rate is that of the policy. assumed: no rate is known of these days yet, and that
    of the last half-year goes on.
    """

    first: date
    last: date
    percent: Decimal
    agreed: bool = False
    assumed: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Interest:
    """Interest on an amount: its periods in order, without a gap; none where paid in time."""

    amount: Decimal
    periods: tuple[Period, ...]

    @property
    def percent_days(self) -> Decimal:
        """Return the sum of the rates of all days: exact, so that parts of a span add up."""
        return sum((p.percent * p.days for p in self.periods), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Return the interest, to the cent; rounded once, after all periods are added up."""
        exact = self.amount * self.percent_days / _YEAR
        return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def assumed(self) -> bool:
        """Whether some days have a rate that is not known yet."""
        return any(p.assumed for p in self.periods)


def interest(
    amount: Decimal,
    due_on: date,
    paid_on: date,
    country: str,
    policy: Policy,
    debtor: str = COMPANIES,
) -> Interest | None:
    """Return the interest on `amount`, due and paid on these days, of a customer in a country.

    An agreed rate of the policy holds between companies. None where it cannot be said: no rate is
    known of the country, or of its first days.

    >>> from data.core.policy.rules import DEFAULTS
    >>> paid = interest(Decimal(10000), date(2025, 5, 31), date(2025, 7, 31), "BE", DEFAULTS)
    >>> [(p.days, str(p.percent)) for p in paid.periods], str(paid.total)
    ([(30, '11.50'), (31, '10.50')], '183.70')
    """
    known = rates_of(country, debtor)
    first, after = due_on + _DAY, max(paid_on, due_on) + _DAY
    # days on which the rate may change: those of the policy, and the half-years
    changes = {step.since for step in policy.interest.steps} | {rate.since for rate in known}
    inside = {day for day in (*changes, last_known() + _DAY) if first < day < after}
    found: list[Period] = []
    for begins, ends in pairwise(sorted({first, after} | inside)):
        own = policy.interest.at(begins).get(country) if debtor == COMPANIES else None
        if own is not None:
            found.append(Period(begins, ends - _DAY, Decimal(own), agreed=True))
            continue
        counted = {FIXED: first, AT_PAYMENT: paid_on}.get(known[0].rule if known else "", begins)
        held = [rate for rate in known if rate.since <= counted]
        if not held:
            return None
        found.append(Period(begins, ends - _DAY, held[-1].percent, assumed=counted > last_known()))
    return Interest(amount, _joined(found))


def _joined(periods: Sequence[Period]) -> tuple[Period, ...]:
    """Return the periods with neighbours of one rate as one."""
    found: list[Period] = []
    for one in periods:
        if found and replace(found[-1], first=one.first, last=one.last) == one:
            found[-1] = replace(found[-1], last=one.last)
        else:
            found.append(one)
    return tuple(found)


def least_agreed(country: str, day: date) -> Decimal | None:
    """Return below which percent a year no rate may be agreed on a day; None where unknown or none.

    In France it is three times the legal rate, which stood above the statutory one in 2024.

    >>> str(least_agreed("FR", date(2024, 9, 1))), least_agreed("BE", date(2024, 9, 1))
    ('14.76', None)
    """
    held = [rate for rate in rates_of(country) if rate.since <= day]
    return held[-1].least_agreed if held else None
