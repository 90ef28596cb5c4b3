"""What moved DSO on its page: from the sentence to the items of one customer."""

from __future__ import annotations

import re
from datetime import date

import pytest
from dash.development.base_component import Component

from dashboards.base.i18n import speaking
from dashboards.base.view import Context, NotEnough
from dashboards.charts.bridge import STEPS, bridge_of
from dashboards.dso.bridge import moved_content
from dashboards.overview.page import moved
from data.store.state import Store
from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from tests.pages import LAST, query, small_company, words


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    return small_company(tmp_path_factory.mktemp("store"))


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def view(store: Store, **asked: str):
    found = Context(store).view(query(**asked))
    assert found is not None
    return found


def links(component: object) -> list[tuple[str, str]]:
    """Return the text and the address of every link in a component."""
    if isinstance(component, list | tuple):
        return [one for part in component for one in links(part)]
    if not isinstance(component, Component):
        return []
    href = getattr(component, "href", None)
    own = [(str(getattr(component, "children", "")), href)] if href else []
    return own + links(getattr(component, "children", None))


def test_the_groups_add_up_to_each_step(store):
    for by in ("country", "sector_division", "customer"):
        bridge = bridge_of(view(store), by, 12)
        (whole,) = answer(store.current().engine, "dso_bridge", Ledger(LAST)).to_pylist()
        for step in STEPS:
            assert bridge.total[step] == pytest.approx(whole[step])
            days = [bridge.days(row, step) for row in bridge.groups()]
            assert sum(days) == pytest.approx(whole[step])
    assert bridge.total["change"] == pytest.approx(whole["change"])


def test_from_a_group_to_its_customers_to_their_items(store):
    """Three clicks from the page: the step, the group, the customer."""
    content = moved_content(view(store, by="country", currency="EUR", step="mix"))
    assert content.title.startswith("DSO ")
    assert content.explain.metric == "dso_bridge"
    assert content.explain.by == ("country",)
    assert content.explain.since == "2025-03-31"
    groups = [href for _text, href in links(content.body) if "group=" in href]
    assert groups
    assert all("currency=EUR" in href and "by=country" in href for href in groups)
    belgium = next(href for href in groups if "group=BE" in href)
    content = moved_content(Context(store).view(belgium))
    who = next(href for _text, href in links(content.body) if "who=" in href)
    # a group of one customer leads to its items at once
    dutch = next(href for href in groups if "group=NL" in href)
    assert "DSO before" in words(moved_content(Context(store).view(dutch)).body)
    assert "group=" in who
    content = moved_content(Context(store).view(who))
    said = words(content.body)
    assert "DSO before" in said
    assert "Days late" in said
    assert content.explain.by == ("customer",)
    assert set(content.explain.at) == {"customer"}
    back = [href for text, href in links(content.body) if text == "Countries"]
    assert back
    assert "who=" not in back[0]


def test_a_group_is_never_compared_with_itself(store):
    content = moved_content(view(store, by="country", country="BE"))
    assert content.explain.by == ("customer",)
    content = moved_content(view(store, by="customer", country="BE"))
    assert content.explain.by == ("customer",)


def test_items_add_up_to_what_the_customer_added(store):
    seen = view(store, by="customer", step="lateness")
    bridge = bridge_of(seen, "customer", 12)
    who = max(bridge.groups(), key=lambda row: row["after"])
    content = moved_content(view(store, by="customer", step="lateness", who=who["name"]))
    rows = [words(line).split() for line in _lines(content.body)]
    assert rows
    assert sum(float(row[-1]) for row in rows if _number(row[-1])) <= who["after"] + 0.1


def _lines(component: object) -> list[Component]:
    if isinstance(component, list | tuple):
        return [line for part in component for line in _lines(part)]
    if not isinstance(component, Component):
        return []
    if component._type == "Tbody":
        return list(component.children)
    return _lines(getattr(component, "children", None))


def _number(text: str) -> bool:
    return re.fullmatch(r"\d+\.\d+", text) is not None


def test_nonsense_in_the_address_leaves_the_first_picture(store):
    plain = moved_content(view(store))
    odd = moved_content(view(store, step="x", group="nobody", who="nobody", back="7"))
    assert odd.title == plain.title
    assert [text for text, _href in links(odd.body)] == [text for text, _href in links(plain.body)]


def test_where_the_window_begins_before_the_data_it_says_so(store):
    with pytest.raises(NotEnough) as few:
        moved_content(view(store, as_of="2025-02-28"))
    assert "begin before the first sale" in str(few.value.text)
    assert moved_content(view(store, as_of="2025-06-30", back="1")).title.startswith("DSO")


def test_the_overview_leads_to_the_page(store):
    content = moved(view(store, currency="EUR"), "1")
    assert content.title == moved_content(view(store, currency="EUR", back="1")).title
    places = [href for _text, href in links(content.body)]
    assert all(href.startswith("/dso?") and "currency=EUR" in href for href in places)
    assert all("back=1" in href for href in places)
    assert content.explain.since == date(2026, 2, 28).isoformat()
