"""What waiting for money costs, as statements read it: by the policy, dated."""

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


@dataclass(frozen=True)
class Money:
    """What our own money costs, percent a year, as of each day that it waits."""

    percent: Dated[Amount]

    @classmethod
    def of(cls, policy: Policy) -> Money:
        """Return what a policy says."""
        return cls(policy.money_percent)

    @property
    def slots(self) -> Mapping[str, object]:
        """What stands for `{percents[day]}` in a query; see `Percents`."""
        return {"percents": Percents(self.percent)}


OWN = Money.of(DEFAULTS)
