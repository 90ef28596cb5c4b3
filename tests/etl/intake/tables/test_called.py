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


@pytest.mark.parametrize(
    "head", ["Payment number;Payment date;Amount;Invoice number", "Nr.;Betaaldatum;Bedrag;Factuur",
             "N° règlement;Payé le;Montant;Facture", "Zahlungsnr.;Zahldatum;Betrag;Rechnung"],
)  # fmt: skip
def test_a_number_alone_is_not_mistyped_where_no_customer_stands(balance, head):
    invoices = INVOICES.replace("5300.00", "2850.00")
    text = f"{head}\nP1;2025-11-18;2850.00;F26073\nP2;2025-11-29;2850.00;F26073\n"
    _, report = balance(invoices, text)
    assert report.ok, report.failures
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


@pytest.mark.parametrize(
    ("head", "yes"),
    [("Number;Customer;Date;Amount;Cleared", "2026-02-03"),
     ("Nummer;Klant;Datum;Bedrag;Voldaan", "03-02-2026"),
     ("Numéro;Client;Date;Montant;Réglé", "03/02/2026"),
     ("Nummer;Kunde;Datum;Betrag;Beglichen", "03.02.2026")],
)  # fmt: skip
def test_days_under_a_word_for_paid_are_those_of_payment(balance, head, yes):
    day = yes.replace("03", "25").replace("-02-25", "-01-25")
    owed, report = balance(f"{head}\nF1;Acme;{day};100.00;{yes}\nF2;Bolt;{day};20.00;\n")
    assert report.ok, report.failures
    assert owed == {"Bolt": D(20)}


@pytest.mark.parametrize(
    "head",
    ["Number;Customer;Date;Amount;Position", "Nummer;Klant;Datum;Bedrag;Post",
     "Numéro;Client;Date;Montant;Poste", "Nummer;Kunde;Datum;Betrag;Positionsbetrag"],
)  # fmt: skip
@pytest.mark.parametrize(("last", "right"), [("20.00", True), ("21.00", False)])
def test_parts_that_add_up_to_each_amount_change_nothing(balance, head, last, right):
    text = (f"{head}\nF1;Acme;2026-01-05;30.00;10.00\nF1;Acme;2026-01-05;30.00;{last}\n"
            "F2;Bolt;2026-01-06;5.00;5.00\n")  # fmt: skip
    owed, report = balance(text)
    if right:
        assert report.ok, report.failures
        assert owed == {"Acme": D(30), "Bolt": D(5)}
    else:
        assert [q.about for f in report.failures for q in f.questions] == ["column"]


@pytest.mark.parametrize(
    ("head", "failed", "unknown"),
    [("Payment number;Customer;Payment date;Amount received;Status", "Failed", "Pending"),
     ("Betalingsnummer;Klant;Betaaldatum;Ontvangen bedrag;Status", "Mislukt", "In behandeling"),
     ("N° règlement;Client;Payé le;Montant réglé;Statut", "Échoué", "En attente"),
     ("Zahlungsnr.;Kunde;Zahldatum;Zahlungsbetrag;Status", "Fehlgeschlagen", "Ausstehend")],
)  # fmt: skip
def test_states_of_payments_are_asked_about_as_such(balance, head, failed, unknown):
    text = f"{head}\nP1;Acme;2026-02-03;100.00;Paid\nP2;Acme;2026-02-04;7.00;{failed}\n"
    owed, report = balance(text)
    assert report.ok, report.failures
    assert owed == {"Acme": D(-100)}
    assert report.files[0].left_out == {"payments that failed or were cancelled": 1}
    _, report = balance(f"{text}P3;Acme;2026-02-05;20.00;{unknown}\n")
    (question,) = report.failures[0].questions
    assert "payments that have them" in str(question.text)
    owed, report = balance(
        f"{text}P3;Acme;2026-02-05;20.00;{unknown}\n",
        mapping=as_toml(question.mapping({unknown: "paid"})),
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(-120)}


REFERENCES = [
    ("Invoice number;Customer ref;Customer name;Invoice date;Amount",
     "Payment number;Customer ref;Customer name;Payment date;Amount received"),
    ("Factuurnummer;Ref. klant;Klantnaam;Factuurdatum;Bedrag",
     "Betalingsnummer;Ref. klant;Klantnaam;Betaaldatum;Ontvangen bedrag"),
    ("N° de facture;Réf. client;Nom du client;Date de facture;Montant",
     "N° règlement;Réf. client;Nom du client;Date de règlement;Encaissement"),
    ("Rechnungsnummer;Kunden-Ref.;Kundenname;Rechnungsdatum;Betrag",
     "Zahlungsnummer;Kunden-Ref.;Kundenname;Zahlungsdatum;Zahlungsbetrag"),
]  # fmt: skip


def _proof(text):
    return f'"=""{text}"""'


@pytest.mark.parametrize(("invoiced", "paid"), REFERENCES)
@pytest.mark.parametrize("written", [str, _proof])
def test_a_reference_that_is_the_same_for_a_name_is_the_customers_number(
    balance, invoiced, paid, written
):
    acme, bolt = written("00917"), written("00788")
    owed, report = balance(
        f"{invoiced}\nF1;{acme};Acme;2026-01-25;100.00\nF2;{bolt};Bolt;2026-01-26;70.00\n"
        f"F3;{acme};Acme;2026-02-25;50.00\n",
        f"{paid}\nP1;{acme};Acme;2026-02-27;100.00\nP2;{bolt};Bolt;2026-02-28;30.00\n"
        f"P3;{bolt};Bolt;2026-03-28;20.00\n",
    )
    assert report.ok, report.failures
    assert owed == {"00917": D(50), "00788": D(20)}


@pytest.mark.parametrize(
    ("refs", "called"), list(zip(REFERENCES, ("Client", "Klant", "Client", "Kunde"), strict=True))
)
def test_a_reference_stands_beside_what_may_be_number_or_name(balance, refs, called):
    number, reference, _, *others = refs[0].split(";")
    owed, report = balance(
        f"{number};{reference};{called};{';'.join(others)}\nF1;917;Acme;2026-01-25;100.00\n"
        "F2;788;Bolt;2026-01-26;70.00\nF3;917;Acme;2026-02-25;50.00\n"
    )
    assert report.ok, report.failures
    assert owed == {"917": D(150), "788": D(70)}


@pytest.mark.parametrize(("invoiced", "_"), REFERENCES)
def test_a_reference_that_each_invoice_has_of_its_own_is_no_number(balance, invoiced, _):
    owed, report = balance(
        f"{invoiced}\nF1;4711/A;Acme;2026-01-25;100.00\nF2;8/B;Bolt;2026-01-26;70.00\n"
        "F3;4712/C;Acme;2026-02-25;50.00\nF4;;Bolt;2026-02-26;1.00\n",
    )
    assert report.ok, report.failures
    assert owed == {"Acme": D(150), "Bolt": D(71)}


@pytest.mark.parametrize(("invoiced", "_"), REFERENCES)
@pytest.mark.parametrize(("answer", "owed"), [("number", "917"), ("reference", "Acme")])
def test_a_reference_of_customers_with_one_row_each_is_asked_about(
    balance, invoiced, _, answer, owed
):
    text = f"{invoiced}\nF1;917;Acme;2026-01-25;100.00\nF2;788;Bolt;2026-01-26;70.00\n"
    _, report = balance(text)
    (question,) = report.failures[0].questions
    found, report = balance(text, mapping=as_toml(question.mapping({"": answer})))
    assert report.ok, report.failures
    assert found[owed] == D(100)


@pytest.mark.parametrize(("invoiced", "_"), REFERENCES)
def test_a_reference_alone_is_a_number_where_it_stands_again(balance, invoiced, _):
    number, reference, _, *others = invoiced.split(";")
    head = ";".join((number, reference, *others))
    text = f"{head}\nF1;917;2026-01-25;100.00\nF2;788;2026-01-26;70.00\n"
    _, report = balance(text)
    assert [q.about for f in report.failures for q in f.questions] == ["customer"]
    owed, report = balance(f"{text}F3;917;2026-01-27;1.00\n")
    assert report.ok, report.failures
    assert owed == {"917": D(101), "788": D(70)}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("number", "first", "second", "day", "amount"),
    [("Factuurnummer", "Relatie", "Klant", "Factuurdatum", "Bedrag"),
     ("Rechnungsnummer", "Debitor", "Kunde", "Rechnungsdatum", "Betrag"),
     ("N° facture", "Tiers", "Client", "Date facture", "Montant"),
     ("Invoice number", "Customer", "Debtor", "Invoice date", "Amount")],
)  # fmt: skip
def test_of_two_columns_called_a_customer_the_number_is_where_digits_are(
    balance, number, first, second, day, amount, turned
):
    cells = [("472", "Acme Supplies"), ("633", "Bolt 2000"), ("969", "Café Dune")]
    if turned:
        cells = [(called, code) for code, called in cells]
    rows = [f"F{n};{a};{b};2025-09-0{n};{n}0.00" for n, (a, b) in enumerate(cells, 1)]
    owed, report = balance(f"{number};{first};{second};{day};{amount}\n" + "\n".join(rows) + "\n")
    assert report.ok, report.failures
    assert owed == {"472": D(10), "633": D(20), "969": D(30)}


@pytest.mark.parametrize("companies", [("North",) * 3, ("North", "South", "North")])
@pytest.mark.parametrize("word", ["Client", "Customer"])
def test_beside_companies_of_ones_own_a_customer_beside_its_code_is_its_name(
    balance, word, companies
):
    rows = [
        f"F{n};{company};{code};{called};2025-09-0{n};{n}0.00"
        for n, (company, code, called) in enumerate(
            zip(companies, ("422", "349", "422"), ("Acme", "Bolt", "Acme"), strict=True), 1
        )
    ]
    text = f"Invoice number;Company;Debtor code;{word};Invoice date;Amount\n" + "\n".join(rows)
    _, report = balance(f"{text}\n")
    if not report.ok:
        (question,) = report.failures[0].questions
        said = as_toml(question.mapping({"": "shared"}))
        _, report = balance(f"{text}\n", mapping=said)
    assert report.ok, report.failures
    assert f'"customer_name": "{word}"' in report.files[0].settings["columns"]


BILLED = "F26072;443;Acme;2026-01-25;100.00\nF26073;959;Bolt;2026-01-26;70.00\n"
RECEIVED = "P1;North Ltd;2026-02-27;100.00;F26072\nP2;North Ltd;2026-02-28;30.00;F26073\n"
PAID_BY = [
    ("Invoice number;Debtor code;Company name;Posting date;Amount",
     "Transaction ID;Entity;Payment date;Paid;{}", "Invoice reference", "Reference"),
    ("Factuurnummer;Debiteurnr;Klantnaam;Factuurdatum;Bedrag",
     "Transactienr;Administratie;Betaaldatum;Betaald;{}", "Factuurreferentie", "Kenmerk"),
    ("N° de facture;N° client;Nom du client;Date de facture;Montant",
     "N° transaction;Société;Date de règlement;Montant réglé;{}", "Facture réglée", "Référence"),
    ("Rechnungsnummer;Debitornr.;Kundenname;Rechnungsdatum;Betrag",
     "Transaktionsnr.;Gesellschaft;Zahldatum;Zahlbetrag;{}", "Zu Rechnung", "Referenz"),
]  # fmt: skip


@pytest.mark.parametrize(("invoiced", "paid", "naming", "_free"), PAID_BY)
def test_the_company_of_all_payments_is_no_customer_where_invoices_are_named(
    balance, invoiced, paid, naming, _free
):
    owed, report = balance(f"{invoiced}\n{BILLED}", f"{paid.format(naming)}\n{RECEIVED}")
    assert report.ok, report.failures
    assert owed == {"959": D(40)}


@pytest.mark.parametrize(("invoiced", "paid", "_naming", "free"), PAID_BY)
def test_the_company_of_all_payments_is_asked_about_where_it_may_be_the_customer(
    balance, invoiced, paid, _naming, free
):
    texts = f"{paid.format(free)}\n{RECEIVED}", f"{invoiced}\n{BILLED}"
    owed, report = balance(*texts)
    # a word that is never one for a customer leaves nothing to ask
    assert bool(report.failures) == ("Entity" in paid)
    for failure in report.failures:
        (question,) = failure.questions
        owed, report = balance(*texts, mapping=as_toml(question.mapping({"": "own"})))
        assert report.ok, report.failures
    assert owed == {"959": D(40)}
