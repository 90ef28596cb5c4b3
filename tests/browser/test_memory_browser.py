"""What one reader says of a customer, a colleague in another browser sees at the next look."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from data.store.state import Store
from data.workspace.memory import Memory
from data.workspace.subjects.promise import Promise
from etl.load.run import load
from tests.dashboards.cash.test_cash import INVOICES

LATER = """Payment number;Customer;Payment date;Amount;Reference
P9;A;2099-02-10;1.00;
"""


def choose(page, control, label) -> None:
    """Choose an option of a list that can be chosen from."""
    page.locator(control).click()
    page.get_by_role("option", name=label, exact=True).click()


def kept(page, opened) -> None:
    """Press the button of the form, and wait until it is kept."""
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("#say-status")).to_contain_text("Kept.")
    opened.settle(page)


def test_a_dispute_and_a_promise_are_seen_by_a_colleague_and_broken_by_the_next_load(
    site, tmp_path
):
    (tmp_path / "invoices.csv").write_text(INVOICES)
    store = Store(tmp_path / "store")
    load([tmp_path / "invoices.csv"], store)
    opened = site(store)
    page = opened.open("/customer?customer=A")
    page.get_by_text("Say something of this customer").click()
    page.get_by_label("In words").fill("Called: <b>back</b> on Monday")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("#say-status")).to_contain_text("Say who you are first")
    page.get_by_label("Your name").fill("Anna")
    kept(page, opened)
    said = page.locator("#customer-memory-panel")
    expect(said).to_contain_text("Called: <b>back</b> on Monday")
    expect(page.get_by_label("In words")).to_have_value("")

    choose(page, "#say-subject", "Dispute")
    page.locator("#say-amount").fill("250")
    page.locator("#say-reason").click()
    page.get_by_role("option", name="Price").click()
    page.locator("#say-documents").click()
    page.get_by_role("option", name="F1002").click()
    kept(page, opened)
    choose(page, "#say-subject", "Promise to pay")
    page.locator("#say-amount").fill("100")
    page.get_by_label("Promised by").fill("15 Dec 2098")
    page.get_by_label("Promised by").press("Enter")
    kept(page, opened)

    colleague = opened.open("/customer?customer=A")
    seen = colleague.locator("#customer-memory-panel")
    for words in ("Dispute · 250.00 €: Price", "F1002", "Promise to pay · 100.00 € by", "Anna"):
        expect(seen).to_contain_text(words)
    expect(seen.locator("h2")).to_contain_text("1 promise open, 250 € disputed")
    # what is disputed is left out by a switch, whose link shows a third reader the same
    colleague.locator("#more-button").click()
    colleague.get_by_placeholder("Disputed amounts").click()
    colleague.get_by_role("option", name="without disputed amounts").click()
    expect(colleague).to_have_url(re.compile("disputed=out"))
    expect(colleague.locator("#active-filters")).to_contain_text("without disputed amounts")
    opened.settle(colleague)
    third = opened.open(colleague.url.removeprefix(opened.address))
    expect(third.locator("#active-filters")).to_contain_text("without disputed amounts")
    expect(third.locator("#foot")).to_contain_text("250")
    # the first one looks again, and sees what the colleague settled
    colleague.get_by_text("Say something of this customer").click()
    seen.get_by_text("Settle", exact=True).click()
    seen.get_by_role("button", name="Credited", exact=True).click()
    expect(seen).to_contain_text("Credited: Anna")
    opened.settle(colleague)
    seen.locator("li", has_text="Called:").get_by_role("button", name="Take back").click()
    expect(seen).to_contain_text("Taken back by Anna")
    page.reload()
    opened.settle(page)
    expect(said).to_contain_text("Credited: Anna")

    memory = Memory(store.folder)
    assert [line.subject for line in memory.lines("A") if line.holds] == [
        "disputes", "promises", "settled_disputes",
    ]  # fmt: skip
    (promise,) = [line.said for line in memory.lines("A", ("promises",))]
    assert isinstance(promise, Promise)
    (tmp_path / "later.csv").write_text(LATER)
    load([tmp_path / "later.csv"], store)
    page.reload()
    opened.settle(page)
    expect(said.locator("h2")).to_contain_text("1 of 1 promise broken")
