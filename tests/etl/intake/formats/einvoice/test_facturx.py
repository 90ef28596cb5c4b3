"""Factur-X: real PDFs by values read by hand, and PDFs that are refused with a reason."""

from datetime import date
from decimal import Decimal

import pytest

from data.core.errors import FileError
from etl.intake.formats.einvoice import facturx
from etl.intake.formats.einvoice.facturx import SOURCE
from etl.intake.source import SourceFile
from tests.einvoices import SAMPLES, document, real, ubl
from tests.goldens import staged
from tests.pdfs import SAMPLE, XML, pdf

D, Y = Decimal, date.fromisoformat


def test_real_invoice():
    path = real("Facture_FR_BASICWL.pdf")
    assert document(path) == {
        "line": 9, "customer_id": "FR19787878784", "document_id": "FA-2017-0010",
        "kind": "invoice", "issued_on": Y("2017-11-13"), "due_on": Y("2017-12-13"),
        "amount": D("470.15"), "currency": "EUR", "reference": "FA-2017-0010",
        "po_number": "PO445",
    }  # fmt: skip
    assert document(path, table="staged_customers") == {
        "line": 9, "customer_id": "FR19787878784", "customer_name": "Ma jolie boutique",
        "vat_number": "FR19787878784", "country": "FR",
    }  # fmt: skip


def test_real_credit_note():
    assert document(real("Avoir_FR_type381_BASIC.pdf")) == {
        "line": 9, "customer_id": "FR19787878784", "document_id": "AV-2017-0005",
        "kind": "credit_note", "issued_on": Y("2017-11-16"), "due_on": Y("2017-11-16"),
        "amount": D("-233.47"), "currency": "EUR", "reference": "FA-2017-0010",
        "po_number": "PO445",
    }  # fmt: skip


def test_the_sample_is_what_the_script_makes():
    _, (reading,) = staged(SAMPLE)
    assert reading.control_total == D("-90.00")
    assert facturx._attached(SourceFile(SAMPLE)) == ("factur-x.xml", XML.encode())


def test_ubl_inside_and_the_prescribed_name_comes_first(tmp_path):
    inner = ubl(tmp_path / "inner.xml", number="U1", TaxInclusiveAmount="5.00").read_bytes()
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf({"other.xml": inner}))
    assert document(path)["document_id"] == "U1"
    path.write_bytes(pdf({"other.xml": inner, "ZUGFeRD-invoice.xml": XML.encode()}))
    assert document(path)["document_id"] == "AV26-00007"


def test_a_name_that_points_elsewhere_is_only_a_name(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf({"../../escape.xml": XML.encode()}))
    assert document(path)["document_id"] == "AV26-00007"
    assert not list(tmp_path.parent.rglob("escape.xml"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf({}), "a PDF without an e-invoice"),
        (pdf({"terms.xml": b"<terms/>", "a.txt": b"x"}), "a PDF without an e-invoice"),
        (pdf({"factur-x.xml": XML.encode()}, "x"), "is encrypted"),
        (pdf({"factur-x.xml": XML.encode()})[:400], "is no PDF that can be read"),
        (b"%PDF-1.7\nnothing", "is no PDF that can be read"),
        (pdf({"factur-x.xml": XML.encode()[:-40]}), "factur-x.xml is no well-formed XML"),
    ],
)
def test_what_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert SOURCE.identify(SourceFile(path)) > 0.5
    with pytest.raises(FileError, match=reason):
        staged(path, source=SOURCE)


def test_what_unpacks_to_more_than_an_invoice_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(SAMPLE.read_bytes())
    monkeypatch.setattr(facturx, "MOST_XML", 1000)
    with pytest.raises(FileError, match="too large"):
        staged(path, source=SOURCE)
    monkeypatch.setattr(facturx, "MOST_PDF", 100)
    with pytest.raises(FileError, match="too large"):
        staged(path, source=SOURCE)


def test_other_files_are_not_recognised(tmp_path):
    path = SAMPLES / "ubl" / "invoice.xml"
    assert SOURCE.identify(SourceFile(path)) == 0
