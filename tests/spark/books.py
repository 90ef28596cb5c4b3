"""The books that both engines answer from, and what it means that they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings

from data.store.engine import Engine
from data.store.parquet import ParquetStore
from data.store.state import Store
from etl.ledger.derive import Settings, derive, write_about
from tests.ledgers import Row, insert, stage
from tests.pages import small_books
from tests.random_ledgers import World, worlds

WORLDS = 12
"""How many random ledgers stand side by side in the books, with customers of their own."""


@dataclass(frozen=True)
class Both:
    """The same books on both engines."""

    store: Store
    spark_store: ParquetStore

    @property
    def duckdb(self) -> Engine:
        return _engine(self.store)

    @property
    def spark(self) -> Engine:
        return _engine(self.spark_store)

    def agree(
        self, sql: str, parameters: Mapping[str, object], *, ordered: bool = True
    ) -> tuple[pa.Table, pa.Table]:
        """Ask both; their answers must be the same. Return DuckDB's and Spark's."""
        one, other = self.duckdb.query(sql, parameters), self.spark.query(sql, parameters)
        same(one, other, ordered=ordered)
        return one, other


def _engine(store: Store) -> Engine:
    state = store.current()
    assert state is not None
    return state.engine


def same(one: pa.Table, other: pa.Table, *, ordered: bool = True) -> None:
    """Assert that two answers are equal: exactly, but for the last digits of a double."""
    assert other.column_names == one.column_names
    expected, found = one.to_pylist(), other.to_pylist()
    if not ordered:
        # doubles settle no order, since they differ in their last digits
        def key(row: Row) -> str:
            return repr([v for v in row.values() if not isinstance(v, float)])

        expected, found = sorted(expected, key=key), sorted(found, key=key)
    assert len(found) == len(expected)
    for left, right in zip(expected, found, strict=True):
        assert right == {
            name: pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
            for name, value in left.items()
        }


def write_books(connection: duckdb.DuckDBPyConnection, _previous: Path | None) -> None:
    """Build the books: a small company of 27 months and random ledgers."""
    documents, matches, customers, finding = small_books()
    stage(connection, documents, matches, customers)
    for number, world in enumerate(_random_worlds(), start=2):
        own = _renamed(world, f"W{number}-")
        stage(
            connection, own.documents, own.matches, own.customers,
            file_id=number, ledger=f"W{number}",
        )  # fmt: skip
    chosen = Settings("EUR", 30)
    derive(connection, chosen)
    insert(connection, "findings", [finding])
    write_about(connection, chosen, datetime(2026, 1, 1, 12, 30, tzinfo=UTC), "{}")


def _renamed(world: World, prefix: str) -> World:
    """Return the world with `prefix` before the numbers of its documents and customers."""
    names = {"document_id", "customer_id", "parent_id", "debit_id", "credit_id"}

    def rows(given: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(
            {k: f"{prefix}{v}" if k in names and v else v for k, v in row.items()} for row in given
        )

    return World(rows(world.documents), rows(world.matches), rows(world.customers), world.terms)


def _random_worlds() -> list[World]:
    found: list[World] = []

    @settings(settings.get_profile("tandem"), max_examples=WORLDS, phases=[Phase.generate])
    @given(worlds())
    def collect(world: World) -> None:
        found.append(world)

    collect()
    return found
