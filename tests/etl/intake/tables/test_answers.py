"""An answer about one column leaves the others, and all rules, as they were."""

from decimal import Decimal

import pytest

from etl.intake.mappings.writing import as_toml, merged

D = Decimal
LIST = """Nummer;Klant;Datum;Vervaldatum;Facturatie (USD);Status
INV-1;Alfa;2026-05-01;2026-05-31;1000,00;open
INV-2;Beta;2026-05-02;2026-06-01;500,00;betaald
CN-1;Alfa;2026-05-20;2026-05-20;100,00;open
"""


def answered(balance, text, *answers):
    """Answer one question after the other; return what is owed, and the report."""
    said = {}
    for answer in answers:
        _, report = balance(text, mapping=as_toml(said))
        said = merged(said, report.failures[0].questions[0].mapping({"": answer}))
    return balance(text, mapping=as_toml(said))


def test_credit_notes_states_and_currency_are_read_beside_an_answer(balance):
    owed, report = answered(balance, LIST, "Facturatie (USD)")
    assert report.ok, report.failures
    assert owed == {"Alfa": D(900)}
    assert "due_on" in report.files[0].settings["columns"]


def test_what_else_is_unclear_is_asked_after_an_answer(balance):
    text = (
        "Factuurnummer;Klant;Factuurdatum;Vervaldatum termijn;Termijnbedrag\n"
        "F1;Zon;15/02/2026;17/03/2026;1000,00\n"
    )
    _, report = balance(text)
    said = report.failures[0].questions[0].mapping({"": "Termijnbedrag"})
    _, report = balance(text, mapping=as_toml(said))
    (question,) = report.failures[0].questions
    assert question.column == "Vervaldatum termijn"
    owed, report = answered(balance, text, "Termijnbedrag", "due_on")
    assert report.ok, report.failures
    assert owed == {"Zon": D(1000)}


NET = [("Netto", "BTW"), ("Net amount", "VAT"), ("Montant HT", "TVA"), ("Nettobetrag", "MwSt")]


@pytest.mark.parametrize(("net", "vat"), NET)
def test_net_and_vat_are_offered_as_their_sum(balance, net, vat):
    """Where the one may be no VAT on the other."""
    text = (
        f"Factuurnummer;Klant;Datum;{net};{vat}\n1;Noor;2026-07-13;100,00;21,00\n"
        "2;Noor;2026-07-14;30,00;21,00\n"
    )
    owed, report = answered(balance, text, f"{net} + {vat}")
    assert report.ok, report.failures
    assert owed == {"Noor": D(172)}


@pytest.mark.parametrize(("net", "vat"), NET)
@pytest.mark.parametrize("more", ["", ";Betaald op", ";Reeds betaald"])
def test_net_and_the_vat_on_it_are_the_amount(balance, net, vat, more):
    end = ";" if more else ""
    text = (
        f"Factuurnummer;Klant;Factuurdatum;Vervaldag;{net};{vat}{more}\n"
        f"1;Noor;2026-07-13;2026-08-12;100,00;21,00{end}\n"
        f"2;Noor;2026-07-14;2026-08-13;1000,00;60,00{end}\n"
        f"3;Noor;2026-07-15;2026-08-14;-50,00;-10,50{end}\nTotaal;;;;1050,00;70,50{end}\n"
    )
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"Noor": D("1120.50")}
    assert any(f"{net} and {vat} are added up" in str(n) for n in report.files[0].notes)


def test_what_is_open_stands_beside_net_and_vat(balance):
    text = (
        "Number;Customer;Date;Net;VAT;Open\n1;Noor;2026-07-13;100.00;21.00;0.00\n"
        "2;Noor;2026-07-14;1000.00;60.00;60.00\n"
    )
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"Noor": D(60)}
    assert {s.name: s.amount for s in report.documents}["invoice"] == D(1181)


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [("Status", "betaald", "open"), ("Betaald?", "ja", "nee"), ("Paid?", "yes", "no")],
)
@pytest.mark.parametrize("day", ["", "2026-05-18"])
def test_no_deposit_beside_the_word_paid_is_paid_in_full(balance, header, yes, no, day):
    text = (
        f"Nummer;Klant;Datum;Bedrag;Voorschot;{header};Betaaldatum\n"
        f"1;Ria;2026-05-13;242,00;0,00;{yes};{day}\n2;Ria;2026-05-14;100,00;40,00;{no};\n"
        f"3;Ria;2026-06-30;10,00;0,00;{no};\n"
    )
    owed, report = answered(balance, text, "paid_amount")
    assert report.ok, report.failures
    assert owed == {"Ria": D(70)}


def test_columns_said_by_hand_leave_credit_notes_what_their_numbers_say(balance):
    text = "Stuk X;Firma X;Dag X;Som X\nF1;Alfa;2026-05-01;1000,00\nCN-1;Alfa;2026-05-20;100,00\n"
    columns = {"document_id": "Stuk X", "customer_id": "Firma X", "issued_on": "Dag X",
               "amount": "Som X"}  # fmt: skip
    said = as_toml({"source": {"rows": "invoices"}, "columns": columns})
    owed, report = balance(text, mapping=said)
    assert report.ok, report.failures
    assert owed == {"Alfa": D(900)}
