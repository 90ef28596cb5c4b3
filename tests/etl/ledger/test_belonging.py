"""Whom each customer belongs to."""

import pytest

from tests.ledgers import customer, derived, invoice


def belongs(*parents, named=()):
    """Return customer -> whom it belongs to; `parents` are pairs of customer and parent."""
    known = [customer(who, parent_id=parent) for who, parent in parents]
    documents = [invoice(f"F{n}", who, "2026-01-05", 1) for n, who in enumerate(named)]
    found: dict[str, set[str]] = {}
    rows = derived(documents, customers=known).sql("select * from belongs").fetchall()
    assert len(set(rows)) == len(rows)
    for who, holder in rows:
        found.setdefault(who, set()).add(holder)
    return found


def test_everybody_belongs_to_themselves_and_to_those_above_them():
    assert belongs(("A", None), ("B", "A"), ("C", "B"), ("D", "A")) == {
        "A": {"A"}, "B": {"B", "A"}, "C": {"C", "B", "A"}, "D": {"D", "A"},
    }  # fmt: skip


def test_companies_that_own_each_other_are_each_others():
    ring = belongs(("A", "C"), ("B", "A"), ("C", "B"), ("D", "B"))
    assert ring == {who: {"A", "B", "C", who} for who in "ABCD"}


@pytest.mark.parametrize("parents", [[("A", "A")], [("A", "ELSEWHERE")], [("A", None)]])
def test_who_is_no_customer_holds_nothing(parents):
    assert belongs(*parents) == {"A": {"A"}}


def test_documents_of_nobody_make_nobody_a_mother():
    assert belongs(("A", None), named=("A", "")) == {"A": {"A"}, "": {""}}
