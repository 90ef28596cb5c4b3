"""What a page shows of the memory: by the day looked at, what became of it, and its file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboards.charts.said import sentence
from dashboards.customer.memory import MEMORY, title_of, told
from dashboards.customer.say import act, documents_of, made
from data.workspace.memory import Named
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.note import Note
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError
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
    empty = dict.fromkeys(
        ("amount", "day", "reason", "documents", "owner", "days", "until", "insured", "percent",
         "security", "note"))  # fmt: skip
    said = empty | {"who": "Anna", "subject": "disputes", "amount": 12.3, "reason": "price",
                    "documents": ["\tF2", "\tnot theirs"], "owner": " Sales "}  # fmt: skip
    subject, documents = made(shown, said)
    assert subject == Dispute(Decimal("12.30"), "EUR", "price", "Sales")
    assert documents == [Named("", "F2")]
    limit = empty | {"subject": "said_limits", "amount": 0, "until": "2026-01-31", "percent": 90}
    assert made(shown, limit)[0] == Limit(Decimal(0), "EUR", date(2026, 1, 31), None, 90)
    for missing in ({"subject": "promises", "amount": 5}, {"subject": "disputes", "amount": 5},
                    {"subject": "promises", "day": "2025-01-01"}, {"subject": "said_terms"},
                    {"subject": "said_limits"}, {"subject": "nothing"},
                    {"subject": "promises", "amount": 5, "day": "tomorrow"}):  # fmt: skip
        with pytest.raises(SaidError):
            made(shown, empty | missing)


def test_a_button_speaks_of_this_customer_only(context):
    other = context.memory.say("Anna", "B", Note(), "other")
    with pytest.raises(SaidError):
        act(context.memory, view(context), {"type": "memory-back", "id": other.id}, {"who": "Bob"})
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


def test_every_subject_has_words(context):
    for said in (promise(5, (1, 1)), Dispute(Decimal(5), "EUR", "price", "Sales"), Terms(1),
                 Limit(Decimal(9), "EUR", date(2026, 1, 1), Decimal(5), 90, "pledge"),
                 Settled("x", "paid")):  # fmt: skip
        line = say(context, said, (2025, 1, 1))
        assert sentence(line, view(context))
