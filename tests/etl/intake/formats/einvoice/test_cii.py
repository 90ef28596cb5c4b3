"""CII: real files by values read by hand, instalments, and days in other formats."""

from datetime import date
from decimal import Decimal

import pytest

from data.store.state import Store
from etl.intake.formats.einvoice.cii import SOURCE
from etl.load.run import load
from tests.einvoices import REAL, SAMPLES, document, query, real
from tests.goldens import staged

D, Y = Decimal, date.fromisoformat
MARCH = {
    "line": 95, "customer_id": "GE2020211", "document_id": "471102", "kind": "invoice",
    "issued_on": Y("2018-03-05"), "amount": D("529.87"), "currency": "EUR",
    "delivered_on": Y("2018-03-05"),
}  # fmt: skip
REAL_ONES = {
    "EN16931_1_Teilrechnung": {
        **MARCH, "issued_on": Y("2018-06-05"), "due_on": Y("2018-07-04"), "terms_days": 30,
        "amount": D("147.65"),
        "po_number": "2018-471331", "delivered_on": Y("2018-06-03"),
    },
    "EN16931_Einfach": {**MARCH, "due_on": Y("2018-04-04"), "terms_days": 30},
    "EN16931_Einfach_DueDate": {**MARCH, "due_on": Y("2019-03-05")},
    "EN16931_Gutschrift": MARCH,
}  # fmt: skip


@pytest.mark.parametrize("name", REAL_ONES)
def test_real_files_say_what_was_read_by_hand(name):
    assert document(real(f"{name}.cii.xml"), SOURCE) == REAL_ONES[name]


def test_every_real_file_is_among_them():
    found = {p.name.removesuffix(".cii.xml") for p in REAL.glob("*.cii.xml")}
    assert not found or found == set(REAL_ONES)


def test_real_buyer():
    buyer = document(real("EN16931_Gutschrift.cii.xml"), SOURCE, "staged_customers")
    assert buyer == {"line": 95, "customer_id": "GE2020211", "customer_name": "Kunden AG Mitte",
                     "vat_number": "DE136695976", "country": "DE"}  # fmt: skip


def test_instalments_and_what_was_paid_before(tmp_path):
    store = Store(tmp_path / "store")
    assert load([SAMPLES / "cii" / "invoice.xml"], store).ok
    assert query(store, "select amount, due_on from documents where kind = 'invoice'") == [
        (D("900.00"), Y("2026-05-31"))
    ]
    # 300 of 1,200 was paid before; 500 and 400 are open
    assert query(
        store,
        "select amount, due_on, closed_on from open_items where amount > 0 order by due_on",
    ) == [
        (D("500.00"), Y("2026-05-01"), None),
        (D("400.00"), Y("2026-05-31"), None),
    ]
    assert query(store, "select ledger_balance from about") == [(D("900.00"),)]


def test_instalments_that_do_not_add_up_fall_due_as_one(tmp_path):
    text = (SAMPLES / "cii" / "invoice.xml").read_text(encoding="utf-8")
    path = tmp_path / "a.xml"
    path.write_text(text.replace(">400.00<", ">399.00<"), encoding="utf-8")
    found = document(path, SOURCE)
    assert (found["amount"], found["due_on"]) == (D("900.00"), Y("2026-05-31"))


@pytest.mark.parametrize(
    "day",
    [
        '<udt:DateTimeString format="203">202604010930</udt:DateTimeString>',
        "<udt:DateTime>2026-04-01T09:30:00+02:00</udt:DateTime>",
    ],
)
def test_days_in_other_formats(tmp_path, day):
    text = (SAMPLES / "cii" / "corrected.xml").read_text(encoding="utf-8")
    path = tmp_path / "a.xml"
    plain = '<udt:DateTimeString format="102">20260410</udt:DateTimeString>'
    path.write_text(text.replace(plain, day), encoding="utf-8")
    assert document(path, SOURCE)["issued_on"] == Y("2026-04-01")


def test_a_month_in_an_optional_place_refuses_no_invoice(tmp_path):
    text = (SAMPLES / "cii" / "zugferd-1.xml").read_text(encoding="utf-8")
    path = tmp_path / "a.xml"
    start = text.index("<ram:ActualDeliverySupplyChainEvent>")
    day = text.index("format=", start)
    end = text.index("</", day)
    path.write_text(f'{text[:day]}format="610">202604{text[end:]}', encoding="utf-8")
    found = document(path, SOURCE)
    assert "delivered_on" not in found
    _, (reading,) = staged(path)
    (note,) = (n for n in reading.notes if "202604" in str(n))
    assert note.values["element"] == "ActualDeliverySupplyChainEvent/OccurrenceDateTime"


MINIMUM = """<rsm:CrossIndustryInvoice
 xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>urn:factur-x.eu:1p0:minimum</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
</rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>F1</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>
<udt:DateTimeString format="102">20260110</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:BuyerTradeParty><ram:Name>B</ram:Name></ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:TaxBasisTotalAmount>1000.00</ram:TaxBasisTotalAmount>
<ram:GrandTotalAmount>1200.00</ram:GrandTotalAmount>
<ram:DuePayableAmount>700.00</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""


def test_the_least_profile_counts_what_is_due(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(MINIMUM, encoding="utf-8")
    assert document(path, SOURCE)["amount"] == D("700.00")
    _, (reading,) = staged(path)
    (note,) = reading.notes
    assert (note.values["payable"], note.values["expected"]) == ("700.00", "1200.00")
