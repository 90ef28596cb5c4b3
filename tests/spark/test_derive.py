"""Open items and cubes that a cluster derives are those of a load, row for row."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import app
from data.core.errors import StoreError
from data.store.parquet import read_manifest
from data.store.schema import CUBES, DOCUMENTS, OPEN_ITEMS
from data.store.state import Store
from etl.ledger.cluster import derive_on_cluster


@pytest.fixture
def bare(publication: Path, tmp_path: Path) -> Path:
    """The publication without what follows from its documents and matches."""
    folder = tmp_path / "bare"
    shutil.copytree(publication, folder)
    found = read_manifest(folder)
    assert found is not None
    for table in (OPEN_ITEMS, *CUBES):
        shutil.rmtree(folder / found.folder / table.name)
    return folder


def test_the_cluster_derives_what_a_load_derives(store: Store, bare: Path, cluster: str):
    state = store.current()
    assert state is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TANDEM_ENGINE", cluster)
        done = CliRunner().invoke(app.cli, ["derive", "--parquet", str(bare)])
    assert done.exit_code == 0, done.output
    assert "Published state 2" in done.output
    made = read_manifest(bare)
    assert made is not None
    for table in (DOCUMENTS, OPEN_ITEMS, *CUBES):
        files = f"read_parquet('{bare}/{made.folder}/{table.name}/**/*.parquet')"
        loaded, derived = (
            state.engine.query(f"select {', '.join(table.names)} from {source} order by all")
            for source in (table.name, files)
        )
        assert derived.schema.types == loaded.schema.types, table.name
        assert derived.to_pylist() == loaded.to_pylist(), table.name
    folder = bare / made.folder
    about = "select last_day, first_day, documents, ledger_balance, report from "
    files = f"read_parquet('{folder}/about/*.parquet')"
    assert state.engine.query(about + files) == state.engine.query(f"{about} about")
    assert not (folder / "steps").exists()
    assert (folder / "files").exists()


def test_matches_that_do_not_tie_change_nothing(bare: Path, cluster: str):
    found = read_manifest(bare)
    assert found is not None
    (path,) = (bare / found.folder / "matches").glob("*.parquet")
    with duckdb.connect() as connection:
        rows = connection.sql(
            f"select * replace (case when method = 'given' then {Decimal('999999.00')} "
            f"else amount_currency end as amount_currency) from '{path}'"
        ).to_arrow_table()
        connection.register("rows_of", rows)
        connection.sql(
            "select debit_key, credit_key, cast(amount_currency as decimal(18, 2)) "
            "as amount_currency, recorded_on, method, confidence from rows_of"
        ).write_parquet(str(path))
    with pytest.raises(StoreError, match="differ by"):
        derive_on_cluster(cluster, bare)
    assert read_manifest(bare) == found
    assert not list(bare.glob("draft-*"))
