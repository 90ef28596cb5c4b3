"""The forecast that a reader looks at: made once for a day and its filters, what-ifs aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from dashboards.base.view import NoRows, View
from metrics.review.forecast.ahead import DAYS, WEEKS, Supposed, issued_at, paid_on, to_come
from metrics.review.forecast.backtest import average_delay, due_day
from metrics.review.forecast.bands import (
    APART,
    ORIGINS,
    Expect,
    Replay,
    bands,
    origins,
    replays,
)
from metrics.review.forecast.behaviour import learn
from metrics.review.forecast.book import Book, Floats, book_of, sums
from metrics.review.forecast.forecast import Forecast, cents, forecast
from metrics.review.forecast.measures import gross_error

LATER, TERMS = "later", "terms"
"""Keys of the URL: customer:days, and days."""
LATER_DAYS = 10
LONGER = (0, 15, 30, -15)
"""By how many days terms may be supposed to be longer."""
FIRST_WEEKS = 4
_QUARTER = 7 * WEEKS
_WEIGHTY = 10


@dataclass(frozen=True)
class Made:
    """A forecast and what stands beside it.

    plain: without any what-if. past: forecasts of past days, the newest first. before: what was
    expected a quarter ago, week × quantiles; None where the books are too young.
    """

    book: Book
    plain: Forecast
    past: tuple[Replay, ...]
    before: Floats | None

    def came(self, weeks: int) -> list[float]:
        """Return what came in, in each of so many weeks up to the day."""
        start = self.book.last - 7 * weeks
        return [float(self.book.came_in(start + 7 * n, 7).sum()) for n in range(weeks)]


class Debtor(NamedTuple):
    """A customer of whom much is expected.

    expected: in `WEEKS` weeks. missing: what the first `FIRST_WEEKS` weeks lack where it pays
    `LATER_DAYS` days later than usual.
    """

    number: str
    expected: Decimal
    missing: Decimal


def made_of(view: View) -> Made:
    """Return the forecast under the URL's day and filters; NoRows where nothing was invoiced."""
    found = any_made(view)
    if not len(found.book.amount):
        raise NoRows
    return found


def any_made(view: View) -> Made:
    """Return the same; of nothing, where nothing was invoiced."""
    found: Made = view.derived("forecast", lambda: _make(view))
    return found


def _make(view: View) -> Made:
    book = book_of(lambda one: view.query(one.sql, one.parameters), view.ledger)
    day, quarter = book.last, WEEKS // APART
    past = replays(book, origins(book, day, ORIGINS + quarter + 1))
    before = None
    if len(past) > quarter and past[quarter].day == day - _QUARTER:
        then, earlier = past[quarter], past[quarter + 1 :]
        around = bands(earlier, then.expected, then.day)
        before = None if around is None else around[-1]
    return Made(book, forecast(book, past=past[:ORIGINS]), tuple(past), before)


def supposed_of(view: View) -> Supposed | None:
    """Return the what-if of the URL; None where it says none, or one that cannot be."""
    page, book = view.selection.page, any_made(view).book
    number, _colon, days = page.get(LATER, "").rpartition(":")
    later: Mapping[int, int] = {}
    if number in book.names and days.isdecimal() and 0 < int(days) <= DAYS:
        later = {book.names.index(number): int(days)}
    terms = next((n for n in LONGER if str(n) == page.get(TERMS)), 0)
    return Supposed(later, terms) if later or terms else None


def supposed_forecast(view: View) -> Forecast | None:
    """Return the forecast with the what-if of the URL; None where there is none."""
    supposed, made = supposed_of(view), any_made(view)
    if supposed is None:
        return None
    key = ("forecast", repr(supposed))
    return view.derived(
        key, lambda: forecast(made.book, past=made.past[:ORIGINS], supposed=supposed)
    )


def debtors_of(view: View) -> Sequence[Debtor]:
    """Return the customers of whom most is expected, and what it costs if they pay later."""
    return view.derived("debtors", lambda: _debtors(made_of(view).book))


def _debtors(book: Book) -> Sequence[Debtor]:
    day = book.last
    how = learn(book, day)
    both = issued_at(book, day).and_of(to_come(book, day))
    weight = sums(both.customer, len(book.names), both.amount)
    found = []
    for place in np.argsort(-weight, kind="stable")[:_WEIGHTY]:
        mine = both.of(int(place))
        if not len(mine.amount):
            continue
        usual = paid_on(mine, day, how)
        late = paid_on(mine, day, how, supposed=Supposed({int(place): LATER_DAYS}))
        first = 7 * FIRST_WEEKS
        missing = float(usual[:first].sum() - late[:first].sum())
        if missing > 0:  # who is very late already may come sooner, not later
            found.append(Debtor(book.names[place], cents(float(usual.sum())), cents(missing)))
    return sorted(found, key=lambda one: -one.missing)


def held(view: View) -> Mapping[str, float | None]:
    """Return by what share weeks of past forecasts were off: of ours, and of two simple ones."""
    made = made_of(view)
    ways: Mapping[str, Expect] = {"due_day": due_day, "average_delay": average_delay}
    past = made.past[:ORIGINS]

    def others() -> Mapping[str, float | None]:
        found = {"model": _off(past)}
        for name, expect in ways.items():
            found[name] = _off(replays(made.book, [one.day for one in past], expect))
        return found

    return view.derived("forecasts held", others)


def _off(past: Sequence[Replay]) -> float | None:
    over = [(one.came[-1], one.expected[-1]) for one in past]
    if not over:
        return None
    came, expected = (np.concatenate(part) for part in zip(*over, strict=True))
    known = ~np.isnan(came)
    return gross_error(came[known], expected[known])
