"""Who pays later than they used to: each payment day against the customer's own earlier ones.

A payment day is one observation, the mean days after due of the invoices paid on it: invoices of
one payment run are late together, and prove one thing. It is standardised by its rank among the
up to EARLIER payment days before it, as the normal quantile of that rank. As long as a customer
behaves as before, such ranks are independent of each other and of what its days look like (Rényi
1962): heavy tails, weekly runs and a baseline that is only an estimate make no more false alarms
than theory says, which a mean and a deviation estimated from twenty payments would.

What is still open and later than usual counts as payments made on the as-of day: at least so late
will they be (`waiting`). These come on top of theory, and so does whoever looks every week:
measured on simulated payers (docs/alarms.md) both together make up to half as many false alarms
again, and the threshold is set for a share KEPT of what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from metrics.decide.alarms.cusum import K, Numbers

Counts = npt.NDArray[np.int64]

EARLIER = 60
"""So many payment days before one are what is usual for it."""
ENOUGH = 12
"""With fewer of them nothing is said."""
WATCHED = 60
"""The sum runs over so many of the last payment days."""
PENDING = 6
"""What is open counts as so many payments at most."""
KEPT = 0.6
"""The threshold is set for this share of the promised false alarms."""
MATTERS = 3.0
"""Fewer days later than usual are nobody's news."""
_NORMAL = NormalDist()


def _quantiles() -> Numbers:
    """Return the score by [earlier payment days, twice the rank among them]."""
    found = np.full((EARLIER + 1, 2 * EARLIER + 1), np.nan)
    for count in range(ENOUGH, EARLIER + 1):
        for twice in range(2 * count + 1):
            found[count, twice] = _NORMAL.inv_cdf((twice + 1) / (2 * count + 2))
    return found


_SCORES = _quantiles()


@dataclass(frozen=True)
class Payers:
    """Payment days of many customers, a row each, ordered by customer and day.

    who: the number of the customer, from 0 to `count` - 1. day: days since any fixed day. late:
    days after due. pending: of each customer, how many open payments count; at: how late they are
    by now, at least.
    """

    count: int
    who: Counts
    day: Counts
    late: Numbers
    pending: Counts
    at: Numbers


@dataclass(frozen=True)
class Watched:
    """What the sums say, an entry for each customer.

    sums: the CUSUM after the last payment and what is pending; 0 where too few are known. since:
    the place, in `Payers`, of the first payment of the change; the place after the last payment of
    the customer where only what is pending tells of it. judged: how many payment days had enough
    others before them. usual, lately: median days after due before that payment, and from it on
    with what is pending.
    """

    sums: Numbers
    since: Counts
    judged: Counts
    usual: Numbers
    lately: Numbers


def scores(who: Counts, late: Numbers) -> Numbers:
    """Return how unusually late each payment day was among those before it; nan: too few.

    >>> who, late = np.zeros(14, dtype=np.int64), np.array([3.0] * 6 + [5.0] * 6 + [9.0, 1.0])
    >>> [round(float(one), 2) for one in scores(who, late)[-2:]]
    [1.77, -1.8]
    """
    size = len(who)
    earlier, twice = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for back in range(1, min(EARLIER, size - 1) + 1):
        same = who[back:] == who[:-back]
        earlier[back:] += same
        twice[back:] += same * (
            2 * (late[:-back] < late[back:]) + (late[:-back] == late[back:])
        )  # fmt: skip
    return _SCORES[earlier, twice]


def watch(payers: Payers, k: float = K) -> Watched:
    """Return the sums of all customers at once."""
    count = payers.count
    first = np.searchsorted(payers.who, np.arange(count))
    after = np.searchsorted(payers.who, np.arange(count), side="right")
    each = scores(payers.who, payers.late)
    sums, since = np.zeros(count), after.copy()
    for back in range(WATCHED, 0, -1):
        place = after - back
        there = place >= first
        score = np.full(count, np.nan)
        score[there] = each[place[there]]
        sums, since = _added(sums, since, score, place, k)
    told = _pending(payers, first, after)
    for turn in range(PENDING):
        sums, since = _added(sums, since, np.where(payers.pending > turn, told, np.nan), after, k)
    judged = np.zeros(count, dtype=np.int64)
    np.add.at(judged, payers.who, ~np.isnan(each))
    usual, lately = np.full(count, np.nan), np.full(count, np.nan)
    for one in np.flatnonzero(sums > 0):
        before = payers.late[max(first[one], since[one] - EARLIER) : since[one]]
        if len(before):
            usual[one] = np.median(before)
        late = [*payers.late[since[one] : after[one]], *[payers.at[one]] * payers.pending[one]]
        lately[one] = np.median(late) if late else np.nan
    return Watched(sums, since, judged, usual, lately)


def _added(
    sums: Numbers, since: Counts, score: Numbers, place: Counts, k: float
) -> tuple[Numbers, Counts]:
    """Return the sums after one more score, where there is one, and since when they are above 0."""
    there = ~np.isnan(score)
    grown = np.where(there, np.maximum(0.0, sums + np.where(there, score, 0.0) - k), sums)
    begun = there & (sums == 0) & (grown > 0)
    return grown, np.where(begun, place, since)


def _pending(payers: Payers, first: Counts, after: Counts) -> Numbers:
    """Return the score of what is open and late already, among the last payment days; else nan."""
    asked = np.flatnonzero(payers.pending > 0)
    found = np.full(payers.count, np.nan)
    if not len(asked) or not len(payers.late):
        return found
    place = after[asked, None] - 1 - np.arange(EARLIER)[None, :]
    there = place >= first[asked, None]
    late = np.where(there, payers.late[np.maximum(place, 0)], np.nan)
    at = payers.at[asked, None]
    twice = 2 * (late < at).sum(axis=1) + (late == at).sum(axis=1)
    found[asked] = _SCORES[there.sum(axis=1), twice]
    return found


def alarmed(found: Watched, h: float) -> npt.NDArray[np.bool_]:
    """Return which customers pay later than they used to: the sum is above h, and it matters.

    Who pays before the due day still is not late.
    """
    with np.errstate(invalid="ignore"):
        return (found.sums > h) & (found.lately > 0) & (found.lately - found.usual >= MATTERS)
