"""Early signs where both sides look: a list, a line of the overview and of the customer, a mark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.changes.signs import SIGNS, signs_content
from dashboards.charts import signs
from dashboards.charts.signs import TOLD, chosen, signs_of
from dashboards.selling.page import SELLING
from dashboards.server import create_app
from data.core.rights import LOCAL, Scope
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


def test_filters_compute_nothing_anew(store, monkeypatch):
    """Two filters, and two pages, choose among signs that were computed once; another day has its
    own.
    """
    computed = []

    def counted(*given):
        computed.append(given[1].as_of)
        return real(*given)

    real = signs.signs
    monkeypatch.setattr(signs, "signs", counted)
    context = Context(store)
    with speaking("en"):
        made = [context.view(search) for search in ("", "?country=NL", "?country=BE")]
        measures = {signs_content(view).measure for view in made}
        here = [{sign.customer for sign in chosen(view)} for view in made]
    assert here == [
        {"SLOWER", "STOPPED", "PARTS", "LESS"},
        {"SLOWER"},
        {"STOPPED", "PARTS", "LESS"},
    ]
    assert len(measures) == 1  # h and its promise are of the whole book
    assert len(computed) == 1
    signs_of(context.view("?as_of=2026-02-28&country=NL"))
    assert len(computed) == 2


def test_who_sees_some_customers_hears_of_no_others(store):
    context = Context(store)
    whole = signs_of(context.view(""))
    context.reader = lambda: replace(LOCAL, scope=Scope.of({"country": ("NL",)}))
    mine = signs_of(context.view(""))
    assert set(mine.by_customer) == {"SLOWER"}
    assert mine.by_customer["SLOWER"].later == whole.by_customer["SLOWER"].later
    assert (mine.watched, mine.payments < whole.payments) == (1, True)
    with speaking("en"):
        assert "4 customers" not in signs_content(context.view("")).title


def test_the_overview_counts_whom_the_filters_let_through(store):
    found = ask(create_app(store), "overview-attention-head.children", "?country=NL")
    said = words(found["overview-attention-body"]["children"])
    assert "1 customer changes for the worse: SLOWER" in said


def test_a_filter_of_documents_says_that_signs_look_further(store):
    context = Context(store)
    with speaking("en"):
        (currency,) = {o for o in context.view("").options.values["currency"] if o}
        of_some = signs_content(context.view(f"?currency={currency}"))
        of_all = signs_content(context.view("?country=BE"))
    assert of_some.title.startswith("4 customers")
    assert "all of a customer's documents" in of_some.measure
    assert "all of a customer's documents" not in of_all.measure
