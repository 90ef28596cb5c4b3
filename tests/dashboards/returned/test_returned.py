"""What deals returned: the worked numbers, whom to part with, and the parts of the sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboards.base.view import Context
from dashboards.returned.page import RETURNING, groups_content, headline_words, title_of
from data.core.policy.dated import Dated, Step
from metrics.asking.money import Net
from metrics.decide.deal.worth import cost_of_waiting, days_until_gone
from metrics.lists.returned import ALL, BETTER, PART, returning_customers
from tests.ledgers import credit_note, customer, invoice, match, payment, publish

D = Decimal


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Publish Fast, Slow (120 days), Thin, whom credit notes cost all, and Unknown."""
    documents = [
        invoice("F1", "F", "2026-01-01", "30000.00", due="2026-01-31", cost="27000.00"),
        payment("F2", "F", "2026-03-02", "30000.00"),
        invoice("S1", "S", "2026-01-01", "30000.00", due="2026-01-31", cost="27000.00"),
        payment("S2", "S", "2026-05-01", "30000.00"),
        invoice("T1", "T", "2026-03-01", "1000.00", due="2026-03-31", cost="950.00"),
        credit_note("T2", "T", "2026-03-11", "100.00"),
        payment("T3", "T", "2026-03-31", "900.00"),
        invoice("U1", "U", "2026-05-01", "4000.00", due="2026-05-31"),
    ]
    matches = [match("F1", "F2"), match("S1", "S2"), match("T1", "T2", 100), match("T1", "T3", 900)]
    customers = [customer(n, name=n * 3) for n in "FSTU"]
    return publish(tmp_path_factory.mktemp("returned"), documents, matches, customers)


def rows_of(view, kind):
    statement = RETURNING.statement(view, {"list": kind})
    return {r["customer"]: r for r in view.query(statement.sql, statement.parameters)}


def test_each_customer_returns_what_the_desk_computes(store):
    rows = rows_of(Context(store).view(""), ALL)
    for who, days, left, share in (("F", 60, "2753.42", 0.0918), ("S", 120, "2506.85", 0.0836)):
        row = rows[who]
        assert row["waiting"] == round(cost_of_waiting(D(30_000), days, D(5)), 2)
        assert row["after"] == D(left)
        assert row["after_share"] == pytest.approx(share, abs=0.00005)
        assert D(str(row["gone_after"])) == days_until_gone(D(3000), D(30_000), D(5)) == 730
        assert row["waited"] == days
    # 50 of margin, 100 credited, 900 waited for 30 days
    assert rows["T"]["after"] == D("50.00") - 100 - round(cost_of_waiting(D(900), 30, D(5)), 2)
    assert rows["T"]["expected"] is None  # nothing was ever written off
    assert "U" not in rows


def test_who_is_to_part_with_and_who_only_looks_bad(store):
    view = Context(store).view("")
    assert {who: r["reason"] for who, r in rows_of(view, PART).items()} == {"T": "credited"}
    # S pays 90 days late, which costs 369.86 of 3,000: more than a tenth; F 123.29 for 30 days
    assert set(rows_of(view, BETTER)) == {"F"}
    assert title_of(view) == "To part with: 1 customer"
    with pytest.raises(ValueError, match="lists no customers"):
        returning_customers(view.ledger, "none", 15, D(5), D(10))


def test_the_page_says_of_how_much_no_cost_is_known(store):
    said = headline_words(Context(store).view(""))
    assert "6 % of what was invoiced, no cost is known" in said.replace("\xa0", " ")
    alone = Context(store).view("?customer_group=U")
    assert headline_words(alone).startswith("No cost is known of what was invoiced in 12 months")
    assert groups_content(alone).title == "No cost is known"


def test_vat_is_left_out_by_country_and_day(store):
    """121 with 21 % is 100; 120 with 20 % from the day on; elsewhere nothing is left out."""
    engine = Context(store).view("").state.engine
    rates = Dated((Step(date.min, {"BE": D(21)}), Step(date(2026, 1, 1), {"BE": D(20)})))
    sql = Net(rates)["s"]
    given = (("BE", "2025-12-31", "121.00"), ("BE", "2026-01-01", "120.00"),
             ("FR", "2026-01-01", "100.00"))  # fmt: skip
    for country, day, amount in given:
        table = f"(select '{country}' as country, date '{day}' as issued_on,"
        table += f" cast({amount} as decimal(18, 2)) as amount) as s"
        assert engine.query(f"select {sql} as net from {table}").to_pylist() == [{"net": D(100)}]
