"""Gaps between methods of DSO: their parts come from the figures and add up, whatever the base."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.review.dso_methods import gap, methods
from tests.depth import few

D = Decimal
DAY = date(2026, 10, 31)
LONG_AGO = date(2020, 1, 1)


def row(day=DAY, **more):
    base = {
        "as_of": day, "receivables": D("500.00"), "not_due": D("320.00"), "sales_1m": D("620.00"),
        "sales_3m": D("920.00"), "sales_12m": D("3650.00"), "count_back": 25.0,
    }  # fmt: skip
    return {**base, **more}


HISTORY = [row(date(2026, 8, 31), receivables=D("300.00")),
           row(date(2026, 9, 30), receivables=D("400.00")), row()]  # fmt: skip


def told(name, base="rolling_3m", unapplied="-20.00"):
    found = methods(HISTORY, 35.0, LONG_AGO)
    parts = gap(found[name], found[base], D(unapplied))
    return [(part.cause, round(part.days, 6), part.amount) for part in parts]


def test_each_method_is_what_a_person_divides():
    found = methods(HISTORY, 35.0, LONG_AGO)
    assert {name: round(one.value, 6) for name, one in found.items()} == {
        "rolling_3m": 50.0,  # 500 ÷ 920 × 92
        "period_end": 25.0,  # 500 ÷ 620 × 31
        "rolling_12m": 50.0,  # 500 ÷ 3,650 × 365
        "count_back": 25.0,
        "average_balance": 40.0,  # 400 ÷ 920 × 92
        "commercial": round(500 / 920 * 90, 6),
        "best_possible_3m": 32.0,
        "terms": 35.0,
    }


def test_the_parts_say_why():
    # 20 a day in the month, 10 a day in the quarter: half the days
    assert told("period_end") == [("sales", -25.0, None)]
    assert told("rolling_12m") == []
    assert told("average_balance") == [("average", -10.0, D(-100))]
    assert told("commercial") == [("counting", round(-1000 / 920, 6), None)]
    # 180 lower: 200 overdue is out, and so are 20 of payments not applied yet
    assert told("best_possible_3m") == [
        ("overdue", -20.0, D("-200.00")), ("unapplied", 2.0, D("20.00")),
    ]  # fmt: skip
    assert told("terms")[-1] == ("granted", 3.0, None)
    assert told("rolling_3m", "best_possible_3m") == [
        ("overdue", 20.0, D("200.00")), ("unapplied", -2.0, D("-20.00")),
    ]  # fmt: skip


def test_what_the_data_do_not_reach_has_no_figure():
    found = methods(HISTORY[-1:], None, date(2026, 9, 15))
    assert set(found) == {"period_end", "count_back"}
    assert "period_end" not in methods([row(sales_1m=D(0))], None, LONG_AGO)


MONEY = st.decimals("1", "99999", places=2)


@given(st.tuples(*[MONEY] * 6), st.decimals("-5000", "0", places=2), st.floats(1, 200),
       st.sampled_from([date(2026, 2, 28), date(2024, 2, 29), date(2026, 10, 7)]))  # fmt: skip
@settings(max_examples=few(30))
def test_the_parts_of_every_pair_add_up(amounts, unapplied, terms, day):
    owed, not_due, before, one, three, twelve = amounts
    history = [row(receivables=before)] * 2 + [
        row(day, receivables=owed, not_due=not_due, sales_1m=one, sales_3m=three,
            sales_12m=twelve, count_back=terms / 2)
    ]  # fmt: skip
    found = methods(history, terms, LONG_AGO)
    assert len(found) == 8
    for a, b in product(found.values(), repeat=2):
        parts = gap(a, b, unapplied)
        assert sum(part.days for part in parts) == pytest.approx(a.value - b.value, abs=1e-6)
        assert not parts or a is not b
