"""E-invoices of EN 16931, whatever their syntax: what is said once for UBL, CII and Factur-X.

Each is one document of the seller. The numbers BT-... are the standard's own.

- amount: the total with VAT (BT-112) and its rounding (BT-114): what the customer owes when
  nothing was paid before. Where it is missing, what is to be paid (BT-115) and what was paid
  before (BT-113). A credit note lowers the debt; a negative invoice is a credit note, and a
  negative credit note takes back a credit.
- BT-113, paid before: a payment on the day of issue, since the invoice itself says that it has
  been paid by then (without a day the payment would count as one on an assumed day, and payment
  speed would leave the invoice out). Like every paid state it counts only while no payments of
  that customer are loaded: those speak then, also of what was paid before (see
  etl/ledger/states.py).
  Where the prepayment was an invoice of its own (386) and both are loaded with the payments, the
  prepaid part of the final invoice stays open until a person looks at it.
- due day: BT-9, else what the payment terms (BT-20) say in words; see einvoice_terms.py.
  Discounts for early payment are noted, not calculated.
- reference: on an invoice the remittance information (BT-83), since a payment will carry it; on
  a credit note the invoices it corrects (BT-25).
- customer: its identifier (BT-46), else VAT number (BT-48), registration (BT-47), electronic
  address (BT-49) or name (BT-44), in this order.
- ledger: none. Bank statements and other exports do not name the seller either, and documents of
  different ledgers never meet. The seller stands in the settings of the file, and a finding
  says when the files name several: purchase invoices may be among them.

The line of a row is that of the number in the XML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

import duckdb

from data.core.texts import N_, Text
from etl.intake.formats.einvoice.plain import stage_plain
from etl.intake.formats.einvoice.terms import Terms, read_terms
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import FileError, Reading, ReadOptions

#: UNTDID 1001, as far as EN 16931 and its French and German uses allow it.
# fmt: off
INVOICES = frozenset((
    "80", "82", "84", "130", "202", "203", "204", "211", "218", "219", "295", "326", "331", "380",
    "382", "383", "384", "385", "386", "387", "388", "389", "390", "393", "394", "395", "456",
    "457", "471", "472", "473", "500", "501", "527", "575", "623", "633", "751", "780", "817",
    "870", "875", "876", "877", "935",
))
CREDIT_NOTES = frozenset((
    "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532",
))
# fmt: on
_CORRECTED = frozenset(("384", "471", "472", "473"))
_PRO_FORMA = "325"
_NOTHING = frozenset(("", "-", "NA", "N/A"))
"""What stands where the format wants something and there is nothing: Peppol's `NA`."""

PRO_FORMA = N_("pro forma invoices")
#: Columns that stand in the rows, empty or not: what is missing there is refused with its name.
_NEEDED = frozenset(("document_id", "customer_id", "kind", "issued_on"))

GIVES = (
    N_("due days, or the terms as printed"),
    N_("customers with VAT number and country"),
    N_("order numbers and days of delivery"),
    N_("payment references"),
    N_("which invoice a credit note corrects"),
)
LACKS = (
    N_("payments, other than what was paid before the invoice"),
    N_("the customer's number, where the seller does not state it"),
)


@dataclass
class Party:
    """A seller or buyer, in the file's own words; '' where it says nothing."""

    ids: list[str] = field(default_factory=list)
    vat: str = ""
    registration: str = ""
    endpoint: str = ""
    name: str = ""
    country: str = ""

    @property
    def key(self) -> str:
        """What identifies it best."""
        found = [*self.ids, compact(self.vat), self.registration, self.endpoint, self.name]
        return next((f for f in found if f.upper() not in _NOTHING), "")


@dataclass
class Invoice:
    """One e-invoice in the file's own words; days as YYYY-MM-DD, '' where it says nothing."""

    line: int
    number: str = ""
    type_code: str = ""
    credit: bool = False
    """Its syntax says that it is a credit note."""
    issued_on: str = ""
    due_on: str = ""
    currency: str = ""
    total: str = ""
    prepaid: str = ""
    rounding: str = ""
    payable: str = ""
    terms: str = ""
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Due day and amount of each instalment."""
    order: str = ""
    delivered_on: str = ""
    payment_reference: str = ""
    corrects: list[str] = field(default_factory=list)
    payer_iban: str = ""
    profile: str = ""
    seller: Party = field(default_factory=Party)
    buyer: Party = field(default_factory=Party)


def compact(number: str) -> str:
    """Return a VAT number without spaces and punctuation.

    >>> compact("BE 0123.456.749")
    'BE0123456749'
    """
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def stage_invoices(
    connection: duckdb.DuckDBPyConnection,
    invoices: Sequence[Invoice],
    columns: Mapping[str, str],
    file_id: int,
    origin: Origin,
    options: ReadOptions,
) -> Reading:
    """Stage the e-invoices of one file; `columns` is our name -> the name of their element.

    Raises `FileError` where one has neither a number nor a day.
    """
    for invoice in invoices:
        if not invoice.number and not invoice.issued_on:
            raise FileError(
                Text(
                    N_("The e-invoice in {file} has neither a number nor a day of issue."),
                    {"file": origin.name},
                ),
                Text(N_("Export it again, or ask the sender for a valid one.")),
            )
    remarks: list[Text] = []
    rows = [(invoice.line, row) for invoice in invoices for row in _rows(invoice, remarks)]
    # few e-invoices fill every column, and each one read takes time, thousands of files long
    filled = _NEEDED | {name for _, row in rows for name, cell in row.items() if cell}
    if "credit" not in filled:
        filled |= {"debit"}
    used = {name: theirs for name, theirs in columns.items() if name in filled}
    reading = None
    if len(rows) == len(invoices) == 1:
        ((line, row),) = rows
        reading = stage_plain(connection, line, row, used, file_id, origin, options)
    if reading is None:
        with Records("invoices", used) as records:
            for line, row in rows:
                records.add(line, **{name: cell for name, cell in row.items() if name in used})
            pro_forma = sum(i.type_code == _PRO_FORMA for i in invoices)
            if pro_forma:
                records.leave_out(PRO_FORMA, pro_forma)
            reading = stage_records(connection, records, file_id, origin, options)
    reading.notes += remarks
    reading.settings |= _about(invoices)
    return reading


def _about(invoices: Sequence[Invoice]) -> dict[str, str]:
    """Return who sent the invoices, and by which rules, for `settings`."""
    sellers = {
        compact(i.seller.vat) or i.seller.registration or i.seller.key: i.seller.name
        for i in invoices
    }
    found = {
        "seller": ", ".join(sorted(filter(None, sellers))),
        "seller_name": ", ".join(sorted(set(filter(None, sellers.values())))),
        "profile": ", ".join(sorted({i.profile for i in invoices if i.profile})),
    }
    return {name: value for name, value in found.items() if value}


def _rows(invoice: Invoice, notes: list[Text]) -> list[dict[str, str]]:
    """Return the rows of one invoice: one, or one for each instalment; none of a pro forma one."""
    if invoice.type_code == _PRO_FORMA:
        return []
    credit = invoice.credit or invoice.type_code in CREDIT_NOTES
    _note_type(notes, invoice, credit)
    amount = _amount(notes, invoice)
    negative = amount.startswith("-")
    lowers = credit != negative
    prepaid = _prepaid(notes, invoice, negative)
    terms = _terms(notes, invoice, lowers)
    buyer = invoice.buyer
    row = {
        "document_id": invoice.number,
        "customer_id": buyer.key,
        "customer_name": buyer.name,
        "vat_number": buyer.vat,
        "country": buyer.country,
        "iban": invoice.payer_iban,
        "kind": "credit_note" if lowers else "invoice",
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on or (terms.due_on.isoformat() if terms.due_on else ""),
        "terms_days": "" if terms.days is None else str(terms.days),
        "currency": invoice.currency,
        "po_number": invoice.order if invoice.order.upper() not in _NOTHING else "",
        "delivered_on": invoice.delivered_on,
        "reference": " ".join(invoice.corrects) if lowers else invoice.payment_reference,
    }
    side = "credit" if credit else "debit"
    paid = {"paid_amount": prepaid, "paid_on": invoice.issued_on if prepaid else ""}
    parts = [] if lowers else _parts(invoice, amount, prepaid)
    if not parts:
        return [row | paid | {side: amount}]
    return [
        row | {"due_on": day, side: part, "instalment": str(n)} | (paid if is_paid else {})
        for n, (day, part, is_paid) in enumerate(parts, 1)
    ]


def _note_type(notes: list[Text], invoice: Invoice, credit: bool) -> None:
    """Say what a type of document leaves open."""
    code = invoice.type_code
    if code and code not in INVOICES and code not in CREDIT_NOTES:
        note = (
            N_("The type {code} is no type of invoice known: it counts as a credit note.")
            if credit
            else N_("The type {code} is no type of invoice known: it counts as an invoice.")
        )
        notes.append(Text(note, {"code": code}))
    if code in _CORRECTED and not invoice.total.startswith("-"):
        notes.append(
            Text(
                N_(
                    "This is a corrected invoice{corrects}: it counts beside the one it corrects,"
                    " which a credit note must take back."
                ),
                {"corrects": f" ({', '.join(invoice.corrects)})" if invoice.corrects else ""},
            )
        )
    if credit and invoice.total.startswith("-"):
        notes.append(
            Text(N_("A credit note of a negative amount takes back a credit: it is owed."))
        )


def _number(text: str) -> Decimal | None:
    """Return an amount as e-invoices write it; None where it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    # what is no amount of money is refused later, with its column, and not added up here
    return found if found.is_finite() and abs(found) < Decimal("1e15") else None


def _amount(notes: list[Text], invoice: Invoice) -> str:
    """Return what the invoice says is owed altogether, as text; see the module."""
    total, rounding = _number(invoice.total), _number(invoice.rounding) or Decimal(0)
    payable, prepaid = _number(invoice.payable), _number(invoice.prepaid) or Decimal(0)
    if not invoice.total:
        return invoice.payable if payable is None else f"{payable + prepaid:f}"
    if total is None:
        return invoice.total
    if rounding:
        notes.append(
            Text(
                N_("The total {total} is rounded by {rounding}: what is to be paid counts."),
                {"total": invoice.total, "rounding": invoice.rounding},
            )
        )
    owed = total + rounding
    if payable is not None and payable != owed - prepaid:
        notes.append(
            Text(
                N_(
                    "{payable} is to be paid, but the total less what was paid before is"
                    " {expected}: the total counts."
                ),
                {"payable": invoice.payable, "expected": f"{owed - prepaid:f}"},
            )
        )
    return f"{owed:f}" if rounding else invoice.total


def _prepaid(notes: list[Text], invoice: Invoice, negative: bool) -> str:
    """Return what was paid before, as text; '' where nothing was."""
    prepaid = _number(invoice.prepaid)
    if prepaid is None or not prepaid:
        return ""
    if (prepaid < 0) != negative:
        notes.append(
            Text(
                N_("{amount} is said to have been paid before, against the sign of the total: it"
                   " is not counted."),
                {"amount": invoice.prepaid},
            )
        )  # fmt: skip
        return ""
    notes.append(
        Text(
            N_("{amount} was paid before: it counts as paid on the day of issue, unless payments"
               " of this customer are loaded too."),
            {"amount": invoice.prepaid},
        )
    )  # fmt: skip
    return invoice.prepaid


def _terms(notes: list[Text], invoice: Invoice, lowers: bool) -> Terms:
    """Return what the payment terms say, and note what is not carried over."""
    if not invoice.terms:
        return Terms()
    try:
        issued_on = date.fromisoformat(invoice.issued_on)
    except ValueError:
        issued_on = None
    terms = read_terms(invoice.terms, issued_on)
    for percent, days in terms.discounts:
        notes.append(
            Text(
                N_("A discount of {percent} % is offered for payment within {days} days."),
                {"percent": percent, "days": days},
            )
        )
    if not (invoice.due_on or terms.due_on or lowers) and terms.days is None and not invoice.parts:
        notes.append(
            Text(
                N_("No due day follows from the payment terms: {terms}"),
                {"terms": " ".join(invoice.terms.split())[:200]},
            )
        )
    return terms


def _parts(invoice: Invoice, amount: str, prepaid: str) -> list[tuple[str, str, bool]]:
    """Return due day, amount and whether it is paid of each instalment.

    None where they do not add up to the whole: then it falls due as one.
    """
    if len(invoice.parts) < 2 or not all(day for day, _ in invoice.parts):
        return []
    amounts = [_number(part) for _, part in invoice.parts]
    whole, before = _number(amount), _number(prepaid) or Decimal(0)
    if any(a is None or a <= 0 for a in amounts) or whole is None:
        return []
    if sum((a for a in amounts if a is not None), before) != whole:
        return []
    first = [(invoice.issued_on, prepaid, True)] if prepaid else []
    return first + [(day, part, False) for day, part in invoice.parts]
