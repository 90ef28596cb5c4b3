"""Interest for late payment: published examples, half-years, rules by country, and what splits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.file import parse
from data.core.policy.rules import DEFAULTS
from data.reference.late_payment import PUBLIC, last_known
from metrics.decide.interest import interest, least_agreed

COUNTRIES = st.sampled_from(["BE", "NL", "LU", "DE", "FR"])
DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 30))
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2)


def said(amount, due, paid, country, policy=DEFAULTS, debtor="companies"):
    days = (date.fromisoformat(day) for day in (due, paid))
    return interest(Decimal(amount), *days, country, policy, debtor)


@pytest.mark.parametrize(
    ("amount", "due", "paid", "policy", "country", "total"),
    [
        ("10000", "2025-05-31", "2025-07-31", "", "BE", "183.70"),  # one rate for all: 192.19
        ("15000", "2025-01-31", "2025-03-02", "interest = { FR = 15 }", "FR", "184.93"),
        ("5000", "2026-01-31", "2026-05-01", "", "NL", "125.14"),
        ("4500", "2026-01-31", "2026-03-02", "interest = { LU = 11 }", "LU", "40.68"),
        ("100", "2025-05-31", "2025-05-31", "", "BE", "0.00"),
        ("100", "2025-05-31", "2025-05-01", "", "BE", "0.00"),
    ],
)
def test_published_examples(amount, due, paid, policy, country, total):
    found = said(amount, due, paid, country, parse(policy))
    assert found.total == Decimal(total)
    assert not found.assumed


def test_the_rate_moves_with_the_half_years_and_where_they_are_alike_does_not_part_them():
    found = said("10000", "2025-05-31", "2026-02-28", "BE")
    assert [(str(p.first), str(p.last), str(p.percent)) for p in found.periods] == [
        ("2025-06-01", "2025-06-30", "11.50"),
        ("2025-07-01", "2026-02-28", "10.50"),
    ]


def test_a_french_public_contract_keeps_its_first_rate():
    found = said("10000", "2024-06-15", "2025-03-31", "FR", debtor=PUBLIC)
    assert [str(p.percent) for p in found.periods] == ["12.50"]
    # it begins to run the day after the due day
    assert said("10000", "2024-06-30", "2025-03-31", "FR", debtor=PUBLIC).periods[0].percent == (
        Decimal("12.25")
    )


def test_in_ireland_the_day_of_payment_says_the_rate_of_all_days():
    found = said("10000", "2024-06-15", "2025-07-01", "IE")
    assert [(str(p.percent), p.days) for p in found.periods] == [("10.15", 381)]


def test_an_agreed_rate_holds_from_its_day_on():
    policy = parse("interest = [{ value = {} }, { since = 2025-07-11, value = { BE = 6 } }]")
    found = said("10000", "2025-05-31", "2025-07-31", "BE", policy)
    assert [(str(p.percent), p.days, p.agreed) for p in found.periods] == [
        ("11.50", 30, False), ("10.50", 10, False), ("6", 21, True),
    ]  # fmt: skip
    assert said("10000", "2025-05-31", "2025-07-31", "NL", policy).periods[0].agreed is False
    # of public contracts the law says the rate, whatever companies agree on
    policy = parse("interest = { FR = 15 }")
    found = said("10000", "2024-06-15", "2025-03-31", "FR", policy, PUBLIC)
    assert [str(p.percent) for p in found.periods] == ["12.50"]


def test_what_is_not_known_is_not_said():
    assert said("100", "2025-05-31", "2025-07-31", "CH") is None
    assert said("100", "2018-05-31", "2019-07-31", "BE") is None
    agreed = parse("interest = { CH = 5 }")
    assert said("36500", "2025-05-31", "2025-06-10", "CH", agreed).total == Decimal("50.00")


def test_beyond_the_last_half_year_a_rate_is_assumed():
    end = last_known()
    found = interest(Decimal(100), end, end + timedelta(10), "BE", DEFAULTS)
    assert found.assumed
    found = interest(Decimal(100), end - timedelta(5), end + timedelta(5), "BE", DEFAULTS)
    assert [(p.days, p.assumed) for p in found.periods] == [(5, False), (5, True)]
    assert interest(Decimal(100), end, end + timedelta(9), "IE", DEFAULTS).assumed


def test_the_french_floor_stood_above_the_statutory_rate():
    assert least_agreed("FR", date(2024, 9, 1)) == Decimal("14.76")
    assert least_agreed("FR", date(2026, 9, 1)) is None
    assert least_agreed("CH", date(2024, 9, 1)) is None


@given(AMOUNTS, COUNTRIES, st.tuples(DAYS, DAYS, DAYS))
def test_a_span_that_is_split_adds_up(amount, country, days):
    due, between, paid = sorted(days)
    whole = interest(amount, due, paid, country, DEFAULTS)
    parts = [
        interest(amount, due, between, country, DEFAULTS),
        interest(amount, between, paid, country, DEFAULTS),
    ]
    assert sum(p.percent_days for p in parts) == whole.percent_days
    assert abs(sum(p.total for p in parts) - whole.total) <= Decimal("0.01")
    assert sum(p.days for p in whole.periods) == (paid - due).days


@given(AMOUNTS, AMOUNTS, COUNTRIES, DAYS, DAYS)
def test_an_amount_that_is_split_adds_up_and_waiting_never_costs_less(
    one, other, country, due, paid
):
    due, paid = sorted((due, paid))
    both, first, second = (
        interest(amount, due, paid, country, DEFAULTS) for amount in (one + other, one, other)
    )
    assert abs(first.total + second.total - both.total) <= Decimal("0.01")
    later = interest(one, due, paid + timedelta(1), country, DEFAULTS)
    assert later.total >= first.total
