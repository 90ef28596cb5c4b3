"""Every page on paper: nothing is cut, upright or lying, and every sheet says what it shows."""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import normalize

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboards.server import PAGES
from tests.ledgers import customer, invoice, publish

ADDRESSES = [p.path + ("?customer=C3" if p.path == "/customer" else "") for p in PAGES]
#: A4 less the margins, in pixels.
UPRIGHT, LYING = 703, 1032
CUT = """width => Array.from(document.querySelectorAll("#page *:not(svg *)")).filter(e => {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || getComputedStyle(e).visibility === "hidden") return false;
    const scrolls = ["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX)
        && !e.matches("svg, svg *, .unseen")
        && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 24;
    return box.right > width + 1 && !e.closest(".unseen") || scrolls;
}).map(e => `${e.tagName}.${e.getAttribute("class")} ends at ${e.getBoundingClientRect().right}`)"""


#: Lines in the margins of a sheet, at most.
MARGINS = 3


def printed(page: Page, folder: Path, landscape: bool) -> list[str]:
    """Return the text of each sheet that the page makes."""
    path = folder / "page.pdf"
    page.pdf(path=str(path), format="A4", landscape=landscape, print_background=True)
    # an fi is one letter in some fonts
    return [normalize("NFKC", sheet.extract_text()) for sheet in PdfReader(path).pages]


def as_paper(page: Page, width: int) -> None:
    """Lay the page out as a sheet of that width: what is printed can be measured then."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 1000})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_cut_and_every_sheet_says_what_it_shows(site, company, tmp_path, address):
    page = site(company, color_scheme="dark").open(address)
    title = page.title()
    for landscape in (False, True):
        sheets = printed(page, tmp_path, landscape)
        for number, words in enumerate(sheets, 1):
            assert f"{title} · As of 31 Mar 2026" in words
            assert "ties to the ledger" in words
            assert f"Sheet {number} of {len(sheets)}" in words
            assert len(words.splitlines()) > MARGINS, f"sheet {number} is empty"
    expect(page.locator("html")).not_to_have_class("printing")
    for width in (UPRIGHT, LYING):
        as_paper(page, width)
        assert page.evaluate(CUT, width) == []
        assert page.locator("#page .skeleton:visible").count() == 0
        charts = page.evaluate(
            """() => Array.from(document.querySelectorAll("#page .graph .svg-container"), chart =>
                Math.round(chart.querySelector(".main-svg").getBoundingClientRect().width
                    - chart.parentNode.getBoundingClientRect().width))"""
        )
        assert all(-200 < beyond <= 1 for beyond in charts), charts
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"


def test_a_list_is_printed_whole_with_its_filters_on_every_sheet(site, company, tmp_path):
    page = site(company).open("/customers?country=BE")
    words = " ".join(printed(page, tmp_path, landscape=False))
    assert "Country: Belgium" in words
    assert "Bakkerij Janssens" in words
    assert "Hotel & Café" in words
    assert "Total" in words


def test_of_a_long_list_paper_says_how_much_it_shows(site, tmp_path):
    owed = [invoice(f"F{n}", f"K{n:04}", "2026-01-05", "100.00") for n in range(1130)]
    owing = [customer(f"K{n:04}", name=f"Customer {n}") for n in range(1130)]
    page = site(publish(tmp_path / "store", owed, [], owing)).open("/customers")
    expect(page.locator("#customers-grid .ag-center-cols-container .ag-row").first).to_be_visible()
    words = " ".join(" ".join(printed(page, tmp_path, landscape=True)).split())
    assert re.search(r"The first \d00 of 1,130; the downloaded file has all", words)
