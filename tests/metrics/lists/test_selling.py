"""Who pays well and has room, who is held back, and who should be slowed down."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.selling import page as selling_page
from dashboards.selling.page import headline_words
from dashboards.server import create_app
from data.workspace.subjects.market import Priority as Said
from metrics.lists.selling import HELD, KINDS, ROOM, SLOW, THROUGH, Priority, room_of, selling
from tests.ledgers import customer, invoice, match, payment, publish
from tests.pages import ask, words

D = Decimal
LAST = date(2026, 3, 31)
#: customer -> days after which it pays, its limit, and how many invoices (20 tell)
BOOKS = {
    "GOOD": (25, 10_000, 24), "FULL": (25, 1_050, 24), "LATE": (80, 10_000, 24),
    "EDGE": (30, 10_000, 24), "FEW": (25, 10_000, 5), "OLD": (25, 10_000, 24),
    "KID": (20, None, 24),
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return books(tmp_path_factory.mktemp("selling"))


def books(folder):
    """Publish seven customers of one sector that differ in how they pay, and in their room."""
    documents, matches, customers = [], [], []
    for who, (days, limit, count) in BOOKS.items():
        for n in range(count):
            day = LAST - timedelta(90 + 10 * n)
            documents += [
                invoice(f"{who}{n}", who, str(day), "1000.00", due=str(day + timedelta(30)),
                        cost="700.00"),
                payment(f"P{who}{n}", who, str(day + timedelta(days + n % 7 - 3)), "1000.00"),
            ]  # fmt: skip
            matches.append(match(f"{who}{n}", f"P{who}{n}"))
        documents.append(invoice(f"N{who}", who, str(LAST), "1000.00", due="2026-04-30"))
        parent = {"parent_id": "GOOD"} if who == "KID" else {}
        customers.append(customer(who, sector="47.11", country="BE", credit_limit=limit, **parent))
    # something of OLD is overdue for long, whatever it paid before
    documents.append(invoice("LONG", "OLD", "2025-12-01", "10.00", due="2025-12-31"))
    return publish(folder, documents, matches, customers)


def listed(store, kind, wanted=(), search=""):
    view = Context(store).view(search)
    statement = selling(view.ledger, kind, 15, wanted)
    return {r["customer"]: r for r in view.query(statement.sql, statement.parameters)}


def test_the_interval_tells_who_pays_well_not_the_point(store):
    room, held, slow, through = (listed(store, kind) for kind in (ROOM, HELD, SLOW, THROUGH))
    # KID pays well within the limit of GOOD; half of what EDGE pays comes by the due day, but the
    # interval reaches beyond it; five payments tell nothing
    assert set(room) == {"GOOD", "KID"}
    assert (set(held), set(slow), set(through)) == ({"FULL"}, {"LATE"}, {"LATE"})
    good = room["GOOD"]
    assert (good["headroom"], good["terms"]) == (8_000, 30)
    assert good["carries"] == (D(8_000 * 365) / good["median_days"]).quantize(D("0.01"))
    assert round(good["margin"], 6) == 0.3
    assert [room[who]["rank"] for who in ("KID", "GOOD")] == [1, 2]
    # one limit leaves its room once, to whoever uses it
    assert room_of(room.values()) == 8_000
    with pytest.raises(ValueError, match="lists nobody"):
        listed(store, "none")


def test_what_management_wants_stands_beside(store):
    said = (Priority("country", "BE", "hold"), Priority("customer", "GOOD", "more"))
    found = listed(store, ROOM, said)
    # what is said of a customer goes before what is said of its market
    assert (found["GOOD"]["priority"], found["KID"]["priority"]) == ("more", "hold")
    assert listed(store, ROOM)["GOOD"]["priority"] == ""


def test_the_page_says_it(store):
    context = Context(store)
    context.memory.say("Boss", "", Said("more", "country", "BE"))
    app = create_app(store, pages=(selling_page.PAGE,))
    with speaking("en"):
        text = headline_words(context.view(""))
    assert text.startswith("2 customers that pay well have room for 8")
    assert text.endswith("1 more is held back by its limit.")
    for kind in KINDS:
        found = ask(app, "selling-list-head.children", f"?shown={kind}")
        assert "customer" in words(found["selling-list-head"]["children"])
    found = ask(app, "selling-sectors-head.children", "")
    assert "Most room: 47 Retail" in words(found["selling-sectors-head"]["children"])
