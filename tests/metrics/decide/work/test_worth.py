"""What a step is worth, against a second computation in floats from the lives themselves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.kinds import Effort
from metrics.decide.work.account import Account, Item
from metrics.decide.work.chances import LEAST, LONGEST, Curve, chance
from metrics.decide.work.worth import worth
from tests.depth import checked

D = Decimal
DAY = date(2026, 3, 31)
CALL = Effort("call", 12, 1, 60, 7)
lives = st.lists(st.tuples(st.integers(0, 120), st.booleans()), min_size=1, max_size=40)


def curve_of(found: list[tuple[int, bool]]) -> Curve:
    """Return the curve of lives: days, and whether they ended by a payment."""
    days = sorted({day for day, _paid in found})
    unpaid, at_risk, share = [], [], D(1)
    for day in days:
        risk = sum(1 for d, _p in found if d >= day)
        share *= 1 - D(sum(1 for d, p in found if d == day and p)) / risk
        unpaid.append(share)
        at_risk.append(risk)
    return Curve(tuple(days), tuple(unpaid), tuple(at_risk), sum(p for _d, p in found))


def unpaid_after(found: list[tuple[int, bool]], age: int) -> float:
    """Return Kaplan and Meier's share unpaid after an age, life by life."""
    share = 1.0
    for day in sorted({d for d, paid in found if paid and d <= age}):
        risk = sum(d >= day for d, _p in found)
        share *= 1 - sum(d == day and p for d, p in found) / risk
    return share


def oracle(found, items, effort, horizon, money, hour, loss, own):
    """Return amount, left, asked, interest, loss, cost and unknown, day by day."""
    amount = left = sooner = interest = lost = unknown = 0.0
    for size, age in items:
        amount += size
        now = unpaid_after(found, age)
        if now <= 1e-12 or sum(d > age for d, _p in found) < LEAST:
            unknown += size
            continue
        then = unpaid_after(found, age + horizon)
        stay = then / now
        shift = size * (stay - stay ** (1 + effort.faster / 100)) if stay else 0.0
        later = float(horizon)
        if then > 1e-12:
            later += sum(
                unpaid_after(found, age + u) / then for u in range(horizon, max(LONGEST, horizon))
            )
        later = min(later, LONGEST)
        left += size * (1 - stay)
        sooner += shift
        interest += shift * (later - horizon / 2) * money / 36_500
        lost += shift * (min(1.0, loss / then) if then > 1e-12 else 0.0) * own
    cost = effort.minutes * hour / 60 + effort.cost
    return amount, left, left + sooner, interest, lost, cost, unknown


def close(found: Decimal, told: float) -> bool:
    return abs(float(found) - told) <= 0.011


@checked(60)
@given(
    lives,
    st.lists(st.tuples(st.integers(1, 90_000), st.integers(0, 130)), min_size=1, max_size=4),
    st.integers(1, 90), st.integers(0, 40), st.sampled_from(("0", "0.5", "1")),
)  # fmt: skip
def test_a_worth_is_what_a_second_computation_says(found, amounts, horizon, percent, insured):
    items = tuple(
        Item(DAY - timedelta(age), DAY - timedelta(age) + timedelta(1), D(size))
        for size, age in amounts
    )
    account = Account("1", "One", exposure=D(1000), insured=D(1000) * D(insured),
                      loss=D(percent) / 1000, curves=(curve_of(found),))  # fmt: skip
    value = worth(account, items, CALL, DAY, horizon, D(5), D(45))
    amount, left, asked, interest, lost, cost, unknown = oracle(
        found, amounts, CALL, horizon, 5, 45, percent / 1000, 1 - float(insured)
    )
    assert (value.amount, value.unknown) == (D(int(amount)), D(int(unknown)))
    assert close(value.left, left)
    assert close(value.asked, asked)
    assert close(value.interest, interest)
    assert value.loss is not None
    assert close(value.loss, lost)
    assert close(value.cost, cost)
    assert value.net == value.interest + value.loss - value.cost


def test_the_parts_of_a_worth_by_hand():
    # half is paid on day 40, the rest on day 100: of 10,000 open for 50 days nothing is paid within
    # 30 days unasked; who is twice as fast pays no more, for nothing of nothing is nothing
    curve = Curve((40, 100), (D("0.5"), D(0)), (100, 50), 100)
    one = Account("1", "One", curves=(curve,), loss=D("0.01"))
    item = [Item(DAY - timedelta(50), DAY - timedelta(20), D(10_000))]
    assert worth(one, item, CALL, DAY, 30, D(5), D(45)).sooner == 0
    # a half more is paid by day 60 of those open then: 5,000 unasked; at twice the pace 7,500
    curve = Curve((40, 60, 100), (D("0.5"), D("0.25"), D(0)), (100, 50, 25), 100)
    one = Account("1", "One", curves=(curve,), loss=D("0.01"))
    twice = Effort("call", 12, 0, 100, 7)
    value = worth(one, item, twice, DAY, 30, D(5), D(45))
    assert (value.left, value.asked) == (5000, 7500)
    # the rest waits from day 50 to 100: 50 days, less the 15 of who is asked
    assert value.days == 35
    assert value.interest == D("11.99")  # 2,500 x 5 % x 35 / 365
    assert (value.never, value.loss) == (D("0.04"), 100)  # 1 % of all is 4 % of the last quarter
    assert (value.cost, value.net) == (9, D("102.99"))


def test_who_is_insured_loses_the_rest_only_and_who_lost_nothing_says_so():
    curve = Curve((40, 60, 100), (D("0.5"), D("0.25"), D(0)), (100, 50, 25), 100)
    item = [Item(DAY - timedelta(50), DAY - timedelta(20), D(10_000))]
    twice = Effort("call", 12, 0, 100, 7)
    insured = Account("1", "One", curves=(curve,), loss=D("0.01"), exposure=D(10_000),
                      insured=D(9_000))  # fmt: skip
    assert worth(insured, item, twice, DAY, 30, D(5), D(45)).loss == 10
    told = worth(insured, item, Effort("insurer", 30, 0, 0, 30), DAY, 30, D(5), D(45))
    assert (told.sooner, told.cover) == (0, 180)  # of 5,000 unpaid then 4 %, of which 90 %
    unknown = Account("1", "One", curves=(curve,))
    value = worth(unknown, item, twice, DAY, 30, D(5), D(45))
    assert (value.loss, value.net) == (None, D("2.99"))


def test_the_nearest_that_saw_enough_as_old_speaks():
    own = Curve((10, 20), (D("0.5"), D("0.4")), (8, LEAST - 1), 8)
    all_ = Curve((10, 50), (D("0.5"), D("0.2")), (800, 400), 800, "total", "total")
    assert chance([own, all_], 5, 30).curve is own
    assert chance([own, all_], 15, 30).curve is all_
    assert chance([own, all_], 60, 30) is None
    assert chance([], 5, 30) is None
