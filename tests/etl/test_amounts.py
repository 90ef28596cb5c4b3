"""Which of several amounts of a table counts: with VAT, paid so far, of what kind of document."""

from decimal import Decimal

import duckdb
import pytest

from data.schema import STAGED
from data.store import Store
from etl.load import LoadOptions, load
from etl.source import ReadOptions, SourceFile
from etl.sources.table import SOURCE

D = Decimal


@pytest.fixture
def read(tmp_path):
    """Return a function from the text of a file to (reading, connection)."""

    def _read(text, options=ReadOptions()):  # noqa: B008 - it is frozen
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        connection = duckdb.connect()
        for table in STAGED:
            connection.execute(table.create())
        (reading,) = SOURCE.read(SourceFile(path), connection, 1, options)
        return reading, connection

    return _read


def rows(connection, columns):
    return connection.execute(f"select {columns} from staged_documents order by line").fetchall()


def notes(reading):
    return " ".join(map(str, reading.notes))


# --- VAT -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "gross"),
    [
        ("Bedrag;BTW;Totaal incl. BTW", "Totaal incl. BTW"),
        ("Bedrag;BTW-bedrag;Totaal", "Totaal"),
        ("Factuurbedrag;BTW;Totaal", "Totaal"),
        ("Montant;TVA;Total TTC", "Total TTC"),
        ("Montant HT;TVA;Montant TVAC", "Montant TVAC"),
        ("Amount;VAT;Total amount", "Total amount"),
        ("Invoice amount;VAT;Total (EUR)", "Total (EUR)"),
        ("Betrag;MwSt;Gesamtbetrag", "Gesamtbetrag"),
        ("Betrag;MwSt;Brutto", "Brutto"),
        ("Netto;MwSt;Brutto", "Brutto"),
    ],
)
def test_an_amount_with_vat_wins_over_a_bare_one(read, headers, gross):
    reading, connection = read(
        f"Factuurnummer;Klantnummer;Naam;Factuurdatum;Vervaldatum;{headers}\n"
        "F1;C1;Alfa;13-01-2025;12-02-2025;100,00;21,00;121,00\n"
    )
    assert rows(connection, "amount") == [(D(121),)]
    assert f'"amount": "{gross}"' in reading.settings["columns"]
    assert "not added" not in notes(reading)
    customers = connection.execute("select * exclude (file_id, line) from staged_customers")
    assert "21,00" not in str(customers.fetchall())


def test_an_invoice_amount_without_vat_beside_it_is_no_part_of_a_total(read):
    _, connection = read(
        "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Factuurbedrag;Rente;Totaal\n"
        "F1;C1;13-01-2025;12-02-2025;100,00;5,00;105,00\n"
    )
    assert rows(connection, "amount") == [(D(100),)]


def test_vat_beside_a_bare_amount_is_not_added_and_that_is_said(read):
    head = "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Bedrag;BTW\n"
    reading, connection = read(head + "F1;C1;13-01-2025;12-02-2025;100,00;21,00\n")
    assert rows(connection, "amount") == [(D(100),)]
    assert "BTW is not added" in notes(reading)
    for rate in ("21", "21%"):  # a rate is nothing to add
        reading, connection = read(head + f"F1;C1;13-01-2025;12-02-2025;100,00;{rate}\n")
        assert "not added" not in notes(reading)
    reading, connection = read(
        head.replace("Bedrag", "Bedrag incl. BTW") + "F1;C1;13-01-2025;12-02-2025;121,00;21,00\n"
    )
    assert rows(connection, "amount") == [(D(121),)]
    assert "not added" not in notes(reading)


def test_a_bare_word_for_vat_may_head_vat_numbers(read):
    head = "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Bedrag;BTW\n"
    for number in ("BE0403.170.701", "0403 170 701", "NL001234567B01"):
        reading, connection = read(head + f"F1;C1;13-01-2025;12-02-2025;100,00;{number}\n")
        found = connection.execute("select vat_number from staged_customers").fetchall()
        assert found == [(number,)]
        assert "not added" not in notes(reading)
    _, connection = read(
        head.replace("BTW", "BTW;Ondernemingsnummer")
        + "F1;C1;13-01-2025;12-02-2025;100,00;21,00;0403170701\n"
    )
    found = connection.execute("select vat_number from staged_customers").fetchall()
    assert found == [("0403170701",)]


# --- what was paid so far ------------------------------------------------------------------------


@pytest.fixture
def balance(tmp_path):
    """Return a function from the text of a file to (kinds and amounts, open amounts)."""

    def _balance(text):
        path = tmp_path / "in" / "file.csv"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        store = Store(tmp_path / "store")
        report = load([path], store, LoadOptions(reporting_currency="EUR"))
        assert not report.failures, report.failures
        query = store.current().engine.query
        documents = query(
            "select kind, issued_on, amount from documents order by issued_on, amount desc, kind"
        ).to_pylist()
        return [tuple(map(str, d.values())) for d in documents], report.ledger_balance

    return _balance


@pytest.mark.parametrize(
    "headers",
    [
        "Montant TTC;Montant réglé;Date de règlement",
        "Bedrag;Ontvangen bedrag;Betaaldatum",
        "Bedrag;Betaald bedrag;Kleur",
        "Invoice amount;Amount received;Payment date",
    ],
)
@pytest.mark.parametrize("due", ["Date échéance", "Note libre"])
def test_beside_an_amount_it_is_what_was_paid_so_far(read, headers, due):
    reading, connection = read(
        f"N° facture;N° client;Date facture;{due};{headers}\n"
        "F2;C1;29/02/2024;31/03/2024;120,00;50,00;15/04/2024\n"
    )
    assert reading.rows_kind == "invoices"
    assert rows(connection, "amount, paid_amount") == [(D(120), D(50))]


def test_a_part_that_was_paid_leaves_the_rest_open(balance):
    documents, left = balance(
        "N° facture;N° client;Date facture;Date échéance;Montant TTC;Montant réglé;"
        "Date de règlement\nF2;C1;29/02/2024;31/03/2024;120,00;50,00;15/04/2024\n"
    )
    assert documents == [
        ("invoice", "2024-02-29", "120.00"), ("payment", "2024-04-15", "-50.00")
    ]  # fmt: skip
    assert left == 70


def test_a_part_that_was_paid_on_no_known_day_leaves_the_rest_open(balance):
    documents, left = balance(
        "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Bedrag;Betaald bedrag\n"
        "F1;C1;29-01-2024;28-02-2024;120,00;50,00\nF2;C1;31-03-2024;30-04-2024;10,00;\n"
    )
    assert left == 80
    assert [kind for kind, *_ in documents].count("payment") == 1


def test_what_was_paid_is_no_part_of_what_is_open(read):
    _, connection = read(
        "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Openstaand;Betaald bedrag\n"
        "F1;C1;29-01-2024;28-02-2024;70,00;50,00\n"
    )
    assert rows(connection, "amount, paid_amount") == [(D(70), None)]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Klantnummer;Factuurnummer;Betaaldatum;Betaald bedrag", "C1;F1;15-04-2024;50,00"),
        ("Klantnummer;Factuurnummer;Datum;Betaald bedrag", "C1;F1;15-04-2024;50,00"),
        ("Payment number;Payment date;Customer;Invoice number;Invoice amount;Amount received",
         "P1;15-04-2024;C1;F1;120,00;50,00"),
        ("Payment number;Date;Customer;Invoice number;Invoice amount;Amount received",
         "P1;15-04-2024;C1;F1;120,00;50,00"),
    ],
)  # fmt: skip
def test_in_a_list_of_payments_it_is_the_amount(read, head, row):
    reading, connection = read(f"{head}\n{row}\n")
    assert reading.rows_kind == "payments"
    assert rows(connection, "kind, amount, reference") == [("payment", D(-50), "F1")]
