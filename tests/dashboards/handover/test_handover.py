"""The page that hands over: the points, what is decided, what came in since, and the outcome."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.handover.acting import hand_back, hand_over, may_act
from dashboards.handover.asked import barred_words, candidates_of, handed_of, shown_of
from dashboards.handover.panels import handed_content, headline_words, proposed_content
from dashboards.server import create_app
from data.core.rights import CREDIT, EXECUTIVE, SALES, Reader
from data.workspace.line import day_of
from data.workspace.subjects.handing import HandedOver
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError
from tests.ledgers import customer, invoice, match, payment, publish
from tests.pages import ask, query, words

D = Decimal
LAST = date(2026, 3, 31)


def books(folder):
    """Publish four customers: A and B late for long, C disputes it all, D owes little."""
    documents = [
        invoice("A1", "A", "2025-10-02", "9000.00", due="2025-11-01"),
        invoice("A2", "A", "2026-02-01", "1000.00", due="2026-03-03"),
        payment("PA", "A", "2026-03-20", "400.00"),
        invoice("B1", "B", "2025-11-01", "8000.00", due="2025-12-01"),
        invoice("C1", "C", "2025-10-02", "9000.00", due="2025-11-01", disputed=True),
        invoice("D1", "D", "2026-03-01", "100.00", due="2026-03-21"),
        invoice("D2", "D", str(LAST), "10.00", due="2026-04-30"),
    ]
    customers = [
        customer(who, name=f"Firma {who}", country="BE", salesperson=seller)
        for who, seller in zip("ABCD", ("Ann", "Bo", "Ann", "Ann"), strict=True)
    ]
    return publish(folder, documents, [match("A1", "PA")], customers)


@pytest.fixture
def context(tmp_path):
    return Context(books(tmp_path))


def numbers(context, **keys):
    return [one.account.number for one in shown_of(context.view(query(**keys)))]


def over(context, number="A", whom="Lawyer", why="No answer to three letters"):
    return hand_over(context, context.view(""), number, whom, D(250), "An", why)


def test_who_is_proposed_with_each_part_of_its_points(context):
    view = context.view("")
    assert numbers(context) == ["A", "B"]
    one = candidates_of(view)[0]
    assert (one.overdue, one.oldest) == (D(9600), 150)
    # 50 for 150 days, 48 for 9,600, half a year of five, 10,000 bought of 50,000
    assert (one.points.age, one.points.amount) == (50, 48)
    assert (one.points.relation, one.points.sales) == (-1, -4)
    said = words(proposed_content(view, may=True).body)
    for part in ("Firma A", "93", "9,600.00", "Hand over", "Dossier (.zip)"):
        assert part in said
    assert "Firma C" not in said
    assert headline_words(view).startswith("2 customers are proposed to be handed over: ")
    assert numbers(context, salesperson="Bo") == ["B"]


def test_whom_the_address_names_stands_first_or_it_is_said_why_not(context):
    assert numbers(context, customer="D") == ["D", "A", "B"]
    assert numbers(context, customer="B") == ["B", "A"]
    assert barred_words(context.view(query(customer="D"))) is None
    assert "Nothing of it is overdue" in str(barred_words(context.view(query(customer="C"))))
    context.memory.say("An", "B", Promise(D(10), "EUR", date(2099, 1, 1)))
    assert numbers(context, customer="B") == ["A"]
    view = context.view(query(customer="B"))
    assert "It promised" in words(proposed_content(view, may=True).body)


def test_what_is_handed_over_keeps_the_figures_of_the_day_and_leaves_the_list(context):
    revision = context.memory.revision()
    line = over(context)
    said = line.said
    assert (said.amount, said.cost, said.currency) == (D(9600), D(250), "EUR")
    assert (said.as_of, said.oldest, said.points, said.revision) == (LAST, 150, 93, revision)
    assert numbers(context) == ["B"]
    (one,) = handed_of(context.view(""))
    assert (one.name, one.amount, one.received, one.end) == ("Firma A", D(9600), D("0.00"), None)
    assert handed_of(context.view(query(salesperson="Bo"))) == []
    with pytest.raises(SaidError, match="any more"):
        over(context)
    context.memory.take_back("An", line.id)
    assert numbers(context) == ["A", "B"]
    assert handed_of(context.view("")) == []


def test_what_came_in_since_is_counted_from_the_day_of_the_figures(context):
    figures = (3, 0, "x", 90, 1, 2, 0, 0)
    context.memory.say(
        "An", "A", HandedOver("Lawyer", D(9000), "EUR", D(0), date(2026, 3, 1), *figures), "late"
    )
    (one,) = handed_of(context.view(""))
    assert one.received == D(400)
    assert "400.00" in words(handed_content(context.view(""), may=True).body)


def test_the_outcome_is_kept_and_who_is_handed_back_may_be_handed_over_again(context):
    line, view = over(context), context.view("")
    with pytest.raises(SaidError, match="how much"):
        hand_back(context, view, line.id, "recovered", D(0), D(0), "An", "")
    hand_back(context, view, line.id, "withdrawn", D(0), D(80), "An", "They pay")
    (one,) = handed_of(context.view(""))
    assert (one.back.outcome, one.back.cost) == ("withdrawn", D(80))
    assert "Withdrawn" in words(handed_content(context.view(""), may=True).body)
    assert numbers(context) == ["A", "B"]
    with pytest.raises(SaidError, match="any more"):
        hand_back(context, context.view(""), line.id, "lost", D(0), D(0), "An", "")


@pytest.mark.parametrize(
    ("whom", "why", "refused"), [("", "x", "to whom"), ("Lawyer", "", "Say why")]
)
def test_to_whom_and_why_are_said(context, whom, why, refused):
    with pytest.raises(SaidError, match=refused):
        over(context, whom=whom, why=why)


def test_sales_does_not_decide_and_nobody_does_on_a_past_day(context):
    view = context.view("")
    for role, may in ((SALES, False), (CREDIT, True), (EXECUTIVE, True)):
        reader = SimpleNamespace(reader=lambda role=role: Reader("Eva", role, login="eva"),
                                 memory=context.memory)  # fmt: skip
        assert may_act(reader, view) is may
    assert not may_act(context, context.view(query(as_of="2026-02-28")))
    assert "Hand over" not in words(proposed_content(view, may=False).body)


def test_a_click_opens_the_form_and_keeping_it_answers_what_was_kept(context):
    app = create_app(context.store)
    click = {"what": "over", "at": "A"}
    keep = {"changed": "handover-keep.n_clicks", "handover_keep": 1, "handover_ask": click,
            "handover_whom": "Lawyer", "handover_expected": 250}  # fmt: skip
    refused = ask(app, "handover-said.data", **keep, who="An")
    assert "handover-said" not in refused
    assert words(refused["handover-refused"]["children"])
    kept = ask(app, "handover-said.data", **keep, who="An", handover_note="No answer")
    assert kept["handover-status"]["children"] == "Kept: Hand over: Firma A."
    (line,) = context.memory.lines("A")
    assert (line.said.to_whom, line.note) == ("Lawyer", "No answer")
    assert line.said_on == day_of(line.at)


def test_both_lists_are_files(context):
    over(context)
    client = create_app(context.store).server.test_client()
    proposed = client.get("/download/list.csv?list=handover").text
    assert "Firma B" in proposed
    assert "Firma A" not in proposed
    handed = client.get("/download/list.csv?list=handed").text
    assert "Firma A" in handed
    assert "No answer to three letters" in handed


def test_nothing_is_said_where_there_is_nothing(context):
    view = context.view(query(salesperson="Ann", as_of="2025-10-20"))
    assert headline_words(view).startswith("Nobody is proposed to be handed over")
    assert "Nobody is proposed" in words(proposed_content(view, may=False).body)
    assert "stands here" in words(handed_content(view, may=False).body)


@pytest.mark.parametrize(("language", "said"), [("nl", "over te dragen"), ("fr", "à transmettre")])
def test_it_speaks_the_readers_language(context, language, said):
    with speaking(language):
        assert said in headline_words(context.view(""))
