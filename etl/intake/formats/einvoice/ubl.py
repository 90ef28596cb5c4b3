"""UBL 2.1 invoices and credit notes: EN 16931, Peppol BIS Billing 3, XRechnung, NLCIUS, UBL.BE.

OASIS Universal Business Language, the documents Invoice-2 and CreditNote-2; UBL 2.0 and 2.2 use
the same names. One file holds one document, also inside the envelope of Peppol
(StandardBusinessDocument). What its parts mean is said in etl/intake/formats/einvoice/invoice.py.

It gives number, days, amounts, customer, order, delivery and payment reference. The due day of a
credit note stands with the means of payment, as does that of some older invoices. It lacks
payments, and lines are not read.
"""

from __future__ import annotations

import re

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, child, children, elements, line_of, name_of, root_of, text
from etl.intake.formats.einvoice.invoice import GIVES, LACKS, Invoice, Party, stage_invoices
from etl.intake.formats.records import Origin
from etl.intake.source import ReadOptions, SourceFile

_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = {f"{_NAMESPACE}Invoice-2": "Invoice", f"{_NAMESPACE}CreditNote-2": "CreditNote"}
_ENVELOPE = "StandardBusinessDocument"
#: Parts that are not read, and may be large.
_UNREAD = ("InvoiceLine", "CreditNoteLine", "AdditionalDocumentReference")

COLUMNS = {
    "document_id": "ID",
    "customer_id": "AccountingCustomerParty",
    "customer_name": "RegistrationName",
    "vat_number": "PartyTaxScheme/CompanyID",
    "country": "Country/IdentificationCode",
    "iban": "PayerFinancialAccount/ID",
    "kind": "InvoiceTypeCode",
    "issued_on": "IssueDate",
    "due_on": "DueDate",
    "terms_days": "PaymentTerms/Note",
    "currency": "DocumentCurrencyCode",
    "debit": "PayableAmount",
    "credit": "PayableAmount",
    "po_number": "OrderReference/ID",
    "delivered_on": "Delivery/ActualDeliveryDate",
    "reference": "PaymentID, BillingReference",
    "instalment": "PaymentTerms",
}


class UblSource:
    """See the module."""

    name = "ubl"
    label = N_("E-invoice in UBL (Peppol, XRechnung)")
    gives: tuple[str, ...] = GIVES
    lacks: tuple[str, ...] = LACKS

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        return 1.0 if is_ubl(file.head) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        origin = Origin(file.name, self.name)
        invoices = read_ubl(file)
        return [stage_invoices(connection, invoices, COLUMNS, first_file_id, origin, options)]


SOURCE = UblSource()


def is_ubl(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a UBL invoice or credit note."""
    space, name = root_of(head)
    if name == _ENVELOPE:
        return any(f'"{root}"'.encode() in head for root in ROOTS)
    return ROOTS.get(space) == name


def read_ubl(file: SourceFile) -> list[Invoice]:
    """Return the invoices of a file. Raises `FileError` where it is no well-formed XML."""
    return [_invoice(e) for e in elements(file, *ROOTS.values(), unread=_UNREAD)]


def _tax(element: Element, currency: str) -> str:
    """Return the VAT in a currency; there may be another total in that of the books."""
    amounts = [a for t in children(element, "TaxTotal") for a in children(t, "TaxAmount")]
    return next((text(a) for a in amounts if (a.get("currencyID") or currency) == currency), "")


def _invoice(element: Element) -> Invoice:
    number = child(element, "ID")
    total = child(element, "LegalMonetaryTotal")
    means = children(element, "PaymentMeans")
    terms = children(element, "PaymentTerms")
    credit = name_of(element) == "CreditNote"
    due = (
        day(text(element, "DueDate"))
        or max((day(text(m, "PaymentDueDate")) for m in means), default="")
        or max((day(text(t, "PaymentDueDate")) for t in terms), default="")
    )
    currency = text(element, "DocumentCurrencyCode")
    paid = child(total, "PayableAmount") if total is not None else None
    if not currency and paid is not None:
        currency = paid.get("currencyID") or ""
    return Invoice(
        line=line_of(element if number is None else number),
        number=text(number),
        type_code=text(element, "CreditNoteTypeCode" if credit else "InvoiceTypeCode"),
        credit=credit,
        issued_on=day(text(element, "IssueDate")),
        due_on=due,
        currency=currency,
        total=text(total, "TaxInclusiveAmount"),
        prepaid=text(total, "PrepaidAmount"),
        rounding=text(total, "PayableRoundingAmount"),
        payable=text(total, "PayableAmount"),
        net=text(total, "TaxExclusiveAmount"),
        tax=_tax(element, currency),
        texts=[text(note) for note in children(element, "Note")],
        terms="\n".join(text(note) for t in terms for note in children(t, "Note")),
        parts=[
            (day(text(t, "PaymentDueDate")), text(t, "Amount")) for t in terms if text(t, "Amount")
        ],
        order=text(element, "OrderReference", "ID"),
        delivered_on=day(text(element, "Delivery", "ActualDeliveryDate")),
        payment_reference=next(filter(None, (text(m, "PaymentID") for m in means)), ""),
        corrects=[
            found
            for reference in children(element, "BillingReference")
            if (found := text(reference, "InvoiceDocumentReference", "ID"))
        ],
        payer_iban=next(
            filter(None, (text(m, "PaymentMandate", "PayerFinancialAccount", "ID") for m in means)),
            "",
        ),
        profile=text(element, "CustomizationID"),
        seller=_party(child(element, "AccountingSupplierParty", "Party")),
        buyer=_party(child(element, "AccountingCustomerParty", "Party")),
    )


def _party(element: Element | None) -> Party:
    if element is None:
        return Party()
    ids = [child(i, "ID") for i in children(element, "PartyIdentification")]
    taxes = children(element, "PartyTaxScheme")
    vats = [t for t in taxes if text(t, "TaxScheme", "ID").upper() in ("VAT", "")]
    legal = child(element, "PartyLegalEntity")
    return Party(
        # that of a creditor of direct debits is no number of a customer
        ids=[text(i) for i in ids if i is not None and i.get("schemeID") != "SEPA"],
        vat=text(vats[0], "CompanyID") if vats else "",
        registration=text(legal, "CompanyID"),
        endpoint=text(element, "EndpointID"),
        name=text(legal, "RegistrationName") or text(element, "PartyName", "Name"),
        country=text(element, "PostalAddress", "Country", "IdentificationCode"),
    )


def day(written: str) -> str:
    """Return a day of XML Schema without its time and zone.

    >>> day("2026-01-31+01:00"), day("2026-01-31"), day("31.1.26")
    ('2026-01-31', '2026-01-31', '31.1.26')
    """
    found = re.match(r"(\d{4}-\d\d-\d\d)(?:Z|T.*|[+-]\d\d:\d\d)?$", written)
    return found[1] if found else written
