"""The page of today's work: its rows, its table, and what acting on a row keeps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.server import create_app
from dashboards.work import acting, asked
from dashboards.work.asked import listed, worklist_of
from dashboards.work.listing import WORK
from dashboards.work.rows import headline_words, today_content
from data.core.rights import EXECUTIVE, Reader
from data.workspace.subjects.keeping import Owner
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError
from data.workspace.subjects.work import Contact, Snooze
from metrics.decide.alarms.signs import Broken, Later, Sign, Signs
from metrics.decide.work.today import Row
from tests.ledgers import customer, invoice, match, payment, publish
from tests.pages import ask, query, words

D = Decimal
LAST = date(2026, 3, 31)
DEBTORS = ("A", "B", "C")


def books(folder):
    """Publish three customers: they pay after 45 to 91 days, and owe 160,000 to 400,000, late."""
    documents, matches = [], []
    for place, who in enumerate(DEBTORS):
        for n in range(24):
            day = LAST - timedelta(100 + 10 * n)
            paid = day + timedelta(45 + 2 * n)
            documents.append(
                invoice(f"{who}{n}", who, str(day), "1000.00", due=str(day + timedelta(30)))
            )
            if paid <= LAST:
                documents.append(payment(f"P{who}{n}", who, str(paid), "1000.00"))
                matches.append(match(f"{who}{n}", f"P{who}{n}"))
        documents.append(
            invoice(f"O{who}", who, "2026-02-09", 400_000 - 120_000 * place, due="2026-03-11")
        )
    documents.append(invoice("N", "D", str(LAST), "5.00", due="2026-04-30"))
    customers = [
        customer(who, name=f"Firma {who}", sector="47.11", country="BE", salesperson=seller)
        for who, seller in zip(DEBTORS, ("Ann", "Bo", "Ann"), strict=True)
    ]
    return publish(folder, documents, matches, customers)


@pytest.fixture
def context(tmp_path):
    return Context(books(tmp_path))


def listed_numbers(context, which="today", **keys):
    return [one.account.number for one in listed(context.view(query(**keys)), which)]


def said(context, *subjects):
    return [(x.customer, x.said) for x in context.memory.lines() if isinstance(x.said, subjects)]


def test_the_page_says_who_is_worth_a_step_and_each_number_of_it(context):
    view = context.view("")
    assert listed_numbers(context) == ["A", "B", "C"]
    head = headline_words(view)
    assert head.startswith("3 customers today, 36 min: ")
    content = today_content(view, may=True)
    text = words(json.loads(json.dumps(content.body.to_plotly_json(), default=vars_of)))
    for part in ("Firma A", "is overdue, the oldest for 20 days", "Expected loss avoided",
                 "no loss history: no write-off is known", "its own 2"):  # fmt: skip
        assert part in text
    row = worklist_of(view)[0]
    rows = view.query(*statement_of(view))
    assert rows[0]["gain"] == row.gain == row.worth.interest - row.worth.cost
    assert sum(one["minutes"] for one in rows) == 36


def vars_of(component):
    return component.to_plotly_json()


def statement_of(view, **params):
    statement = WORK.statement(view, params)
    return statement.sql, statement.parameters


def act(context, number, what=acting.ACT, outcome="reached", **more):
    view = context.view("")
    row = acting._row(view, {"customer": number, "what": what})
    made = (
        acting.contact(view, row, outcome, "Ms Maes", more.get("amount"), more.get("day"))
        if what == acting.ACT
        else [acting.snooze(view, more.get("reason", "absent"), more.get("day"))]
    )
    return acting.keep_all(context, row, made, "An", more.get("note", ""))


def test_who_was_asked_leaves_the_list_and_comes_back_once_it_is_taken_back(context):
    (line,) = act(context, "A", note="Calls back on Friday")
    assert said(context, Contact) == [("A", Contact("call", "reached", "", "Ms Maes"))]
    assert listed_numbers(context) == ["B", "C"]
    assert listed_numbers(context, "away") == ["A"]
    context.memory.take_back("An", line.id)
    assert listed_numbers(context) == ["A", "B", "C"]


def test_what_was_promised_is_kept_beside_the_contact(context):
    act(context, "A", outcome="promised", amount="20000", day="2027-04-10")
    assert said(context, Promise) == [("A", Promise(D(20_000), "EUR", date(2027, 4, 10)))]
    (row,) = listed(context.view(""), "away")
    assert (row.state, row.back_on) == ("alone", date(2027, 4, 14))
    with pytest.raises(SaidError, match="by which day"):
        act(context, "B", outcome="promised", amount="20000")
    with pytest.raises(SaidError, match="amount"):
        act(context, "B", outcome="promised", amount="x", day="2027-04-10")
    assert listed_numbers(context) == ["B", "C"]


def test_who_was_taken_off_is_back_on_its_day_by_itself(context):
    act(context, "B", acting.WAIT, day="2026-04-10")
    assert said(context, Snooze) == [("B", Snooze("absent", date(2026, 4, 10)))]
    assert listed_numbers(context) == ["A", "C"]
    view = context.view("")
    (row,) = view.query(*statement_of(view, shown="away"))
    assert (row["state"], row["back_on"]) == ("away", date(2026, 4, 10))
    assert row["reason"] == "Whoever decides there is away"
    for day in ("2026-03-31", "2028-01-01", "", "soon"):
        with pytest.raises(SaidError):
            act(context, "A", acting.WAIT, day=day)


def test_the_file_of_today_is_todays_whatever_the_table_lists(context):
    act(context, "A")
    client = create_app(context.store).server.test_client()
    address = "/download/list.csv?shown=away&list="
    files = {name: client.get(address + name).text for name in ("work-today", "work")}
    assert "Firma B" in files["work-today"]
    assert "Firma A" not in files["work-today"]
    assert "Comes back" not in files["work-today"]
    assert "Firma A" in files["work"]
    assert "Firma B" not in files["work"]
    assert "Comes back" in files["work"]


def test_filters_and_owners_leave_their_customers(context):
    context.memory.say("An", "C", Owner("Cora"))
    assert listed_numbers(context, salesperson="Ann") == ["A", "C"]
    assert listed_numbers(context, owner="Cora") == ["C"]


def test_a_step_takes_its_papers_along(context):
    view, client = context.view(""), create_app(context.store).server.test_client()
    account = worklist_of(view)[0].account
    link = acting._link(view, Row(account, "today", "remind", oldest=20))
    assert client.get(link.href).content_type.startswith("text/html")
    link = acting._link(view, Row(account, "today", "hand_over", oldest=20))
    assert link.href.startswith(f"/handover?customer={account.number}")
    assert acting._link(view, Row(account, "today", "call")) is None


def test_a_change_for_the_worse_stands_on_the_row_and_in_the_file(context, monkeypatch):
    view, gone = context.view(""), Broken(1, D(10), LAST)
    later = Later(3.0, 20.0, 9, 0, LAST)
    signs = Signs({"A": Sign("A", later=later, broken=gone), "B": Sign("B", broken=gone)})
    monkeypatch.setattr(asked, "signs_of", lambda _view: signs)
    drawn = str(today_content(view, may=True).body)
    said = "usually pays 3 days after due, now 20 days after due"
    assert drawn.count("Early sign: ") == drawn.count(f"Early sign: {said}") == 1
    rows = {row["customer"]: row["sign"] for row in view.query(*statement_of(view))}
    assert rows == {"A": said, "B": "", "C": ""}


def test_who_may_not_say_it_sees_the_list_without_buttons(context):
    view = context.view("")
    assert acting.may_act(context, view)
    boss = SimpleNamespace(reader=lambda: Reader("Eva", EXECUTIVE, login="eva"),
                           memory=context.memory)  # fmt: skip
    assert not acting.may_act(boss, view)
    assert not acting.may_act(context, context.view(query(as_of="2026-02-28")))
    drawn = str(today_content(view, may=False).body)
    assert "work-act" not in drawn
    assert "Firma A" in drawn


def test_a_click_opens_the_form_and_keeping_it_answers_what_was_kept(context):
    app = create_app(context.store)
    click = {"customer": "A", "what": "act"}
    opened = ask(app, "work-modal.opened", work_ask=click)
    assert opened["work-modal"] == {"opened": True, "title": "Call: Firma A"}
    kept = ask(app, "work-said.data", changed="work-keep.n_clicks", work_keep=1, work_ask=click,
               work_outcome="reached", who="An")  # fmt: skip
    assert kept["work-status"]["children"] == "Kept: Call: Firma A."
    undone = ask(app, "work-said.data", changed="work-undo.n_clicks", work_undo=1, who="An",
                 work_last=kept["work-last"]["data"], work_said=1)  # fmt: skip
    assert undone["work-said"]["data"] == 2
    assert listed_numbers(context) == ["A", "B", "C"]
    # nobody says it: nothing is kept, and the form says why
    refused = ask(app, "work-said.data", changed="work-keep.n_clicks", work_keep=2, work_ask=click,
                  work_outcome="reached")  # fmt: skip
    assert words(refused["work-refused"]["children"])
    assert "work-said" not in refused
    assert ask(app, "work-modal.opened", work_ask={"customer": "Z", "what": "act"}) == {}


@pytest.mark.parametrize(("language", "said"), [("nl", "klanten vandaag"), ("fr", "aujourd’hui")])
def test_it_speaks_the_readers_language(context, language, said):
    with speaking(language):
        assert said in headline_words(context.view(""))
