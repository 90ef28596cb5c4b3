"""Documents and matches become open items: the published examples, and the awkward cases."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import duckdb
import pytest

from data.store.schema import TABLES
from etl.ledger import stretches
from etl.ledger.open_items import inputs, steps
from tests import ledgers
from tests.ledgers import (
    credit_note,
    customer,
    derived,
    document,
    invoice,
    match,
    payment,
    write_off,
)

D = Decimal


def items(connection, *columns, document="F1"):
    """Return the slices of one document, as tuples of `columns`, in closing order."""
    return connection.execute(
        f"select {', '.join(columns)} from open_items where document_id = ?"
        " order by closed_on nulls last, due_on",
        [document],
    ).fetchall()


def alive(connection, day):
    """Return the open amounts at the end of `day` by document number."""
    return dict(
        connection.execute(
            "select document_id, sum(amount) from open_items where opened_on <= $day"
            " and (closed_on is null or closed_on > $day) group by 1 having sum(amount) <> 0",
            {"day": date.fromisoformat(day)},
        ).fetchall()
    )


def test_prepayments_and_a_later_payment_leave_the_rest_open():
    """WORKED_EXAMPLES, aging: odoo #16235."""
    c = derived(
        [
            invoice("F1", "A", "2016-11-30", 10000, due="2017-02-28"),
            payment("P1", "A", "2016-11-09", 1500),
            payment("P2", "A", "2016-11-30", 1000),
            payment("P3", "A", "2017-01-30", 2000),
        ],
        [match("F1", "P1"), match("F1", "P2"), match("F1", "P3")],
    )
    assert alive(c, "2017-04-04") == {"F1": D(5500)}
    assert alive(c, "2016-11-15") == {"P1": D(-1500)}
    assert alive(c, "2016-11-30") == {"F1": D(7500)}
    assert items(c, "amount", "closed_on", "due_on")[-1] == (D(5500), None, date(2017, 2, 28))


def test_a_payment_after_the_day_leaves_the_invoice_open_on_it():
    c = derived(
        [invoice("F1", "A", "2020-04-30", 100), payment("P1", "A", "2020-06-30", 100)],
        [match("F1", "P1", recorded_on="2020-12-31")],
    )
    assert alive(c, "2020-05-31") == {"F1": D(100)}
    assert alive(c, "2020-06-30") == {}
    assert items(c, "closed_on", "recorded_on", "closed_by", "method") == [
        (date(2020, 6, 30), date(2020, 12, 31), "payment", "given")
    ]


def instalments():
    shares = ((1, 30, "2025-01-31"), (2, 50, "2025-03-02"), (3, 20, "2025-04-01"))
    return [
        invoice("F1", "A", "2025-01-01", amount, due=due, instalment=n) for n, amount, due in shares
    ]


def test_instalments_are_one_document_filled_in_due_order():
    c = derived([*instalments(), payment("P1", "A", "2025-02-01", 40)], [match("F1", "P1")])
    assert items(c, "due_on", "amount", "closed_on") == [
        (date(2025, 1, 31), D(30), date(2025, 2, 1)),
        (date(2025, 3, 2), D(10), date(2025, 2, 1)),
        (date(2025, 3, 2), D(40), None),
        (date(2025, 4, 1), D(20), None),
    ]
    assert c.sql("select amount, due_on from documents where kind = 'invoice'").fetchall() == [
        (D(100), date(2025, 4, 1))
    ]


def test_a_linked_credit_note_closes_instalments_as_credited():
    c = derived([*instalments(), credit_note("C1", "A", "2025-02-01", 100)], [match("F1", "C1")])
    assert alive(c, "2025-02-01") == {}
    assert c.sql("select outcome from documents where document_id = 'F1'").fetchall() == [
        ("credited",)
    ]


def test_an_unlinked_credit_note_stays_unapplied():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100),
            payment("P1", "A", "2025-01-10", 40),
            credit_note("C1", "A", "2025-01-20", 100),
        ],
        [match("F1", "P1")],
    )
    assert alive(c, "2025-01-31") == {"F1": D(60), "C1": D(-100)}


def test_a_cent_stays_open():
    c = derived(
        [invoice("F1", "A", "2025-01-01", 100), payment("P1", "A", "2025-01-10", "99.99")],
        [match("F1", "P1")],
    )
    assert alive(c, "2025-01-31") == {"F1": D("0.01")}


@pytest.mark.parametrize(("paid", "outcome"), [(60, "paid"), (40, "written_off")])
def test_the_larger_share_says_how_an_invoice_ended(paid, outcome):
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100),
            payment("P1", "A", "2025-01-10", paid),
            write_off("W1", "A", "2025-06-30", 100 - paid),
        ],
        [match("F1", "P1"), match("F1", "W1")],
    )
    found = c.sql("select outcome, closed_on from documents where document_id = 'F1'").fetchall()
    assert found == [(outcome, date(2025, 6, 30))]


def ends(documents, matches):
    """Return how the invoice F1 ended."""
    c = derived(documents, matches)
    [(outcome,)] = c.sql("select outcome from documents where document_id = 'F1'").fetchall()
    return outcome


@pytest.mark.parametrize(
    ("closers", "outcome"),
    [
        ([("adjustment", -100)], "credited"),
        ([("adjustment", -60), ("credit_note", -40)], "credited"),
        ([("adjustment", -99), ("payment", -1)], "paid"),
        ([("adjustment", -99), ("write_off", -1)], "written_off"),
        ([("opening", -100)], "paid"),
    ],
)
def test_an_invoice_closed_without_any_money_ends_like_a_credit(closers, outcome):
    documents = [document(kind, f"X{n}", "A", "2025-02-01", amount)
                 for n, (kind, amount) in enumerate(closers)]  # fmt: skip
    matches = [match("F1", f"X{n}") for n in range(len(closers))]
    assert ends([invoice("F1", "A", "2025-01-01", 100), *documents], matches) == outcome
    parts = [invoice("F1", "A", "2025-01-01", part, due=due, instalment=n)
             for n, (part, due) in enumerate([(30, "2025-01-31"), (70, "2025-03-02")])]  # fmt: skip
    assert ends([*parts, *documents], matches) == outcome


def test_different_rates_leave_an_exchange_difference_and_a_true_balance():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", "100.00", currency="USD", rate="0.90"),
            payment("P1", "A", "2025-02-01", "40.00", currency="USD", rate="0.95"),
        ],
        [match("F1", "P1")],
    )
    assert alive(c, "2025-01-31") == {"F1": D("90.00")}
    assert alive(c, "2025-02-01") == {"F1": D("54.00")}
    found = c.sql("select issued_on, amount from documents where kind = 'exchange'").fetchall()
    assert found == [(date(2025, 2, 1), D("2.00"))]
    assert c.sql("select sum(amount) from documents").fetchall() == [(D("54.00"),)]


def test_slices_in_a_foreign_currency_add_up_to_the_document():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", "10.00", currency="USD", rate="0.33333333"),
            *[
                payment(f"P{n}", "A", "2025-02-01", "1.11", currency="USD", rate="0.33333333")
                for n in range(3)
            ],
        ],
        [match("F1", f"P{n}") for n in range(3)],
    )
    assert c.sql("select amount from documents where kind = 'invoice'").fetchall() == [(D("3.33"),)]
    assert sum(a for (a,) in items(c, "amount")) == D("3.33")
    unlike = """select document_key from documents join open_items using (document_key)
        group by 1, documents.amount having sum(open_items.amount) <> documents.amount"""
    assert c.sql(unlike).fetchall() == []


@pytest.mark.parametrize(
    ("amount", "rate", "paid"),
    [
        ("3.00", "0.5", ("0.01", "0.01", "0.03", "0.50", "0.45")),
        # a float is a cent too low at the end of the first, and one too high at the second's
        ("987654321098.01", "0.91234567", ("713992016622.86", "256648049843.52")),
        ("287654321098763.97", "0.91234567", ("287654321098763.97",)),
    ],
)
def test_slices_in_a_foreign_currency_are_worth_the_nearest_cent(amount, rate, paid):
    """Up to its end, each is worth its share of the document; half a cent goes up."""
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", amount, currency="USD", rate=rate),
            *[
                payment(f"P{n}", "A", f"2025-02-0{n}", part, currency="USD", rate=rate)
                for n, part in enumerate(paid, 1)
            ],
        ],
        [match("F1", f"P{n}") for n, _ in enumerate(paid, 1)],
    )
    whole = (D(amount) * D(rate)).quantize(D("0.01"), ROUND_HALF_UP)
    upto = dict.fromkeys([*(sum(map(D, paid[:n]), D(0)) for n in range(len(paid) + 1)), D(amount)])
    worth = [(whole * u / D(amount)).quantize(D("0.01"), ROUND_HALF_UP) for u in upto]
    found = c.sql(
        "select amount from open_items where kind = 'invoice' order by closed_on nulls last"
    ).fetchall()
    assert [a for (a,) in found] == [b - a for a, b in pairwise(worth)]


def test_a_match_across_customers_keeps_each_balance():
    c = derived(
        [invoice("F1", "A", "2025-01-01", 100), payment("P1", "B", "2025-01-10", 100)],
        [match("F1", "P1")],
    )
    assert alive(c, "2025-01-10") == {}
    by_customer = c.sql("select customer, sum(amount) from documents group by 1 order by 1")
    assert by_customer.fetchall() == [("A", D(0)), ("B", D(0))]


def test_dimensions_stand_on_every_slice():
    c = derived(
        [
            invoice("F1", "A", "2025-01-01", 100, salesperson="Ann"),
            invoice("F2", "A", "2025-01-01", 1),
        ],
        customers=[customer("A", sector="43.21", country="be", salesperson="Bob", parent_id="Z")],
    )
    columns = ("sector", "sector_section", "sector_division", "sector_group", "country",
               "salesperson", "customer_group", "currency")  # fmt: skip
    assert items(c, *columns) == [("43.21", "F", "43", "43.2", "BE", "Ann", "Z", "EUR")]
    assert items(c, "salesperson", document="F2") == [("Bob",)]


def test_customer_rings_are_cut():
    c = derived(
        [invoice("F1", "A", "2025-01-01", 100)],
        customers=[
            customer("A", parent_id="B"),
            customer("B", parent_id="C"),
            customer("C", parent_id="B"),
            customer("D", parent_id="E"),
            customer("E", parent_id="F"),
        ],
    )
    groups = c.sql("select customer_id, customer_group from customers order by 1").fetchall()
    assert groups == [("A", "B"), ("B", "B"), ("C", "B"), ("D", "F"), ("E", "F")]


def test_a_published_store_answers(tmp_path):
    store = ledgers.publish(tmp_path, [invoice("F1", "A", "2025-01-01", 100)])
    state = store.current()
    assert state is not None
    about = state.engine.query("select last_day, ledger_balance, documents from about")
    assert about.to_pylist() == [
        {"last_day": date(2025, 1, 1), "ledger_balance": D(100), "documents": 1}
    ]


def test_what_is_asked_together_is_stored_together():
    """By sector, customer and day, so that a page of one customer reads few rows."""
    c = derived(
        [
            invoice("F1", "A", "2025-03-01", 100),
            invoice("F2", "B", "2025-02-15", 100),
            payment("P1", "A", "2025-01-05", 40),
            invoice("F3", "A", "2025-02-01", 100),
            invoice("F4", "C", "2025-06-01", 100),
        ],
        [match("F1", "P1")],
        customers=[customer("A", sector="43.21"), customer("C", sector="01.1")],
    )
    order = ["F2", "F4", "P1", "F3", "F1"]
    found = c.sql("select document_id, document_key from documents").fetchall()
    assert found == [(number, key) for key, number in enumerate(order, 1)]
    items = c.sql("select document_id from open_items").fetchall()
    assert [number for (number,) in items] == [*order, "F1"]


def test_the_steps_alone_make_the_tables_again():
    """As on a cluster: from the tables `documents`, `matches` and `instalments`."""
    c = derived(
        [
            *instalments(),
            invoice("F2", "A", "2025-01-01", "10.01", currency="USD", rate="0.9"),
            invoice("F3", "B", "2025-01-01", 70, salesperson="Ann"),
            payment("P1", "A", "2025-02-01", 40),
            payment("P2", "A", "2025-02-02", "7.77", currency="USD", rate="0.95"),
            payment("P3", "A", "2025-02-03", 90),
        ],
        [match("F1", "P1"), match("F2", "P2"), match("F3", "P3"), match("F1", "P3", 20)],
        customers=[customer("A", sector="43.21", country="be")],
    )
    kinds = c.sql("select distinct kind from documents order by all").fetchall()
    assert kinds == [("adjustment",), ("exchange",), ("invoice",), ("payment",)]
    cluster = duckdb.connect(config={"threads": 1})
    for table in ("documents", "matches", "instalments"):
        rows = c.sql(f"from {table}").to_arrow_table()
        cluster.execute(f"create table {'given' if table == 'documents' else table} as from rows")
    for step in (*inputs("given"), *steps()):
        cluster.execute(f"create table {step.name} as {step.sql}")
    for table in ("documents", "open_items"):
        rows = f"select {', '.join(TABLES[table].names)} from {table} order by all"
        assert cluster.sql(rows).fetchall() == c.sql(rows).fetchall()


QUARTERS = tuple(
    f"date '{year}-{month:02}-01'"
    for year in (2022, 2023, 2024, 2025)
    for month in (3, 6, 9, 12)
    if (2022, 6) <= (year, month) <= (2025, 3)
)


def test_what_is_old_is_stored_apart(monkeypatch):
    """Documents by the age in which they were issued, open items by that in which they closed."""
    monkeypatch.setattr(stretches, "AGED", 0)
    c = derived(
        [
            invoice("F1", "A", "2025-06-10", 100),
            invoice("F2", "B", "2021-02-15", 100),
            payment("P2", "B", "2025-05-20", 100),
            invoice("F3", "A", "2021-02-01", 100),
            payment("P3", "A", "2021-03-05", 40),
            invoice("F4", "A", "2023-09-01", 100),
            payment("P4", "A", "2024-05-31", 100),
            invoice("F5", "B", "2024-06-01", 100),
        ],
        [match("F2", "P2"), match("F3", "P3"), match("F4", "P4")],
    )
    assert stretches.ages(c) == QUARTERS
    found = c.sql("select document_id, document_key from documents").fetchall()
    order = ["F3", "P3", "F2", "F4", "P4", "F5", "F1", "P2"]
    assert found == [(number, key) for key, number in enumerate(order, 1)]
    items = c.sql("select document_id, closed_on from open_items").fetchall()
    paid, late, open_ = date(2021, 3, 5), date(2025, 5, 20), None
    assert items == [
        ("F3", paid), ("P3", paid),
        ("F4", date(2024, 5, 31)), ("P4", date(2024, 5, 31)),
        ("F3", open_), ("F2", late), ("F5", open_), ("F1", open_), ("P2", late),
    ]  # fmt: skip


def test_days_far_in_the_future_do_not_move_the_ages(monkeypatch):
    monkeypatch.setattr(stretches, "AGED", 0)
    many = [invoice(f"F{n}", "A", "2025-06-10", 100) for n in range(1500)]
    c = derived([*many, invoice("G1", "A", "2205-06-10", 100)])
    assert stretches.ages(c) == QUARTERS
