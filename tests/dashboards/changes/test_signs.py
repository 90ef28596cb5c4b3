"""Early signs where both sides look: a list, a line of the overview and of the customer, a mark."""

from __future__ import annotations

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.changes.signs import SIGNS, signs_content
from dashboards.charts.signs import TOLD
from dashboards.selling.page import SELLING
from dashboards.server import create_app
from tests.early import changing
from tests.pages import ask, words


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return changing(tmp_path_factory.mktemp("signs"))


def listed(store, search=""):
    view = Context(store).view(search)
    with speaking("en"):
        statement = SIGNS.statement(view, {})
        return {r["customer"]: r for r in view.query(statement.sql, statement.parameters)}


def test_each_sign_is_said_in_the_customers_own_days(store):
    rows = listed(store)
    assert set(rows) == {"SLOWER", "STOPPED", "PARTS", "LESS"}
    assert rows["SLOWER"]["why"] == (
        "usually pays 4 days after due, now 24 days after due with 1 still open"
    )
    assert rows["PARTS"]["why"].startswith("12 of 14 invoices paid in parts since ")
    assert (rows["LESS"]["what"], rows["LESS"]["usual"]) == ("Orders less", None)


def test_filters_choose_among_them(store):
    assert set(listed(store, "?country=NL")) == {"SLOWER"}
    with speaking("en"):
        said = signs_content(Context(store).view("?country=FR"))
    assert said.title == "No customer changes for the worse"
    assert "fewer than 1 alarm a week is false" in said.measure


def test_the_overview_and_the_customer_say_it(store):
    app = create_app(store)
    found = ask(app, "overview-attention-head.children")
    said = words(found["overview-attention-body"]["children"])
    assert "4 customers change for the worse, first STOPPED, SLOWER" in said
    head = ask(app, "customer-headline.children", "?customer=SLOWER")["customer-headline"]
    assert "usually pays 4 days after due" in words(head["children"])
    assert "account.closed_on=greaterThanOrEqual.2026-01-" in str(head)
    quiet = ask(app, "customer-headline.children", "?customer=STEADY")["customer-headline"]
    assert "usually" not in words(quiet["children"])


def test_whom_to_slow_down_is_marked(store):
    view = Context(store).view("?list=room")
    with speaking("en"):
        statement = SELLING.statement(view, {"list": "slow"})
        assert statement.parameters[TOLD].num_rows == 4
        rows = view.query(statement.sql, statement.parameters)
    assert all("sign" in row for row in rows)
