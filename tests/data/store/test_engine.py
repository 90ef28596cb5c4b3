"""The engine: what it is asked, and what it makes of filters."""

import duckdb
import pytest

from data.core.errors import EngineError
from data.store.engine import DuckDBEngine
from data.store.parsed import _kept, parsed

ROWS = [("BE", "C1", 1), ("NL", "C2", 2), ("", "C3", 4), (None, "C4", 8), ("B", "C1", 16)]


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as made:
        made.execute("create table t (country varchar, customer varchar, n integer)")
        made.executemany("insert into t values (?, ?, ?)", ROWS)
        yield made


@pytest.mark.parametrize(
    "chosen", [["BE"], ["BE", "NL"], [""], ["", "B"], ["it's", "$n"], ["BE", "BE"], []]
)
@pytest.mark.parametrize("column", ["country", "customer"])
def test_a_filter_says_the_same_as_in(connection, column, chosen):
    sql = f"select sum(n) as n from t as o where n > $least and o.{column} in $w_{column}"
    bound = {"least": 0, f"w_{column}": chosen}
    found = DuckDBEngine(connection).query(sql, bound).to_pylist()
    place = ("country", "customer").index(column)
    wanted = [row[2] for row in ROWS if row[place] is not None and row[place] in chosen]
    assert found == [{"n": sum(wanted) if wanted else None}]


def test_filters_of_few_values_are_looked_up_in_dictionaries(connection):
    """They do not reach a scan as comparisons; those of customers do, which skips most of it."""
    engine = DuckDBEngine(connection)

    def plan(column):
        sql = f"explain select sum(n) from t as o where o.{column} in $w_{column}"
        bound = {f"w_{column}": ["C1", "C2"]}
        return engine.query(sql, bound).to_pylist()[0]["explain_value"]

    assert "list_position" in plan("country")
    assert "list_position" not in plan("customer")


def test_what_a_statement_does_not_name_is_not_bound(connection):
    found = DuckDBEngine(connection).query("select $a as a", {"a": 1, "b": 2})
    assert found.to_pylist() == [{"a": 1}]


def test_what_the_engine_says_stays_in_the_log(caplog):
    engine = DuckDBEngine(duckdb.connect())
    with pytest.raises(EngineError, match="could not be computed") as found:
        engine.query("select nothing_of_this_name")
    assert "nothing_of_this_name" not in str(found.value)
    assert "Binder" not in str(found.value)
    assert "nothing_of_this_name" in caplog.text


def test_statements_are_kept_by_what_they_weigh():
    """Each set of filters is another statement, and a server is asked for weeks."""
    first = parsed("select 1")
    assert parsed("select 1") is first
    for number in range(60):
        parsed(f"select {number}, '{'x' * 50_000}'")
    assert _kept.currsize <= _kept.maxsize
    assert parsed("select 1") is not first
    with pytest.raises(ValueError, match="unpack"):
        parsed("select 1; select 2")
