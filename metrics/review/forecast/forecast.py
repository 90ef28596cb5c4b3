"""What will come in over the next weeks, in two layers, with bands from replayed past days.

What is disputed is not expected: it waits for somebody to settle it, and stands beside. What was
promised is expected on its day as far as promises were kept here, and the rest after it like any
other open invoice of the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from data.workspace.tables import CENT
from metrics.review.forecast.ahead import (
    DAYS,
    WEEKS,
    Slices,
    Supposed,
    issued_at,
    paid_on,
    template,
    to_come,
)
from metrics.review.forecast.bands import LAYERS, Replay, bands, layers_of, origins, replays
from metrics.review.forecast.behaviour import Behaviour, learn
from metrics.review.forecast.book import NEVER, Book, Floats, day_of

ISSUED, TO_COME, TOTAL = LAYERS


class Week(NamedTuple):
    """What is expected in the seven days from `week` on, and its bands; None where unknown."""

    week: date
    layer: str
    expected: Decimal
    low_50: Decimal | None
    high_50: Decimal | None
    low_90: Decimal | None
    high_90: Decimal | None


@dataclass(frozen=True)
class Forecast:
    """Weeks ahead, by week and layer, and what they rest on.

    disputed: open and not expected. promised: open promises. kept: the share of what was promised
    before and came, of so many promises. months: the invoices of so many months ago stand for sales
    to come; 0: there are none, the books are too young. replayed: past forecasts behind the bands.
    """

    as_of: date
    weeks: tuple[Week, ...]
    disputed: Decimal
    promised: Decimal
    kept: tuple[float, int] | None
    months: int
    replayed: int

    def of(self, layer: str) -> tuple[Week, ...]:
        """Return the weeks of a layer."""
        return tuple(one for one in self.weeks if one.layer == layer)


def forecast(
    book: Book, weeks: int = WEEKS, past: Sequence[Replay] | None = None,
    supposed: Supposed | None = None, how: Behaviour | None = None,
) -> Forecast:  # fmt: skip
    """Return what is expected after the book's last day, of at most `WEEKS` weeks.

    past, how: its replays, and how customers paid by that day, where they are at hand. supposed: a
    what-if. Raises ValueError for another number of weeks.
    """
    if not 1 <= weeks <= WEEKS:
        raise ValueError(f"a forecast of {weeks} weeks cannot be: give 1 to {WEEKS}")
    day = book.last
    how, coming = how or learn(book, day), to_come(book, day)
    if supposed and supposed.terms:
        coming = coming._replace(due=coming.due + supposed.terms)
    issued, sure = by_state(book)
    expected = layers_of(
        sure + paid_on(issued, day, how, DAYS, supposed), paid_on(coming, day, how, DAYS, supposed)
    )
    if past is None:
        past = replays(book, origins(book, day))
    around = bands(past, expected, day)
    rows = [
        _week(day + 7 * week + 1, layer, expected[place, week],
              None if around is None else around[place, week])
        for week in range(weeks)
        for place, layer in enumerate(LAYERS)
    ]  # fmt: skip
    return Forecast(
        day_of(day), tuple(rows), cents(float(book.disputed.sum())),
        cents(sum(one.amount for one in book.promised)), book.kept, template(book, day),
        0 if around is None else len(past),
    )  # fmt: skip


def by_state(book: Book) -> tuple[Slices, Floats]:
    """Return what is open as slices that may be paid, and what of promises is due on each day.

    Of each promise the customer's oldest slices are set aside: as large a part as promises were
    kept is due on the day promised, the rest may be paid from that day on. Where no promise fell
    due yet, one in two is taken to be kept.
    """
    open_ = issued_at(book, book.last)
    still = (book.opened <= book.last) & (book.closed == NEVER)
    amount = open_.amount - book.disputed[still]
    since, sure = open_.since.copy(), np.zeros(DAYS)
    share = book.kept[0] if book.kept else 0.5
    for one in sorted(book.promised, key=lambda p: p.day):
        left = one.amount
        mine = np.flatnonzero((open_.customer == one.customer) & (since <= book.last))
        for place in mine[np.argsort(open_.due[mine], kind="stable")]:
            taken = min(left, float(amount[place]))
            if taken <= 0:
                continue
            left -= taken
            within = one.day - book.last - 1
            if within < DAYS:
                sure[within] += taken * share
            amount[place] -= taken * share
            since[place] = one.day + 1
    return open_._replace(since=since, amount=amount), sure


def cents(amount: float) -> Decimal:
    """Return an estimate as money."""
    return Decimal(repr(round(amount, 2))).quantize(CENT)


def _week(day: int, layer: str, expected: float, around: Floats | None) -> Week:
    low_90, low_50, _median, high_50, high_90 = (
        (None,) * 5 if around is None else (cents(float(one)) for one in around)
    )
    return Week(day_of(day), layer, cents(float(expected)), low_50, high_50, low_90, high_90)
