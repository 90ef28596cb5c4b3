"""A copy of all that was said, in one SQLite file, and the way back from it.

Of SQLite that is the file as it stands at one moment; of another database its rows. Who is signed
in, and the links that set passwords, are not copied: a copy lies about for years.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, MEND, StoreError, first_line
from data.core.texts import N_
from data.workspace.database import Database
from data.workspace.people.tables import ACCOUNTS, ATTEMPTS, AUDIT, SESSIONS, TICKETS
from data.workspace.places import NAME, VARIABLE, waiting
from data.workspace.subjects.every import TABLES
from data.workspace.tables import LINES, META, REVISION

_SECRET = (SESSIONS, TICKETS)
_COUNTED = (ATTEMPTS, AUDIT)
"""Tables whose rows PostgreSQL numbers."""
_MANY = 1000
_OF_WRITING = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")


def copy(folder: Path, to: Path) -> bool:
    """Write what was said beside the store in `folder` into `to`, a file that is not there yet.

    Returns whether there was anything to copy. Raises `StoreError` where it cannot be read.
    """
    url = os.environ.get(VARIABLE, "")
    if url:
        with (
            closing(Database(folder, url)) as source,
            closing(Database(to.parent)) as target,
            source.reading() as read,
            target.writing() as write,
        ):
            assert read is not None  # noqa: S101 - a database at a URL is there or is an error
            # all tables as of one moment
            _rows(read.execution_options(isolation_level="REPEATABLE READ"), write)
        (to.parent / NAME).replace(to)
    elif not (folder / NAME).exists():
        return False
    else:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            with (
                closing(sqlite3.connect(folder / NAME)) as source_,
                closing(sqlite3.connect(to)) as target_,
            ):
                source_.backup(target_)
        except sqlite3.Error as error:
            raise _unreadable(folder / NAME, error, to) from error
    checked(to)
    try:
        with closing(sqlite3.connect(to)) as kept, kept:
            kept.execute("pragma secure_delete = on")
            there = {name for (name,) in kept.execute("select name from sqlite_master")}
            for table in _SECRET:
                if table.name in there:
                    kept.execute(f"delete from {table.name}")
    except sqlite3.Error as error:
        raise _unreadable(to, error) from error
    return True


def checked(path: Path) -> None:
    """Raise `StoreError` where a copy is damaged."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            [said] = connection.execute("pragma integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error
    if said != "ok":
        raise _unreadable(path, sqlite3.DatabaseError(said))


def put_back(path: Path, folder: Path) -> None:
    """Let what the copy at `path` holds be what was said beside `folder`; see `refuse_if_said`.

    The file `path` is moved, or its rows are written where TANDEM_WORKSPACE says.
    """
    url = os.environ.get(VARIABLE, "")
    if not url:
        path.replace(folder / NAME)
        return
    path.replace(path.parent / NAME)
    with (
        closing(Database(path.parent)) as source,
        closing(Database(folder, url)) as target,
        target.writing() as write,
        source.reading() as read,
    ):
        assert read is not None  # noqa: S101 - it was moved there
        _rows(read, write)


def refuse_if_said(folder: Path) -> None:
    """Raise `StoreError` where something was said, or somebody has an account, already."""
    with (
        closing(Database(folder, os.environ.get(VARIABLE, ""))) as database,
        database.reading() as connection,
    ):
        said = connection is not None and any(
            connection.execute(sa.select(table).limit(1)).first() for table in (LINES, ACCOUNTS)
        )
    if said or waiting(folder):
        raise StoreError(
            N_("{where} holds already what people said."),
            N_("Restore into a new folder (--store), or a new database."),
            where=database.where,
        )


def _rows(read: sa.Connection, write: sa.Connection) -> None:
    """Copy all rows into tables that the steps have just made."""
    # every table stands in META once it was imported
    assert set(TABLES.values()) <= set(META.tables.values())  # noqa: S101
    write.execute(sa.delete(REVISION))
    for table in META.sorted_tables:
        if table in _SECRET:
            continue
        found = read.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
        for rows in found.partitions(_MANY):
            write.execute(sa.insert(table), [dict(row) for row in rows])
    if write.dialect.name == "postgresql":
        for table in _COUNTED:
            sequence = sa.func.pg_get_serial_sequence(table.name, "number")
            last = sa.select(sa.func.max(table.c.number)).scalar_subquery()
            write.execute(sa.select(sa.func.setval(sequence, last)).where(last.is_not(None)))


def _unreadable(path: Path, error: sqlite3.Error, to: Path | None = None) -> StoreError:
    """Return what is said; `to`: what was written meanwhile, where the disk may be full."""
    if to is not None and getattr(error, "sqlite_errorname", "").startswith(_OF_WRITING):
        return StoreError(CANNOT_WRITE, MAY_WRITE, path=to, error=first_line(error))
    return StoreError(CANNOT_READ, MEND, path=path, error=first_line(error))
