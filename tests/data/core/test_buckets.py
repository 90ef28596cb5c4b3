"""Sets of buckets: where each begins and ends, in Python and in SQL, and which cannot be."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.buckets import DEFAULT, MOST, SHADES, Buckets
from tests.random_buckets import bucket_sets

DAY = date(2026, 3, 31)


def named(unapplied: bool, since: date, buckets: Buckets = DEFAULT, day: date = DAY) -> str:
    sql = buckets.sql("$unapplied", "$since", "cast($day as date)")
    values = {"unapplied": unapplied, "since": since, "day": day}
    with duckdb.connect() as connection:
        return connection.execute(f"select {sql}", values).fetchall()[0][0]


@pytest.mark.parametrize(
    ("late", "name"),
    [
        (-1, "not_due"),
        (0, "not_due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "over_90"),
        (4000, "over_90"),
    ],
)
def test_each_bucket_begins_and_ends_on_its_day(late, name):
    assert named(False, DAY - timedelta(days=late)) == name
    assert DEFAULT.of(DAY - timedelta(days=late), DAY) == name


@pytest.mark.parametrize("late", [-1, 0, 31, 4000])
def test_a_payment_is_unapplied_however_old_it_is(late):
    assert named(True, DAY - timedelta(days=late)) == "unapplied"


@pytest.mark.parametrize(
    ("text", "since", "name"),
    [
        ("30,60,90+5", date(2026, 3, 26), "not_due"),
        ("30,60,90+5", date(2026, 3, 25), "6-30"),
        ("30,60,90,120", date(2025, 12, 1), "91-120"),
        ("7", date(2026, 3, 23), "over_7"),
        ("months:3", date(2026, 3, 31), "not_due"),
        ("months:3", date(2026, 3, 1), "month_0"),
        ("months:3", date(2026, 2, 28), "month_1"),
        ("months:3", date(2026, 1, 1), "month_2"),
        ("months:3", date(2025, 12, 31), "older"),
        ("months:1+40", date(2026, 2, 19), "not_due"),
        ("months:1+40", date(2026, 2, 18), "older"),
    ],
)
def test_other_sets_end_where_they_are_said_to(text, since, name):
    buckets = Buckets.of_text(text)
    assert buckets.of(since, DAY) == name
    assert named(False, since, buckets) == name


@given(bucket_sets(), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-40, 500))
def test_sql_and_python_say_the_same(buckets, day, late):
    since = day - timedelta(days=late)
    assert named(False, since, buckets, day) == buckets.of(since, day)
    assert Buckets.of_text(str(buckets)) == buckets
    assert set(buckets.labels) == set(buckets.shades) == set(buckets.names)
    assert len(set(buckets.shades.values())) == len(buckets.names) <= SHADES + 2


@pytest.mark.parametrize(
    "text",
    ["", "x", "30;60", "60,30", "30,30", "0,30", "30,60+30", "months:0", "months:7", "-5,30",
     "30,60,90,120,150,180,210", "5000", "months:3,30", "30+", "30,", "٣٠"],
)  # fmt: skip
def test_what_is_no_set_is_refused(text):
    with pytest.raises(ValueError, match="bucket"):
        Buckets.of_text(text)


def test_the_default_is_what_people_know():
    assert str(DEFAULT) == "30,60,90"
    assert [str(text) for text in DEFAULT.labels.values()] == [
        "Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days", "Unapplied",
    ]  # fmt: skip
    assert len(Buckets(tuple(range(10, 10 * MOST + 1, 10))).late) == SHADES
