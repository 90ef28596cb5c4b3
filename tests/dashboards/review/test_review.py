"""The monthly review: each figure is that of the metric, and each number leads to its rows."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.deal.deciding import put
from dashboards.frame.deals import called
from dashboards.review import page as review
from dashboards.review.month import (
    DSO,
    INVOICED,
    OVERDUE,
    RECEIVABLES,
    RECEIVED,
    month_of,
    waiting,
)  # fmt: skip
from dashboards.review.words import paragraph
from dashboards.server import create_app
from tests.pages import ask, small_company, words


@pytest.fixture(scope="module")
def context(demo_store):
    return Context(demo_store)


@pytest.fixture(scope="module")
def app(demo_store):
    return create_app(demo_store, pages=(review.PAGE,))


def shown(app, part, language="en", **keys):
    search = f"?{urlencode(keys)}" if keys else ""
    found = ask(app, f"review-{part}-head.children", search, language)
    return tuple(words(found[f"review-{part}-{k}"].get("children")) for k in ("head", "body"))


def test_the_month_is_that_of_the_ledger(context, demo_store):
    """What was invoiced and received in the month, and what is open, added up from documents."""
    view = context.view("")
    month = month_of(view)
    engine = demo_store.current().engine
    first = month.day.replace(day=1)
    (row,) = engine.query(
        "select sum(case when kind = 'invoice' and issued_on >= $first then amount end)"
        " as invoiced, -sum(case when kind = 'payment' and amount <= 0 and issued_on >= $first"
        " then amount end) as received, sum(amount) as owed from documents"
        " where issued_on <= $day",
        {"first": first, "day": month.day},
    ).to_pylist()
    assert month.now[RECEIVABLES] == row["owed"]
    assert month.now[INVOICED] == row["invoiced"]
    assert month.now[RECEIVED] == row["received"]
    late, open_ = engine.query(
        "select sum(case when due_on < $day then amount end) as late, sum(amount) as whole"
        " from open_items where closed_on is null and amount > 0",
        {"day": month.day},
    ).to_pylist()[0].values()  # fmt: skip
    assert month.now[OVERDUE] == pytest.approx(float(late / open_))


def test_months_before_are_months_before(context):
    """The figures of a month before are those that the month before had as its own."""
    month = month_of(context.view(""))
    earlier = month.day.replace(day=1) - timedelta(1)
    before = month_of(context.view(f"?as_of={earlier}"))
    assert dict(month.before) == dict(before.now)


def test_every_number_of_the_paragraph_is_a_link(context):
    view = context.view("")
    for language in ("en", "nl", "fr"):
        with speaking(language):
            said = paragraph(context.view(""))
        links = [part for part in said if not isinstance(part, str)]
        assert len(links) >= 5
        assert all(link.href.startswith("/") for link in links)
        plain = "".join(part for part in said if isinstance(part, str))
        # what is not a link is the day, and differences that the links explain
        assert "{" not in plain
        money = [m for m in re.findall(r"\d[\d.,]* ?[kM]?€", plain) if m]
        assert money == []
    assert view is not None


def test_steps_are_worth_their_days_of_sales(context):
    view = context.view("")
    (row,) = view.answer("dso").to_pylist()
    day = view.selection.as_of
    first = (day.replace(day=1) - timedelta(45)).replace(day=1)
    window = (day - first).days + 1
    assert first.day == 1
    found = month_of(view).worth(2.0)
    assert float(found.cash) == pytest.approx(2 * float(row["sales_3m"]) / window)
    percent = float(view.options.policy.money_percent.at(day))
    assert float(found.interest) == pytest.approx(float(found.cash) * percent / 100)


def test_the_roll_forward_adds_up(app):
    _title, body = shown(app, "moves", by="country")
    assert "Total" in body
    title, _body = shown(app, "moves", by="country")
    assert title.startswith("From ")


def test_young_books_say_what_they_cannot(tmp_path):
    store = small_company(tmp_path)
    month = month_of(Context(store).view("?as_of=2024-01-31"))
    assert month.before[RECEIVABLES] is None
    assert month.ago[DSO] is None
    app = create_app(store, pages=(review.PAGE,))
    title, _body = shown(app, "figures", as_of="2024-01-31")
    assert title.startswith("Receivables are ")


def test_what_waits_follows_the_filters_and_calls_each_by_its_name(tmp_path):
    """Of who never bought nothing stands under a filter: nobody knows what they are."""
    context = Context(small_company(tmp_path))
    for search in (
        "?customer=C1&amount=1000",
        "?customer=C2&amount=2000",
        "?prospect=Nova&amount=3000",
    ):
        put(context, context.view(search), "Anna", "a good customer")
    with speaking("en"):
        view = context.view("")
        assert [called(view, one) for one in waiting(view)] == [
            "Nova", "Bouw De Vries", "Bakkerij Janssens",
        ]  # fmt: skip
        view = context.view("?country=BE")
        assert [called(view, one) for one in waiting(view)] == ["Bakkerij Janssens"]
        assert waiting(context.view("?country=FR")) == []
