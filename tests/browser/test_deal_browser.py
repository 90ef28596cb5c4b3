"""The deal desk: a deal over the limit is approved in part, outgrows it, and is followed."""

from __future__ import annotations

from unicodedata import normalize

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboards.server import create_app
from tests.browser.conftest import Site
from tests.dashboards.deal.test_deciding import books
from tests.ledgers import invoice, match, payment
from tests.serving import served


def name(page: Page, who: str) -> None:
    page.get_by_label("Your name").fill(who)


def test_a_deal_is_asked_approved_outgrown_approved_again_followed_and_printed(browser, tmp_path):
    store = books(tmp_path / "store")
    context = browser.new_context(locale="en-GB")
    with served(create_app(store), threads=8) as port:
        site = Site(f"http://127.0.0.1:{port}", context)
        page = site.open("/deal?customer=A&amount=20000&margin=4000")
        decision, why = page.locator("#deal-decision-panel"), page.get_by_label("Why", exact=True)

        def press(button: str, motive: str, shows: str) -> None:
            site.settle(page)
            why.fill(motive)
            decision.get_by_role("button", name=button, exact=True).click()
            expect(decision).to_contain_text(shows)
            site.settle(page)

        # sales asks, and does not approve
        name(page, "Sam, sales")
        expect(page.locator("#deal-answer-panel")).to_contain_text("10,000.00 € on credit")
        press("Ask for a decision", "a customer for ten years", "It waits for a decision")
        first = page.url
        press("Approve", "I like it", "Who asks does not approve above 5,000")
        # credit approves half in advance, as the rules propose
        name(page, "Carla, credit")
        press("Approve", "half in advance", "Decision: approved")
        expect(decision).to_contain_text("Carla, credit")
        expect(decision).to_contain_text("10,000.00 € on credit, 10,000.00 € in advance")

        # the deal grows: what was approved does not hold for it
        name(page, "Sam, sales")
        page.locator("#deal-amount").fill("26000")
        page.locator("#deal-ask").click()
        expect(decision).to_contain_text("That decision does not hold for this: ask again")
        expect(decision).to_contain_text("Amount: 26,000.00 €, it was 20,000.00 € (+30.0 %)")
        press("Ask for a decision", "they want more of it", "It waits for a decision")
        second = page.url
        name(page, "Carla, credit")
        press("Approve", "as long as it is in advance", "Decision: approved")
        page.goto(first)
        expect(decision).to_contain_text("It was asked again")

        # a later load writes the outcome beside the figures of then
        books(
            tmp_path / "store",
            invoice("N1", "A", "2026-04-10", "26000.00", due="2026-05-10"),
            payment("Q1", "A", "2026-05-12", "26000.00"),
            matches=[match("N1", "Q1")],
        )
        page.goto(second)
        site.settle(page)
        expect(decision).to_contain_text("approved and invoiced")
        expect(decision).to_contain_text("26,000.00 € paid, the last on 12 May 2026")
        path = tmp_path / "sheet.pdf"
        page.pdf(path=str(path), format="A4", print_background=True)
        sheet = " ".join(
            normalize("NFKC", one.extract_text()) for one in PdfReader(path).pages
        ).split()
        words = " ".join(sheet)
        for text in (
            "Yes, in part: 10,000.00 € on credit, 16,000.00 € in advance.", "they want more of it",
            "as long as it is in advance", "Carla, credit", "beyond the limit of 10,000.00 €",
            "26,000.00 € paid, the last on 12 May 2026", "as of 31 Mar 2026",
        ):  # fmt: skip
            assert text in words, (text, words)
        assert "Ask for a decision" not in words
        assert not site.complaints
    context.close()
