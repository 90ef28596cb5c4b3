import json
from urllib.parse import urlencode

import pytest

from dashboards.base.grid import block
from dashboards.base.view import Context
from dashboards.customers import page as customers
from dashboards.customers.page import CUSTOMERS
from dashboards.server import create_app
from data.store.state import Store
from metrics.catalogue import answer
from tests.markets import markets
from tests.pages import ask, words


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("markets"))


@pytest.fixture(scope="module")
def view(store):
    return Context(store).view("")


@pytest.fixture(scope="module")
def app(store):
    return create_app(store, pages=(customers.PAGE,))


def test_the_page_opens_as_the_address_says():
    page = str(customers.layout(**{"customers.sort": "overdue.asc", "q": "été"}))
    assert "'sort': 'asc'" in page
    assert "'sort': 'desc'" in str(customers.layout(**{"customers.sort": "nonsense.asc"}))


def test_the_total_row_has_sums_and_ratios_of_sums(view):
    total = block(view, CUSTOMERS, {}, {})[1][0]
    speed = answer(view.state.engine, "payment_speed", view.ledger).to_pylist()[0]
    owed = answer(view.state.engine, "receivables", view.ledger).to_pylist()[0]
    sold = answer(view.state.engine, "sales", view.ledger).to_pylist()[0]
    assert total["customer_name"] == "Total"
    assert total["days_beyond_terms"] == view.f.value(speed["days_beyond_terms_weighted"], "days")
    # whole amounts to read, the exact ones where the pointer rests
    assert total["receivables"] == view.f.number(owed["receivables"], 0)
    assert total["receivables_exact"] == view.f.exact(owed["receivables"])
    assert total["sales_12m_exact"] == view.f.exact(sold["sales"])
    assert 0 < total["limit_used"] < 1


def test_what_is_sought_narrows_rows_and_total(view):
    found = block(view, CUSTOMERS, {"q": "neon"}, {})[0]
    assert [r["customer"] for r in found["rowData"]] == ["K8"]
    assert block(view, CUSTOMERS, {"q": "neon"}, {})[1][0]["receivables"] == "165"


def test_a_customer_has_the_headroom_of_its_parent(view):
    row = block(view, CUSTOMERS, {"q": "K8"}, {})[0]["rowData"][0]
    above = block(view, CUSTOMERS, {"q": "K0"}, {})[0]["rowData"][0]
    assert row["credit_limit"] == "–"
    assert row["headroom"] == above["headroom"] == "635"
    assert row["limit_used"] == above["limit_used"] == pytest.approx(0.365)
    assert row["oldest_overdue_days"] == "55"


def test_title_and_headline_say_what_the_list_holds(app):
    found = ask(app, "customers-list-head.children", "?q=neon")
    assert words(found["customers-list-head"]["children"]).startswith("1 customer owes 165 €")
    found = ask(app, "customers-list-head.children", "?q=nobody")
    assert "No customer has “nobody”" in words(found["customers-list-head"]["children"])
    text = words(ask(app, "customers-headline.children")["customers-headline"]["children"])
    assert "No customer is over a limit." in text
    # limits stand in the reporting currency
    found = ask(app, "customers-headline.children", "?sector=62.01")
    text = words(found["customers-headline"]["children"])
    assert "There are no limits to compare with." in text


def test_what_is_set_in_the_columns_narrows_title_headline_chips_and_file(app):
    search = "?customers.oldest_overdue_days=greaterThan.30&customers.sort=customer.asc"
    found = ask(app, "customers-list-head.children", search)
    head = words(found["customers-list-head"]["children"])
    assert head.startswith("1 customer owes 165 €")
    assert head.endswith("Oldest, days: more than 30")
    headline = words(
        ask(app, "customers-headline.children", search)["customers-headline"]["children"]
    )
    assert "1 has an invoice" not in headline
    chips = words(
        ask(app, "active-filters.children", search, path="/customers")["active-filters"]["children"]
    )
    assert "Oldest, days more than 30" in chips
    elsewhere = ask(app, "active-filters.children", search, path="/")["active-filters"]
    assert "Oldest" not in words(elsewhere["children"])
    client = app.server.test_client()
    text = client.get(f"/download/list.csv{search}&list=customers").get_data(as_text=True)
    assert 'Filters,"Oldest, days: more than 30"' in text
    assert "Néon" in text
    assert "K1" not in text


def test_the_drawer_lists_what_the_page_lists(app):
    """Its own filters narrow what the page shows; they do not take the page's place."""
    search = "?customers.oldest_overdue_days=greaterThan.30"

    def listed(**request):
        asked = {"startRow": 0, "endRow": 100, "filterModel": {}, "sortModel": [], **request}
        found = ask(app, "explain-rows.getRowsResponse", search, explain_rows=asked,
                    explain_source={"list": "customers", "params": {}})  # fmt: skip
        return [r["customer"] for r in found["explain-rows"]["getRowsResponse"]["rowData"]]

    assert listed() == ["K8"]
    name = {"customer_name": {"type": "contains", "filter": "K1"}}
    assert listed(filterModel=name) == []
    request = urlencode({"list": "customers", "request": json.dumps({"filterModel": {}})})
    text = app.server.test_client().get(f"/download/list.csv{search}&{request}").text
    assert 'Filters,"Oldest, days: more than 30"' in text
    assert "K1" not in text


def test_what_is_no_filter_of_a_column_is_said(app):
    search = "?customers.oldest_overdue_days=greaterThan.many&customers.nothing=blank"
    told = words(
        ask(app, "active-filters.children", search, path="/customers")["active-filters"]["children"]
    )
    assert "“greaterThan.many” is no filter of a column and is left out." in told
    assert "“blank” is no filter" in told
    head = words(
        ask(app, "customers-list-head.children", search)["customers-list-head"]["children"]
    )
    assert head.startswith("9 customers")


def test_the_list_is_downloaded_as_it_is_sought(app):
    client = app.server.test_client()
    answered = client.get('/download/list.csv?list=customers&params={"q":"neon"}&country=FR&q=neon')
    text = answered.get_data(as_text=True)
    assert 'Filters,"France, search: neon"' in text
    assert "Néon" in text
    assert "K1" not in text


def test_an_empty_store_is_no_failure(tmp_path):
    empty = create_app(Store(tmp_path), pages=(customers.PAGE,))
    found = ask(empty, "customers-list-head.children")
    assert "Nothing is loaded yet" in words(found["customers-list-body"]["children"])
