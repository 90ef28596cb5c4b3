"""How well forecasts of past days held, beside two that anybody can make.

due_day: each invoice is paid on its due day, what is overdue tomorrow. average_delay: each is paid
as many days after the due day as the customer's payments of the last year were on average, by
amount. Both count the same sales to come, and get bands in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.review.forecast.ahead import DAYS, Slices, issued_at, to_come
from metrics.review.forecast.bands import (
    APART,
    ORIGINS,
    QUANTILES,
    Expect,
    Replay,
    bands,
    expected_at,
    layers_of,
    origins,
    replays,
)
from metrics.review.forecast.behaviour import WINDOW
from metrics.review.forecast.book import Book, Floats, Numbers, sums
from metrics.review.forecast.measures import covered, gross_error, pinball

ALL_WEEKS = 520


@dataclass(frozen=True)
class Score:
    """How one way to forecast did.

    gross_error: the sum of what each week was off by, over what came in. pinball: the mean pinball
    loss of the five quantiles, over what came in. coverage: shares of weeks within the bands.
    origin_weeks: on so many forecasts of a week all that rests.
    """

    forecast: str
    gross_error: float | None
    pinball: float | None
    coverage_50: float | None
    coverage_90: float | None
    origin_weeks: int


def due_day(book: Book, day: int) -> Floats:
    """Return what is expected where all is paid on the due day: layer × week."""
    return _on_days(book, day, np.zeros(len(book.names), np.int64))


def average_delay(book: Book, day: int) -> Floats:
    """Return what is expected where each customer is as late as it was on average."""
    seen = book.paid & (book.closed <= day) & (book.closed > day - WINDOW)
    amount, late = book.amount[seen], (book.closed - book.due)[seen]
    weight = sums(book.customer[seen], len(book.names), amount)
    days = sums(book.customer[seen], len(book.names), amount * late)
    usual = float((amount * late).sum() / amount.sum()) if len(amount) else 0.0
    of_each = np.where(weight > 0, days / np.where(weight > 0, weight, 1.0), usual)
    return _on_days(book, day, np.rint(of_each).astype(np.int64))


def _on_days(book: Book, day: int, later: Numbers) -> Floats:
    return layers_of(
        _paid_after(issued_at(book, day), day, later), _paid_after(to_come(book, day), day, later)
    )


def _paid_after(slices: Slices, day: int, later: Numbers) -> Floats:
    when = np.maximum(slices.due + later[slices.customer], np.maximum(slices.since, day + 1))
    place = when - day - 1
    within = place < DAYS
    return sums(place[within], DAYS, slices.amount[within])


WAYS: Mapping[str, Expect] = {
    "model": expected_at,
    "due_day": due_day,
    "average_delay": average_delay,
}


def backtest(book: Book, weeks: int) -> Iterator[Score]:
    """Yield how each of `WAYS` did, forecasting so many weeks on all past days that can be."""
    for name, expect in WAYS.items():
        made = replays(book, origins(book, book.last, ALL_WEEKS, 1), expect)
        yield score(name, made, weeks)


def score(name: str, made: Sequence[Replay], weeks: int) -> Score:
    """Return how forecasts did, each with bands from those made in the year before it."""
    came, expected, around = [], [], []
    for place, one in enumerate(made):
        found = bands(made[place + 1 :: APART][:ORIGINS], one.expected, one.day)
        over = ~np.isnan(one.came[-1][:weeks])
        if found is None:
            continue
        came.append(one.came[-1][:weeks][over])
        expected.append(one.expected[-1][:weeks][over])
        around.append(found[-1][:weeks][over])
    if not came or not sum(map(len, came)):
        return Score(name, None, None, None, None, 0)
    truth, said, quantiles = map(np.concatenate, (came, expected, around))
    losses = [pinball(truth, quantiles[:, n], level) for n, level in enumerate(QUANTILES)]
    total = float(truth.sum())
    return Score(
        name,
        gross_error(truth, said),
        float(np.mean([loss.sum() for loss in losses])) / total if total > 0 else None,
        covered(truth, quantiles[:, 1], quantiles[:, 3]),
        covered(truth, quantiles[:, 0], quantiles[:, 4]),
        len(truth),
    )
