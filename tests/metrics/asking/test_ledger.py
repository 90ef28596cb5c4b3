"""Statements as a person reads and runs them."""

from datetime import date

import duckdb

from metrics.asking.ledger import Ledger, Statement
from metrics.catalogue import METRICS
from tests.pages import small_company


def test_values_are_written_in_as_sql_takes_them():
    statement = Statement(
        "select $a_day, $many, $none, $count",
        {"a_day": date(2025, 1, 31), "many": ["it's", "b"], "none": None, "count": 3},
    )
    assert statement.as_text() == "select '2025-01-31', ('it''s', 'b'), null, 3"


def test_one_value_and_many_are_asked_for_with_the_same_text():
    one, two = (
        Ledger(date(2025, 3, 31), {"country": values}).statement(METRICS["dso"])
        for values in (("BE",), ("BE", "NL"))
    )
    assert one.sql == two.sql
    assert two.parameters["w_country"] == ["BE", "NL"]


def test_what_is_shown_can_be_run_and_says_the_same(tmp_path):
    state = small_company(tmp_path).current()
    ledger = Ledger(date(2026, 3, 31), {"country": ("BE", "NL"), "segment": ("",)})
    for metric in METRICS.values():
        statement = ledger.statement(metric, ("sector_division",))
        said = state.engine.query(statement.sql, statement.parameters)
        with duckdb.connect(str(state.path), read_only=True) as shown:
            assert shown.execute(statement.as_text()).to_arrow_table().equals(said)
