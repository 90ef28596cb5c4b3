"""Order to cash: the steps, whose wait it is, and when a missing number can be blamed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboards.base.view import Context, NotEnough
from dashboards.order_to_cash.page import (
    WAYS,
    headline_words,
    months_content,
    numbers_content,
    steps_content,
)
from tests.ledgers import customer, invoice, match, payment, publish
from tests.pages import words

DAY = date(2026, 1, 5)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Publish A with 25 invoices with a number, paid after 29 to 31 days, and 25 without, paid
    after 39 to 41; and B with one invoice that says nothing of its order.
    """
    documents, matches = [], []
    for n in range(50):
        named, swing = n < 25, n % 3 - 1
        documents += [
            invoice(
                f"I{n}", "A", DAY, "100.00", due=DAY + timedelta(days=30),
                po_number=f"PO{n}" if named else None, ordered_on=DAY - timedelta(days=12),
                delivered_on=DAY - timedelta(days=2),
            ),
            payment(f"P{n}", "A", DAY + timedelta(days=(30 if named else 40) + swing), "100.00"),
        ]  # fmt: skip
        matches.append(match(f"I{n}", f"P{n}"))
    documents += [
        invoice("B1", "B", DAY, "5000.00", due=DAY + timedelta(days=30), po_number=None),
        payment("B2", "B", DAY + timedelta(days=30), "5000.00"),
    ]
    matches.append(match("B1", "B2"))
    return publish(tmp_path_factory.mktemp("otc"), documents, matches,
                   [customer("A", name="Alpha"), customer("B", name="Beta")])  # fmt: skip


def test_the_wait_is_told_apart(store):
    view = Context(store).view("")
    said = headline_words(view)
    assert "12.0 are ours until the invoice leaves, 35.0 the customer's" in said
    assert "known of 50 % of what was paid" in said.replace("\xa0", " ")
    assert "12.0 of 47.0 days are our own" in steps_content(view).title
    assert months_content(view).title.startswith("Our wait went from 12.0")
    statement = WAYS.statement(view, {})
    rows = {r["customer"]: r for r in view.query(statement.sql, statement.parameters)}
    (a, b) = rows["A"], rows["B"]
    assert a["to_deliver"] + a["to_invoice"] + a["terms"] + a["beyond"] == pytest.approx(a["whole"])
    assert (a["to_deliver"], a["to_invoice"], b["whole"], b["dated_share"]) == (10, 2, None, 0)


def test_a_missing_number_is_blamed_only_where_chance_cannot_say_it(store):
    content = numbers_content(Context(store).view(""))
    assert content.title == "Without order number customers pay 10.0 days later"
    # 40.00 - 29.96, and 1.96 times the root of (0.7067 + 0.6667) / 25
    assert "from 9.6 to 10.5 (95 %)" in words(content.body[1])
    with pytest.raises(NotEnough):
        numbers_content(Context(store).view("?customer_group=B"))


def test_where_no_day_is_known_it_says_so(store):
    view = Context(store).view("?customer_group=B")
    assert "the own wait is not known" in headline_words(view)
    assert steps_content(view).title == "The steps are not known"
