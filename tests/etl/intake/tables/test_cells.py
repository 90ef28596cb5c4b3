"""Cells with something else than a value: errors of a spreadsheet, dashes, words for nothing."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from data.store.schema import STAGED
from etl.intake.formats.table import SOURCE
from etl.intake.source import ReadOptions, SourceFile

D = Decimal
HEAD = "Invoice number;Customer;Invoice date;Due date;Amount\n"


@pytest.fixture
def load(tmp_path):
    """Return a function from the text of a file to (reading, connection)."""

    def read(text):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        connection = duckdb.connect()
        for table in STAGED:
            connection.execute(table.create())
        (reading,) = SOURCE.read(SourceFile(path), connection, 1, ReadOptions())
        return reading, connection

    return read


def documents(connection, columns):
    found = connection.execute(f"select {columns} from staged_documents order by line")
    return [tuple(None if v is None else str(v) for v in row) for row in found.fetchall()]


def rejects(connection):
    found = connection.execute("select line, column_name, value, reason from rejects order by line")
    return found.fetchall()


def test_errors_of_a_spreadsheet_are_refused_as_such(load):
    reading, connection = load(
        HEAD + "F1;Acme;2026-01-15;2026-02-14;1000.00\n"
        "F2;#VERW!;2026-01-15;2026-02-14;500.00\n"
        "#N/B;Acme;2026-01-15;2026-02-14;500.00\n"
        "F4;Acme;#WERT!;2026-02-14;500.00\n"
        "F5;Acme;2026-01-15;2026-02-14;#DIV/0!\n"
    )
    error = "The cell holds an error of the spreadsheet instead of a value."
    assert rejects(connection) == [
        (3, "Customer", "#VERW!", error),
        (4, "Invoice number", "#N/B", error),
        (5, "Invoice date", "#WERT!", error),
        (6, "Amount", "#DIV/0!", error),
    ]
    assert (reading.rows_kept, str(reading.control_total)) == (1, "1000.00")


def test_an_error_in_the_due_day_is_said(load):
    reading, connection = load(
        HEAD + "F1;Acme;2026-01-15;#VALUE!;1000.00\nF2;Acme;2026-01-15;#REF!;1.00\n"
    )
    assert documents(connection, "document_id, due_on") == [("F1", None), ("F2", None)]
    assert "2 cells of Due date hold an error of the spreadsheet" in str(reading.notes[0])


def test_a_number_sign_alone_is_no_error(load):
    _, connection = load(HEAD + "#1;#A Team;2026-01-15;2026-02-14;1000.00\n")
    assert documents(connection, "document_id, customer_id") == [("#1", "#A Team")]


@pytest.mark.parametrize("dash", ["-", "–", "—", "€ -", "- €", "EUR -", "nil", "none", "néant"])
def test_a_dash_is_no_amount_and_zero_where_it_says_what_is_left(load, dash):
    head = "Invoice number;Customer;Invoice date;Due date;Amount;Balance\n"
    reading, connection = load(
        head + f"F1;Acme;2026-01-15;2026-02-14;1,000.00;{dash}\n"
        f"F2;Acme;2026-01-15;2026-02-14;500.00;500.00\nF3;Acme;2026-01-15;2026-02-14;{dash};1.00\n"
    )
    assert documents(connection, "document_id, amount, open_amount") == [
        ("F1", "1000.00", "0.00"),
        ("F2", "500.00", "500.00"),
    ]
    assert rejects(connection) == [(4, "Amount", dash, "The amount is missing.")]
    assert str(reading.control_total) == "1500.00"


@pytest.mark.parametrize("word", ["n/a", "N.A.", "n.v.t.", "NULL", "k.A.", "k. A."])
def test_what_does_not_apply_is_an_empty_cell_where_the_rest_says_what_is_open(load, word):
    head = "Invoice number;Customer;Invoice date;Due date;Amount;Balance\n"
    _, connection = load(
        head + f"F1;Acme;2026-01-15;2026-02-14;1000.00;{word}\n"
        "F2;Acme;2026-01-15;2026-02-14;500.00;500.00\n"
    )
    assert documents(connection, "document_id, open_amount") == [("F1", "0.00"), ("F2", "500.00")]


def test_a_dash_beside_debit_or_credit_is_empty(load):
    head = "Document no;Customer;Document date;Due date;Debit;Credit\n"
    _, connection = load(
        head + "F1;Acme;2026-01-15;2026-02-14;1.000,00;-\nP1;Acme;2026-02-20;;€ -;400,00\n"
        "P2;Acme;2026-02-20;;-;-\nP3;Acme;2026-02-20;;some;-\n"
    )
    assert documents(connection, "document_id, amount") == [("F1", "1000.00"), ("P1", "-400.00")]
    assert [(line, value) for line, _, value, _ in rejects(connection)] == [
        (4, "- / -"),
        (5, "some"),
    ]


def test_a_list_of_what_is_open_may_say_nothing_with_a_dash(load):
    head = "Invoice number;Customer;Invoice date;Due date;Open amount\n"
    _, connection = load(
        head + "F1;Acme;2026-01-15;2026-02-14;-\nF2;Acme;2026-01-15;2026-02-14;500.00\n"
    )
    assert documents(connection, "document_id, amount") == [("F1", "0.00"), ("F2", "500.00")]


@pytest.mark.parametrize(
    ("amount", "kept"),
    [
        ("9999999999999.99", True),
        ("-9999999999999.99", True),
        ("10000000000000.00", False),
        ("-10000000000000", False),
        ("9999999999999999.99", False),
        ("EUR 123456789012345678901234567890.00", False),
        ("4111111111111111", False),
    ],
)
def test_a_number_of_something_else_is_no_amount(load, amount, kept):
    _, connection = load(
        HEAD + f"F1;Acme;2026-01-15;2026-02-14;1.00\nF2;Acme;2026-01-15;2026-02-14;{amount}\n"
    )
    assert len(documents(connection, "amount")) == 1 + kept
    if not kept:
        reason = "This is too large to be an amount: is it a number of something else?"
        assert rejects(connection) == [(3, "Amount", amount, reason)]


HEADS = [
    "Number;Customer number;Name;Invoice date;Amount",
    "Nummer;Klantnummer;Naam;Factuurdatum;Bedrag",
    "Numéro;N° client;Nom;Date facture;Montant",
    "Nummer;Kundennummer;Name;Rechnungsdatum;Betrag",
]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1.5E7", "15000000.00"),  # as programs write it
        ("1.2345678E+05", "123456.78"),
        ("1,2345678E+05", "123456.78"),
        ("-2.5e2", "-250.00"),
        ("1E3", "1000.00"),
        ("1.25E-1", "0.13"),
        ("1,5E+03", None),  # a spreadsheet rounds to what it shows
        ("1.50E+03", None),
        ("1.23457E+11", None),
    ],
)
def test_powers_of_ten_are_read_where_all_digits_are_there(balance, cell, amount):
    head = HEADS[len(cell) % 4]
    plain = "70,10" if "," in cell else "70.10"
    text = f"{head}\nF1;1;Acme;2026-01-15;{cell}\nF2;2;Bolt;2026-01-16;{plain}\n"
    owed, report = balance(text)
    assert owed.pop("2") == D("70.10")
    if amount is None:
        assert owed == {}
        (refused,) = report.rejects
        assert (refused.value, str(refused.reason)) == (
            cell, "This number was shortened: its last digits are not in the file.",
        )  # fmt: skip
    else:
        assert report.rejects == []
        assert owed == {"1": D(amount)}


@pytest.mark.parametrize(("head", "column"), [(head, n % 2) for n, head in enumerate(HEADS)])
def test_numbers_that_a_spreadsheet_shortened_tell_nobody_apart(balance, head, column):
    rows = [["F1", "1", "Acme"], ["F2", "2", "Bolt"], ["F3", "3", "Cato"]]
    rows[0][column] = rows[1][column] = "1,00235E+08"
    lines = [";".join((*row, "2026-01-15", "10,00")) for row in rows]
    owed, report = balance("\n".join((head, *lines)))
    assert owed == {"3": D(10)}
    assert [(r.line, r.value) for r in report.rejects] == [(2, "1,00235E+08"), (3, "1,00235E+08")]
    assert "last digits" in str(report.rejects[0].reason)


@pytest.mark.parametrize(
    "head",
    ["Customer number;Name;Country;Credit limit", "Klantnummer;Naam;Land;Kredietlimiet",
     "N° client;Nom;Pays;Plafond", "Kundennummer;Name;Land;Kreditlimit"],
)  # fmt: skip
@pytest.mark.parametrize("columns", [4, 2])
def test_headers_written_again_in_a_list_of_customers_are_no_customer(balance, head, columns):
    def cut(line):
        return ";".join(line.split(";")[:columns])

    customers = "\n".join(
        map(cut, (head, "1;Acme;BE;1000", "2;Bolt;NL;2000", head, "3;Cato;FR;3000"))
    )
    _, report = balance(f"{HEADS[0]}\nF1;1;Acme;2026-01-15;1.50\n", customers)
    assert report.ok, report.failures
    assert report.rejects == []
    (listed,) = [f for f in report.files if f.name == "file1.csv"]
    assert listed.left_out == {"repeated header rows": 1}
