"""What waiting for money costs, and VAT, as statements read them: by the policy, dated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data.core.policy.dated import Dated, written
from data.core.policy.kinds import Amount
from data.core.policy.rules import DEFAULTS, Policy

_DAY_0 = date(1900, 1, 1)
"""Days are numbered from here on: before all that can be asked about."""


class Percents:
    """A slot of queries: the percents of all days from the first one up to a day, added up.

    `{percents[a.closed_on]} - {percents[a.issued_on]}` are those of the days after the issue up to
    the day it closed; times an amount, by 36,500, that is what waiting for it costs, simple, over a
    year of 365 days. `{percents[a.issued_on, a.agreed]}` goes up to so many days later.

    >>> print(Percents(Dated.always(5))["a.closed_on"])
    cast(5 * date_diff('day', date '1900-01-01', a.closed_on) as decimal(14, 4))
    """

    def __init__(self, rate: Dated[Amount]) -> None:
        """Remember the rate, percent a year."""
        self.rate = rate

    def __getitem__(self, day: str) -> str:
        """Return the SQL for a column that is a day, perhaps followed by one of days."""
        column, _, more = day.partition(", ")
        number = f"date_diff('day', date '{_DAY_0}', {column})" + (f" + {more}" if more else "")
        first, *later = self.rate.steps
        if not later:
            number = f"({number})" if more else number
            return f"cast({written(first.value)} * {number} as decimal(14, 4))"
        whens: list[str] = []
        summed, place, before = "0", 0, first.value
        total = first.value * 0
        for step in later:
            begins = (step.since - _DAY_0).days
            total += before * (begins - 1 - place)
            place, before, summed = begins - 1, step.value, written(total)
            whens.append(
                f"when {number} > {place} then {summed} + {written(before)} * ({number} - {place})"
            )
        cases = " ".join(reversed(whens))
        return f"cast(case {cases} else {written(first.value)} * ({number}) end as decimal(14, 4))"


class Net:
    """A slot of queries: what `amount` of a table is without VAT, by its country and issued_on.

    >>> print(Net(Dated.always({}))["sales"])
    sales.amount
    """

    def __init__(self, vat: Dated[Mapping[str, Amount]]) -> None:
        """Remember the rates, percent by country."""
        self.vat = vat

    def __getitem__(self, table: str) -> str:
        """Return the SQL for a table with amount, country and issued_on."""
        if not any(step.value for step in self.vat.steps):
            return f"{table}.amount"

        def of(rates: Mapping[str, Amount]) -> str:
            whens = " ".join(f"when '{at}' then {written(rate)}" for at, rate in rates.items())
            return f"case {table}.country {whens} else 0 end" if whens else "0"

        first, *later = self.vat.steps
        whens = " ".join(
            f"when {table}.issued_on >= date '{step.since}' then {of(step.value)}"
            for step in reversed(later)
        )
        rate = f"case {whens} else {of(first.value)} end" if whens else of(first.value)
        return f"cast({table}.amount * 100 / (100 + {rate}) as decimal(18, 2))"


@dataclass(frozen=True)
class Money:
    """What our own money costs, percent a year, as of each day that it waits; and VAT.

    vat: percent by the customer's country, as of the day of the invoice.
    """

    percent: Dated[Amount]
    vat: Dated[Mapping[str, Amount]]

    @classmethod
    def of(cls, policy: Policy) -> Money:
        """Return what a policy says."""
        return cls(policy.money_percent, policy.vat)

    @property
    def slots(self) -> Mapping[str, object]:
        """What stands for `{percents[day]}` and `{net[table]}` in a query."""
        return {"percents": Percents(self.percent), "net": Net(self.vat)}


OWN = Money.of(DEFAULTS)
