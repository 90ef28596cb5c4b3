"""The deal desk: the address is the question, and every panel answers it in words and numbers."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.deal import page as deal
from dashboards.deal.asked import asked_of, desk_of
from dashboards.deal.page import headline_words
from dashboards.deal.words import parts_of
from dashboards.server import create_app
from data.core.errors import TandemError
from metrics.decide.deal.answer import PART
from tests.markets import markets
from tests.pages import ask, words

PANELS = ("answer", "tests", "return", "effect", "others")
ASKED = {"customer": "K1", "amount": "120000", "margin": "9000", "terms": "45"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("markets"))


@pytest.fixture(scope="module")
def app(store):
    return create_app(store, pages=(deal.PAGE,))


def shown(app, part, language="en", **keys):
    search = f"?{urlencode(keys)}" if keys else ""
    found = ask(app, f"deal-{part}-head.children", search, language)
    return tuple(words(found[f"deal-{part}-{k}"].get("children")) for k in ("head", "body"))


def test_the_answer_stands_first_and_what_would_turn_it_below(app, store):
    view = Context(store).view(f"?{urlencode(ASKED)}")
    said = desk_of(view).answer
    assert said.answer == PART
    over = said.known.owed + 120_000 - 100_000
    head, body = shown(app, "answer", **ASKED)
    assert f"Yes, in part: {120_000 - over:,.2f} € on credit" in head
    assert f"For {over:,.2f} € less, all of it as asked." in body
    assert "Somebody decides: Finance director." in body
    with speaking("en"):
        assert headline_words(view).startswith("May I sell 120,000.00")


def test_each_test_has_its_number_its_limit_and_its_sentence(app):
    head, body = shown(app, "tests", **ASKED)
    assert "of 6 tests are met" in head
    for text in ("Limit and headroom", "Unsecured part", "Payment behaviour", "Insurer's clock",
                 "Longest terms", "Net return", "beyond the limit of"):  # fmt: skip
        assert text in body


def test_a_discount_says_what_it_costs_a_year_and_by_which_convention(app):
    asked = {**ASKED, "discount": "2", "terms": "30"}
    says = ("2 % for payment 20 days sooner costs 37.24 % a year, simple over 365 days (36.73 % "
            "over 360, 44.59 % compound): dearer than our own money at 5.00 %.")  # fmt: skip
    assert says in shown(app, "answer", **asked)[1]
    assert "compound" not in shown(app, "answer", **ASKED)[1]


def test_what_it_returns_adds_up_as_it_is_shown(store):
    view = Context(store).view(f"?{urlencode(ASKED)}")
    *parts, (_label, net) = parts_of(desk_of(view).answer.returns)
    assert sum(amount for _name, amount in parts) == net


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_it_speaks_the_readers_language(app, language):
    for part in PANELS:
        _head, body = shown(app, part, language, **ASKED)
        assert "Limit and headroom" not in body
        assert "{" not in body
    assert asked_of(ASKED).terms == 45
    with speaking(language):
        assert words(shown(app, "answer", language, **ASKED)[0])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "Name a customer and an amount above."),
        ({"customer": "K1"}, "Name a customer and an amount above."),
        ({"customer": "ZZ", "amount": "5"}, "No customer has the number ZZ."),
        ({"customer": "K1", "amount": "x"}, "“x” is no number"),
        ({"customer": "K1", "amount": "5", "terms": "1.5"}, "is no whole number"),
        ({"customer": "K1", "amount": "5", "terms": "9999"}, "cannot be: give a number"),
        ({"customer": "K1", "amount": "-5"}, "cannot be sold"),
        ({"customer": "K1", "amount": "1e99"}, "An amount of 1e99 cannot be."),
        ({"customer": "K1", "amount": "NaN"}, "is no number"),
        ({"customer": "K1", "amount": "5", "advance": "6"}, "in advance cannot be"),
    ],
)
def test_where_nothing_can_be_said_each_panel_says_why(app, keys, message):
    for part in PANELS:
        assert message in shown(app, part, **keys)[1]


def test_the_form_is_filled_from_the_address_and_writes_it(app):
    found = ask(app, "deal-customer.value", f"?{urlencode(ASKED)}")
    assert found["deal-customer"]["value"] == "K1"
    assert found["deal-amount"]["value"] == "120000"
    asks = next(k for k, c in app.callback_map.items() if c["inputs"][0]["id"] == "deal-ask")
    written = ask(
        app, asks, "?country=BE&customer=K1", deal_ask=1, deal_customer="K3",
        deal_amount=20000.5, deal_terms="", changed="deal-ask.n_clicks",
    )  # fmt: skip
    search = str(written["url"]["search"])
    assert search == "?country=BE&customer=K3&amount=20000.5"


def test_whoever_is_filtered_out_is_said_to_be_nobody(store):
    view = Context(store).view("?country=FR&customer=K1&amount=5")
    with pytest.raises(TandemError, match="No customer has the number K1"):
        desk_of(view)
