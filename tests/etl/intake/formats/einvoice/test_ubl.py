"""UBL: real files by values read by hand, and what single elements change."""

from datetime import date
from decimal import Decimal

import pytest

from data.core.errors import FileError
from etl.intake.formats.einvoice.ubl import SOURCE
from etl.intake.source import SourceFile
from tests.einvoices import BUYER, REAL, document, real, ubl
from tests.goldens import staged

D, Y = Decimal, date.fromisoformat
MITTE = {"customer_id": "GE2020211", "currency": "EUR", "kind": "invoice"}
MARCH = {**MITTE, "line": 5, "document_id": "471102", "issued_on": Y("2018-03-05"),
         "amount": D("529.87"), "delivered_on": Y("2018-03-05")}  # fmt: skip

REAL_ONES = {
    "EN16931_1_Teilrechnung": {
        **MITTE, "line": 5, "document_id": "471102", "issued_on": Y("2018-06-05"),
        "due_on": Y("2018-07-04"), "terms_days": 30, "amount": D("147.65"),
        "po_number": "2018-471331",
        "delivered_on": Y("2018-06-03"),
    },
    "EN16931_2_Teilrechnung": {
        **MITTE, "line": 5, "document_id": "471113", "issued_on": Y("2018-06-13"),
        "due_on": Y("2018-07-04"), "terms_days": 30, "amount": D("23.54"),
        "po_number": "2018-471331", "delivered_on": Y("2018-06-03"),
    },
    "EN16931_Einfach": {**MARCH, "due_on": Y("2018-04-04"), "terms_days": 30},
    "EN16931_Einfach_DueDate": {**MARCH, "due_on": Y("2019-03-05")},
    "EN16931_Einfach_negativePaymentDue": {
        **MARCH, "kind": "credit_note", "amount": D("-529.87"),
    },
    # a self-billed invoice: what the seller is owed
    "EN16931_Gutschrift": MARCH,
    "EN16931_Innergemeinschaftliche_Lieferungen": {
        "line": 5, "customer_id": "75969813", "currency": "EUR", "kind": "invoice",
        "document_id": "47110818", "issued_on": Y("2018-10-31"), "due_on": Y("2018-11-30"),
        "amount": D("2000.00"),
    },
    "EN16931_Rabatte": {
        **MITTE, "line": 5, "document_id": "471102", "issued_on": Y("2018-06-05"),
        "due_on": Y("2018-07-04"), "terms_days": 30, "amount": D("165.07"),
        "po_number": "2013-471331",
        "delivered_on": Y("2018-06-03"),
    },
    "EN16931_Rechnungskorrektur": {
        "line": 5, "customer_id": "009420", "currency": "EUR", "kind": "credit_note",
        "document_id": "RK21012345", "issued_on": Y("2018-09-16"), "amount": D("-8.79"),
        "po_number": "B123456789", "delivered_on": Y("2018-08-05"),
    },
    "EN16931_SEPA_Prenotification": {**MARCH, "due_on": Y("2018-03-20")},
}  # fmt: skip


@pytest.mark.parametrize("name", REAL_ONES)
def test_real_files_say_what_was_read_by_hand(name):
    assert document(real(f"{name}.ubl.xml"), SOURCE) == REAL_ONES[name]


def test_every_real_file_is_among_them():
    found = {p.name.removesuffix(".ubl.xml") for p in REAL.glob("*.ubl.xml")}
    assert not found or found == set(REAL_ONES)


def test_real_buyers():
    buyer = document(real("EN16931_SEPA_Prenotification.ubl.xml"), SOURCE, "staged_customers")
    assert buyer == {"line": 5, "customer_id": "GE2020211", "customer_name": "Kunden AG Mitte",
                     "country": "DE", "iban": "DE21860000000086001055"}  # fmt: skip
    buyer = document(real("EN16931_Gutschrift.ubl.xml"), SOURCE, "staged_customers")
    assert buyer["vat_number"] == "DE136695976"
    buyer = document(
        real("EN16931_Innergemeinschaftliche_Lieferungen.ubl.xml"), SOURCE, "staged_customers"
    )
    assert buyer["customer_name"] == "Metallbau Leipzig GmbH & Co. KG"


VAT = (
    "<PartyTaxScheme><CompanyID>be 0765.432.146</CompanyID>"
    "<TaxScheme><ID>VAT</ID></TaxScheme></PartyTaxScheme>"
)
LEGAL = (
    "<PartyLegalEntity><RegistrationName>Noord</RegistrationName>"
    "<CompanyID>76</CompanyID></PartyLegalEntity>"
)
ENDPOINT = "<EndpointID>0208:0765</EndpointID>"
NAME = "<PartyName><Name>Brasserie</Name></PartyName>"


@pytest.mark.parametrize(
    ("buyer", "key"),
    [
        (ENDPOINT + BUYER + VAT + LEGAL, "C1"),
        (ENDPOINT + VAT + LEGAL, "BE0765432146"),
        (BUYER.replace("C1", "n/a") + VAT, "BE0765432146"),
        (ENDPOINT + LEGAL, "76"),
        (ENDPOINT + NAME, "0208:0765"),
        (NAME, "Brasserie"),
    ],
)
def test_the_customer_is_the_best_that_is_said(tmp_path, buyer, key):
    path = ubl(tmp_path / "a.xml", buyer=buyer, TaxInclusiveAmount="1.00")
    assert document(path)["customer_id"] == key


def test_due_day_of_a_credit_note_stands_with_the_means_of_payment(tmp_path):
    means = "<PaymentMeans><PaymentDueDate>2026-02-01</PaymentDueDate></PaymentMeans>"
    path = ubl(tmp_path / "a.xml", root="CreditNote", code="381", extra=means,
               TaxInclusiveAmount="10.00")  # fmt: skip
    found = document(path)
    assert (found["kind"], found["amount"], found["due_on"]) == (
        "credit_note", D("-10.00"), Y("2026-02-01"))  # fmt: skip


def test_large_attachments_and_lines_are_not_kept(tmp_path):
    extra = (
        "<AdditionalDocumentReference><ID>9</ID><IssueDate>1999-01-01</IssueDate>"
        f"<Blob>{'A' * 3_000_000}</Blob></AdditionalDocumentReference>"
        "<InvoiceLine><ID>7</ID><LegalMonetaryTotal/></InvoiceLine>"
    )
    path = ubl(tmp_path / "a.xml", extra=extra, TaxInclusiveAmount="10.00")
    assert document(path)["amount"] == D("10.00")


def test_a_file_cut_off_is_refused_and_stages_nothing(tmp_path):
    path = ubl(tmp_path / "a.xml", TaxInclusiveAmount="10.00")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(FileError, match="no well-formed XML"):
        staged(path, source=SOURCE)


def test_neither_number_nor_day_is_refused(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text('<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>')
    with pytest.raises(FileError, match="neither a number nor a day"):
        staged(path, source=SOURCE)


def test_other_documents_of_ubl_are_not_recognised(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text('<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>')
    assert SOURCE.identify(SourceFile(path)) == 0
    path.write_text("<StandardBusinessDocument xmlns='urn:x'><Order/></StandardBusinessDocument>")
    assert SOURCE.identify(SourceFile(path)) == 0
