"""Measures how often the early signs are false, and how soon they see a change.

    python -m benchmarks.alarms [--customers N] [--weeks N] [--seed S]

It simulates books whose behaviour never changes, looks at them once a week, and counts the alarms
that are new; then books that pay later from one day on. It writes docs/alarms.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.payers import Book, simulated
from benchmarks.report import table
from metrics.decide.alarms.cusum import run_length, threshold
from metrics.decide.alarms.watch import KEPT, alarmed, watch

PAGE = Path(__file__).parents[1] / "docs" / "alarms.md"
WARM, BEFORE = 900, 4
"""Days of history before the first look, and looks before the first that counts."""
SHIFTS = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Falsely:
    """False alarms of one simulated book."""

    customers: int
    a_month: float
    payments: float
    h: float
    a_week: float


@dataclass(frozen=True)
class Seen:
    """How soon a change of `shift` standard deviations is seen.

    share: of the customers, within `weeks`. days, payments: median until then, of those seen.
    """

    shift: float
    share: float
    days: float
    payments: float


def falsely(
    seed: int, customers: int, weeks: int, a_month: float, promised: float = 1.0
) -> Falsely:
    """Return how many alarms a week are new in a book in which nothing changes."""
    book = simulated(np.random.default_rng(seed), customers, WARM + 7 * weeks, a_month)
    paid = book.payments(WARM, WARM + 7 * weeks - 1) / weeks
    h = threshold(paid, promised * KEPT)
    before = np.zeros(customers, dtype=bool)
    new = 0
    for week in range(-BEFORE, weeks):
        now = alarmed(watch(book.payers(WARM + 7 * week)), h)
        new += int((now & ~before).sum()) if week >= 0 else 0
        before = now
    return Falsely(customers, a_month, paid, h, new / weeks)


def seen(seed: int, customers: int, weeks: int, shift: float, h: float) -> Seen:
    """Return how soon a change is seen that happens to all customers on one day."""
    random = np.random.default_rng(seed)
    book = simulated(random, customers, WARM + 7 * weeks, 2.0, shift, WARM)
    known = watch(book.payers(WARM - 1))
    watched = (known.judged > 0) & ~alarmed(known, h)
    week_of = np.full(customers, -1)
    for week in range(1, weeks + 1):
        now = alarmed(watch(book.payers(WARM + 7 * week)), h) & (week_of < 0)
        week_of[now] = week
    found = watched & (week_of > 0)
    made = [
        _made(book, one, WARM + 7 * int(week_of[one])) for one in np.flatnonzero(found).tolist()
    ]
    return Seen(
        shift, float(found.sum() / max(watched.sum(), 1)),
        float(np.median(7 * week_of[found])) if made else np.nan,
        float(np.median(made)) if made else np.nan,
    )  # fmt: skip


def _made(book: Book, one: int, until: int) -> int:
    mine = book.paid[book.who == one]
    return len(np.unique(mine[(mine >= WARM) & (mine <= until)]))


_TEXT = """# Early signs: how often they are false, and how soon they come

Written by `python -m benchmarks.alarms`; do not edit it.

A customer is alarmed where its payments come later than they used to: a one-sided tabular CUSUM (k
= 0.5) over its payment days, each standardised by its rank among the 60 before it. The policy
promises how many alarms a week may be false over the whole book (`false_alarms`, 1 by default). The
threshold h follows from that number and from the payment days a week of the book, by the mean run
length of the chart:

{theory}

Ranks keep the run length of theory for any habit that does not change: they need no mean and no
deviation, and one forgotten invoice counts as late, not as how late. What theory does not have is
what is open and overdue, which counts as paid on the day of the look, and that somebody looks every
week and not at every payment; so the threshold is set for {kept} of the promise.

## False alarms

Simulated payers whose behaviour never changes: log-normal days to pay, some in a run a week (35 %)
or twice a month (20 %), one invoice in forty forgotten for 25 to 150 days more; looked at once a
week for {weeks} weeks. An alarm counts where the customer was not alarmed the week before.
Promised: 1 a week.

{false}

No threshold is below 4: a small book has fewer false alarms than it was promised.

## How soon a change is seen

{customers} customers with two invoices a month on average, h = {h}. From one day on all that they
pay is later, by so many standard deviations of their own days to pay. Of those watched (at least 12
payment days before), seen within a year:

{soon}

A change of less than three days is never an alarm, whatever its deviations. Days and payment days
are medians over those seen.
"""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    books = [
        falsely(asked.seed, customers, asked.weeks, a_month)
        for customers in (asked.customers // 4, asked.customers)
        for a_month in (1.0, 2.0, 6.0)
    ]
    h = books[-2].h
    soon = [seen(asked.seed + 1, asked.customers, 52, shift, h) for shift in SHIFTS]
    PAGE.write_text(_page(books, soon, asked.customers, asked.weeks, h), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def _page(books: list[Falsely], soon: list[Seen], customers: int, weeks: int, h: float) -> str:
    theory = table(
        ["h", "one-sided, no change", "two-sided, no change", "shift of 1 sd", "shift of 2 sd"],
        [
            [
                f"{one:g}", f"{run_length(one):,.0f}", f"{run_length(one, both=True):,.1f}",
                f"{run_length(one, 1.0, both=True):.2f}", f"{run_length(one, 2.0, both=True):.2f}",
            ]
            for one in (4.0, 5.0, 6.0)
        ],
    )  # fmt: skip
    false = table(
        ["customers", "invoices a month each", "payment days a week", "h", "false alarms a week"],
        [
            [f"{b.customers:,}", f"{b.a_month:g}", f"{b.payments:,.0f}", f"{b.h:.2f}",
             f"{b.a_week:.2f}"]
            for b in books
        ],
    )  # fmt: skip
    told = table(
        ["shift", "seen", "days", "payment days"],
        [
            [f"{s.shift:g} sd", f"{s.share:.0%}", f"{s.days:.0f}", f"{s.payments:.0f}"]
            for s in soon
        ],
    )  # fmt: skip
    return _TEXT.format(
        theory=theory, false=false, soon=told, kept=f"{KEPT:.0%}".replace("%", " %"), weeks=weeks,
        customers=f"{customers:,}", h=f"{h:.2f}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
