"""The policy in a browser: what held before unfolds, the law is a link, the rates are a list."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.pages import small_company

SAID = """terms_days = [
    { value = 30 },
    { since = 2025-01-01, value = 45, by = "An <b>Peeters</b>", note = "agreed at the fair" },
]
"""


def test_a_rule_unfolds_what_held_before_and_the_law_is_a_link(site, tmp_path):
    store = small_company(tmp_path)
    (store.folder / "policy.toml").write_text(SAID, encoding="utf-8")
    opened = site(store)
    page = opened.open("/policy")
    rule = page.locator("li.own")
    expect(rule).to_have_count(1)
    expect(rule).to_contain_text("by An <b>Peeters</b>: agreed at the fair")
    before = rule.get_by_text("until 31 Dec 2024")
    expect(before).to_be_hidden()
    rule.get_by_text("1 earlier value").press("Enter")
    expect(before).to_be_visible()
    law = page.get_by_role("link", name="Commercial Code, art. L441-10 I", exact=True)
    expect(law).to_have_attribute("rel", "noopener noreferrer")
    expect(law).to_have_attribute("target", "_blank")
    page.locator("#policy-interest-panel").scroll_into_view_if_needed()
    opened.settle(page)
    rows = page.locator("#policy-interest-grid .ag-center-cols-container .ag-row")
    expect(rows.first).to_contain_text("1 Jan 2026")
    # another day is another policy
    page = opened.open("/policy?as_of=2024-12-31")
    expect(page.locator("li.own")).to_have_count(0)
    expect(page.locator(".headline")).to_contain_text("are Tandem's defaults")
