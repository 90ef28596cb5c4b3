"""Books of a few customers that change for the worse, and of some that do not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from data.store.state import Store
from tests.ledgers import Row, customer, invoice, match, payment, publish

D = Decimal
LAST = date(2026, 3, 31)
HABIT = (3, 5, 4, 6, 2)
"""Days after due, in turn."""


class Books:
    """Invoices of 100, due in 30 days, and what pays them."""

    def __init__(self) -> None:
        self.documents: list[Row] = []
        self.matches: list[Row] = []

    def bill(self, who: str, due: date, late: int | None, parts: int = 1) -> None:
        name = f"{who}{len(self.documents)}"
        self.documents.append(
            invoice(name, who, str(due - timedelta(30)), "100.00", due=str(due))
        )  # fmt: skip
        if late is None:
            return
        for part in range(parts):
            day = due + timedelta(late + 4 * part)
            if day > LAST:
                return
            money = D(100) / parts
            self.documents.append(payment(f"P{part}{name}", who, str(day), money))
            self.matches.append(match(name, f"P{part}{name}", money))


def weekly(count: int, until: date = LAST - timedelta(7)) -> list[date]:
    return [until - timedelta(7 * n) for n in reversed(range(count))]


#: A week apart, to the last that is invoiced by LAST.
DUES = weekly(77, LAST + timedelta(28))


def changing(folder: Path) -> Store:
    """Publish the books: each customer does what it is called, STEADY and NEW nothing new."""
    books = Books()
    for n, due in enumerate(DUES):
        habit, end = HABIT[n % 5], n >= 62
        books.bill("STEADY", due, habit)
        books.bill("SLOWER", due, 24 if end else habit)
        books.bill("EARLY", due, habit - (10 if end else 25))
        books.bill("STOPPED", due, None if n >= 64 else habit)
        books.bill("FORGOT", due, None if n in (60, 61, 62) else habit)
        books.bill("PARTS", due, habit, 2 if n >= 60 else 1)
        # what it ordered stops; a few invoices remain
        if n < 55 or n % 5 == 0:
            books.bill("LESS", due, habit)
    for due in weekly(6):
        books.bill("NEW", due, 40)
    countries = {"SLOWER": "NL", "EARLY": "FR"}
    customers = [
        customer(who, sector="47.11", country=countries.get(who, "BE"))
        for who in sorted({d["customer_id"] for d in books.documents})
    ]
    return publish(folder, books.documents, books.matches, customers)
