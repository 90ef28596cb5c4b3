"""Columns that are called otherwise: by which of two headers a customer or an invoice is known."""

from decimal import Decimal

import pytest

from etl.intake.mappings.writing import as_toml

D = Decimal
INVOICES = """Number;Customer number;Date;Due;Amount
F26070;281;2025-10-01;2025-10-31;5300.00
F26073;281;2025-11-12;2025-12-12;5700.00
"""


def test_a_name_beside_the_companies_of_ones_own_is_the_customers(balance):
    text = """Invoice number;Company;Customer number;Name;Invoice date;Amount
F1;North;982;Acme;2025-09-02;100.00
F2;South;982;Acme;2025-10-09;50.00
"""
    _, report = balance(text)
    (question,) = report.failures[0].questions
    assert question.about == "company"
    owed, report = balance(text, mapping=as_toml(question.mapping({"": "shared"})))
    assert report.ok, report.failures
    assert owed == {"982": D(150)}


def test_an_account_is_the_customers_where_its_name_is(balance):
    text = """Bill No;Account code;Account name;Invoice date;Billed;Item name;Line amount
F1;447;Bolt;2025-09-12;30.00;Valve;10.00
F1;447;Bolt;2025-09-12;30.00;Seal;20.00
F2;100;Yota;2025-09-26;5.00;Seal;5.00
"""
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"447": D(30), "100": D(5)}


def test_the_document_of_a_payment_with_a_number_is_what_it_pays(balance):
    text = """Payment number;Customer number;Date;Amount paid;Document
P1;281;2025-11-18;2850.00;F26073
P2;281;2025-11-29;2850.00;F26073
"""
    owed, report = balance(INVOICES, text)
    assert report.ok, report.failures
    assert owed == {"281": D(5300)}
    assert report.matches[0].name == "reference"


def test_a_number_alone_in_a_list_of_payments_is_not_mistyped(balance):
    invoices = INVOICES.replace("5300.00", "2850.00")
    text = """Payment number;Customer number;Date;Amount paid;Invoice number
P1;281;2025-11-18;2850.00;F26073
P2;281;2025-11-29;2850.00;F26073
"""
    _, report = balance(invoices, text)
    assert [(share.name, share.items) for share in report.matches] == [("reference", 2)]


@pytest.mark.parametrize("number", ["Debitor", "Debitorennummer"])
def test_a_debitor_is_a_number_and_a_kunde_its_name(balance, number):
    text = (
        f"Rechnungsnummer;{number};Kunde;Belegart;Soll;Haben;Rg.-Datum;Bezug\n"
        "F1;117;Meyer;Rechnung;100,00;;2025-09-07;\nF2;117;Meyer;Rechnung;60,00;;2025-09-08;\n"
        "P1;117;Meyer;Zahlung;;60,00;2025-11-01;F2\n"
    )
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"117": D(100)}
    assert not [n for n in report.files[0].notes if "not used" in str(n)]


@pytest.mark.parametrize("header", ["Particulars", "Narration", "Description"])
def test_particulars_say_what_is_refunded(balance, header):
    text = (
        f"Trans No;Account Ref;Dr;Credits;Invoice date;{header}\nF1;786;100.00;;2025-09-03;Sale\n"
        "P1;786;;100.00;2025-10-10;Payment F1\nP2;786;96.00;;2025-12-24;Refund\n"
    )
    _, report = balance(text)
    assert report.ok, report.failures
    assert {share.name: share.items for share in report.documents} == {"invoice": 1, "payment": 2}


def test_one_company_above_whose_rows_stand_names_is_asked_about(balance):
    text = """Invoice number;Company;Invoice date;Due date;Amount
Acme;;;;
F1;North Ltd;2025-09-12;2025-10-12;700.00
F2;North Ltd;2025-10-23;2025-12-07;70.00
Bolt;;;;
F3;North Ltd;2025-09-23;2025-11-07;33.00
"""
    owed, report = balance(text)
    (question,) = report.failures[0].questions
    assert owed == {}
    assert "North Ltd" in str(question.text)
    owed, report = balance(text, mapping=as_toml(question.mapping({"": "customer"})))
    assert report.ok, report.failures
    assert owed == {"North Ltd": D(803)}
