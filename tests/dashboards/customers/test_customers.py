import pytest
from dash.exceptions import PreventUpdate

from dashboards.base.grid import block
from dashboards.base.view import Context
from dashboards.customers import page as customers
from dashboards.customers.page import CUSTOMERS, sort_of, sort_to_apply, sorted_search
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


def test_the_order_is_that_of_the_url():
    grid = str(customers.layout(sort="overdue.asc", q="été"))
    assert "'sort': 'asc'" in grid
    assert sort_of({"sort": "overdue.desc"}) == "overdue desc"
    assert sort_of({"sort": "overdue"}) == "overdue"
    assert sort_of({"sort": "1;drop table x.desc"}) == sort_of({}) == "receivables desc"


@pytest.mark.parametrize(
    ("column", "way", "search", "expected"),
    [
        ("overdue", "desc", "?country=BE", "?country=BE&sort=overdue.desc"),
        ("overdue", "desc", "?sort=overdue.desc", None),
        ("receivables", "desc", "", None),
        ("receivables", "desc", "?sort=overdue.desc&q=a", "?q=a"),
        ("receivables", "asc", "", "?sort=receivables.asc"),
        ("nonsense", "desc", "", None),
    ],
)
def test_a_chosen_order_goes_into_the_url(column, way, search, expected):
    request = {"sortModel": [{"colId": column, "sort": way}]}
    assert sorted_search(request, search) == expected
    assert sorted_search(None, search) is None


def test_the_grid_follows_the_order_of_the_url():
    request = {"sortModel": [{"colId": "overdue", "sort": "desc"}]}
    state = {c["colId"]: c["sort"] for c in sort_to_apply(request, "?sort=sales_12m.asc")}
    assert {name for name, way in state.items() if way} == {"sales_12m"}
    assert state["sales_12m"] == "asc"
    back = {c["colId"]: c["sort"] for c in sort_to_apply(request, "")}
    assert back["receivables"] == "desc"
    for search in ("?sort=overdue.desc", "?sort=overdue.desc&q=a"):
        with pytest.raises(PreventUpdate):
            sort_to_apply(request, search)


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


def test_a_customer_without_a_limit_has_no_headroom(view):
    row = block(view, CUSTOMERS, {"q": "K8"}, {})[0]["rowData"][0]
    assert row["headroom"] == "–"
    assert row["limit_used"] is None
    assert row["oldest_overdue_days"] == "55"


def test_title_and_headline_say_what_the_list_holds(app):
    found = ask(app, "customers-list-head.children", "?q=neon")
    assert words(found["customers-list-head"]["children"]).startswith("1 customer owes 165 €")
    found = ask(app, "customers-list-head.children", "?q=nobody")
    assert "No customer has “nobody”" in words(found["customers-list-head"]["children"])
    text = words(ask(app, "customers-headline.children")["customers-headline"]["children"])
    assert "No customer is over a limit." in text


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
