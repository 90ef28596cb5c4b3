"""Decisions of the deal desk: asked, approved, void, asked again, and followed in the ledger."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from app import cli
from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.base.words import told
from dashboards.customer import page as customer_page
from dashboards.deal import page as deal
from dashboards.deal.asked import case_of, desk_of
from dashboards.deal.decided import again_link, seen
from dashboards.deal.deciding import decide, offers, put
from dashboards.frame.deals import cases_of
from dashboards.server import create_app
from data.core.errors import TandemError
from data.core.rights import CREDIT, SALES, Reader, Scope
from data.workspace.line import today
from data.workspace.subjects.deal import DealAsked
from data.workspace.subjects.keeping import Backlog, Person
from tests.ledgers import customer, invoice, match, payment, publish, write_off
from tests.pages import ask, words

D = Decimal
LAST = date(2026, 3, 31)
ASKED = "?customer=A&amount=20000&margin=4000&terms=30"


def books(folder, *more, matches=()):
    """Publish Alpha, which has paid 24 invoices after 40 days, and may owe 10,000."""
    documents, paid = [], []
    for n in range(24):
        day = LAST - timedelta(60 + 15 * n)
        documents += [
            invoice(f"F{n}", "A", str(day), "1000.00", due=str(day + timedelta(30))),
            payment(f"P{n}", "A", str(day + timedelta(40)), "1000.00"),
        ]
        paid.append(match(f"F{n}", f"P{n}"))
    customers = [
        customer("A", name="Alpha", sector="47.11", country="BE", credit_limit="10000",
                 agreed_terms_days=30),
        customer("B", name="Beta", sector="47.11", country="BE", credit_limit="90000"),
    ]  # fmt: skip
    documents.append(invoice("B1", "B", str(LAST), "10.00", due="2026-04-30"))
    return publish(folder, [*documents, *more], [*paid, *matches], customers)


@pytest.fixture
def context(tmp_path):
    return Context(books(tmp_path / "store"))


def asked(context, search=ASKED, who="Sales", why="a good customer"):
    return put(context, context.view(search), who, why).id


def decided(context, number, button="deal-approve", who="Credit", granted=10_000, why="half"):
    decide(context, context.view(f"?decision={number}"), button, who, why, granted)


def stands(context, number):
    view = context.view(f"?decision={number}")
    return seen(view, case_of(view, "decision")[0])


def shown(app, part, search, language="en"):
    found = ask(app, f"deal-{part}-head.children", search, language)
    return tuple(words(found[f"deal-{part}-{k}"].get("children")) for k in ("head", "body"))


def test_it_is_asked_approved_void_asked_again_and_followed_by_a_later_load(context, tmp_path):
    app = create_app(context.store, pages=(deal.PAGE,))
    first = asked(context)
    before = {p: shown(app, p, ASKED)[1] for p in ("tests", "return", "others")}
    assert stands(context, first).stands == "waiting"
    assert "20,000.00 €" in shown(app, "list", "")[1]
    with pytest.raises(TandemError, match="Who asks does not approve above 5,000"):
        decided(context, first, who="sales")
    decided(context, first)
    assert stands(context, first).stands == "holds"
    head, body = shown(app, "decision", f"?decision={first}")
    assert "Decision: approved" in head
    assert "10,000.00 € on credit, 10,000.00 € in advance" in body
    assert "a good customer" in body
    with pytest.raises(TandemError, match="It was decided"):
        decided(context, first)

    # the deal grows: beside the earlier decision it says what changed
    grown = context.view(again_link(context.view(f"?decision={first}")).removeprefix("/deal"))
    assert desk_of(grown).answer.deal.amount == 20_000
    search = f"?customer=A&amount=26000&margin=4000&terms=30&again={first}"
    head, body = shown(app, "decision", search)
    assert "does not hold for this" in head
    assert "Amount: 26,000.00 €, it was 20,000.00 € (+30.0 %)" in body
    second = asked(context, search)
    assert stands(context, first).stands == "replaced"
    decided(context, second, granted=16_000)
    with pytest.raises(TandemError, match="It was decided"):
        asked(context, search)

    # a later load: invoiced, and half of it paid
    books(
        tmp_path / "store",
        invoice("N1", "A", "2026-04-10", "26000.00", due="2026-05-10"),
        payment("Q1", "A", "2026-04-20", "16000.00"),
        matches=[match("N1", "Q1", "16000.00")],
    )
    found = stands(context, second)
    assert found.stands == "carried_out"
    assert (found.outcome.paid, found.outcome.open) == (16_000, 10_000)
    text = shown(app, "decision", f"?decision={second}")[1]
    assert "26,000.00 € invoiced since 10 Apr 2026, 16,000.00 € paid, the last on 20 Apr" in text
    # what was made stays so: the same again is another deal, and so is that of somebody else
    for number in ("A", "B"):
        third = asked(context, f"?customer={number}&amount=26000&again={second}")
        assert stands(context, third).case.asked.replaces == ""
    assert stands(context, second).stands == "carried_out"
    # and every figure of then stands as it stood
    for part, words_then in before.items():
        assert shown(app, part, f"?decision={first}")[1] == words_then
    assert "as of 31 Mar 2026" in shown(app, "tests", f"?decision={first}")[0]
    for language in ("nl", "fr"):
        assert "{" not in shown(app, "decision", f"?decision={second}", language)[1]
        assert "approved" not in shown(app, "list", "?customer=A", language)[1]


def test_it_is_void_once_what_it_rests_on_has_changed_and_says_what(context, tmp_path):
    number, waits = asked(context), asked(context, "?customer=A&amount=9000")
    decided(context, number)
    # an invoice of before its figures, which no load had brought yet
    books(tmp_path / "store", invoice("OLD", "A", "2026-03-30", "4000.00", due="2026-04-30"))
    found = stands(context, number)
    assert found.stands == "void"
    assert [one.name for one in found.void] == ["owed", "headroom"]
    reason = r"not those of today. Owed with the deal: 23,000.00\s€, it was 9,000.00"
    with pytest.raises(TandemError, match=reason):
        decided(context, waits, granted=0)
    for typed in ("NaN", "1e400", "half"):
        with pytest.raises(TandemError, match=r"is no number|cannot be"):
            decided(context, waits, granted=typed)
    decided(context, waits, "deal-decline", why="too much is open")
    assert stands(context, waits).stands == "declined"


def test_what_was_approved_and_what_is_ordered_count_against_the_limit_once(context):
    first = asked(context)
    decided(context, first)  # 10,000 on credit: all of the limit
    small = "?customer=A&amount=4000&margin=900"
    answer = desk_of(context.view(small)).answer
    assert (answer.known.coming, answer.granted.credit) == (10_000, 0)
    assert "10,000.00 € ordered or approved and not yet invoiced" in words(
        told(answer.tests[0].says, context.view(small).f)
    )
    run = CliRunner().invoke(cli, ["deal", "--store", str(context.store.folder), "--customer", "A",
                                   "--amount", "4000", "--format", "json"])  # fmt: skip
    assert json.loads(run.output)["known"]["coming"] == "10000.00"
    # whoever says what is ordered says all of it: the approved deal is among it
    context.memory.say("Sales", "A", Backlog(D(12_000), "EUR"))
    assert desk_of(context.view(small)).answer.known.coming == 12_000
    # of the deal itself only what is ordered besides it counts, and what came after it does not
    found = stands(context, first)
    assert [one.name for one in found.void if one.name == "owed"] == ["owed"]
    assert next(one for one in found.void if one.name == "owed").now == 12_000
    text = shown(create_app(context.store, pages=(deal.PAGE,)), "list", "?customer=A")[1]
    assert "12,000.00 € ordered and not yet invoiced" in text
    # the same deal asked again takes its place, and does not stand in its own way
    again = again_link(context.view(f"?decision={first}")).removeprefix("/deal")
    assert desk_of(context.view(again)).answer.known.coming == 2_000


def test_who_approves_says_until_when_and_when_it_is_looked_at_again(context):
    number, day = asked(context), today()
    for until, review in ((day - timedelta(1), day), (day, day + timedelta(1)), ("soon", "later")):
        with pytest.raises(TandemError, match=r"It holds until|is no day"):
            decide(context, context.view(f"?decision={number}"), "deal-approve", "Credit", "half",
                   10_000, (str(until), str(review)))  # fmt: skip
    days = (str(day + timedelta(90)), str(day + timedelta(45)))
    decide(context, context.view(f"?decision={number}"), "deal-approve", "Credit", "half", 10_000,
           days)  # fmt: skip
    case = stands(context, number).case
    assert (str(case.valid_until), str(case.review_on)) == days


def test_a_yes_of_the_rules_below_the_floor_is_the_decision_but_for_a_person(context):
    small = "?customer=A&amount=4000&margin=900"
    assert stands(context, asked(context, small)).stands == "holds"
    above = stands(context, asked(context, "?customer=A&amount=5000.01&margin=900"))
    assert (above.kept.desk.answer.answer, above.stands) == ("yes", "waiting")
    context.memory.say("Credit", "A", Person(True))
    number = asked(context, small)
    assert stands(context, number).stands == "waiting"
    decided(context, number, "deal-withdraw", who="Sales", why="")
    assert stands(context, number).stands == "withdrawn"


def test_the_customers_memory_leads_to_the_figures(context):
    number = asked(context)
    decided(context, number, "deal-decline", why="not now")
    app = create_app(context.store, pages=(customer_page.PAGE,))
    found = ask(app, "customer-memory-body.children", "?customer=A")
    children = found["customer-memory-body"]["children"]
    assert str(children).count(f"/deal?decision={number}") == 2
    assert "20,000.00 €, to be paid within 30 days" in words(children).replace("\xa0", " ")


def test_what_lost_says_so(context, tmp_path):
    number = asked(context, "?customer=A&amount=4000&margin=900")
    books(
        tmp_path / "store",
        invoice("N1", "A", "2026-04-01", "4000.00", due="2026-05-01"),
        write_off("W1", "A", "2026-04-30", "4000.00"),
        matches=[match("N1", "W1")],
    )
    assert stands(context, number).outcome.lost == 4_000
    # every test let it through, and it was lost: one error of the rules; the other is none
    app = create_app(context.store, pages=(deal.PAGE,))
    found = ask(app, "deal-bill-head.children", "?months=36")
    head, body = (words(found[f"deal-bill-{k}"]["children"]) for k in ("head", "body"))
    assert "0 € that the rules held was paid after all, 4.0 k€" in head.replace("\xa0", " ")
    assert "Limit and headroom" in body


@pytest.mark.parametrize(
    ("search", "why", "reason"),
    [
        (ASKED, " ", "Say why"),
        (f"{ASKED}&country=BE", "x", "Clear the filters"),
        (f"{ASKED}&as_of=2026-02-28", "x", "Clear the filters"),
        ("?customer=A", "x", "Name a customer and an amount"),
        (f"{ASKED}&again=nothing", "x", "No decision has this address"),
    ],
)
def test_what_cannot_be_asked_says_why(context, search, why, reason):
    with speaking("en"), pytest.raises(TandemError, match=reason):
        put(context, context.view(search), "Sales", why)
    assert context.memory.revision() == 0


def test_an_account_approves_up_to_its_level(context, monkeypatch):
    number = asked(context)  # 10,000 on credit would be the lowest level's
    levels = ("", "Gone", "Credit manager")
    for reader in (Reader("Cris", CREDIT, Scope(), "cris", level) for level in levels):
        monkeypatch.setattr(context, "reader", lambda reader=reader: reader)
        if reader.approves != "Credit manager":
            with pytest.raises(TandemError, match="May approve it: Credit manager"):
                decided(context, number, granted=9_000)
    decided(context, number, granted=9_000)
    assert stands(context, number).stands == "holds"


def test_the_role_says_who_may_ask_and_who_may_decide(context, monkeypatch):
    number = asked(context)
    live, kept = context.view(ASKED), context.view(f"?decision={number}")
    decides = {"deal-withdraw", "again", "deal-approve", "deal-decline"}
    for role, may in ((SALES, {"deal-withdraw", "again"}), (CREDIT, decides)):
        monkeypatch.setattr(context, "reader", lambda role=role: Reader("Ann", role))
        assert offers(live, context)[0] == {"deal-put"}
        assert offers(kept, context) == (may, "10000.00")
    # who sees a part of the customers sees what was asked on the figures of that part alone
    own = Scope.of({"country": ("BE",)})
    monkeypatch.setattr(context, "reader", lambda: Reader("Ann", SALES, own, "ann"))
    view = context.view(f"?decision={number}")
    assert cases_of(view) == []
    with pytest.raises(TandemError, match="No decision has this address"):
        desk_of(view)
    line = put(context, context.view(ASKED), "", "mine")
    assert isinstance(line.said, DealAsked)
    assert line.said.part == own.text
    assert [case.line.id for case in cases_of(context.view("?"))] == [line.id]
