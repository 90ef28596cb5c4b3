"""Dimensions of the reader's own: which columns of a store hold what the files name."""

import json

import duckdb
import pytest

from data.core.errors import FileError
from etl.ledger.own import own_columns, own_dimensions
from tests.ledgers import stage


def staged(*said):
    connection = duckdb.connect()
    for number, names in enumerate(said, 1):
        settings = json.dumps({"own_dimensions": json.dumps(names)}) if names else None
        stage(connection, [], file_id=number, settings=settings)
    return connection


def test_names_take_columns_in_the_order_in_which_files_gave_them():
    connection = staged({"own_1": "b"}, None, {"own_1": "a", "own_2": "b"})
    assert own_dimensions(connection) == {"b": "own_1", "a": "own_2"}
    assert own_columns(connection) == (
        "case when s.file_id = 1 then s.own_1 when s.file_id = 3 then s.own_2 end as own_1,"
        " case when s.file_id = 3 then s.own_1 end as own_2,"
        " null::varchar as own_3, null::varchar as own_4"
    )


def test_a_fifth_name_is_refused():
    with pytest.raises(FileError, match=r"name 5 dimensions of your own.*a, b, c, d, e"):
        own_dimensions(
            staged({"own_1": "a", "own_2": "b"}, {"own_1": "c"}, {"own_1": "d", "own_2": "e"})
        )
