"""Payment terms in words and codes: what they say, counted by hand for invoices of two days."""

from datetime import date

import pytest

from data.store.state import Store
from etl.intake.tables.terms.said import read_terms
from etl.load.run import load
from tests.einvoices import query
from tests.goldens import staged

Y = date.fromisoformat
ISSUED = Y("2026-01-10")


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (("30", "30.0", "030", "NET30", "Net 30", "net-30", "N30", "n/30", "30D", "30 d", "30N",
          "30NET", "ZB30", "Z30", "30 days net", "30 Days", "30 jours", "30 jours nets", "30J",
          "30 dagen", "30 dagen netto", "30 Tage", "30 Tage netto", "30T", "D30"), 30),
        (("30 dagen na factuurdatum", "30 jours date de facture", "30 Tage nach Rechnungsdatum",
          "Payment within thirty (30) days of the invoice date.", "30 dias", "30 giorni",
          "30 dager", "netto innerhalb von 30 Tagen", "30 calendar days", "30 Kalendertage"), 30),
        (("0", "ZB00", "comptant", "contant", "sofort fällig", "Zahlbar sofort ohne Abzug", "COD",
          "Due on receipt", "à réception de facture", "bij ontvangst", "immediately"), 0),
        (("Betaling binnen 14 dagen, 2% korting binnen 8 dagen",), 14),
        (("2/10 net 30", "2/10N30", "2/10, n/30", "2% 10 days, net 30", "2/10 3/5 net 30"), 30),
        (("14 Tage 2 % Skonto, 30 Tage netto", "14 Tage 3 % Skonto oder 30 Tage netto",
          "14 Tage 2% Skonto 30 Tage netto", "30 Tage netto\n#SKONTO#TAGE=14#PROZENT=2.25#",
          ("Innerhalb von 14 Tagen 3 % Skonto, innerhalb 20 Tagen 2 % Skonto, innerhalb von 30"
          " Tagen ohne Abzug"), "bestelling van 15.02.2026, 30 dagen"), 30),
        (("Paiement à 45 jours. Escompte 1,5 % pour paiement sous 8 jours",), 45),
        # 10 January and 30 days is 9 February, whose month ends on the 28th
        (("30 jours fin de mois", "30 jours FDM", "30FDM", "30 j fin du mois", ("30 dagen einde"
          " maand"), "30 dagen eind van de maand", "30 Tage Monatsende", "30D+CM"), 49),
        # 31 January and 30 days is 2 March
        (("30 EOM", "30EOM", "Net 30 EOM", "EOM+30", "EOM 30 days", "CM+30D", ("30 days end of"
          " month"), "30 days after end of month", "30 days from the end of the month",
          "30 jours après fin de mois", "fin de mois + 30 jours", "fin de mois 30 jours",
          "30 dagen na einde maand", "einde maand + 30 dagen", "30 Tage nach Monatsende",
          "30 Tage ab Monatsende"), 51),
        (("EOM", "end of month", "fin de mois", "einde maand", "Monatsende", "CM"), 21),
        # the 10th after 28 February
        (("30 jours fin de mois le 10", "30 dagen einde maand, de 10e", "30FDM10"), 59),
        (("le 10 du mois suivant", "10th of following month", "the 10th of the next month",
          "de 10e van de volgende maand", "zum 10. des Folgemonats"), None),
        (("end of next month", "end of the following month", "fin du mois suivant",
          "einde volgende maand", "Ende des Folgemonats"), 49),
        (("1 month", "1 maand", "1 mois", "1 Monat", "1M"), 31),
        (("2 mois fin de mois", "2 maanden einde maand"), 80),
    ],
)  # fmt: skip
def test_days_until_due(texts, days):
    if days is None:  # 10 February
        days = 31
    assert {text: read_terms(text, ISSUED).days(ISSUED) for text in texts} == dict.fromkeys(
        texts, days
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "ZB01", "ZB05", "NAA8", "Z001", "0001", "VM", "COD30X", "see contract",
        "Zie onze algemene voorwaarden", "30 days, or 60 days for exports", "Order of 900 days",
        "30 days after delivery", "30 dagen na levering", "30 jours après livraison",
        "30 Tage nach Lieferung", "10 werkdagen", "10 working days", "10 jours ouvrés",
        "50 % 30 days, 50 % 60 days", "30% deposit, 70% 30 days", "30/60/90", "400", "14 months",
        "#VERZUG#TAGE=30#PROZENT=9.00#", "8 % interest after 30 days", "30 days and 1 month",
        "bis 31.02.2026", "bis 31.03.2026 oder 15.04.2026",
    ],
)  # fmt: skip
def test_what_is_not_plain_says_nothing(text):
    found = read_terms(text, ISSUED)
    assert (found.due_on, found.days(ISSUED)) == (None, None)


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("zahlbar bis 31.03.2026", "2026-03-31"),
        ("bis 31.03.26", "2026-03-31"),
        ("Payable before 2026-04-15", "2026-04-15"),
        ("à payer pour le 15/04/2026", "2026-04-15"),
        ("te betalen voor 15 april 2026", "2026-04-15"),
        ("à payer avant le 1er août 2026", "2026-08-01"),
        ("fällig am 1. März 2026", "2026-03-01"),
        ("30 Tage netto bis 09.02.2026, 3% Skonto innerhalb 10 Tagen bis 20.01.2026", "2026-02-09"),
        ("Bestellung vom 01.12.2025", None),
    ],
)
def test_a_day_that_is_said(text, due_on):
    assert read_terms(text, ISSUED).due_on == (Y(due_on) if due_on else None)


def test_a_day_far_before_the_invoice_is_not_its_own():
    assert read_terms("bis 22.12.2020", Y("2020-12-01")).due_on == Y("2020-12-22")
    assert read_terms("bis 22.12.2020", ISSUED).due_on is None


@pytest.mark.parametrize(
    ("text", "discounts"),
    [
        ("3% Skonto innerhalb 10 Tagen, 30 Tage netto", [("3", "10")]),
        ("14 Tage 2 % Skonto, 30 Tage netto", [("2", "14")]),
        ("14 Tage 2% Skonto 30 Tage netto", [("2", "14")]),
        ("2/10 net 30", [("2", "10")]),
        ("2/10N30", [("2", "10")]),
        ("3/10, 2/20, n/60", [("3", "10"), ("2", "20")]),
        ("2% 10 days, net 30", [("2", "10")]),
        ("14 Tage 3 %, 20 Tage 2 %, 30 Tage netto", [("3", "14"), ("2", "20")]),
        ("3 % korting binnen 8 dagen, 2 % binnen 14 dagen, 30 dagen netto",
         [("3", "8"), ("2", "14")]),
        ("2 % Skonto bis 24.01.2026, netto bis 09.02.2026", [("2", "14")]),
        ("#SKONTO#TAGE=14#PROZENT=2.25#\n#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG=100.00#",
         [("2.25", "14"), ("3.00", "7")]),
        ("8 % interest after 30 days", []),
        ("50 % 30 days, 50 % 60 days", []),
    ],
)  # fmt: skip
def test_discounts(text, discounts):
    assert read_terms(text, ISSUED).discounts == tuple(discounts)


TABLE = """customer_id;invoice_number;invoice_date;amount;payment_terms
C1;F1;2026-01-10;100.00;30 jours fin de mois
C1;F2;2026-01-10;100.00;30 dagen na einde maand
C1;F3;2026-01-10;100.00;2/10 net 30
C1;F4;2026-01-10;100.00;NAA8
C1;F5;2026-01-13;100.00;comptant
"""


def test_a_column_of_terms(tmp_path):
    path = tmp_path / "invoices.csv"
    path.write_text(TABLE, encoding="utf-8")
    connection, (reading,) = staged(path)
    assert connection.execute("select terms_days from staged_documents").fetchall() == [
        (49,), (51,), (30,), (None,), (0,)
    ]  # fmt: skip
    months, unknown = map(str, reading.notes)
    assert months == (
        "Terms in payment_terms that go by months: an invoice of 2026-01-10 is due on 2026-03-02"
        " (30 dagen na einde maand), 2026-02-28 (30 jours fin de mois)."
    )
    assert unknown == "1 cell of payment_terms is no terms that are known: no days from it."
    store = Store(tmp_path / "store")
    assert load([path], store).ok
    assert query(store, "select due_on from documents order by document_id") == [
        (Y("2026-02-28"),), (Y("2026-03-02"),), (Y("2026-02-09"),), (Y("2026-02-09"),),
        (Y("2026-01-13"),),
    ]  # fmt: skip


def test_terms_of_customers_that_go_by_months_are_counted(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("customer_id;name;payment_terms\nC1;A;30 days\nC2;B;30 days EOM\n")
    connection, (reading,) = staged(path)
    assert connection.execute(
        "select agreed_terms_days from staged_customers order by line"
    ).fetchall() == [(30,), (None,)]
    assert [str(n) for n in reading.notes] == [
        "1 cell of payment_terms is no plain number of days: no terms from it."
    ]
