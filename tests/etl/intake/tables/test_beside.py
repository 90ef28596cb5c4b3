"""Plain lists that say more beside other files: of the same numbers, or of none that is here."""

from decimal import Decimal

import pytest

from etl.intake.mappings.writing import as_toml

D = Decimal
INVOICES = """Nummer;Klant;Datum;Vervaldatum;Bedrag
F1;Alfa;2026-05-01;2026-05-31;1000,00
F2;Beta;2026-05-02;2026-06-01;500,00
F3;Beta;2026-05-03;2026-06-02;50,00
"""


def answered(balance, asked, answer, *texts):
    (failure,) = asked.failures
    (question,) = failure.questions
    return balance(*texts, mapping=as_toml(question.mapping({"": answer})))


@pytest.mark.parametrize(
    "head",
    ["Datum;Factuur;Klant;Bedrag", "Date;Number;Customer;Amount", "Datum;Nummer;Kunde;Betrag",
     "Date;Numéro;Client;Montant"],
)  # fmt: skip
@pytest.mark.parametrize(("answer", "beta"), [("payments", D(430)), ("invoices", D(670))])
def test_numbers_of_older_invoices_are_asked_about(balance, head, answer, beta):
    text = f"{head}\n2026-06-16;F1;Alfa;1000,00\n2026-06-17;F2;Beta;120,00\n"
    owed, report = balance(INVOICES, text)
    assert owed == {"Alfa": D(1000), "Beta": D(550)}
    assert not report.ok
    assert [f.name for f in report.files] == ["file0.csv"]
    assert "2 of the 2 numbers" in str(report.failures[0].reason)
    if answer == "payments":
        owed, report = answered(balance, report, answer, INVOICES, text)
        assert report.ok, report.failures
        assert owed == {"Beta": beta}


@pytest.mark.parametrize("head", ["Company;Number;Date;Amount", "Firma;Nummer;Datum;Betrag"])
def test_numbers_beside_ones_own_company_are_asked_about_too(balance, head):
    text = f"{head}\nNorth;F1;2026-06-16;1000,00\nNorth;F2;2026-06-17;120,00\n"
    _, report = balance(INVOICES, text)
    assert "2 of the 2 numbers" in str(report.failures[0].reason)
    owed, report = answered(balance, report, "payments", INVOICES, text)
    assert report.ok, report.failures
    assert owed == {"Beta": D(430)}


def test_numbers_of_another_customer_are_its_own(balance):
    text = "Nummer;Klant;Datum;Bedrag\nF1;Gamma;2026-06-16;10,00\nF2;Delta;2026-06-17;20,00\n"
    owed, report = balance(INVOICES, text)
    assert report.ok, report.failures
    assert owed["Gamma"] == D(10)


def test_a_newer_export_of_the_list_may_have_changed_days(balance):
    text = "Nummer;Klant;Datum;Bedrag\nF1;Alfa;2026-05-01;10,00\nF2;Beta;2026-05-02;20,00\n"
    _, report = balance(text, text.replace("-05-", "-06-"))
    assert report.ok, report.failures


def test_what_has_a_due_day_is_a_list_of_invoices(balance):
    later = INVOICES.replace("2026-05-0", "2026-05-1")
    _, report = balance(INVOICES, later)
    assert report.ok, report.failures


PAID = """Betaaldatum;Factuurnummer;Klant;Betaald bedrag
2026-06-16;{0};Alfa;1000,00
2026-06-17;{1};Beta;120,00
"""


@pytest.mark.parametrize("one", ["F9", "2025/0099"])
def test_payments_of_invoices_that_are_not_here_are_asked_about(balance, one):
    text = PAID.format(one, "F2")
    _, report = balance(INVOICES, text)
    assert "1 of the 2 payments" in str(report.failures[0].reason)
    owed, report = answered(balance, report, "payments", INVOICES, text)
    assert report.ok, report.failures
    assert owed == {"Beta": D(430)}


@pytest.mark.parametrize(
    "head", ["Payment number;Company;Payment date;Amount;Invoice number",
             "Zahlungsnr.;Firma;Zahldatum;Betrag;Rechnungsnummer"],
)  # fmt: skip
@pytest.mark.parametrize(("answer", "owes"), [("own", {"Beta": D(430)}), ("customer", None)])
def test_payers_that_nobody_knows_may_be_ones_own_companies(balance, head, answer, owes):
    text = f"{head}\nP1;North;2026-06-16;1000,00;F1\nP2;South;2026-06-17;120,00;F2\n"
    _, report = balance(INVOICES, text)
    assert "2 of the 2 payments" in str(report.failures[0].reason)
    owed, report = answered(balance, report, answer, INVOICES, text)
    assert report.ok, report.failures
    assert owes is None or owed == owes


@pytest.mark.parametrize("more", ["", ";Factuur"])
@pytest.mark.parametrize(("answer", "owes"), [("name", D(430)), ("number", D(550))])
def test_customers_by_number_here_and_by_name_there_are_asked_about(balance, more, answer, owes):
    text = (
        f"Betaaldatum;Klantnummer;Klantnaam;Betaald bedrag{more}\n"
        f"2026-06-16;11;Alfa BV;1000,00{more and ';F1'}\n"
        f"2026-06-17;12;Beta;120,00{more and ';F2'}\n"
    )
    _, report = balance(INVOICES, text)
    assert "2 of the 2 customers" in str(report.failures[0].reason)
    owed, report = answered(balance, report, answer, INVOICES, text)
    assert report.ok, report.failures
    assert owed["Beta"] == owes


@pytest.mark.parametrize("written", ["F-0002", "f 002", "F2"])
def test_numbers_meet_as_they_do_in_matching(balance, written):
    owed, report = balance(INVOICES, PAID.format("F1", written))
    assert report.ok, report.failures
    assert owed == {"Beta": D(430)}


def test_payments_that_meet_their_invoices_need_no_question(balance):
    owed, report = balance(INVOICES, PAID.format("f-1", "F0002, F3"))
    assert report.ok, report.failures
    assert owed == {"Beta": D(430)}


RECEIVED = "P1;2026-06-16;600,00;F1\nP2;2026-06-17;400,00;F1\nP3;2026-06-18;70,00;F2\n"


@pytest.mark.parametrize(
    "head",
    ["Payment ID;Value date;Amount received;Invoice No.",
     "Betalingsnummer;Valutadatum;Ontvangen bedrag;Factuurnummer",
     "N° règlement;Date de valeur;Montant reçu;N° facture",
     "Zahlungsnummer;Wertstellung;Zahlungsbetrag;Rechnungsnummer"],
)  # fmt: skip
def test_what_was_received_is_no_match_of_payments_elsewhere(balance, head):
    owed, report = balance(INVOICES, f"{head}\n{RECEIVED}")
    assert report.ok, report.failures
    assert owed == {"Beta": D(480)}


MATCHES = (
    "Payment ID;Matched on;Matched amount;Invoice No.",
    "Betalingsnummer;Afletterdatum;Toegewezen bedrag;Factuurnummer",
    "N° règlement;Date lettrage;Montant lettré;N° facture",
    "Zahlungsnummer;Zuordnungsdatum;Zugeordneter Betrag;Rechnungsnummer",
)


@pytest.mark.parametrize("head", MATCHES)
def test_matches_of_payments_that_are_nowhere_are_asked_about(balance, head):
    text = f"{head}\n{RECEIVED}"
    owed, report = balance(INVOICES, text)
    assert owed == {"Alfa": D(1000), "Beta": D(550)}
    assert "3 of the 3 payments" in str(report.failures[0].reason)
    owed, answered_ = answered(balance, report, "bank", INVOICES, text)
    assert answered_.ok, answered_.failures
    assert owed == {"Beta": D(480)}


@pytest.mark.parametrize("head", MATCHES)
def test_matches_beside_their_payments_are_those(balance, head):
    payments = (
        "Nummer;Klant;Betaaldatum;Bedrag\nP1;Alfa;2026-06-16;600,00\n"
        "P2;Alfa;2026-06-17;400,00\nP3;Beta;2026-06-18;70,00\n"
    )
    owed, report = balance(INVOICES, f"{head}\n{RECEIVED}", payments)
    assert report.ok, report.failures
    assert owed == {"Beta": D(480)}
    assert [(share.name, share.items) for share in report.matches] == [("given", 3)]


def test_amounts_of_matches_under_an_unknown_header_are_asked_about(balance):
    text = f"Payment ID;Matched on;Portion;Invoice No.\n{RECEIVED}"
    _, report = balance(INVOICES, text)
    (question,) = report.failures[0].questions
    assert question.column == "Portion"
