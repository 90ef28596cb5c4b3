"""What is said shows in the figures at the next look, and nothing else is computed anew."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import NoRows
from dashboards.customer.facts import agreed, collect_body, listed, sell_body
from dashboards.frame.foot import foot_of
from data.workspace.memory import Named
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute
from tests.dashboards.definitions.test_definitions import text
from tests.pages import loaded

INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount;Country
F1;A;2025-01-01;2025-01-31;100.00;BE
F2;A;2025-03-05;2025-04-04;250.00;BE
F3;B;2025-03-06;2025-03-20;80.00;NL
"""
CUSTOMERS = """Customer number;Name;Credit limit;Payment terms (days)
A;Alpha;300.00;30
B;Beta;;14
"""


@pytest.fixture
def context(tmp_path):
    made = loaded(tmp_path, INVOICES, CUSTOMERS)
    yield made
    made.memory.close()


def say(context, customer, said, *documents):
    at = datetime(2025, 2, 1, 12, tzinfo=UTC)
    named = [Named(*one) for one in documents]
    return context.memory.say("Anna", customer, said, "", named, at)


def named(context, number):
    found = context.state().engine.query(
        "select ledger, document_id from documents where document_id = $number", {"number": number}
    )
    return tuple(found.to_pylist()[0].values())


def headroom(context, search="?"):
    rows = context.view(search).answer("exposure", by=("customer",)).to_pylist()
    return {row["customer"]: row["headroom"] for row in rows}


def test_a_limit_said_here_is_the_limit_until_it_is_taken_back(context):
    assert headroom(context) == {"A": Decimal(-50), "B": None}
    line = say(context, "A", Limit(Decimal(900), "EUR", date(2025, 6, 30)))
    say(context, "A", Terms(45))
    assert headroom(context) == {"A": Decimal(550), "B": None}
    assert headroom(context, "?as_of=2025-01-31")["A"] == 200
    with pytest.raises(NoRows):
        context.view("?limit=over").answer("receivables")
    view = context.view("?customer=A")
    with speaking("en"):
        said = text(sell_body(view, listed(view), {"customer_id": "A", "sector": "",
                    "sector_section": "", "sector_division": "", "sector_group": ""}))  # fmt: skip
    assert "Said by Anna on 1 Feb 2025, until 30 Jun 2025; by the files" in said
    assert agreed(view)["agreed_terms_days"] == 45
    context.memory.take_back("Anna", line.id)
    assert headroom(context)["A"] == -50


def test_disputed_amounts_are_left_out_by_the_address(context):
    say(context, "A", Dispute(Decimal(60), "EUR", "price"), named(context, "F1"))
    whole, left = context.view("?"), context.view("?disputed=out")
    with speaking("en"):
        assert left.words == "without disputed amounts"
        foot = text(foot_of(left)).replace("\xa0", " ")
    assert "370.00 € is open, ties to the documents; 60.00 € is disputed and left out" in foot
    owed = [v.answer("receivables").to_pylist()[0]["receivables"] for v in (whole, left)]
    assert owed == [430, 370]
    rows = left.answer("aging", by=("customer",)).to_pylist()
    late = [r["amount"] for r in rows if r["customer"] == "A" and r["bucket"] == "31-60"]
    assert late == [40]
    assert "disputed=out" in left.link("/aging")
    row = listed(context.view("?customer=A&disputed=out"))
    assert (row["overdue"], row["disputed"]) == (40, 60)
    assert collect_body(left, row, {})
    # over its limit by what is disputed alone
    assert headroom(context) == {"A": -50, "B": None}
    assert headroom(context, "?disputed=out") == {"A": 10, "B": None}
    assert context.view("?limit=over").answer("receivables").num_rows
    with pytest.raises(NoRows):
        context.view("?disputed=out&limit=over").answer("receivables")


def test_what_is_said_makes_no_other_answer_anew(context):
    view = context.view("?")
    dso, exposure = view.answer("dso"), view.answer("exposure")
    say(context, "A", Dispute(Decimal(60), "EUR", "price"))
    then = context.view("?")
    assert then.answer("dso") is dso
    assert then.answer("exposure") is exposure
    say(context, "B", Limit(Decimal(1), "EUR"))
    last = context.view("?")
    assert last.answer("dso") is dso
    assert last.answer("exposure") is not exposure
