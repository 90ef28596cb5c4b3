"""A credit manager hands one customer over, and takes its dossier along."""

from __future__ import annotations

import zipfile

from playwright.sync_api import expect

from dashboards.server import create_app
from data.workspace.memory import Memory
from data.workspace.subjects.handing import HandedOver
from tests.browser.conftest import Site
from tests.dashboards.handover.test_handover import books
from tests.serving import served


def test_from_a_proposal_to_the_dossier(browser, tmp_path):
    store = books(tmp_path / "store")
    context = browser.new_context(locale="en-GB")
    with served(create_app(store), threads=8) as port:
        site = Site(f"http://127.0.0.1:{port}", context)
        page = site.open("/handover")
        page.get_by_label("Your name").fill("An Peeters")
        page.get_by_label("Your name").blur()
        site.settle(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="Dossier of Firma A").click()
        path = tmp_path / "dossier.zip"
        download.value.save_as(path)
        assert any(name.endswith(".xlsx") for name in zipfile.ZipFile(path).namelist())

        page.get_by_role("button", name="Hand over: Firma A").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("To whom").fill("Van Acker, lawyers")
        dialog.get_by_label("Why").fill("No answer to three letters")
        dialog.get_by_role("button", name="Keep").click()
        expect(page.locator("#handover-handed-body")).to_contain_text("Firma A")
        site.settle(page)
        expect(page.locator("#handover-proposed-body")).not_to_contain_text("Firma A")
    assert not site.complaints, site.complaints
    context.close()
    (line,) = Memory(store.folder, "").lines()
    assert isinstance(line.said, HandedOver)
    assert (line.who, line.said.to_whom) == ("An Peeters", "Van Acker, lawyers")
