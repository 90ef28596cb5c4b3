"""Findings, as a reader goes through them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW
from tests.dashboards.findings.test_findings import published


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return published(tmp_path_factory.mktemp("findings"))


def test_a_finding_is_opened_narrowed_and_followed_to_its_customer(site, store):
    opened = site(store)
    page = opened.open("/findings")
    expect(page.locator("#findings-rows-head h2")).to_have_text("Possible duplicate invoices")
    page.locator("a.finding", has_text="Unapplied payments and credit notes").click()
    expect(page).to_have_url(re.compile(r"/findings\?finding=unapplied$"))
    expect(page.locator("#findings-rows-head h2")).to_contain_text("Unapplied payments")
    rows = page.locator("#findings-grid .ag-center-cols-container .ag-row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("−100.00")
    page.go_back()
    expect(page.locator("#findings-rows-head h2")).to_have_text("Possible duplicate invoices")
    link = page.locator("#findings-grid a.go", has_text="F3")
    expect(link).to_have_attribute("href", "/customer?customer=B&document=F3")
    link.click()
    expect(page).to_have_url(re.compile(r"/customer\?customer=B&document=F3$"))
    expect(page.locator("#customer-document")).to_contain_text("F3")
    opened.settle(page)


def test_on_a_phone_the_rows_are_cards(site, store):
    page = site(store).open("/findings?finding=duplicate_payments&country=BE", NARROW)
    card = page.locator(".grid-card", has_text="P2")
    expect(card).to_contain_text("Anker")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
