"""Columns of staged documents that no file fills are there all the same, and become real later."""

from datetime import date

import duckdb
import pytest

from data.store.schema import STAGED, STAGED_DOCUMENTS
from etl.intake.staged import create_staged, has_columns


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        create_staged(connection)
        yield connection


def described(connection, table):
    return {(name, type_) for name, type_, *_ in connection.execute(f"describe {table}").fetchall()}


def test_the_tables_have_the_columns_of_the_schema(connection):
    made = {table.name: described(connection, table.name) for table in STAGED}
    for table in STAGED:
        connection.execute(table.create().replace(table.name, f"full_{table.name}", 1))
        assert made[table.name] == described(connection, f"full_{table.name}")


def test_a_column_is_null_until_a_file_fills_it(connection):
    insert = "insert into staged_documents by name select 1 as file_id"
    connection.execute(f"{insert}, 'F1' as document_id")
    has_columns(connection, ["document_id", "paid_on", "ordered_on"])
    connection.execute(f"{insert}, 'F2' as document_id, date '2025-01-31' as paid_on")
    has_columns(connection, ["document_id", "paid_on"])  # it keeps what it holds
    assert connection.execute(
        "select document_id, paid_on, ordered_on, reference from staged_documents order by 1"
    ).fetchall() == [("F1", None, None, None), ("F2", date(2025, 1, 31), None, None)]
    assert described(connection, "staged_documents") == {
        (c.name, c.type) for c in STAGED_DOCUMENTS.columns
    }
    with pytest.raises(duckdb.Error):
        connection.execute(f"{insert}, 'text' as reference")
