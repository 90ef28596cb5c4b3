"""Simulated payers: whose behaviour stays as it was, or gets worse on a known day.

Invoices on any working day; each is approved after some days, log-normal, and paid by the next
payment run of its customer, in a run a week or two a month for many; one in forty is forgotten for
weeks. What is known as of a day is what an export of that day would say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metrics.decide.alarms.waiting import pending
from metrics.decide.alarms.watch import Payers

Days = npt.NDArray[np.int64]
TERMS = 30


@dataclass(frozen=True)
class Book:
    """Invoices, one a row: whose, due and paid on which day; customers are numbered from 0."""

    customers: int
    who: Days
    due: Days
    paid: Days

    def payments(self, first: int, last: int) -> int:
        """Return how many payment days there were from `first` to `last`."""
        inside = (self.paid >= first) & (self.paid <= last)
        return len(np.unique(self.who[inside] * 100_000 + self.paid[inside]))

    def payers(self, day: int) -> Payers:
        """Return what is known at the end of a day."""
        known = self.due - TERMS <= day
        settled = known & (self.paid <= day)
        key = self.who[settled] * 100_000 + self.paid[settled]
        keys, place, items = np.unique(key, return_inverse=True, return_counts=True)
        late = np.bincount(place, (self.paid - self.due)[settled]) / items
        waits = known & (self.paid > day) & (self.due < day)
        who, paid = keys // 100_000, keys % 100_000
        newest = np.full(len(keys), np.iinfo(np.int64).min)
        np.maximum.at(newest, place, self.due[settled])
        counts, at = pending(
            self.customers, who, paid, late, newest, self.who[waits], self.due[waits], day
        )
        return Payers(self.customers, who, paid, late, counts, at)


def simulated(
    random: np.random.Generator, customers: int, days: int, a_month: float = 2.0,
    shift: float = 0.0, shifted_from: int | None = None,
) -> Book:  # fmt: skip
    """Return a book of `days` days; invoices a month differ by customer, `a_month` on average.

    shift: how many standard deviations of its own payments later every customer pays what it
    pays from the day `shifted_from` on.
    """
    rate = a_month * random.lognormal(-0.32, 0.8, customers) / 30.4
    number = random.poisson(rate * days)
    who = np.repeat(np.arange(customers), number)
    issued = random.integers(0, days, len(who))
    issued -= np.maximum(issued % 7 - 4, 0)
    median = random.uniform(15, 50, customers)[who]
    spread = random.uniform(0.18, 0.42, customers)[who]
    taken = median * np.exp(spread * random.standard_normal(len(who)))
    taken += np.where(random.random(len(who)) < 0.025, random.uniform(25, 150, len(who)), 0)
    every = random.choice((1, 7, 15), customers, p=(0.45, 0.35, 0.20))[who]
    paid = _run(issued + np.maximum(1, np.round(taken)).astype(np.int64), every)
    if shifted_from is not None:
        mean = np.bincount(who, paid - issued, customers) / np.maximum(number, 1)
        square = np.bincount(who, (paid - issued) ** 2, customers) / np.maximum(number, 1)
        sd = np.sqrt(np.maximum(square - mean**2, 0))[who]
        later = paid >= shifted_from
        paid = np.where(later, paid + np.round(shift * sd).astype(np.int64), paid)
    return Book(customers, who, issued + TERMS, paid)


def _run(day: Days, every: Days) -> Days:
    """Return the day of the next payment run: any working day, or each `every` days."""
    day = np.where(every > 1, -(-day // every) * every, day)
    return day + np.where(day % 7 > 4, 7 - day % 7, 0)
