"""What e-invoices have in common: amounts, kinds, terms in words, and whole loads."""

from datetime import date
from decimal import Decimal

import pytest

from data.core.errors import FileError
from data.store.state import Store
from etl.intake.formats.einvoice import invoice as einvoice
from etl.load.run import load
from tests.einvoices import REAL, SAMPLES, document, query, ubl
from tests.goldens import STAGES, rows_of, staged

D, Y = Decimal, date.fromisoformat


@pytest.mark.parametrize(
    ("totals", "amount", "notes"),
    [
        # what is to be paid, rounded once
        ({"TaxInclusiveAmount": "99.98", "PayableRoundingAmount": "0.02",
          "PayableAmount": "100.00"}, "100.00", 1),
        ({"TaxInclusiveAmount": "99.98", "PayableRoundingAmount": "0.02", "PrepaidAmount": "40.00",
          "PayableAmount": "60.00"}, "60.00", 2),
        # without it, what makes it
        ({"TaxInclusiveAmount": "99.98", "PayableRoundingAmount": "0.02",
          "PrepaidAmount": "40.00"}, "60.00", 2),
        ({"TaxInclusiveAmount": "100.00"}, "100.00", 0),
        ({"PayableAmount": "60.00", "PrepaidAmount": "40"}, "60.00", 0),
        # paid at once
        ({"TaxInclusiveAmount": "100.00", "PrepaidAmount": "100.00", "PayableAmount": "0.00"},
         "0.00", 1),
        # collected for others, or carried over from an older one; kept back as tax
        ({"TaxInclusiveAmount": "100.00", "PayableAmount": "125.00"}, "125.00", 1),
        ({"TaxInclusiveAmount": "100.00", "PayableAmount": "80.00"}, "80.00", 1),
        # paid before more than it costs: the rest is owed to the customer
        ({"TaxInclusiveAmount": "100.00", "PrepaidAmount": "150.00", "PayableAmount": "-50.00"},
         "-50.00", 1),
    ],
)  # fmt: skip
def test_what_is_to_be_paid_is_the_receivable(tmp_path, totals, amount, notes):
    path = ubl(tmp_path / "a.xml", **totals)
    found = document(path)
    assert (found["amount"], "paid_amount" in found) == (D(amount), False)
    _, (reading,) = staged(path)
    assert len(reading.notes) == notes


NOTES = "<Note>{}</Note>"
VAT = "<TaxTotal><TaxAmount>{}</TaxAmount></TaxTotal>"


def vat(currency, tax):
    """Return the VAT in a currency."""
    return VAT.format(tax).replace("Amount>", f'Amount currencyID="{currency}">', 1)


@pytest.mark.parametrize(
    ("extra", "totals", "amount"),
    [
        # what it says without VAT, and the VAT; that of the books is in another currency
        (VAT.format("21.00"), {"TaxExclusiveAmount": "100.00"}, "121.00"),
        (vat("PLN", "90.00") + vat("EUR", "21.00"),
         {"TaxExclusiveAmount": "100.00"}, "121.00"),
        # the only amount that its text names as payable, in four languages and those of formats
        (NOTES.format("Te betalen: € 1.234,56 binnen 30 dagen"), {}, "1234.56"),
        (NOTES.format("Net à payer : 1\u202f234,56 €, escompte 2 %"), {}, "1234.56"),
        (NOTES.format("Zahlbetrag 1.234,56 EUR bis 12.05.2026"), {}, "1234.56"),
        (NOTES.format("Total amount due: EUR 1,234.56. Amount due 1234.56"), {}, "1234.56"),
        (NOTES.format("Totale da pagare: 1.234.567 EUR"), {}, "1234567.00"),
        (NOTES.format("Do zapłaty: 99,50 EUR (412,00 zł)"), {}, "99.50"),
        ("<PaymentTerms><Note>Te voldoen 121,00</Note></PaymentTerms>", {}, "121.00"),
        # of another currency is no amount of this invoice
        (NOTES.format("To pay: USD 130.00, amount due EUR 121.00"), {}, "121.00"),
    ],
)  # fmt: skip
def test_where_there_is_no_total_its_parts_or_its_text_say_it(tmp_path, extra, totals, amount):
    path = ubl(tmp_path / "a.xml", extra=extra, **totals)
    assert document(path)["amount"] == D(amount)
    note, *_ = staged(path)[1][0].notes
    assert str(note).startswith("There is no total: ")


@pytest.mark.parametrize(
    ("text", "totals", "said"),
    [
        ("Te betalen: 121,00 EUR, of contant te betalen: 118,58 EUR", {}, "118.58, 121.00"),
        ("Te betalen: EUR 1.234", {}, "?"),
        ("Zahlbetrag: 121,00 EUR", {"PayableAmount": "0.00"}, "its text says 121.00"),
        ("Zahlbetrag: 121,00 EUR", {"PayableAmount": "0", "TaxInclusiveAmount": "0.00"}, "121.00"),
    ],
)
def test_what_a_text_does_not_say_clearly_is_never_zero(tmp_path, text, totals, said):
    with pytest.raises(FileError, match=r"E-invoice F1 in a\.xml") as error:
        staged(ubl(tmp_path / "a.xml", extra=NOTES.format(text), **totals))
    assert said in str(error.value.reason)


@pytest.mark.parametrize(
    ("text", "totals", "amount"),
    [
        ("Te betalen: 99,00", {"PayableAmount": "100.00"}, "100.00"),
        ("Total 100,00, à payer 100,00", {"PayableAmount": "0.00", "TaxInclusiveAmount": "100.00",
                                          "PrepaidAmount": "100.00"}, "0.00"),
        ("To pay: 0.00", {"PayableAmount": "0.00"}, "0.00"),
    ],
)  # fmt: skip
def test_a_total_that_is_there_counts_before_the_text(tmp_path, text, totals, amount):
    assert document(ubl(tmp_path / "a.xml", extra=NOTES.format(text), **totals))["amount"] == D(
        amount
    )


@pytest.mark.parametrize(
    "text", ["", "te betalen binnen 30 dagen", "to pay 12.05.2026", "à payer 2,00 % de plus"]
)
def test_without_any_amount_it_is_refused(tmp_path, text):
    connection, (reading,) = staged(ubl(tmp_path / "b.xml", extra=NOTES.format(text)))
    assert reading.rows_rejected == 1
    assert connection.execute("select reason from rejects").fetchall() == [
        ("The amount is missing.",)
    ]


def test_a_total_that_does_not_tie_to_what_is_to_be_paid_is_noted(tmp_path):
    path = ubl(tmp_path / "a.xml", TaxInclusiveAmount="100.00", PayableAmount="90.00")
    _, (reading,) = staged(path)
    (note,) = reading.notes
    assert (note.values["payable"], note.values["expected"]) == ("90.00", "100.00")


@pytest.mark.parametrize("day", ["2026-02-30", "202602", "soon", "0001-01-01"])
def test_a_day_that_cannot_be_read_refuses_no_invoice(tmp_path, day):
    extra = (
        f"<DueDate>{day}</DueDate><Delivery><ActualDeliveryDate>{day}</ActualDeliveryDate>"
        "</Delivery><PaymentTerms><Note>14 days</Note></PaymentTerms>"
    )
    path = ubl(tmp_path / "a.xml", extra=extra, TaxInclusiveAmount="10.00")
    found = document(path)
    assert (found.get("due_on"), found.get("delivered_on"), found["terms_days"]) == (None, None, 14)
    _, (reading,) = staged(path)
    assert [str(n) for n in reading.notes] == [
        f"{element} {day} is no day that can be read: it was left out."
        for element in ("DueDate", "Delivery/ActualDeliveryDate")
    ]


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
    # 1,210.00 of which 200.00 was paid before, less 121.00 and 60.50 credited; and 500.00
    assert query(store, "select ledger_balance from about") == [(D("1328.50"),)]
    assert query(
        store, "select document_id, kind, amount, due_on from documents order by document_id"
        " nulls last, amount"
    ) == [
        ("CN-2026-0031", "credit_note", D("-121.00"), Y("2026-03-20")),
        ("R 88", "invoice", D("500.00"), Y("2026-04-01")),
        ("VF-2026-0417", "invoice", D("1010.00"), Y("2026-04-11")),
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


def test_a_credit_note_lowers_what_was_to_be_paid(tmp_path):
    ubl(tmp_path / "1.xml", TaxInclusiveAmount="100.00", PrepaidAmount="40.00")
    names = "<InvoiceDocumentReference><ID>F1</ID></InvoiceDocumentReference>"
    ubl(tmp_path / "2.xml", number="C2", root="CreditNote", code="381",
        extra=f"<BillingReference>{names}</BillingReference>",
        TaxInclusiveAmount="60.00")  # fmt: skip
    store = Store(tmp_path / "store")
    assert load([tmp_path], store).ok
    assert query(store, "select count(*) from open_items where closed_on is null") == [(0,)]
    assert query(store, "select method, amount_currency from matches") == [
        ("reference", D("60.00"))
    ]


def test_several_sellers_are_a_finding(tmp_path):
    ubl(tmp_path / "1.xml", number="F1", seller="Ours", TaxInclusiveAmount="100.00")
    ubl(tmp_path / "2.xml", number="F2", seller="Theirs", TaxInclusiveAmount="70.00")
    store = Store(tmp_path / "store")
    report = load([tmp_path], store)
    (found,) = [f for f in report.findings if f.name == "several_sellers"]
    assert (found.items, found.amount) == (2, D("170.00"))


def test_a_prepayment_with_an_invoice_of_its_own_counts_once(tmp_path):
    ubl(tmp_path / "1.xml", number="F1", code="386", TaxInclusiveAmount="40.00")
    ubl(tmp_path / "2.xml", number="F2", TaxInclusiveAmount="100.00", PrepaidAmount="40.00",
        PayableAmount="60.00")  # fmt: skip
    payments = tmp_path / "payments.csv"
    payments.write_text(
        "customer_id;payment_date;amount;reference\nC1;2026-01-15;40.00;F1\nC1;2026-02-20;60.00;F2\n"
    )
    store = Store(tmp_path / "store")
    assert load([tmp_path], store).ok
    assert query(store, "select ledger_balance from about") == [(D("0.00"),)]
    assert query(store, "select count(*) from open_items where closed_on is null") == [(0,)]
