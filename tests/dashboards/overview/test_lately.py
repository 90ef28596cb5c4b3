"""What is new since the reader last looked, on their first page."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.overview.lately import lately
from data.workspace.people.visits import PAUSE, Visits
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.promise import Promise
from tests.pages import loaded, words

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;A;2025-01-01;2025-01-31;100.00
F2;B;2025-01-29;2025-02-28;250.00
"""
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference
P1;A;2025-03-03;10.00;F1
"""


class Later(Visits):
    """Visits by a clock that goes on by itself: each look is another visit."""

    now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def look(self, login, seen, now=None):  # noqa: ARG002
        Later.now += PAUSE
        return super().look(login, seen, Later.now)


@pytest.fixture
def context(tmp_path):
    return loaded(tmp_path, INVOICES, PAYMENTS)


@pytest.fixture
def look(context):
    visits = Later(context.store.folder)

    def told(search=""):
        made = lately(context, visits, context.view(search))
        return " ".join(words(json.loads(json.dumps(made, cls=PlotlyJSONEncoder))).split())

    return told


def test_what_was_said_since_is_told_once(context, look):
    assert look() == ""
    assert look().startswith("Nothing new since you last looked, on 2 Mar 2026")
    early = datetime(2025, 2, 1, 12, tzinfo=UTC)
    context.memory.say("Anna", "A", Dispute(Decimal(40), "EUR", "price"))
    context.memory.say("Anna", "B", Limit(Decimal(200), "EUR"), "", (), early)
    context.memory.say("Anna", "B", Promise(Decimal(50), "EUR", date(2025, 2, 5)), "", (), early)
    said = look()
    assert said.startswith("New since you last looked, on 2 Mar 2026")
    for line in ("A disputes: Price 40 €", "B did not keep a promise 50 €",
                 "B is over its limit 50 €"):  # fmt: skip
        assert line in said
    assert look().startswith("Nothing new")


def test_a_past_day_and_a_part_of_the_customers_are_no_visit(context, look):
    look()
    assert look("?as_of=2025-02-10") == look("?currency=EUR") == ""
    context.memory.say("Anna", "A", Dispute(Decimal(40), "EUR", "price"))
    assert look("?currency=EUR") == ""
    assert "A disputes" in look()
