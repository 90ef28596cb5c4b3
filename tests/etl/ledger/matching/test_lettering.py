"""Ledgers of several years: what a later year carries forward is not counted twice."""

from decimal import Decimal

import duckdb

from etl.findings.find import find
from etl.ledger.derive import Settings, derive, write_about
from tests.ledgers import document, invoice, payment, stage

D = Decimal


def opening(number, customer, day, amount, **more):
    return document("opening", number, customer, day, amount, **more)


def years(*files):
    """Return a connection with one ledger of one file a year, from 2023 on, derived."""
    connection = duckdb.connect()
    for place, rows in enumerate(files):
        year = 2023 + place
        stage(
            connection,
            [{"book_account": "411", **row} for row in rows],
            file_id=place + 1,
            ledger="fec:1",
            first_day=f"{year}-01-01",
            last_day=f"{year}-12-31",
        )
    derive(connection, Settings("EUR"))
    return connection


def matches(connection):
    return connection.execute(
        """
        select d.document_id, c.document_id, m.amount_currency, m.method from matches as m
        join documents as d on d.document_key = m.debit_key
        join documents as c on c.document_key = m.credit_key order by all
        """
    ).fetchall()


def findings(connection):
    from datetime import UTC, datetime

    write_about(connection, Settings("EUR"), datetime(2026, 1, 1, tzinfo=UTC))
    return {f.name: f for f in find(connection)}


FIRST = [
    invoice("F1", "A", "2023-11-01", 100),
    invoice("F2", "A", "2023-12-01", 50),
    invoice("F3", "B", "2023-12-05", 70, match_code="AA"),
    payment("P3", "B", "2023-12-20", 70, match_code="AA"),
]


def test_carried_entries_pass_their_code_to_the_earlier_document():
    c = years(
        FIRST,
        [
            opening("F1", "A", "2024-01-01", 100, match_code="AA"),
            opening("other", "A", "2023-12-01", 50),  # the same amount and day as F2
            payment("P1", "A", "2024-02-01", 100, match_code="AA"),
        ],
    )
    assert matches(c) == [("F1", "P1", D(100), "given"), ("F3", "P3", D(70), "given")]
    assert c.sql("select sum(amount), count(*) from documents").fetchall() == [(D(50), 5)]
    assert "carried_difference" not in findings(c)
    assert c.sql("select file_id, carried from files order by 1").fetchall()[1] == (2, D(150))


def test_a_summed_opening_line_settles_the_oldest_documents():
    c = years(
        FIRST,
        [
            opening("AN", "A", "2024-01-01", 150, match_code="AA"),
            payment("P1", "A", "2024-02-01", 120, match_code="AA"),
            payment("P2", "A", "2024-02-05", 30),
        ],
    )
    assert matches(c) == [
        ("F1", "P1", D(100), "oldest"),
        ("F2", "P1", D(20), "oldest"),
        ("F3", "P3", D(70), "given"),
    ]


def test_a_document_open_over_two_year_ends_is_counted_once():
    c = years(
        FIRST,
        [
            opening("F1", "A", "2024-01-01", 100),
            opening("F2", "A", "2024-01-01", 50, match_code="AA"),
            payment("P2", "A", "2024-03-01", 50, match_code="AA"),
            invoice("F4", "A", "2024-06-01", 10),
        ],
        [
            opening("F1", "A", "2025-01-01", 100, match_code="AA"),
            opening("F4", "A", "2025-01-01", 10),
            payment("P1", "A", "2025-03-01", 100, match_code="AA"),
        ],
    )
    assert matches(c) == [
        ("F1", "P1", D(100), "given"),
        ("F2", "P2", D(50), "given"),
        ("F3", "P3", D(70), "given"),
    ]
    assert c.sql("select sum(amount) from documents").fetchall() == [(D(10),)]
    assert "carried_difference" not in findings(c)


def test_a_carried_payment_meets_the_invoice_lettered_with_it():
    c = years(
        [payment("P0", "A", "2023-12-28", 80)],
        [
            opening("AN", "A", "2024-01-01", -80, match_code="AA"),
            invoice("F1", "A", "2024-01-10", 80, match_code="AA"),
        ],
    )
    assert matches(c) == [("F1", "P0", D(80), "oldest")]


def test_a_carried_sum_that_differs_is_a_finding():
    c = years(FIRST, [opening("AN", "A", "2024-01-01", 149)])
    found = findings(c)["carried_difference"]
    assert found.amount == D(-1)
    assert "149.00" in str(found.text)
    assert "150.00" in str(found.text)


def test_the_first_year_counts_its_opening_entries():
    c = years([opening("AN", "A", "2023-01-01", 40), invoice("F1", "A", "2023-02-01", 5)])
    assert c.sql("select sum(amount) from documents").fetchall() == [(D(45),)]
