"""What the law says of late payment: whole, made as each country makes it, and never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from data.reference.late_payment import (
    AT_PAYMENT,
    FIXED,
    MOVES,
    PUBLIC,
    READ,
    caps,
    caps_on,
    compensation_on,
    compensations,
    last_known,
    law,
    rates,
    rates_of,
)

COUNTRIES = {"BE": MOVES, "NL": MOVES, "LU": MOVES, "DE": MOVES, "FR": MOVES, "IE": AT_PAYMENT}


def rate(country, day, debtor="companies"):
    return next(r for r in rates_of(country, debtor) if r.since == date.fromisoformat(day))


@pytest.mark.parametrize(("country", "rule"), COUNTRIES.items())
def test_every_half_year_has_its_rate(country, rule):
    found = rates_of(country)
    assert [r.since for r in found] == [
        date(year, month, 1) for year in range(2019, 2027) for month in (1, 7)
    ]
    assert {r.rule for r in found} == {rule}
    assert law(country, "interest").url.startswith("https://")
    assert last_known() == date(2026, 12, 31)


def test_rates_are_made_of_their_reference():
    for one in rates():
        made = one.reference + one.points
        if one.country == "BE":  # rounded up to the half point
            assert made <= one.percent < made + Decimal("0.5")
            assert one.percent % Decimal("0.5") == 0
        else:
            assert one.percent == made
        assert (one.status == READ) <= bool(one.source)


@pytest.mark.parametrize(
    ("country", "day", "percent"),
    [
        ("BE", "2019-07-01", "8.00"),  # not the 8.5 that was printed elsewhere
        ("BE", "2024-07-01", "12.50"),
        ("BE", "2025-01-01", "11.50"),
        ("BE", "2025-07-01", "10.50"),
        ("NL", "2024-07-01", "12.25"),
        ("NL", "2026-01-01", "10.15"),
        ("NL", "2026-07-01", "10.40"),
        ("FR", "2023-01-01", "12.50"),  # not ten points over the legal rate, 12.06
        ("FR", "2023-07-01", "14.00"),
        ("LU", "2024-07-01", "12.25"),
        ("DE", "2022-07-01", "8.12"),
        ("DE", "2026-07-01", "10.52"),
    ],
)
def test_rates_are_those_that_were_published(country, day, percent):
    assert rate(country, day).percent == Decimal(percent)


def test_french_contracts_have_a_floor_and_public_ones_a_rate_that_stays():
    assert rate("FR", "2024-01-01").least_agreed == Decimal("15.21")
    assert rate("FR", "2024-07-01").least_agreed == Decimal("14.76")
    assert rate("FR", "2025-01-01").least_agreed is None  # not known
    assert {r.rule for r in rates_of("FR", PUBLIC)} == {FIXED}
    assert rate("FR", "2024-07-01", PUBLIC).percent == Decimal("12.25")


def test_caps_hold_from_their_day_on_and_the_directive_where_a_country_has_none():
    assert [(c.days, c.falls_back_days) for c in caps_on("BE", date(2022, 2, 1))] == [(60, 30)]
    assert [c.country for c in caps_on("BE", date(2022, 1, 31))] == ["EU"]
    assert [c.days for c in caps_on("NL", date(2022, 6, 30))] == [60, 60]
    assert [c.days for c in caps_on("NL", date(2022, 7, 1))] == [30, 60]
    assert [c.days for c in caps_on("FR", date(2026, 1, 1), PUBLIC)] == [30]
    assert caps_on("US", date(2026, 1, 1)) == ()
    assert caps_on("BE", date(2000, 1, 1)) == ()
    for cap in caps():
        assert law(cap.country, "terms").names["nl"]
        assert cap.counts_from in ("issue", "receipt")


def test_compensations_have_their_law():
    for one in compensations():
        assert law(one.country, "compensation").names["fr"]
        assert one.least <= one.most
    assert compensation_on("BE", date(2013, 3, 15)) is None
    assert compensation_on("CH", date(2026, 1, 1)) is None
    with pytest.raises(KeyError):
        law("CH", "terms")
