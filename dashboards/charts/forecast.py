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
from metrics.review.forecast.behaviour import Behaviour, learn
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
_DIGITS = 4


class Debtor(NamedTuple):
    """A customer of whom much is expected.

    expected: in `WEEKS` weeks. missing: what the first `FIRST_WEEKS` weeks lack where it pays
    `LATER_DAYS` days later than usual.
    """

    number: str
    expected: Decimal
    missing: Decimal


@dataclass(frozen=True)
class Made:
    """A forecast and what stands beside it; the books behind it are too large to be kept.

    plain: without any what-if. past: forecasts of past days, the newest first. before: what was
    expected a quarter ago, week × quantiles; None where the books are too young. came: what came in
    in each of these `WEEKS` weeks. debtors: of whom most is expected. held: by what share weeks of
    past forecasts were off, of ours and of two simple ones; None where none can be tried.
    """

    plain: Forecast
    past: tuple[Replay, ...]
    before: Floats | None
    came: tuple[float, ...]
    debtors: tuple[Debtor, ...]
    held: Mapping[str, float | None]
    nothing: bool


def made_of(view: View) -> Made:
    """Return the forecast under the URL's day and filters; NoRows where nothing was invoiced."""
    found = any_made(view)
    if found.nothing:
        raise NoRows
    return found


def any_made(view: View) -> Made:
    """Return the same; of nothing, where nothing was invoiced."""
    # the same in every language, and made in seconds
    key = ("forecast", view.state.path, view.moment, repr(view.ledger))
    found: Made = view.kept.get(key, lambda: _make(_book(view)))
    return found


def _book(view: View) -> Book:
    return book_of(lambda one: view.query(one.sql, one.parameters), view.ledger)


def _make(book: Book) -> Made:
    day, quarter = book.last, WEEKS // APART
    how = learn(book, day)
    past = replays(book, origins(book, day, ORIGINS + quarter + 1))
    before = None
    if len(past) > quarter and past[quarter].day == day - _QUARTER:
        then, earlier = past[quarter], past[quarter + 1 :]
        around = bands(earlier, then.expected, then.day)
        before = None if around is None else around[-1]
    came = book.came_in(day - _QUARTER, _QUARTER).reshape(WEEKS, 7).sum(axis=1)
    return Made(
        forecast(book, past=past[:ORIGINS], how=how), tuple(past), before, tuple(map(float, came)),
        _debtors(book, how), _held(book, past[:ORIGINS]), not len(book.amount),
    )  # fmt: skip


def supposed_of(view: View) -> tuple[str, int, int] | None:
    """Return the what-if of the URL: a customer ('' for none), days later, days of terms more.

    None where it says none, or one that cannot be.
    """
    page = view.selection.page
    number, _colon, days = page.get(LATER, "").rpartition(":")
    later = int(days) if days.isdecimal() and len(days) < _DIGITS else 0
    if number not in view.options.names or not 0 < later <= DAYS:
        number, later = "", 0
    terms = next((n for n in LONGER if str(n) == page.get(TERMS)), 0)
    return (number, later, terms) if later or terms else None


def supposed_forecast(view: View) -> Forecast | None:
    """Return the forecast with the what-if of the URL; None where there is none."""
    asked, made = supposed_of(view), any_made(view)
    if asked is None:
        return None

    def compute() -> Forecast:
        number, days, terms = asked
        book = _book(view)
        later = {book.names.index(number): days} if number in book.names else {}
        return forecast(book, past=made.past[:ORIGINS], supposed=Supposed(later, terms))

    return view.derived(("forecast", asked), compute)


def _debtors(book: Book, how: Behaviour) -> tuple[Debtor, ...]:
    day = book.last
    both = issued_at(book, day).and_of(to_come(book, day))
    weight = sums(both.customer, len(book.names), both.amount)
    found = []
    for place in np.argsort(-weight, kind="stable")[:_WEIGHTY]:
        mine = both.of(int(place))
        usual = paid_on(mine, day, how)
        late = paid_on(mine, day, how, supposed=Supposed({int(place): LATER_DAYS}))
        first = 7 * FIRST_WEEKS
        missing = float(usual[:first].sum() - late[:first].sum())
        if missing > 0:  # who is very late already may come sooner, not later
            found.append(Debtor(book.names[place], cents(float(usual.sum())), cents(missing)))
    return tuple(sorted(found, key=lambda one: -one.missing))


def _held(book: Book, past: Sequence[Replay]) -> Mapping[str, float | None]:
    ways: Mapping[str, Expect] = {"due_day": due_day, "average_delay": average_delay}
    found = {"model": _off(past)}
    for name, expect in ways.items():
        found[name] = _off(replays(book, [one.day for one in past], expect))
    return found


def _off(past: Sequence[Replay]) -> float | None:
    over = [(one.came[-1], one.expected[-1]) for one in past]
    if not over:
        return None
    came, expected = (np.concatenate(part) for part in zip(*over, strict=True))
    known = ~np.isnan(came)
    return gross_error(came[known], expected[known])
