"""Where the workspace is kept: SQLite in the store's folder, or any database by its URL.

SQLite keeps its usual journal, not a write-ahead log: then all that was said is in one file at any
time, which can be copied, and read where the folder cannot be written to. Writers are few.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from cachetools import LRUCache
from filelock import Timeout

from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, MEND, StoreError, first_line
from data.core.texts import N_
from data.store.writer import PATIENCE, locked
from data.workspace.places import NAME

if TYPE_CHECKING:
    from alembic.config import Config

_T = TypeVar("_T")
_MIGRATIONS = Path(__file__).parent / "migrations"
_READINGS = 1000
"""So many answers are kept: one for each session, and a few of the memory."""
_KEPT = 1.0
"""Seconds for which an answer is kept at most, however sure it is that nothing was written."""
_TICK, _COARSE_TICK = 100_000_000, 3_000_000_000
"""Nanoseconds within which two writes may leave a file with one and the same time: of file systems
that count parts of a second, and of those that do not."""


class Database:
    """A connection pool, and the steps that bring its tables up to date."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """Speak of the database at `url`, else of the file in `folder`; nothing is opened yet."""
        self.folder = folder
        self.path = None if url else folder / NAME
        self.where = _hidden(url) if url else str(folder / NAME)
        self._engine = _engine(url or f"sqlite:///{folder / NAME}")
        self._ready = False
        self.written = 0
        """How often something was kept by this object."""
        self._readings: LRUCache[Hashable, tuple[Hashable, float, Any]] = LRUCache(_READINGS)
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection | None]:
        """Give a connection to read with; None where nothing was ever said.

        Raises `StoreError` where it cannot be read.
        """
        if self.path is not None and not self.path.exists():
            yield None
            return
        try:
            if not self._ready:
                self._upgrade()
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(CANNOT_READ, MEND, path=self.where, error=_why(error)) from error

    def asked(self, key: Hashable, ask: Callable[[sa.Connection | None], _T]) -> _T:
        """Return what `ask` says of a connection, asked anew once anything was written.

        By whichever process: SQLite's file says when. For what every request asks, where `key`
        tells the questions apart. A database elsewhere is asked each time. Raises as `reading`.
        """
        seen, now = self._written(), time.monotonic()
        with self._lock:
            found = self._readings.get(key) if seen else None
        if found is not None and found[0] == seen and now - found[1] < _KEPT:
            kept: _T = found[2]
            return kept
        with self.reading() as connection:
            said = ask(connection)
        if seen:
            with self._lock:
                self._readings[key] = seen, now, said
        return said

    def _written(self) -> tuple[int, ...]:
        """Return what changes with all that is written; () where the next write may not change it.

        It is looked at before the file is read: what is written in between is read, and then the
        next who asks sees that something was. What was written a moment ago is not relied on: a
        further write may bear the same time.
        """
        if self.path is None:
            return ()
        try:
            found = self.path.stat()
        except OSError:
            return ()
        tick = _TICK if found.st_mtime_ns % 1_000_000_000 else _COARSE_TICK
        if not 0 <= found.st_mtime_ns < time.time_ns() - tick:
            return ()
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are kept, all or none, when the block ends.

        One writer at a time. Raises `StoreError` where nothing can be written.
        """
        try:
            if not self._ready:
                self._upgrade()
            engine = self._engine.execution_options(tandem_writes=True)
            with engine.begin() as connection:
                yield connection
            self.written += 1
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise StoreError(CANNOT_WRITE, MAY_WRITE, path=self.where, error=_why(error)) from error

    def writable(self) -> bool:
        """Return whether something can be said here."""
        if self.path is None:
            return True
        place = self.path if self.path.exists() else self.folder
        return os.access(place, os.W_OK) and os.access(self.folder, os.W_OK)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _upgrade(self) -> None:
        """Bring the tables up to date, once; several processes wait for each other."""
        if not _behind(self._engine):
            self._ready = True
            return
        if self.path is None:
            self._migrate()
        else:
            try:
                with locked(self.folder / "workspace.lock"):
                    if not self.path.exists():
                        # readable by its owner only, from the first byte on
                        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
                    self._migrate()
            except Timeout as error:
                raise StoreError(
                    N_("{path} is locked."), N_("Try again."), path=self.where
                ) from error
        self._ready = True

    def _migrate(self) -> None:
        # not where nothing is to be done: it takes long to be there
        from alembic import command

        with self._engine.execution_options(tandem_writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("select pg_advisory_xact_lock(7243)"))
            command.upgrade(config(connection), "head")


def config(connection: sa.Connection) -> Config:
    """Return what Alembic is told: where the steps are, and with which connection to take them."""
    from alembic.config import Config

    told = Config()
    told.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
    told.attributes["connection"] = connection
    return told


def _behind(engine: sa.Engine) -> bool:
    """Return whether a step is missing. Raises `StoreError` for tables of a later version."""
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        if not file.exists() or not file.stat().st_size:
            return True
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return True
        at = connection.execute(sa.text("select version_num from alembic_version")).scalar()
    steps = sorted(path.name.split("_")[1] for path in _MIGRATIONS.glob("versions/step_*.py"))
    if at is not None and at not in steps:
        raise StoreError(
            N_("What people said was written by a later version of the program ({step})."),
            N_("Use that version, or a later one."),
            step=at,
        )
    return at != steps[-1]


@lru_cache(maxsize=16)
def _engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite:"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": PATIENCE, "isolation_level": None})

    @sa.event.listens_for(engine, "connect")
    def opened(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma synchronous = full")
        # what is erased is gone from the file, too
        connection.execute("pragma secure_delete = on")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("tandem_writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _why(error: Exception) -> str:
    return first_line(getattr(error, "orig", None) or error)


def _hidden(url: str) -> str:
    return sa.engine.make_url(url).render_as_string(hide_password=True)
