"""Tiny PDFs with an invoice attached, as in PDF/A-3; `python -m tests.pdfs` writes the sample."""

import io

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject

from tests.places import SAMPLES

SAMPLE = SAMPLES / "facturx" / "avoir.pdf"
XML = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
  <rsm:ExchangedDocumentContext>
    <ram:GuidelineSpecifiedDocumentContextParameter>
      <ram:ID>urn:factur-x.eu:1p0:basicwl</ram:ID>
    </ram:GuidelineSpecifiedDocumentContextParameter>
  </rsm:ExchangedDocumentContext>
  <rsm:ExchangedDocument>
    <ram:ID>AV26-00007</ram:ID>
    <ram:TypeCode>381</ram:TypeCode>
    <ram:IssueDateTime>
      <udt:DateTimeString format="102">20260415</udt:DateTimeString>
    </ram:IssueDateTime>
  </rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:ApplicableHeaderTradeAgreement>
      <ram:SellerTradeParty>
        <ram:Name>Fournitures Techniques SAS</ram:Name>
        <ram:SpecifiedTaxRegistration>
          <ram:ID schemeID="VA">FR87900123456</ram:ID>
        </ram:SpecifiedTaxRegistration>
      </ram:SellerTradeParty>
      <ram:BuyerTradeParty>
        <ram:ID>CL-0042</ram:ID>
        <ram:Name>Ateliers du Rhône &amp; Fils</ram:Name>
        <ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>
      </ram:BuyerTradeParty>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeDelivery/>
    <ram:ApplicableHeaderTradeSettlement>
      <ram:PaymentReference>AV26-00007</ram:PaymentReference>
      <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
      <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:TaxBasisTotalAmount>75.00</ram:TaxBasisTotalAmount>
        <ram:GrandTotalAmount>90.00</ram:GrandTotalAmount>
        <ram:DuePayableAmount>90.00</ram:DuePayableAmount>
      </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
      <ram:InvoiceReferencedDocument>
        <ram:IssuerAssignedID>FA26-00093</ram:IssuerAssignedID>
      </ram:InvoiceReferencedDocument>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
"""


def pdf(attached: dict[str, bytes], password: str = "") -> bytes:
    """Return a PDF of one blank page with these files attached, encrypted with the password."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    specs = ArrayObject()
    for name, content in attached.items():
        spec = writer.add_attachment(name, content).pdf_object
        spec[NameObject("/AFRelationship")] = NameObject("/Alternative")
        specs.append(spec.indirect_reference or spec)
    writer.root_object[NameObject("/AF")] = specs
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


if __name__ == "__main__":
    SAMPLE.write_bytes(pdf({"factur-x.xml": XML.encode()}))
