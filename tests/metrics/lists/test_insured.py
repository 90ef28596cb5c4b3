"""The insured customers, each with its clock, add up to the metric, and pages say them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboards.base.view import Context
from dashboards.customer import page as customer_page
from dashboards.memory.insured import title_of
from dashboards.server import create_app
from metrics.catalogue import answer
from metrics.lists.insured import insured
from tests.ledgers import customer, invoice, payment, publish
from tests.pages import ask, words

D = Decimal


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Publish Late, whose cover has ended; Soon, whose cover ends; Fine; Paid; and Bare."""
    documents = [
        invoice("L1", "L", "2026-06-01", "3000.00", due="2026-06-30"),
        invoice("L2", "L", "2026-09-05", "1000.00", due="2026-10-05"),
        payment("L3", "L", "2026-09-06", "200.00"),
        invoice("S1", "S", "2026-07-01", "9000.00", due="2026-07-31"),
        invoice("F1", "F", "2026-09-01", "100.00", due="2026-09-30"),
        invoice("B1", "B", "2026-09-10", "70.00", due="2026-10-10"),
    ]
    limits = {"L": "5000", "S": "4000", "F": "4000", "P": "1000", "B": None}
    customers = [customer(n, name=f"{n} ltd", insured_limit=limit, country="BE" if limit else "FR")
                 for n, limit in limits.items()]  # fmt: skip
    return publish(tmp_path_factory.mktemp("insured"), documents, (), customers)


def test_each_customer_has_its_clock_and_all_add_up_to_the_metric(store):
    view = Context(store).view("?soon=30")
    statement = insured(view.ledger)
    rows = {row["customer"]: row for row in view.query(statement.sql, statement.parameters)}
    names = ("state", "days_left", "hand_over_left", "insured", "uninsured")
    assert view.selection.as_of == date(2026, 9, 10)
    assert {who: tuple(row[n] for n in names) for who, row in rows.items()} == {
        # L2 was invoiced after the cover had ended; what is unapplied is taken off L1
        "L": ("stopped", -12, 18, D(2520), D(1280)),
        "S": ("ending", 19, 49, D(3600), D(5400)),
        "F": ("runs", 80, 110, D(90), D(10)),
        "P": ("none", None, None, D(0), D(0)),
    }
    (whole,) = answer(view.state.engine, "insurance", view.ledger).to_pylist()
    for name in ("insured", "insured_limit"):
        assert whole[name] == sum(row[name] for row in rows.values())
    assert whole["insured"] + whole["uninsured"] == whole["exposure"] == D(12_970)
    assert (whole["stopped"], whole["lapsing"], whole["hand_over"]) == (1, 1, 1)
    assert "deliveries to 1 customer are not" in title_of(view)
    assert title_of(Context(store).view("?country=FR")) == "Nobody here is insured"


def test_the_customers_page_says_until_when_deliveries_are_insured(store):
    app = create_app(store, pages=(customer_page.PAGE,))
    says = {"L": "since 30 Aug 2026 are not insured, and it is handed over by 28 Sept 2026",
            "S": "deliveries are insured until 29 Sept 2026"}  # fmt: skip
    for number, said in says.items():
        found = ask(app, "customer-sell-body.children", f"?customer={number}")
        text = words(found["customer-sell-body"]["children"])
        assert said in text, text
