"""The open sector beside published payment statistics."""

from __future__ import annotations

import json

import pytest
from plotly.utils import PlotlyJSONEncoder
from typer.testing import CliRunner

from app import cli
from dashboards.base.view import Context, Explain
from dashboards.sectors import page as sectors
from dashboards.sectors.published import beside, published_content
from dashboards.server import create_app
from tests.markets import markets
from tests.pages import words

TABLE = """measure,n,p10,q1,median,q3,p90
average_days_to_pay,105237,15,24,33,46,58
pct_invoices_not_paid_on_time,105354,2,8,20,39,62
"""
SAID = ("--source", "Reports", "--licence", "CC BY 4.0", "--period", "2017-2026", "--note", "Large")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("store"))


def text(content):
    return " ".join(words(json.loads(json.dumps(content.body, cls=PlotlyJSONEncoder))).split())


def test_nothing_kept_says_how_to_keep_some(store):
    content = published_content(Context(store).view(""))
    assert content.title == "No published figures to compare with"
    assert "python app.py benchmarks" in text(content)


def test_a_table_is_kept_asked_about_and_shown(store, tmp_path):
    path = tmp_path / "uk.csv"
    path.write_text(TABLE)
    run = CliRunner().invoke
    asked = run(cli, ["benchmarks", str(path), "--store", str(store.folder)])
    assert asked.exit_code == 1
    assert "--source" in asked.output
    context = Context(store)
    before = context.moment()
    kept = run(cli, ["benchmarks", str(path), "--store", str(store.folder), *SAID])
    assert kept.exit_code == 0
    assert "days_to_pay" in kept.output
    assert context.moment() != before

    view = context.view("?at=41")
    found = {one.published.measure: one for one in beside(view)}
    ledger = view.explained(Explain("payment_speed", where={"sector_division": ("41",)}))
    (own,) = view.rows_of("payment_speed", ledger)
    assert found["days_to_pay"].own == own["days_to_pay"]
    assert found["paid_late"].own == pytest.approx(100 * (1 - own["on_time_share"]))
    content = published_content(view)
    assert found["days_to_pay"].place
    assert content.title.endswith("days, the published median is 33.0")
    shown = text(content)
    assert "Reports (CC BY 4.0). Large" in shown
    assert "all sectors, 2017-2026, n = 105,237" in shown

    client = create_app(store, pages=(sectors.PAGE,)).server.test_client()
    file = client.get("/download/list.csv?list=published&params={}&at=41").get_data(as_text=True)
    assert "Days to pay" in file
    assert "CC BY 4.0" in file
