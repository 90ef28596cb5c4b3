import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.definitions import page as definitions
from dashboards.server import create_app
from data.store.schema import TABLES
from data.store.state import Store
from data.workspace.memory import Memory
from data.workspace.subjects.dispute import Dispute
from metrics.catalogue import METRICS, answer
from tests.ledgers import invoice, match, payment, publish


def text(component: object) -> str:
    """Return everything a reader sees in a component, in order."""
    if isinstance(component, Component):
        return text(getattr(component, "children", None))
    if isinstance(component, list | tuple):
        return " ".join(filter(None, map(text, component)))
    return "" if component is None else str(component)


def ids(component: object) -> list[str]:
    if isinstance(component, list | tuple):
        return [i for part in component for i in ids(part)]
    if not isinstance(component, Component):
        return []
    own = getattr(component, "id", None)
    return ([own] if own else []) + ids(getattr(component, "children", None))


@pytest.fixture(scope="module")
def page():
    with speaking("en"):
        return definitions.layout()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = publish(
        tmp_path_factory.mktemp("store"),
        [
            invoice("F1", "A", "2025-01-01", 100, due="2025-01-31"),
            payment("P1", "A", "2025-02-09", 40),
            invoice("F2", "B", "2025-02-01", "1234.56", due="2025-03-03"),
        ],
        matches=[match("F1", "P1")],
    )
    memory = Memory(made.folder)
    said = Dispute(Decimal(10), "EUR", "price")
    memory.say("Anna", "A", said, at=datetime(2025, 2, 1, 12, tzinfo=UTC))
    memory.close()
    return made


def view_of(store: Store, search: str = ""):
    view = Context(store).view(search)
    assert view is not None
    return view


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_each_metric_is_told_whole(page, metric):
    section = next(c for c in page._traverse() if getattr(c, "id", None) == metric.name)
    said = text(section)
    for sentence in (metric.label, metric.meaning, metric.others, *metric.conventions):
        assert sentence in said
    assert metric.query.text in said
    assert metric.example.source in said
    for field in metric.fields:
        assert field.name in said
        assert field.label in said
    for document in metric.example.documents:
        assert document.document_id in said


def test_worked_example_of_dso_shows_its_published_numbers(page):
    section = next(c for c in page._traverse() if getattr(c, "id", None) == "dso")
    said = text(section)
    assert "13,094.42" in said
    assert "−42.00" in said
    assert "210.84" in said
    assert "15,346.35" in said


def test_every_table_and_column_of_the_schema_is_listed(page):
    said = text(next(c for c in page._traverse() if getattr(c, "id", None) == "tables"))
    for table in TABLES.values():
        assert table.name in said
        for column in table.columns:
            assert column.meaning in said


def test_anchors_are_unique_and_the_contents_lead_to_them(page):
    found = ids(page)
    assert len(found) == len(set(found))
    links = re.findall(r'"href": "#([^"]+)"', json.dumps(page.to_plotly_json(), default=_plain))
    assert set(METRICS) <= set(links)
    assert set(links) <= set(found)


def _plain(component):
    return component.to_plotly_json()


@pytest.mark.parametrize("name", METRICS)
def test_live_values_are_those_of_the_metric(store, name):
    view = view_of(store, "?as_of=2025-02-28")
    with speaking("en"):
        said = text(definitions.live(view, METRICS[name]))
    assert "28 Feb 2025" in said
    if name == "disputes_by":
        assert "Price" in said
    if name == "concentration":
        rows = answer(view.state.engine, name, view.ledger).to_pylist()
        assert all(f"{row['herfindahl']:,}" in said for row in rows)
        assert len(rows) == 4
        return
    if name in ("aging", "payment_curve", "disputes_by"):
        return
    row = answer(view.state.engine, name, view.ledger).to_pylist()[0]
    f = Format("en", view.options.currency)
    for field in METRICS[name].fields:
        assert f.short(row[field.name], field.unit) in said


def test_live_values_follow_day_and_filters(store):
    with speaking("en"):
        early = text(definitions.live(view_of(store, "?as_of=2025-01-31"), METRICS["receivables"]))
        late = text(definitions.live(view_of(store), METRICS["receivables"]))
        one = text(definitions.live(view_of(store, "?customer_group=A"), METRICS["receivables"]))
    assert "100\xa0€" in early
    assert "1.3\xa0k€" in late  # 60.00 + 1,234.56
    assert "60\xa0€" in one


def test_paid_share_is_not_known_beyond_the_longest_life():
    f = Format("en", "EUR")
    rows = [
        {"day": 10, "paid_share": 0.25},
        {"day": 60, "paid_share": 0.5},
        {"day": 61, "paid_share": 0.5},
    ]
    with speaking("en"):
        shares = [share for _label, share, _exact in definitions._paid_within(rows, f)]
    assert shares == ["25\xa0%", "50\xa0%", "–", "–"]


def post(app, names: list[str], *inputs: tuple[str, str, object]):
    """Call the callback that fills the children of `names`, as a browser does."""
    outputs = [{"id": name, "property": "children"} for name in names]
    several = len(names) > 1
    reply = app.server.test_client().post(
        "/_dash-update-component",
        json={
            "output": ".." + "...".join(f"{n}.children" for n in names) + ".."
            if several
            else f"{names[0]}.children",
            "outputs": outputs if several else outputs[0],
            "inputs": [{"id": i, "property": p, "value": v} for i, p, v in inputs],
            "changedPropIds": [],
        },
    )
    assert reply.status_code == 200, reply.text
    return reply.json["response"]


def test_statements_run_as_they_are_shown(store):
    app = create_app(store, pages=(definitions.PAGE,))
    said = post(app, [f"definition-{n}-statement" for n in METRICS], ("url", "search", ""))
    engine = store.current().engine
    for name in METRICS:
        statement = said[f"definition-{name}-statement"]["children"]
        assert "$" not in statement
        # nothing was open at a month-end yet, so that nothing is followed
        assert engine.query(statement).num_rows or name == "roll_rates"


def test_over_an_empty_store_the_reference_stands_and_live_values_say_so(tmp_path):
    app = create_app(Store(tmp_path / "none"), pages=(definitions.PAGE,))
    asked = {"search": "", "retry": 0}
    said = post(app, ["definition-dso-now"], ("definition-dso-now-asked", "data", asked))
    assert "Nothing is loaded yet" in json.dumps(said)
