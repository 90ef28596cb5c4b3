"""How far such forecasts were off on past days: the bands around this one.

The forecast is made anew as of a day of every other week of the year before, with what was known
then, and set beside what came in. What it was off by, as a share of all that was expected in the
week, gives the bands: half, and 90 %, of those differences lie within. Those of two weeks nearer
and two weeks farther away are counted with each week, and a forecast half a year older counts half
as much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.review.forecast.ahead import DAYS, LEAST, WEEKS, issued_at, paid_on, to_come
from metrics.review.forecast.behaviour import WINDOW, learn
from metrics.review.forecast.book import Book, Floats, sums

LAYERS = ("issued", "to_come", "total")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
ORIGINS, APART = 26, 2
"""So many forecasts are made anew, so many weeks apart."""
ENOUGH = 20
"""So many differences are needed for a band."""
NEAR, HALVED = 2, 26


@dataclass(frozen=True)
class Replay:
    """A forecast of a past day, and what came in: each layer × week.

    came: of weeks that were over on the last day that is known; nan of others.
    """

    day: int
    expected: Floats
    came: Floats


Expect = Callable[[Book, int], Floats]
"""Makes a forecast at the end of a day: layer × week, the total last."""


def expected_at(book: Book, day: int) -> Floats:
    """Return what is expected at the end of `day`, by what was known then: layer × week."""
    how = learn(book, day)
    return layers_of(paid_on(issued_at(book, day), day, how), paid_on(to_come(book, day), day, how))


def layers_of(issued: Floats, coming: Floats) -> Floats:
    """Return days ahead of the two layers as layer × week, their total last."""
    of = [by_week(issued), by_week(coming)]
    return np.array([*of, of[0] + of[1]])


def by_week(days: Floats) -> Floats:
    """Return sums of seven days."""
    return np.asarray(days.reshape(-1, 7).sum(axis=1))


def came_in(book: Book, day: int) -> Floats:
    """Return what came in after `day`: layer × week; nan of weeks that are not over.

    The total is money received, whatever it paid; that of invoices issued up to `day` what
    payments closed of them.
    """
    total = by_week(book.came_in(day, DAYS))
    then = (book.opened <= day) & (book.closed > day) & (book.closed <= day + DAYS) & book.paid
    closed = sums(book.closed[then] - day - 1, DAYS, book.amount[then])
    issued = by_week(closed)
    found = np.array([issued, total - issued, total])
    found[:, day + 7 * (np.arange(WEEKS) + 1) > book.last] = np.nan
    return found


def origins(book: Book, last: int, count: int = ORIGINS, apart: int = APART) -> list[int]:
    """Return the past days from which forecasts are made, so many weeks apart, the newest first.

    The last is a week before `last`; the first has a year of payments behind it, and enough sales
    to say how they grew.
    """
    days = (last - 7 * (n * apart + 1) for n in range(count))
    return [day for day in days if day >= book.first + WINDOW + LEAST]


def replays(book: Book, days: Iterable[int], expect: Expect = expected_at) -> list[Replay]:
    """Return the forecasts of past days, and what came in by the book's last day."""
    return [Replay(day, expect(book, day), came_in(book, day)) for day in days]


def bands(past: Sequence[Replay], expected: Floats, known: int) -> Floats | None:
    """Return the bands around `expected`: layer × week × `QUANTILES`; None with too few of them.

    past: replays of which weeks count that were over at the end of day `known`.
    """
    off = np.array([_off(one, known) for one in past]).reshape(len(past), len(LAYERS), WEEKS)
    weights = 0.5 ** (np.array([[known - one.day] for one in past]) / (7 * HALVED))
    found = np.empty((len(LAYERS), WEEKS, len(QUANTILES)))
    for week in range(WEEKS):
        near = off[:, :, max(0, week - NEAR) : week + NEAR + 1]
        for layer in range(len(LAYERS)):
            seen = near[:, layer]
            there = ~np.isnan(seen)
            if there.sum() < ENOUGH:
                return None
            found[layer, week] = _quantiles(
                seen[there], np.broadcast_to(weights, seen.shape)[there]
            )
    scale = expected[-1][None, :, None]
    return np.asarray(np.maximum(expected[:, :, None] + scale * found, 0.0))


def _quantiles(values: Floats, weights: Floats) -> Floats:
    """Return `QUANTILES` of weighted values.

    >>> _quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3)).round(2).tolist()
    [1.0, 1.25, 2.0, 2.75, 3.0]
    """
    order = np.argsort(values, kind="stable")
    weighed = weights[order]
    place = (weighed.cumsum() - weighed / 2) / weighed.sum()
    return np.asarray(np.interp(QUANTILES, place, values[order]))


def _off(one: Replay, known: int) -> Floats:
    """Return by what share of all that was expected each layer and week was off."""
    over = one.day + 7 * (np.arange(WEEKS) + 1) <= known
    off = (one.came - one.expected) / np.maximum(one.expected[-1], 0.01)
    return np.asarray(np.where(over, off, np.nan))
