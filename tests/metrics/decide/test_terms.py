"""Terms against the law's caps: each country's counting, what is not known, and our own rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.file import parse
from data.core.policy.rules import DEFAULTS
from data.reference.late_payment import PUBLIC
from metrics.decide.terms import (
    AGREED,
    BEYOND,
    OWN,
    UNKNOWN,
    WITHIN,
    Agreement,
    judge_terms,
)

ISSUED = date(2026, 1, 15)
SMALL, LARGE = parse('own_size = "small"'), parse('own_size = "large"')


def judged(country, days, policy=DEFAULTS, received=None, **known):
    got = None if received is None else ISSUED + timedelta(received)
    due = ISSUED + timedelta(days)
    return judge_terms(Agreement(country, ISSUED, due, got, **known), policy)


def test_belgium_counts_from_receipt_and_falls_back_to_thirty_days():
    assert judged("BE", 60).verdict == WITHIN
    assert judged("BE", 61).lacks == ("receipt",)
    assert judged("BE", 61, received=1).verdict == WITHIN
    found = judged("BE", 62, received=1)
    assert (found.verdict, found.latest) == (BEYOND, ISSUED + timedelta(61))
    assert found.falls_back == ISSUED + timedelta(31)
    # who receives before the issue counts from the issue
    assert judged("BE", 60, received=-5).verdict == WITHIN


def test_the_netherlands_ask_for_the_sizes_of_both():
    assert judged("NL", 30).verdict == WITHIN
    found = judged("NL", 45, received=0)
    assert (found.verdict, found.lacks) == (UNKNOWN, ("buyer_size", "own_size"))
    assert judged("NL", 45, SMALL, received=0).lacks == ("buyer_size",)
    assert judged("NL", 45, received=0, buyer_size="large").lacks == ("own_size",)
    found = judged("NL", 45, SMALL, received=0, buyer_size="large")
    assert (found.verdict, found.falls_back) == (BEYOND, ISSUED + timedelta(30))
    # between others sixty days hold, and longer ones that were agreed
    assert judged("NL", 45, received=0, buyer_size="small").verdict == WITHIN
    assert judged("NL", 45, LARGE, received=0).verdict == WITHIN
    assert judged("NL", 61, LARGE, received=0).verdict == AGREED


def test_france_counts_from_issue_or_to_the_end_of_a_month():
    assert judged("FR", 60).verdict == WITHIN
    found = judged("FR", 76)
    assert (found.verdict, found.falls_back) == (BEYOND, None)
    # issued on 15 January: 45 days, then the end of March; or the end of January, then 17 March
    assert judged("FR", 75).lacks == ("end_of_month",)
    found = judged("FR", 75, end_of_month=True)
    assert (found.verdict, found.latest) == (WITHIN, date(2026, 3, 31))
    assert judged("FR", 75, end_of_month=False).verdict == BEYOND
    assert judged("FR", 76, end_of_month=True).verdict == BEYOND


@pytest.mark.parametrize("country", ["LU", "AT", "IE"])
def test_elsewhere_in_the_union_longer_terms_must_be_agreed(country):
    assert judged(country, 60).verdict == WITHIN
    assert judged(country, 61).verdict == AGREED
    assert judged(country, 61, debtor=PUBLIC, received=0).verdict == AGREED
    assert judged(country, 31, debtor=PUBLIC).lacks == ("receipt",)


def test_of_other_countries_nothing_is_known():
    assert judged("CH", 5).lacks == ("law",)
    assert judge_terms(Agreement("BE", date(2000, 1, 1), date(2000, 2, 1)), DEFAULTS).lacks == (
        "law",
    )


def test_our_own_rule_is_stricter_or_nothing():
    own = parse("longest_terms = [{ value = {} }, { since = 2026-01-01, value = { BE = 45 } }]")
    assert judged("BE", 45, own).verdict == WITHIN
    assert judged("BE", 46, own).verdict == OWN
    assert judged("BE", 62, own, received=0).verdict == BEYOND
    found = judged("BE", 62, own)
    assert (found.verdict, found.lacks) == (OWN, ("receipt",))
    assert judged("FR", 46, own).verdict == WITHIN
    loose = parse("longest_terms = { BE = 90 }")
    assert judged("BE", 62, loose, received=0).verdict == BEYOND


COUNTRIES = st.sampled_from(["BE", "NL", "FR", "LU", "DE", "AT", "CH"])
CASES = st.builds(
    lambda country, issued, days, got, month, size: Agreement(
        country, issued, issued + timedelta(days),
        None if got is None else issued + timedelta(got), month, size,
    ),
    COUNTRIES, st.dates(date(2014, 8, 1), date(2026, 12, 31)), st.integers(0, 150),
    st.none() | st.integers(0, 20), st.none() | st.booleans(),
    st.sampled_from(["", "small", "large"]),
)  # fmt: skip
POLICIES = st.sampled_from([DEFAULTS, SMALL, LARGE])
ORDER = {WITHIN: 0, AGREED: 1, BEYOND: 2}


@given(CASES, POLICIES)
def test_a_clause_never_raises_what_the_law_allows(case, policy):
    found = judge_terms(case, policy)
    if found.verdict == BEYOND:
        assert found.latest < case.due_on
        assert found.falls_back is None or found.falls_back <= found.latest
    if found.verdict == WITHIN and found.latest is not None:
        assert case.due_on <= found.latest


@given(CASES, POLICIES, st.integers(1, 60))
def test_longer_terms_are_never_judged_better(case, policy, more):
    found = judge_terms(case, policy)
    longer = judge_terms(replace(case, due_on=case.due_on + timedelta(more)), policy)
    if UNKNOWN not in (found.verdict, longer.verdict):
        assert ORDER[longer.verdict] >= ORDER[found.verdict]


@given(CASES, POLICIES)
def test_who_learns_more_never_takes_back_what_was_judged(case, policy):
    found = judge_terms(case, policy)
    if found.verdict == UNKNOWN:
        return
    for known in (
        {"received_on": case.received_on or case.issued_on + timedelta(3)},
        {"end_of_month": bool(case.end_of_month)},
        {"buyer_size": case.buyer_size or "large"},
    ):
        assert judge_terms(replace(case, **known), policy).verdict == found.verdict


@given(CASES)
def test_where_all_is_known_it_is_judged(case):
    whole = replace(
        case,
        received_on=case.received_on or case.issued_on,
        end_of_month=bool(case.end_of_month),
        buyer_size=case.buyer_size or "large",
    )
    found = judge_terms(whole, SMALL)
    assert (found.verdict == UNKNOWN) == (case.country == "CH")
