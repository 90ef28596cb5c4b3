"""What banks and customers make of the demo company's payments: samples with a known truth.

`clean_books` are its documents as the branches export them, with the words of its payments and
without its matches. `bank_lines` puts statement lines in place of the payments: no customer
numbers, names in several spellings, accounts of which half are known, and references mangled as
people and systems mangle them.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from data.demo.benelux import said, structured_reference
from data.demo.customers import Customer
from data.demo.records import LAST_DAY, Company, Document

Row = dict[str, object]
Pair = tuple[str, str]

#: Payments of the last weeks may not be settled yet in the books that tell the truth.
JUDGED_UNTIL = LAST_DAY - timedelta(days=75)


@dataclass
class Sample:
    """Rows to stage, and which payment really settles which document, in cents."""

    name: str
    documents: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    """Lines of a bank statement."""
    customers: list[Row] = field(default_factory=list)
    truth: dict[Pair, int] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    """Numbers of the payments whose truth is known."""


def _row(document: Document, reference: str) -> Row:
    return {
        "document_id": document.number,
        "customer_id": document.account.number,
        "kind": document.kind,
        "issued_on": document.day,
        "due_on": document.due,
        "amount": _money(document.amount),
        "currency": document.customer.currency,
        "rate": str(document.rate),
        "reference": reference or None,
    }


def _money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _structured_of(company: Company) -> dict[str, str]:
    """Return the structured references that the Belgian branch prints on its invoices."""
    invoices = [d for d in company.of("BE") if d.kind == "invoice"]
    return {d.number: structured_reference(n) for n, d in enumerate(invoices, 4_000_000)}


def _customers(company: Company, accounts: dict[str, str]) -> list[Row]:
    return [
        {"customer_id": c.number, "customer_name": c.name, "iban": accounts.get(c.number)}
        for c in company.customers
    ]


def _truth(company: Company) -> dict[int, list[tuple[str, int]]]:
    """Return what each payment really settles: number of the document, and cents."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for s in company.settlements:
        if s.credit.kind == "payment" and s.credit.day <= JUDGED_UNTIL:
            found[id(s.credit)].append((s.debit.number, s.amount))
    return found


def clean_books(company: Company) -> Sample:
    """Return all documents as exported, their matches hidden."""
    sample = Sample("Exports of four branches, their matches hidden")
    codes, truth = _structured_of(company), _truth(company)
    for d in company.documents:
        text = " ".join(codes.get(w, w) for w in said(d).split())
        sample.documents.append(_row(d, codes.get(d.number) or text))
        if d.kind == "payment" and d.amount < 0 and d.day <= JUDGED_UNTIL:
            sample.judged.add(d.number)
            sample.truth.update({(n, d.number): cents for n, cents in truth[id(d)]})
    sample.customers = _customers(company, {})
    return sample


def bank_lines(company: Company, seed: int = 7) -> Sample:
    """Return the invoices as exported, and lines of statements for what was paid."""
    random = Random(seed)
    sample = Sample("Lines of bank statements, mangled")
    codes, truth = _structured_of(company), _truth(company)
    invoices = {d.number: d for d in company.documents if d.kind == "invoice"}
    accounts = {c.number: _account(c) for c in company.customers}
    known = {n: a for n, a in accounts.items() if random.random() < 0.5}
    sample.customers = _customers(company, known)
    mangler = _Mangler(random, company, codes, accounts)
    for d in company.documents:
        if d.kind in ("invoice", "credit_note"):
            sample.documents.append(_row(d, codes.get(d.number) or said(d)))
            continue
        settles = [(n, part) for n, part in truth[id(d)] if n in invoices]
        if d.kind != "payment" or d.amount >= 0:
            continue
        paid = [invoices[n] for n, _ in settles]
        cents, settles = mangler.short(d, -d.amount, settles, paid)
        sample.lines.append(mangler.line(d, cents, paid))
        if d.day <= JUDGED_UNTIL:
            sample.judged.add(d.number)
            sample.truth.update({(n, d.number): part for n, part in settles})
    return sample


def _account(customer: Customer) -> str:
    """Return a bank account of the customer: right in length, of no bank that exists."""
    country = customer.country if customer.country != "GB" else "NL"
    return f"{country}00TNDM{int(customer.number):010}"


class _Mangler:
    """Writes statement lines as customers and banks would."""

    def __init__(
        self, random: Random, company: Company, codes: dict[str, str], accounts: dict[str, str]
    ) -> None:
        self.random, self.codes, self.accounts = random, codes, accounts
        self.customers = {c.number: c for c in company.customers}

    def short(
        self, payment: Document, cents: int, settles: list[tuple[str, int]], paid: list[Document]
    ) -> tuple[int, list[tuple[str, int]]]:
        """Take a discount or a bank's fee off some payments of one invoice in full."""
        luck = self.random.random()
        if len(settles) != 1 or len(paid) != 1 or settles[0][1] != paid[0].amount != cents:
            return cents, settles
        number, whole = settles[0]
        if luck < 0.3 and (payment.day - paid[0].day).days <= 14:
            less = round(whole * self.random.choice((1, 2, 2, 3)) / 100)
        elif luck > 0.985 and whole > 200_00:
            less = self.random.choice((500, 750, 1000, 1250, 1500, 2500))
        else:
            return cents, settles
        return whole - less, [(number, whole - less)]

    def line(self, payment: Document, cents: int, paid: list[Document]) -> Row:
        """Return the line: who paid, from where, and what the text says."""
        payer = payment.customer
        if payer.parent and self.random.random() < 0.1:  # the group's treasury pays
            payer = self.customers.get(payer.parent, payer)
        text = " ".join(self._text(payment, paid))
        return {
            "document_id": payment.number,
            "kind": "payment",
            "issued_on": payment.day,
            "amount": _money(-cents),
            "currency": payment.customer.currency,
            "rate": str(payment.rate),
            "reference": text[: self.random.choice((140, 140, 140, 53, 35))] or None,
            "counterparty": self._name(payer.name),
            "counterparty_iban": None if self.random.random() < 0.05
            else self.accounts[payer.number],
        }  # fmt: skip

    def _name(self, name: str) -> str | None:
        random = self.random
        luck = random.random()
        if luck < 0.05:
            return None
        if luck < 0.35:
            name = name.upper()
        elif luck < 0.5:
            folded = unicodedata.normalize("NFKD", name)
            name = "".join(c for c in folded if not unicodedata.combining(c)).upper()
        elif luck < 0.6:
            name = name.rsplit(" ", 1)[0]
        elif luck < 0.65:
            name = name[:27]
        return name.replace("&", "EN") if random.random() < 0.1 else name

    def _text(self, payment: Document, paid: list[Document]) -> Iterator[str]:
        random = self.random
        style = random.random()
        if not paid or style < 0.12:
            customer = payment.customer
            yield random.choice(("", "", "betaling", "paiement facture", customer.name,
                                 f"klant {customer.number}", "SEPA CT /NOTPROVIDED"))  # fmt: skip
            return
        numbers = [d.number for d in paid]
        codes = [self.codes[n] for n in numbers if n in self.codes]
        if codes and len(codes) == len(numbers) and style < 0.75:
            yield " ".join(self._code(c) for c in codes)
            return
        word = random.choice(("", "", "FACT", "fact.", "Betaling factuur", "Votre facture",
                              "REF", "/RFB/", "inv", "Rechnung",
                              payment.customer.number))  # fmt: skip
        if style > 0.97:  # a digit went wrong
            numbers[0] = numbers[0][:-1] + random.choice("0123456789")
        shown = [self._number(n) for n in numbers]
        joined = random.choice((" ", ", ", "+", " / ", ";", " en ")).join(shown)
        yield f"{word}{'' if word in ('REF', 'FACT', '/RFB/') else ' '}{joined}"
        if random.random() < 0.2:
            yield f"{payment.day:%d%m%Y}"
        if random.random() < 0.2:
            yield f"{payment.customer.name} tel {random.randint(10_000_000, 99_999_999)}"

    def _code(self, code: str) -> str:
        digits = "".join(c for c in code if c.isdigit())
        return self.random.choice((
            code, digits, code.strip("+"), code.replace("+", "*"),
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        ))  # fmt: skip

    def _number(self, number: str) -> str:
        """Return a document's number as people type it."""
        random = self.random
        luck = random.random()
        if luck < 0.45:
            return number
        if luck < 0.55:
            return number.replace("-", "").replace("/", "")
        if luck < 0.65:
            return number.replace("-", " ").replace("/", "-").lower()
        if luck < 0.72:
            return f"{number[:4]}.{number[4:]}"
        head = next(i for i, c in enumerate(number) if c.isdigit()) + 2
        tail = number[head:].lstrip("-/")
        if luck < 0.82:  # without the zeros
            return number[:head] + ("-" if luck < 0.77 else "") + tail.lstrip("0")
        if luck < 0.9:  # without the prefix
            return number[head - 2 :]
        return tail if luck < 0.95 else tail.lstrip("0")
