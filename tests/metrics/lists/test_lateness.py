"""Lateness alone says what the whole metric says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.catalogue import answer
from metrics.lists.lateness import lateness
from tests.depth import checked
from tests.metrics.asking.test_shortcut import questions
from tests.random_ledgers import build, worlds


@checked(15)
@given(st.data())
def test_lateness_is_that_of_payment_speed(data):
    world = data.draw(worlds())
    engine = build(world)
    for _ in range(3):
        ledger, by = data.draw(questions(world))
        statement = lateness(ledger, by)
        keys = ("as_of", *by)
        found = {
            tuple(r[k] for k in keys): (r["paid_items"], r["days_beyond_terms_weighted"])
            for r in engine.query(statement.sql, statement.parameters).to_pylist()
        }
        whole = answer(engine, "payment_speed", ledger, by).to_pylist()
        expected = {tuple(r[k] for k in keys): r for r in whole if r["paid_items"]}
        assert found.keys() == expected.keys()
        for key, (items, days) in found.items():
            assert items == expected[key]["paid_items"]
            assert days == pytest.approx(expected[key]["days_beyond_terms_weighted"])
