"""The table that says which month-ends were reported; see `data.store.reported`."""

from __future__ import annotations

from data.store.columns import Column, Table

MONTHS = Table(
    "reported_months",
    "the month-ends that were reported, by this state or one that it was made from; no table of "
    "every state",
    (
        Column("month_end", "DATE", "the day"),
        Column("reported_at", "TIMESTAMP", "when it was first published", "UTC"),
        Column("file", "VARCHAR", "name of the file in `reported/` that holds its rows"),
        Column("definition", "INTEGER", "by which its figures were defined then"),
        Column("currency", "VARCHAR", "reporting currency"),
        Column("first_sale", "DATE", "since when sales were known; null: none were"),
    ),
)
