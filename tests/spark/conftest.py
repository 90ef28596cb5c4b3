"""One cluster and one publication for all Spark tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store.parquet import ParquetStore, publish_parquet
from data.store.state import Store
from tests.spark.books import Both, write_books
from tests.spark.cluster import environment, missing, standalone

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before what only a deep suite tries is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of a cluster: only the deep suite starts one."""
    for item in items:
        if HERE in item.path.parents:
            for mark in (pytest.mark.spark, pytest.mark.slow, pytest.mark.deep):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster that runs as long as the tests."""
    if lacks := missing():
        if "CI" in os.environ:
            pytest.fail(lacks)
        pytest.skip(lacks)
    folder = tmp_path_factory.mktemp("cluster")
    environ = environment(folder / "conf")
    with pytest.MonkeyPatch.context() as patch, standalone(folder, environ) as address:
        for name, value in environ.items():
            patch.setenv(name, value)
        yield address
        from pyspark.sql import SparkSession

        if session := SparkSession.getActiveSession():
            session.stop()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A small company of 27 months and the random ledgers, published."""
    found = Store(tmp_path_factory.mktemp("books"))
    found.publish(write_books)
    return found


@pytest.fixture(scope="session")
def publication(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same in Parquet."""
    folder = tmp_path_factory.mktemp("parquet")
    state = store.current()
    assert state is not None
    publish_parquet(state, folder)
    return folder


@pytest.fixture(scope="session")
def both(store: Store, publication: Path, cluster: str) -> Both:
    return Both(store, ParquetStore(publication, cluster))
