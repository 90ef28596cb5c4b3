"""Aging as a reader uses it: a month by a click, and down from a cell to a document and back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import NARROW


def test_from_a_cell_down_to_a_document_and_back(site, company):
    page = site(company).open("/aging?by=country")
    expect(page.locator(".proof-end")).to_contain_text("They tie to the cent")
    page.locator("table.matrix tr.total a").nth(1).click()
    expect(page).to_have_url(re.compile(r"bucket=not_due$"))
    page.locator("#aging-grid-customers a.stay").first.click()
    expect(page).to_have_url(re.compile(r"bucket=not_due&customer=C\d$"))
    page.locator("#aging-grid-items a.stay").first.click()
    expect(page).to_have_url(re.compile(r"&document=F"))
    expect(page.locator("#aging-grid-slices .ag-row").first).to_be_visible()
    expect(page.locator(".way li")).to_have_count(4)
    page.go_back()
    expect(page.locator("#aging-grid-items .ag-row").first).to_be_visible()
    page.locator(".way a.stay").first.click()
    expect(page).to_have_url(re.compile(r"/aging\?by=country$"))
    expect(page.locator("#aging-list > *")).to_have_count(0)


def test_a_click_on_a_month_makes_it_the_day(site, company):
    page = site(company).open("/aging")
    box = page.locator("#aging-history-graph .nsewdrag").bounding_box()
    place = box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.6
    page.mouse.move(*place)
    # a chart knows what is clicked by what it told of it
    expect(page.locator("#aging-history-graph .hoverlayer .hovertext").first).to_be_attached()
    page.mouse.click(*place)
    expect(page).to_have_url(re.compile(r"as_of=2025-0[789]-\d\d$"))
    expect(page.locator("#as-of-label")).to_contain_text("2025")


def test_the_same_link_on_a_phone(site, company):
    page = site(company, color_scheme="dark").open(
        "/aging?by=country&group=FR&bucket=unapplied&basis=issued&values=shares", NARROW
    )
    expect(page.locator("#aging-drill-head")).to_contain_text("150.00")
    expect(page.locator("#aging-grid-customers .ag-row").first).to_be_attached()
