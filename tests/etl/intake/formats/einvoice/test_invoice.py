"""What e-invoices have in common: amounts, kinds, terms in words, and whole loads."""

from datetime import date
from decimal import Decimal

import pytest

from data.store.state import Store
from etl.intake.formats.einvoice import invoice as einvoice
from etl.intake.formats.einvoice.terms import read_terms
from etl.load.run import load
from tests.einvoices import REAL, SAMPLES, document, query, ubl
from tests.goldens import STAGES, rows_of, staged

D, Y = Decimal, date.fromisoformat
ISSUED = Y("2026-03-01")


@pytest.mark.parametrize(
    ("text", "due_on", "days"),
    [
        ("30 days net", None, 30),
        ("Net 45", None, 45),
        ("2/10 net 30", None, 30),
        ("Payment within thirty (30) days of the invoice date.", None, 30),
        ("30 dagen na factuurdatum", None, 30),
        ("Betaling binnen 14 dagen, 2% korting binnen 8 dagen", None, 14),
        ("30 jours nets", None, 30),
        ("Paiement à 45 jours. Escompte 1,5 % pour paiement sous 8 jours", None, 45),
        ("30 jours fin de mois", None, None),
        ("30 dagen einde maand", None, None),
        ("comptant", None, 0),
        ("Zahlbar sofort ohne Abzug", None, 0),
        ("14 Tage 3 % Skonto oder 30 Tage netto", None, 30),
        ("30 Tage netto\n#SKONTO#TAGE=14#PROZENT=2.25#", None, 30),
        ("#VERZUG#TAGE=30#PROZENT=9.00#", None, None),
        ("zahlbar bis 31.03.2026", Y("2026-03-31"), None),
        ("Payable before 2026-04-15", Y("2026-04-15"), None),
        ("à payer pour le 15/04/2026", Y("2026-04-15"), None),
        ("bestelling van 15.02.2026, 30 dagen", None, 30),
        ("bis 31.03.2026 oder 15.04.2026", None, None),
        ("bis 31.02.2026", None, None),
        ("30 days, or 60 days for exports", None, None),
        ("Order of 900 days", None, None),
        ("Zie onze algemene voorwaarden", None, None),
        ("", None, None),
    ],
)
def test_terms_in_words(text, due_on, days):
    found = read_terms(text, ISSUED)
    assert (found.due_on, found.days) == (due_on, days)


def test_discounts_are_found():
    assert read_terms("3% Skonto innerhalb 10 Tagen, 30 Tage netto").discounts == (("3", "10"),)
    assert read_terms("#SKONTO#TAGE=14#PROZENT=2.25#\n#SKONTO#TAGE=7#PROZENT=3.00#").discounts == (
        ("2.25", "14"), ("3.00", "7"))  # fmt: skip
    assert read_terms("8 % interest after 30 days").discounts == ()


def test_what_is_owed_is_the_total_and_its_rounding(tmp_path):
    path = ubl(tmp_path / "a.xml", TaxInclusiveAmount="99.98", PayableRoundingAmount="0.02",
               PrepaidAmount="40.00", PayableAmount="60.00")  # fmt: skip
    found = document(path)
    assert (found["amount"], found["paid_amount"]) == (D("100.00"), D("40.00"))


def test_without_a_total_what_is_to_be_paid_and_was_paid_makes_one(tmp_path):
    path = ubl(tmp_path / "a.xml", PayableAmount="60.00", PrepaidAmount="40")
    assert document(path)["amount"] == D("100.00")
    path = ubl(tmp_path / "b.xml")
    connection, (reading,) = staged(path)
    assert reading.rows_rejected == 1
    assert connection.execute("select reason from rejects").fetchall() == [
        ("The amount is missing.",)
    ]


def test_a_total_that_does_not_tie_to_what_is_to_be_paid_is_noted(tmp_path):
    path = ubl(tmp_path / "a.xml", TaxInclusiveAmount="100.00", PayableAmount="90.00")
    _, (reading,) = staged(path)
    assert reading.control_total == D("100.00")
    (note,) = reading.notes
    assert note.values == {"payable": "90.00", "expected": "100.00"}


@pytest.mark.parametrize(
    ("root", "code", "total", "kind", "amount"),
    [
        ("Invoice", "380", "10.00", "invoice", "10.00"),
        ("Invoice", "380", "-10.00", "credit_note", "-10.00"),
        ("Invoice", "384", "10.00", "invoice", "10.00"),
        ("Invoice", "386", "10.00", "invoice", "10.00"),
        ("Invoice", "389", "10.00", "invoice", "10.00"),
        ("Invoice", "381", "10.00", "credit_note", "-10.00"),
        ("CreditNote", "381", "10.00", "credit_note", "-10.00"),
        ("CreditNote", "381", "-10.00", "invoice", "10.00"),
        ("CreditNote", "261", "10.00", "credit_note", "-10.00"),
        ("CreditNote", "", "10.00", "credit_note", "-10.00"),
        ("Invoice", "999", "10.00", "invoice", "10.00"),
    ],
)
def test_kinds_and_signs(tmp_path, root, code, total, kind, amount):
    path = ubl(tmp_path / "a.xml", root=root, code=code, TaxInclusiveAmount=total)
    found = document(path)
    assert (found["kind"], found["amount"]) == (kind, D(amount))


def test_what_a_type_leaves_open_is_noted(tmp_path):
    for code, root, total, words in (
        ("999", "Invoice", "1.00", "999"),
        ("384", "Invoice", "1.00", "corrected"),
        ("381", "CreditNote", "-1.00", "takes back"),
    ):
        path = ubl(tmp_path / f"{code}.xml", code=code, root=root, TaxInclusiveAmount=total)
        _, (reading,) = staged(path)
        assert [words in str(note) for note in reading.notes] == [True]


def test_pro_forma_invoices_are_left_out(tmp_path):
    path = ubl(tmp_path / "a.xml", code="325", TaxInclusiveAmount="10.00")
    _, (reading,) = staged(path)
    assert (reading.rows_read, reading.rows_kept, reading.left_out) == (
        1, 0, {"pro forma invoices": 1})  # fmt: skip


ALL = sorted([*SAMPLES.glob("ubl/*"), *SAMPLES.glob("cii/*"), *SAMPLES.glob("facturx/*"),
              *REAL.glob("*")])  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.name)
def test_plain_rows_are_staged_as_any_others(path, monkeypatch):
    quick, (reading,) = staged(path)
    monkeypatch.setattr(einvoice, "stage_plain", lambda *_: None)
    slow, (expected,) = staged(path)
    assert [rows_of(quick, s) for s in STAGES] == [rows_of(slow, s) for s in STAGES]
    assert reading == expected


ODD = (
    "100", "0.00", "-0.00", "1234567.899", "1,000.00", "+5", "1e3", "9" * 30, "x", "5.10 ",
    "05.00", ".50", "5.", "٣", "100,50",
)  # fmt: skip


@pytest.mark.parametrize(
    ("number", "total"),
    [*(("F1", t) for t in ODD), *((n, "5.50") for n in ("1001.0", "ID", "Total", " F1 ", ""))],
)
@pytest.mark.parametrize("reference", ["", "2.50"])
def test_odd_cells_are_staged_as_any_others(tmp_path, monkeypatch, number, total, reference):
    extra = (
        f"<PaymentMeans><PaymentID>{reference}</PaymentID></PaymentMeans>"
        "<Delivery><ActualDeliveryDate>2026-1-5</ActualDeliveryDate></Delivery>"
    )
    path = ubl(
        tmp_path / "a.xml", number, extra=extra if reference else "", TaxInclusiveAmount=total
    )
    quick, (reading,) = staged(path)
    monkeypatch.setattr(einvoice, "stage_plain", lambda *_: None)
    slow, (expected,) = staged(path)
    assert [rows_of(quick, s) for s in STAGES] == [rows_of(slow, s) for s in STAGES]
    assert reading == expected


def test_a_folder_of_e_invoices(tmp_path):
    store = Store(tmp_path / "store")
    report = load([SAMPLES / "ubl"], store)
    assert report.published
    # 1,210.00 less 200.00 paid before, less 121.00 and 60.50 credited; and 500.00
    assert query(store, "select ledger_balance from about") == [(D("1328.50"),)]
    assert query(
        store, "select document_id, kind, amount, due_on from documents order by document_id"
        " nulls last, amount"
    ) == [
        ("CN-2026-0031", "credit_note", D("-121.00"), Y("2026-03-20")),
        ("R 88", "invoice", D("500.00"), Y("2026-04-01")),
        ("VF-2026-0417", "payment", D("-200.00"), Y("2026-03-12")),
        ("VF-2026-0417", "invoice", D("1210.00"), Y("2026-04-11")),
        ("VF-2026-0420", "credit_note", D("-60.50"), Y("2026-03-25")),
    ]  # fmt: skip
    assert query(store, "select distinct ledger from documents") == [("",)]
    names = {f.name for f in report.findings}
    assert "rejected_rows" in names
    assert "several_sellers" not in names


def test_a_payment_finds_its_invoice_by_the_payment_reference(tmp_path):
    means = "<PaymentMeans><PaymentID>+++120/2600/41743+++</PaymentID></PaymentMeans>"
    ubl(tmp_path / "1.xml", number="F1", TaxInclusiveAmount="100.00")
    ubl(tmp_path / "2.xml", number="F2", extra=means, TaxInclusiveAmount="100.00")
    names = "<InvoiceDocumentReference><ID>F1</ID></InvoiceDocumentReference>"
    credit = f"<BillingReference>{names}</BillingReference>"
    ubl(tmp_path / "3.xml", number="C3", root="CreditNote", code="381", extra=credit,
        TaxInclusiveAmount="30.00")  # fmt: skip
    (tmp_path / "payments.csv").write_text(
        "customer_id;payment_date;amount;reference\nC1;2026-02-20;100.00;120260041743\n"
    )
    store = Store(tmp_path / "store")
    assert load([tmp_path], store).ok
    assert query(
        store,
        "select d.document_id, c.kind, m.amount_currency, m.method from matches as m"
        " join documents as d on d.document_key = m.debit_key"
        " join documents as c on c.document_key = m.credit_key order by all",
    ) == [
        ("F1", "credit_note", D("30.00"), "reference"),
        ("F2", "payment", D("100.00"), "structured"),
    ]


def test_a_credit_note_lowers_an_invoice_that_was_paid_in_part_before(tmp_path):
    ubl(tmp_path / "1.xml", TaxInclusiveAmount="100.00", PrepaidAmount="40.00")
    names = "<InvoiceDocumentReference><ID>F1</ID></InvoiceDocumentReference>"
    ubl(tmp_path / "2.xml", number="C2", root="CreditNote", code="381",
        extra=f"<BillingReference>{names}</BillingReference>",
        TaxInclusiveAmount="60.00")  # fmt: skip
    store = Store(tmp_path / "store")
    assert load([tmp_path], store).ok
    assert query(store, "select count(*) from open_items where closed_on is null") == [(0,)]
    assert query(store, "select method, amount_currency from matches order by all") == [
        ("reference", D("60.00")), ("state", D("40.00"))]  # fmt: skip


def test_several_sellers_are_a_finding(tmp_path):
    ubl(tmp_path / "1.xml", number="F1", seller="Ours", TaxInclusiveAmount="100.00")
    ubl(tmp_path / "2.xml", number="F2", seller="Theirs", TaxInclusiveAmount="70.00")
    store = Store(tmp_path / "store")
    report = load([tmp_path], store)
    (found,) = [f for f in report.findings if f.name == "several_sellers"]
    assert (found.items, found.amount) == (2, D("170.00"))


def test_what_was_paid_before_counts_only_while_no_payments_are_loaded(tmp_path):
    ubl(tmp_path / "1.xml", TaxInclusiveAmount="100.00", PrepaidAmount="40.00")
    store = Store(tmp_path / "store")
    load([tmp_path / "1.xml"], store)
    assert query(store, "select ledger_balance from about") == [(D("60.00"),)]
    assert query(store, "select paid_day_assumed from documents where kind = 'invoice'") == [
        (False,)
    ]
    payments = tmp_path / "payments.csv"
    payments.write_text(
        "customer_id;payment_date;amount;reference\n"
        "C1;2026-01-05;40.00;on account\nC1;2026-02-20;60.00;F1\n"
    )
    report = load([payments], store)
    assert query(store, "select ledger_balance from about") == [(D("0.00"),)]
    assert "state_left_aside" in {f.name for f in report.findings}
