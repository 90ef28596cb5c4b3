"""The frame and the Overview, asked by posting to their callbacks."""

import json

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.page import Page
from dashboards.base.panel import Content, panel_callback
from dashboards.base.parts import page, panel
from dashboards.base.view import NoRows
from dashboards.server import PAGES, create_app
from data.store.state import Store
from tests.pages import ask, query, small_company, unfolded, words


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def app(store):
    return create_app(store)


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_every_page_has_its_layout_in_every_language(language):
    for found in PAGES:
        with speaking(language):
            assert found.layout(customer="C1", unknown="x") is not None


def test_the_frame_stands_over_an_empty_store(tmp_path):
    app = create_app(Store(tmp_path))
    assert app.server.test_client().get("/_dash-layout").status_code == 200
    assert "demo company" in words(ask(app, "page.children")["page"]["children"])


def test_the_frame_stands_over_a_store_that_cannot_be_read(tmp_path):
    (tmp_path / "current").write_text("nonsense", encoding="ascii")
    app = create_app(Store(tmp_path))
    assert app.server.test_client().get("/_dash-layout").status_code == 200
    shown = words(ask(app, "page.children")["page"]["children"])
    assert "cannot be read" in shown
    assert "nonsense" in shown


def layout(app, address=""):
    """Return what a browser at `address` is sent first; "" for one that does not say where."""
    headers = {"Referer": f"http://localhost{address}"} if address else {}
    return unfolded(app.server.test_client().get("/_dash-layout", headers=headers).get_json())


def with_ids(part, found=None):
    """Return the properties of all components that have an id, by it."""
    found = {} if found is None else found
    if isinstance(part, dict):
        if isinstance(part.get("id"), str):
            found[part["id"]] = part
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        with_ids(one, found)
    return found


@pytest.mark.parametrize("search", ["", "?as_of=2025-12-31&country=BE&segment=-&nonsense=1"])
@pytest.mark.parametrize("path", ["/", "/dso", "/no/such/page"])
def test_the_first_layout_has_what_its_callbacks_would_put_there(app, path, search):
    first = with_ids(layout(app, path + search))
    assert first["url"]["pathname"] == path
    assert first["url"]["search"] == search
    for output in ("page.children", "as-of.value", "foot.children"):
        for one, props in ask(app, output, search, path=path).items():
            for name, value in props.items():
                put = first[one].get(name)
                assert (put or None) == (value or None), f"{one}.{name}"
    found = ask(app, "filter-customer_group.data", filter_customer_group=[])
    assert first["filter-customer_group"]["data"] == found["filter-customer_group"]["data"]


def test_a_browser_that_does_not_say_where_it_is_is_asked(app):
    first = with_ids(layout(app))
    assert "pathname" not in first["url"]  # dcc.Location says it, which calls the callbacks
    assert not first["page"].get("children")


def test_nothing_of_the_frame_is_asked_for_at_first(app):
    frame = with_ids(layout(app))
    told = app.server.test_client().get("/_dash-dependencies").get_json()
    asked = [
        c["output"] for c in told if not (c["clientside_function"] or c["prevent_initial_call"])
    ]
    places = [o.rpartition(".")[0] for output in asked for o in output.strip(".").split("...")]
    assert "overview-headline" in places
    assert not [place for place in places if place in frame]


def test_the_document_speaks_the_readers_language(app):
    client = app.server.test_client()
    client.set_cookie("lang", "fr")
    text = client.get("/").data.decode()
    assert '<html lang="fr">' in text
    assert (
        "août" in json.loads(text.split("dayjs_locale_fr = ")[1].split(";</script>")[0])["months"]
    )


def test_the_browser_is_told_to_ask_nobody_else(app):
    policy = app.server.test_client().get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_the_foot_ties_to_the_ledger(app):
    said = words(ask(app, "foot.children")["foot"]["children"])
    assert "Data up to 31 Mar 2026" in said
    assert "ties to the ledger" in said
    assert "✓" in said


def test_the_url_sets_the_controls(app):
    search = query(as_of="2025-12-31", country=["BE", "FR"], sector_division="41", customer="C1")
    answer = ask(app, "filter-country.value", search)
    assert answer["as-of"]["value"] == "2025-12-31"
    assert answer["filter-country"]["value"] == ["BE", "FR"]
    assert answer["filter-sector"]["value"] == ["sector_division:41"]
    assert answer["as-of-label"]["children"] == "31 Dec 2025"
    assert "Belgium" in words(answer["active-filters"]["children"])
    assert "url" not in answer  # the URL stays what it was


def test_navigation_keeps_the_filters_and_drops_what_is_a_pages_own(app):
    search = query(country="BE", customer="C1")
    assert ask(app, "kept.data", search)["kept"]["data"] == "?country=BE"
    links = with_ids(layout(app, "/dso" + search))["nav"]["children"]
    hrefs = [link["props"]["href"] for link in links if "href" in link["props"]]
    assert hrefs[0] == "/?country=BE"
    assert all(h.endswith("?country=BE") for h in hrefs)


def test_customers_are_found_by_name_or_number(app):
    found = ask(app, "filter-customer_group.data", filter_customer_group=[])
    assert len(found["filter-customer_group"]["data"]) == 5


def test_the_overview_says_where_receivables_stand(app):
    said = words(ask(app, "overview-headline.children")["overview-headline"]["children"])
    assert said.startswith("Receivables rose to")
    assert said.endswith("is overdue .")


def test_a_panel_names_measure_day_and_filters(app):
    answer = ask(app, "overview-aging-head.children", query(country="NL", as_of="2025-12-31"))
    said = words(answer["overview-aging-head"]["children"])
    assert "as of 31 Dec 2025, Netherlands" in said


def test_no_rows_under_the_filters_offers_to_clear_them(app):
    search = query(country="NL", customer_group="C1")
    answer = ask(app, "overview-aging-body.children", search)
    said = words(answer["overview-aging-body"]["children"])
    assert "Nothing matches these filters" in said
    assert "Clear filters" in said


def test_a_panel_that_fails_says_so_and_leaves_the_rest(store, caplog):
    def connect(app, context):
        @panel_callback(app, context, "broken")
        def broken(view):
            raise ZeroDivisionError("secret detail")

        @panel_callback(app, context, "bare")
        def bare(view):
            raise NoRows

        @panel_callback(app, context, "whole")
        def whole(view):
            return Content("Whole", "k€", "body")

    layout = lambda **_query: page("x", "X", panel("broken"), panel("bare"), panel("whole"))  # noqa: E731
    app = create_app(store, pages=(Page("/", "X", 1, layout, connect),))
    said = words(ask(app, "broken-body.children")["broken-body"]["children"])
    assert "could not be computed" in said
    assert "secret detail" not in said  # it is in the log, for those who run the server
    assert "secret detail" in caplog.text
    assert words(ask(app, "whole-body.children")["whole-body"]["children"]) == "body"


def test_two_apps_live_in_one_process(store, tmp_path):
    first, second = create_app(store), create_app(Store(tmp_path))
    assert ask(first, "foot.children")["foot"]["children"]
    assert ask(second, "foot.children")["foot"]["children"] == []


def test_paths_that_do_not_exist_lead_home(app):
    answer = app.server.test_client().get("/no/such/page")
    assert answer.status_code == 200  # the app itself says that there is no such page


def test_a_day_beyond_the_data_is_answered_with_their_last_day(app):
    told = ask(app, "active-filters.children", "?as_of=2027-03-01")
    assert told["as-of"]["value"] == "2026-03-31"
    assert words(told["active-filters"]["children"]) == (
        "1 Mar 2027 is beyond the data: shown is 31 Mar 2026, their last day."
    )
    beyond = ask(app, "overview-aging-head.children", "?as_of=2027-03-01")
    assert beyond == ask(app, "overview-aging-head.children")
    file = app.server.test_client().get(
        "/download/figure.csv?explain=" + json.dumps({"metric": "aging"}) + "&as_of=2027-03-01"
    )
    assert "As of,2026-03-31" in file.text
    assert 'Note,"1 Mar 2027 is beyond the data' in file.text or (
        "Note,1 Mar 2027 is beyond the data" in file.text
    )


def test_the_foot_ties_what_is_filtered(app):
    def foot(search):
        return words(ask(app, "foot.children", search)["foot"]["children"])

    assert "open" not in foot("")
    assert "France, 31 Mar 2026: 1,310.25 € is open, ties to the documents  ✓" in foot(
        "?country=FR"
    )
    # what settles the invoices of one salesperson may belong to another: nothing is proven
    assert foot("?salesperson=Anna").count("✓") == 1
    assert "Anna, 31 Mar 2026: " in foot("?salesperson=Anna")
    assert "31 Dec 2025: " in foot("?as_of=2025-12-31")
