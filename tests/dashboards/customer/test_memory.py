"""What a page shows of the memory: by the day looked at, what became of it, and its file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboards.charts.said import sentence
from dashboards.customer.form import FIELDS, documents_of, made
from dashboards.customer.memory import MEMORY, memory_content, title_of, told
from dashboards.customer.say import act
from data.workspace.named import Named
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.keeping import Backlog, Erased, Owner, Person
from data.workspace.subjects.market import Priority, Sector
from data.workspace.subjects.matched import Matched
from data.workspace.subjects.note import Note
from data.workspace.subjects.plan import Plan, Settlement
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError
from data.workspace.subjects.work import Contact, Correspondence, Snooze
from tests.pages import loaded

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;A;2025-01-01;2025-01-31;100.00
F2;A;2025-01-05;2025-02-04;250.00
F3;B;2025-01-06;2025-02-05;80.00
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference
P1;A;2025-02-10;100.00;F1
P2;B;2025-03-31;80.00;F3
"""


@pytest.fixture
def context(tmp_path):
    made = loaded(tmp_path, INVOICES, PAYMENTS)
    yield made
    made.memory.close()


def view(context, day=""):
    return context.view(f"?customer=A{day and f'&as_of={day}'}")


def say(context, said, day, note="", documents=()):
    return context.memory.say("Anna", "A", said, note, documents, datetime(*day, 12, tzinfo=UTC))


def promise(amount, day):
    return Promise(Decimal(amount), "EUR", date(2025, *day))


def states(context, day=""):
    return {one.line.note or one.line.subject: one.state for one in told(view(context, day))}


def test_a_past_day_shows_what_was_said_by_then_and_the_last_day_all_of_it(context):
    say(context, Note(), (2025, 1, 20), "early")
    gone = say(context, promise(100, (2, 8)), (2025, 2, 1), "kept")
    say(context, promise(250, (2, 20)), (2025, 2, 3), "broken")
    say(context, Note(), (2026, 5, 5), "after the data")
    assert states(context, "2025-01-19") == {}
    assert states(context, "2025-02-02") == {"early": "", "kept": "open"}
    assert states(context, "2025-02-10") == {"early": "", "kept": "kept", "broken": "open"}
    assert states(context) == {
        "after the data": "", "broken": "broken", "kept": "kept", "early": "",
    }  # fmt: skip
    context.memory.take_back("Bob", gone.id)
    # what it was paid with is another one's now, too late for that
    assert states(context)["kept"] == "taken_back"


def test_each_line_stands_beside_the_figures_of_its_day(context):
    say(context, Note(), (2024, 6, 1), "before")
    say(context, Note(), (2025, 1, 3), "one open")
    say(context, Note(), (2025, 2, 5), "late")
    say(context, Note(), (2027, 1, 1), "after")
    found = {one.line.note: (one.owed, one.overdue) for one in told(view(context))}
    assert found == {
        "before": (None, None),
        "one open": (100, 0),
        "late": (350, 350),
        "after": (250, 250),
    }


def test_terms_and_limits_are_replaced_and_end_and_disputes_are_settled(context):
    say(context, Terms(30), (2025, 1, 1), "first")
    say(context, Terms(60), (2025, 2, 1), "second")
    say(context, Limit(Decimal(5), "EUR", date(2025, 2, 28)), (2025, 1, 1), "limit")
    dispute = say(context, Dispute(Decimal(5), "EUR", "price"), (2025, 2, 1), "dispute")
    assert states(context, "2025-01-15") == {"first": "holds", "limit": "holds"}
    assert states(context, "2025-02-28") == {
        "first": "replaced", "second": "holds", "limit": "holds", "dispute": "open",
    }  # fmt: skip
    end = say(context, Settled(dispute.id, "paid"), (2025, 3, 1), "end")
    assert states(context) == {
        "first": "replaced", "second": "holds", "limit": "ended", "dispute": "settled", "end": "",
    }  # fmt: skip
    context.memory.take_back("Bob", end.id)
    assert states(context)["dispute"] == "open"


def test_the_title_says_what_waits(context):
    assert title_of(told(view(context)), view(context)) == "Memory"
    say(context, promise(250, (2, 20)), (2025, 2, 3))
    say(context, Dispute(Decimal(5), "EUR", "price"), (2025, 2, 1))
    found = title_of(told(view(context)), view(context))
    assert found.replace("\xa0", " ") == "Memory: 1 of 1 promise broken, 5 € disputed"


def test_a_form_says_what_it_holds(context):
    shown = view(context)
    (document,) = documents_of(shown)
    assert document["value"] == "\tF2"
    empty = dict.fromkeys(FIELDS)
    said = empty | {"subject": "disputes", "amount": 12.3, "reason": "price",
                    "documents": ["\tF2", "\tnot theirs"], "settler": " Sales "}  # fmt: skip
    subject, documents = made(shown, said)
    assert subject == Dispute(Decimal("12.30"), "EUR", "price", "Sales")
    assert documents == [Named("", "F2")]
    limit = empty | {"subject": "said_limits", "amount": 0, "until": "2026-01-31", "percent": 90}
    assert made(shown, limit)[0] == Limit(Decimal(0), "EUR", date(2026, 1, 31), None, 90)
    for missing in ({"subject": "promises", "amount": 5}, {"subject": "disputes", "amount": 5},
                    {"subject": "promises", "day": "2025-01-01"}, {"subject": "said_terms"},
                    {"subject": "said_limits"}, {"subject": "nothing"},
                    {"subject": "promises", "amount": 5, "day": "tomorrow"},
                    {"subject": "plans", "amount": 5, "parts": 3},
                    {"subject": "plans", "amount": 5, "first": "2025-01-01"},
                    {"subject": "plans", "amount": 5, "first": "2025-01-01", "parts": 1},
                    {"subject": "settlements", "amount": 6, "owed": 5, "day": "2025-01-01"},
                    {"subject": "owners"}, {"subject": "priorities"}, {"subject": "persons"},
                    {"subject": "said_sectors"}, {"subject": "said_sectors", "sector": "horeca"},
                    {"subject": "contacts", "verb": "call"}, {"subject": "snoozes"},
                    {"subject": "snoozes", "waiting": "absent"}, {"subject": "correspondence"},
                    {"subject": "correspondence", "language": "nl", "email": "not one"},
                    {"subject": "backlogs"}, {"subject": "views"}):  # fmt: skip
        with pytest.raises(SaidError):
            made(shown, empty | missing)


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({"subject": "plans", "amount": 900, "parts": 3, "first": "2025-01-31", "interest": 1},
         Plan(Decimal(900), "EUR", date(2025, 1, 31), 3, Decimal(1))),
        ({"subject": "settlements", "amount": 80, "owed": 100, "day": "2025-01-31"},
         Settlement(Decimal(100), Decimal(80), "EUR", date(2025, 1, 31))),
        ({"subject": "backlogs", "amount": 0}, Backlog(Decimal(0), "EUR")),
        ({"subject": "owners", "owner": " Sales "}, Owner("Sales")),
        ({"subject": "priorities", "level": "more"}, Priority("more", "customer", "A")),
        ({"subject": "persons", "person": "yes"}, Person(True)),
        ({"subject": "said_sectors", "sector": "4711"}, Sector("47.11")),
        ({"subject": "contacts", "verb": "call", "outcome": "missed", "contact": " Jo "},
         Contact("call", "missed", "", "Jo")),
        ({"subject": "snoozes", "waiting": "absent", "back": "2025-03-01"},
         Snooze("absent", date(2025, 3, 1))),
        ({"subject": "correspondence", "language": "de", "email": "buch@a.example"},
         Correspondence("de", "buch@a.example")),
        ({"subject": "said_limits", "amount": 5, "advised": 3},
         Limit(Decimal(5), "EUR", advised=Decimal(3))),
    ],
)  # fmt: skip
def test_a_form_says_every_subject(context, said, subject):
    assert made(view(context), dict.fromkeys(FIELDS) | said) == (subject, [])


def test_parts_of_a_plan_are_judged_by_the_payments(context):
    plan = Plan(Decimal(80), "EUR", date(2025, 2, 10), 2)
    context.memory.say("Anna", "A", plan, "plan", at=datetime(2025, 2, 1, 12, tzinfo=UTC))
    assert states(context, "2025-02-09") == {"plan": "open"}
    # 100.00 came on the 10th: both parts are paid
    assert states(context, "2025-02-10") == {"plan": "kept"}
    say(context, Plan(Decimal(400), "EUR", date(2025, 2, 10), 2), (2025, 2, 1), "more")
    say(context, Settlement(Decimal(250), Decimal(20), "EUR", date(2025, 2, 5)), (2025, 2, 1), "s")
    assert states(context) == {"plan": "broken", "more": "broken", "s": "broken"} | {
        key: state for key, state in states(context).items() if state in ("kept", "part_kept")
    }


def test_the_sector_by_hand_has_the_books_made_anew_and_so_has_taking_it_back(context):
    said = dict.fromkeys(FIELDS) | {"subject": "said_sectors", "sector": "43.21"}
    assert act(context.memory, view(context), "Anna", "say-keep", said)
    (line,) = context.memory.lines("A")
    assert act(context.memory, view(context), "Anna", {"type": "memory-back", "id": line.id}, {})
    note = dict.fromkeys(FIELDS) | {"subject": "notes", "note": "Called"}
    assert not act(context.memory, view(context), "Anna", "say-keep", note)


def test_what_was_written_of_a_person_can_be_erased_and_nothing_else(context):
    say(context, Note(), (2025, 1, 2), "ill since May")
    say(context, Limit(Decimal(5), "EUR", security="his house"), (2025, 1, 2))
    context.memory.say("Anna", "B", Note(), "of B")
    erase = {"type": "memory-erase", "at": "customer"}
    before = shown_figures(context)
    with pytest.raises(SaidError, match="natural person"):
        act(context.memory, view(context), "Bob", erase, {})
    say(context, Person(True), (2025, 1, 3))
    assert "memory-erase" in str(memory_content(view(context), True).body)
    act(context.memory, view(context), "Bob", erase, {})
    lines = context.memory.lines("A")
    assert [line.note for line in lines] == ["", "", "", ""]
    assert lines[1].said == Limit(Decimal(5), "EUR")
    assert lines[-1].said == Erased(3)
    assert context.memory.lines("B")[0].note == "of B"
    assert shown_figures(context) == before
    whole = (context.store.folder / "workspace.sqlite").read_bytes()
    assert b"ill since May" not in whole
    assert b"his house" not in whole


def shown_figures(context):
    return context.view("").answer("receivables").to_pylist()


def test_a_button_speaks_of_this_customer_only(context):
    other = context.memory.say("Anna", "B", Note(), "other")
    with pytest.raises(SaidError):
        act(context.memory, view(context), "Bob", {"type": "memory-back", "id": other.id}, {})
    assert context.memory.lines("B")[0].holds


def test_the_file_holds_all_of_it_and_no_page_is_older(context):
    before = context.moment()
    for number in range(30):
        say(context, Note(), (2025, 1, 1 + number % 28), f"=note {number}")
    assert context.moment() != before
    assert {row["note"] for row in filed(context)} == {f"=note {number}" for number in range(30)}
    line = context.memory.lines("A")[0]
    context.memory.take_back("Bob", line.id)
    assert [row["back_by"] for row in filed(context) if row["back_by"]] == ["Bob"]


def test_each_customer_day_and_language_has_a_file_of_its_own(context):
    say(context, Note(), (2025, 1, 3), "of A")
    context.memory.say("Anna", "B", Note(), "of B", at=datetime(2025, 1, 4, tzinfo=UTC))
    searches = ("?customer=A", "?customer=B", "?customer=A&as_of=2025-01-02")
    files = [[row["note"] for row in filed(context, search)] for search in searches]
    assert files == [["of A"], ["of B"], []]


def filed(context, search="?customer=A"):
    shown = context.view(search)
    statement = MEMORY.statement(shown, {})
    return shown.query(statement.sql, statement.parameters)


def test_who_waits_is_back_on_the_list_on_its_day(context):
    say(context, Snooze("absent", date(2025, 3, 1)), (2025, 2, 1))
    assert states(context, "2025-02-28") == {"snoozes": "holds"}
    assert states(context, "2025-03-01") == {"snoozes": "ended"}


def test_every_subject_has_words(context):
    for said in (promise(5, (1, 1)), Dispute(Decimal(5), "EUR", "price", "Sales"), Terms(1),
                 Limit(Decimal(9), "EUR", date(2026, 1, 1), Decimal(5), 90, "pledge"),
                 Contact("dun", "sent", "Formal notice"), Snooze("absent", date(2026, 1, 1)),
                 Correspondence("fr"), Settled("x", "paid"), Owner("Sales"),
                 Backlog(Decimal(0), "EUR"), Person(True),
                 Person(False), Priority("less", "customer", "A"), Erased(3), Sector("47.11"),
                 Plan(Decimal(9), "EUR", date(2026, 1, 1), 3, Decimal(1)), Matched("undo"),
                 Matched("confirm", Decimal(5)), Matched("confirm"),
                 Settlement(Decimal(9), Decimal(5), "EUR", date(2026, 1, 1))):  # fmt: skip
        line = say(context, said, (2025, 1, 1))
        assert sentence(line, view(context))
