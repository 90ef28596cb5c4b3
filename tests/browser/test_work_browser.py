"""Work today, without a mouse: the first is called, the second waits, and the drafts are there."""

from __future__ import annotations

import zipfile

from playwright.sync_api import expect

from dashboards.server import create_app
from data.workspace.memory import Memory
from data.workspace.subjects.work import Contact, Snooze
from tests.browser.conftest import Site
from tests.dashboards.work.test_work import books
from tests.serving import served


def test_a_day_goes_by_keyboard(browser, tmp_path):
    store = books(tmp_path / "store")
    context = browser.new_context(locale="en-GB")
    with served(create_app(store), threads=8) as port:
        site = Site(f"http://127.0.0.1:{port}", context)
        page = site.open("/work")
        page.get_by_label("Your name").fill("An Peeters")
        page.get_by_label("Your name").blur()
        site.settle(page)

        def focused(name: str) -> None:
            expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()

        page.keyboard.press("j")
        focused("Call: Firma A")
        page.keyboard.press("j")
        focused("Call: Firma B")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        outcome = page.get_by_role("dialog").get_by_label("What came of it")
        expect(outcome).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#work-status")).to_have_text("Kept: Call: Firma A.")
        focused("Call: Firma B")

        page.keyboard.press("s")
        expect(page.get_by_role("dialog").get_by_label("Reason to wait")).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#work-status")).to_contain_text("Firma B is back on 7 Apr 2026")
        focused("Call: Firma C")
        page.keyboard.press("?")
        expect(page.locator("#work-keys dl")).to_be_visible()

        page.goto(f"{site.address}/work?letter_to=C")
        link = page.get_by_role("link", name="Mail drafts (.zip)")
        link.scroll_into_view_if_needed()
        with page.expect_download() as download:
            link.press("Enter")
        path = tmp_path / "drafts.zip"
        download.value.save_as(path)
        assert zipfile.ZipFile(path).namelist() == ["C-friendly-nl.eml"]
    assert not site.complaints, site.complaints
    context.close()
    said = [line.said for line in Memory(store.folder, "").lines()]
    assert [type(one) for one in said] == [Contact, Snooze]
