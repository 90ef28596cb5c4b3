"""What changed between two days: counted by hand, and every number leads to its rows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.base.grid import totals
from dashboards.changes.lists import CHANGES, KINDS, since_of
from dashboards.changes.page import headline, listed, moved, news, since_choice
from dashboards.frame.download import list_download
from dashboards.frame.written import download_table
from data.core.calendar import working_day_before
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.promise import Promise
from metrics.review.changes import KINDS as ALL
from tests.pages import loaded, words

# Friday 28 February 2025, and the Monday after it
FRIDAY, MONDAY = date(2025, 2, 28), date(2025, 3, 3)
INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount;Country
F1;A;2025-01-01;2025-01-31;100.00;BE
F2;A;2025-01-29;2025-02-28;250.00;BE
F3;B;2025-02-01;2025-03-03;80.00;NL
F4;B;2025-03-03;2025-04-02;600.00;NL
F5;B;2025-01-30;2025-03-01;40.00;NL
F6;A;2025-01-10;2025-02-10;70.00;BE
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference
P1;A;2025-03-03;100.00;F1
P2;A;2025-03-03;30.00;F2
P6;A;2025-02-20;70.00;F6
P7;A;2025-03-03;-70.00;P6
"""


def plain(part):
    return json.loads(json.dumps(part, cls=PlotlyJSONEncoder))


def texts(part):
    return " ".join(words(plain(part)).split())


@pytest.fixture
def context(tmp_path):
    made = loaded(tmp_path, INVOICES, PAYMENTS)

    def say(customer, said, *day):
        return made.memory.say("Anna", customer, said, "", (), datetime(2025, *day, 12, tzinfo=UTC))

    say("A", Promise(Decimal(100), "EUR", MONDAY), 2, 1)
    say("B", Promise(Decimal(40), "EUR", date(2025, 2, 25)), 2, 1)
    say("B", Promise(Decimal(80), "EUR", date(2025, 3, 20)), 2, 1)
    say("B", Limit(Decimal(500), "EUR"), 2, 2)
    say("A", Dispute(Decimal(20), "EUR", "quality"), 2, 11)
    say("A", Dispute(Decimal(25), "EUR", "price"), 3, 2)
    say("A", Limit(Decimal(9000), "EUR", date(2025, 3, 1)), 1, 2)
    say("A", Terms(30, date(2025, 5, 1)), 1, 2)
    yield made
    made.memory.close()


def rows(context, search="", names=("what", "customer", "document_id", "amount", "state")):
    view = context.view(search)
    statement = CHANGES.statement(view, {})
    found = view.query(statement.sql, statement.parameters)
    return sorted((tuple(row[name] for name in names) for row in found), key=str)


def test_it_compares_with_the_last_working_day(context):
    assert [working_day_before(date(2025, 3, day)) for day in range(1, 6)] == [
        FRIDAY, FRIDAY, FRIDAY, MONDAY, date(2025, 3, 4),
    ]  # fmt: skip
    assert since_of(context.view("")).day == FRIDAY
    assert since_of(context.view("?since=week")).day == date(2025, 2, 24)
    assert since_of(context.view("?since=month")).day == FRIDAY
    assert since_of(context.view("?since=2025-01-15")).day == date(2025, 1, 15)
    for wrong in ("2025-03-03", "2026-01-01", "yesterday"):
        view = context.view(f"?since={wrong}")
        assert (since_of(view).day, since_of(view).refused) == (FRIDAY, wrong)
        assert f"“{wrong}” is no earlier day" in texts(since_choice(view))
    # a day that nobody can ask about is refused, and none fails
    assert since_of(context.view("?since=0001-01-01")).refused


def test_all_that_happened_between_two_days(context):
    assert rows(context) == [
        ("dispute", "A", "", 25, "price"),
        ("ending", "A", "", 9000, "ended"),
        ("ending", "A", "", None, "soon"),
        ("invoiced", "B", "F4", 600, ""),
        ("over_limit", "B", "", 220, ""),
        ("overdue", "A", "F2", 220, ""),
        ("overdue", "A", "F6", 70, ""),
        ("overdue", "B", "F5", 40, ""),
        ("paid", "A", "F1", 100, "whole"),
        ("paid", "A", "F2", 30, "part"),
        ("promise", "A", "", 100, "kept"),
        ("promise", "B", "", 40, "broken"),
        ("received", "A", "P1", -100, ""),
        ("received", "A", "P2", -30, ""),
        ("returned", "A", "P7", 70, ""),
    ]
    assert rows(context, "?what=overdue&country=NL") == [("overdue", "B", "F5", 40, "")]
    assert rows(context, "?what=nonsense") == rows(context)
    assert set(KINDS) == set(ALL)
    # on the day before, nothing of it was known
    assert rows(context, f"?as_of={FRIDAY}", ("what",)) == []


def test_a_document_comes_from_its_line(context):
    found = rows(context, "?what=overdue", ("document_id", "file", "line"))
    assert found[:1] == [("F2", "invoices.csv", 3)]


def test_receivables_then_and_now_tie(context):
    view = context.view("")
    content = moved(view)
    said = texts(content.body)
    assert content.title.replace("\xa0", " ") == "Receivables rose by 540 €"
    assert "Receivables on 28 Feb 2025 470" in said
    assert "Receivables on 3 Mar 2025 1,010" in said
    for line in ("Invoiced 1 +600", "Received 2 −130", "Returned and refunded 1 +70"):
        assert line in said
    assert content.explain.metric == "movements"
    assert content.explain.since == "2025-02-28"
    said = texts(headline(view))
    assert said.startswith("Receivables rose by 540 € to 1.0 k€ since 28 Feb 2025")
    assert "3 documents fell overdue" in said


def test_every_number_leads_to_its_rows(context):
    view = context.view("?changes.amount=greaterThan.5&since=week")
    body = json.dumps(plain(news(view).body))
    for what in ("overdue", "paid", "over_limit", "promise", "dispute", "ending"):
        # what was set in the columns was about other rows
        assert f'"?since=week&what={what}"' in body
    for what in ("overdue", "received"):
        view = context.view(f"?what={what}")
        found = totals(view, CHANGES, {})
        assert found["amount"] == sum(row[3] for row in rows(context, f"?what={what}"))
        assert listed(view).title.startswith(f"{KINDS[what]}: {found['rows']}")
    # amounts of several kinds do not add up
    assert totals(context.view(""), CHANGES, {})["amount"] is None


def test_the_file_says_what_it_holds(context):
    view = context.view("?what=promise")
    made = list_download(view, CHANGES, {}, {})
    text = download_table(made, view.state.engine, "csv").decode()
    assert "Promises that fell due since 28 Feb 2025" in text
    assert '"A"' in text or ",A," in text


def test_nothing_happened(context):
    view = context.view("?as_of=2025-01-20&since=2025-01-15")
    assert news(view).title == "Nothing else happened"
    assert moved(view).title == "Receivables stayed as they were"
    assert "as on" in texts(headline(view))
