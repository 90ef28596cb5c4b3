"""What the demo company's business consists of: documents, and which settles which."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

from data.demo.customers import Customer

FIRST_DAY = date(2023, 8, 1)
LAST_DAY = date(2026, 10, 31)


@dataclass(slots=True)
class Document:
    """A posting on a customer account; `amount` in cents of `currency`, + is owed more."""

    number: str
    customer: Customer
    kind: str
    day: date
    amount: int
    due: date | None = None
    """Due day as the export shows it, if it does."""
    tax: int = 0
    rate: float = 1.0
    po: str = ""
    text: str = ""
    disputed: bool = False
    cost: int = 0
    ordered: date | None = None
    delivered: date | None = None
    about: Document | None = None
    """The document that a credit note, refund, correction or loss refers to."""
    twin: Document | None = None
    """The invoice of which this one is a duplicate, made by mistake."""
    booked_on: Customer | None = None
    """The customer it was posted to by mistake."""

    @property
    def account(self) -> Customer:
        """Return the customer whose account it stands on."""
        return self.booked_on or self.customer


@dataclass(frozen=True, slots=True)
class Settlement:
    """`amount` cents of `debit` settled by `credit`, recorded by a bookkeeper on `recorded`."""

    debit: Document
    credit: Document
    amount: int
    recorded: date


@dataclass(slots=True)
class Company:
    """All that happened."""

    customers: list[Customer]
    documents: list[Document] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    def of(self, branch: str) -> list[Document]:
        """Return one branch's documents, by day."""
        return sorted(
            (d for d in self.documents if d.customer.branch == branch),
            key=lambda d: (d.day, d.number),
        )


def rate_of(currency: str, day: date) -> float:
    """Return euros for one unit of `currency`, fixed for the month of `day`."""
    if currency == "EUR":
        return 1.0
    base, swing, phase = {"GBP": (1.168, 0.018, 0), "USD": (0.905, 0.035, 2)}.get(
        currency, (1.045, 0.02, 4)
    )
    months = day.year * 12 + day.month
    return round(base + swing * math.sin((months + phase) / 3.7), 4)
