"""Three years of the demo company's business: invoices, and how they were settled.

Amounts are whole cents. Everything follows from a fixed seed; nothing asks what day it is.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from data.demo.customers import Customer, invent_customers
from data.demo.records import FIRST_DAY, LAST_DAY, Company, Document, rate_of
from data.demo.settling import settle
from data.demo.slips import make_slips
from data.demo.words import FAILING_TRADE, SEASONS

SEED = 20261031
#: The French books open with what was open then, so that branch trades a little earlier.
FRENCH_FIRST_DAY = date(2023, 4, 1)
FAILING_FROM = date(2026, 2, 1)

CUSTOMERS = 600
INVOICES = 63_000
_MEAN_INVOICE = 2_700_00
_SERIES = {
    "invoice": "FA",
    "credit_note": "AV",
    "payment": "RE",
    "write_off": "OD",
    "adjustment": "OD",
}
_VAT = {"FR": 0.20, "NL": 0.21, "BE": 0.21, "LU": 0.17}


def invent(scale: float = 1.0) -> Company:
    """Return the company at `scale` (1 = 600 customers, 60,000 invoices)."""
    random = Random(SEED)
    company = Company(invent_customers(random, max(12, round(CUSTOMERS * scale))))
    Business(company, random, max(200.0, INVOICES * scale)).run()
    return company


def month_starts(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month from `first`'s to `last`'s."""
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=31)).replace(day=1)


class Business:
    """Runs the simulation, one customer after the other."""

    def __init__(self, company: Company, random: Random, invoices: float) -> None:
        """Prepare to fill `company` with about `invoices` invoices."""
        self.company = company
        self.random = random
        months = len(list(month_starts(FIRST_DAY, LAST_DAY)))
        self.total = sum(c.weight**0.6 for c in company.customers)
        self.per_month = invoices / months
        mean = sum(c.weight for c in company.customers) / self.total
        self.mean_amount = _MEAN_INVOICE / mean

    def run(self) -> None:
        """Invoice everything, then settle it; number each series in order of days."""
        invoices: dict[str, list[Document]] = {}
        for customer in self.company.customers:
            self._limits(customer)
            made = list(self._invoices(customer))
            twins = [self._twin(i) for i in made if self.random.random() < 0.004]
            invoices[customer.number] = [i for i in made + twins if i.day <= LAST_DAY]
            self.company.documents.extend(invoices[customer.number])
        _number(self.company.documents)
        for customer in self.company.customers:
            settle(self, customer, invoices[customer.number])
        make_slips(self.company)
        _number([d for d in self.company.documents if not d.number])

    def _twin(self, invoice: Document) -> Document:
        """Invoice the same delivery a second time by mistake."""
        day = invoice.day + timedelta(days=self.random.randint(0, 3))
        rate = rate_of(invoice.customer.currency, day)
        return replace(invoice, day=day, rate=rate, twin=invoice, disputed=False)

    def _volume(self, customer: Customer) -> tuple[float, float]:
        """Return invoices in an average month and their mean amount."""
        rate = self.per_month * customer.weight**0.6 / self.total
        return rate, self.mean_amount * customer.weight**0.4

    def _limits(self, customer: Customer) -> None:
        """Set limits from what is usually outstanding; some are too low, some are missing."""
        rate, amount = self._volume(customer)
        usual = rate * amount / 100 * (customer.median_days + 6) / 30
        generous = self.random.choice((0.8, 1.8, 2.2, 2.6, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0))
        if self.random.random() > 0.05:
            customer.limit = max(1000, round(usual * generous / 500) * 500)
            if self.random.random() < 0.7:
                customer.insured = round(customer.limit * self.random.choice((0.5, 0.8, 1)))

    def _invoices(self, customer: Customer) -> Iterator[Document]:
        random = self.random
        rate, amount = self._volume(customer)
        first = FRENCH_FIRST_DAY if customer.branch == "FR" else FIRST_DAY
        for month in month_starts(first, LAST_DAY):
            season = SEASONS[customer.trade.season][month.month - 1]
            years = (month - date(2025, 3, 1)).days / 365
            expected = rate * season * math.exp(customer.trade.growth * years)
            for day in sorted(self._days(customer, month, expected)):
                if customer.first_day and day < customer.first_day:
                    continue
                if customer.last_day and day > customer.last_day:
                    continue
                if customer.fails_on and day > customer.fails_on + timedelta(days=40):
                    continue
                net = max(1500, round(amount * random.lognormvariate(-0.32, 0.8) / 1.18))
                yield self._invoice(customer, day, net)

    def _days(self, customer: Customer, month: date, expected: float) -> list[date]:
        """Return the days of a month's invoices: working days, or month-end."""
        random = self.random
        length = monthrange(month.year, month.month)[1]
        days = []
        for _ in range(_poisson(random, expected)):
            day = month.replace(day=length if customer.monthly else random.randint(1, length))
            while day.weekday() > 4:
                day -= timedelta(days=1)
            days.append(max(day, month))
        return days

    def _invoice(self, customer: Customer, day: date, net: int) -> Document:
        random = self.random
        # deliveries to companies in other countries bear no VAT
        home = {"LU": "LU"}.get(customer.branch, customer.branch)
        tax = round(net * _VAT[customer.branch]) if customer.country == home else 0
        terms = customer.terms
        if random.random() < customer.extra_share:
            terms += customer.extra_days
        po_missing = customer.trade.wants_po and random.random() < 0.14
        ordered = day - timedelta(days=random.randint(2, 20))
        rate = rate_of(customer.currency, day)
        return Document(
            number="",
            customer=customer,
            kind="invoice",
            day=day,
            due=None if random.random() < 0.025 else day + timedelta(days=terms),
            amount=round((net + tax) / rate),
            tax=round(tax / rate),
            rate=rate,
            po="" if po_missing else self._po(),
            disputed=random.random() < 0.012,
            cost=round(net / rate * random.uniform(0.62, 0.93)),
            ordered=ordered,
            delivered=day - timedelta(days=random.randint(0, 2)),
        )

    def _po(self) -> str:
        n = self.random.randint(10_000, 99_999)
        return self.random.choice((f"PO-{n}", f"45000{n}", f"{n}/A")) if n % 5 else ""

    def delay(self, customer: Customer, invoice: Document) -> float:
        """Return the days until an invoice is paid."""
        delay = customer.median_days * math.exp(self.random.gauss(0, customer.spread))
        if customer.trade.nace == FAILING_TRADE and invoice.day > FAILING_FROM - timedelta(30):
            delay += 4.5 * max(0, (invoice.day - FAILING_FROM).days) / 30
        if customer.trade.wants_po and not invoice.po:
            delay += self.random.uniform(12, 28)
        if invoice.disputed:
            delay += self.random.uniform(30, 110)
        if self.random.random() < 0.025:  # forgotten
            delay += self.random.uniform(25, 150)
        return max(1.0, delay + (3 if invoice.day.month in (7, 8, 12) else 0))


def _number(documents: list[Document]) -> None:
    """Number documents by branch, series and year, in order of days, in each branch's style."""
    counts: dict[tuple[str, str, int], int] = {}
    for document in sorted(documents, key=lambda d: d.day):
        branch, day = document.customer.branch, document.day
        series = _SERIES[document.kind]
        key = (branch, series, day.year)
        n = counts[key] = counts.get(key, 0) + 1
        year = day.year % 100
        if branch == "NL":
            document.number = f"{'' if series == 'FA' else series[0]}{year}{n:06}"
        elif branch == "FR":
            document.number = f"{series}{year}-{n:05}"
        else:
            document.number = f"{branch}{series[0]}{year}/{n:05}"


def _poisson(random: Random, mean: float) -> int:
    limit, product, count = math.exp(-min(mean, 500.0)), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
