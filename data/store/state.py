"""Publishes a new state and opens the current one.

A published state is one immutable DuckDB file, `state-000007.duckdb`, and the file `current`
holds the name of the one to read. A load builds the next file beside it and moves the pointer
in one atomic step, so any number of readers go on undisturbed, and a killed load leaves the old
state untouched. Some older states are kept (see `data.store.keeping`): they can be gone back to,
and say what a figure was when it was first reported. Their connections are closed when nobody
reads from them any more. What changes a few rows only lies over the state before (see
`data.store.layers`), whose file it needs.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

import duckdb

from data.core.errors import (
    CANNOT_READ,
    CANNOT_WRITE,
    DAMAGED,
    MAY_READ,
    MAY_WRITE,
    NEWEST,
    OTHER_VERSION,
    StoreError,
    first_line,
)
from data.core.texts import N_, NN_
from data.store import layers
from data.store.engine import DuckDBEngine, Engine
from data.store.schema import SCHEMA_VERSION

MANIFEST = "manifest.json"
"""The file that names the current publication of `data.store.parquet`."""

RESTORING = "restoring"
"""The file that is there while a backup is put into its places."""

#: Rows that are stored, and passed over, together. A quarter of what DuckDB takes by itself: one
#: customer's, or one month's, lie among fewer others.
ROW_GROUP = 30_720

_PAUSES = (0.05, 0.1, 0.15, 0.3, 0.4)
"""Seconds between two tries to replace a file."""
_STATE = re.compile(r"state-(\d{6})\.duckdb")


@dataclass(frozen=True)
class State:
    """One published state: its number, its file or folder, and the engine that answers from it.

    beneath: the file of the state that it lies over, see `data.store.layers`; None: it is whole.
    """

    number: int
    path: Path
    engine: Engine
    beneath: Path | None = None

    @property
    def whole(self) -> Path:
        """The file that holds what was loaded."""
        return self.beneath or self.path


class Store:
    """A folder of published states.

    One `Store` may be shared by all threads of a process. `current()` is cheap: it reads the
    pointer, and opens a file only when the pointer has moved.
    """

    def __init__(self, folder: Path | str) -> None:
        """Use `folder`; it is created by the first load."""
        self.folder = Path(folder)
        self._lock = threading.Lock()
        self._open: WeakValueDictionary[int, State] = WeakValueDictionary()
        self._current: State | None = None
        """Held, so that it stays open."""

    def current(self) -> State | None:
        """Return the current state, or None where nothing has been loaded yet.

        Raises `StoreError` when the pointer or the file it names cannot be read.
        """
        name = pointed(self.folder)
        if name is None:
            if (self.folder / MANIFEST).exists():
                raise StoreError(
                    N_("{folder} holds tables in Parquet, which a Spark cluster reads."),
                    N_("Name it in TANDEM_ENGINE (spark://host:port or sc://host:port)."),
                    folder=self.folder,
                )
            self._is_new()
            return None
        found = _STATE.fullmatch(name)
        if not found or not (self.folder / name).exists():
            raise StoreError(
                N_("{file} names {name}, which is not there.")
                if found
                else N_("{file} names {name}, which is no state file."),
                NEWEST,
                file=self.folder / "current",
                name=repr(name),
                folder=self.folder,
            )
        self._current = state = self._state(int(found[1]))
        return state

    def _is_new(self) -> None:
        """Raise `StoreError` where states were published and nothing says which is current.

        A load that was killed as it published its first state leaves that beside a pointer that
        was not yet moved: such a state was never current.
        """
        if (self.folder / RESTORING).exists():
            raise StoreError(
                N_("A backup was not restored into {folder} to the end."),
                N_("Do it again: python app.py restore FILE --store {folder}"),
                folder=self.folder,
            )
        left = unmoved(self.folder)
        states = [n for n in published(self.folder) if n not in left]
        if states:
            raise StoreError(
                NN_(
                    "{folder} holds {count} state, but its file `current`, which names the one "
                    "that counts, is lost.",
                    "{folder} holds {count} states, but its file `current`, which names the one "
                    "that counts, is lost.",
                ),
                NEWEST,
                folder=self.folder,
                count=len(states),
            )  # fmt: skip

    def recover(self) -> State:
        """Make the newest state that can be read the current one, and return it.

        Raises `StoreError` where there is none. Nothing may load meanwhile.
        """
        tried: StoreError | None = None
        for number in sorted(published(self.folder), reverse=True):
            try:
                found = self._state(number)
            except StoreError as error:
                tried = error
                continue
            self._point_at(found)
            return found
        if tried is not None:
            raise tried
        raise StoreError(N_("{folder} holds no state."), N_("Load exports."), folder=self.folder)

    def state(self, number: int) -> State:
        """Return a state that is kept; raises `StoreError` where it cannot be read."""
        return self._state(number)

    def go_back(self, number: int) -> State:
        """Make an earlier state the current one again, and return it. Nothing may load meanwhile.

        Raises `StoreError` where it cannot be read; then nothing changes.
        """
        found = self._state(number)
        self._point_at(found)
        return found

    def _point_at(self, state: State) -> None:
        try:
            put(self._pointer(state.path.name), self.folder / "current")
            sync(self.folder)
        except OSError as error:
            raise StoreError(
                CANNOT_WRITE, MAY_WRITE, path=self.folder / "current", error=error
            ) from error

    def _pointer(self, name: str) -> Path:
        """Write what is to become `current`: the name of a state's file."""
        pointer = self.folder / f"pointer-{os.getpid()}-{threading.get_ident()}"
        pointer.write_text(name, encoding="ascii")
        sync(pointer)
        return pointer

    def _state(self, number: int) -> State:
        with self._lock:
            state = self._open.get(number)
            if state is None:
                path = self.folder / state_name(number)
                try:
                    connection, beneath = layers.connected(path)
                    version = connection.execute("select schema_version from about").fetchone()
                except duckdb.Error as error:
                    raise StoreError(
                        CANNOT_READ, DAMAGED, path=path, error=first_line(error)
                    ) from error
                if version != (SCHEMA_VERSION,):
                    raise StoreError(
                        N_("{path} was made by another version of Tandem."),
                        OTHER_VERSION,
                        path=path,
                        folder=self.folder,
                    )
                engine = DuckDBEngine(connection)
                state = self._open[number] = State(number, path, engine, beneath)
            return state

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
        before = self.current()

        def fill(draft: Path) -> None:
            if before and keep:
                # to copy the file takes a fraction of the time of writing the same rows again
                shutil.copyfile(before.whole, draft)
            with _open(draft) as connection:
                if before and keep:
                    _keep_only(connection, keep)
                build(connection, before.path if before else None)
                connection.execute("checkpoint")

        return self._publish(fill)

    def publish_over(self, build: Callable[[duckdb.DuckDBPyConnection], None]) -> State:
        """Make the next state the current one: rows in the place of some of the current state's.

        `build(connection)` fills the tables of `layers.create`, which are those of names without a
        schema; as `below` it reads the whole state that they lie over. Else as `publish`. There is
        a current state.
        """
        before = self.current()
        assert before is not None  # noqa: S101 - the caller has looked
        below = before.whole

        def fill(draft: Path) -> None:
            with _open(draft, block_size=layers.BLOCK) as connection:
                connection.execute(f"attach {layers.quoted(below)} as below (read_only)")
                layers.create(connection, below.name)
                build(connection)
                connection.execute("use state")
                connection.execute("checkpoint")

        return self._publish(fill)

    def _publish(self, fill: Callable[[Path], None]) -> State:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1 + max(published(self.folder), default=0)
        path = self.folder / state_name(number)
        draft = self.folder / f"draft-{os.getpid()}-{threading.get_ident()}.duckdb"
        draft.unlink(missing_ok=True)
        try:
            fill(draft)
            sync(draft)
            # written before the state has its name: so it can be told whether that was current
            pointer = self._pointer(path.name)
            put(draft, path)
            put(pointer, self.folder / "current")
            sync(self.folder)
        finally:
            draft.unlink(missing_ok=True)
            Path(f"{draft}.wal").unlink(missing_ok=True)
        self._current = state = self._state(number)
        return state


def state_name(number: int) -> str:
    """Return the name of a state's file."""
    return f"state-{number:06}.duckdb"


def published(folder: Path) -> list[int]:
    """Return the numbers of the states that lie in a folder."""
    if not folder.is_dir():
        return []
    return [int(m[1]) for p in folder.iterdir() if (m := _STATE.fullmatch(p.name))]


def pointed(folder: Path) -> str | None:
    """Return what the file `current` says, whatever its bytes; None where there is no such file.

    Raises `StoreError` where it cannot be read.
    """
    try:
        return (folder / "current").read_text(encoding="ascii", errors="backslashreplace").strip()
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise StoreError(
            N_("{folder} is a file."), N_("Name a folder (--store)."), folder=folder
        ) from None
    except OSError as error:
        raise StoreError(CANNOT_READ, MAY_READ, path=folder / "current", error=error) from error


def unmoved(folder: Path) -> set[int]:
    """Return the numbers of the states that a killed load had not yet made current."""
    found = (
        _STATE.fullmatch(p.read_text(encoding="ascii", errors="replace"))
        for p in folder.glob("pointer-*")
    )
    return {int(m[1]) for m in found if m}


@contextmanager
def _open(draft: Path, block_size: int = 262_144) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file to be written; it is the database of all names without one."""
    with duckdb.connect() as connection:
        connection.execute("set temp_directory = $folder", {"folder": f"{draft}.tmp"})
        name = str(draft).replace("'", "''")
        connection.execute(
            f"attach '{name}' as state (row_group_size {ROW_GROUP}, block_size {block_size})"
        )
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


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it holds all of `content`, or what it held before, whatever happens."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    sync(draft)
    put(draft, path)
    sync(path.parent)


def put(draft: Path, path: Path) -> None:
    """Put a file into the place of another, in one step.

    On Windows that fails while somebody reads either of them, be it for a moment: then it is tried
    again for a second. Raises OSError where it cannot be done.
    """
    for pause in _PAUSES:
        try:
            draft.replace(path)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    draft.replace(path)


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
