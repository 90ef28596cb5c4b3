"""What a factor buys, rule by rule, and the panel with the policy's inputs and the address's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards.base.view import Context
from dashboards.returned.factoring import factoring_content, inputs_of, offers, pool_of
from metrics.lists.factoring import eligible
from tests.ledgers import customer, invoice, match, payment, publish

D = Decimal


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Publish Big, with 8,000 of 10,000; Small; Late, overdue for 70 days; and Angry, who disputes.

    The first sale is a year old, so that DSO is known.
    """
    documents = [
        invoice("O1", "B", "2025-01-10", "1000.00", due="2025-02-10"),
        payment("O2", "B", "2025-02-10", "1000.00"),
        invoice("B1", "B", "2026-05-20", "8000.00", due="2026-06-30"),
        invoice("S1", "S", "2026-05-20", "2000.00", due="2026-06-30"),
        invoice("L1", "L", "2026-03-01", "500.00", due="2026-03-22"),
        invoice("A1", "A", "2026-05-20", "700.00", due="2026-06-30", disputed=True),
        payment("Z1", "S", "2026-05-31", "1.00"),
    ]
    countries = {"B": "BE", "S": "FR", "L": "BE", "A": "BE"}
    customers = [customer(n, name=n, country=code) for n, code in countries.items()]
    return publish(tmp_path_factory.mktemp("factoring"), documents, [match("O1", "O2")], customers)


def test_what_falls_to_each_rule(store):
    view = Context(store).view("")
    pool = pool_of(view)
    assert pool["open"] == D("10500.00")  # without what is disputed
    assert (pool["overdue"], pool["country"]) == (D("500.00"), D("0.00"))
    # a quarter of 10,000 is the most of one: 5,500 of Big is too much; Small has less
    assert (pool["concentration"], pool["eligible"]) == (D("5500.00"), D("4500.00"))
    asked = eligible(view.ledger, 60, {"FR": 30}, D(100))
    (alone,) = view.query(asked.sql, asked.parameters)
    assert (alone["country"], alone["eligible"]) == (D("8500.00"), D("2000.00"))
    parts = ("overdue", "country", "concentration", "eligible")
    assert sum(alone[name] for name in parts) == alone["open"]


def test_the_panel_compares_and_takes_what_the_address_says(store):
    view = Context(store).view("")
    content = factoring_content(view)
    assert content.title.startswith("Selling 4.5")
    assert "would cost" in content.title
    free = Context(store).view("?factor_fee=0&factor_points=0&factor_saves=100&factor_advance=x")
    inputs = inputs_of(free)
    assert (inputs["factor_fee"], inputs["factor_advance"]) == (0, 85)
    assert factoring_content(free).title.endswith("would bring 100\xa0€ a year, with recourse")
    recourse, bare = offers(inputs)
    assert (recourse.bad_debts_with, bare.bad_debts_with, bare.days) == (D("0.5"), 0, None)


def test_nothing_to_sell_is_said(store):
    content = factoring_content(Context(store).view("?customer_group=L"))
    assert content.title == "What a factor would buy"
