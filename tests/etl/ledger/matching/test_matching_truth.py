"""How right the rules are where the truth is known; docs/matching.md has the larger samples."""

import pytest

from benchmarks.matching import RULES, Result, measure
from benchmarks.messy import bank_lines, clean_books
from data.demo.model import invent


@pytest.fixture(scope="module")
def company():
    return invent(0.05)


def check(result: Result, precision: float, recall: float) -> None:
    score = result.scores[RULES]
    assert score.matches > 1000
    assert score.precision >= precision
    assert score.precision_amount >= precision
    assert score.right / result.pairs >= recall


def test_exports_without_matches_are_matched_rightly_before_the_oldest(company):
    check(measure(clean_books(company)), 0.99, 0.98)


def test_mangled_bank_lines_are_matched_rightly_before_the_oldest(company):
    result = measure(bank_lines(company))
    check(result, 0.99, 0.93)
    lines, right, wrong = result.customers
    assert right / lines >= 0.98
    assert wrong / lines <= 0.015
    # what says so itself is never doubtful
    assert result.scores["structured"].precision >= 0.998
    assert result.scores["partial"].precision >= 0.99
