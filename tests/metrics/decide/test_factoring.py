"""Factoring by published examples: ACCA F9, Bold Co, and two traps on it; and one that is worse."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from metrics.decide.factoring import Books, Offer, factored

D = Decimal
#: thousands; ACCA F9, December 2011
BOLD = Books(D(21_300), D(3_500), D(7))
WITH = Offer(D(80), D(2), D("0.75"), D(40), D("0.9"), D("0.6"), D(35))
WITHOUT = replace(WITH, fee=D("1.25"), bad_debts_with=D(0))


def test_the_parts_of_the_published_answer():
    found = factored(BOLD, WITH)
    assert round(found.receivables, 2) == D("2042.47")
    # printed 102,027 and 69.35 once the dearer advance is taken off
    assert round(found.sooner, 2) == D("102.03")
    assert round(found.dearer, 2) == D("-32.68")
    assert round(found.sooner + found.dearer, 2) == D("69.35")
    assert (found.fee, found.administration, found.bad_debts) == (D("-159.75"), D(40), D("63.9"))


@pytest.mark.parametrize(
    ("offer", "gain"),
    [
        (WITH, "13.50"),
        (WITHOUT, "34.80"),
        # trap: bad debts left out make it "a loss", as the examiner remarks
        (replace(WITHOUT, bad_debts=D(0)), "-156.90"),
    ],
)
def test_recourse_and_none(offer, gain):
    assert round(factored(BOLD, offer).gain, 2) == D(gain)


def test_a_sign_that_is_dropped_is_no_answer():
    """Trap: 103.55 is printed by a student for -266.25 + 40 + 191.7 + 69."""
    found = factored(BOLD, WITHOUT)
    rounded = found.fee + found.administration + found.bad_debts + 69
    assert rounded == D("34.45")
    assert round(found.gain, 2) != D("103.55")


def test_where_customers_pay_as_before_it_is_worse():
    """50 m of sales at 57 days: 66,370 + 125,000 - 100,000 = 91,370 worse. ACCA F9, p. 165."""
    books = Books(D(50_000_000), D(7_808_219), D(7))
    found = factored(books, Offer(D(85), D(1), D("0.25"), D(100_000)))
    assert (round(found.dearer), found.fee) == (-66_370, -125_000)
    assert found.sooner == 0
    assert round(found.gain) == -91_370
