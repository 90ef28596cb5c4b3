"""The cubes hold no figure of their own: their sums are those of the rows."""

from __future__ import annotations

import pytest
import sqlglot

from data.core.buckets import DEFAULT
from data.store.schema import CUBES
from etl.ledger.cubes import steps
from tests.ledgers import customer, derived, invoice, match, payment


@pytest.fixture(scope="module")
def connection():
    return derived(
        [
            invoice("F1", "A", "2024-11-20", 100, due="2024-12-20"),
            invoice("F2", "A", "2025-01-31", 50, due="2025-03-02", salesperson="Ann"),
            invoice("F3", "B", "2025-02-01", 30, due="2025-02-01"),
            payment("P1", "A", "2026-02-03", 100),
            payment("P3", "B", "2025-02-28", 30),
            invoice("F4", "C", "2025-02-09", 20, due="2025-02-09"),
            payment("P4", "C", "2025-02-10", 20),
        ],
        [match("F1", "P1"), match("F3", "P3"), match("F4", "P4")],
        [customer("C", agreed_terms_days=45)],
    )


def rows(connection, sql):
    return connection.execute(sql).fetchall()


def test_every_cube_has_one_step_and_every_step_is_plain_sql():
    names = [s.name for s in steps(DEFAULT.bounds)]
    assert len(names) == len(set(names))
    assert {t.name for t in CUBES} <= set(names)
    for step in steps(DEFAULT.bounds):
        sqlglot.transpile(
            step.sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )


def test_the_steps_between_leave_nothing_behind(connection):
    left = {name for (name,) in rows(connection, "select table_name from duckdb_tables()")}
    assert left.isdisjoint({s.name for s in steps(DEFAULT.bounds)} - {t.name for t in CUBES})


def test_only_what_a_month_end_sees_is_kept(connection):
    assert rows(
        connection,
        "select cast(opened_on as varchar), cast(closed_on as varchar), cast(amount as integer),"
        " items, invoices from month_items where basis = 'due' order by opened_on",
    ) == [("2024-11-30", "2026-02-28", 100, 1, 1), ("2025-01-31", None, 50, 1, 1)]


def test_the_months_of_a_debtor_are_bits_of_years(connection):
    november, december, january = 1 << 10, 1 << 11, 1
    assert rows(
        connection,
        "select customer, salesperson, year, until_year, months from month_debtors"
        " join cells using (cell) order by all",
    ) == [
        ("A", "", 2024, 2024, november + december),
        ("A", "", 2025, 2025, 4095),
        ("A", "", 2026, 2026, january),
        ("A", "Ann", 2025, 2025, 4095),
        ("A", "Ann", 2026, 9999, 4095),
    ]


def test_sales_and_payments_of_a_month_are_those_of_the_rows(connection):
    assert rows(
        connection,
        "select customer, cast(month_start as varchar), cast(amount as integer), invoices"
        " from month_sales join cells using (cell) order by 2, 1",
    ) == [
        ("A", "2024-11-01", 100, 1),
        ("A", "2025-01-01", 50, 1),
        ("B", "2025-02-01", 30, 1),
        ("C", "2025-02-01", 20, 1),
    ]
    assert rows(
        connection,
        "select customer, cast(month_start as varchar), items, taken, cast(late_days as integer)"
        " from month_payments join cells using (cell) order by 2, 1",
    ) == [
        ("B", "2025-02-01", 1, 27, 27 * 30),
        ("C", "2025-02-01", 1, 1, 20),
        ("A", "2026-02-01", 1, 440, 410 * 100),
    ]


def test_sales_and_payments_of_a_market_are_those_of_its_customers(connection):
    assert rows(
        connection,
        "select salesperson, cast(month_start as varchar), cast(amount as integer), invoices,"
        " cast(last_sale as varchar), agreed_weight, cast(agreed_days as integer)"
        " from market_sales join markets using (market) order by 2, 1",
    ) == [
        ("", "2024-11-01", 100, 1, "2024-11-20", None, None),
        ("Ann", "2025-01-01", 50, 1, "2025-01-31", None, None),
        ("", "2025-02-01", 30 + 20, 2, "2025-02-09", 20, 20 * 45),
    ]
    assert rows(
        connection,
        "select cast(month_start as varchar), items, taken, cast(late_days as integer)"
        " from market_payments order by 1",
    ) == [("2025-02-01", 2, 27 + 1, 27 * 30 + 20), ("2026-02-01", 1, 440, 410 * 100)]
