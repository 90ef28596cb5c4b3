"""The page Terms: who grants and who takes, what is above, and both against the metric."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboards.base.view import Context
from dashboards.terms.page import (
    CUSTOMERS,
    LONG,
    above_title,
    bars_content,
    discounts_content,
    headline_words,
)
from data.core.policy.dated import Dated, Step
from metrics.asking.money import Percents
from metrics.catalogue import answer
from tests.ledgers import customer, invoice, match, payment, publish

D = Decimal


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Publish Ann, who grants 30 days more than agreed, and Bob, who grants none but waits."""
    documents = [
        invoice("A1", "A", "2026-03-01", "30000.00", due="2026-04-30", salesperson="Ann"),
        payment("P1", "A", "2026-04-30", "30000.00"),
        invoice("B1", "B", "2026-03-01", "10000.00", due="2026-03-31", salesperson="Bob"),
        payment("P2", "B", "2026-05-30", "10000.00"),
        invoice("C1", "C", "2026-05-01", "500.00", due="2026-08-09", salesperson="Bob"),
    ]
    customers = [customer("A", name="Alpha", agreed_terms_days=30, country="FR"),
                 customer("B", name="Beta", agreed_terms_days=30, country="BE"),
                 customer("C", name="Gamma", country="FR")]  # fmt: skip
    matches = [match("A1", "P1"), match("B1", "P2")]
    return publish(tmp_path_factory.mktemp("terms"), documents, matches, customers)


def test_the_page_says_who_grants_and_who_takes(store):
    view = Context(store).view("")
    said = headline_words(view)
    # (30,000 x 30 + 10,000 x 0) / 40,000; 30,000 x 30 x 5 % / 365
    assert "22.5 days more than agreed, which costs 123" in said
    # 10,000 x 60 x 5 % / 365
    assert "15.0 days beyond the due day, which costs 82" in said
    assert bars_content(view, "granted").title.startswith("Ann grants most: 30.0 days beyond")
    assert "Bob: 60.0 days beyond the due day" in bars_content(view, "late").title
    assert discounts_content(view).title == "No cash discount was taken late"
    french = Context(store).view("?customer_group=C")
    assert headline_words(french) == "No agreed terms are known of what was invoiced."
    assert "no invoice" in above_title(french).lower()


def test_what_is_above_is_listed_with_its_verdict(store):
    view = Context(store).view("")
    statement = LONG.statement(view, {})
    (only,) = view.query(statement.sql, statement.parameters)
    named = ("document_id", "agreed", "invoiced", "granted", "cost")
    assert [only[n] for n in named] == ["A1", 30, 60, 30, D("123.29")]
    assert "1 invoice of 30" in above_title(view)
    statement = LONG.statement(view, {"above": "allowed"})
    (only,) = view.query(statement.sql, statement.parameters)
    # 100 days in France, where 60 from the issue are the most, or 45 to the end of the month
    assert (only["document_id"], only["verdict"]) == ("C1", "beyond")
    assert only["latest"] == date(2026, 6, 30)


def test_customers_add_up_to_the_metric(store):
    view = Context(store).view("")
    statement = CUSTOMERS.statement(view, {})
    rows = {r["customer"]: r for r in view.query(statement.sql, statement.parameters)}
    (whole,) = answer(view.state.engine, "terms_leak", view.ledger).to_pylist()
    for name in ("granted_cost", "late_cost"):
        assert sum(r[name] or 0 for r in rows.values()) == whole[name]
    assert rows["A"]["customer_name"] == "Alpha"
    assert rows["C"]["granted"] is None


def test_each_day_counts_with_its_own_rate(store):
    """4 % until the end of March, 8 % from then on: 30 days at 4, 30 at 8."""
    rate = Dated((Step(date.min, D(4)), Step(date(2026, 4, 1), D(8))))
    day = Percents(rate)
    engine = Context(store).view("").state.engine

    def percents(since: str, until: str) -> Decimal:
        days = f"(select date '{since}' as a, date '{until}' as b, 30 as n)"
        sql = f"select {day['b']} - {day['a']} as x, {day['a, n']} - {day['a']} as y from {days}"
        row = engine.query(sql).to_pylist()[0]
        assert row["y"] == percents_by_hand(date.fromisoformat(since), 30)
        return row["x"]

    def percents_by_hand(since: date, days: int) -> Decimal:
        ahead = (date.fromordinal(since.toordinal() + n) for n in range(1, days + 1))
        return sum((rate.at(one) for one in ahead), D(0))

    for since, days in (
        ("2026-03-01", 60),
        ("2026-03-31", 1),
        ("2026-04-01", 9),
        ("2026-02-01", 3),
    ):
        until = date.fromordinal(date.fromisoformat(since).toordinal() + days)
        found = percents(since, until.isoformat())
        assert found == percents_by_hand(date.fromisoformat(since), days)
    assert percents("2026-03-01", "2026-04-30") == 30 * 4 + 30 * 8
