"""The promised false alarms hold for payers whose behaviour does not change."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.alarms import falsely, seen
from metrics.decide.alarms.waiting import pending
from metrics.decide.alarms.watch import ENOUGH, Payers, scores, watch


def none(count):
    return np.zeros(count, dtype=np.int64), np.zeros(count)


def test_false_alarms_are_no_more_than_promised():
    found = falsely(3, 400, 26, 4.0)
    # of a Poisson count with mean 26, fewer than one in a hundred thousand reach 50
    assert found.a_week * 26 < 50
    loose = falsely(3, 400, 26, 4.0, promised=5.0)
    assert loose.h < found.h
    assert found.a_week <= loose.a_week <= 7.5


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.parametrize(("customers", "a_month"), [(500, 6.0), (2000, 1.0), (2000, 2.0)])
def test_false_alarms_of_larger_books(customers, a_month):
    found = falsely(11, customers, 104, a_month)
    assert 0.05 < found.a_week < 1.3  # 104 a year and 104 weeks: six deviations are 0.6 too many


def test_a_large_shift_is_seen_sooner():
    one, two = (seen(5, 200, 40, shift, 4.5) for shift in (1.0, 3.0))
    assert two.share > one.share > 0.4
    assert two.share > 0.8
    assert two.payments < one.payments


def test_habits_of_any_shape_have_the_same_scores():
    random = np.random.default_rng(1)
    days = random.standard_normal(100)
    who = np.zeros(100, dtype=np.int64)
    heavy = np.exp(3 * days) - 40
    assert np.array_equal(scores(who, days), scores(who, heavy), equal_nan=True)
    assert np.isnan(scores(who, days)[:ENOUGH]).all()
    assert not np.isnan(scores(who, days)[ENOUGH:]).any()


def test_no_customer_is_compared_with_another():
    random = np.random.default_rng(2)
    late = random.standard_normal(90)
    who = np.repeat(np.arange(3), 30)
    apart = np.concatenate([scores(np.zeros(30, np.int64), late[n : n + 30]) for n in (0, 30, 60)])
    assert np.array_equal(scores(who, late), apart, equal_nan=True)


def test_the_sum_says_since_when():
    late = np.array([5.0, 6.0, 4.0, 5.0] * 5 + [20.0] * 4)
    who, day = np.zeros(24, dtype=np.int64), 7 * np.arange(24)
    found = watch(Payers(1, who, day, late, *none(1)))
    # the day of 6 before it began the sum, and counts
    assert found.since[0] <= 20 < found.since[0] + 5
    assert (found.usual[0], found.lately[0]) == (5.0, 20.0)
    alone = np.max(watch(Payers(1, who[:20], day[:20], late[:20], *none(1))).sums)
    assert found.sums[0] > 4 > alone


def test_what_is_open_counts_only_where_nothing_overtook_it():
    who, day = np.zeros(15, dtype=np.int64), 7 * np.arange(15)
    late, newest = np.full(15, 2.0), day - 2
    waits = np.zeros(3, dtype=np.int64)

    def counted(due, as_of=140):
        counts, at = pending(1, who, day, late, newest, waits, np.array(due), as_of)
        return int(counts[0]), float(at[0])

    # the last payment, on day 98, was of what was due on day 96
    assert counted([103, 110, 117]) == (3, 30.0)
    assert counted([10, 20, 30]) == (0, 0.0)
    assert counted([103, 103, 103]) == (1, 37.0)
    # of what is no later than usual nothing is told, nor faster than it usually pays
    assert counted([138, 139, 139]) == (0, 0.0)
    assert counted([97, 98, 99], as_of=104) == (1, 6.0)
