"""What the engine promises: values bound, types exact, DuckDB's meaning of words, many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from data.core.errors import EngineError
from data.store.parquet import ParquetStore, publish_parquet, published_tables
from metrics.asking.ledger import Ledger
from metrics.lists.aging_cell import (
    ALL,
    cell_customers,
    cell_items,
    document_slices,
    ledger_balance,
)
from metrics.lists.customers import account, customers, found, lives, with_headroom
from metrics.lists.dso_groups import dso_groups, first_sale
from tests.pages import small_company
from tests.spark.books import Both

DAY = date(2025, 2, 17)
#: what both engines must mean by the same words: each is a column over one row of values
MEANINGS = (
    "date_diff('day', date '2024-02-28', date '2024-03-01')",
    "date_diff('day', date '2024-03-01', date '2024-02-28')",
    "date_diff('month', date '2024-01-31', date '2024-02-01')",
    "date_diff('month', date '2025-03-01', date '2023-12-31')",
    "cast(last_day(date '2024-02-11') as date)",
    "cast(date_trunc('month', date '2024-02-11') as date)",
    "greatest(1, null)",
    "least(cast(null as date), date '2024-01-01')",
    "7 // 2",
    "cast(7 as double) / 2",
    "cast(10 as decimal(18, 2)) * 3",
    "cast(1 as decimal(18, 2)) / nullif(cast(0 as decimal(18, 2)), 0)",
    "round(cast(2.5 as double)) + round(cast(-2.5 as double))",
    "cast(2.5 as decimal(4, 1))::varchar",
    "cast(true as boolean)::varchar",
    "cast(date '2024-01-05' as varchar)",
    "null is not distinct from null",
    "left('=1+1', 1) in ('=', '+')",
    "'it''s' || '\\n' || '\"'",
    "contains(lower('Caf\u00c9'), 'caf\u00e9')",
    "starts_with('abc', 'ab') and ends_with('abc', 'bc')",
    "regexp_replace('BE 0123.456-x', '[^a-z0-9]', '', 'g')",
    "strip_accents('Škoda, Citroën, Ångström, Æble, ơẽ, e\u0301, ß')",
    "coalesce(null, '') = ''",
    "$words || $words",
    "$amount + 1",
    "$day",
    "$nothing is null",
    "$number * 2",
    "$yes",
)  # fmt: skip
VALUES = {
    "words": "x' or 1=1 -- \\ \" \x00 é",
    "amount": Decimal("123456789012345.67"),
    "day": date(2026, 3, 15),
    "nothing": None,
    "number": 3_000_000_000,
    "yes": True,
    "unused": "more is given than taken",
}


def test_words_mean_the_same(both: Both):
    columns = ", ".join(f"{text} as c{n}" for n, text in enumerate(MEANINGS))
    both.agree(f"select {columns}", VALUES)


def test_rows_are_sorted_the_same(both: Both):
    rows = "(select null as x, 'b' as y union all select 2, 'Z' union all select 1, 'é')"
    for order in ("x, y", "x desc", "y", "y desc", "x nulls first"):
        both.agree(f"select * from {rows} as t order by {order}", {})
    both.agree(f"select distinct y from {rows} as t order by all", {})
    both.agree(
        f"select y, sum(x) over (order by y desc rows between unbounded preceding and current row)"
        f" as s from {rows} as t order by y limit 2 offset 1",
        {},
    )


def test_every_table_is_read_with_its_types(both: Both):
    for table in published_tables():
        one, other = both.agree(f"select * from {table.name}", {}, ordered=False)
        assert other.schema.types == one.schema.types, table.name


@pytest.mark.parametrize("name", ["customers", "found", "headroom", "account", "lives"])
def test_lists_are_the_same(both: Both, name):
    ledger = Ledger(DAY, {"country": ("BE", "FR", "")})
    statement = {
        "customers": lambda: customers(ledger),
        "found": lambda: found(customers(ledger), "hotel & cafe"),
        "headroom": lambda: with_headroom(ledger, 30),
        "account": lambda: account(ledger, "invoices"),
        "lives": lambda: lives(ledger),
    }[name]()
    assert both.agree(statement.sql, statement.parameters, ordered=False)[0].num_rows > 0


def test_what_stands_behind_aging_and_dso_is_the_same(both: Both):
    ledger = Ledger(DAY, {"currency": ("EUR", "USD")})
    for statement in (
        cell_customers(ledger, ALL),
        cell_items(ledger, "1-30"),
        document_slices(ledger, "C3", "F200"),
        ledger_balance(ledger),
        first_sale(ledger),
        dso_groups(ledger, "country", date(2024, 2, 29)),
    ):
        assert both.agree(statement.sql, statement.parameters, ordered=False)[0].num_rows > 0


def test_many_threads_may_ask_at_once(both: Both):
    def ask(number: int) -> int:
        sql = "select count(*) + $n as n from documents where amount > 0"
        return both.spark.query(sql, {"n": number}).column("n")[0].as_py()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(12)))
    assert [a - answers[0] for a in answers] == list(range(12))


def test_what_cannot_be_answered_says_why(both: Both):
    with pytest.raises(EngineError, match=r"Spark cannot answer: .*nowhere"):
        both.spark.query("select * from nowhere")


def test_a_newer_publication_is_noticed_and_the_older_one_still_answers(both: Both, tmp_path):
    small = small_company(tmp_path / "store").current()
    publish_parquet(small, tmp_path / "tables")
    store = ParquetStore(tmp_path / "tables", both.spark_store._url)
    first = store.current()
    assert store.current() is first
    publish_parquet(small, tmp_path / "tables")
    second = store.current()
    assert second.path != first.path
    sql = "select sum(amount) as s, count(*) as n from open_items"
    assert first.engine.query(sql) == second.engine.query(sql)
    assert second.engine.query(sql).schema.field("s").type == pa.decimal128(28, 2)
