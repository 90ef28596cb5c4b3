from datetime import date
from decimal import Decimal

import pytest

from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from metrics.lists.customers import account, customers, found, with_headroom
from tests.markets import LAST, markets


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("markets")).current().engine


def rows(engine, statement):
    return engine.query(statement.sql, statement.parameters).to_pylist()


def test_the_list_of_customers_agrees_with_the_metrics(engine):
    ledger = Ledger(LAST)
    listed = {r["customer"]: r for r in rows(engine, customers(ledger))}
    speed = answer(engine, "payment_speed", ledger, ("customer",)).to_pylist()
    owed = answer(engine, "receivables", ledger, ("customer",)).to_pylist()
    room = answer(engine, "exposure", ledger, ("customer",)).to_pylist()
    assert len(listed) == 9
    for row in speed:
        late = listed[row["customer"]]["days_beyond_terms"]
        assert late == pytest.approx(row["days_beyond_terms_weighted"])
    for row in owed:
        assert listed[row["customer"]]["receivables"] == row["receivables"]
        assert listed[row["customer"]]["unapplied"] == row["unapplied"]
    for row in room:
        assert listed[row["customer"]]["headroom"] == row["headroom"]


def test_lateness_by_quarter_adds_up_from_its_parts(engine):
    for row in rows(engine, customers(Ledger(LAST))):
        quarters = [row[f"late_amount_q{n}"] or 0 for n in range(1, 5)]
        assert sum(quarters) == (row["late_amount"] or 0)
        paid = [row[f"paid_q{n}"] or 0 for n in range(1, 5)]
        assert sum(paid) == (row["paid_amount"] or 0)


def test_whom_more_can_be_sold_to(engine):
    within_terms = rows(engine, with_headroom(Ledger(LAST), 0))
    assert {r["customer"] for r in within_terms} >= {"K1", "K7"}
    assert {r["customer"] for r in within_terms}.isdisjoint({"K2", "K3", "K4", "K5", "K8"})
    assert all(r["headroom"] > 0 for r in within_terms)
    within_five = {r["customer"] for r in rows(engine, with_headroom(Ledger(LAST), 5))}
    assert "K5" in within_five
    assert "K3" not in within_five


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("neon", {"K8"}),
        ("NÉON", {"K8"}),
        ("societe ete k3", {"K3"}),
        ("k3", {"K3"}),
        ("BE 0400 000 0010", {"K2"}),
        ("0400.000.0010", {"K2"}),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_customers_are_found_by_name_number_or_vat_number(engine, text, expected):
    listed = rows(engine, found(customers(Ledger(LAST)), text))
    assert {r["customer"] for r in listed} == expected


def test_an_account_lists_each_slice_with_what_closed_it(engine):
    ledger = Ledger(LAST, {"customer": ("K8",)})
    slices = sorted(rows(engine, account(ledger, document="N0")), key=lambda r: r["amount"])
    assert [
        (r["amount"], r["closed_on"], r["closing_document"], r["method"], r["days_late"])
        for r in slices
    ] == [
        (Decimal("40.00"), date(2025, 12, 1), "PN1", "given", -2),
        (Decimal("50.00"), date(2025, 12, 23), "PN2", "given", 20),
    ]
    assert all(r["file"] and r["line"] and r["closing_line"] for r in slices)


def test_an_account_knows_nothing_of_later_days(engine):
    then = Ledger(date(2025, 12, 10), {"customer": ("K8",)})
    part = max(rows(engine, account(then, document="N0")), key=lambda r: r["amount"])
    assert part["is_open"]
    assert (part["closed_on"], part["closed_by"], part["closing_document"]) == (None, "", None)
    assert part["days_late"] == 7


def test_what_is_open_on_an_account_is_its_receivables(engine):
    ledger = Ledger(LAST, {"customer": ("K8",)})
    owed = answer(engine, "receivables", ledger).to_pylist()[0]["receivables"]
    assert sum(r["amount"] for r in rows(engine, account(ledger, "open"))) == owed
    everything = rows(engine, account(ledger, "all"))
    assert sum(r["amount"] for r in everything) == owed
    assert sum(r["amount"] for r in everything if r["is_open"]) == owed == Decimal("165.00")
    unapplied = next(r for r in everything if r["document_id"] == "PN3")
    assert unapplied["days_late"] is None


def test_an_account_has_three_states_only(engine):
    with pytest.raises(ValueError, match="known are: open, invoices, all"):
        account(Ledger(LAST), "everything")
