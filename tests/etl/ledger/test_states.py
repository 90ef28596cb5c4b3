"""Invoice rows that carry their state instead of payments."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from etl.ledger.derive import Settings, derive
from tests.ledgers import credit_note, derived, invoice, payment, stage

D = Decimal


def derived_documents(connection):
    return connection.sql(
        "select kind, issued_on, amount, paid_day_assumed from documents"
        " where kind <> 'invoice' order by all"
    ).fetchall()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"paid_on": "2025-01-20"}, [("payment", date(2025, 1, 20), D(-100), False)]),
        (
            {"paid_on": "2025-01-20", "paid_amount": 60},
            [("payment", date(2025, 1, 20), D(-60), False)],
        ),
        (
            {"paid_on": "2025-01-20", "open_amount": 30},
            [("payment", date(2025, 1, 20), D(-70), False)],
        ),
        (
            {"paid_on": "2025-01-20", "paid_amount": 60, "open_amount": 30},
            [
                ("adjustment", date(2025, 1, 20), D(-10), False),
                ("payment", date(2025, 1, 20), D(-60), False),
            ],
        ),
        (
            {"written_off": True, "paid_amount": 30},
            [
                ("payment", date(2025, 1, 31), D(-30), True),
                ("write_off", date(2025, 1, 31), D(-70), True),
            ],
        ),
        (
            {"written_off": True, "paid_on": "2025-03-01"},
            [("write_off", date(2025, 3, 1), D(-100), False)],
        ),
        ({"open_amount": 100}, []),
        ({"paid_amount": 0}, []),
        ({"open_amount": 0}, [("payment", date(2025, 1, 31), D(-100), True)]),
        ({"open_amount": -20}, [("payment", date(2025, 1, 31), D(-120), True)]),
    ],
)
def test_a_state_becomes_a_payment(state, expected):
    rows = [
        invoice("F1", "A", "2025-01-01", 100, due="2025-01-31", **state),
        invoice("F2", "B", "2025-06-30", 1),
    ]
    assert derived_documents(derived(rows, assume=True)) == expected


def test_an_unknown_day_is_not_later_than_the_file():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100, due="2025-12-31", open_amount=0),
            invoice("F2", "B", "2025-06-30", 1),
        ],
        assume=True,
    )
    assert derived_documents(c) == [("payment", date(2025, 6, 30), D(-100), True)]
    flagged = c.sql(
        "select document_id, closed_on, paid_day_assumed from open_items where kind = 'invoice'"
        " order by 1"
    ).fetchall()
    assert flagged == [("F1", date(2025, 6, 30), True), ("F2", None, False)]


def test_a_prepayment_closes_on_the_day_of_the_invoice():
    c = derived([invoice("F1", "A", "2025-02-01", 100, paid_on="2025-01-15")], assume=True)
    assert c.sql("select kind, opened_on, closed_on from open_items order by 1").fetchall() == [
        ("invoice", date(2025, 2, 1), date(2025, 2, 1)),
        ("payment", date(2025, 1, 15), date(2025, 2, 1)),
    ]


def test_a_settled_credit_note_is_closed_too():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100, open_amount=40, paid_on="2025-01-20"),
            credit_note("C1", "A", "2025-01-10", 25, open_amount=0, paid_on="2025-01-20"),
        ],
        assume=True,
    )
    open_ = c.sql("select document_id, amount from open_items where closed_on is null").fetchall()
    assert open_ == [("F1", D(60 - 20))]


def test_payments_speak_before_states():
    invoices = [
        invoice("F1", "A", "2025-01-01", 100, paid_on="2025-01-20"),
        invoice("F2", "B", "2025-01-01", 100, paid_on="2025-01-20"),
    ]
    c = duckdb.connect()
    stage(c, invoices, assume=True)
    stage(c, [payment("P1", "A", "2025-02-01", 99)], file_id=2, assume=True)
    derive(c, Settings("EUR"))
    found = c.sql(
        "select customer, issued_on, amount from documents where kind = 'payment' order by 1"
    ).fetchall()
    assert found == [("A", date(2025, 2, 1), D(-99)), ("B", date(2025, 1, 20), D(-100))]
    assert c.sql("select customer, stated, items from state_unused").fetchall() == [
        ("A", D(100), 1)
    ]
    assert c.sql("select method, amount_currency from matches order by 1").fetchall() == [
        ("discount", D(99)),
        ("state", D(100)),
    ]


def test_a_foreign_invoice_paid_in_full_leaves_no_cent():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", "33.33", currency="USD", rate="0.91234567",
                    paid_amount="11.11", open_amount="0", paid_on="2025-02-01"),
        ],
        assume=True,
    )  # fmt: skip
    assert c.sql("select sum(amount) from documents").fetchall() == [(D(0),)]
    assert c.sql("select count(*) from documents where kind = 'exchange'").fetchall() == [(0,)]


def sold(connection):
    sales = "select sum(amount) from documents where kind in ('invoice', 'credit_note')"
    return connection.execute(sales).fetchall()[0][0]


def test_what_nobody_explains_lowers_no_sales():
    state = {"open_amount": 0, "paid_amount": 99, "paid_on": "2025-01-20"}
    c = derived([invoice("F1", "A", "2025-01-01", 100, **state)])
    assert sold(c) == 100
    assert c.sql("select amount from open_items where closed_on is null").fetchall() == []


def test_a_credit_note_settles_the_invoice_that_lacks_as_much():
    c = derived(
        [
            credit_note("C1", "A", "2024-12-28", 40, open_amount=0, paid_amount=0),
            invoice("F1", "A", "2025-01-05", 100, open_amount=0, paid_amount=60,
                    paid_on="2025-02-20"),
        ]
    )  # fmt: skip
    assert sold(c) == 60
    found = c.sql(
        "select document_id, closed_on, closed_by from open_items where kind <> 'payment'"
        " and closed_by in ('credit_note', 'invoice') order by 1"
    ).fetchall()
    day = date(2025, 1, 5)
    assert found == [("C1", day, "invoice"), ("F1", day, "credit_note")]


def test_credit_notes_of_several_invoices_are_used_up_oldest_first():
    c = derived(
        [
            credit_note("C1", "A", "2025-01-03", 50, open_amount=-10, paid_amount=0),
            invoice("F1", "A", "2025-01-05", 100, open_amount=0, paid_amount=70),
            invoice("F2", "A", "2025-01-06", 100, open_amount=0, paid_amount=85),
        ]
    )
    left = (
        "select document_id, kind, sum(amount) from open_items where closed_on is null group by all"
    )
    assert c.sql(left).fetchall() == [("C1", "credit_note", D(-10))]
    assert c.sql("select sum(amount) from documents where kind = 'adjustment'").fetchall() == [
        (D(-5),)
    ]


def test_a_discount_beside_the_paid_amount_is_a_credit_note():
    state = {"paid_amount": 980, "discount": 20, "paid_on": "2026-01-14"}
    c = derived([invoice("F1", "A", "2026-01-05", 1000, **state)])
    assert sold(c) == 980
    found = c.sql("select closed_on, outcome from documents where kind = 'invoice'").fetchall()
    assert found == [(date(2026, 1, 14), "paid")]


def test_a_discount_on_a_payment_row_settles_what_the_payment_does():
    c = derived(
        [
            invoice("F1", "A", "2026-01-05", 1000),
            invoice("F2", "A", "2026-01-15", 250),
            payment("P1", "A", "2026-01-14", 980, reference="F1", discount=20),
        ],
        assume=True,
    )
    open_ = "select document_id, amount from open_items where closed_on is null"
    assert c.sql(open_).fetchall() == [("F2", D(250))]
    assert sold(c) == 1230


def test_an_invoice_given_up_ends_unpaid_and_takes_no_credit_note():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100, due="2025-01-31", written_off=True),
            credit_note("C1", "A", "2025-01-10", 100, open_amount=0, paid_amount=0),
            invoice("F2", "A", "2025-06-30", 1),
        ],
        assume=True,
    )
    found = c.sql(
        "select d.document_id, d.outcome, i.closed_by from documents as d"
        " join open_items as i using (document_key) where d.amount > 0 order by 1"
    ).fetchall()
    assert ("F1", "written_off", "write_off") in found


def test_what_payments_paid_before_is_not_lost():
    c = duckdb.connect()
    lost = invoice("F1", "A", "2025-01-01", 100, due="2025-01-31", written_off=True)
    stage(c, [lost, invoice("F2", "A", "2025-06-30", 1)], assume=True)
    paid = payment("P1", "A", "2025-02-10", 30, reference="F1")
    stage(c, [paid], file_id=2, assume=True)
    derive(c, Settings("EUR"))
    found = c.sql("select issued_on, amount from documents where kind = 'write_off'").fetchall()
    assert found == [(date(2025, 2, 11), D(-70))]
    assert c.sql("select sum(amount) from open_items where closed_on is null").fetchall() == [(1,)]
