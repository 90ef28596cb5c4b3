"""The policy: what its file may say, what is refused and where, and what the defaults are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from data.core.buckets import DEFAULT
from data.core.policy import DEFAULTS, RULES, PolicyError, changes, parse, template

DAY = date(2026, 3, 1)


def test_the_file_that_is_written_says_the_defaults():
    assert parse(template()) == DEFAULTS == parse("")
    assert all(f"\n{name} = " in template() for name in RULES)
    assert DEFAULTS.fingerprint == ""
    assert DEFAULTS.usual(DAY) == DEFAULT


def test_a_value_counts_from_its_day_on():
    terms = parse("terms_days = [{ value = 30 }, { from = 2026-01-01, value = 45 }]").terms_days
    assert [terms.at(date(2025, 12, 31)), terms.at(date(2026, 1, 1))] == [30, 45]
    asked = f"select {terms.sql('day')} from (values (date '2025-12-31'), (date '2026-01-01'))"
    with duckdb.connect() as connection:
        assert connection.execute(f"{asked} as t(day)").fetchall() == [(30,), (45,)]


@pytest.mark.parametrize(
    ("said", "line", "remedy"),
    [
        ("\nterm_days = 3", 2, "Did you mean terms_days?"),
        ("nothing_like_it = 3", 1, "Known are: terms_days"),
        ('\n\nterms_days = "30"', 3, "Write a whole number from 0 to 3,650."),
        ("terms_days = 4000", 1, "Write a whole number"),
        ("terms_days = true", 1, "Write a whole number"),
        ("bank_fee = nan", 1, "Write a number from"),
        ("discounts = [1, 200]", 1, "percents in brackets"),
        ("discounts = 2", 1, "percents in brackets"),
        ('buckets = "unknown"', 1, "Name a set of [sets]"),
        ('[sets]\n\nodd = "60,30"', 3, "or write the days"),
        ("sets = 3", 1, "as a table"),
        ("terms_days = [{ from = 2026-01-01, value = 3 }]", 1, "the first without a day"),
        ("terms_days = [{ value = 3 }, { value = 4 }]", 1, "the others by day"),
        ("terms_days = [{ value = 3, until = 2026-01-01 }]", 1, "the first without a day"),
        ("unapplied_days = [\n  { value = 3 },\n]\nterms_days = -1", 4, "Write a whole number"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_with_its_line(said, line, remedy):
    with pytest.raises(PolicyError) as raised:
        parse(said, "store/policy.toml")
    assert str(raised.value).startswith(f"store/policy.toml, line {line}: ")
    assert remedy in str(raised.value)


def test_what_is_no_toml_is_refused_with_its_line():
    with pytest.raises(PolicyError, match=r"policy.toml cannot be read: .*line 2"):
        parse("terms_days = 3\nbank_fee =\n")


def test_only_what_makes_the_books_makes_them_anew():
    assert parse("enough_payments = 3").fingerprint == ""
    other = parse("bank_fee = 12.50\nterms_days = 30")
    assert other.fingerprint
    assert changes(DEFAULTS.books, other.books) == "bank_fee 12.5, before 25"
    assert parse("bank_fee = 25").fingerprint == ""


def test_the_cubes_follow_the_usual_buckets_of_all_days():
    policy = parse(
        'buckets = [{ value = "mine" }, { from = 2026-01-01, value = "months:2" }]\n'
        '[sets]\nmine = "10,45"'
    )
    assert policy.ages == DEFAULT.bounds | {"10", "45", "month"}
    assert str(policy.usual(date(2025, 1, 1))) == "10,45"
    assert str(policy.usual(DAY)) == "months:2"
    with pytest.raises(ValueError, match="or name one of: standard, mine"):
        policy.set_of("theirs")


def test_numbers_reach_sql_as_decimals():
    policy = parse("bank_fee = 1E2\nlate_discount_most = 2.50")
    assert policy.bank_fee.sql("day") == "100"
    assert str(policy.late_discount_most) == "2.5"
    assert policy.late_discount_most.at(DAY) == Decimal("2.5")
