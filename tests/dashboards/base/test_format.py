from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from dashboards.base.format import NOTHING, Format

EN, NL, FR = Format("en"), Format("nl"), Format("fr")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "english", "dutch", "french"),
    [
        (Decimal("4213400.25"), "4.2 M€", "4,2 M€", "4,2 M€"),
        (999_499, "999 k€", "999 k€", "999 k€"),
        (999_500, "1.0 M€", "1,0 M€", "1,0 M€"),
        (9_440, "9.4 k€", "9,4 k€", "9,4 k€"),
        (940, "940 €", "940 €", "940 €"),
        (-318_400, "−318 k€", "−318 k€", "−318 k€"),
        (Decimal("-0.004"), "0 €", "0 €", "0 €"),
        (None, NOTHING, NOTHING, NOTHING),
    ],
)
def test_money_is_rounded_to_what_is_readable(value, english, dutch, french):
    assert [plain(f.money(value)) for f in (EN, NL, FR)] == [english, dutch, french]


def test_exact_amounts_keep_every_cent():
    amount = Decimal("1234567890123.45")
    assert plain(EN.exact(amount)) == "1,234,567,890,123.45 €"
    assert plain(NL.exact(amount)) == "1.234.567.890.123,45 €"
    assert plain(FR.exact(amount)) == "1 234 567 890 123,45 €"


@given(
    st.decimals(-(10**14), 10**14, places=4) | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9),
    st.integers(0, 3),
)
def test_numbers_are_written_as_babel_writes_them(value, digits):
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP")
    for f in (EN, NL, FR):
        written = format_decimal(exact or abs(exact), format=pattern, locale=f.locale)
        assert f.number(value, digits) == written.replace("-", "−")


def test_a_currency_without_a_sign_of_its_own_stands_by_its_code():
    assert plain(Format("en", "CHF").money(99_999)) == "100 kCHF"
    assert plain(Format("nl", "USD").exact(5)) == "5,00 USD"


def test_half_a_day_rounds_away_from_zero_and_never_to_minus_zero():
    assert (EN.days(47.25), EN.days(-0.04), EN.days(None)) == ("47.3", "0.0", NOTHING)


@pytest.mark.parametrize(
    ("change", "unit", "text"),
    [
        (2.14, "days", "+2.1"),
        (-2.16, "days", "−2.2"),
        (0.01, "days", "±0.0"),
        (0.0149, "share", "+1.5"),
        (Decimal(-400_000), "money", "−400 k€"),
        (None, "days", NOTHING),
    ],
)
def test_changes_carry_their_sign(change, unit, text):
    assert plain(EN.delta(change, unit)) == text


def test_amounts_of_one_table_share_one_unit():
    scale, unit = EN.scale([Decimal(7_156_947), None, Decimal(-3)])
    assert (scale, unit) == (1000, "k€")
    assert EN.scaled(Decimal("328499.99"), scale) == "328"
    assert EN.scaled_delta(Decimal(-72_100), scale) == "−72"
    assert EN.scaled_delta(Decimal(100), scale) == "±0"


def test_days_and_months_in_the_readers_language():
    day = date(2026, 8, 31)
    assert [f.day(day) for f in (EN, NL, FR)] == ["31 Aug 2026", "31 aug 2026", "31 août 2026"]
    assert EN.calendar()["weekdays"][0] == "Sunday"
    assert FR.calendar()["months"][7] == "août"


def test_plotly_gets_the_readers_separators():
    assert [f.separators for f in (EN, NL, FR)] == [".,", ",.", ",\u202f"]
