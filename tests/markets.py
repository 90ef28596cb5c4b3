"""A company with markets of different habits, for tests of pages that compare them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from data.store.state import Store
from tests.ledgers import Row, customer, invoice, match, payment, publish

#: sector -> days from issue to payment, and how many invoices each month, year before and now
MARKETS = {
    "47.11": (25, 1, 3),  # within terms, grows
    "41.20": (55, 2, 1),  # late, shrinks
    "10.71": (34, 1, 2),  # a little late, grows
    "55.10": (30, 2, 2),  # on the due day, flat
}
LAST = date(2026, 3, 31)


def markets(folder: Path) -> Store:
    """Publish two years of four markets with two customers each, and one newcomer.

    Terms are 30 days. K0 and K1 are in 47.11, K2 and K3 in 41.20, and so on; odd customers have
    a limit of 100,000, even ones 1,000. Néon (K8, sector 62.01) has 3 invoices, one of them
    paid in two parts, and is alone in its sector; its file is the only one.
    """
    documents: list[Row] = []
    matches: list[Row] = []
    customers: list[Row] = []
    for place, (sector, (days, before, now)) in enumerate(MARKETS.items()):
        for half in range(2):
            who = f"K{2 * place + half}"
            customers.append(
                customer(who, name=f"Société Été {who}", sector=sector, country="BE",
                         vat_number=f"BE0400.000.00{place}{half}", salesperson="Anna",
                         credit_limit="100000" if half else "1000", agreed_terms_days=30)
            )  # fmt: skip
            for month in range(24):
                first = date(2024 + (month + 3) // 12, (month + 3) % 12 + 1, 2)
                for n in range(before if month < 12 else now):
                    day = first + timedelta(days=7 * n)
                    name = f"F{who}-{month:02}{n}"
                    due = day + timedelta(days=30)
                    documents.append(invoice(name, who, str(day), "100.00", due=str(due)))
                    paid = day + timedelta(days=days + (month + n) % 3 - 1)
                    if paid <= LAST:
                        documents.append(payment(f"P{name}", who, str(paid), "100.00"))
                        matches.append(match(name, f"P{name}"))
    customers.append(customer("K8", name="Néon", sector="62.01", country="FR", parent_id="K0"))
    for n, day in enumerate((date(2025, 11, 3), date(2026, 1, 5), date(2026, 3, 2))):
        due = day + timedelta(days=30)
        documents.append(invoice(f"N{n}", "K8", str(day), Decimal("90.00"), due=str(due)))
    documents.append(payment("PN1", "K8", "2025-12-01", "40.00"))
    documents.append(payment("PN2", "K8", "2025-12-23", "50.00"))
    documents.append(payment("PN3", "K8", str(LAST), "15.00"))
    matches += [match("N0", "PN1", "40.00"), match("N0", "PN2", "50.00")]
    return publish(folder, documents, matches, customers)
