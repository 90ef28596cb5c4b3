"""How answers leave the server: shared, kept by browsers, compressed."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from unittest.mock import Mock

import pyarrow as pa
import pytest
from dash import Dash, html
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version

from dashboards.base import assets
from dashboards.base.page import Page
from dashboards.base.panel import Content, panel_callback
from dashboards.base.parts import page, panel
from dashboards.base.view import Context, NoRows, View
from dashboards.server import create_app
from data.core.errors import EngineError
from data.core.texts import N_
from data.store.answers import Answers
from data.workspace import by_hand
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.subjects.market import Sector
from tests.pages import ask, small_company, words


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("store"))


def counting(store, fill):
    """An app of one panel, `fill(view, times)`, and how often it was filled."""
    times = []

    def connect(app: Dash, context: Context) -> None:
        @panel_callback(app, context, "one")
        def one(view: View) -> Content:
            times.append(view)
            return fill(view, len(times))

    def layout(**_query: str):
        return page("one", "One", panel("one"))

    return create_app(store, pages=(Page("/", "One", 1, layout, connect),)), times


def test_readers_of_the_same_link_share_one_answer(store):
    app, times = counting(store, lambda view, n: Content(f"number {n}", view.words))
    first = ask(app, "one-head.children", "?country=BE")
    assert ask(app, "one-head.children", "?country=BE") == first
    assert len(times) == 1
    ask(app, "one-head.children", "?country=NL")
    ask(app, "one-head.children", "?country=BE", language="fr")
    assert len(times) == 3


def test_readers_who_ask_at_once_wait_for_one_answer(store):
    others = threading.Event()

    def slow(view, n):
        others.wait(10)
        return Content(f"number {n}", "")

    app, times = counting(store, slow)
    with ThreadPoolExecutor(4) as readers:
        asked = [readers.submit(ask, app, "one-head.children") for _reader in range(4)]
        others.set()
        assert len({words(a.result()["one-head"]["children"]) for a in asked}) == 1
    assert len(times) == 1


def test_a_failure_is_not_kept(store, caplog):
    def fill(_view, n):
        if n == 1:
            raise RuntimeError("the disk was gone for a moment")
        return Content("works", "")

    app, _times = counting(store, fill)
    assert "RuntimeError" in words(ask(app, "one-head.children")["one-body"]["children"])
    assert "works" in words(ask(app, "one-head.children")["one-head"]["children"])


def test_a_frame_of_what_could_not_be_read_is_not_kept(tmp_path, monkeypatch):
    app = create_app(small_company(tmp_path))
    with monkeypatch.context() as broken:
        unread = EngineError(N_("The data cannot be read."), N_("Load them again."))
        broken.setattr(Context, "options", Mock(side_effect=unread))
        nothing = ask(app, "foot.children")
    assert ask(app, "foot.children") != nothing


def test_a_newer_state_is_asked_anew(tmp_path):
    store = small_company(tmp_path)
    app, times = counting(store, lambda view, _n: Content(str(view.state.number), ""))
    ask(app, "one-head.children")
    small_company(tmp_path)
    assert words(ask(app, "one-head.children")["one-head"]["children"]).startswith("2")
    assert len(times) == 2


def test_what_was_said_meanwhile_is_seen_on_the_next_view(tmp_path):
    store = small_company(tmp_path)
    memory = Memory(store.folder)

    def fill(view, _n):
        said = len(by_hand.decisions(memory)), by_hand.sectors(memory).get("C1")
        return Content(f"{said} {view.enough} {view.buckets}", "")

    app, times = counting(store, fill)

    def shown():
        return words(ask(app, "one-head.children")["one-head"]["children"])

    assert shown().startswith("(0, None) 20 30,60,90")
    named = Identified("", "F1", "C1", date(2026, 1, 1), Decimal(10), "invoice")
    other = replace(named, document_id="P1", kind="payment")
    by_hand.decide(memory, "Anna", "confirm", named, other)
    assert shown().startswith("(1, None)")
    memory.say("Anna", "C1", Sector("47.11"))
    assert shown().startswith("(1, '47.11') 20 30,60,90")
    said = 'enough_payments = 5\nbuckets = "weeks"\n'
    (store.folder / "policy.toml").write_text(said, encoding="utf-8")
    assert shown().startswith("(1, '47.11') 5 7,14,30,60,90")
    assert shown()
    assert len(times) == 4


def test_a_policy_without_meaning_is_said_on_the_page(tmp_path, caplog):
    store = small_company(tmp_path)
    app, _times = counting(store, lambda _view, _n: Content("works", ""))
    (store.folder / "policy.toml").write_text("enough_payments = 0\n", encoding="utf-8")
    assert "line 1: enough_payments cannot be 0" in words(
        ask(app, "one-head.children")["one-body"]["children"]
    )
    (store.folder / "policy.toml").unlink()
    assert "works" in words(ask(app, "one-head.children")["one-head"]["children"])


def test_answers_are_dropped_when_they_weigh_too_much():
    kept = Answers(most=9000, most_one=5000)
    computed = []

    def make(name, size):
        computed.append(name)
        return b"x" * size

    for name in ("a", "b", "a", "c", "a", "b"):  # two weigh less than 9000, three more
        kept.get(name, lambda name=name: make(name, 2000))
    assert computed == ["a", "b", "c", "b"]
    for _time in range(2):
        kept.get("heavy", lambda: make("heavy", 6000))
    assert computed.count("heavy") == 2
    assert kept.get("table", lambda: pa.table({"n": [1]})).num_rows == 1


def test_long_questions_weigh_as_well():
    kept = Answers(most=2_000_000, most_one=1_500_000)
    for number in range(40):
        kept.get((number, "nl", f"{number}" + "q" * 500_000), lambda: b"")
    assert len(kept._kept) < 4
    assert kept._kept.currsize <= 2_000_000


def test_what_fails_is_raised_and_tried_again():
    kept = Answers()
    with pytest.raises(NoRows):
        kept.get("a", lambda: (_ for _ in ()).throw(NoRows()))
    assert kept.get("a", lambda: 1) == 1


@pytest.fixture(scope="module")
def client(store) -> FlaskClient:
    return create_app(store).server.test_client()


@pytest.mark.parametrize(
    "path", ["/assets/tandem.js?m=1", "/_dash-component-suites/dash/dcc/async-graph.v4m1.js"]
)
def test_what_names_its_version_is_kept_for_good(client, path):
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize(
    "path", ["/assets/tandem.js", "/_dash-component-suites/dash/dcc/async-graph.js"]
)
def test_what_does_not_is_asked_for_again_and_not_sent_again(client, path, encoding):
    for _time in range(2):  # the second time the compressed form is kept
        answer = client.get(path, headers={"Accept-Encoding": encoding})
        assert answer.headers["Content-Encoding"] == encoding
        assert "no-cache" in answer.headers["Cache-Control"]
    again = client.get(
        path, headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_pages_and_figures_are_never_kept_by_browsers(client):
    for path in ("/", "/_dash-layout", "/_dash-dependencies"):
        assert "max-age" not in client.get(path).headers.get("Cache-Control", "")
    # the same address answers with another page for another document, also after "back"
    assert client.get("/_dash-layout").headers["Cache-Control"] == "no-store"


def test_the_charts_are_drawn_by_the_plotly_that_python_knows(client):
    """The file is that of the npm package plotly.js-basic-dist-min of the same version."""
    head = assets.FILES[assets.PLOTLY].read_text(encoding="utf-8")[:200]
    assert f"plotly.js (basic - minified) v{get_plotlyjs_version()}\n" in head
    page = client.get("/").get_data(as_text=True)
    assert page.count("plotly-basic.min.js?m=") == 1


def test_what_draws_charts_is_there_before_the_first_one(client):
    page = client.get("/").get_data(as_text=True)
    (address,) = re.findall(r'defer src="(/\S+/async-graph\.js\?m=\d+)"', page)
    answer = client.get(address)
    assert "webpackChunkdash_core_components" in answer.get_data(as_text=True)[:100]
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/assets/../page.py", "/assets/aging/page.py", "/assets/server.py", "/assets/no.css"]
)
def test_only_styles_and_scripts_are_served(client, path):
    assert client.get(path).status_code == 404
    assert assets.file_at(path) is None


def test_the_styles_and_scripts_of_a_page_lie_beside_it_and_come_before_the_shared_ones(client):
    page = client.get("/").get_data(as_text=True)
    for kind, last in (("css", "tandem.css"), ("js", "tandem.js")):
        found = re.findall(rf'(?:href|src)="/assets/(\S+?\.{kind})\?m=\d+"', page)
        found = [name for name in found if name != assets.PLOTLY]
        assert len(found) == len(set(found)) > 3
        assert found[-1] == last
        shared = [name for name in found if "/" not in name]
        assert found[-len(shared) :] == shared
        for name in found:
            assert client.get(f"/assets/{name}").status_code == 200


def test_a_page_is_laid_out_once_whatever_its_day_and_filters(store):
    laid = []

    def layout(**query: str):
        laid.append(query)
        return page("one", "One", html.P(query.get("q", "")))

    pages = (Page("/", "One", 1, layout, lambda _app, _context: None, stays=True),)
    app = create_app(store, pages=pages)
    first = ask(app, "page.children", "?country=BE", state=2)
    assert ask(app, "page.children", "?as_of=2025-12-31&country=NL", state=2) == first
    assert len(laid) == 1
    assert ask(app, "page.children", "?q=sought", state=2) != first
    ask(app, "page.children", language="nl", state=2)
    assert [query.get("q") for query in laid] == [None, "sought", None]
    # a newer state leaves it as it is, though the answer to who goes there is kept
    assert ask(app, "page.children", "?country=BE", changed="state.data", state=2) == {}
