"""The answer to a deal: worked numbers, its laws, and what each test says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.file import parse
from data.core.policy.rules import DEFAULTS
from metrics.decide.deal.answer import (
    ADVANCE,
    NO,
    PART,
    YES,
    alternatives,
    decide,
    smallest_changes,
)
from metrics.decide.deal.deal import CENT, Deal, DealError, Known, Lateness, with_vat
from metrics.decide.deal.margin import returned
from metrics.decide.deal.tested import ASKS, FAILS, LACKS, PASSES, passes

D = Decimal
DAY = date(2026, 9, 1)
KNOWN = Known(DAY, "BE", limit=D(10_000), lateness=Lateness(D(5), D(2), D(9)))


def verdicts(answer):
    return {one.name: one.verdict for one in answer.tests}


def changes(deal, known=KNOWN, policy=DEFAULTS):
    return {one.what: one.by for one in smallest_changes(deal, known, policy)}


@pytest.mark.parametrize(
    ("amount", "owed", "advance"),
    [
        (D(20_000), D(0), D(10_000)),
        (D(20_000), D(4_000), D(14_000)),
        (D(20_000), D(12_000), D(20_000)),
        (with_vat(D(20_000), D(21)), D(0), D(14_200)),
        (D(10_000), D(0), D(0)),
    ],
)
def test_what_the_limit_does_not_hold_is_paid_in_advance(amount, owed, advance):
    known = replace(KNOWN, owed=owed, exposure=owed)
    found = decide(Deal(amount, 30), known, DEFAULTS)
    assert found.granted.advance == advance
    assert found.answer == (YES if not advance else PART if advance < amount else ADVANCE)


def test_without_a_limit_nothing_is_on_credit():
    found = decide(Deal(D(100), 30), replace(KNOWN, limit=None), DEFAULTS)
    assert found.answer == ADVANCE
    assert verdicts(found)["headroom"] == FAILS


def test_orders_and_vat_count_against_the_limit():
    assert decide(Deal(D(6_000), 30, orders=D(5_000)), KNOWN, DEFAULTS).granted.advance == 1_000


def test_with_so_much_less_open_all_of_it_is_on_credit():
    known = replace(KNOWN, owed=D(4_000), exposure=D(4_000))
    assert changes(Deal(D(10_000), 30), known) == {"paid": D(4_000), "amount": D(4_000)}
    # 20,000 stays over a limit of 10,000 whatever is paid
    assert changes(Deal(D(20_000), 30), known) == {"amount": D(14_000)}


def test_the_level_follows_what_nobody_else_bears():
    known = replace(KNOWN, limit=D(200_000), insured=D(70_000), insured_percent=D(90))
    found = decide(Deal(D(100_000), 30), known, DEFAULTS)
    unsecured = next(one for one in found.tests if one.name == "unsecured")
    assert (unsecured.number, unsecured.verdict) == (37_000, ASKS)
    assert found.approver.role == "Credit manager"
    assert not found.automatic


def test_the_insurers_clock_stops_credit_from_its_day_on():
    due = date(2026, 6, 30)
    known = replace(
        KNOWN, as_of=date(2026, 8, 29), limit=D(50_000), insured=D(50_000), owed=D(3_000),
        exposure=D(3_000), open=((due, D(1_200)), (DAY, D(1_800))),
    )  # fmt: skip
    deal = Deal(D(5_000), 30)
    assert decide(deal, known, DEFAULTS).answer == YES
    later = replace(known, as_of=date(2026, 8, 30))
    assert decide(deal, later, DEFAULTS).answer == ADVANCE
    assert changes(deal, later) == {"paid": D(1_200)}


def test_terms_are_capped_or_cannot_be_judged():
    long = Deal(D(5_000), 61)
    assert verdicts(decide(long, KNOWN, DEFAULTS))["terms"] == LACKS  # receipt is not known
    french = replace(KNOWN, country="FR")
    assert verdicts(decide(Deal(D(5_000), 120), french, DEFAULTS))["terms"] == FAILS
    assert changes(Deal(D(5_000), 120, cost=D(4_000)), french)["terms"] >= 30
    ours = parse("longest_terms = { BE = 45 }")
    assert verdicts(decide(Deal(D(5_000), 60), KNOWN, ours))["terms"] == ASKS
    assert verdicts(decide(Deal(D(5_000), 60), KNOWN, DEFAULTS))["terms"] == PASSES


def test_late_payers_and_those_nobody_knows_need_a_decision():
    late = replace(KNOWN, lateness=Lateness(D(16)))
    found = decide(Deal(D(1_000), 30), late, DEFAULTS)
    assert (found.answer, found.automatic) == (YES, False)
    assert verdicts(found)["behaviour"] == ASKS
    few = decide(Deal(D(1_000), 30), replace(KNOWN, lateness=None), DEFAULTS)
    assert verdicts(few)["behaviour"] == LACKS
    assert few.paid_on is None
    known = decide(Deal(D(1_000), 30, cost=D(500)), KNOWN, DEFAULTS)
    assert known.automatic
    assert (known.earliest, known.paid_on, known.latest) == tuple(
        DAY + timedelta(30 + days) for days in (2, 5, 9)
    )


def test_what_is_returned_is_a_sum_of_its_parts():
    known = replace(KNOWN, limit=D(50_000), lateness=Lateness(D(30)), loss=D("0.02"),
                    credited=D("0.01"))  # fmt: skip
    deal = Deal(D(30_000), 30, cost=D(27_000))
    found = decide(deal, known, DEFAULTS).returns
    assert round(found.waiting, 2) == D("246.58")
    assert (found.loss, found.credited, found.discount, found.back) == (600, 300, 0, 0)
    assert round(found.net, 2) == D("1853.42")
    # money of another price from a day on is counted by the day
    dearer = parse("money_percent = [{value = 5}, {since = 2026-10-01, value = 10}]")
    by_day = decide(deal, known, dearer).returns.waiting
    assert round(by_day, 2) == round(D(30_000) * (29 * 5 + 31 * 10) / 36_500, 2)


def test_the_chance_that_breaks_even_and_coming_back():
    known = replace(KNOWN, lateness=Lateness(D(0)), loss=D("0.2"))
    deal = Deal(D(1_200), 0, cost=D(1_000))
    found = decide(deal, known, DEFAULTS)
    asked = next(one for one in found.tests if one.name == "return")
    assert (asked.number, asked.verdict) == (-40, FAILS)
    # what is paid in advance is not lost: so much that it breaks even
    assert (found.answer, found.granted.advance, found.returns.net) == (PART, 200, 0)
    assert round(returned(deal, known, DEFAULTS).break_even, 4) == D("0.8333")
    whole = decide(replace(deal, further=20), replace(known, loss=D("0.05")), DEFAULTS)
    assert whole.answer == YES
    assert whole.returns.back > 0


def test_what_loses_money_even_in_advance_is_refused_and_says_what_margin_would_do():
    deal = Deal(D(1_000), 0, cost=D(1_100))
    found = decide(deal, replace(KNOWN, lateness=Lateness(D(0))), DEFAULTS)
    assert (found.answer, found.granted) == (NO, None)
    assert changes(deal, replace(KNOWN, lateness=Lateness(D(0)))) == {"cost": D(100)}


def test_the_effect_is_that_of_what_is_granted():
    known = replace(KNOWN, receivables=D(100_000), sales=D(365_000), owed=D(4_000))
    effect = decide(Deal(D(20_000), 30), known, DEFAULTS).effect
    assert (effect.dso_before, effect.cash, effect.headroom) == (100, 6_000, 0)
    assert round(effect.dso_after, 4) == round(D(106_000) * 365 / 385_000, 4)


def test_alternatives_differ_in_one_thing():
    deal = Deal(D(20_000), 45)
    found = alternatives(deal, KNOWN, DEFAULTS)
    assert found[0].answer.deal == deal
    for one in found[1:]:
        other = one.answer.deal
        assert sum(getattr(deal, n) != getattr(other, n) for n in vars(deal)) == 1
    assert [str(one.differs) for one in found] == [
        "As asked", "30 days", "60 days", "Half in advance", "2 % for payment within 10 days",
        "Three instalments",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": D(0)}, {"amount": D("NaN")}, {"advance": D(101)}, {"discount": D(100)},
        {"terms": -1}, {"instalments": 0}, {"cost": D(-1)}, {"further": 1_000},
    ],
)  # fmt: skip
def test_what_nobody_sells_is_refused(wrong):
    with pytest.raises(DealError):
        Deal(**({"amount": D(100), "terms": 30} | wrong))


AMOUNTS = st.decimals(0, 60_000, places=2)
DEALS = st.builds(
    Deal,
    amount=st.decimals(D("0.01"), 60_000, places=2),
    terms=st.integers(0, 120),
    cost=st.none() | AMOUNTS,
    vat=st.sampled_from([D(0), D(21)]),
    discount=st.sampled_from([D(0), D(2)]),
    instalments=st.integers(1, 4),
    orders=st.decimals(0, 5_000, places=2),
    further=st.integers(0, 3),
)
ITEMS = st.lists(
    st.tuples(st.dates(date(2026, 5, 1), date(2026, 9, 30)), st.decimals(1, 9_000, places=2)),
    max_size=4,
).map(lambda found: tuple(sorted(found)))


@st.composite
def customers(draw):
    found = draw(ITEMS)
    owed = sum((amount for _day, amount in found), D(0))
    return Known(
        DAY, draw(st.sampled_from(["BE", "FR", "NL", ""])), draw(st.none() | AMOUNTS), owed, owed,
        found, draw(st.sampled_from([D(0), D(20_000)])), D(90),
        draw(st.none() | st.builds(Lateness, st.integers(-10, 60).map(D))),
        draw(st.none() | st.sampled_from([D(0), D("0.03")])), credited=draw(
            st.sampled_from([D(0), D("0.02")])),
    )  # fmt: skip


@given(DEALS, customers())
def test_after_what_is_granted_the_limit_holds_and_no_cent_more_need_be_paid(deal, known):
    found = decide(deal, known, DEFAULTS)
    if found.granted is None:
        assert not passes(replace(deal, advance=deal.amount), known, DEFAULTS)
        return
    if found.granted.credit:
        assert known.owed + deal.orders + found.granted.credit <= (known.limit or 0)
    assert passes(found.granted, known, DEFAULTS)
    if found.granted.advance > deal.advance:
        less = replace(found.granted, advance=found.granted.advance - CENT)
        assert not passes(less, known, DEFAULTS)


def nearly(what, by, deal, known):
    """Return the deal and what is known with a change by so much."""
    if what == "paid":
        return deal, known.paying(by)
    if what == "amount":
        return deal.smaller(by), known
    if what == "terms":
        return replace(deal, terms=deal.terms - int(by)), known
    return replace(deal, cost=deal.cost - by), known


@given(DEALS, customers())
def test_the_smallest_change_turns_the_answer_and_a_step_less_does_not(deal, known):
    found = smallest_changes(deal, known, DEFAULTS)
    assert not found or decide(deal, known, DEFAULTS).answer != YES
    for one in found:
        assert decide(one.deal, one.known, DEFAULTS).answer == YES
        less = one.by - (1 if one.what == "terms" else CENT)
        assert decide(*nearly(one.what, less, deal, known), DEFAULTS).answer != YES
