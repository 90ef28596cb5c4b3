"""Decisions of people at a load: before every rule, across reloads, and taken back."""

import json
from datetime import date
from decimal import Decimal

import pytest

from data.store.state import Store
from data.workspace.by_hand import decide
from data.workspace.decisions import CONFIRM, UNDO
from data.workspace.memory import Memory
from data.workspace.named import Identified
from etl.load.run import LoadOptions, load

D = Decimal
INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;A;2025-01-01;2025-01-31;100.00
F2;A;2025-01-05;2025-02-04;250.00
F3;B;2025-01-06;2025-02-05;80.00
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount
P1;A;2025-02-10;100.00
P2;A;2025-02-12;80.00
"""
F1 = Identified("", "F1", "A", date(2025, 1, 1), D("100.00"), "invoice")
F2 = Identified("", "F2", "A", date(2025, 1, 5), D("250.00"), "invoice")
F3 = Identified("", "F3", "B", date(2025, 1, 6), D("80.00"), "invoice")
P1 = Identified("", "P1", "A", date(2025, 2, 10), D("-100.00"), "payment")
P2 = Identified("", "P2", "A", date(2025, 2, 12), D("-80.00"), "payment")


@pytest.fixture
def books(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "invoices.csv").write_text(INVOICES)
    (folder / "payments.csv").write_text(PAYMENTS)
    store = Store(tmp_path / "store")
    assert load([folder], store).ok
    return folder, store


def matches(store):
    return {
        (r["invoice"], r["payment"]): (r["amount_currency"], r["method"])
        for r in store.current()
        .engine.query(
            "select d.document_id as invoice, c.document_id as payment, m.* from matches as m"
            " join documents as d on d.document_key = m.debit_key"
            " join documents as c on c.document_key = m.credit_key"
        )
        .to_pylist()
    }


def open_amounts(store):
    return {
        r["document_id"]: r["amount"]
        for r in store.current()
        .engine.query(
            "select document_id, sum(amount) as amount from open_items"
            " where closed_on is null group by all"
        )
        .to_pylist()
    }


def test_without_decisions_a_load_of_the_same_changes_nothing(books):
    folder, store = books
    before = store.current().number
    assert matches(store) == {
        ("F1", "P1"): (D(100), "amount"),
        ("F2", "P2"): (D(80), "oldest"),
    }
    assert not load([folder], store).published
    assert store.current().number == before


def test_a_confirmed_pair_comes_first_and_survives_reloads(books):
    folder, store = books
    decisions = Memory(store.folder)
    decide(decisions, "Anna", CONFIRM, F2, P1, D("100.00"))
    report = load([], store)
    assert report.published
    assert all(c.ok for c in report.controls)
    found = matches(store)
    assert found[("F2", "P1")] == (D(100), "confirmed")
    # the rules have what is left: P2 pays the oldest invoice now
    assert found[("F1", "P2")] == (D(80), "oldest")
    assert not load([folder], store).published
    newer = folder / "more.csv"
    newer.write_text("Payment number;Customer;Payment date;Amount\nP3;A;2025-03-01;20.00\n")
    assert load([folder], store).published
    assert matches(store)[("F2", "P1")] == (D(100), "confirmed")
    assert not load([], store, LoadOptions()).published


def test_the_same_files_in_a_store_of_their_own_follow_the_same_decisions(books, tmp_path):
    folder, _store = books
    other = Store(tmp_path / "other")
    other.folder.mkdir()
    decide(Memory(other.folder), "Anna", CONFIRM, F2, P1, D("100.00"))
    assert load([folder], other).ok
    assert matches(other)[("F2", "P1")] == (D(100), "confirmed")


def test_what_was_undone_is_not_matched_again_by_rule_until_that_is_taken_back(books):
    folder, store = books
    decisions = Memory(store.folder)
    undone = decide(decisions, "Anna", UNDO, F1, P1)
    load([], store)
    assert ("F1", "P1") not in matches(store)
    assert open_amounts(store)["P1"] == D(-100)
    assert open_amounts(store)["F1"] == D(100)
    (folder / "more.csv").write_text(
        "Payment number;Customer;Payment date;Amount\nP3;B;2025-03-01;20.00\n"
    )
    load([folder], store)
    assert ("F1", "P1") not in matches(store)
    decisions.take_back("Anna", undone.id)
    assert load([], store).published
    assert matches(store)[("F1", "P1")] == (D(100), "amount")
    report = store.current().engine.query("select report from about")["report"][0].as_py()
    assert "decisions" not in json.loads(report)["options"]


def test_what_a_file_says_is_undone_as_well(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "invoices.csv").write_text(INVOICES)
    (folder / "payments.csv").write_text(PAYMENTS)
    (folder / "matches.csv").write_text("debit_id;credit_id;amount\nF1;P1;100.00\n")
    store = Store(tmp_path / "store")
    load([folder], store)
    assert matches(store)[("F1", "P1")] == (D(100), "given")
    decide(Memory(store.folder), "Anna", UNDO, F1, P1)
    assert load([], store).published
    assert ("F1", "P1") not in matches(store)


def test_a_payment_on_the_wrong_customer_settles_the_other_ones_invoice(books):
    _folder, store = books
    decide(Memory(store.folder), "Anna", CONFIRM, F3, P2, D("80.00"))
    report = load([], store)
    assert report.published
    assert all(c.ok for c in report.controls)
    assert matches(store)[("F3", "P2")] == (D(80), "confirmed")
    assert "F3" not in open_amounts(store)


def test_no_document_is_settled_for_more_than_it_is(books):
    _folder, store = books
    decisions = Memory(store.folder)
    decide(decisions, "Anna", CONFIRM, F3, P1, D("100.00"))
    decide(decisions, "Anna", CONFIRM, F3, P2)
    load([], store)
    assert matches(store)[("F3", "P1")] == (D(80), "confirmed")
    assert ("F3", "P2") not in matches(store)


def test_a_decision_about_documents_that_are_not_there_waits_for_them(books):
    folder, store = books
    later = Identified("", "F9", "A", date(2025, 2, 20), D("40.00"), "invoice")
    decide(Memory(store.folder), "Anna", CONFIRM, later, P2, D("40.00"))
    assert load([], store).ok
    (folder / "later.csv").write_text(
        "Invoice number;Customer;Invoice date;Due date;Amount\nF9;A;2025-02-20;2025-03-20;40.00\n"
    )
    load([folder], store)
    assert matches(store)[("F9", "P2")] == (D(40), "confirmed")
