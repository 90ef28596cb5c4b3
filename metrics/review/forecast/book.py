"""The books as a forecast reads them: slices of invoices, and what came in on each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.asking.ledger import Ledger, Rows
from metrics.asking.metric import Query

Numbers = npt.NDArray[np.int64]
"""Days since 1970-01-01, or places in a list."""
Floats = npt.NDArray[np.float64]
"""Amounts and shares: estimates, never balances."""
Bools = npt.NDArray[np.bool_]
NEVER = 1_000_000
"""The day on which what is open is closed."""
_EPOCH = date(1970, 1, 1)
_FEW = 0.005

#: Slices of invoices; those alike in all that a forecast asks are one.
_SLICES = Query(
    reads=("items",),
    select="""
select customer, sector_division as sector, opened_on, issued_on, due_on,
    case when closed_on <= as_of then closed_on end as closed_on,
    closed_on <= as_of and closed_by = 'payment' and not paid_day_assumed as paid,
    sum(amount) as amount
from items
where kind in ('invoice', 'opening') and amount > 0
group by customer, sector_division, opened_on, issued_on, due_on,
    case when closed_on <= as_of then closed_on end,
    closed_on <= as_of and closed_by = 'payment' and not paid_day_assumed
order by customer, opened_on, issued_on, due_on, closed_on, amount
""",
)
_RECEIVED = Query(
    reads=("movements",),
    select="""
select issued_on, -sum(amount) as amount
from movements
where kind = 'payment'
group by issued_on
order by issued_on
""",
)
#: What is disputed of what is open, as the slices are grouped.
_DISPUTED = Query(
    reads=("disputed_items",),
    select="""
select customer, issued_on, due_on, sum(amount) as amount
from disputed_items
where amount > 0 and kind in ('invoice', 'opening')
group by customer, issued_on, due_on
order by customer, issued_on, due_on
""",
    disputed_too=True,
)
_PROMISED = Query(
    reads=("promises",),
    select="""
select customer, due_on, state, amount, paid, missing
from promises
order by customer, due_on, amount
""",
)


@dataclass(frozen=True)
class Promised:
    """What was promised and did not come yet, on which day; the customer's place."""

    customer: int
    day: int
    amount: float


@dataclass(frozen=True)
class Book:
    """Slices of invoices as arrays of equal length, days as numbers since 1970-01-01.

    customer, sector: their places. opened: from which day a slice may be paid. due, issued: those
    of its invoice. closed: when it was closed by the end of the last day, NEVER while it is open.
    paid: whether by a payment of a day that is known. amount: in the reporting currency.
    came: day -> money received less what went back. disputed: of each slice, what is disputed on
    the last day. promised: what is promised on that day, not yet due. kept: the share of what was
    promised up to that day and came, and of how many promises; None where none fell due.
    """

    names: tuple[str, ...]
    customer: Numbers
    sector: Numbers
    opened: Numbers
    issued: Numbers
    due: Numbers
    closed: Numbers
    paid: Bools
    amount: Floats
    came: Mapping[int, float]
    last: int
    disputed: Floats
    promised: tuple[Promised, ...] = ()
    kept: tuple[float, int] | None = None

    @cached_property
    def first(self) -> int:
        """The day from which the books are whole: a few old invoices lie before it."""
        return int(np.quantile(self.issued, _FEW)) if len(self.issued) else NEVER

    @cached_property
    def sectors(self) -> Numbers:
        """The sector of each customer, by its place."""
        found = np.zeros(len(self.names), np.int64)
        found[self.customer] = self.sector
        return found

    def came_in(self, day: int, days: int) -> Floats:
        """Return what came in on each of so many days after `day`."""
        return np.array([self.came.get(day + n, 0.0) for n in range(1, days + 1)])


def number_of(day: date) -> int:
    """Return a day as the number of days since 1970-01-01.

    >>> number_of(date(1970, 1, 31))
    30
    """
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Return the day of such a number."""
    return _EPOCH + timedelta(days=int(number))


def sums(places: Numbers, count: int, weights: Floats | None = None) -> Floats:
    """Return the sum of the weights at each of so many places; how many there are, without any."""
    return np.bincount(places, weights, count).astype(np.float64)


def book_of(rows: Rows, ledger: Ledger) -> Book:
    """Return the books under the ledger's filters, as known at the end of its day."""
    slices = rows(ledger.over(_SLICES))
    promises = rows(ledger.over(_PROMISED))
    came = {number_of(r["issued_on"]): float(r["amount"]) for r in rows(ledger.over(_RECEIVED))}
    names, customer = _places([row["customer"] for row in slices])
    _sectors, sector = _places([row["sector"] or "" for row in slices])
    book = Book(
        names,
        customer,
        sector,
        _days(slices, "opened_on"),
        _days(slices, "issued_on"),
        _days(slices, "due_on"),
        _days(slices, "closed_on"),
        np.array([row["paid"] is True for row in slices], np.bool_),
        np.array([float(row["amount"]) for row in slices], np.float64),
        came,
        number_of(ledger.as_of),
        np.zeros(len(slices)),
        _open_promises(promises, names, number_of(ledger.as_of)),
        _kept(promises),
    )
    return replace(book, disputed=_disputed(book, rows(ledger.over(_DISPUTED))))


def _days(rows: Sequence[Mapping[str, Any]], column: str) -> Numbers:
    return np.array(
        [NEVER if row[column] is None else number_of(row[column]) for row in rows], np.int64
    )


def _places(values: Sequence[str]) -> tuple[tuple[str, ...], Numbers]:
    found, places = np.unique(np.array(values, dtype=object).astype(str), return_inverse=True)
    return tuple(map(str, found)), places.astype(np.int64)


def _open_promises(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], last: int
) -> tuple[Promised, ...]:
    places = {name: place for place, name in enumerate(names)}
    return tuple(
        Promised(places[row["customer"]], max(number_of(row["due_on"]), last + 1),
                 float(row["missing"]))
        for row in rows
        if row["state"] == "open" and row["customer"] in places and row["missing"] > 0
    )  # fmt: skip


def _kept(rows: Sequence[Mapping[str, Any]]) -> tuple[float, int] | None:
    judged = [row for row in rows if row["state"] != "open"]
    promised = sum(float(row["amount"]) for row in judged)
    if promised <= 0:
        return None
    return sum(float(row["paid"]) for row in judged) / promised, len(judged)


def _disputed(book: Book, rows: Sequence[Mapping[str, Any]]) -> Floats:
    """Return what of each open slice is disputed; several alike share it in their order."""
    places = {name: place for place, name in enumerate(book.names)}
    left = {
        (places[row["customer"]], number_of(row["issued_on"]), number_of(row["due_on"])):
            float(row["amount"])
        for row in rows if row["customer"] in places
    }  # fmt: skip
    found = np.zeros(len(book.amount))
    for place in np.flatnonzero(book.closed == NEVER) if left else ():
        key = (int(book.customer[place]), int(book.issued[place]), int(book.due[place]))
        part = min(left.get(key, 0.0), float(book.amount[place]))
        if part > 0:
            found[place] = part
            left[key] -= part
    return found
