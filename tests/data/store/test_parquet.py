"""Publishing as Parquet: the same rows, in one step, beside those who read."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import app
from data.core.errors import StoreError
from data.store import parquet
from data.store.parquet import ParquetStore, publish_parquet, published_tables, read_manifest
from data.store.state import State, Store
from tests.ledgers import invoice, publish


def state_of(folder: Path, size: int = 3) -> State:
    """Return a state of one invoice for each year from 2023."""
    documents = [invoice(f"F{n}", "A", f"{2023 + n}-05-01", "10.50") for n in range(size)]
    state = publish(folder, documents).current()
    assert state is not None
    return state


def folders(target: Path) -> list[str]:
    return sorted(p.name for p in target.iterdir() if p.is_dir())


def test_every_published_table_is_there_to_the_row(tmp_path):
    state = state_of(tmp_path / "store")
    made = publish_parquet(state, tmp_path / "tables")
    with duckdb.connect(str(state.path), read_only=True) as connection:
        for table in published_tables():
            names = ", ".join(table.names)
            read = f"read_parquet('{tmp_path}/tables/{made.folder}/{table.name}/**/*.parquet')"
            kept, written = (
                connection.sql(f"select {names} from {source} order by all").to_arrow_table()
                for source in (table.name, read)
            )
            assert written.schema.types == kept.schema.types, table.name
            assert written.to_pylist() == kept.to_pylist(), table.name
    assert {t.name for t in published_tables()} >= {"documents", "open_items", "files", "about"}
    assert not any(t.name.startswith("staged_") for t in published_tables())


def test_open_items_lie_by_the_year_they_closed_and_documents_by_that_of_issue(tmp_path):
    made = publish_parquet(state_of(tmp_path / "store"), tmp_path / "tables")
    folder = tmp_path / "tables" / made.folder
    assert folders(folder / "open_items") == ["closed_year=9999"]
    years = [f"issued_year={year}" for year in (2023, 2024, 2025)]
    assert folders(folder / "documents") == years


def test_the_manifest_says_what_it_is(tmp_path):
    made = publish_parquet(state_of(tmp_path / "store"), tmp_path / "tables")
    assert read_manifest(tmp_path / "tables") == made
    assert (made.state, made.as_of) == (1, "2025-05-01")
    assert read_manifest(tmp_path) is None


def test_a_newer_publication_takes_over_and_the_one_before_stays(tmp_path):
    target = tmp_path / "tables"
    names = [publish_parquet(state_of(tmp_path / "store", n), target).folder for n in (1, 2, 3)]
    assert names == ["state-000001", "state-000002", "state-000003"]
    assert folders(target) == names[1:]
    again = publish_parquet(state_of(tmp_path / "other"), target)
    back = publish_parquet(state_of(tmp_path / "another"), target)
    assert again.state == back.state == 1
    assert again.folder != back.folder, "a publication is never written over"


def test_one_that_fails_changes_nothing(tmp_path, monkeypatch):
    target = tmp_path / "tables"
    made = publish_parquet(state_of(tmp_path / "store"), target)
    write = parquet._write

    def fail(connection: object, table: object, folder: Path) -> None:
        if folder.name == "open_items":
            raise OSError("no space left")
        write(connection, table, folder)

    monkeypatch.setattr(parquet, "_write", fail)
    with pytest.raises(OSError, match="no space"):
        publish_parquet(state_of(tmp_path / "store"), target)
    assert read_manifest(target) == made
    assert folders(target) == [made.folder]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": 0}, "Publish it again"),
        ({"folder": "../elsewhere"}, "no publication"),
        ({"more": 1}, "cannot be read"),
    ],
)
def test_a_manifest_that_is_none_of_ours_says_so(tmp_path, change, said):
    publish_parquet(state_of(tmp_path / "store"), tmp_path / "tables")
    path = tmp_path / "tables" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(StoreError, match=said):
        ParquetStore(tmp_path / "tables", "spark://127.0.0.1:1").current()


def test_each_side_says_which_engine_reads_the_folder(tmp_path):
    publish_parquet(state_of(tmp_path / "store"), tmp_path / "tables")
    with pytest.raises(StoreError, match="TANDEM_ENGINE"):
        Store(tmp_path / "tables").current()
    assert ParquetStore(tmp_path / "none", "spark://127.0.0.1:1").current() is None
    with pytest.raises(StoreError, match="Load into another folder"):
        ParquetStore(tmp_path / "tables", "spark://127.0.0.1:1").publish(None)
    with pytest.raises(StoreError, match="address of a cluster"):
        ParquetStore(tmp_path / "tables", "http://127.0.0.1:1").current()


def test_the_command_publishes(tmp_path):
    state_of(tmp_path / "store")
    runner = CliRunner()
    command = ["publish", "--parquet", str(tmp_path / "tables"), "--store"]
    done = runner.invoke(app.cli, [*command, str(tmp_path / "store")])
    assert done.exit_code == 0, done.output
    assert "Published state 1" in done.output
    assert read_manifest(tmp_path / "tables") is not None
    done = runner.invoke(app.cli, [*command, str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "holds no data yet" in done.output
