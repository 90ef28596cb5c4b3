"""Who is proposed for erasure, since when and why; nobody where the policy sets no years."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboards.base.i18n import speaking
from dashboards.memory.retention import PERSONS, rows_of, title_of
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.keeping import Person
from data.workspace.subjects.note import Note
from tests.pages import loaded

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount;Country
F1;A;2022-01-01;2022-01-31;100.00;BE
F2;B;2022-01-05;2022-02-04;250.00;BE
F3;C;2022-01-06;2022-02-05;80.00;NL
F4;D;2022-01-06;2022-02-05;80.00;NL
F5;E;2024-03-01;2024-03-05;10.00;NL
F6;G;2024-06-01;2024-06-30;10.00;NL
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference
P1;A;2022-02-10;100.00;F1
P2;C;2022-02-28;80.00;F3
P3;D;2022-02-28;80.00;F4
P4;E;2024-03-20;10.00;F5
"""


@pytest.fixture
def context(tmp_path):
    made = loaded(tmp_path, INVOICES, PAYMENTS)
    at = datetime(2022, 3, 1, 12, tzinfo=UTC)
    for customer in "ABDEG":
        made.memory.say("Anna", customer, Person(True), at=at)
        made.memory.say("Anna", customer, Note(), f"on {customer}", at=at)
    made.memory.say("Anna", "C", Note(), "a company", at=at)
    # its free words are written of it, too
    said = Limit(Decimal(5), "EUR", security="a pledge")
    made.memory.say("Anna", "D", said, at=datetime(2022, 5, 1, 12, tzinfo=UTC))
    yield made
    made.memory.close()


def proposed(context, search="?"):
    return {r["customer"]: r["erasable_from"] for r in rows_of(context.view(search))}


def test_nobody_is_proposed_until_the_policy_says_when(context):
    view = context.view("?")
    assert rows_of(view) == []
    with speaking("en"):
        assert "the policy sets no number of years" in title_of(view)


def test_who_is_closed_for_long_is_proposed_with_day_and_reason(context):
    (context.store.folder / "policy.toml").write_text(
        "retention = [{ value = 2 }, { since = 2024-03-15, value = 1 }]\n"
    )
    # B owes still, C is a company, E is closed since this month
    assert proposed(context) == {"A": date(2023, 2, 10), "D": date(2023, 2, 28)}
    assert proposed(context, "?as_of=2024-02-27") == {"A": date(2024, 2, 10)}
    assert proposed(context, "?as_of=2022-06-30") == {}
    # G has no document yet: its years count from what was said last
    assert proposed(context, "?as_of=2024-03-10")["G"] == date(2024, 3, 1)
    view = context.view("?country=NL")
    statement = PERSONS.statement(view, {})
    (row,) = view.query(statement.sql, statement.parameters)
    assert (row["customer"], row["written"], row["said_on"]) == ("D", 2, date(2022, 5, 1))
    with speaking("en"):
        words = rows_of(view)[0]["reason"].replace("\xa0", " ")
        assert "closed on 10 Feb 2022, and the policy keeps notes for 1 year" in words
        assert title_of(view) == "What was written of 1 natural person may be erased"
    # erasing is a person's act, after which nothing is proposed of that one
    context.memory.erase("Anna", "D")
    assert proposed(context) == {"A": date(2023, 2, 10)}
