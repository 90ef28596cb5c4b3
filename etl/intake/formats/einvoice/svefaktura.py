"""Swedish e-invoices: Svefaktura 1.0 (SFTI Basic Invoice), made from UBL 1.0.

One file holds one document, also inside SFTI's ObjectEnvelope. What e-invoices have in common is
said in etl/intake/formats/einvoice/invoice.py. Here:

- amount: TaxInclusiveTotalAmount, which is what is to be paid: its rounding (RoundOffAmount) is in
  it already. A document of type 381 is a credit note.
- reference: the number under which to pay (PaymentInstructionID); of a credit note the invoice it
  corrects (InitialInvoiceDocumentReference).

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, child, children, elements, line_of, root_of, text
from etl.intake.formats.einvoice.invoice import GIVES, LACKS, Invoice, Party, stage_invoices
from etl.intake.formats.einvoice.ubl import day
from etl.intake.formats.records import Origin
from etl.intake.source import ReadOptions, SourceFile

_SPACE = "urn:sfti:documents:BasicInvoice:1:"
_ENVELOPE = "urn:sfti:documents:ObjectEnvelope:1:"

COLUMNS = {
    "document_id": "ID",
    "customer_id": "BuyerParty",
    "customer_name": "PartyName/Name",
    "vat_number": "PartyTaxScheme/CompanyID",
    "country": "Country/IdentificationCode",
    "kind": "InvoiceTypeCode",
    "issued_on": "IssueDate",
    "due_on": "DuePaymentDate",
    "terms_days": "PaymentTerms/Note",
    "currency": "InvoiceCurrencyCode",
    "debit": "TaxInclusiveTotalAmount",
    "credit": "TaxInclusiveTotalAmount",
    "po_number": "OrderReference/BuyersID",
    "delivered_on": "Delivery/ActualDeliveryDateTime",
    "reference": "PaymentInstructionID, InitialInvoiceDocumentReference",
    "instalment": "PaymentMeans",
}


class SvefakturaSource:
    """See the module."""

    name = "svefaktura"
    label = N_("Swedish e-invoice (Svefaktura)")
    gives: tuple[str, ...] = GIVES
    lacks: tuple[str, ...] = LACKS

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        space, name = root_of(file.head)
        if space.startswith(_ENVELOPE):
            return 1.0 if _SPACE.encode() in file.head else 0.0
        return 1.0 if name == "Invoice" and space.startswith(_SPACE) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        invoices = [_invoice(e) for e in elements(file, "Invoice", unread=("InvoiceLine",))]
        origin = Origin(file.name, self.name)
        return [stage_invoices(connection, invoices, COLUMNS, first_file_id, origin, options)]


SOURCE = SvefakturaSource()


def _invoice(element: Element) -> Invoice:
    number = child(element, "ID")
    means = children(element, "PaymentMeans")
    orders = [text(r, "BuyersID") or text(r, "ID") for r in children(element, "OrderReference")]
    corrected = children(element, "InitialInvoiceDocumentReference")
    return Invoice(
        line=line_of(element if number is None else number),
        number=text(number),
        type_code=text(element, "InvoiceTypeCode"),
        issued_on=day(text(element, "IssueDate")),
        due_on=max((day(text(m, "DuePaymentDate")) for m in means), default=""),
        currency=text(element, "InvoiceCurrencyCode"),
        total=text(element, "LegalTotal", "TaxInclusiveTotalAmount"),
        net=text(element, "LegalTotal", "TaxExclusiveTotalAmount"),
        tax=next((text(t, "TotalTaxAmount") for t in children(element, "TaxTotal")), ""),
        texts=[text(note) for note in children(element, "Note")],
        terms="\n".join(text(n) for t in children(element, "PaymentTerms")
                        for n in children(t, "Note")),
        order=next(filter(None, orders), ""),
        delivered_on=day(text(element, "Delivery", "ActualDeliveryDateTime")),
        payment_reference=next(
            filter(None, (text(m, "PayeeFinancialAccount", "PaymentInstructionID") for m in means)),
            "",
        ),
        corrects=[n for c in corrected if (n := text(c, "ID"))],
        profile="Svefaktura 1.0",
        seller=_party(child(element, "SellerParty", "Party")),
        buyer=_party(child(element, "BuyerParty", "Party")),
    )  # fmt: skip


def _party(element: Element | None) -> Party:
    if element is None:
        return Party()
    taxes = children(element, "PartyTaxScheme")
    schemes = {text(t, "TaxScheme", "ID").upper(): text(t, "CompanyID") for t in taxes}
    return Party(
        ids=[text(i, "ID") for i in children(element, "PartyIdentification")],
        vat=schemes.get("VAT", ""),
        # SWT: the organisation's number
        registration=schemes.get("SWT", ""),
        name=text(element, "PartyName", "Name"),
        country=text(element, "Address", "Country", "IdentificationCode"),
    )
