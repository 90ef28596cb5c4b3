"""Sales invoices and payments of a SAF-T file, element by element, as rows of documents.

Each `Invoice` of `SalesInvoices` is one document of its gross total, in the books' own currency;
each `Payment` of `Payments` is one for each customer it is from. Its lines, and the references of
credit notes, become match rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from data.core.texts import N_, NN_, Text
from etl.intake.files.xml import Element, child, children, line_of, text
from etl.intake.formats.audit.saft.books import amount_text, first, known, money, plainly
from etl.intake.formats.audit.saft.settling import PaymentLine, cents, matches, shares
from etl.intake.formats.records import Records
from etl.intake.tables import words
from etl.intake.tables.terms.said import read_terms

DOCUMENT_COLUMNS = {
    "document_id": "InvoiceNo",
    "customer_id": "CustomerID",
    "kind": "kind",
    "issued_on": "InvoiceDate",
    "due_on": "PaymentTerms",
    "terms_days": "PaymentTerms",
    "debit": "GrossTotal",
    "credit": "GrossTotal",
    "reference": "Reference",
    # a number that occurs twice is no invoice in instalments
    "instalment": "",
}
MATCH_COLUMNS = {
    "debit_id": "OriginatingON",
    "credit_id": "PaymentRefNo",
    "matched_on": "TransactionDate",
    "amount": "CreditAmount",
}
CANCELLED = N_("cancelled documents")
BILLED_ELSEWHERE = N_("documents that are billed by another document")
CANCELLED_PAYMENTS = N_("cancelled payments")
OTHER_PAYMENTS = N_("payment lines of no customer")

#: Portugal's codes for documents that lower the debt; the others raise it.
_CREDITS = ("NC", "TD", "DA", "RE")
_PAID_AT_ONCE = ("FR", "VD")


@dataclass
class Section:
    """The control totals of one section: what it says itself, and what was read."""

    name: str
    said: dict[str, Decimal] = field(default_factory=dict)
    read: dict[str, Decimal] = field(
        default_factory=lambda: {
            n: Decimal(0) for n in ("NumberOfEntries", "TotalDebit", "TotalCredit")
        }
    )

    def say(self, name: str, value: str) -> None:
        """Keep a control total as the file writes it."""
        amount = money(value)
        if amount is not None:
            self.said[name] = amount

    def count(self, debit: Decimal = Decimal(0), credit: Decimal = Decimal(0)) -> None:
        """Add one entry with its amounts."""
        self.read["NumberOfEntries"] += 1
        self.read["TotalDebit"] += debit
        self.read["TotalCredit"] += credit

    def notes(self) -> list[Text]:
        """Return a note for each control total that differs from what was read."""
        words_ = N_("{section} says {name} {said}, but its elements make {read}: ask for a new "
                    "export, or have the difference explained.")  # fmt: skip
        return [
            Text(words_, {"section": self.name, "name": name, "said": f"{said:f}",
                          "read": f"{self.read[name]:f}"})
            for name, said in self.said.items()
            if abs(said - self.read[name]) >= Decimal("0.01")
        ]  # fmt: skip


@dataclass
class SalesDocuments:
    """Reads the elements, and adds what they say to `documents` and `matches`."""

    documents: Records
    matches: Records
    invoices: Section = field(default_factory=lambda: Section("SalesInvoices"))
    payments: Section = field(default_factory=lambda: Section("Payments"))
    foreign: int = 0
    receipts: int = 0
    """Invoices that are their own receipts."""
    keeping: int = 0
    """Invoices of which the customer keeps back tax."""
    withheld: int = 0
    """Payments that came in less the tax that the customer kept back."""
    unclear: int = 0
    """Payments whose lines do not add up to their total."""
    _corrections: dict[str, list[tuple[int, str, str, str | None]]] = field(default_factory=dict)
    """Credit note -> line, invoice, day and amount of what it corrects; until a payment uses it."""
    _numbers: dict[str, set[str]] = field(default_factory=dict)
    """Invoices by their bare number."""

    def notes(self) -> list[Text]:
        """Return what the reader should know."""
        found = [*self.invoices.notes(), *self.payments.notes()]
        for count, sentence in (
            (self.foreign, NN_(
                "{count} invoice was written in another currency: its amount is that in the "
                "books' own.",
                "{count} invoices were written in another currency: their amounts are those in "
                "the books' own.",
            )),
            (self.receipts, NN_(
                "{count} invoice is its own receipt and counts as paid on its day of payment.",
                "{count} invoices are their own receipts and count as paid on their day of "
                "payment.",
            )),
            (self.keeping, NN_(
                "{count} invoice carries tax that the customer keeps back: it is owed whole "
                "until a payment or its receipt settles it.",
                "{count} invoices carry tax that the customer keeps back: they are owed whole "
                "until a payment or its receipt settles them.",
            )),
            (self.withheld, NN_(
                "{count} payment came in less tax that the customer kept back: it settles the "
                "invoice as an adjustment.",
                "{count} payments came in less tax that the customer kept back: it settles the "
                "invoices as an adjustment.",
            )),
            (self.unclear, NN_(
                "The lines of {count} payment do not add up to its total: what it names is "
                "settled as far as it reaches.",
                "The lines of {count} payments do not add up to their total: what they name is "
                "settled as far as they reach.",
            )),
        ):  # fmt: skip
            if count:
                found.append(Text(sentence, {"count": count}))
        return found

    def read_invoice(self, element: Element) -> None:
        """Add an `Invoice`, and what follows from it."""
        status = text(element, "DocumentStatus", "InvoiceStatus") or text(element, "InvoiceStatus")
        lines = children(element, "Line")
        debit = credit = Decimal(0)
        for line in lines:
            d, c = _sides(line, "InvoiceLineAmount")
            debit, credit = debit + d, credit + c
        if status in ("A", "F"):
            # counted among the entries, but not in the totals: so the law has it
            self.invoices.count()
            self.documents.leave_out(CANCELLED if status == "A" else BILLED_ELSEWHERE)
            return
        self.invoices.count(debit, credit)
        totals = child(element, "DocumentTotals")
        if totals is None:
            totals = child(element, "InvoiceDocumentTotals")
        gross = plainly(amount_text(totals, "GrossTotal"))
        written = text(element, "InvoiceType")
        is_credit = _is_credit(written, debit, credit)
        below = gross.startswith("-")
        # a credit note may be written with a minus of its own; an invoice below zero is one
        lowers = is_credit or below
        number, day = text(element, "InvoiceNo"), text(element, "InvoiceDate")[:10]
        customer = known(text(element, "CustomerID") or text(element, "CustomerInfo", "CustomerID"))
        due, days = _terms(element, totals)
        references, reasons = _references(lines)
        self.keeping += not lowers and child(element, "WithholdingTax") is not None
        currency = child(totals, "Currency") if totals is not None else None
        self.foreign += currency is not None
        start = line_of(element)
        self.documents.add(
            start,
            document_id=number,
            customer_id=customer,
            kind="credit_note" if lowers else "invoice",
            issued_on=day,
            due_on=None if lowers else due,
            terms_days=None if lowers else days,
            reference=" ".join([*references, *reasons]) if lowers else None,
            **{"credit" if lowers else "debit": gross.lstrip("-") if lowers else gross},
        )
        amount = money(gross)
        if lowers:
            # what several references share is not said
            of_one = f"{abs(amount):f}" if amount is not None and len(references) == 1 else None
            if references and number:
                self._corrections[number] = [(start, r, day, of_one) for r in references]
        elif amount and number:
            self._numbers.setdefault(_bare(number), set()).add(number)
            self._settle_at_once(element, written, totals, amount)

    def _settle_at_once(
        self, element: Element, written: str, totals: Element, amount: Decimal
    ) -> None:
        """Add the payment that an invoice brings with it, if it is its own receipt."""
        paid = children(totals, "Payment")
        parts = [money(text(p, "PaymentAmount")) for p in paid]
        if written in _PAID_AT_ONCE:
            part = amount
        elif written == "FS" and paid:
            part = min(sum((p for p in parts if p), Decimal(0)), amount)
        else:
            return
        if part <= 0:
            return
        number, issued = text(element, "InvoiceNo"), text(element, "InvoiceDate")[:10]
        day = max((d for p in paid if (d := text(p, "PaymentDate")[:10])), default=issued)
        start = line_of(paid[0] if paid else element)
        customer = known(text(element, "CustomerID"))
        self.documents.add(
            start,
            document_id=number,
            customer_id=customer,
            kind="payment",
            issued_on=day,
            credit=f"{part:f}",
            reference=number,
        )
        self._match(start, number, number, day, f"{part:f}")
        self.receipts += 1

    def read_payment(self, element: Element) -> None:
        """Add a `Payment`: of the customer it is from, or of each customer its lines name."""
        status = text(element, "DocumentStatus", "PaymentStatus") or text(element, "PaymentStatus")
        lines = children(element, "Line") or children(element, "PaymentLine")
        if status == "A":
            self.payments.count()
            self.documents.leave_out(CANCELLED_PAYMENTS)
            return
        sides = [_sides(line, "PaymentLineAmount") for line in lines]
        zero = Decimal(0)
        self.payments.count(sum((d for d, _ in sides), zero), sum((c for _, c in sides), zero))
        customer = known(text(element, "CustomerID"))
        gross = text(element, "DocumentTotals", "GrossTotal")
        if customer:
            self._add_payment(element, customer, [_payment_line(line) for line in lines], gross)
            return
        by_customer: dict[str, list[PaymentLine]] = {}
        for line in lines:
            named = known(text(line, "CustomerID"))
            if named:
                by_customer.setdefault(named, []).append(_payment_line(line))
            else:
                self.documents.leave_out(OTHER_PAYMENTS)
        for named, own in by_customer.items():
            self._add_payment(element, named, own, "")

    def _add_payment(
        self, element: Element, customer: str, lines: list[PaymentLine], total: str
    ) -> None:
        number = text(element, "PaymentRefNo")
        recorded = text(element, "TransactionDate")[:10]
        methods = children(element, "PaymentMethod")
        day = max((d for m in methods if (d := text(m, "PaymentDate")[:10])), default=recorded)
        net = sum((line.amount for line in lines), Decimal(0))
        written = money(total)
        gross = abs(written if written is not None else net) * (-1 if net < 0 else 1)
        discount = sum((line.discount for line in lines), Decimal(0))
        taxes = [money(amount_text(w, "WithholdingTaxAmount"))
                 for w in children(element, "WithholdingTax")]  # fmt: skip
        withheld = sum((t for t in taxes if t), Decimal(0))
        granted = money(text(element, "DocumentTotals", "Settlement", "SettlementAmount"))
        if granted and not discount and lines:
            # the discount of the whole payment: on its largest line
            n = max(range(len(lines)), key=lambda i: lines[i].amount)
            lines = [*lines[:n], replace(lines[n], discount=granted), *lines[n + 1 :]]
            discount = granted
        start = line_of(element)
        named = [line.document for line in lines if line.document]
        reference = " ".join(dict.fromkeys(named))
        # in most files the total has the tax that the customer keeps back in it; where its lines
        # add up only with that tax, it has not
        apart = bool(withheld) and shares(lines, cents(gross)) is None
        apart = apart and shares(lines, cents(gross + withheld)) is not None
        kept = cents(withheld) if apart else Decimal(0)
        self.withheld += apart
        rows = [("payment", cents(gross)), ("write_off", cents(discount)), ("adjustment", kept)]
        for kind, amount in rows:
            # a total that is no number, or lines without any amount, are refused and seen
            bad = kind == "payment" and ((written is None and total != "") or not lines)
            if bad or amount or kind == "payment":
                cell = total if bad else f"{abs(amount):f}"
                self.documents.add(
                    start,
                    document_id=number,
                    customer_id=customer,
                    kind=kind,
                    issued_on=day,
                    reference=reference,
                    **{"debit" if amount < 0 else "credit": cell},
                )
        for document in named:
            # what a payment says of a credit note is more exact than what the note corrects
            self._corrections.pop(document, None)
        found = matches(number, lines, cents(gross) + kept)
        self.unclear += any(m.amount is None for m in found)
        for match in found:
            of = None if match.amount is None else f"{match.amount:f}"
            self._match(start, match.debit, match.credit, recorded, of)

    def finish(self) -> None:
        """Add the matches of credit notes that no payment used; when all elements are read."""
        for number, corrected in self._corrections.items():
            for line, reference, day, amount in corrected:
                self._match(line, self._called(reference), number, day, amount)

    def _called(self, reference: str) -> str:
        """Return the number of the one invoice that a credit note names, as the invoice has it."""
        if reference in self._numbers.get(_bare(reference), ()):
            return reference
        found = self._numbers.get(_bare(reference), set())
        return next(iter(found)) if len(found) == 1 else reference

    def _match(self, line: int, debit: str, credit: str, day: str, amount: str | None) -> None:
        if debit and credit:
            valid = day if re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII) else None
            self.matches.add(line, debit_id=debit, credit_id=credit, matched_on=valid,
                             amount=amount)  # fmt: skip


def _is_credit(written: str, debit: Decimal, credit: Decimal) -> bool:
    """Return whether an invoice of this type lowers what the customer owes.

    Without a type that says so, the sides of its lines tell: those of an invoice stand in credit.
    """
    if written in _CREDITS or words.plain(written).startswith("nota de credito"):
        return True
    if re.fullmatch(r"[A-Z]{2}", written) and written != "CN":
        return False  # Portugal's other codes
    kind = words.kind(written) if written else None
    if kind is not None:
        return kind == "credit_note"
    return debit > credit


def _sides(line: Element, wrapped: str) -> tuple[Decimal, Decimal]:
    """Return debit and credit of a line: two elements in Portugal, an indicator elsewhere."""
    zero = Decimal(0)
    debit, credit = (money(amount_text(line, n)) for n in ("DebitAmount", "CreditAmount"))
    if debit is not None or credit is not None:
        return debit or zero, credit or zero
    amount = money(amount_text(line, wrapped)) or zero
    return (amount, zero) if text(line, "DebitCreditIndicator") == "D" else (zero, amount)


def _payment_line(line: Element) -> PaymentLine:
    debit, credit = _sides(line, "PaymentLineAmount")
    amount = credit - debit
    discount = money(text(line, "SettlementAmount")) or Decimal(0)
    source = child(line, "SourceDocumentID")
    return PaymentLine(
        document=first(source, "OriginatingON") or text(source),
        amount=amount,
        tax=money(text(line, "Tax", "TaxPercentage")) or Decimal(0),
        discount=discount if amount >= 0 else -discount,
    )


def _references(lines: list[Element]) -> tuple[list[str], list[str]]:
    """Return the invoices that the lines of a credit or debit note say they correct, and why."""
    found: dict[str, dict[str, None]] = {"Reference": {}, "Reason": {}}
    for line in lines:
        for references in children(line, "References"):
            for holder in (references, *children(references, "CreditNote")):
                for name, kept in found.items():
                    kept |= {said: None for c in children(holder, name) if (said := text(c))}
    return list(found["Reference"]), list(found["Reason"])


def _bare(number: str) -> str:
    """Return a number without what notes leave out of it or write otherwise.

    >>> _bare("FT FA.2021/807"), _bare("FA 2021/807")
    ('FA2021807', 'FA2021807')
    """
    own = re.sub(r"^[A-Z]{2} (?=\S+/\d+$)", "", number.strip())
    own = own if re.search(r"[A-Za-z]", own) else number
    return re.sub(r"[^0-9A-Z]", "", own.upper())


def _terms(element: Element, totals: Element | None) -> tuple[str | None, str | None]:
    """Return due day and days of the terms, as far as `PaymentTerms` plainly says them."""
    written = [text(element, "PaymentTerms")]
    if totals is not None:
        written += [text(s, "PaymentTerms") for s in children(totals, "Settlement")]
    for word in written:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word, re.ASCII):
            return word, None
        if word and read_terms(word).rule is not None:
            return None, word
    return None, None
