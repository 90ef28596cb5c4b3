"""E-invoices of EN 16931, whatever their syntax: what is said once for UBL, CII and Factur-X.

Each is one document of the seller. The numbers BT-... are the standard's own.

- amount: what is to be paid (BT-115), since that is the receivable: the total with VAT (BT-112),
  rounded (BT-114), less what was paid before (BT-113), and whatever else the seller added or took
  off (collected for others, carried over, kept back as tax). Where it is missing, the total, its
  rounding and what was paid before make it; where there is no total either, what it says without
  VAT (BT-109) and the VAT (BT-110), else the only amount that its text names as payable (see
  etl/intake/formats/einvoice/payable.py). One that its text names and that the rest says to be 0,
  and several, are refused. A note says where it is not the total. What was paid
  before has an invoice of its own where the law wants one for prepayments (386), and it may stand
  among the payments that are loaded: so it is neither a receivable nor a payment here. A credit
  note lowers the debt; a negative invoice is a credit note, and a negative credit note takes back
  a credit.
- due day: BT-9, else what the payment terms (BT-20) say in words, see etl/intake/tables/terms.
  Discounts for early payment are noted, not calculated. What cannot be read as a day is left out
  with a note, except the day of issue.
- reference: on an invoice the remittance information (BT-83), since a payment will carry it; on
  a credit note the invoices it corrects (BT-25), and why where the format has a place for it.
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
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.formats.einvoice.payable import said_payable
from etl.intake.formats.einvoice.plain import is_day, stage_plain
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions
from etl.intake.tables.terms.said import Terms, read_terms

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

_NEW_ONE = N_("Export it again, or ask the sender for a valid one.")
_DENIED = N_(
    "E-invoice {number} in {file} says that {said} is to be paid, but its text says {amount}."
)
_UNCLEAR = N_(
    "E-invoice {number} in {file} has no total, and it is not clear what its text says is to be"
    " paid: {amount}."
)
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
    N_("payments"),
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
    net: str = ""
    """The total without VAT, and `tax`, the VAT in the invoice's currency."""
    tax: str = ""
    texts: list[str] = field(default_factory=list)
    """Notes, which may say what is to be paid where nothing else does."""
    terms: str = ""
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Due day and amount of each instalment."""
    order: str = ""
    delivered_on: str = ""
    payment_reference: str = ""
    corrects: list[str] = field(default_factory=list)
    reason: str = ""
    """Why a credit note corrects it."""
    paid: str = ""
    """What of it the invoice says is paid already, and `paid_on`, its last day."""
    paid_on: str = ""
    left_out: str = ""
    """Why it is no document of ours, a phrase with N_; '' where it is one."""
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

    Raises `FileError` where one has neither a number nor a day, or its text alone says what is to
    be paid and is not clear.
    """
    for invoice in invoices:
        if not invoice.number and not invoice.issued_on:
            raise FileError(
                Text(
                    N_("The e-invoice in {file} has neither a number nor a day of issue."),
                    {"file": origin.name},
                ),
                Text(_NEW_ONE),
            )
    remarks: list[Text] = []
    invoices = [_with_total(remarks, invoice, origin.name) for invoice in invoices]
    rows = [(invoice.line, row) for invoice in invoices for row in _rows(invoice, remarks, columns)]
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
            for invoice in invoices:
                if reason := _left_out(invoice):
                    records.leave_out(reason)
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


def _rows(invoice: Invoice, notes: list[Text], columns: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows of one invoice: one, or one for each instalment; none of what is left out."""
    if _left_out(invoice):
        return []
    invoice = _readable(notes, invoice, columns)
    credit = invoice.credit or invoice.type_code in CREDIT_NOTES
    _note_type(notes, invoice, credit)
    amount = _amount(notes, invoice)
    lowers = credit != amount.startswith("-")
    due_on, days = _due(notes, invoice, lowers)
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
        "due_on": due_on,
        "terms_days": "" if days is None else str(days),
        "currency": invoice.currency,
        "po_number": invoice.order if invoice.order.upper() not in _NOTHING else "",
        "delivered_on": invoice.delivered_on,
        "reference": " ".join(filter(None, (*invoice.corrects, invoice.reason)))
        if lowers
        else invoice.payment_reference,
    }
    side = "credit" if credit else "debit"
    parts = [] if lowers else _parts(invoice, amount)
    if not parts:
        return [row | {side: amount, "paid_amount": invoice.paid, "paid_on": invoice.paid_on}]
    return [
        row | {"due_on": day, side: part, "instalment": str(n)}
        for n, (day, part) in enumerate(parts, 1)
    ]


def _left_out(invoice: Invoice) -> str:
    """Return why an invoice is no document of ours; '' where it is one."""
    return PRO_FORMA if invoice.type_code == _PRO_FORMA else invoice.left_out


def _readable(notes: list[Text], invoice: Invoice, columns: Mapping[str, str]) -> Invoice:
    """Return the invoice without the days that are none, other than that of its issue."""

    def day(name: str, written: str) -> str:
        if not written or is_day(written):
            return written
        notes.append(
            Text(
                N_("{element} {value} is no day that can be read: it was left out."),
                {"element": columns[name], "value": written},
            )
        )
        return ""

    return replace(
        invoice,
        due_on=day("due_on", invoice.due_on),
        delivered_on=day("delivered_on", invoice.delivered_on),
        paid_on=day("paid_on", invoice.paid_on),
        parts=[(day("due_on", written), amount) for written, amount in invoice.parts],
    )


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


def _with_total(notes: list[Text], invoice: Invoice, file: str) -> Invoice:
    """Return the invoice with what its parts or its text say is to be paid, where it has no total.

    Raises `FileError` where the text is not clear, or says what the rest denies.
    """
    said = invoice.payable or invoice.total
    if _left_out(invoice) or (said and (_number(said) != 0 or _number(invoice.total))):
        return invoice
    net, tax = _number(invoice.net), _number(invoice.tax)
    if not said and net is not None and tax is not None:
        values = {"net": invoice.net, "tax": invoice.tax}
        notes.append(
            Text(N_("There is no total: {net} without VAT and {tax} of VAT make it."), values)
        )
        return replace(invoice, total=f"{net + tax:f}")
    named = said_payable([*invoice.texts, invoice.terms], invoice.currency)
    if not named or (said and (named == {Decimal(0)} or _number(invoice.prepaid))):
        return invoice
    amounts = ", ".join(sorted("?" if a is None else f"{a:f}" for a in named))
    values = {"number": invoice.number, "file": file, "amount": amounts, "said": said}
    (only, *others) = named
    if said or others or only is None:
        raise FileError(Text(_DENIED if said else _UNCLEAR, values), Text(_NEW_ONE))
    notes.append(
        Text(N_("There is no total: its text says that {amount} is to be paid, and that counts."),
             values)
    )  # fmt: skip
    return replace(invoice, payable=f"{only:f}")


def _amount(notes: list[Text], invoice: Invoice) -> str:
    """Return what the invoice says is to be paid, as text; see the module."""
    total, rounding = _number(invoice.total), _number(invoice.rounding) or Decimal(0)
    payable, prepaid = _number(invoice.payable), _number(invoice.prepaid) or Decimal(0)
    if not invoice.total or total is None:
        return invoice.payable or invoice.total
    expected = total + rounding - prepaid
    owed = expected if payable is None else payable
    if not invoice.payable or payable is not None:
        _note_amount(notes, invoice, owed, expected)
    if invoice.payable:
        return invoice.payable
    return invoice.total if owed == total else f"{owed:f}"


def _note_amount(notes: list[Text], invoice: Invoice, owed: Decimal, expected: Decimal) -> None:
    """Say where what is to be paid is not the total."""
    values = {
        "total": invoice.total,
        "rounding": invoice.rounding,
        "prepaid": invoice.prepaid,
        "payable": f"{owed:f}",
        "expected": f"{expected:f}",
    }
    if _number(invoice.rounding):
        notes.append(
            Text(
                N_("The total {total} is rounded by {rounding}: what is to be paid counts."), values
            )
        )
    if _number(invoice.prepaid):
        notes.append(
            Text(
                N_("{prepaid} of the total {total} was paid before: {payable} is to be paid, and"
                   " counts."),
                values,
            )
        )  # fmt: skip
    less = N_(
        "{payable} is to be paid, but the total less what was paid before is {expected}: what is"
        " to be paid counts."
    )
    more = N_(
        "{payable} is to be paid, but the total less what was paid before is {expected}: what is"
        " to be paid counts. Where it takes over an older invoice that is loaded too, that one"
        " counts twice."
    )
    if owed != expected:
        notes.append(Text(more if abs(owed) > abs(expected) else less, values))


def _due(notes: list[Text], invoice: Invoice, lowers: bool) -> tuple[str, int | None]:
    """Return the due day and the days that follow from the terms; note what is not carried over."""
    issued_on = date.fromisoformat(invoice.issued_on) if is_day(invoice.issued_on) else None
    terms = read_terms(invoice.terms, issued_on) if invoice.terms else Terms()
    for percent, within in terms.discounts:
        notes.append(
            Text(
                N_("A discount of {percent} % is offered for payment within {days} days."),
                {"percent": percent, "days": within},
            )
        )
    due_on = invoice.due_on or (terms.due_on.isoformat() if terms.due_on else "")
    days = terms.days(issued_on)
    said = " ".join(invoice.terms.split())[:200]
    if due_on or lowers or invoice.parts:
        return due_on, days
    if days is None and said:
        notes.append(
            Text(N_("No due day follows from the payment terms: {terms}"), {"terms": said})
        )
    elif terms.rule is not None and not terms.rule.plain and issued_on is not None:
        day = terms.rule.due(issued_on).isoformat()
        notes.append(
            Text(N_("Due on {day}, by the payment terms: {terms}"), {"day": day, "terms": said})
        )
    return due_on, days


def _parts(invoice: Invoice, amount: str) -> list[tuple[str, str]]:
    """Return due day and amount of each instalment.

    None where they do not add up to what is to be paid: then it falls due as one.
    """
    if len(invoice.parts) < 2 or not all(day for day, _ in invoice.parts):
        return []
    amounts = [_number(part) for _, part in invoice.parts]
    if any(a is None or a <= 0 for a in amounts):
        return []
    whole = _number(amount)
    return invoice.parts if sum(a for a in amounts if a is not None) == whole else []
