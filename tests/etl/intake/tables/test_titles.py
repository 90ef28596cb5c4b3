"""Lists whose columns are those of any list of invoices, and whose name says what they are."""

from decimal import Decimal

import pytest

from etl.intake.mappings.writing import as_toml

D = Decimal
INVOICES = """Nummer;Klant;Datum;Vervaldatum;Bedrag
F1;Alfa;2026-05-01;2026-05-31;1000,00
F2;Beta;2026-05-02;2026-06-01;500,00
"""
PAYMENTS = """Datum;Factuur;Klant;Bedrag
2026-06-16;F1;Alfa;1000,00
2026-06-17;F2;Beta;120,00
"""


@pytest.mark.parametrize(
    "name",
    ["Betalingen 2026.csv", "receipts_june.csv", "encaissements.csv", "Zahlungseingänge.csv",
     "cobros.csv", "CustomerPayments.csv"],
)  # fmt: skip
def test_a_list_called_payments_is_one(balance, name):
    owed, report = balance(INVOICES, PAYMENTS, names=["facturen.csv", name])
    assert report.ok, report.failures
    assert owed == {"Beta": D(380)}


def test_payments_that_name_their_invoices_need_no_customer(balance):
    text = "Datum;Factuurnummer;Bedrag\n2026-06-16;F1;1000,00\n2026-06-17;F2;120,00\n"
    owed, report = balance(INVOICES, text, names=["facturen.csv", "ontvangsten.csv"])
    assert report.ok, report.failures
    assert owed == {"Beta": D(380)}


def test_a_debit_that_bounced_says_which_sign_is_which(balance):
    text = (
        "Datum;Factuur;Klant;Bedrag;Omschrijving\n2026-06-16;F1;Alfa;1000,00;Incasso\n"
        "2026-06-19;F1;Alfa;-1000,00;Storno incasso\n"
    )
    owed, report = balance(INVOICES, text, names=["facturen.csv", "ontvangsten.csv"])
    assert report.ok, report.failures
    assert owed == {"Alfa": D(1000), "Beta": D(500)}


@pytest.mark.parametrize(
    "name",
    ["openstaande betalingen.csv", "payments due.csv", "facturen en betalingen.csv", "june.csv"],
)
def test_other_names_leave_a_list_what_its_columns_say(balance, name):
    owed, report = balance(PAYMENTS, names=[name])
    assert report.ok, report.failures
    assert owed == {"Alfa": D(1000), "Beta": D(120)}


@pytest.mark.parametrize(("answer", "sign"), [("payments", -1), ("invoices", 1)])
def test_a_list_called_payments_with_the_columns_of_invoices_is_asked_about(balance, answer, sign):
    _, report = balance(INVOICES, names=["betalingen.csv"])
    (question,) = report.failures[0].questions
    assert [choice.value for choice in question.choices] == ["payments", "invoices"]
    said = as_toml(question.mapping({"": answer}))
    owed, report = balance(INVOICES, names=["betalingen.csv"], mapping=said)
    assert report.ok, report.failures
    assert owed == {"Alfa": sign * D(1000), "Beta": sign * D(500)}


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("creditnota's maart.csv", "Nummer"),
        ("credit_notes.csv", "Number"),
        ("Avoirs.csv", "Numéro"),
        ("Gutschriften.csv", "Belegnummer"),
        ("export.csv", "Creditnotanummer"),
        ("export.csv", "N° avoir"),
    ],
)
def test_a_list_of_nothing_but_credit_notes_takes_them_off(balance, name, header, sign):
    text = f"{header};Klant;Datum;Bedrag\n2026-01;Alfa;2026-05-20;{sign}100,00\n"
    owed, report = balance(INVOICES, text, names=["facturen.csv", name])
    assert report.ok, report.failures
    assert owed == {"Alfa": D(900), "Beta": D(500)}
