"""Cells with something else than a value: errors of a spreadsheet, dashes, words for nothing."""

from __future__ import annotations

import duckdb
import pytest

from data.store.schema import STAGED
from etl.intake.formats.table import SOURCE
from etl.intake.source import ReadOptions, SourceFile

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
