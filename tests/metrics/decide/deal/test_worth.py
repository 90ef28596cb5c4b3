"""What granting credit is worth, by the numbers that textbooks print."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.decide.deal.worth import (
    break_even_chance,
    coming_back,
    cost_of_waiting,
    days_until_gone,
    discount_rates,
    expected_profit,
    limit_by_need,
    needed_limit,
)

D = Decimal


def test_a_loss_on_the_first_order_can_be_worth_it():
    # Brealey, Myers, Allen, Cast Iron
    first = (D(1200), D(1000), D("0.8"))
    assert expected_profit(*first) == -40
    assert round(break_even_chance(*first[:2]), 4) == D("0.8333")
    again = expected_profit(D(1200), D(1000), D("0.95"))
    assert again == 140
    worth = {rate: coming_back(again, D("0.95"), 1, D(rate)) for rate in (0, 10, 180)}
    assert expected_profit(*first, back=worth[0]) == 72
    assert round(expected_profit(*first, back=worth[10]), 2) == D("61.82")
    assert round(expected_profit(*first, back=worth[180]), 10) == 0


def test_who_orders_each_month_for_ever_needs_a_much_lower_chance():
    once = (D(100), D(96))
    assert expected_profit(*once, D("0.93")) == D("-3.00")
    assert break_even_chance(*once) == D("0.96")
    # a payer is worth 4 / 1 % = 400 in all, 396 beyond this sale
    assert expected_profit(*once, D("0.93"), back=D(396)) == D("365.28")
    assert round(break_even_chance(*once, back=D(396)), 4) == D("0.1935")


def test_waiting_takes_the_margin_in_time():
    margin = D(30_000) - D(27_000)
    left = {days: margin - cost_of_waiting(D(30_000), days, D(5)) for days in (60, 120)}
    assert [round(left[days], 2) for days in (60, 120)] == [D("2753.42"), D("2506.85")]
    assert [round(one / 300, 2) for one in left.values()] == [D("9.18"), D("8.36")]
    assert days_until_gone(margin, D(30_000), D(5)) == 730
    assert days_until_gone(margin, D(30_000), D(0)) is None


def test_a_discount_for_early_payment_by_three_conventions():
    rates = discount_rates(D(2), 20)
    found = (rates.simple_360, rates.simple_365, rates.compound_365)
    assert [round(one, 2) for one in found] == [D("36.73"), D("37.24"), D("44.59")]
    for percent, days in ((D(0), 20), (D(100), 20), (D(2), 0)):
        with pytest.raises(ValueError, match="no discount"):
            discount_rates(percent, days)


def test_a_limit_by_need_against_capacity():
    found = limit_by_need(D(50_000), ((D(80_000), D(35)), (D(700_000), D(5))))
    assert found == (28_000, 22_000)
    assert needed_limit(D(250_000), 73) == 50_000


@given(
    revenue=st.decimals(1, 10_000, places=2),
    cost=st.decimals(1, 10_000, places=2),
    back=st.decimals(0, 10_000, places=2),
)
def test_at_the_break_even_chance_nothing_is_gained(revenue, cost, back):
    chance = break_even_chance(revenue, cost, back)
    assert abs(expected_profit(revenue, cost, chance, back)) < D("1e-15")
