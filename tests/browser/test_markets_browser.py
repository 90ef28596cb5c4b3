"""Sectors, customers and one customer, as a reader uses them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, SLOWLY
from tests.markets import markets


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("markets"))


def test_a_click_on_a_sector_opens_it_and_back_closes_it(site, store):
    page = site(store).open("/sectors?country=BE")
    expect(page.locator("#sectors-one h2")).to_contain_text("47 Retail trade")
    page.locator(".iv-row", has_text="41 Building construction").click()
    expect(page).to_have_url(re.compile(r"/sectors\?country=BE&at=41$"))
    expect(page.locator("#sectors-curve-head h2")).to_contain_text("later than all others")
    expect(page.locator("#sectors-one h2")).to_contain_text("41 Construction")
    page.go_back()
    expect(page.locator("#sectors-one h2")).to_contain_text("47 Retail trade")
    page.locator("#sectors-choices").get_by_role("link", name="Class").click()
    expect(page.locator(".iv-row", has_text="47.11")).to_be_visible()


_ORDER = """
window.seen = [];
const marks = {
  chart: '.js-plotly-plot .scatterlayer .trace', grid: '.ag-root', menu: '.panel-menu',
};
new MutationObserver(() => {
  for (const [name, mark] of Object.entries(marks)) {
    if (!window.seen.includes(name) && document.querySelector(mark)) window.seen.push(name);
  }
}).observe(document, {childList: true, subtree: true});
"""


def _asking(opened, path, held="", height=500):
    """Open a page, on a low screen; return it, what is asked for, as it is, and what is held back.

    Those questions are held back whose first output begins with `held`.
    """
    page = opened.blank((1440, height))
    page.add_init_script(SLOWLY)
    outputs: list[str] = []
    waiting = []

    def asked(route):
        output = (route.request.post_data_json or {}).get("output", "")
        outputs.append(output.strip("."))
        if held and outputs[-1].startswith(held):
            waiting.append(route)
        else:
            route.continue_()

    page.route(re.compile("_dash-update-component"), asked)
    page.goto(opened.address + path)
    return page, outputs, waiting


def _hold(page, waiting):
    """Wait until one question is held back, and as long as others would take to follow."""
    while not waiting:
        page.wait_for_timeout(20)
    page.wait_for_timeout(500)
    assert len(waiting) == 1


def _of(outputs, part):
    return [output for output in outputs if output.startswith(part)]


def test_what_is_below_the_screen_is_asked_for_once_the_screen_is_there(site, store):
    opened = site(store)
    page, outputs, waiting = _asking(opened, "/sectors?country=BE", held="sectors-growth-head")
    expect(page.locator("#sectors-speed-head h2")).to_be_visible()
    _hold(page, waiting)
    assert not _of(outputs, "sectors-curve")
    for route in waiting:
        route.continue_()
    expect(page.locator("#sectors-curve-head h2")).to_contain_text("all others")
    expect(page.locator("#sectors-customers-panel .ag-center-cols-container")).to_be_attached()
    opened.settle(page)

    outputs.clear()
    waiting.clear()
    page.locator("#sectors-choices").get_by_role("link", name="Group").click()
    expect(page.locator(".iv-row", has_text=re.compile(r"\d\d\.\d")).first).to_be_visible()
    _hold(page, waiting)
    assert not _of(outputs, "sectors-curve")
    # near, it waits for nothing
    page.locator("#sectors-customers-panel").scroll_into_view_if_needed()
    expect(page.locator("#sectors-one h2")).to_contain_text(re.compile(r"^\d\d\.\d"))
    assert len(_of(outputs, "sectors-curve")) == 1
    for route in waiting:
        route.continue_()
    opened.settle(page)
    assert len(_of(outputs, "sectors-curve")) == 1


def test_on_a_high_screen_everything_is_asked_for_at_once(site, store):
    opened = site(store)
    page, outputs, waiting = _asking(
        opened, "/sectors?country=BE", held="sectors-growth-head", height=2000
    )
    expect(page.locator("#sectors-curve-head h2")).to_contain_text("all others")
    _hold(page, waiting)
    for route in waiting:
        route.continue_()
    opened.settle(page)
    assert len(_of(outputs, "sectors-curve")) == 1
    page.locator("#nav").get_by_role("link", name="DSO").click()
    expect(page.locator("#dso-table-head h2")).to_be_visible()
    page.go_back()
    expect(page.locator("#sectors-curve-head h2")).to_contain_text("all others")


def test_charts_are_drawn_before_menus_and_tables_are_made(site, store):
    opened = site(store, color_scheme="dark")
    opened.context.add_init_script(_ORDER)
    opened.context.add_init_script(SLOWLY)
    page = opened.open("/sectors?country=BE")
    expect(page.locator("#sectors-customers-panel .ag-center-cols-container")).to_be_visible()
    assert page.evaluate("window.seen")[0] == "chart"
    expect(page.locator(".later")).to_have_count(0)


def test_the_list_of_customers_is_sought_sorted_and_opened(site, store):
    opened = site(store)
    page = opened.open("/customers")
    cells = page.locator(".ag-center-cols-container .ag-row")
    expect(cells).to_have_count(9)
    page.locator('.ag-header-cell[col-id="overdue"]').click()
    expect(page).to_have_url(re.compile(r"sort=overdue\.(asc|desc)"))
    page.go_back()
    header = page.locator('.ag-header-cell[col-id="receivables"]')
    expect(header).to_have_attribute("aria-sort", "descending")
    opened.settle(page)
    page.get_by_placeholder("Name, number or VAT number").fill("neon")
    expect(page).to_have_url(re.compile(r"q=neon"))
    expect(cells).to_have_count(1)
    page.locator("a.go", has_text="Néon").click()
    expect(page).to_have_url(re.compile(r"/customer\?customer=K8$"))
    expect(page.locator("#customer-headline h2")).to_have_text("Néon")
    opened.settle(page)


def _typed(page, column, value):
    """Type a number into the filter of a column, as a reader does."""
    header = page.locator(f'.ag-header-cell[col-id="{column}"]')
    header.hover()
    header.locator(".ag-header-cell-filter-button, .ag-header-cell-menu-button").first.click()
    page.locator(".ag-filter .ag-picker-field-wrapper").first.click()
    page.locator(".ag-list-item", has_text="More than").first.click()
    page.locator('.ag-filter input[type="number"]').first.fill(value)
    page.locator(".ag-filter").get_by_role("button", name="Apply").click()


def _told(page):
    """Return what the list of customers says: its title, its measure, its numbers, its total."""
    row = page.locator(".ag-pinned-left-cols-container .ag-row")
    total = page.locator(".ag-row-pinned")
    expect(total.first).to_be_visible()
    head = page.locator("#customers-list-head")
    chips = page.locator("#active-filters .chip")
    return (
        head.locator("h2").inner_text(),
        head.locator(".measure").inner_text(),
        row.all_inner_texts(),
        " ".join(total.all_inner_texts()),
        chips.all_inner_texts(),
    )


def test_what_is_seen_is_what_is_sent(site, company):
    opened = site(company)
    page = opened.open("/customers?salesperson=Bram")
    title = page.locator("#customers-list-head h2")
    rows = page.locator(".ag-center-cols-container .ag-row")
    expect(title).to_contain_text("2 customers owe")
    expect(rows).to_have_count(2)
    _typed(page, "oldest_overdue_days", "15")
    expect(page).to_have_url(re.compile(r"customers\.oldest_overdue_days=greaterThan\.15"))
    expect(title).to_have_text(
        re.compile(r"^1 customer owes 3\.1.k€, of which 1\.6.k€ is overdue$")
    )
    measure = page.locator("#customers-list-head .measure")
    expect(measure).to_contain_text("Bram, Oldest, days: more than 15")
    expect(rows).to_have_count(1)
    opened.settle(page)
    told = _told(page)
    assert "=Hotel & Café “Zee”" in told[2]
    assert "3,1" in told[3]

    # the link, opened in another browser
    other = site(company, color_scheme="dark")
    there = other.open(page.url.removeprefix(opened.address))
    expect(there.locator(".ag-center-cols-container .ag-row")).to_have_count(1)
    assert _told(there) == told
    other.settle(there)

    # the file
    with page.expect_download() as coming:
        page.locator("#customers-list-panel .panel-menu").click()
        page.get_by_role("menuitem", name="Download CSV").click()
    text = Path(coming.value.path()).read_text(encoding="utf-8-sig")
    assert 'Filters,"Bram, Oldest, days: more than 15"' in text
    assert "'=Hotel & Café “Zee”" in text
    assert "De Vries" not in text

    # a chip takes the filter off again, Back brings it back, and the grid follows
    page.locator("#active-filters .chip", has_text="more than 15").click()
    expect(title).to_contain_text("2 customers owe")
    expect(rows).to_have_count(2)
    page.go_back()
    expect(rows).to_have_count(1)
    opened.settle(page)


def test_rows_that_come_after_the_reader_has_left_are_nobodys(site, store):
    opened = site(store)
    page, _outputs, waiting = _asking(
        opened, "/customers", held="customers-grid.getRowsResponse", height=900
    )
    _hold(page, waiting)
    page.locator("#nav").get_by_role("link", name="Findings").click()
    expect(page.locator("#findings-headline")).not_to_be_empty()
    expect(page.locator("#customers-grid")).to_have_count(0)
    for route in waiting:
        route.continue_()
    opened.settle(page)  # and nothing is complained about in the console


def test_a_bar_tells_its_story_and_opens_its_document(site, store):
    opened = site(store)
    page = opened.open("/customer?customer=K8")
    bar = page.locator(".lv-row", has_text="N0")
    bar.hover()
    expect(page.locator(".tip")).to_contain_text("50.00 € paid on 23 Dec 2025, 20 days late")
    bar.click()
    expect(page.locator("#customer-document")).to_contain_text("PN2")
    expect(page).to_have_url(re.compile("document=N0"))
    opened.settle(page)
    page.get_by_placeholder("Another customer").fill("k1")
    expect(page.get_by_role("option", name="Société Été K1 · K1")).to_be_visible()
    opened.settle(page)
    page.get_by_role("option", name="Société Été K1 · K1").click()
    expect(page.locator("#customer-headline h2")).to_have_text("Société Été K1")
    expect(page.locator("#customer-document")).to_have_count(0)


def test_on_a_phone_the_grid_is_a_list_of_cards(site, store):
    page = site(store).open("/customers", NARROW)
    card = page.locator(".grid-card", has_text="Néon")
    expect(card).to_contain_text("Receivables")
    row = page.locator(".ag-row", has=page.locator(".grid-card")).last
    expect(row).to_have_css("height", re.compile(r"1\d\dpx"))
    card.locator("a").click()
    expect(page.locator("#customer-headline h2")).to_have_text("Néon")


def test_on_a_phone_a_table_below_charts_is_a_list_of_cards_too(site, store):
    page = site(store).open("/sectors?country=BE", NARROW)
    card = page.locator("#sectors-customers-panel .grid-card").first
    page.locator("#sectors-customers-panel").scroll_into_view_if_needed()
    expect(card).to_contain_text("Headroom")


def test_an_unknown_customer_is_answered(site, store):
    page = site(store).open("/customer?customer=K")
    expect(page.get_by_text("No customer has the number “K”")).to_be_visible()
    expect(page.locator("#customer-body")).to_be_hidden()
    page.locator("#customer-who").get_by_role("link", name="K3").click()
    expect(page.locator("#customer-headline h2")).to_have_text("Société Été K3")
    expect(page.locator("#customer-body")).to_be_visible()
