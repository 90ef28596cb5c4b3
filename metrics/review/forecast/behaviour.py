"""How customers paid up to a day: the chance that a slice is paid on a day, given how late it is.

Three steps, each of which can be read by itself:

1. of all slices that were open at a number of days after their due day, the share paid on that day
   (a hazard, as in the payment curve), for all customers, for each sector, for each customer; what
   rests on few slices leans on the level above it, as if `LEAN` slices of that had been seen;
2. how much more, or less, than that comes in on a day of the month, the weekend apart: payment
   runs; for all customers and for each;
3. what leaves without being paid, credited say: one chance a day for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.review.forecast.book import Book, Bools, Floats, Numbers, sums

EARLY, LATE = -60, 240
"""Days after the due day that are told apart; what is earlier or later counts as the outermost."""
WINDOW = 365
"""So many days up to the day are looked at."""
LEAN, LEAN_RUNS = 20.0, 10.0
OWN = 1_000
"""So many customers, those with the most slices, have behaviour of their own; others their
sector's: it bounds the memory that a large book takes."""
MOST_DAYS = 500_000
"""Payment runs are learnt from at most so many days of slices, chosen evenly."""
_BINS = LATE - EARLY + 1
_CLASSES = 31 * 3
_ENDS = 4


def classes(days: Numbers) -> Numbers:
    """Return the place of each day in its month: the last four from the end, a weekend apart."""
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    of_month = (stamps - months.astype("datetime64[D]")).astype(np.int64)
    left = ((months + 1).astype("datetime64[D]") - stamps).astype(np.int64) - 1
    place = np.where(left < _ENDS, 27 + left, np.minimum(of_month, 26))
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
    return np.asarray(place * 3 + np.where(weekday == 5, 1, np.where(weekday == 6, 2, 0)))


def late_places(days: Numbers | int, due: Numbers) -> Numbers:
    """Return the column of the hazards for these days of slices due on `due`."""
    return np.asarray(np.clip(days - due - EARLY, 0, _BINS - 1))


@dataclass(frozen=True)
class Behaviour:
    """What was learnt up to a day.

    row: of each customer, its row of `hazard` and `runs`. hazard: row × days after due, the chance
    to be paid on that day if open. runs: row × class of day, the factor on it. lost: the chance
    that a slice leaves unpaid on a day.
    """

    row: Numbers
    hazard: Floats
    runs: Floats
    lost: float


def learn(book: Book, day: int) -> Behaviour:
    """Return how customers paid in the year up to the end of `day`, by what was known then."""
    start = day - WINDOW
    seen = (book.opened <= day) & (book.closed > start)
    since = np.maximum(book.opened, start + 1)[seen]
    until = np.minimum(book.closed, day)[seen]
    left = book.closed[seen] <= day
    paid = left & book.paid[seen]
    due, customer = book.due[seen], book.customer[seen]
    row, parents = _rows(book, customer)
    rows = row[customer]
    hazard = _hazards(rows, parents, late_places(since, due), late_places(until, due), paid)
    return Behaviour(
        row,
        hazard,
        _runs(hazard, rows, parents, since, until, due, paid),
        float((left & ~paid).sum()) / max(float((until - since + 1).sum()), 1.0),
    )


def _rows(book: Book, customer: Numbers) -> tuple[Numbers, Numbers]:
    """Return the row of each customer, and the parent of each row.

    Row 0 is everyone, then the sectors, then the customers with the most slices.
    """
    sectors = book.sectors
    count = int(sectors.max(initial=-1)) + 1
    slices = sums(customer, len(book.names))
    own = np.argsort(-slices, kind="stable")[:OWN]
    own = own[slices[own] > 0]
    row = sectors + 1
    row[own] = 1 + count + np.arange(len(own))
    parents = np.concatenate([[0], np.zeros(count, np.int64), sectors[own] + 1])
    return row, parents.astype(np.int64)


def _hazards(rows: Numbers, parents: Numbers, first: Numbers, last: Numbers, paid: Bools) -> Floats:
    """Return row × days after due: the share paid of what was open then.

    first, last: the columns of the first and the last day that each slice was open.
    """
    count, wide = len(parents), _BINS + 1
    cells = count * wide
    change = sums(rows * wide + first, cells) - sums(rows * wide + last + 1, cells)
    at_risk = change.reshape(count, wide).cumsum(axis=1)[:, :_BINS]
    came = sums((rows * _BINS + last)[paid], count * _BINS)
    return _leant(came.reshape(count, _BINS), at_risk, parents, LEAN)


def _runs(
    hazard: Floats, rows: Numbers, parents: Numbers, since: Numbers, until: Numbers, due: Numbers,
    paid: Bools,
) -> Floats:  # fmt: skip
    """Return row × class of day: what was paid on such days, over what the hazards expect."""
    step = max(1, -(-int((until - since + 1).sum()) // MOST_DAYS))
    rows, since, until, due = rows[::step], since[::step], until[::step], due[::step]
    days = until - since + 1
    which = np.repeat(np.arange(len(days)), days)
    day = since[which] + np.arange(len(which)) - np.repeat(days.cumsum() - days, days)
    count, begin = len(parents), int(since.min(initial=0))
    of_day = classes(np.arange(begin, int(until.max(initial=0)) + 1))
    cell = (rows * _CLASSES)[which] + of_day[day - begin]
    chance = hazard.ravel()[(rows * _BINS)[which] + late_places(day, due[which])]
    expected = sums(cell, count * _CLASSES, chance)
    ended = rows * _CLASSES + of_day[until - begin]
    came = sums(ended[paid[::step]], count * _CLASSES)
    shape = (count, _CLASSES)
    return _leant(came.reshape(shape), expected.reshape(shape), parents, LEAN_RUNS)


def _leant(came: Floats, expected: Floats, parents: Numbers, lean: float) -> Floats:
    """Return came ÷ expected, each row leaning on its parent's as if that had `lean` of them.

    Everyone, the first row, leans on the mean of all columns. came, expected: what is a row's own;
    sectors and everyone hold what is below them as well.

    >>> one = np.array([[0.0], [1.0], [3.0]])
    >>> _leant(one, np.array([[0.0], [4.0], [4.0]]), np.array([0, 0, 1]), 4.0).tolist()
    [[0.5], [0.5], [0.625]]
    """
    customers = np.flatnonzero(parents > 0)
    sectors = np.flatnonzero(parents == 0)[1:]
    sums = []
    for own in (came, expected):
        held = own.copy()
        np.add.at(held, parents[customers], own[customers])
        held[0] = held[sectors].sum(axis=0)
        sums.append(held)
    paid, seen = sums
    usual = paid[0].sum() / seen[0].sum() if seen[0].sum() > 0 else 0.0
    found = np.empty_like(paid)
    found[0] = (paid[0] + lean * usual) / (seen[0] + lean)
    for level in (sectors, customers):
        found[level] = (paid[level] + lean * found[parents[level]]) / (seen[level] + lean)
    return found
