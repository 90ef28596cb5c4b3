"""Who has never bought here: what is said of them, what their peers do, and a limit by need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from data.core.policy.rules import Policy
from data.core.texts import N_
from data.reference import nace
from metrics.decide.deal.deal import CENT, MOST_AMOUNT, DealError, Lateness
from metrics.decide.deal.worth import limit_by_need, needed_limit

_COUNTRY = re.compile(r"[A-Z]{2}")
MARK = "prospect:"
"""What stands before the name of a prospect where a number of a customer would."""


@dataclass(frozen=True)
class Prospect:
    """A company that is no customer yet.

    sector: a code of NACE; segment: one of the customers' own; '' where it is not known. worth,
    turnover: net worth and yearly sales by a trade report; None where there is none. yearly: what
    it is expected to buy in a year; need: the credit it asks for. All in the reporting currency.
    Raises DealError for what cannot be.
    """

    name: str
    sector: str = ""
    country: str = ""
    segment: str = ""
    worth: Decimal | None = None
    turnover: Decimal | None = None
    yearly: Decimal | None = None
    need: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be; a net worth may be below zero."""
        if not self.name.strip():
            raise DealError(N_("Say what the prospect is called."))
        if self.sector and nace.level(nace.normal(self.sector)) is None:
            raise DealError(N_("“{code}” is no NACE code."), code=self.sector)
        if self.country and _COUNTRY.fullmatch(self.country) is None:
            raise DealError(N_("“{code}” is no country: write BE, FR or the like."),
                            code=self.country)  # fmt: skip
        for one in (self.turnover, self.yearly, self.need):
            if one is not None and not 0 <= one <= MOST_AMOUNT:
                raise DealError(N_("An amount of {amount} cannot be."), amount=one)

    @property
    def number(self) -> str:
        """What stands for it where a customer's number would."""
        return f"{MARK}{' '.join(self.name.split())}"


def name_of(number: str) -> str:
    """Return what a prospect is called; '' for a customer.

    >>> name_of(Prospect("Nova  NV").number), name_of("101378")
    ('Nova NV', '')
    """
    return number.removeprefix(MARK) if number.startswith(MARK) else ""


@dataclass(frozen=True)
class Peers:
    """What customers like it did: of which value of which dimension.

    paid: so many payments in the window; days: the median days to pay, low and high its 95 %
    interval; None where there are too few payments. late: beyond terms, likewise. loss: the share
    that was never paid, None where no write-off is known. owed: what they owe.
    """

    level: str
    code: str
    paid: int
    days: int | None
    low: int | None
    high: int | None
    late: Lateness | None
    loss: Decimal | None


@dataclass(frozen=True)
class Proposed:
    """A limit for a prospect.

    need: what it needs, `yearly` for terms and usual lateness, at least the deal's credit.
    capacity: what it can bear: amounts, each with the percent of it that may be owed. limit: the
    least of all; None where nothing says what it can bear. uncovered: what of the need is not met.
    """

    need: Decimal
    capacity: tuple[tuple[str, Decimal, Decimal], ...]
    limit: Decimal | None
    uncovered: Decimal


def propose(
    prospect: Prospect, credit: Decimal, days: Decimal, day: date, policy: Policy
) -> Proposed:
    """Return the limit by need against capacity.

    credit: of the deal. days: terms, and how much later peers pay.

    >>> from data.core.policy.rules import DEFAULTS
    >>> known = Prospect("Nova", worth=Decimal(80_000), turnover=Decimal(700_000),
    ...                  need=Decimal(50_000))
    >>> found = propose(known, Decimal(20_000), Decimal(45), date(2026, 1, 1), DEFAULTS)
    >>> str(found.limit), str(found.uncovered)
    ('28000.00', '22000.00')
    """
    need = prospect.need
    if need is None:
        yearly = prospect.yearly or Decimal(0)
        need = max(credit, needed_limit(yearly, days))
    capacity = tuple(
        (name, amount, Decimal(percent))
        for name, amount, percent in (
            ("worth", prospect.worth, policy.worth_percent.at(day)),
            ("turnover", prospect.turnover, policy.turnover_percent.at(day)),
        )
        if amount is not None
    )
    if not capacity:
        return Proposed(need.quantize(CENT), (), None, need.quantize(CENT))
    limit, uncovered = limit_by_need(need, tuple((a, p) for _name, a, p in capacity))
    return Proposed(need.quantize(CENT), capacity, limit.quantize(CENT), uncovered.quantize(CENT))
