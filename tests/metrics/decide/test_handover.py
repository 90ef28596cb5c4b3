"""Whom to hand over: the points add up, and who disputes or promised is never a candidate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.core.policy.rules import DEFAULTS
from data.workspace.subjects.promise import BROKEN, KEPT, OPEN, PART
from metrics.decide.handover import Points, barred, candidates, points, weighed
from metrics.decide.work.account import Account, Away, Given, Item, Said, Step
from tests.depth import few

D = Decimal
DAY = date(2026, 3, 31)


def item(late, amount):
    due = DAY - timedelta(late)
    return Item(due - timedelta(30), due, D(amount))


def promised(state, plan=False):
    return Given(DAY - timedelta(20), DAY + timedelta(9), D(50), D(50), state, plan)


LATE = Account("A", "Alpha", items=(item(90, 6000), item(10, 2000)), sales=D(10_000))


def test_the_worked_example():
    # 50 x 90 / 120, 50 x 8000 / 10000, 20 x (2 / 5 + 1 / 2) / 2, 20 x 10000 / 50000
    told = replace(LATE, said=Said(given=(promised(KEPT), promised(PART))))
    (one,) = weighed([told], {"A": DAY - timedelta(730)}, DAY, DEFAULTS)
    assert one.points == Points(38, 40, -9, -4)
    assert one.points.total == 65
    assert (one.overdue, one.oldest, one.kept, one.judged) == (D(8000), 90, 1, 2)
    assert candidates([one], DAY, DEFAULTS) == [one]


def test_what_is_unapplied_is_taken_off():
    (one,) = weighed([replace(LATE, unapplied=D(-6500))], {}, DAY, DEFAULTS)
    assert (one.overdue, one.oldest) == (D(1500), 10)
    assert candidates([one], DAY, DEFAULTS) == []


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (replace(LATE, items=()), "Nothing of it is overdue"),
        (replace(LATE, items=(), disputed=D(8000)), "Nothing of it is overdue"),
        (replace(LATE, items=(item(-5, 900),), late=D(20)), "Nothing of it is overdue"),
        (replace(LATE, unapplied=D(-8000)), "Nothing of it is overdue"),
        (replace(LATE, said=Said(given=(promised(OPEN),))), "promised"),
        (replace(LATE, said=Said(given=(promised(OPEN, plan=True),))), "keeps to its plan"),
        (replace(LATE, said=Said(handed_on=DAY)), "handed over on"),
        (replace(LATE, said=Said(away=Away(DAY, "talks", DAY + timedelta(3)))), "Taken off"),
    ],
)
def test_who_is_no_candidate(account, why):
    assert why in str(barred(account, DAY, DEFAULTS))
    # the insurer's last day changes nothing of it
    assert weighed([replace(account, hand_over_left=1)], {}, DAY, DEFAULTS) == []


def test_who_was_just_asked_may_be_handed_over():
    asked = replace(LATE, said=Said(steps=(Step(DAY, "dun", "Formal notice", "sent"),)))
    assert len(weighed([asked], {}, DAY, DEFAULTS)) == 1


def test_the_insurers_last_day_goes_first_whatever_the_points():
    small = replace(LATE, number="B", items=(item(70, 50),), hand_over_left=3)
    later = replace(small, number="C", hand_over_left=10)
    over = replace(small, number="D", hand_over_left=-1)
    found = weighed([LATE, later, over, small], {}, DAY, DEFAULTS)
    assert [one.account.number for one in found] == ["B", "C", "A", "D"]
    chosen = candidates(found, DAY, DEFAULTS)
    assert [one.account.number for one in chosen] == ["B", "C", "A"]
    assert chosen[0].last_day == DAY + timedelta(3)


def _money(most):
    return st.decimals(0, most, places=2)


@settings(max_examples=few(300))
@given(
    st.integers(1, 900), _money(50_000), _money(30), st.integers(0, 5), st.integers(0, 5),
    _money(200_000),
)  # fmt: skip
def test_each_part_is_within_its_bounds_and_more_late_is_never_less(
    late, amount, years, kept, missed, sales
):
    def made(late, amount, sales):
        return points(late, amount, years, kept, kept + missed, sales, DAY, DEFAULTS)

    one, most = made(late, amount, sales), DEFAULTS.handed_points.at(DAY)
    assert 0 <= one.age <= most["age"]
    assert 0 <= one.amount <= most["amount"]
    assert -most["relation"] <= one.relation <= 0
    assert -most["sales"] <= one.sales <= 0
    assert one.total == one.age + one.amount + one.relation + one.sales
    assert made(late + 30, amount + 1000, sales).total >= one.total
    assert made(late, amount, sales + 1000).total <= one.total


_STATES = st.sampled_from([OPEN, KEPT, PART, BROKEN])


@settings(max_examples=few(300))
@given(
    st.lists(st.tuples(st.integers(-60, 400), st.integers(1, 9000)), max_size=4),
    st.lists(st.tuples(_STATES, st.booleans()), max_size=3),
    st.integers(-9000, 0), st.booleans(), st.one_of(st.none(), st.integers(-9, 40)),
)  # fmt: skip
def test_an_oracle_says_who_may_be_handed_over(items, given_, loose, handed, left):
    said = Said(
        given=tuple(promised(state, plan) for state, plan in given_),
        handed_on=DAY if handed else None,
    )
    account = Account(
        "A", "Alpha", items=tuple(sorted((item(*one) for one in items), key=lambda x: x.due_on)),
        unapplied=D(loose), hand_over_left=left, said=said,
    )  # fmt: skip
    rest, late = -loose, []
    for days, amount in sorted(items, key=lambda one: -one[0]):
        if days <= 0:
            continue
        taken = min(rest, amount)
        rest -= taken
        if amount - taken >= 10:
            late.append(amount - taken)
    may = bool(late) and not handed and OPEN not in [state for state, _plan in given_]
    found = weighed([account], {}, DAY, DEFAULTS)
    assert len(found) == int(may)
    if may:
        assert found[0].overdue == sum(late)
