"""A sales manager finds a sector, then its accounts, and takes the call list along."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.metrics.lists.test_selling import books


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return books(tmp_path_factory.mktemp("selling"))


def _file(page):
    """Return the file of the list that is shown, without its marks of order."""
    page.locator("#selling-list-panel .panel-menu").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Download CSV").click()
    return started.value.path().read_text(encoding="utf-8-sig")


def test_from_a_sector_to_a_call_list(site, store):
    opened = site(store)
    page = opened.open("/selling")
    page.locator("#selling-sectors-panel").get_by_role("link", name="47 Retail").click()
    expect(page).to_have_url(re.compile("sector_division=47"))
    opened.settle(page)
    expect(page.locator("#selling-list-head h2")).to_have_text("Room: 2 customers")
    told = _file(page)
    assert "GOOD" in told
    assert "FULL" not in told
    assert "47" in told.split("\n\n")[0]
    # the reverse list, in its own file
    page.get_by_role("link", name="Held back").click()
    expect(page.locator("#selling-list-head h2")).to_have_text("Held back: 1 customer")
    opened.settle(page)
    told = _file(page)
    assert "FULL" in told
    assert "GOOD" not in told
