"""Publishes a new state and opens the current one.

A published state is one immutable DuckDB file, `state-000007.duckdb`, and the file `current`
holds the name of the one to read. A load builds the next file beside it and moves the pointer
in one atomic step, so any number of readers go on undisturbed, and a killed load leaves the old
state untouched. Older states are kept: they say what a figure was when it was first reported.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.store.engine import DuckDBEngine, Engine
from data.store.schema import SCHEMA_VERSION

MANIFEST = "manifest.json"
"""The file that names the current publication of `data.store.parquet`."""

#: Rows that are stored, and passed over, together. A quarter of what DuckDB takes by itself: one
#: customer's, or one month's, lie among fewer others.
ROW_GROUP = 30_720

_STATE = re.compile(r"state-(\d{6})\.duckdb")


class StoreError(Exception):
    """The store cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class State:
    """One published state: its number, its file or folder, and the engine that answers from it."""

    number: int
    path: Path
    engine: Engine


class Store:
    """A folder of published states.

    One `Store` may be shared by all threads of a process. `current()` is cheap: it reads the
    pointer, and opens a file only when the pointer has moved.
    """

    def __init__(self, folder: Path | str) -> None:
        """Use `folder`; it is created by the first load."""
        self.folder = Path(folder)
        self._lock = threading.Lock()
        self._open: dict[int, State] = {}

    def current(self) -> State | None:
        """Return the current state, or None where nothing has been loaded yet.

        Raises `StoreError` when the pointer or the file it names cannot be read.
        """
        try:
            name = (self.folder / "current").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            if (self.folder / MANIFEST).exists():
                raise StoreError(
                    f"{self.folder} holds tables in Parquet, which a Spark cluster reads: name it "
                    "in TANDEM_ENGINE (spark://host:port or sc://host:port)"
                ) from None
            return None
        except NotADirectoryError:
            raise StoreError(f"{self.folder} is a file: name a folder (--store)") from None
        found = _STATE.fullmatch(name)
        if not found:
            raise StoreError(f"{self.folder / 'current'} names {name!r}, which is no state file")
        return self._state(int(found[1]))

    def _state(self, number: int) -> State:
        with self._lock:
            if number not in self._open:
                path = self.folder / f"state-{number:06}.duckdb"
                try:
                    connection = duckdb.connect(str(path), read_only=True)
                    version = connection.execute("select schema_version from about").fetchone()
                except duckdb.Error as error:
                    raise StoreError(f"{path} cannot be read: {error}") from error
                if version != (SCHEMA_VERSION,):
                    raise StoreError(
                        f"{path} was made by another version of Tandem: load the exports again "
                        "into a new folder (--store)"
                    )
                self._open[number] = State(number, path, DuckDBEngine(connection))
            return self._open[number]

    def publish(
        self,
        build: Callable[[duckdb.DuckDBPyConnection, Path | None], None],
        keep: Collection[str] = (),
    ) -> State:
        """Build the next state and make it the current one; return it.

        `build(connection, previous)` fills a database that holds the tables `keep` of the current
        state, and nothing else; `previous` is the file of that state, to be read only, or None
        where there is none. If it raises, nothing changes and the half-built file is removed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        before = self.current()
        number = 1 + max(
            (int(m[1]) for p in self.folder.iterdir() if (m := _STATE.fullmatch(p.name))),
            default=0,
        )
        path = self.folder / f"state-{number:06}.duckdb"
        draft = self.folder / f"draft-{os.getpid()}-{threading.get_ident()}.duckdb"
        draft.unlink(missing_ok=True)
        try:
            if before and keep:
                # to copy the file takes a fraction of the time of writing the same rows again
                shutil.copyfile(before.path, draft)
            with _open(draft) as connection:
                _keep_only(connection, keep)
                build(connection, before.path if before else None)
                connection.execute("checkpoint")
            sync(draft)
            draft.replace(path)
            pointer = self.folder / f"pointer-{os.getpid()}-{threading.get_ident()}"
            pointer.write_text(path.name, encoding="ascii")
            sync(pointer)
            pointer.replace(self.folder / "current")
            sync(self.folder)
        finally:
            draft.unlink(missing_ok=True)
            Path(f"{draft}.wal").unlink(missing_ok=True)
        return self._state(number)


@contextmanager
def _open(draft: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file to be written; it is the database of all names without one."""
    with duckdb.connect() as connection:
        connection.execute("set temp_directory = $folder", {"folder": f"{draft}.tmp"})
        name = str(draft).replace("'", "''")
        connection.execute(f"attach '{name}' as state (row_group_size {ROW_GROUP})")
        connection.execute("use state")
        yield connection


def _keep_only(connection: duckdb.DuckDBPyConnection, keep: Collection[str]) -> None:
    """Drop the other tables, and let what follows take their place in the file."""
    names = connection.execute("select table_name from duckdb_tables()").fetchall()
    for (name,) in names:
        if name not in keep:
            connection.execute(f'drop table "{name}"')
    if names:
        connection.execute("checkpoint")


def sync(path: Path) -> None:
    """Flush a file or folder to disk; Windows cannot flush a folder and needs not."""
    if path.is_dir() and os.name == "nt":
        return
    # Windows flushes only what was opened for writing
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
