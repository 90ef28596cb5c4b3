"""People: one is invited and sees their own, another is shut out, a third follows a link."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect

from dashboards.door.entry import COOKIE
from dashboards.door.ways import Ways
from dashboards.server import create_app
from data.core.rights import SALES, Scope
from data.workspace.people import people as module
from data.workspace.people.people import People
from tests.browser.conftest import NARROW, Site
from tests.pages import small_company
from tests.serving import served

SECRET = "a long enough password"  # noqa: S105 - of nobody
OWN, OTHER = "Janssens", "De Vries"


@pytest.fixture
def town(browser, tmp_path, monkeypatch):
    """A store with an administrator; `enter(login)` is a browser of their own, signed in."""
    monkeypatch.setattr(module, "_hasher", lambda: PasswordHasher(1, 8, 1))
    store, contexts = small_company(tmp_path), []
    people = People(store.folder)
    people.set_password(people.add("admin", "Admin", "admin"), SECRET)
    with served(create_app(store, people=people, ways=Ways()), threads=8) as port:
        address = f"http://127.0.0.1:{port}"

        def enter(login=""):
            context = browser.new_context(locale="en-GB", accept_downloads=True)
            contexts.append(context)
            if login:
                held = {"name": COOKIE, "value": people.sign_in(login, SECRET), "url": address}
                context.add_cookies([held])
            return Site(address, context)

        yield people, enter
        for context in contexts:
            context.close()


def test_somebody_invited_sees_their_own_until_they_are_shut_out(town):
    people, enter = town
    admin = enter("admin")
    page = admin.open("/people")
    page.get_by_label("Login", exact=True).fill("bram@x.example")
    page.get_by_label("Name", exact=True).fill("Bram")
    admin.choose(page, "#people-salesperson", "Anna")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.locator("#people-link").inner_text()
    expect(page.locator("#people-list")).to_contain_text("Salesperson: Anna")
    assert people.account("bram@x.example").scope == Scope.of({"salesperson": ("Anna",)})

    bram = enter()
    theirs = bram.blank()
    theirs.goto(link)
    for field in ("password", "again"):
        theirs.fill(f"#{field}", SECRET)
    theirs.click("button")
    bram.settle(theirs)
    expect(theirs.locator(".narrower")).to_contain_text("your own customers only")
    expect(theirs.locator("#nav")).not_to_contain_text("People")
    for path in ("/customers", "/aging", "/dso", "/memory"):
        theirs.goto(bram.address + path)
        bram.settle(theirs)
        expect(theirs.locator(".narrower")).to_contain_text("Salesperson: Anna")
        assert OTHER not in theirs.content(), path
    file = bram.context.request.get(f"{bram.address}/download/list.csv?list=customers").text()
    assert (OWN in file, OTHER in file, "Salesperson: Anna" in file) == (True, False, True)

    # a link of somebody who sees more: their own part, or plainly nothing
    theirs.goto(f"{bram.address}/customer?customer=C2")
    bram.settle(theirs)
    expect(theirs.locator("#customer-who")).to_contain_text("No customer “C2” is among yours")
    assert OTHER not in theirs.content()
    seen = enter("admin").open("/customers")
    assert OTHER in seen.content()

    # on a second machine as well; then out, everywhere, at once
    second = enter("bram@x.example")
    small = second.open("/customers", NARROW)
    admin.settle(page)
    page.locator("#people-list").get_by_role("link", name="Bram").click()
    page.get_by_role("button", name="Shut out").click()
    expect(page.locator("#people-said")).to_contain_text("shut out, everywhere")
    expect(page.locator("#people-list .shut")).to_have_text("shut out")
    for site, where in ((bram, theirs), (second, small)):
        where.goto(site.address + "/customers")
        assert "/sign-in" in where.url
        assert OWN not in where.content()
        asked = site.context.request.get(f"{site.address}/download/list.csv?list=customers")
        assert asked.status == 401
    expect(page.locator("#log-rows")).to_contain_text("changed an account")
    with page.expect_download() as file_of:
        page.get_by_role("link", name="Download CSV").click()
    assert "bram@x.example" in file_of.value.path().read_text(encoding="utf-8")
    assert not admin.complaints


def test_what_an_administrator_does_is_for_administrators(town):
    people, enter = town
    people.set_password(people.add("sales", "Sales", SALES), SECRET)
    site = enter("sales")
    page = site.open("/people")
    expect(page.locator("#page")).to_contain_text("not for your role")
    assert site.context.request.get(f"{site.address}/people/log.csv").status == 403
