"""What tests of pages need: a small company, and a way to ask a page's callback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from dash import Dash

from dashboards.base.drawn import Drawn
from dashboards.base.view import Context, View
from dashboards.charts.figures import Figure
from data.store.state import Store
from etl.load.run import load
from tests.ledgers import Row, customer, invoice, match, payment, publish

LAST = date(2026, 3, 31)
CUSTOMERS = (
    ("C1", "Bakkerij Janssens", "10.71", "BE", "retail", "Anna"),
    ("C2", "Bouw De Vries", "41.20", "NL", "project", "Bram"),
    ("C3", "Garage Dubois", "45.20", "FR", "retail", "Anna"),
    ("C4", "=Hotel & Café “Zee”", "55.10", "BE", "", "Bram"),
    ("C5", "Vervoer Maes", "", "", "project", ""),
)


def loaded(folder: Path, invoices: str, payments: str) -> Context:
    """Load two lists, and return what a page's `connect` is given over them."""
    files = [folder / "invoices.csv", folder / "payments.csv"]
    for file, text in zip(files, (invoices, payments), strict=True):
        file.write_text(text)
    store = Store(folder / "store")
    load(files, store)
    return Context(store)


def small_company(folder: Path) -> Store:
    """Publish the books of `small_books`."""
    documents, matches, customers, finding = small_books()
    return publish(folder, documents, matches, customers, findings=[finding])


def small_books() -> tuple[list[Row], list[Row], list[Row], Row]:
    """Return documents, matches, customers and a finding: 27 months of five customers.

    Each pays a little slower than the one before. C1 pays on its due day; C5 leaves everything
    after 2025 open; C3 has an unapplied payment.
    """
    documents: list[Row] = []
    matches: list[Row] = []
    for number, (who, *_rest) in enumerate(CUSTOMERS):
        for month in range(27):
            day = date(2024 + month // 12, month % 12 + 1, 5 + number)
            name = f"F{number}{month:02}"
            due = day + timedelta(days=30)
            amount = Decimal(1000 + 100 * number + 10 * month) + Decimal("0.25")
            documents.append(invoice(name, who, str(day), amount, due=str(due)))
            paid = due + timedelta(days=9 * number)
            if paid <= LAST and not (who == "C5" and day.year == 2026):
                documents.append(payment(f"P{number}{month:02}", who, str(paid), amount))
                matches.append(match(name, f"P{number}{month:02}"))
    documents.append(payment("P-LOOSE", "C3", "2026-02-20", "150.00"))
    documents.append(invoice("F-LAST", "C1", str(LAST), "10.00", due="2026-04-30"))
    customers = [
        customer(n, name=name, sector=sector, country=country, segment=segment,
                 salesperson=seller, credit_limit="5000", agreed_terms_days=30)
        for n, name, sector, country, segment, seller in CUSTOMERS
    ]  # fmt: skip
    finding = {
        "position": 1,
        "name": "loose",
        "template": "{count} payments are not matched.",
        "places": json.dumps({"count": 1234}),
        "items": 1,
        "amount": "-150.00",
        "sql": "select 1",
    }
    return documents, matches, customers, finding


def ask(
    app: Dash,
    output: str,
    search: str = "",
    language: str = "en",
    path: str = "/",
    changed: str = "",
    **values: object,
) -> dict[str, dict[str, Any]]:
    """Post to the callback that has `output` (`id.property`) among its outputs; return its answer.

    Inputs and states are None but for `url.search`, what is `below` it, and those in `values`,
    named by their id with `_` for `-`. `changed` is the input (`id.property`) that asks; the first
    if not given. Raises AssertionError unless the server answers 200 or 204, ValueError for a
    figure with a property that plotly does not know.
    """
    key = next(k for k in app.callback_map if output in k.strip(".").split("..."))
    known: dict[str, dict[str, object]] = {
        "url": {"search": search, "pathname": path},
        "below": {"data": {"search": search, "retry": 0}},
    }

    def given(part: dict[str, str]) -> dict[str, object]:
        name = part["id"]
        value = None if name.startswith("{") else values.get(name.replace("-", "_"))
        if name in known:
            value = known[name].get(part["property"])
        parsed = json.loads(name) if name.startswith("{") else name
        return {"id": parsed, "property": part["property"], "value": value}

    names = [n.rsplit(".", 1) for n in key.strip(".").split("...")]
    outputs = [
        {"id": json.loads(i) if i.startswith("{") else i, "property": p.split("@")[0]}
        for i, p in names
    ]
    callback = app.callback_map[key]
    inputs = [given(part) for part in callback["inputs"]]
    body = {
        "output": key,
        "outputs": outputs if key.startswith("..") else outputs[0],
        "inputs": inputs,
        "state": [given(part) for part in callback.get("state", [])],
        "changedPropIds": [changed or f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }
    client = app.server.test_client()
    client.set_cookie("lang", language)
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code in (200, 204), answer.data.decode()[-2000:]
    response: dict[str, dict[str, Any]] = {}
    if answer.status_code == 200:
        response = unfolded(answer.get_json()["response"])
    for drawn in _figures(response):
        checked(drawn)
    return response


def unfolded(part: object) -> Any:
    """Return an answer with what the script draws as the components that it stands for."""
    if isinstance(part, list):
        return [unfolded(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("namespace") == Drawn._namespace:
        return _component(json.loads(part["props"]["tree"]))
    return {name: unfolded(one) for name, one in part.items()}


def _component(tree: object) -> object:
    if not isinstance(tree, list):
        return tree
    element, attributes, *children = tree
    inside = [_component(child) for child in children]
    if not element:
        return inside
    props = {**attributes, "children": inside[0] if len(inside) == 1 else inside or None}
    return {"namespace": "dash_html_components", "type": element.title(), "props": props}


def checked(drawn: Figure | dict[str, object]) -> go.Figure:
    """Return a figure as plotly's own; ValueError for a property that plotly does not know."""
    return go.Figure(drawn.plain() if isinstance(drawn, Figure) else drawn)


def _figures(part: object) -> Iterator[dict[str, object]]:
    if isinstance(part, list):
        for one in part:
            yield from _figures(one)
    elif isinstance(part, dict):
        for name, one in part.items():
            if name == "figure":
                yield one
            else:
                yield from _figures(one)


def words(part: object) -> str:
    """Return the text of a component as Dash sends it, in reading order."""
    if isinstance(part, list):
        return " ".join(filter(None, map(words, part)))
    if isinstance(part, dict):
        return words(part.get("props", {}).get("children"))
    return "" if part is None else str(part).replace("\u00a0", " ")


def query(**keys: object) -> str:
    """Return the query of a URL."""
    return "?" + urlencode(keys, doseq=True)


def view(store: Store, **keys: object) -> View:
    """Return what a page is given where the URL's query says `keys`."""
    found = Context(store).view(query(**keys))
    assert found is not None
    return found
