"""What is open and later than usual, counted as payments that did not come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metrics.decide.alarms.cusum import Numbers
from metrics.decide.alarms.watch import EARLIER, ENOUGH, PENDING, Counts


def pending(
    count: int, who: Counts, paid: Counts, late: Numbers, newest: Counts,
    waits: Counts, due: Counts, day: int,
) -> tuple[Counts, Numbers]:  # fmt: skip
    """Return of each customer how many payments are pending, and how late they are at least.

    who, paid, late: payment days, ordered by customer and day; newest: the latest due day of what
    was paid on each. waits, due: of whom something is open and due since which day.

    Only what is later by `day` than the customer's median payment counts, and only where nothing
    due after it was paid: an invoice that others overtook was forgotten or is contested, and there
    is always one somewhere. It counts once for each payment that the customer would usually have
    made since its last one, and at most once for each due day.
    """
    counts, at = np.zeros(count, dtype=np.int64), np.zeros(count)
    if not len(waits) or not len(who):
        return counts, at
    usual, gap, last = _habits(count, who, paid, late)
    lateness = (day - due).astype(np.float64)
    reached = np.full(count, np.iinfo(np.int64).min)
    np.maximum.at(reached, who, newest)
    # never where too little is known: that is nan
    late_now: npt.NDArray[np.bool_] = (lateness > usual[waits]) & (due > reached[waits])
    whose, since = waits[late_now], due[late_now]
    items = np.bincount(whose, minlength=count)
    total = np.bincount(whose, lateness[late_now], minlength=count)
    days = np.unique(np.stack((whose, since)), axis=1)
    dues = np.bincount(days[0], minlength=count)
    there = items > 0
    at[there] = total[there] / items[there]
    missed = 1 + np.floor((day - last[there]) / np.maximum(gap[there], 1.0)).astype(np.int64)
    counts[there] = np.minimum(np.minimum(dues[there], missed), PENDING)
    return counts, at


def _habits(
    count: int, who: Counts, paid: Counts, late: Numbers
) -> tuple[Numbers, Numbers, Counts]:
    """Return median lateness and gap between the last EARLIER payments, and the day of the last.

    nan where there are too few.
    """
    usual, gap = np.full(count, np.nan), np.full(count, np.nan)
    last = np.zeros(count, dtype=np.int64)
    first = np.searchsorted(who, np.arange(count))
    after = np.searchsorted(who, np.arange(count), side="right")
    place = after[:, None] - 1 - np.arange(EARLIER)[None, :]
    there = place >= first[:, None]
    enough = there.sum(axis=1) >= ENOUGH
    if not enough.any():
        return usual, gap, last
    at = np.maximum(place[enough], 0)
    known = there[enough]
    usual[enough] = np.nanmedian(np.where(known, late[at], np.nan), axis=1)
    days = np.where(known, paid[at].astype(np.float64), np.nan)
    gap[enough] = np.nanmedian(days[:, :-1] - days[:, 1:], axis=1)
    last[enough] = paid[after[enough] - 1]
    return usual, gap, last
