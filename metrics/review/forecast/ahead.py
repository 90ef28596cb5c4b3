"""What will be paid on each day ahead: of invoices issued already, and of sales still to come.

Sales to come are the invoices of a year before, day by day, as many percent more or less as sales
of the last half-year differ from those of the same days a year before: so they keep the season, the
days on which one invoices, the customers and their terms. Where there is no year before, they are
the invoices of the last three months.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from metrics.review.forecast.behaviour import Behaviour, classes, late_places
from metrics.review.forecast.book import Book, Floats, Numbers

WEEKS = 13
DAYS = 7 * WEEKS
YEAR, QUARTER = 12, 3
_HALF_YEAR = 182
LEAST = 60
"""So many days of both years are needed to say how sales grew."""
_MOST = 0.95
"""Nothing is sure to be paid on one day."""
_LAST_DAYS = 27


@dataclass(frozen=True)
class Supposed:
    """A what-if. later: place of a customer -> so many days later than usual.

    terms: what is sold from now on is due so many days later.
    """

    later: Mapping[int, int] = field(default_factory=dict)
    terms: int = 0


class Slices(NamedTuple):
    """Slices that may be paid: place of the customer, from which day on, due day, amount."""

    customer: Numbers
    since: Numbers
    due: Numbers
    amount: Floats

    def of(self, customer: int) -> Slices:
        """Return those of one customer."""
        mine = self.customer == customer
        return Slices(self.customer[mine], self.since[mine], self.due[mine], self.amount[mine])

    def and_of(self, other: Slices) -> Slices:
        """Return these and the others."""
        return Slices(
            np.concatenate([self.customer, other.customer]),
            np.concatenate([self.since, other.since]),
            np.concatenate([self.due, other.due]),
            np.concatenate([self.amount, other.amount]),
        )


def issued_at(book: Book, day: int) -> Slices:
    """Return what was open at the end of `day`, of invoices issued up to then."""
    still = (book.opened <= day) & (book.closed > day)
    return Slices(book.customer[still], book.opened[still], book.due[still], book.amount[still])


def template(book: Book, day: int) -> int:
    """Return how many months before the invoices lie that stand for sales to come; 0 for none."""
    back = day - book.first
    return YEAR if back >= 365 else QUARTER if back >= DAYS else 0


def to_come(book: Book, day: int, days: int = DAYS) -> Slices:
    """Return the invoices that stand for what will be sold in so many days after `day`."""
    months = template(book, day)
    whole = (book.opened == book.issued) & (book.issued <= day)
    again = moved_on(book.issued, months)
    taken = whole & (again > day) & (again <= day + days)
    if not months:
        taken = np.zeros_like(whole)
    grown = _growth(book, day, whole, again) if months == YEAR else 1.0
    since = again[taken]
    due = since + (book.due - book.issued)[taken]
    return Slices(book.customer[taken], since, due, book.amount[taken] * grown)


def _growth(book: Book, day: int, whole: np.ndarray, again: Numbers) -> float:
    """Return sales of the last half-year over those of the same days a year before."""
    span = min(_HALF_YEAR, day - book.first - 365)
    if span < LEAST:
        return 1.0
    after = day - span
    now = book.amount[whole & (book.issued > after)].sum()
    before = book.amount[whole & (again > after) & (again <= day)].sum()
    return float(now / before) if before > 0 else 1.0


def moved_on(days: Numbers, months: int) -> Numbers:
    """Return the same days so many months later; the last days of a month from its end.

    >>> moved_on(np.array([58, 59]), 12).tolist()  # 28 February and 1 March 1970
    [423, 424]
    """
    stamps = days.astype("datetime64[D]")
    old = stamps.astype("datetime64[M]")
    new = old + months
    place = (stamps - old.astype("datetime64[D]")).astype(np.int64)
    length, was = (
        ((m + 1).astype("datetime64[D]") - m.astype("datetime64[D]")).astype(np.int64)
        for m in (new, old)
    )
    place = np.where(place >= _LAST_DAYS - 1, length - (was - place), place)
    return np.asarray(new.astype("datetime64[D]").astype(np.int64) + np.clip(place, 0, length - 1))


def paid_on(
    slices: Slices, day: int, how: Behaviour, days: int = DAYS, supposed: Supposed | None = None
) -> Floats:
    """Return what of the slices is expected to be paid on each of so many days after `day`.

    Each is paid with the chance that its customer's behaviour gives, on that day so late, if it is
    still open; of what is left, a little leaves unpaid.
    """
    due = slices.due
    for place, later in (supposed.later if supposed else {}).items():
        due = np.where(slices.customer == place, due + later, due)
    row, open_ = how.row[slices.customer], slices.amount.copy()
    ahead = day + 1 + np.arange(days)
    of_day = classes(ahead)
    came = np.zeros(days)
    for place, now in enumerate(ahead):
        live = slices.since <= now
        chance = how.hazard[row, late_places(int(now), due)] * how.runs[row, of_day[place]]
        chance = np.where(live, np.minimum(chance, _MOST), 0.0)
        came[place] = (open_ * chance).sum()
        open_ *= 1 - chance - np.where(live, how.lost, 0.0)
    return came
