"""How the demo company's invoices get settled: payments, credit notes, mistakes, losses."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from random import Random
from typing import Protocol

from data.demo.customers import Customer
from data.demo.records import FIRST_DAY, LAST_DAY, Company, Document, Settlement, rate_of

#: The part of an invoice that money of one day pays.
_Part = tuple[Document, int]


class Business(Protocol):
    """The simulation that invoices were made by."""

    company: Company
    random: Random

    def delay(self, customer: Customer, invoice: Document) -> float:
        """Return the days until an invoice is paid."""
        ...


def settle(business: Business, customer: Customer, invoices: list[Document]) -> None:
    """Add to the company what settles `invoices` of one customer, up to the last day."""
    _Settling(business, customer).run(invoices)


class _Settling:
    def __init__(self, business: Business, customer: Customer) -> None:
        self.business = business
        self.random: Random = business.random
        self.company = business.company
        self.customer = customer
        self.runs: dict[date, list[_Part]] = defaultdict(list)
        self.unpaid: list[_Part] = []
        self.credits: list[_Part] = []

    def run(self, invoices: list[Document]) -> None:
        for invoice in invoices:
            self._one(invoice)
        for day in sorted(self.runs):
            self._pay(day, self.runs[day])
        if self.customer.fails_on:
            self._write_off(self.customer.fails_on + timedelta(days=200))

    def _one(self, invoice: Document) -> None:
        random = self.random
        pays = invoice.day + timedelta(days=round(self.business.delay(self.customer, invoice)))
        left = invoice.amount
        if invoice.twin:
            self._undo(invoice)
            return
        if random.random() < (0.35 if invoice.disputed else 0.035):
            left = self._credit(invoice, pays)
        if left <= 0:
            return
        if self.customer.fails_on and pays > self.customer.fails_on:
            self.unpaid.append((invoice, left))
            return
        luck = random.random()
        if luck < 0.006:
            early = max(FIRST_DAY, invoice.day - timedelta(days=random.randint(3, 15)))
            text = self._words("prepaid", [invoice])
            self._book(early, [(invoice, left)], left, text, recorded=max(early, invoice.day))
        elif luck < 0.036 and left > 400_00:
            first = round(left * random.choice((0.3, 0.4, 0.5, 0.6)) / 1000) * 1000
            self.runs[self._run_day(pays)].append((invoice, first))
            later = self._run_day(pays + timedelta(days=random.randint(20, 70)))
            self.runs[later].append((invoice, left - first))
        elif luck < 0.046:
            self._short(invoice, left, pays)
        elif luck < 0.052:
            self._too_much(invoice, left, pays)
        else:
            self.runs[self._run_day(pays)].append((invoice, left))

    def _run_day(self, day: date) -> date:
        """Return the day on which this customer next pays anything."""
        if self.customer.pays_on == "week":
            return day + timedelta(days=(3 - day.weekday()) % 7)
        if self.customer.pays_on == "month":
            last = monthrange(day.year, day.month)[1]
            day = day.replace(day=15 if day.day <= 15 else last)
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def _add(
        self, kind: str, day: date, amount: int, about: Document | None = None, text: str = ""
    ) -> Document:
        document = Document(
            number="",
            customer=self.customer,
            kind=kind,
            day=day,
            amount=amount,
            rate=rate_of(self.customer.currency, day),
            about=about,
            text=text,
        )
        self.company.documents.append(document)
        return document

    def _match(self, debit: Document, credit: Document, amount: int, recorded: date) -> None:
        if recorded <= LAST_DAY:
            self.company.settlements.append(Settlement(debit, credit, amount, recorded))

    def _recorded(self, day: date) -> date:
        """Return when the bookkeeper gets to it: soon, rarely months later."""
        if self.random.random() < 0.02:
            return day + timedelta(days=self.random.randint(20, 75))
        return day + timedelta(days=self.random.choice((0, 0, 0, 0, 0, 1, 1, 3)))

    def _credit(self, invoice: Document, pays: date) -> int:
        """Credit part or all of an invoice; return what is left to pay."""
        random = self.random
        day = invoice.day + timedelta(days=random.randint(4, 35))
        if day > LAST_DAY:
            return invoice.amount
        whole = random.random() < 0.2
        amount = invoice.amount if whole else round(invoice.amount * random.uniform(0.05, 0.35))
        note = self._add("credit_note", day, -amount, invoice)
        note.tax = -round(invoice.tax * amount / invoice.amount)
        if whole or day < pays:
            self._match(invoice, note, amount, self._recorded(day))
            return invoice.amount - amount
        self.credits.append((note, amount))  # paid in full before: a later payment is less
        return invoice.amount

    def _undo(self, twin: Document) -> None:
        """Credit an invoice made by mistake, where somebody noticed; it is never paid."""
        noticed = twin.day + timedelta(days=self.random.randint(20, 60))
        if self.random.random() < 0.7 and noticed <= LAST_DAY:
            note = self._add("credit_note", noticed, -twin.amount, twin)
            note.tax = -twin.tax
            self._match(twin, note, twin.amount, self._recorded(noticed))

    def _short(self, invoice: Document, left: int, pays: date) -> None:
        """Pay a little less; except in the Dutch books the rest is written off."""
        day = self._run_day(pays)
        missing = min(left - 1, self.random.choice((1, 2, 5, 10, 50, 100, 350, 500, 1200)))
        recorded = self._recorded(day)
        text = self._words("paid", [invoice])
        self._book(day, [(invoice, left - missing)], left - missing, text, recorded)
        if self.customer.branch != "NL" and day <= LAST_DAY and recorded <= LAST_DAY:
            note = self._add("adjustment", recorded, -missing, invoice)
            self._match(invoice, note, missing, recorded)

    def _too_much(self, invoice: Document, left: int, pays: date) -> None:
        """Pay a round sum too much, or pay twice; some of it is paid back."""
        random = self.random
        day = self._run_day(pays)
        extra = left if random.random() < 0.25 else random.choice((100, 900, 2700, 10_000, 25_000))
        text = self._words("paid", [invoice])
        payment = self._book(day, [(invoice, left)], left + extra, text, self._recorded(day))
        back = day + timedelta(days=random.randint(15, 40))
        if payment and back <= LAST_DAY and random.random() < 0.6:
            refund = self._add("payment", back, extra, payment)
            self._match(refund, payment, extra, back)

    def _pay(self, day: date, parts: list[_Part]) -> None:
        """Pay what is due that day, less the credit notes that the customer remembers."""
        text = self._words("paid", [invoice for invoice, _ in parts])
        recorded = self._recorded(day)
        if day <= LAST_DAY:
            for note, amount in [c for c in self.credits if c[0].day < day]:
                if amount < sum(part for _, part in parts) and self.random.random() < 0.8:
                    self.credits.remove((note, amount))
                    parts = self._use(note, amount, parts, recorded)
        self._book(day, parts, sum(amount for _, amount in parts), text, recorded)

    def _use(self, note: Document, left: int, parts: list[_Part], recorded: date) -> list[_Part]:
        """Take a credit note off the first of `parts`; return what remains to pay."""
        remaining = []
        for invoice, amount in parts:
            used = min(left, amount)
            if used:
                self._match(invoice, note, used, recorded)
            left -= used
            if amount > used:
                remaining.append((invoice, amount - used))
        return remaining

    def _book(
        self, day: date, parts: list[_Part], received: int, text: str, recorded: date
    ) -> Document | None:
        """Book money of one day; now and then on the account of another customer."""
        if day > LAST_DAY:
            return None
        payment = self._add("payment", day, -received, text=text)
        others = [
            c
            for c in self.company.customers
            if c.branch == self.customer.branch
            and c.currency == self.customer.currency
            and c is not self.customer
        ] if self.random.random() < 0.0018 else []  # fmt: skip
        if others and received == sum(amount for _, amount in parts):
            payment.booked_on = self.random.choice(others)
            self._correct(payment, parts)
            return payment
        for invoice, amount in parts:
            self._match(invoice, payment, amount, recorded)
        return payment

    def _correct(self, payment: Document, parts: list[_Part]) -> None:
        """Move money from the wrong customer to the right one, if anybody noticed."""
        day = payment.day + timedelta(days=self.random.randint(10, 60))
        if day > LAST_DAY or self.random.random() < 0.5:
            return
        received = -payment.amount
        off = self._add("adjustment", day, received, payment)
        off.booked_on = payment.booked_on
        on = self._add("adjustment", day, -received, text=payment.text)
        self._match(off, payment, received, day)
        for invoice, amount in parts:
            self._match(invoice, on, amount, day)

    def _write_off(self, day: date) -> None:
        """Give up what a failed customer owes."""
        if day > LAST_DAY:
            return
        for invoice, amount in self.unpaid:
            loss = self._add("write_off", day, -amount, invoice)
            loss.tax = -round(invoice.tax * amount / invoice.amount)
            self._match(invoice, loss, amount, day)

    def _words(self, what: str, invoices: list[Document]) -> str:
        """Return what the bank statement says about a payment."""
        random = self.random
        numbers = [invoice.number for invoice in invoices]
        branch = self.customer.branch
        if branch != "NL":
            return "" if what == "prepaid" else " ".join(numbers[:6])
        if what == "prepaid":
            return f"aanbetaling order {random.randint(10_000, 99_999)}"
        shown = [f"{n[:2]}.{n[2:]}" if random.random() < 0.12 else n for n in numbers]
        style = random.random()
        if style < 0.45:
            word = random.choice(("Betaling factuur", "fact.", "Factuurnr", "uw factuur", "F"))
            return f"{word} {', '.join(shown)}"
        if style < 0.62:
            return " / ".join(shown) + random.choice(("", f" {self.customer.name}", " dank u"))
        if style < 0.74:
            return f"{self.customer.number} {'+'.join(f'FACT{n}' for n in numbers)}"
        if style < 0.84:
            return f"SEPA overboeking {self.customer.name} {' '.join(shown)}".upper()
        return random.choice(("", "", "volgens specificatie", "betaling", self.customer.name))
