"""Every page shows the same over a cluster as over DuckDB, number for number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboards.server import PAGES, create_app
from data.store.parquet import ParquetStore
from data.store.spark import SparkEngine
from tests.pages import ask, query
from tests.spark.books import Both

SEARCH = query(country=["BE", "FR"], as_of="2026-03-15", customer="C3")
#: grids by another dimension show the same table by other names
SAME_TABLE = tuple(
    f"dso-table-{name}"
    for name in ("country", "sector", "sector_section", "sector_group", "segment", "salesperson",
                 "customer_group", "currency")
)  # fmt: skip
#: panels that say on a cluster why they are not computed there
COMPARED = (
    "overview-moved-head", "dso-moved-head", "definition-dso_bridge-now", "review-bridge-head",
    "review-worth-head", "review-words",
)  # fmt: skip
FIRST = {"startRow": 0, "endRow": 50, "sortModel": [], "filterModel": {}}
#: what a grid is asked for besides its first rows: sorted, filtered, further down
ASKED = {
    "customers-grid": {
        "startRow": 1,
        "endRow": 40,
        "sortModel": [
            {"colId": "sector", "sort": "desc"},
            {"colId": "days_beyond_terms", "sort": "asc"},
        ],
        "filterModel": {
            "customer_name": {"type": "notContains", "filter": "MAES"},
            "receivables": {"type": "greaterThan", "filter": -1000.5},
            "days_beyond_terms": {"type": "notBlank"},
            "salesperson": {"type": "contains", "filter": "N"},
        },
    },
    "customer-items-grid": {
        **FIRST,
        "sortModel": [{"colId": "opened_on", "sort": "desc"}],
        "filterModel": {
            "opened_on": {"type": "inRange", "dateFrom": "2024-06-01", "dateTo": "2025-12-31"},
            "amount": {"type": "greaterThan", "filter": 1200},
        },
    },
}


@pytest.fixture(scope="module")
def apps(both: Both, cluster: str, publication: Path) -> tuple[Dash, Dash]:
    store = ParquetStore(publication, cluster)
    state = store.current()
    assert state is not None
    assert isinstance(state.engine, SparkEngine)
    # the metrics were compared in parts that are exchanged; pages take less time in one
    for name in ("spark.sql.shuffle.partitions", "spark.sql.files.minPartitionNum"):
        state.engine.session.conf.set(name, "1")
    return create_app(both.store), create_app(store)


def outputs(app: Dash, page: str) -> tuple[list[str], list[str]]:
    """Return an output of each panel of a page, and one of each of its grids."""
    panels, grids = [], []
    for key, callback in app.callback_map.items():
        first = key.strip(".").split("...")[0].split("@")[0]
        asked = {(i["id"], i["property"]) for i in callback["inputs"]}
        if not first.startswith(f"{page}-") or "callback" not in callback:
            continue  # the latter are answered in the browser
        if first.split(".", maxsplit=1)[0] in COMPARED:
            continue
        near = first.split(".", maxsplit=1)[0] + "-asked"
        wanted = ({("url", "search"), ("retry", "data")}, {("below", "data")}, {(near, "data")})
        if any(one <= asked for one in wanted):
            panels.append(first)
        if first.endswith(".getRowsResponse") and not first.startswith(SAME_TABLE):
            grids.append(first)
    return panels, grids


@pytest.mark.parametrize("page", [p.path.strip("/") or "overview" for p in PAGES])
def test_a_page_shows_the_same(apps: tuple[Dash, Dash], page):
    prefix = {"definitions": "definition", "expected-loss": "loss"}.get(page, page)
    panels, grids = outputs(apps[0], prefix)
    assert panels or page in ("imports", "people")

    def shown(app: Dash, output: str) -> dict[str, Any]:
        part = output.split(".", maxsplit=1)[0]
        near = f"{part}-asked".replace("-", "_")
        asked: dict[str, object] = {near: {"search": SEARCH, "retry": 0}}
        if output in grids:
            asked[part.replace("-", "_")] = ASKED.get(part, FIRST)
        return ask(app, output, SEARCH, **asked)

    with ThreadPoolExecutor(4) as pool:
        pairs = [
            (output, pool.submit(shown, apps[0], output), pool.submit(shown, apps[1], output))
            for output in (*panels, *grids)
        ]
        for output, one, other in pairs:
            assert other.result() == one.result(), output


def test_the_frame_and_the_imports_show_what_is_published(apps: tuple[Dash, Dash]):
    for output in ("foot.children", "imports-report.children", "as-of.minDate"):
        one, other = (ask(app, output, SEARCH) for app in apps)
        assert other == one, output
