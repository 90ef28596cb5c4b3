from datetime import date
from decimal import Decimal

import pytest

from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from metrics.lists.aging_cell import (
    ALL,
    cell_customers,
    cell_items,
    document_slices,
    ledger_balance,
    open_balance,
    within,
)
from tests.ledgers import invoice, match, payment, publish
from tests.pages import LAST, small_company

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "over_90", "unapplied")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("company")).current().engine


def rows(engine, statement):
    return engine.query(statement.sql, statement.parameters).to_pylist()


@pytest.mark.parametrize("basis", ["due", "issued"])
def test_customers_and_items_of_each_cell_add_up_to_the_cell(engine, basis):
    ledger = Ledger(LAST, basis=basis)
    cells = answer(engine, "aging", ledger, ("country",)).to_pylist()
    assert {c["bucket"] for c in cells} == set(BUCKETS)
    for cell in cells:
        place = within(ledger, "country", cell["country"])
        for listed in (cell_customers(place, cell["bucket"]), cell_items(place, cell["bucket"])):
            found = rows(engine, listed)
            assert sum(r["amount"] for r in found) == cell["amount"]
        assert len(found) == cell["items"]


def test_all_ages_are_the_receivables(engine):
    found = rows(engine, cell_customers(Ledger(LAST), ALL))
    total = answer(engine, "receivables", Ledger(LAST)).to_pylist()[0]
    assert sum(r["amount"] for r in found) == total["receivables"]
    assert sum(r["items"] for r in found) == total["open_items"]


def test_a_group_outside_the_filters_has_nothing(engine):
    ledger = Ledger(LAST, {"country": ("BE",)})
    assert rows(engine, cell_items(within(ledger, "country", "NL"), ALL)) == []
    both = within(Ledger(LAST, {"country": ("BE", "NL")}), "country", "NL", "C2")
    assert {r["customer"] for r in rows(engine, cell_items(both, ALL))} == {"C2"}


def test_the_oldest_overdue_item_and_days_overdue(engine):
    late = within(Ledger(LAST), "customer", "C5")
    items = rows(engine, cell_items(late, ALL))
    assert all(r["days_overdue"] == (LAST - r["due_on"]).days for r in items)
    listed = rows(engine, cell_customers(late, ALL))[0]
    # open since 2026: the oldest is of 9 January, due 30 days later
    assert listed["oldest_days"] == (LAST - date(2026, 2, 8)).days == 51
    ahead = within(Ledger(LAST), "customer", "C1")
    assert rows(engine, cell_customers(ahead, "not_due"))[0]["oldest_days"] is None


def test_the_ledger_balance_is_the_sum_of_documents_and_ties_in_every_split(engine):
    for where in ({}, {"country": ("BE",)}, {"salesperson": ("Anna",)}, {"segment": ("",)}):
        for day in (LAST, date(2025, 2, 14)):
            ledger = Ledger(day, where)
            booked = rows(engine, ledger_balance(ledger))[0]["balance"]
            assert booked == answer(engine, "receivables", ledger).to_pylist()[0]["receivables"]
            assert rows(engine, open_balance(ledger)) == [{"balance": booked}]
    assert rows(engine, ledger_balance(Ledger(date(2020, 1, 1)))) == [
        {"balance": None, "documents": 0}
    ]
    assert rows(engine, open_balance(Ledger(date(2020, 1, 1)))) == [{"balance": None}]


def test_a_document_shows_its_slices_as_they_stood_on_the_day(tmp_path):
    store = publish(
        tmp_path,
        [
            invoice("F1", "A", "2025-01-01", 100, due="2025-01-31"),
            invoice("F1", "B", "2025-01-01", 7, due="2025-01-31"),
            payment("P1", "A", "2025-02-09", 40),
            payment("P2", "A", "2025-03-09", 60),
        ],
        matches=[match("F1", "P1", 40), match("F1", "P2", 60)],
    )
    engine = store.current().engine
    found = rows(engine, document_slices(Ledger(date(2025, 2, 28)), "A", "F1"))
    known = {(r["amount"], r["closed_on"], r["closed_by_document"]) for r in found}
    assert known == {
        (Decimal("40.00"), date(2025, 2, 9), "P1"),
        (Decimal("60.00"), None, None),
    }
