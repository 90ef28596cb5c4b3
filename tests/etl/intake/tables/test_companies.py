"""Companies of the reader's own in a list: they are no customers, and may have customers each."""

from decimal import Decimal

import pytest

from etl.intake.mappings.writing import as_toml

D = Decimal
INVOICES = """Invoice number;Customer number;Customer;Invoice date;Due date;Amount
F1;C1;Acme;2026-01-05;2026-02-04;100.00
F2;C2;Bolt;2026-01-15;2026-02-14;200.00
"""


def test_the_company_that_all_payments_name_is_not_the_customer(balance):
    owed, report = balance(
        INVOICES,
        "Payment number;Company;Payment date;Amount;Invoice number\n"
        "P1;North Ltd;2026-02-03;100.00;F1\nP2;North Ltd;2026-02-12;50.00;F2\n",
    )
    assert report.ok, report.failures
    assert owed == {"C2": D(150)}


def test_the_company_that_all_invoices_name_is_not_the_customers_name(balance):
    owed, report = balance(
        "Invoice number;Company;Sold-to;Organisation;Invoice date;Amount\n"
        "F1;North Ltd;C1;Acme;2026-01-05;100.00\nF2;North Ltd;C2;Bolt;2026-01-06;50.00\n"
    )
    assert report.ok, report.failures
    assert owed == {"C1": D(100), "C2": D(50)}
    assert "Organisation" in report.files[0].settings["columns"]


HEAD = "Company;Invoice number;Customer number;Customer name;Invoice date;Due date;Amount\n"


def test_companies_may_have_customers_each(balance):
    text = HEAD + (
        "NL01;F1;1001;Acme;2026-01-05;2026-02-04;1000.00\n"
        "BE01;F1;1002;Zeta;2026-01-07;2026-02-06;300.00\n"
    )
    _, report = balance(text)
    (question,) = report.failures[0].questions
    said = question.mapping({"": "own"})
    assert said["derived"] == {"customer_id": {"join": ["Company", "Customer number"], "by": "/"}}
    owed, report = balance(text, mapping=as_toml(said))
    assert report.ok, report.failures
    assert owed == {"NL01/1001": D(1000), "BE01/1002": D(300)}


def test_a_number_with_another_name_in_each_company_is_another_customer(balance):
    text = HEAD + (
        "NL01;F1;1001;Acme;2026-01-05;2026-02-04;1000.00\n"
        "BE01;F1;1001;Zeta;2026-01-07;2026-02-06;300.00\n"
    )
    paid = (
        "Payment number;Company;Customer number;Name;Payment date;Amount;Invoice number\n"
        "P1;NL01;1001;Acme;2026-02-03;100.00;F1\nP2;BE01;1001;Zeta;2026-02-12;50.00;F1\n"
    )
    owed, report = balance(text, paid)
    assert report.ok, report.failures
    assert owed == {"NL01/1001": D(900), "BE01/1001": D(250)}


BOTH = "BE01;F3;1002;Bolt;2026-01-08;;1.00\nNL01;F4;1002;Bolt;2026-01-08;;1.00"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Zeta", "1002;Acme"),  # no number stands in both
        ("Acme BV", "1001;Acme"),  # one name, written in two ways
        ("Zeta", f"1001;Acme;2026-01-08;;1.00\n{BOTH}\nNL01;F5;1003;Bolt"),  # one in both as well
    ],
)  # fmt: skip
def test_where_nothing_shows_whose_numbers_they_are_it_is_asked(balance, name, other):
    text = HEAD + (
        f"BE01;F1;1001;{name};2026-01-07;2026-02-06;300.00\n"
        f"NL01;F2;{other};2026-01-05;2026-02-04;1000.00\n"
    )
    _, report = balance(text)
    assert [q.about for f in report.failures for q in f.questions] == ["company"]


@pytest.mark.parametrize("second", ["F2", "F1"])
def test_a_name_is_one_customer_in_all_companies(balance, second):
    text = (
        "Company;Invoice number;Customer;Invoice date;Due date;Amount\n"
        "NL01;F1;Acme;2026-01-05;2026-02-04;1000.00\n"
        f"BE01;{second};Acme;2026-01-07;2026-02-06;300.00\n"
    )
    owed, report = balance(text)
    if second == "F1":  # two documents of one number: whose they are has to be said
        assert [q.about for f in report.failures for q in f.questions] == ["company"]
    else:
        assert report.ok, report.failures
        assert owed == {"Acme": D(1300)}


ABOVE = """{head}
{first};;;
F1;2026-09-12;2026-10-12;700,00
F2;2026-10-23;2026-12-07;70,00
{total} {first};;;770,00
Dune;;;
F3;2026-09-23;2026-11-07;33,00
{total} Dune;;;33,00
"""
HEADS = [
    ("Invoice number;Invoice date;Due date;Amount", "Total"),
    ("Factuurnummer;Factuurdatum;Vervaldatum;Bedrag", "Totaal"),
    ("N° de facture;Date de facture;Échéance;Montant", "Total"),
    ("Rechnungsnummer;Rechnungsdatum;Fällig am;Betrag", "Summe"),
]


@pytest.mark.parametrize(("head", "total"), HEADS)
@pytest.mark.parametrize("paid", ["", ";Payment date"])
def test_names_of_firms_above_rows_are_the_customers_of_these(balance, head, total, paid):
    text = ABOVE.format(head=head + paid, total=total, first="Berg BV")
    if paid:
        text = "\n".join(f"{line};" if n else line for n, line in enumerate(text.splitlines()))
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"Berg BV": D(770), "Dune": D(33)}


@pytest.mark.parametrize("first", ["September", "An Peeters"])
def test_other_texts_above_rows_are_asked_about(balance, first):
    text = ABOVE.format(head=HEADS[0][0], total="Total", first=first)
    owed, report = balance(text)
    (question,) = report.failures[0].questions
    assert (owed, question.about) == ({}, "customer")
    owed, report = balance(text, mapping=as_toml(question.mapping({"": "customers"})))
    assert report.ok, report.failures
    assert owed == {first: D(770), "Dune": D(33)}


@pytest.mark.parametrize(
    ("sold", "paid"),
    [(HEAD.strip(), "Company;Payment number;Customer number;Payment date;Amount received"),
     ("Administratie;Factuurnummer;Klantnummer;Klantnaam;Factuurdatum;Vervaldatum;Bedrag",
      "Administratie;Betalingsnummer;Klantnummer;Betaaldatum;Ontvangen bedrag"),
     ("Société;N° facture;N° client;Nom du client;Date facture;Échéance;Montant",
      "Société;N° règlement;N° client;Date de règlement;Montant réglé"),
     ("Mandant;Rechnungsnummer;Kundennummer;Kundenname;Rechnungsdatum;Fällig;Betrag",
      "Mandant;Zahlungsnummer;Kundennummer;Zahlungsdatum;Zahlungsbetrag")],
)  # fmt: skip
@pytest.mark.parametrize("more", ["", "BE01;P2;1002;2026-02-11;15.00\n"])
def test_payments_of_one_company_are_of_its_own_customers(balance, sold, paid, more):
    owed, report = balance(
        f"{sold}\nNL01;F1;1001;Acme;2026-01-15;2026-02-14;1000.00\n"
        "BE01;F1;1001;Zeta;2026-01-17;2026-02-16;300.00\n"
        "NL01;F2;1002;Bolt;2026-01-18;2026-02-17;500.00\n"
        "BE01;F2;1002;Yota;2026-01-25;2026-02-24;40.00\n",
        f"{paid}\nBE01;P1;1001;2026-02-10;1000.00\n{more}",
    )
    assert report.ok, report.failures
    assert owed == {
        "NL01/1001": D(1000), "BE01/1001": D(-700), "NL01/1002": D(500),
        "BE01/1002": D(25 if more else 40),
    }  # fmt: skip
    notes = [str(n) for f in report.files if f.name == "file1.csv" for n in f.notes]
    assert any("without the company" in n and "1001 is BE01/1001" in n for n in notes)
