"""Room for names and figures: on a phone, and in columns on a wide screen, in every language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboards.base.i18n import LANGUAGES
from tests.browser.conftest import NARROW, WIDE


def speaking(site, store, language):
    """Return the site in a language, in a browser context of its own."""
    opened = site(store, reduced_motion="reduce")
    opened.context.add_cookies([{"name": "lang", "value": language, "url": opened.address}])
    return opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_shows_the_overview_in_three_screens_and_aging_without_scrolling(
    site, demo_store, language
):
    opened = speaking(site, demo_store, language)
    page = opened.open("/", NARROW)
    assert page.evaluate("document.documentElement.scrollHeight") <= 2400
    tops = [card.bounding_box()["y"] for card in page.locator(".cards .card").all()]
    assert tops[0] == tops[1] < tops[2] == tops[3]
    page = opened.open("/aging", NARROW)
    box = page.locator(".matrix-box")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    names = box.locator("tbody th").evaluate_all(
        "all => all.map(n => n.scrollWidth - n.clientWidth)"
    )
    assert names
    assert max(names) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wide_screen_cuts_no_column(site, demo_store, language):
    opened = speaking(site, demo_store, language)
    page = opened.open("/customers", WIDE)
    grid = page.locator("#customers-grid")
    expect(grid.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    cut = """grid => {
        const edge = grid.querySelector(".ag-root").getBoundingClientRect().right + 1;
        return Array.from(grid.querySelectorAll(".ag-header-cell")).filter(head => {
            const words = head.querySelector(".ag-header-cell-text");
            return head.getBoundingClientRect().right > edge
                || words.scrollWidth > words.clientWidth;
        }).map(head => head.textContent);
    }"""
    assert grid.evaluate(cut) == []
    shown = grid.locator(".ag-header-cell").evaluate_all(
        "all => all.map(h => h.getAttribute('col-id'))"
    )
    assert {"customer_name", "sector", "salesperson", "country", "sales_12m"} <= set(shown)
    page = opened.open("/aging", WIDE)
    assert page.locator(".matrix-box").evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_the_filter_of_a_column_covers_none_of_its_words(site, company):
    page = site(company).open("/customers")
    for head in page.locator("#customers-grid .ag-header-cell").all()[:6]:
        head.hover()
        words = head.locator(".ag-header-cell-text").bounding_box()
        sign = head.locator(".ag-header-cell-filter-button").bounding_box()
        apart = (
            sign["y"] + sign["height"] <= words["y"] + 1
            or sign["x"] >= words["x"] + words["width"]
            or sign["x"] + sign["width"] <= words["x"]
        )
        assert apart, (head.inner_text(), words, sign)


def test_a_total_is_never_cut(site, company):
    page = site(company).open("/customers")
    cell = page.locator("#customers-grid .ag-floating-top [col-id=sales_12m] .ag-cell-value")
    expect(cell).to_be_visible()
    total = '[{"sales_12m": "123,456,789,012"}]'
    page.evaluate(f"dash_clientside.grids.pin({total}, 'customers-grid')")
    expect(cell).to_have_text("123,456,789,012")
    page.wait_for_function(
        "cell => cell.scrollWidth <= cell.clientWidth", arg=cell.element_handle(), timeout=5000
    )


def test_each_reader_has_a_place_to_start(site, company):
    page = site(company).open("/?country=BE")
    links = page.locator("#overview-starts a")
    expect(links).to_have_count(3)
    links.filter(has_text="Sales").click()
    expect(page).to_have_url(re.compile(r"/customers\?country=BE&customers\.sort=headroom\.desc$"))
    expect(page.locator("#customers-grid [col-id=headroom][aria-sort=descending]")).to_be_visible()
