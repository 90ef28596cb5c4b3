"""Every page at two widths, and the frame as a reader uses it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from dashboards.server import PAGES
from data.store.state import Store
from tests.browser.conftest import NARROW, WIDE
from tests.pages import small_company

ADDRESSES = [p.path + ("?customer=C3" if p.path == "/customer" else "") for p in PAGES]


def modes():
    """Return every page in every mode; a page after the other is looked at in one, the rest deep.

    Stories go through the pages as well, in the other modes too.
    """
    for number, address in enumerate(ADDRESSES):
        for size, width in ((WIDE, "wide"), (NARROW, "narrow")):
            for scheme in ("light", "dark"):
                first = scheme == "light" and (size == WIDE) == (number % 2 == 0)
                marks = () if first else pytest.mark.deep
                yield pytest.param(address, size, scheme, marks=marks,
                                   id=f"{address}-{width}-{scheme}")  # fmt: skip


@pytest.mark.parametrize(("address", "size", "scheme"), [*modes()])
def test_every_page_shows_itself(site, company, address, size, scheme):
    options = {"color_scheme": "dark"} if scheme == "dark" else {}
    page = site(company, **options).open(address, size)
    expect(page.locator("#page h1").first).to_be_visible()
    expect(page.locator(".state-failed")).to_have_count(0)
    sideways = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways <= 0, "the page scrolls sideways"


@pytest.mark.parametrize(
    "address",
    ["/", *(pytest.param(path, marks=pytest.mark.deep) for path in ("/imports", "/definitions"))],
)
def test_an_empty_store_says_what_to_do(site, tmp_path, address):
    page = site(Store(tmp_path)).open(address)
    if address == "/":
        expect(page.get_by_text("see the demo company", exact=False).first).to_be_visible()
    expect(page.locator(".state-failed")).to_have_count(0)


def test_a_filter_is_a_link_and_the_back_button_undoes_it(site, company):
    page = site(company).open("/?as_of=2025-12-31")
    before = page.locator("#overview-aging-panel").inner_text()
    page.click("#filter-country")
    page.get_by_role("option", name="Belgium").click()
    expect(page).to_have_url(re.compile(r"\?as_of=2025-12-31&country=BE$"))
    expect(page.locator("#overview-aging-head")).to_contain_text("Belgium")
    expect(page.locator(".chip")).to_contain_text("Belgium")
    page.keyboard.press("Escape")
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?as_of=2025-12-31$"))
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator("#overview-aging-panel")).to_have_text(before, use_inner_text=True)


def test_a_link_opens_the_same_view(site, company):
    page = site(company).open("/?as_of=2025-12-31&country=NL&sector_division=41")
    expect(page.locator("#as-of-label")).to_have_text("31 Dec 2025")
    expect(page.locator(".chip")).to_have_count(2)
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".active-filters").get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"/\?as_of=2025-12-31$"))


def test_a_filter_can_be_opened_before_the_figures_are_there(site, company):
    opened = site(company)
    page = opened.context.new_page()
    page.route(re.compile("_dash-update-component"), lambda _route: None)  # the server thinks
    # and the browser is never idle: what can wait is mounted when it is reached for, not before
    page.add_init_script("window.requestIdleCallback = () => 0")
    page.goto(f"{opened.address}/?country=BE")
    expect(page.locator(".chip")).to_contain_text("Belgium")
    expect(page.locator("#overview-aging-panel .skeleton").first).to_be_visible()
    place = page.locator(".filter-place").nth(1)
    expect(place).to_have_text("Country (1)")
    place.hover()
    page.click("#filter-country")
    expect(page.get_by_role("option", name="Belgium")).to_be_visible()
    page.close()


def test_a_browser_that_does_not_say_where_it_is_shows_the_same(site, company):
    opened = site(company)

    def silent(route):
        headers = {k: v for k, v in route.request.headers.items() if k.lower() != "referer"}
        route.fulfill(response=route.fetch(headers=headers))

    def asked(request):
        outputs.append(json.loads(request.post_data or "{}").get("output", ""))

    outputs: list[str] = []
    opened.context.on("request", asked)
    opened.context.route("**/_dash-layout", silent)
    page = opened.open("/?as_of=2025-12-31&country=BE")
    opened.context.unroute("**/_dash-layout")
    expect(page.locator("#as-of-label")).to_have_text("31 Dec 2025")
    expect(page.locator(".chip")).to_contain_text("Belgium")
    expect(page.locator("#nav .active")).to_have_text("Overview")
    assert any("page.children" in output for output in outputs)
    shown = page.locator("#shell").inner_text()
    outputs.clear()
    told = opened.open("/?as_of=2025-12-31&country=BE")
    expect(told.locator("#shell")).to_have_text(shown, use_inner_text=True)
    opened.context.remove_listener("request", asked)
    assert outputs
    assert not any("page.children" in output or "nav." in output for output in outputs)


def test_going_back_to_a_document_shows_its_own_page(site, company):
    opened = site(company)
    page = opened.open("/definitions")
    page.goto("about:blank")
    page.goto(f"{opened.address}/findings")
    expect(page.locator("#page h1")).to_have_text("Findings")
    page.go_back()
    page.go_back()
    expect(page.locator("#page h1")).to_have_text("Definitions")
    opened.settle(page)


def test_filters_follow_to_the_next_page(site, company):
    page = site(company).open("/?country=BE")
    page.locator("#nav").get_by_role("link", name="Definitions").click()
    expect(page).to_have_url(re.compile(r"/definitions\?country=BE$"))
    expect(page).to_have_title("Definitions · Tandem")
    page.go_back()
    expect(page).to_have_title("Overview · Tandem")
    expect(page.locator("#overview-aging-head")).to_contain_text("Belgium")


def test_another_day_is_two_clicks_away(site, company):
    opened = site(company)
    page = opened.open("/")
    page.click("#as-of-button")
    page.get_by_role("button", name="Dec 2025").click()
    expect(page).to_have_url(re.compile(r"as_of=2025-12-31"))
    expect(page.locator("#overview-aging-head")).to_contain_text("31 Dec 2025")


def test_how_is_this_computed_shows_the_sql_and_the_rows(site, company):
    page = site(company).open("/?country=FR")
    page.locator("#overview-aging-panel .panel-menu").click()
    page.get_by_role("menuitem", name="How is this computed?").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Aging")).to_be_visible()
    drawer.locator("summary").click()
    expect(drawer.locator("#explain-sql")).to_contain_text("'FR'")
    expect(drawer.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    expect(drawer.locator(".ag-center-cols-container")).to_contain_text("P-LOOSE")
    with page.expect_download() as started:
        drawer.get_by_role("button", name="CSV").click()
    assert started.value.suggested_filename == "tandem-aging-rows-2026-03-31.csv"
    text = started.value.path().read_text(encoding="utf-8-sig")
    assert "Filters,France" in text
    assert "P-LOOSE" in text


def test_a_figure_is_downloaded_from_its_menu(site, company):
    page = site(company).open("/")
    page.locator("#overview-dso-panel .panel-menu").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Download Excel").click()
    assert started.value.suggested_filename == "tandem-dso-2026-03-31.xlsx"


def test_the_language_and_the_theme_are_the_readers(site, company):
    opened = site(company, color_scheme="dark")
    page = opened.open("/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(16, 21, 27)"
    line = page.locator("#overview-dso-panel .js-line").last
    expect(line).to_have_css("stroke", "rgb(204, 214, 223)")
    page.click("#theme")
    expect(page.locator("body")).to_have_css("background-color", "rgb(244, 246, 248)")
    expect(line).to_have_css("stroke", "rgb(43, 58, 72)")
    page.locator("#language").click()
    page.get_by_role("option", name="NL").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    opened.settle(page)
    expect(page.locator("#as-of-label")).to_have_text("31 mrt 2026")


def test_pages_and_filters_are_one_tap_away_on_a_phone(site, company):
    opened = site(company)
    page = opened.open("/", NARROW)
    expect(page.locator("#nav")).not_to_be_in_viewport()
    page.click("#burger")
    page.locator("#nav").get_by_role("link", name="Definitions").click()
    expect(page.locator("#page h1").first).to_have_text("Definitions")
    expect(page.locator("#nav")).not_to_be_in_viewport()
    page.click("#open-filters")
    page.click("#filter-country")
    page.get_by_role("option", name="Belgium").click()
    expect(page).to_have_url(re.compile("country=BE"))


def test_a_new_load_reaches_an_open_page(site, tmp_path):
    opened = site(Store(tmp_path))
    page = opened.open("/")
    expect(page.locator("#as-of-button")).to_be_disabled()
    small_company(tmp_path)
    # which it looks for every twenty seconds; so long nobody waits here
    page.evaluate("dash_clientside.set_props('poll', {interval: 200})")
    expect(page.locator("#overview-aging-body .aging-bar")).to_be_visible()
    expect(page.locator("#as-of-button")).to_be_enabled()
