"""Publishes a state as Parquet, for engines that run on several machines.

    folder/
      manifest.json               names the publication to read
      state-000007/               one publication, never changed
        open_items/closed_year=2026/*.parquet
        customers/*.parquet

Large tables are partitioned by a year, small ones are one file. Open items lie by the year in
which they closed, since a balance needs those that close after its day: the statistics of the
other files rule them out, and no statement has to name the partition. Documents lie by the year
of issue, the sums of months by their month's year.

A publication is written beside the others, and one atomic move of the manifest makes it the
current one. The one before stays until the next, for the questions that are still under way.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb

from data.core.errors import CANNOT_READ, EngineError, StoreError
from data.core.texts import N_
from data.store import layers
from data.store.columns import Table
from data.store.schema import SCHEMA_VERSION, TABLES
from data.store.state import MANIFEST, State, Store, sync

Progress = Callable[[str, float], None]
"""Called with the name of the table or step at work and the share done, 0 to 1."""

#: table -> (name of the partition, SQL of its value)
PARTITIONS = {
    "documents": ("issued_year", "year(issued_on)"),
    # 9999: still open
    "open_items": ("closed_year", "coalesce(year(closed_on), 9999)"),
}

_NOT_PUBLISHED = re.compile(r"staged_.*")
_FOLDER = re.compile(r"state-\d{6}(-\d+)?")


def published_tables() -> tuple[Table, ...]:
    """Return the tables a publication holds: all but the staged rows."""
    return tuple(t for t in TABLES.values() if not _NOT_PUBLISHED.fullmatch(t.name))


@dataclass(frozen=True)
class Manifest:
    """What a publication says about itself.

    folder: its name beside the manifest. state: number of the state it was made from.
    schema_version: of `data.store.schema`. as_of: ISO, the last day of its data; '' where there is
    none.
    """

    folder: str
    state: int
    schema_version: int
    as_of: str


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of `folder`; None where nothing was published there.

    Raises `StoreError` when it is no manifest, or that of another version of Tandem.
    """
    path = folder / MANIFEST
    try:
        found = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            CANNOT_READ, N_("Publish it again (python app.py publish)."), path=path, error=error
        ) from error
    if found.schema_version != SCHEMA_VERSION:
        raise StoreError(
            N_("{folder} was published by another version of Tandem."),
            N_("Publish it again (python app.py publish)."),
            folder=folder,
        )
    if not _FOLDER.fullmatch(found.folder):
        raise StoreError(
            N_("{path} names {name}, which is no publication."),
            N_("Publish it again (python app.py publish)."),
            path=path,
            name=repr(found.folder),
        )
    return found


def publish_parquet(state: State, folder: Path, progress: Progress | None = None) -> Manifest:
    """Write `state` to `folder` as Parquet and make it the current publication.

    If it fails, or is killed, the current publication stays as it was.
    """
    tables = published_tables()
    with Draft(folder) as draft, layers.connected(state.path)[0] as connection:
        for done, table in enumerate(tables):
            if progress:
                progress(table.name, done / len(tables))
            _write(connection, table, draft.path / table.name)
        (last_day,) = connection.sql("select last_day from about").fetchall()[0]
        return draft.publish(state.number, last_day)


class ParquetStore(Store):
    """A folder of Parquet publications, read by a Spark cluster: a store that is only read."""

    def __init__(self, folder: Path | str, url: str) -> None:
        """Read `folder` on the cluster at `url`; nothing is opened yet."""
        super().__init__(folder)
        self._url = url
        self._read: dict[str, State] = {}

    def current(self) -> State | None:
        """Return the current publication, or None where nothing has been published yet.

        Raises `StoreError` when it cannot be read or the cluster cannot be used.
        """
        found = read_manifest(self.folder)
        if found is None:
            return None
        with self._lock:
            if found.folder not in self._read:
                from data.store.spark import SparkEngine

                path = self.folder / found.folder
                try:
                    engine = SparkEngine(self._url, path, published_tables())
                except EngineError as error:
                    raise StoreError(error.reason, error.remedy) from error
                self._read[found.folder] = State(found.state, path, engine)
            return self._read[found.folder]

    def publish(self, build: object, keep: object = ()) -> State:  # noqa: ARG002 - nothing is built
        """Refuse: exports are loaded into a store of their own, which is then published."""
        raise StoreError(
            N_("{folder} is only read here."),
            N_("Load into another folder without TANDEM_ENGINE, then publish that (python app.py"
               " publish)."),
            folder=self.folder,
        )  # fmt: skip


class Draft:
    """A publication being written: a folder that becomes the current one, or vanishes."""

    def __init__(self, folder: Path) -> None:
        """Write beside the publications in `folder`."""
        self._folder = folder
        self.path = folder / f"draft-{os.getpid()}-{threading.get_ident()}"

    def __enter__(self) -> Draft:
        """Make the folder, with one for each table."""
        shutil.rmtree(self.path, ignore_errors=True)
        for table in published_tables():
            (self.path / table.name).mkdir(parents=True)
        return self

    def __exit__(self, *_error: object) -> None:
        """Remove what did not become a publication."""
        shutil.rmtree(self.path, ignore_errors=True)

    def publish(self, state: int, last_day: date | None) -> Manifest:
        """Make it the current publication, of the state of that number."""
        for path in sorted(self.path.rglob("*"), reverse=True):
            sync(path)
        name = f"state-{state:06}"
        again = 1
        while (self._folder / name).exists():
            again += 1
            name = f"state-{state:06}-{again}"
        self.path.rename(self._folder / name)
        before = _current_name(self._folder)
        made = Manifest(name, state, SCHEMA_VERSION, last_day.isoformat() if last_day else "")
        pointer = self._folder / f"pointer-{os.getpid()}-{threading.get_ident()}"
        pointer.write_text(json.dumps(asdict(made), indent=2) + "\n", encoding="utf-8")
        sync(pointer)
        pointer.replace(self._folder / MANIFEST)
        sync(self._folder)
        for old in self._folder.iterdir():
            if _FOLDER.fullmatch(old.name) and old.name not in (name, before):
                shutil.rmtree(old, ignore_errors=True)
        return made


def _current_name(folder: Path) -> str:
    """Return the name of the current publication, also of another version; '' if there is none."""
    try:
        return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    names = ", ".join(f'"{name}"' for name in table.names)
    part, value = PARTITIONS.get(table.name, ("", ""))
    if not part:
        connection.sql(f"select {names} from {table.name}").write_parquet(
            str(folder / "part-0.parquet"), compression="zstd"
        )
        return
    rows = connection.sql(f"select {names}, {value} as {part} from {table.name}")
    rows.write_parquet(str(folder), compression="zstd", partition_by=[part], overwrite=True)
