"""Which customers are told of, in what, and with which figures; and who is left alone."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from decimal import Decimal

import pytest

from data.core.policy.dated import Dated
from data.core.policy.rules import DEFAULTS, Policy
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.promise import Promise
from metrics.asking.ledger import Ledger
from metrics.decide.alarms.signs import Broken, Later, Orders, Parts, signs
from tests.early import DUES, HABIT, LAST, changing
from tests.ledgers import publish
from tests.telling import Telling

D = Decimal


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return changing(tmp_path_factory.mktemp("signs"))


def found(store, as_of=LAST, telling=None, policy=DEFAULTS, where=None):
    engine = store.current().engine
    said = telling.said(engine, LAST) if telling else None
    asked = Ledger(as_of, where or {}, said=said)
    return signs(lambda s: engine.query(s.sql, s.parameters), asked, policy)


def test_who_changes_for_the_worse_is_told_and_nobody_else(store):
    told = found(store)
    kinds = {who: [type(p) for p in sign.told] for who, sign in told.by_customer.items()}
    assert kinds == {"SLOWER": [Later], "STOPPED": [Later], "PARTS": [Parts], "LESS": [Orders]}


def test_later_is_told_in_the_customers_own_days(store):
    sign = found(store).by_customer["SLOWER"]
    later = sign.later
    assert later is not None
    assert later.usual == statistics.median(HABIT)
    assert later.lately == 24
    paid = [due + timedelta(24) for due in DUES[62:] if due + timedelta(24) <= LAST]
    # the ordinary day of 6 just before may have begun the sum
    assert later.since <= paid[0]
    assert (paid[0] - later.since).days <= 28
    overdue = [due for due in DUES[62:] if due + timedelta(24) > LAST and due < LAST]
    # three invoices wait, but it paid four days ago, and pays once a week
    assert (len(overdue), later.waiting) == (3, 1)
    assert sign.overdue == D(300)
    assert sign.receivables == D(100) * len([due for due in DUES if due + timedelta(24) > LAST])


def test_who_stops_paying_is_told_by_what_is_open(store):
    sign = found(store).by_customer["STOPPED"]
    assert sign.later is not None
    assert sign.later.waiting == 6
    assert sign.later.payments <= 5
    assert sign.overdue == D(100) * len([due for due in DUES[64:] if due < LAST])
    # before anything of it was missed, nothing was told
    assert "STOPPED" not in found(store, DUES[64]).by_customer


def test_parts_and_orders_have_their_own_counts(store):
    told = found(store).by_customer
    parts, orders = told["PARTS"].parts, told["LESS"].orders
    assert parts is not None and orders is not None  # noqa: PT018 - for the types
    begun = [due for n, due in enumerate(DUES) if n >= 60 and due + timedelta(HABIT[n % 5]) <= LAST]
    assert (parts.split_before, parts.split) == (0, len(begun))
    assert parts.invoices >= 10
    since = LAST - timedelta(91)
    issued = [due - timedelta(30) for due in DUES]
    kept = [day for n, day in enumerate(issued) if n < 55 or n % 5 == 0]
    assert orders.invoices == sum(day > since for day in kept)
    assert orders.amount == D(100) * orders.invoices
    before = [LAST - timedelta(455) < day <= LAST - timedelta(364) for day in kept]
    assert orders.invoices_before == sum(before)


def test_filters_change_no_behaviour(store):
    assert found(store, where={"customer": ("STEADY",)}) == found(store)


def test_a_broken_promise_is_told_for_a_quarter(store):
    telling = Telling()
    telling.say("NEW", Promise(D(900), "EUR", date(2026, 3, 20)), "2026-03-10")
    telling.say("STEADY", Promise(D(900), "EUR", date(2025, 11, 20)), "2025-11-10")
    telling.say("FORGOT", Promise(D(900), "EUR", date(2026, 4, 20)), "2026-03-10")
    told = found(store, telling=telling).by_customer
    assert told["NEW"].told == (Broken(1, D("900.00"), date(2026, 3, 20)),)
    assert not {"STEADY", "FORGOT"} & set(told)


def test_what_is_disputed_does_not_count_as_missing(store):
    telling = Telling()
    telling.say("STOPPED", Dispute(D(2000), "EUR", "quality"), "2026-03-10")
    assert "STOPPED" not in found(store, telling=telling).by_customer


def test_fewer_false_alarms_promised_ask_for_more(store):
    strict = Policy(false_alarms=Dated.always(D("0.1")))
    assert found(store, policy=strict).threshold >= found(store).threshold


def test_an_empty_book_has_no_signs(tmp_path):
    told = found(publish(tmp_path, [], [], []))
    assert (dict(told.by_customer), told.watched) == ({}, 0)
