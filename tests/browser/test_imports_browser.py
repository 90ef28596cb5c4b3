"""Imports and Definitions in a browser: files are dropped, asked about, mapped, loaded."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from data.store.state import Store
from etl.load.folder.watch import Watch
from etl.load.run import LoadOptions
from metrics.catalogue import METRICS
from tests.asking import MESSY, asks
from tests.browser.conftest import NARROW, WIDE

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;C1;01/02/2025;03/03/2025;100,50
F2;C2;05/02/2025;07/03/2025;1.200,00
F3;C2;soon;07/03/2025;12,00
"""
ODD = "stuk x;wie;wanneer;hoeveel\nP1;C1;2025-03-12;100.50\nP2;C2;2025-03-15;200.00\n"


each_width = pytest.mark.parametrize(
    "size",
    [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow", marks=pytest.mark.deep)],
)


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
        expect(card(page, name.replace("_", "."))).to_be_visible()


def card(page: Page, name: str):
    return page.locator(".import-card").filter(has=page.get_by_role("heading", name=name))


def choose(page: Page, header: str, ours: str) -> None:
    page.get_by_role("textbox", name=f"{header} means").click()
    option = page.get_by_role("option", name=re.compile(rf"^{re.escape(ours)}( \*)?$"))
    # by the keyboard's way: a list that still finds its place moves away from under a pointer
    option.evaluate("element => element.click()")


@each_width
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
    expect(report).to_contain_text("receivables are 1,000.00")
    expect(report).to_contain_text("tie to the ledger ✓")
    expect(page.locator("#foot")).to_contain_text("4 documents")
    with page.expect_download() as rejects:
        report.get_by_role("link", name="Download rejects").click()
    assert "soon" in rejects.value.path().read_text()

    expect(card(page, "invoices.csv")).to_have_count(0)
    page.reload()  # what was left aside and the report are still there
    expect(card(page, "broken.xlsx")).to_be_visible()
    expect(page.locator("#import-report")).to_contain_text("1,000.00")
    page.get_by_role("link", name="See the overview").click()
    expect(page.locator("#page")).to_contain_text("1.0\xa0k€")


def test_what_shows_beside_other_files_is_asked_at_the_load_and_answered(site, tmp_path):
    page = site(Store(tmp_path)).open("/imports", WIDE)
    invoices = INVOICES.replace("/02/", "/01/").replace("F3;C2;soon;07/03/2025;12,00\n", "")
    june = "Number;Customer;Date;Amount\nF1;C1;28/03/2025;100,50\nF2;C2;29/03/2025;200,00\n"
    drop(page, invoices_csv=invoices.replace("05/01", "25/01"), june_csv=june)
    page.get_by_role("button", name="Load 2 files").click()
    expect(page.locator("#import-report")).to_contain_text("receivables are 1,300.50")
    asked = card(page, "june.csv")
    expect(asked).to_contain_text("2 of the 2 numbers in Number are those of invoices")
    asked.get_by_label("payments received, each with the invoice that it pays").check()
    asked.get_by_role("button", name="Read it with these answers").click()
    expect(asked).to_contain_text("Ready")
    page.get_by_role("button", name="Load 1 file").click()
    expect(page.locator("#import-report")).to_contain_text("receivables are 1,000.00")


@each_width
def test_a_messy_list_is_answered_tied_loaded_taken_out_and_brought_back(
    site, tmp_path, size, monkeypatch
):
    asks(monkeypatch)
    page = site(Store(tmp_path)).open("/imports", size)
    drop(page, lijst_csv=MESSY)
    list_ = card(page, "lijst.csv")
    expect(list_).to_contain_text("2 questions")
    expect(list_).to_contain_text("“Tegoed”: 1 row, −50.50")
    choices = list_.locator(".import-choice")
    for at, answer in enumerate(("An invoice", "An invoice", "A credit note")):
        choices.nth(at).get_by_label(answer, exact=True).check()
    list_.get_by_role("button", name="Read it with these answers").click()
    expect(list_).to_contain_text("Ready")
    expect(list_).to_contain_text("2 invoices, 1 credit note of 2 customers")

    page.get_by_role("textbox", name="Your own system says").fill("350,50")
    page.get_by_role("button", name="Load 1 file").click()
    report = page.locator("#import-report")
    expect(report).to_contain_text("it does not tie to your own system")
    expect(report).to_contain_text("T1 of Bakker, 20 Jan 2025, if it did not count (50.50)")
    expect(list_).to_be_visible()

    page.get_by_role("textbox", name="Your own system says").fill("300.00")
    page.get_by_role("button", name="Load 1 file").click()
    expect(report).to_contain_text("Ties to your own balance of 300.00")
    expect(page.locator("#foot")).to_contain_text("ties to your own balance of 300.00")
    loaded = page.locator("#imports-loaded")
    expect(loaded).to_contain_text("1 set of answers is kept")

    loaded.get_by_role("button", name="Remove lijst.csv from the data").click()
    ask = page.get_by_role("dialog")
    expect(ask).to_contain_text("Receivables: 300.00\xa0€ now, 0.00\xa0€ without it (−300.00).")
    ask.get_by_role("button", name="Keep it").click()
    expect(ask).to_be_hidden()
    loaded.get_by_role("button", name="Remove lijst.csv from the data").click()
    ask.get_by_role("button", name="Remove it").click()
    expect(report).to_contain_text("Removed lijst.csv")
    expect(loaded).to_contain_text("Nothing is loaded.")
    loaded.get_by_role("button", name="Undo the last removal").click()
    expect(report).to_contain_text("Undone: receivables are 300.00")
    expect(loaded).to_contain_text("lijst.csv")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]


def test_a_question_of_a_watched_folder_is_answered(site, tmp_path):
    inbox, store = tmp_path / "inbox", Store(tmp_path / "store")
    inbox.mkdir()
    (inbox / "days.csv").write_text(INVOICES.replace("F3;C2;soon;07/03/2025;12,00\n", "")
                                    .replace(";05/02/2025;07/03/2025", ";05/02/2025;")
                                    .replace("03/03/2025", ""), encoding="utf-8")  # fmt: skip
    time = iter(range(0, 1000, 4))
    Watch(
        inbox, store, LoadOptions(), lambda _: None, clock=lambda: next(time), sleep=lambda _: None
    ).once()
    page = site(store).open("/imports", NARROW)
    folder = page.locator("#imports-watched")
    expect(folder).to_contain_text("a question is open")
    folder.get_by_role("button", name="Answer what is asked about days.csv").click()
    card(page, "days.csv").get_by_role("button", name="Day first").click()
    page.get_by_role("button", name="Load 1 file").click()
    expect(page.locator("#imports-loaded")).to_contain_text("days.csv")
    expect(folder.get_by_role("button")).to_have_count(0)
    expect(folder).to_contain_text("loaded once its question was answered")
    assert (inbox / "done" / "days.csv").exists()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW[0]


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
