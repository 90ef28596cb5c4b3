"""The sector of a customer, set by hand on its page and taken back."""

from __future__ import annotations

from playwright.sync_api import expect

from data.store.state import Store
from data.workspace.by_hand import sectors
from data.workspace.memory import Memory
from etl.load.run import load
from tests.browser.test_memory_browser import choose
from tests.dashboards.cash.test_cash import INVOICES


def test_a_sector_is_set_seen_in_the_filters_and_taken_back(site, tmp_path):
    (tmp_path / "invoices.csv").write_text(INVOICES)
    store = Store(tmp_path / "store")
    load([tmp_path / "invoices.csv"], store)
    opened = site(store)
    page = opened.open("/customer?customer=A")
    shown = page.locator("#customer-who")
    expect(shown).not_to_contain_text("43.21")
    page.get_by_text("Say something of this customer").click()
    page.get_by_label("Your name").fill("Anna")
    choose(page, "#say-subject", "Sector")
    page.locator("#say-sector").fill("43.21")
    page.get_by_role("option", name="43.21 Electrical installation").click()
    page.get_by_role("button", name="Record it").click()
    expect(shown).to_contain_text("43.21 Electrical installation")
    memory = Memory(store.folder)
    assert sectors(memory) == {"A": "43.21"}
    opened.settle(page)

    page = opened.open("/customers")
    page.get_by_placeholder("Sector").click()
    page.get_by_role("option", name="43.21 Electrical installation").click()
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(1)

    page = opened.open("/customer?customer=A")
    page.locator("#customer-memory-panel").get_by_role("button", name="Take back").click()
    shown = page.locator("#customer-who")
    expect(shown).not_to_contain_text("43.21")
    expect(shown).to_contain_text("A")
    assert sectors(memory) == {}
    memory.close()
    opened.settle(page)
