"""The policy: what its file may say, what is refused and where, and what the defaults are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from operator import itemgetter

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.buckets import DEFAULT
from data.core.policy.dated import PolicyError, Step, written
from data.core.policy.file import parse, template
from data.core.policy.kinds import Level, Stage
from data.core.policy.rules import DEFAULTS, RULES, changes

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


_CALL = '{ verb = "call", minutes = 1, cost = 0, faster = 0, days = 1 }'


@pytest.mark.parametrize(
    ("said", "line", "remedy"),
    [
        ("\nterm_days = 3", 2, "Did you mean terms_days?"),
        ("nothing_like_it = 3", 1, "Known are: terms_days"),
        ('\n\nterms_days = "30"', 3, "Write a whole number from 0 to 3,650."),
        ("terms_days = 4000", 1, "Write a whole number"),
        ("terms_days = true", 1, "Write a whole number"),
        ("retention = 0", 1, 'Write years as a whole number from 1 to 100, or "none"'),
        ('retention = "ever"', 1, "Write years as a whole number"),
        ("retention = 7.5", 1, "Write years as a whole number"),
        ("soon_days = -1", 1, "Write a whole number from 0 to 3,650."),
        ("bank_fee = nan", 1, "Write a number from"),
        ("discounts = [1, 200]", 1, "percents in brackets"),
        ("discounts = 2", 1, "percents in brackets"),
        ('buckets = "unknown"', 1, "Name a set of [sets]"),
        ('[sets]\n\nodd = "60,30"', 3, "or write the days"),
        ("sets = 3", 1, "as a table"),
        ("terms_days = [{ from = 2026-01-01, value = 3 }]", 1, "the first without a day"),
        ("terms_days = [{ value = 3 }, { value = 4 }]", 1, "the others by day"),
        ("terms_days = [{ value = 3, until = 2026-01-01 }]", 1, "the first without a day"),
        ("terms_days = [{ value = 3, by = 4 }]", 1, "Write who and why as texts"),
        ("terms_days = [{ value = 1 }, { since = 2026-01-01, from = 2026-01-01, value = 3 }]", 1,
         "since = 2026-01-01"),
        ("terms_days = [{ value = 1 }, { since = 2026-01-01T10:00:00, value = 3 }]", 1, "since ="),
        ("terms_days = [{ value = 1 }, { since = 2026-01-02 }]", 1, "since = 2026-01-01"),
        ("approval = []", 1, "levels by rising amount"),
        ('approval = [{ role = "A" }, { role = "B", up_to = 5 }]', 1, "levels by rising amount"),
        ('approval = [{ role = "A", up_to = 5 }, { role = "B", up_to = 5 }]', 1, "by rising"),
        ('approval = [{ role = " ", up_to = 5 }]', 1, "by rising amount"),
        ('approval = [{ role = "A", upto = 5 }]', 1, "the last one may leave up_to out"),
        ('approval = [{ value = [{ up_to = 5 }] }]', 1, "by rising amount"),
        ('stages = [{ stage = "A", days = 5 }, { stage = "B", days = 5 }]', 1, "by rising days"),
        ('stages = [{ stage = "A", days = 5 }, { stage = "A", days = 6 }]', 1, "name of its own"),
        ("stages = 5", 1, "by rising days"),
        ("steps = 5", 1, "Write what steps take"),
        ('steps = [{ verb = "shout", minutes = 1, cost = 0, faster = 0, days = 1 }]', 1,
         "the verbs are remind, dun"),
        ('steps = [{ verb = "call", minutes = 1, cost = 0, faster = 0 }]', 1, "each once"),
        ('steps = [{ verb = "call", minutes = 1, cost = -1, faster = 0, days = 1 }]', 1, "take"),
        (f"steps = [{_CALL}, {_CALL}]", 1, "each once"),
        ("interest = { UK = 8 }", 1, "percents a year by code of country"),
        ("interest = { be = 8 }", 1, "percents a year by code of country"),
        ("interest = { BE = 101 }", 1, "percents a year by code of country"),
        ("\n[longest_terms]\nFR = 45.5", 2, "days by code of country"),
        ("compensation = 40", 1, "amounts by code of country"),
        ('own_size = "huge"', 1, 'or "unknown"'),
        ("extension_days = 1.5", 1, "Write a whole number"),
        ("false_alarms = 0", 1, "Write a number from 0.1 to 100"),
        ("unapplied_days = [\n  { value = 3 },\n]\nterms_days = -1", 4, "Write a whole number"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_with_its_line(said, line, remedy):
    with pytest.raises(PolicyError) as raised:
        parse(said, "store/policy.toml")
    assert str(raised.value).startswith(f"store/policy.toml, line {line}: ")
    assert remedy in str(raised.value)


def test_each_change_says_who_and_why():
    said = """terms_days = [
    { value = 30, note = "as ever" },
    { since = 2026-01-01, value = 45, by = " An Peeters ", note = "agreed at the fair" },
    { from = 2026-07-01, value = 40 },
]"""
    terms = parse(said).terms_days
    assert terms.steps == (
        Step(date.min, 30, note="as ever"),
        Step(date(2026, 1, 1), 45, "An Peeters", "agreed at the fair"),
        Step(date(2026, 7, 1), 40),
    )
    assert terms.step(date(2026, 6, 30)).by == "An Peeters"
    # who said it makes no other books
    assert str(terms) == "30, from 2026-01-01 on 45, from 2026-07-01 on 40"
    assert parse('bank_fee = [{ value = 25, by = "An" }]').fingerprint == ""


def test_rules_of_several_parts():
    policy = parse(
        """
approval = [
    { value = [{ role = "Everyone", up_to = 1000.50 }, { role = "Boss" }] },
    { since = 2026-01-01, by = "Boss", value = [{ role = "Boss", up_to = 5 }] },
]
stages = [{ stage = "Call", days = 3 }, { stage = "Letter", days = 10 }]
interest = { NL = 10.5, BE = 8 }
longest_terms = [{ value = {} }, { since = 2026-01-01, value = { FR = 45 } }]
own_size = "large"
[compensation]
BE = 0
"""
    )
    assert policy.approval.at(DAY) == (Level("Boss", 5),)
    assert policy.approval.at(date.min) == (Level("Everyone", Decimal("1000.50")), Level("Boss"))
    assert policy.stages.at(DAY) == (Stage("Call", 3), Stage("Letter", 10))
    assert policy.interest.at(DAY) == {"BE": 8, "NL": Decimal("10.5")}
    assert policy.longest_terms.at(DAY) == {"FR": 45}
    assert policy.longest_terms.at(date.min) == {}
    assert policy.compensation.at(DAY) == {"BE": 0}
    assert policy.fingerprint == ""


@pytest.mark.parametrize(
    ("said", "line", "remedy"),
    [
        (
            """terms_days = [
    { value = 3 }, # {
    { since = 2026-01-01, by = '{', value = 4 },
    { since = 2026-02-01, value = 4.5 },
]""",
            4,
            "Write a whole number",
        ),
        (
            """terms_days = [{ value = 3 },
    { since = 2026-02-01, value = 3 },

    { since = 2026-02-01, value = 4 }]""",
            4,
            "the others by day",
        ),
        (
            """approval = [
    { value = [
        { role = "A" },
    ] },
    { since = 2026-01-01, value = [{ role = 3 }] }]""",
            5,
            "by rising amount",
        ),
        (
            """[[stages]]
value = []
[[stages]] # again
since = 2026-01-01
value = [{ stage = "A", days = 1.5 }]""",
            3,
            "by rising days",
        ),
    ],
)
def test_a_value_of_a_day_is_refused_with_the_line_it_begins_on(said, line, remedy):
    with pytest.raises(PolicyError) as raised:
        parse(said, "policy.toml")
    assert str(raised.value).startswith(f"policy.toml, line {line}: ")
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


DAYS = st.integers(0, 3650)
AMOUNTS = st.integers(0, 10**9) | st.decimals(0, 10**9, places=2)
PERCENTS = st.integers(0, 100) | st.decimals(0, 100, places=2)
COUNTRIES = st.sampled_from(["BE", "NL", "FR", "LU", "DE"])
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20
).filter(lambda text: text == text.strip() != "")


def rising(kind, numbers, **size):
    """Draw things of a name and a number, no two alike, by their numbers."""
    pairs = st.tuples(WORDS, numbers)
    unlike = (itemgetter(0), itemgetter(1))
    return st.lists(pairs, max_size=4, unique_by=unlike, **size).map(
        lambda found: tuple(kind(*one) for one in sorted(found, key=itemgetter(1)))
    )


VALUES = {
    "terms_days": DAYS,
    "money_percent": PERCENTS,
    "four_eyes": AMOUNTS,
    "own_size": st.sampled_from(["unknown", "small", "large"]),
    "interest": st.dictionaries(COUNTRIES, PERCENTS),
    "longest_terms": st.dictionaries(COUNTRIES, DAYS),
    "approval": rising(Level, AMOUNTS, min_size=1),
    "stages": rising(Stage, DAYS),
}


@given(st.data())
def test_what_is_written_is_read_again(data):
    name = data.draw(st.sampled_from(sorted(VALUES)))
    days = sorted(data.draw(st.sets(st.dates(date(2000, 1, 1)), max_size=3)))
    steps = tuple(
        Step(since, data.draw(VALUES[name]), data.draw(WORDS), data.draw(st.just("") | WORDS))
        for since in (date.min, *days)
    )
    tables = [
        {"value": s.value, "by": s.by, "note": s.note}
        | ({} if s.since == date.min else {"since": s.since})
        for s in steps
    ]
    assert getattr(parse(f"{name} = {written(tables)}"), name).steps == steps
    # a step that has no day after another is refused, whatever it is of
    with pytest.raises(PolicyError, match="the others by day"):
        parse(f"{name} = {written([*tables, tables[0]])}")
