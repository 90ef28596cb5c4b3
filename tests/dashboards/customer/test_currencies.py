"""Amounts said in another currency: chosen at the form, converted in figures, or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dashboards.base.i18n import _, speaking
from dashboards.charts.said import in_reporting, sentence
from dashboards.customer.form import FIELDS, currencies_of, made
from dashboards.frame.download import head
from dashboards.memory.lists import DISPUTES
from data.workspace.rates import HELD, Rates
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.every import SUBJECTS
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError, kinds
from tests.pages import loaded

TODAY = datetime.now(UTC).astimezone().date()
INVOICES = f"""Invoice number;Customer;Invoice date;Due date;Amount;Currency;Exchange rate
F1;A;2025-01-01;2025-01-31;1000.00;USD;0.90
F2;A;2025-01-20;2025-02-04;250.00;EUR;1.00
F3;B;2025-01-06;2025-02-05;80.00;EUR;1.00
F4;A;{TODAY - timedelta(days=3)};{TODAY};10.00;USD;0.80
F5;A;2025-01-06;2025-02-05;100.00;MAD;0.10
""" + "".join(f"E{n};B;2025-01-06;2025-02-05;1.00;EUR;1.00\n" for n in range(20))
PAYMENTS = """Payment number;Customer;Payment date;Amount;Reference;Currency;Exchange rate
P1;A;2025-02-10;1000.00;F1;USD;0.70
"""


@pytest.fixture
def context(tmp_path):
    made = loaded(tmp_path, INVOICES, PAYMENTS)
    yield made
    made.memory.close()


def say(context, said, *day):
    return context.memory.say("Anna", "A", said, "", (), datetime(*day, 12, tzinfo=UTC))


def test_every_amount_of_a_subject_is_of_its_currency():
    for subject in SUBJECTS.values():
        amounts = {name for name, (kind, _) in kinds(subject).items() if kind is Decimal}
        if "currency" in kinds(subject):
            assert amounts - {"percent", "points", "discount"} == set(subject.money), subject
        else:
            assert not subject.money


def test_the_rate_is_that_of_the_books_then_of_the_bank(context):
    rates = Rates(context.state().engine)
    assert rates.at("EUR", TODAY) == 1
    assert rates.at("USD", date(2025, 1, 15)) == Decimal("0.90")
    assert rates.at("USD", date(2025, 2, 11)) == Decimal("0.70")
    # the books are silent for too long: the reference rate counts
    assert rates.at("USD", date(2024, 10, 31)) == Decimal("0.91894872")
    assert rates.at("MAD", date(2025, 1, 6) + HELD) == Decimal("0.10")
    assert rates.at("MAD", date(2025, 1, 7) + HELD) is None


def test_the_form_offers_the_currencies_of_documents_and_refuses_what_has_no_rate(context):
    view = context.view("?customer=A")
    assert currencies_of(view) == ["EUR", "MAD", "USD"]
    assert currencies_of(context.view("?customer=B")) == ["EUR"]
    said = {**dict.fromkeys(FIELDS), "subject": "disputes", "amount": 100, "reason": "price"}
    assert made(view, said)[0].currency == "EUR"
    assert made(view, said | {"currency": "USD"})[0] == Dispute(Decimal(100), "USD", "price")
    for currency, words in (("MAD", "No rate of MAD is known on"), ("GBP", "No document")):
        with pytest.raises(SaidError, match=words):
            made(view, said | {"currency": currency})


def test_figures_count_it_by_the_rate_of_its_day(context):
    line = say(context, Dispute(Decimal(100), "USD", "price"), 2025, 1, 15)
    say(context, Dispute(Decimal(50), "EUR", "price"), 2025, 1, 15)
    lost = say(context, Dispute(Decimal(70), "MAD", "price"), 2025, 6, 15)
    say(context, Limit(Decimal(2000), "USD", None, Decimal(500), 90, "", Decimal(100)), 2025, 1, 15)
    view = context.view("?customer=A")
    (row,) = view.answer("disputes").to_pylist()
    assert (row["disputes"], row["claimed"]) == (2, Decimal("140.00"))
    exposures = view.answer("exposure", by=("customer",)).to_pylist()
    (row,) = (r for r in exposures if r["customer"] == "A")
    assert (row["credit_limit"], row["insured_limit"]) == (1800, 450)
    (row,) = view.answer("overrides", by=("customer",)).to_pylist()
    assert (row["above_advice"], row["advised_amount"]) == (1, 90)
    with speaking("en"):
        found = [sentence(one, view).replace("\xa0", " ") for one in (line, lost)]
    assert found == [
        "100.00 USD: Price; 90.00 € by the rate of 15 Jan 2025",
        "70.00 MAD: Price; no rate of MAD is known on 15 Jun 2025, so no figure counts it",
    ]
    with speaking("en"):
        said = "1 line in MAD that somebody said is in no figure: no rate of its day is known."
        assert (_("Note"), said) in head(view)
        earlier = head(context.view("?as_of=2025-03-01"))
        assert [text for name, text in earlier if name == "Note"] == []
    assert in_reporting(view, lost) is None
    statement = DISPUTES.statement(context.view("?"), {})
    rows = context.view("?").query(statement.sql, statement.parameters)
    assert sorted(r["amount"] or 0 for r in rows) == [0, 50, 90]


def test_a_promise_is_kept_in_its_own_currency(context):
    # the rate fell: what was promised was paid all the same
    say(context, Promise(Decimal(1000), "USD", date(2025, 2, 10)), 2025, 1, 15)
    view = context.view("?customer=A&as_of=2025-03-01")
    (row,) = view.answer("promises").to_pylist()
    assert (row["kept"], row["promised"], row["broken_amount"]) == (1, 900, 0)
    say(context, Promise(Decimal(100), "EUR", date(2025, 2, 9)), 2025, 1, 16)
    (row,) = context.view("?customer=A&as_of=2025-03-01").answer("promises").to_pylist()
    # 100 of it keep the other one, so that 142.86 dollars are missing here
    assert (row["kept"], row["part_kept"], row["broken_amount"]) == (1, 1, Decimal("128.57"))
