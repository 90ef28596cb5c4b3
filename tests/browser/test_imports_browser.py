"""Imports and Definitions in a browser: files are dropped, asked about, mapped, loaded."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from data.store.state import Store
from metrics.catalogue import METRICS
from tests.browser.conftest import NARROW, WIDE

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;C1;01/02/2025;03/03/2025;100,50
F2;C2;05/02/2025;07/03/2025;1.200,00
F3;C2;soon;07/03/2025;12,00
"""
ODD = "stuk x;wie;wanneer;hoeveel\nP1;C1;2025-03-12;100.50\nP2;C2;2025-03-15;200.00\n"


def drop(page: Page, **files: str | bytes) -> None:
    """Choose files as a reader does; wait until each has its card."""
    page.set_input_files(
        "#imports-picker",
        [
            {
                "name": name.replace("_", "."),
                "mimeType": "application/octet-stream",
                "buffer": content.encode() if isinstance(content, str) else content,
            }
            for name, content in files.items()
        ],
    )
    for name in files:
        expect(card(page, name.replace("_", "."))).to_be_visible(timeout=15_000)


def card(page: Page, name: str):
    return page.locator(".import-card").filter(has=page.get_by_role("heading", name=name))


def choose(page: Page, header: str, ours: str) -> None:
    page.get_by_role("textbox", name=f"{header} means").click()
    page.get_by_role("option", name=re.compile(rf"^{re.escape(ours)}( \*)?$")).click()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_files_are_dropped_asked_about_mapped_and_loaded(site, tmp_path, size):
    page = site(Store(tmp_path)).open("/imports", size)
    expect(page.locator(".headline")).to_contain_text("Nothing is loaded yet")
    drop(page, invoices_csv=INVOICES, odd_csv=ODD, broken_xlsx=b"PK\x03\x04 no workbook")

    expect(card(page, "broken.xlsx")).to_contain_text("cannot be opened as a workbook")
    expect(card(page, "invoices.csv")).to_contain_text("One question")
    card(page, "invoices.csv").get_by_role("button", name="Day first").click()
    expect(card(page, "invoices.csv")).to_contain_text("Ready")
    expect(card(page, "invoices.csv")).to_contain_text("1 Feb 2025 to 5 Feb 2025")
    expect(card(page, "invoices.csv")).to_contain_text("1 row would be refused")

    expect(card(page, "odd.csv")).to_contain_text("Columns to be named")
    card(page, "odd.csv").get_by_role("textbox", name="Each row describes").click()
    page.get_by_role("option", name="Payments", exact=True).click()
    needed = "Still needed: Customer number, Day of the document, Amount."
    expect(card(page, "odd.csv")).to_contain_text(needed)
    for header, ours in (
        ("wie", "Customer number"),
        ("wanneer", "Day of the document"),
        ("hoeveel", "Amount"),
        ("stuk x", "Document number"),
    ):
        choose(page, header, ours)
        expect(page.get_by_role("textbox", name=f"{header} means")).to_have_value(re.compile(ours))
    expect(card(page, "odd.csv")).to_contain_text("Ready")
    expect(card(page, "odd.csv")).to_contain_text("sum −300.50")
    expect(card(page, "odd.csv")).not_to_contain_text("Not in this file: Document number")
    with page.expect_download() as saved:
        card(page, "odd.csv").get_by_role("link", name="Save this mapping").click()
    assert 'customer_id = "wie"' in saved.value.path().read_text()

    page.get_by_role("button", name="Load 2 files").click()
    report = page.locator("#import-report")
    expect(report).to_contain_text("receivables are 1,000.00", timeout=30_000)
    expect(report).to_contain_text("tie to the ledger ✓")
    expect(page.locator("#foot")).to_contain_text("4 documents")
    with page.expect_download() as rejects:
        report.get_by_role("link", name="Download rejects").click()
    assert "soon" in rejects.value.path().read_text()

    expect(card(page, "invoices.csv")).to_have_count(0)
    page.reload()  # what was left aside and the report are still there
    expect(card(page, "broken.xlsx")).to_be_visible(timeout=15_000)
    expect(page.locator("#import-report")).to_contain_text("1,000.00")
    page.get_by_role("link", name="See the overview").click()
    expect(page.locator("#page")).to_contain_text("1.0\xa0k€", timeout=15_000)


def test_a_definition_has_an_address_and_follows_the_filters(site, company):
    page = site(company).open("/definitions?country=BE#dso")
    heading = page.get_by_role("heading", name="Days sales outstanding (DSO)").first
    expect(heading).to_be_in_viewport()
    expect(page.locator("#definition-dso-now")).to_contain_text("Belgium")
    page.locator("#dso summary").click()
    expect(page.locator("#definition-dso-statement")).to_contain_text("'BE'")
    page.get_by_role("link", name="Payment curve").click()
    expect(page.locator("#payment_curve h2")).to_be_in_viewport()
    expect(page.locator("#definition-payment_curve-now")).to_contain_text("Belgium")
    assert page.url.endswith("/definitions?country=BE#payment_curve")


def test_live_values_are_asked_for_when_they_come_near_the_screen(site, company):
    page = site(company).open("/definitions")
    first, last = (
        page.locator(f"#definition-{name}-now") for name in (next(iter(METRICS)), list(METRICS)[-1])
    )
    expect(first).to_contain_text("Now, as of")
    expect(last).to_be_empty()
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("Now, as of")
    # what is out of sight follows the filters when it is seen again
    page.evaluate("window.scrollTo(0, 0)")
    page.evaluate("dash_clientside.set_props('url', {search: '?country=BE'})")
    expect(first).to_contain_text("Belgium")
    expect(last).not_to_contain_text("Belgium")
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("Belgium")
