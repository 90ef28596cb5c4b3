"""DSO as a reader uses it: all methods, a target, another dimension, a group as a filter."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_methods_dimension_and_filter_are_links(site, company):
    opened = site(company)
    page = opened.open("/dso")
    page.get_by_role("link", name="All methods").click()
    expect(page).to_have_url(re.compile(r"methods=all"))
    expect(page.locator("#dso-trend-body .why p")).to_have_count(2)
    expect(page.locator("#dso-trend-body .annotation-text")).to_have_count(5)
    opened.settle(page)
    page.fill("#dso-target", "45")
    expect(page).to_have_url(re.compile(r"target=45"))
    opened.choose(page, "#dso-by", "Country")
    expect(page).to_have_url(re.compile(r"by=country"))
    expect(page.locator("#dso-table-country .ag-row").first).to_be_visible()
    opened.settle(page)
    page.locator("#dso-groups-body a.dso-line").first.click()
    expect(page).to_have_url(re.compile(r"country="))
    expect(page.locator(".chip")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator("#dso-trend-body .why p")).to_have_count(2)


def test_from_what_moved_dso_to_the_invoices_in_three_clicks(site, company):
    """The Overview says why; a group leads to its customers, a customer to its items."""
    opened = site(company)
    page = opened.open("/?currency=EUR")
    moved = page.locator("#overview-moved-panel")
    expect(moved.locator("h2")).to_contain_text("DSO")
    expect(moved.locator(".js-plotly-plot .bars .point").first).to_be_visible()
    moved.locator(".bar-label a").first.click()
    expect(page).to_have_url(re.compile(r"/dso\?.*currency=EUR.*step="))
    opened.settle(page)
    behind = page.locator("#dso-moved-body .bridge-behind")
    items = behind.locator("table.figures tbody tr")
    if not items.count():
        behind.locator(".bar-label a").first.click()
        opened.settle(page)
    expect(items.first).to_be_visible()
    expect(page.locator(".chip")).to_have_count(1)
    behind.locator(".crumbs a").first.click()  # and back to all groups
    expect(behind.locator(".bar-line.total")).to_be_visible()
    behind.locator(".bridge-steps a").first.click()
    expect(behind.locator(".bridge-steps a").first).to_have_class(re.compile("active"))
