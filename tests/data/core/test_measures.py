"""What a measure says of one row, at its edges."""

from datetime import date

import duckdb

from data.core.measures import month


def test_a_month_begins_on_its_first_day():
    days = [date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1)]
    with duckdb.connect() as connection:
        sql = f"select {month('d')} from unnest($days) as t(d)"
        found = connection.execute(sql, {"days": days}).fetchall()
    assert [first for (first,) in found] == [d.replace(day=1) for d in days]
