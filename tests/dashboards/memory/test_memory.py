"""The lists of all customers: what they hold under filters, on a day, and what the page says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Explain
from dashboards.frame.download import head, list_download
from dashboards.memory.lists import AGREED, DISPUTES, PROMISES, shown_of
from dashboards.memory.page import headline_words, soon_choice, title_of
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.promise import Promise
from tests.pages import loaded

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount;Country
F1;A;2025-01-01;2025-01-31;100.00;BE
F2;A;2025-01-05;2025-02-04;250.00;BE
F3;B;2025-01-06;2025-02-05;80.00;NL
F4;B;2025-03-31;2025-04-30;10.00;NL
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference
P1;A;2025-02-10;100.00;F1
"""


@pytest.fixture
def context(tmp_path):
    made = loaded(tmp_path, INVOICES, PAYMENTS)

    def say(customer, said, *day):
        at = datetime(2025, *day, 12, tzinfo=UTC)
        return made.memory.say("Anna", customer, said, "", (), at)

    say("A", Promise(Decimal(100), "EUR", date(2025, 2, 8)), 2, 1)
    say("A", Promise(Decimal(250), "EUR", date(2025, 2, 20)), 2, 3)
    say("B", Promise(Decimal(80), "EUR", date(2025, 4, 10)), 3, 1)
    dispute = say("B", Dispute(Decimal(30), "EUR", "price", "Sales"), 2, 1)
    say("A", Dispute(Decimal(20), "EUR", "quality"), 2, 11)
    say("B", Settled(dispute.id, "credited"), 3, 3)
    say("A", Limit(Decimal(500), "EUR", date(2025, 4, 15)), 1, 2)
    say("A", Terms(30), 1, 2)
    gone = say("A", Promise(Decimal(999), "EUR", date(2025, 5, 1)), 2, 2)
    made.memory.take_back("Anna", gone.id)
    made.memory.say("Anna", "not in the data", Terms(9))
    yield made
    made.memory.close()


def rows(context, listing, search="?", names=("customer", "amount", "state")):
    view = context.view(search)
    statement = listing.statement(view, {})
    found = view.query(statement.sql, statement.parameters)
    return sorted(tuple(row[name] for name in names) for row in found)


def test_promises_are_listed_by_what_became_of_them(context):
    assert rows(context, PROMISES) == [("B", 80, "open")]
    assert rows(context, PROMISES, "?promises=broken") == [("A", 250, "broken")]
    assert rows(context, PROMISES, "?promises=all") == [
        ("A", 100, "kept"), ("A", 250, "broken"), ("B", 80, "open"),
    ]  # fmt: skip
    assert rows(context, PROMISES, "?promises=all&country=NL") == [("B", 80, "open")]
    # another one's payment keeps no promise, whatever is filtered
    assert rows(context, PROMISES, "?promises=all&country=BE&as_of=2025-02-09") == [
        ("A", 100, "open"), ("A", 250, "open"), ("A", 999, "open"),
    ]  # fmt: skip


def test_disputes_have_an_age_that_ends_with_them(context):
    names = ("customer", "amount", "days", "state")
    assert rows(context, DISPUTES, "?", names) == [("A", 20, 48, "open")]
    assert rows(context, DISPUTES, "?disputes=past", names) == [("B", 30, 30, "settled")]
    assert rows(context, DISPUTES, "?as_of=2025-03-02", names) == [
        ("A", 20, 19, "open"), ("B", 30, 29, "open"),
    ]  # fmt: skip


def test_what_ends_soon_is_listed(context):
    names = ("customer", "subject", "until")
    assert rows(context, AGREED, "?", names) == [("A", "said_limits", date(2025, 4, 15))]
    assert rows(context, AGREED, "?as_of=2025-02-01", names) == []
    assert len(rows(context, AGREED, "?agreed=all", ("customer",))) == 2


@pytest.mark.parametrize(
    ("search", "days", "listed", "words"),
    [("?", 60, 1, "ending within 60 days"), ("?soon=14", 14, 0, "ending within 14 days"),
     ("?soon=15", 15, 1, "ending within 15 days"), ("?soon=1", 1, 0, "ending within 1 day"),
     ("?soon=soon", 60, 1, "ending within 60 days"), ("?soon=3651", 60, 1, "within 60 days"),
     ("?soon=" + "9" * 5000, 60, 1, "ending within 60 days")],
)  # fmt: skip
def test_within_how_many_days_is_asked_in_the_address(context, search, days, listed, words):
    view = context.view(search)
    assert view.ledger.soon == days
    assert len(rows(context, AGREED, search, ("customer",))) == listed
    (figure,) = view.answer("limits_ending").to_pylist()
    assert figure["limits"] == listed
    with speaking("en"):
        assert words in title_of(view, "agreed")
        assert words in dict(list_download(view, AGREED, {}, {}).head)["Filters"]
        assert words in dict(head(view, Explain("limits_ending")))["Filters"]
        assert "ending" not in dict(head(view, Explain("overrides")))["Filters"]
        shown = str(soon_choice(view))
    assert f"'{view.f.count(days)} day" in shown
    assert bool(view.selection.notices) == (search[6:] not in ("", str(days)))
    assert soon_choice(context.view("?agreed=all")) is None


def test_the_policy_says_within_how_many_days(context):
    path = context.store.folder / "policy.toml"
    path.write_text("soon_days = [{ value = 14 }, { since = 2025-03-31, value = 15 }]\n")
    assert [context.view(s).ledger.soon for s in ("?", "?as_of=2025-03-30", "?soon=60")] == [
        15, 14, 60,
    ]  # fmt: skip
    assert len(rows(context, AGREED, "?", ("customer",))) == 1


def test_the_page_says_what_waits(context):
    view = context.view("?promises=broken")
    said = headline_words(view).replace("\xa0", " ")
    assert said == "80 € is promised and not paid yet, 20 € is disputed."
    assert title_of(view, "promises").replace("\xa0", " ") == "1 promise, 250 € (broken)"
    before = context.view("?as_of=2025-01-01")
    assert headline_words(before).startswith("Nothing is promised or disputed")
    assert title_of(before, "disputes") == "Disputes: none (open)"


def test_an_address_asks_for_known_lists_only(context):
    view = context.view("?promises=nonsense")
    assert shown_of(view, "promises") == "open"
    assert title_of(context.view("?disputes=broken"), "disputes")
