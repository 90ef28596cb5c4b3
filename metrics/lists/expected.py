"""When a new invoice is expected to be paid, and on whose payments that rests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from data.core.dimensions import SECTOR_LEVELS
from metrics.asking.ledger import Ledger

#: What rows are stored by, before the customer.
LIE_BY = "sector_division"

Figure = Callable[[str, Ledger], Sequence[Mapping[str, Any]]]
"""Asks for a metric: its rows for the total, none where there is nothing."""


@dataclass(frozen=True)
class Expected:
    """When an invoice issued on the as-of day is expected to be paid, and on what that rests.

    days: the median days to pay; low and high: its interval. level: '' where it rests on the
    customer's own payments, else the dimension it rests on, whose value is `code`. paid: how
    many payments the customer itself made. ledger: the question that it answers.
    """

    day: date
    days: int
    low: int | None
    high: int | None
    level: str
    code: str
    paid: int
    ledger: Ledger


def next_payment(
    figure: Figure, as_of: date, who: Mapping[str, Any], enough: int
) -> Expected | None:
    """Return the expected payment day from the customer's median, else its sector's, else all.

    who: the customer's row of the master data. The finest level of the sector with enough payments
    is used. None where even all customers together have too few.
    """
    mine = Ledger(as_of, {"customer": (who["customer_id"],), LIE_BY: (who[LIE_BY],)})
    steps = [("", "", mine)]
    steps += [
        (level, who[level], Ledger(as_of, {level: (who[level],)}))
        for level in reversed(SECTOR_LEVELS)
        if who[level]
    ]
    steps.append(("total", "total", Ledger(as_of)))
    paid = 0
    for place, (level, code, ledger) in enumerate(steps):
        rows = figure("payment_speed", ledger)
        row: Mapping[str, Any] = rows[0] if rows else {"paid_items": 0, "median_days_to_pay": None}
        paid = row["paid_items"] if place == 0 else paid
        median = row["median_days_to_pay"]
        if row["paid_items"] >= enough and median is not None:
            day = as_of + timedelta(days=median)
            low, high = row["median_low"], row["median_high"]
            return Expected(day, median, low, high, level, code, paid, ledger)
    return None
