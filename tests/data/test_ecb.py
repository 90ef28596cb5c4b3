"""Reference rates: those of the European Central Bank, and where they end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from data.reference.ecb import last_day, rates


def test_rates_are_those_the_bank_published():
    # 31 January 2025: 1.0393 US dollars and 0.8364 pounds for a euro
    day = date(2025, 1, 31)
    assert rates(["USD"], "EUR", day, day)[-1] == ("USD", day, Decimal("0.96218609"))
    assert rates(["EUR"], "USD", day, day)[-1] == ("EUR", day, Decimal("1.03930000"))


def test_a_weekend_has_the_rate_before_it():
    sunday = date(2025, 2, 2)
    assert [d for _, d, _ in rates(["USD"], "EUR", sunday, sunday)][-1] == date(2025, 1, 31)


def test_after_its_last_rate_a_currency_has_none():
    found = rates(["USD"], "EUR", last_day(), last_day() + timedelta(days=30))
    assert found[-1] == ("USD", last_day() + timedelta(days=5), None)
    # the rouble has had none since March 2022, Croatia's kuna since 2023
    assert rates(["RUB"], "EUR", date(2022, 2, 25), date(2025, 1, 1))[-1][2] is None
    assert rates(["HRK"], "EUR", date(2023, 6, 1), date(2023, 7, 1)) == []


def test_a_currency_that_the_bank_does_not_set_has_none():
    assert rates(["AED"], "EUR", date(2025, 1, 1), date(2025, 2, 1)) == []
    assert rates(["USD"], "AED", date(2025, 1, 1), date(2025, 2, 1)) == []
