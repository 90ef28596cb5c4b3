"""Every page over an empty, a small and the demo store: all that a browser asks is answered."""

import json

import pytest

from benchmarks.visitor import Visitor
from dashboards.server import PAGES, create_app
from data.store.state import Store
from etl.load.run import LoadOptions, load
from tests.pages import small_company
from tests.serving import served


@pytest.fixture(scope="module")
def stores(tmp_path_factory, demo_store):
    return {
        "empty": Store(tmp_path_factory.mktemp("empty")),
        "small": small_company(tmp_path_factory.mktemp("small")),
        "undated": undated(tmp_path_factory.mktemp("undated")),
        "demo": demo_store,
    }


def undated(folder):
    """Return a store whose only document was refused: it has no last day."""
    path = folder / "a.csv"
    path.write_text(
        "document_id;customer_id;issued_on;amount;currency\nF1;C1;2025-01-31;5,00;MAD\n", "utf-8"
    )
    store = Store(folder / "store")
    assert load([path], store, LoadOptions(reporting_currency="USD")).first_day is None
    return store


@pytest.fixture(scope="module", params=["empty", "small", "undated", "demo"])
def site(request, stores):
    store = stores[request.param]
    with served(create_app(store)) as port:
        yield store, port


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_it_answers(site, page):
    store, port = site
    state = store.current()
    search = ""
    if page.path == "/customer" and state is not None:
        sql = "select max(customer) as customer from documents"
        search = f"?customer={state.engine.query(sql).to_pylist()[0]['customer']}"
    visitor = Visitor("127.0.0.1", port, near=None)
    try:
        # refused requests raise
        visitor.open(page.path, search)
    finally:
        visitor.close()
    drawn = json.dumps(visitor.props)
    assert f'"{page.title}"' in drawn or page.path == "/customer"
    assert "state-failed" not in drawn
