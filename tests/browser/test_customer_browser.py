"""The sector of a customer, set by hand on its page and taken back."""

from __future__ import annotations

from playwright.sync_api import expect

from data.store.state import Store
from data.workspace.by_hand import sectors
from etl.load.run import load
from tests.dashboards.cash.test_cash import INVOICES


def choose(page, typed, label):
    """Choose a sector on the page of a customer."""
    page.get_by_text("Set the sector by hand").click()
    control = page.get_by_label("Sector of this customer").first
    control.click()
    if typed:
        control.fill(typed)
    page.get_by_role("option", name=label).click()


def test_a_sector_is_set_seen_in_the_filters_and_taken_back(site, tmp_path):
    (tmp_path / "invoices.csv").write_text(INVOICES)
    store = Store(tmp_path / "store")
    load([tmp_path / "invoices.csv"], store)
    opened = site(store)
    page = opened.open("/customer?customer=A")
    shown = page.locator("#customer-who")
    expect(shown).not_to_contain_text("43.21")
    choose(page, "43.21", "43.21 Electrical installation")
    expect(shown).to_contain_text("43.21 Electrical installation")
    assert sectors(store.folder) == {"A": "43.21"}
    opened.settle(page)

    page = opened.open("/customers")
    page.get_by_placeholder("Sector").click()
    page.get_by_role("option", name="43.21 Electrical installation").click()
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(1)

    page = opened.open("/customer?customer=A")
    choose(page, "", "What the files say")
    shown = page.locator("#customer-who")
    expect(shown).not_to_contain_text("43.21")
    expect(shown).to_contain_text("A")
    assert sectors(store.folder) == {}
    opened.settle(page)
