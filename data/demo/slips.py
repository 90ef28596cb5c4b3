"""What else goes wrong in the demo company: slips that findings are there to show.

They draw from a chance of their own, so that the rest of the business stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from data.demo.records import LAST_DAY, Company, Document

SEED = 20261101
_LATE, _TWICE = 0.003, 0.0008
_BRANCHES = ("NL", "BE", "FR")
"""Those that export payments."""


def make_slips(company: Company) -> None:
    """Deliver long before some invoices, pay some twice, and know some companies twice."""
    random = Random(SEED)
    for document in company.documents:
        if document.kind == "invoice" and document.delivered and random.random() < _LATE:
            document.delivered -= timedelta(days=random.randint(12, 60))
    settled: dict[int, list[Document]] = {}
    for settlement in company.settlements:
        settled.setdefault(id(settlement.credit), []).append(settlement.debit)
    again = [
        replace(payment, number="", day=payment.day + timedelta(days=random.randint(1, 3)))
        for payment in company.documents
        if payment.kind == "payment"
        and payment.customer.branch in _BRANCHES
        and payment.booked_on is None
        and payment.text
        and any(i.amount == -payment.amount for i in settled.get(id(payment), ()))
        and random.random() < _TWICE
    ]
    company.documents += [payment for payment in again if payment.day <= LAST_DAY]
    _known_twice(company)


def _known_twice(company: Company) -> None:
    """Give some Belgian customers the VAT number of another, which is the same company."""
    parents = {c.parent for c in company.customers}
    alone = [
        c
        for c in company.customers
        if c.country == "BE" and not c.parent and c.number not in parents
    ]
    for first, second in zip(alone[::40], alone[1::40], strict=False):
        second.vat = first.vat
