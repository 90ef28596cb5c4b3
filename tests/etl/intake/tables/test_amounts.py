"""Which of several amounts of a table counts: with VAT, paid so far, of what kind of document."""

from decimal import Decimal

import duckdb
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.table import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from etl.load.run import LoadOptions, load

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
        "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Factuurbedrag;Rente;Omzet totaal\n"
        "F1;C1;13-01-2025;12-02-2025;100,00;0,00;105,00\n"
    )
    assert rows(connection, "amount") == [(D(100),)]


def test_interest_beside_an_invoice_amount_is_asked_about(read):
    with pytest.raises(FileError) as found:
        read(
            "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Factuurbedrag;Rente;Totaal\n"
            "F1;C1;13-01-2025;12-02-2025;100,00;5,00;105,00\n"
        )
    assert {q.column for q in found.value.questions} == {"Rente", "Totaal"}


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
    when = "31/03/2024" if due == "Date échéance" else "merci"
    last = "rood" if headers.endswith("Kleur") else "15/04/2024"
    reading, connection = read(
        f"N° facture;N° client;Date facture;{due};{headers}\n"
        f"F2;C1;29/02/2024;{when};120,00;50,00;{last}\n"
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


def test_a_payment_keeps_its_own_currency(read):
    _, connection = read(
        "Kundennr;Rechnungsnr;Zahlungsdatum;Zahlungsbetrag;Währung;Betrag in Hauswährung\n"
        "C1;F1;15.04.2024;50,00;USD;46,00\n"
    )
    assert rows(connection, "amount, currency") == [(D(-50), "USD")]


# --- signs of kinds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "amounts"),
    [
        ("Factuur F1 300; Betaling 1 3; Betaling 2 3; Betaling 3 3; Betaling 4 3; Betaling 5 -9",
         [300, -3, -3, -3, -3, 9]),
        ("Creditnota C1 100; Betaling 1 -3; Betaling 2 -3; Betaling 3 -3; Betaling 4 9",
         [-100, -3, -3, -3, 9]),
        ("Factuur F1 300; Creditnota C1 -100; Creditnota C2 10; Betaling B1 150",
         [300, -100, 10, -150]),
        ("Factuur F1 300; Afboeking A1 20; Betaling B1 -280", [300, -20, -280]),
        ("Factuur F1 300; Factuur F2 -20; Betaling B1 280", [300, -20, -280]),
    ],
)  # fmt: skip
def test_each_kind_has_a_sign_of_its_own_and_few_rows_turn_nothing(read, body, amounts):
    lines = [
        f"{kind};{number};C1;2025-01-13;2025-02-12;{amount},00"
        for kind, number, amount in (row.split() for row in body.split(";"))
    ]
    reading, connection = read(
        "\n".join(("Type;Factuurnummer;Klantnummer;Datum;Vervaldatum;Bedrag", *lines)) + "\n"
    )
    assert rows(connection, "amount") == [(D(a),) for a in amounts]
    assert reading.control_total == sum(amounts)


@pytest.mark.parametrize("payments", [("300", "-30"), ("-300", "30")])
def test_payments_of_both_signs_with_nothing_to_tell_them_are_asked_about(read, payments):
    head = "Type;Factuurnummer;Klantnummer;Datum;Vervaldatum;Bedrag\n"
    rows_ = "".join(f"Betaling;B{n};C1;2025-01-13;;{a},00\n" for n, a in enumerate(payments))
    with pytest.raises(FileError) as found:
        read(f"{head}Factuur;F1;C1;2025-01-13;2025-02-12;300,00\n{rows_}")
    (question,) = found.value.questions
    assert question.about == "signs"
    assert [(v.text, v.rows) for v in question.values] == [("+", 1), ("−", 1)]
    assert question.mapping({"": "received"}) == {"signs": {"amount": "received"}}


def test_a_kind_that_was_turned_is_named(read):
    reading, _ = read(
        "Type;Factuurnummer;Klantnummer;Datum;Bedrag\nFactuur;F1;C1;2025-01-13;300,00\n"
        "Creditnota;C1;C1;2025-01-14;30,00\nBetaling;B1;C1;2025-01-14;-200,00\n"
    )
    assert "The credit notes are written as positive" in notes(reading)
    assert "payments" not in notes(reading)


# --- kinds that no column says -------------------------------------------------------------------

LEDGER = "Date;Pièce;Compte tiers;Libellé;Débit;Crédit;Lettrage\n"


def test_what_stands_in_credit_is_a_payment(read):
    reading, connection = read(
        LEDGER + "13/01/2025;FA1;C1;Facture FA1;1000,00;;A\n"
        "28/02/2025;BQ1;C1;Virement reçu;;1000,00;A\n"
        "15/03/2025;FA2;C1;Facture FA2;600,00;;\n"
    )
    assert rows(connection, "kind, amount, match_code") == [
        ("invoice", D(1000), "A"), ("payment", D(-1000), "A"), ("invoice", D(600), None)
    ]  # fmt: skip
    assert "Crédit counts as a payment" in notes(reading)


@pytest.mark.parametrize(
    ("number", "text", "debit", "credit", "kind"),
    [
        ("1", "Avoir FA1", "", "60,00", "credit_note"),
        ("1", "creditnota's maart", "", "60,00", "credit_note"),
        ("1", "Credit note for FA1", "", "60,00", "credit_note"),
        ("1", "Gutschrift", "", "60,00", "credit_note"),
        ("NC0012", "FA1", "", "60,00", "credit_note"),
        ("2025-CN-3", "FA1", "", "60,00", "credit_note"),
        ("AV25001", "", "", "60,00", "credit_note"),
        ("1", "Virement FA1 - NC3", "", "60,00", "payment"),
        ("1", "Savoir SA, concert", "", "60,00", "payment"),
        ("", "Virement", "", "60,00", "payment"),
        ("1", "Virement annulé", "", "-60,00", "payment"),
        ("1", "Facture FA1", "60,00", "", "invoice"),
        ("1", "Remboursement FA1", "60,00", "", "payment"),
        ("1", "Terugbetaling", "60,00", "0,00", "payment"),
        ("1", "retour", "-60,00", "", "credit_note"),
    ],
)
def test_number_and_text_say_more_than_the_side(read, number, text, debit, credit, kind):
    _, connection = read(
        f"{LEDGER}13/01/2025;FA1;C1;Facture;1000,00;;\n13/01/2025;{number};C1;{text};{debit};{credit};\n"
    )
    assert rows(connection, "kind")[1] == (kind,)


def test_all_texts_of_a_row_are_looked_at(read):
    _, connection = read(
        "Date;Pièce;Compte tiers;Référence;Libellé;Débit;Crédit\n13/01/2025;1;C1;R1;Avoir;;10,00\n"
    )
    assert rows(connection, "kind, reference") == [("credit_note", "R1")]


@pytest.mark.parametrize(
    ("header", "sales", "bank"),
    [
        ("Journal", "VE", "BQ"), ("Code journal", "VT", "CA"), ("Dagboek", "VRK", "KAS"),
        ("Dagboek", "Verkoopboek", "Bankboek ING"), ("Journal", "VEN - Ventes", "BNK1"),
    ],
)  # fmt: skip
def test_a_journal_tells_kinds(read, header, sales, bank):
    reading, connection = read(
        f"{header};Date;Pièce;Compte tiers;Libellé;Débit;Crédit\n"
        f"{sales};13/01/2025;FA1;C1;x;1000,00;\n{sales};14/01/2025;FA2;C1;x;;100,00\n"
        f"{bank};28/02/2025;3;C1;avoir;;1000,00\n{bank};28/02/2025;4;C1;x;50,00;\n"
        "OD;28/02/2025;5;C1;x;;1,00\nAN;01/01/2025;6;C1;x;7,00;\n"
    )
    assert rows(connection, "kind, amount") == [
        ("invoice", D(1000)), ("credit_note", D(-100)), ("payment", D(-1000)), ("payment", D(50)),
        ("adjustment", D(-1)), ("opening", D(7)),
    ]  # fmt: skip
    assert f"told by {header}" in notes(reading)
    assert "counts as a payment" not in notes(reading)


def test_a_journal_that_is_not_known_leaves_it_to_the_side(read):
    reading, connection = read(
        "Journal;Date;Pièce;Compte tiers;Libellé;Débit;Crédit\n"
        "VE;13/01/2025;FA1;C1;x;1000,00;\nKBC;28/02/2025;3;C1;x;;1000,00\n"
    )
    assert rows(connection, "kind") == [("invoice",), ("payment",)]
    assert "counts as a payment" in notes(reading)


def test_a_journal_tells_kinds_of_one_column_of_amounts_too(read):
    head = "Dagboek;Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Bedrag\n"
    body = "VRK;F1;C1;13-01-2025;12-02-2025;300,00\nVRK;F2;C1;13-01-2025;12-02-2025;-20,00\n"
    for paid in ("280,00", "-280,00"):
        _, connection = read(head + body + f"BNK;;C1;28-02-2025;;{paid}\n")
        assert rows(connection, "kind, amount") == [
            ("invoice", D(300)), ("credit_note", D(-20)), ("payment", D(-280))
        ]  # fmt: skip


def test_a_negative_amount_of_an_invoice_list_is_a_credit_note(read):
    reading, connection = read(
        "Factuurnummer;Klantnummer;Factuurdatum;Vervaldatum;Omschrijving;Bedrag\n"
        "F1;C1;13-01-2025;12-02-2025;betaling;100,00\nF2;C1;13-01-2025;12-02-2025;betaling;-20,00\n"
    )
    assert rows(connection, "kind, amount") == [("invoice", D(100)), ("credit_note", D(-20))]
    assert not reading.notes
