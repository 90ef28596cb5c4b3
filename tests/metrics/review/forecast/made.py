"""Books for tests of the forecast, written as lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from metrics.review.forecast.book import NEVER, Book, number_of


class One(NamedTuple):
    """An invoice: its customer, when it was issued and due, when it was paid, if it was."""

    customer: str
    issued: date
    due: date
    paid: date | None
    amount: float = 100.0


def book(invoices: Sequence[One], last: date, **more: Any) -> Book:
    """Return the books of these invoices at the end of a day: what is later is not known."""
    known = [one for one in invoices if one.issued <= last]
    names = sorted({one.customer for one in known})
    paid = [one.paid is not None and one.paid <= last for one in known]
    came: dict[int, float] = {}
    for one in known:
        if one.paid and one.paid <= last:
            came[number_of(one.paid)] = came.get(number_of(one.paid), 0.0) + one.amount
    days = {
        name: np.array([number_of(getattr(one, name)) for one in known], np.int64)
        for name in ("issued", "due")
    }
    closed = [
        number_of(one.paid) if there and one.paid else NEVER
        for one, there in zip(known, paid, strict=True)
    ]
    found = Book(
        names=tuple(names),
        customer=np.array([names.index(one.customer) for one in known], np.int64),
        sector=np.zeros(len(known), np.int64),
        opened=days["issued"],
        issued=days["issued"],
        due=days["due"],
        closed=np.array(closed, np.int64),
        paid=np.array(paid, np.bool_),
        amount=np.array([one.amount for one in known], np.float64),
        came=came,
        last=number_of(last),
        disputed=np.zeros(len(known)),
    )
    return replace(found, **more)
