"""UN/CEFACT Cross Industry Invoice: EN 16931, XRechnung, the XML of Factur-X and ZUGFeRD.

CII D16B (CrossIndustryInvoice:100) in every profile of Factur-X and ZUGFeRD 2, and the
CrossIndustryDocument of ZUGFeRD 1.0, whose parts have other names but the same meaning. One file
holds one document. What its parts mean is said in etl/intake/formats/einvoice/invoice.py.

It gives number, days, amounts, customer, order, delivery and payment reference; the profile
MINIMUM has no due day, and neither it nor BASIC WL has lines. It lacks payments, and lines are
not read. For ZUGFeRD 1.0: No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import re

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, child, children, elements, line_of, name_of, root_of, text
from etl.intake.formats.einvoice.invoice import GIVES, LACKS, Invoice, Party, stage_invoices
from etl.intake.formats.einvoice.ubl import day as iso_day
from etl.intake.formats.records import Origin
from etl.intake.source import ReadOptions, SourceFile

_NEW, _OLD = "CrossIndustryInvoice", "CrossIndustryDocument"
_NAMESPACES = {
    _NEW: "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:",
    _OLD: "urn:ferd:CrossIndustryDocument:invoice:",
}
#: Parts that are not read, and may be large.
_UNREAD = ("IncludedSupplyChainTradeLineItem", "AdditionalReferencedDocument")

COLUMNS = {
    "document_id": "ExchangedDocument/ID",
    "customer_id": "BuyerTradeParty",
    "customer_name": "BuyerTradeParty/Name",
    "vat_number": "SpecifiedTaxRegistration/ID",
    "country": "PostalTradeAddress/CountryID",
    "iban": "PayerPartyDebtorFinancialAccount/IBANID",
    "kind": "TypeCode",
    "issued_on": "IssueDateTime",
    "due_on": "DueDateDateTime",
    "terms_days": "SpecifiedTradePaymentTerms/Description",
    "currency": "InvoiceCurrencyCode",
    "debit": "DuePayableAmount",
    "credit": "DuePayableAmount",
    "po_number": "BuyerOrderReferencedDocument/IssuerAssignedID",
    "delivered_on": "ActualDeliverySupplyChainEvent/OccurrenceDateTime",
    "reference": "PaymentReference, InvoiceReferencedDocument",
    "instalment": "SpecifiedTradePaymentTerms",
}


class CiiSource:
    """See the module."""

    name = "cii"
    label = N_("E-invoice in CII (XRechnung, ZUGFeRD)")
    gives: tuple[str, ...] = GIVES
    lacks: tuple[str, ...] = LACKS

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        return 1.0 if is_cii(file.head) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        origin = Origin(file.name, self.name)
        invoices = read_cii(file)
        return [stage_invoices(connection, invoices, COLUMNS, first_file_id, origin, options)]


SOURCE = CiiSource()


def is_cii(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a Cross Industry Invoice."""
    space, name = root_of(head)
    return name in _NAMESPACES and space.startswith(_NAMESPACES[name])


def read_cii(file: SourceFile) -> list[Invoice]:
    """Return the invoices of a file. Raises `FileError` where it is no well-formed XML."""
    return [_invoice(e) for e in elements(file, _NEW, _OLD, unread=_UNREAD)]


def _one(element: Element | None, *names: str) -> Element | None:
    """Return the first child that has one of these names."""
    if element is None:
        return None
    return next((c for c in element if name_of(c) in names), None)


def _invoice(element: Element) -> Invoice:
    document = _one(element, "ExchangedDocument", "HeaderExchangedDocument")
    context = _one(element, "ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    trade = _one(element, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
    agreement, delivery, settlement = (
        _one(trade, f"ApplicableHeaderTrade{part}", f"ApplicableSupplyChainTrade{part}")
        for part in ("Agreement", "Delivery", "Settlement")
    )
    total = _one(
        settlement,
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "SpecifiedTradeSettlementMonetarySummation",
    )
    terms = [] if settlement is None else children(settlement, "SpecifiedTradePaymentTerms")
    means = [] if settlement is None else children(
        settlement, "SpecifiedTradeSettlementPaymentMeans")  # fmt: skip
    number = _one(document, "ID")
    return Invoice(
        line=line_of(element if number is None else number),
        number=text(number),
        type_code=text(document, "TypeCode"),
        issued_on=_day(document, "IssueDateTime"),
        due_on=max((_day(t, "DueDateDateTime") for t in terms), default=""),
        currency=text(settlement, "InvoiceCurrencyCode"),
        total=text(total, "GrandTotalAmount"),
        prepaid=text(total, "TotalPrepaidAmount"),
        rounding=text(total, "RoundingAmount"),
        payable=text(total, "DuePayableAmount"),
        net=text(total, "TaxBasisTotalAmount"),
        tax=_tax(total, text(settlement, "InvoiceCurrencyCode")),
        texts=[]
        if document is None
        else [text(note, "Content") for note in children(document, "IncludedNote")],
        terms="\n".join(text(d) for t in terms for d in children(t, "Description")),
        parts=[
            (_day(t, "DueDateDateTime"), amount)
            for t in terms
            if (amount := text(t, "PartialPaymentAmount"))
        ],
        order=_reference(agreement, "BuyerOrderReferencedDocument"),
        delivered_on=_day(_one(delivery, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime"),
        payment_reference=text(settlement, "PaymentReference"),
        corrects=[
            found
            for reference in (
                [] if settlement is None else children(settlement, "InvoiceReferencedDocument")
            )
            if (found := text(reference, "IssuerAssignedID") or text(reference, "ID"))
        ],
        payer_iban=next(
            filter(None, (text(m, "PayerPartyDebtorFinancialAccount", "IBANID") for m in means)),
            "",
        ),
        profile=text(context, "GuidelineSpecifiedDocumentContextParameter", "ID"),
        seller=_party(_one(agreement, "SellerTradeParty")),
        buyer=_party(_one(agreement, "BuyerTradeParty")),
    )


def _tax(total: Element | None, currency: str) -> str:
    """Return the VAT in a currency; there may be another total in that of the books."""
    amounts = [] if total is None else children(total, "TaxTotalAmount")
    return next((text(a) for a in amounts if (a.get("currencyID") or currency) == currency), "")


def _reference(element: Element | None, name: str) -> str:
    return text(element, name, "IssuerAssignedID") or text(element, name, "ID")


def _party(element: Element | None) -> Party:
    if element is None:
        return Party()
    taxes = [
        found
        for registration in children(element, "SpecifiedTaxRegistration")
        if (found := child(registration, "ID")) is not None and found.get("schemeID") == "VA"
    ]
    legal = child(element, "SpecifiedLegalOrganization")
    return Party(
        ids=[text(i) for name in ("ID", "GlobalID") for i in children(element, name)],
        vat=text(taxes[0]) if taxes else "",
        registration=text(legal, "ID"),
        endpoint=text(element, "URIUniversalCommunication", "URIID"),
        name=text(element, "Name") or text(legal, "TradingBusinessName"),
        country=text(element, "PostalTradeAddress", "CountryID"),
    )


def _day(element: Element | None, name: str) -> str:
    """Return the day inside an element, as YYYY-MM-DD where it is one."""
    found = _one(element, name)
    written = text(_one(found, "DateTimeString", "DateString", "DateTime", "Date"))
    if re.fullmatch(r"\d{8}(\d{4}|\d{6})?", written):  # formats 102, 203 and 204
        return f"{written[:4]}-{written[4:6]}-{written[6:8]}"
    return iso_day(written)
