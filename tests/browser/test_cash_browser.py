"""Cash application as a credit controller uses it: confirm, see it fall, take it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from data.store.state import Store
from etl.load.run import load
from tests.browser.conftest import NARROW
from tests.dashboards.cash.test_cash import INVOICES, PAYMENTS


@pytest.fixture
def books(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "invoices.csv").write_text(INVOICES)
    (folder / "payments.csv").write_text(PAYMENTS)
    store = Store(tmp_path / "store")
    load([folder], store)
    return store


def test_a_suggestion_is_confirmed_and_taken_back(site, books):
    page = site(books).open("/cash")
    headline = page.locator("#cash-headline")
    expect(headline).to_contain_text("80 € of 1 payment or credit note")
    expect(page.locator(".cash-item")).to_contain_text("Another customer owes exactly this amount")
    page.locator(".cash-item").get_by_role("button", name="Confirm").click()
    expect(page.locator("#cash-status")).to_contain_text("Say who you are first")
    page.get_by_label("Your name").fill("Anna")
    page.locator(".cash-item").get_by_role("button", name="Confirm").click()
    expect(page.locator(".cash-done")).to_be_visible()
    expect(headline).to_contain_text("Nothing is unapplied")
    decided = page.locator("#cash-decisions-panel")
    expect(decided).to_contain_text("in the figures")
    page.reload()
    expect(decided).to_contain_text("1 decision holds")
    decided.get_by_role("button", name="Take back").click()
    expect(headline).to_contain_text("80 € of 1 payment or credit note")
    expect(decided).to_contain_text("taken back")


def test_a_match_is_undone_from_the_list_of_its_method(site, books):
    page = site(books).open("/cash")
    page.locator(".cash-methods").get_by_role("link", name="By exact amount").click()
    expect(page).to_have_url(re.compile(r"method=amount$"))
    undo = page.locator("#cash-grid .cash-undo")
    expect(undo).to_have_count(1)
    page.get_by_label("Your name").fill("Anna")
    undo.click()
    expect(page.locator(".cash-done")).to_be_visible()
    expect(page.locator("#cash-headline")).to_contain_text("180 € of 2 payments")
    expect(page.locator("#cash-grid .cash-undo")).to_have_count(0)


def test_a_match_is_undone_on_a_phone(site, books):
    page = site(books).open("/cash?method=amount", NARROW)
    card = page.locator("#cash-grid .grid-card", has_text="F1001")
    expect(card).to_have_count(1)
    page.get_by_label("Show the pages").click()
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Show the pages").click()
    card.get_by_role("button", name="Undo").click()
    expect(page.locator(".cash-done")).to_be_visible()
    expect(page.locator("#cash-headline")).to_contain_text("180 € of 2 payments")
    expect(card).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_on_a_phone_and_in_the_dark(site, company):
    page = site(company, color_scheme="dark").open("/cash?method=given", NARROW)
    expect(page.locator("#cash-unapplied-head")).to_contain_text("150 €")
    expect(page.locator("#cash-grid .ag-row").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_the_empty_store_says_what_to_do(site, tmp_path):
    page = site(Store(tmp_path)).open("/cash")
    expect(page.locator("#page")).to_contain_text("See the demo company")
