"""The insurer's clock, levels of approval, stages of collection, fixed compensation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.file import parse
from data.core.policy.rules import DEFAULTS
from metrics.decide.approval import approver, needs_another, unsecured
from metrics.decide.compensation import compensation
from metrics.decide.insurer import insurers_clock
from metrics.decide.stages import next_stage, stage

DAY = date(2026, 1, 1)
AMOUNTS = st.decimals(Decimal(0), Decimal(10_000_000), places=2)


def test_the_insurers_clock_runs_from_the_original_due_day():
    clock = insurers_clock(date(2026, 6, 30), DEFAULTS)
    assert clock.postpone_until == clock.extension_ends == date(2026, 8, 29)
    assert clock.uninsured_from == date(2026, 8, 30)
    assert clock.hand_over_by == date(2026, 9, 28)
    # a promise within it is free, the last instalment of a plan after it is not
    assert not clock.needs_agreement(date(2026, 8, 20))
    assert not clock.needs_agreement(date(2026, 8, 29))
    assert clock.needs_agreement(date(2026, 9, 15))


def test_one_postpones_no_longer_than_the_insurer_extends():
    clock = insurers_clock(DAY, parse("extension_days = 40\nhandover_days = 10"))
    assert clock.postpone_until == DAY + timedelta(40)
    clock = insurers_clock(DAY, parse("postpone_days = 20"))
    assert clock.postpone_until == DAY + timedelta(20)
    assert clock.uninsured_from == DAY + timedelta(61)


@given(*[st.integers(0, 3650)] * 3)
def test_the_insurers_days_are_in_order(extension, own, handover):
    policy = parse(
        f"extension_days = {extension}\npostpone_days = {own}\nhandover_days = {handover}"
    )
    clock = insurers_clock(DAY, policy)
    assert DAY <= clock.postpone_until <= clock.extension_ends < clock.uninsured_from
    assert clock.hand_over_by >= clock.extension_ends


def test_what_is_insured_in_part_is_unsecured_in_part():
    assert unsecured(Decimal(100_000), Decimal(70_000), Decimal(90)) == 37_000
    assert unsecured(Decimal(100_000)) == 100_000
    assert unsecured(Decimal(1_000), Decimal(70_000), Decimal(90)) == 100
    assert unsecured(Decimal(1_000), Decimal(500), Decimal(90), Decimal(5_000)) == 0


def test_the_lowest_level_that_may_approve_does():
    policy = parse(
        'approval = [{ value = [{ role = "A", up_to = 10 }, { role = "B", up_to = 20.50 }] },'
        ' { since = 2026-01-02, value = [{ role = "C" }] }]\nfour_eyes = 15'
    )

    def who(part, day=DAY):
        level = approver(Decimal(part), day, policy)
        return level and level.role

    assert [who("10"), who("10.01"), who("20.50"), who("20.51")] == ["A", "B", "B", None]
    assert who("20.51", date(2026, 1, 2)) == "C"
    assert [needs_another(Decimal(part), DAY, policy) for part in (15, 16)] == [False, True]


@given(AMOUNTS, AMOUNTS)
def test_more_is_never_approved_by_less(one, other):
    levels = DEFAULTS.approval.at(DAY)
    less, more = (levels.index(approver(part, DAY, DEFAULTS)) for part in sorted((one, other)))
    assert less <= more


@pytest.mark.parametrize(
    ("late", "now", "coming"),
    [(-3, None, "Reminder"), (6, None, "Reminder"), (7, "Reminder", "Second reminder"),
     (59, "Formal notice", "Collection agency"), (400, "Collection agency", None)],
)  # fmt: skip
def test_stages_begin_on_their_day(late, now, coming):
    day = DAY + timedelta(late)
    begun, follows = stage(DAY, day, DEFAULTS), next_stage(DAY, day, DEFAULTS)
    assert (begun and begun.stage) == now
    assert (follows and follows[0].stage) == coming
    if follows:
        assert follows[1] == DAY + timedelta(follows[0].days) > day


@pytest.mark.parametrize(
    ("country", "amounts", "claimed"),
    [
        ("BE", ["4500"], "40"), ("BE", ["1", "2"], "80"), ("FR", [], "0"), ("LU", ["5"], "40"),
        ("NL", ["100"], "40"), ("NL", ["2500"], "375"), ("NL", ["2000", "3000"], "625"),
        ("NL", ["10000"], "875"), ("NL", ["200000"], "2775"), ("NL", ["1000000"], "6775"),
        ("NL", ["9000000"], "6775"),
    ],
)  # fmt: skip
def test_compensation_is_an_amount_an_invoice_or_a_scale_of_the_claim(country, amounts, claimed):
    found = compensation([Decimal(a) for a in amounts], country, DAY, DEFAULTS)
    assert found == Decimal(claimed)


def test_the_policy_may_claim_another_compensation():
    policy = parse("compensation = { BE = 0, CH = 12.50 }")
    two = [Decimal(5), Decimal(5)]
    assert compensation(two, "BE", DAY, policy) == 0
    assert compensation(two, "CH", DAY, policy) == 25
    assert compensation(two, "FR", DAY, policy) == 80
    assert compensation(two, "CH", DAY, DEFAULTS) is None


@given(st.lists(AMOUNTS, min_size=1, max_size=4), AMOUNTS)
def test_a_larger_claim_is_never_compensated_less(amounts, more):
    less, larger = (compensation(a, "NL", DAY, DEFAULTS) for a in (amounts, [*amounts, more]))
    assert 40 <= less <= larger <= 6775
