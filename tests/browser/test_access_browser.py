"""Every page for those who use a keyboard, a screen reader, large letters or no motion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboards.server import PAGES
from tests.browser.conftest import NARROW

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
ADDRESSES = [p.path for p in PAGES]
#: What a screen of 1440 x 900 pixels shows at 200 %.
TWICE = (720, 450)


def violations(page: Page, only: str = "") -> list[str]:
    """Return what axe calls serious or critical; `only` one rule of it where named."""
    chosen = {"runOnly": {"type": "rule", "values": [only]}} if only else {}
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(options)", chosen)["violations"]
    return [
        f"{v['id']}: {node['html'][:200]} {node['failureSummary']}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def address_of(path: str, store) -> str:
    """Return the address of a page, of a customer who owes something where it needs one."""
    if path != "/customer":
        return path
    owes = "select min(customer) as customer from open_items where closed_on is null"
    found = store.current().engine.query(owes, {}).to_pylist()
    return f"/customer?customer={found[0]['customer']}"


@pytest.mark.parametrize("path", ADDRESSES)
def test_axe_finds_nothing_serious(site, demo_store, path):
    opened = site(demo_store)
    page = opened.open(address_of(path, demo_store))
    assert violations(page) == []
    page.evaluate("document.documentElement.dataset.mantineColorScheme = 'dark'")
    page.wait_for_timeout(300)  # colours glide
    assert violations(page, "color-contrast") == []
    page.set_viewport_size({"width": TWICE[0], "height": TWICE[1]})
    opened.settle(page)
    assert violations(page, "scrollable-region-focusable") == []
    sideways = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) <= 0, "at 200 % the page scrolls sideways"


def test_the_calendar_and_the_drawer_can_be_read_aloud(site, company):
    page = site(company, reduced_motion="reduce").open("/")
    button = page.locator("#as-of-button")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(page.get_by_role("button", name="Previous month")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    page.get_by_role("button", name=re.compile("More about .*overdue")).press("Enter")
    page.get_by_role("menuitem", name="How is this computed?").press("Enter")
    rows = page.get_by_role("dialog").locator(".ag-center-cols-container .ag-row")
    expect(rows.first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_menu_is_named_by_its_figure(site, company, path):
    page = site(company).open(address_of(path, company))
    names = page.evaluate(
        """() => Array.from(document.querySelectorAll(".panel-menu")).filter(menu =>
            getComputedStyle(menu).visibility === "visible").map(menu =>
            menu.getAttribute("aria-labelledby").split(" ").map(id =>
                (document.getElementById(id) || {}).textContent || "").join(" ").trim())"""
    )
    assert len(set(names)) == len(names), names
    assert all(re.fullmatch(r"More about .+", name) for name in names), names


def test_enter_opens_a_customer(site, company):
    page = site(company).open("/customers")
    cell = page.locator('#customers-grid .ag-row[row-index="1"] [col-id="receivables"]')
    name = page.locator('#customers-grid .ag-row[row-index="1"] a.go').inner_text()
    cell.click()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customer\?customer="))
    expect(page.locator("#page .page-head")).to_contain_text(name)


def test_nothing_moves_for_who_wants_no_motion(site, company):
    page = site(company, reduced_motion="reduce").open("/aging", NARROW)
    moving = page.evaluate(
        """() => Array.from(document.querySelectorAll("*")).filter(e => {
            const s = getComputedStyle(e);
            return parseFloat(s.animationDuration) > 0 && s.animationName !== "none"
                || s.transitionDuration.split(",").some(d => parseFloat(d) > 0);
        }).length"""
    )
    assert moving == 0
