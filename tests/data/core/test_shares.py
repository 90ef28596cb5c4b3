"""A part of an amount in another currency is exact to the cent, half a cent up."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from data.core.shares import guessed, nearest

_CENTS = st.one_of(st.integers(1, 10**6), st.integers(1, 10**15))


@given(st.lists(st.tuples(_CENTS, _CENTS, st.fractions(0, 1)), min_size=1, max_size=200))
def test_a_share_is_the_nearest_cent(drawn):
    rows = [(worth, total, math.floor(total * share)) for worth, total, share in drawn]
    # half a cent, which a float rounds either way
    rows += [(1, 2, 1), (10**15 - 1, 2 * 10**13, 10**13), (3, 2, 1), (5, 5, 2), (7, 3, 3)]
    values = ", ".join(
        f"({w / Decimal(100)}, {t / Decimal(100)}, {p / Decimal(100)})" for w, t, p in rows
    )
    sql = f"""with given as (
        select cast(w as decimal(18, 2)) as worth, cast(t as decimal(18, 2)) as total,
            cast(p as decimal(18, 2)) as part
        from (values {values}) as v (w, t, p)
    ), guess as (select *, {guessed("part")} as part_guess from given)
    select {nearest("part", "part_guess")} from guess"""
    with duckdb.connect() as connection:
        found = [row[0] for row in connection.execute(sql).fetchall()]
    exact = [math.floor(Fraction(w * p, t) + Fraction(1, 2)) for w, t, p in rows]
    assert found == [Decimal(cents) / 100 for cents in exact]
