"""Statements as a person reads and runs them."""

from datetime import date

import duckdb
import pytest

from metrics.asking.ledger import Ledger, Statement, month_end, month_start, same_day
from metrics.catalogue import METRICS
from tests.pages import small_company


@pytest.mark.parametrize(
    ("as_of", "back", "before"),
    [
        ("2026-03-15", 0, "2026-03-15"),
        ("2026-03-15", 1, "2026-02-15"),
        ("2026-03-15", 12, "2025-03-15"),
        ("2026-01-15", 1, "2025-12-15"),
        # the end of a month answers to the end of a month
        ("2026-02-28", 1, "2026-01-31"),
        ("2026-04-30", 1, "2026-03-31"),
        ("2025-02-28", 12, "2024-02-29"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-12-31", 1, "2026-11-30"),
        # and a day that the other month does not have to its end
        ("2026-03-30", 1, "2026-02-28"),
        ("2026-03-29", 1, "2026-02-28"),
        ("2026-03-28", 1, "2026-02-28"),
        ("2026-03-27", 1, "2026-02-27"),
        ("2026-01-30", 11, "2025-02-28"),
    ],
)
def test_a_day_is_compared_with_the_same_day_of_another_month(as_of, back, before):
    assert str(same_day(date.fromisoformat(as_of), back)) == before


def test_months_begin_and_end_where_calendars_say():
    day = date(2026, 1, 15)
    assert [str(month_start(day, back)) for back in (0, 1, 12, 13)] == [
        "2026-01-01", "2025-12-01", "2025-01-01", "2024-12-01"
    ]  # fmt: skip
    assert [str(month_end(day, back)) for back in (0, 1, 2, 23)] == [
        "2026-01-31", "2025-12-31", "2025-11-30", "2024-02-29"
    ]  # fmt: skip


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
