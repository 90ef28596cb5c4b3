"""One load at a time for each store, across threads and processes."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data.core.errors import StoreError
from data.core.texts import N_
from data.store.state import state_name, unmoved

_BUSY = (N_("Another load into {folder} is running."), N_("Try again when it is done."))

_THREADS = threading.Lock()


class StoreBusyError(StoreError):
    """Another load goes on."""


@contextmanager
def only_load(folder: Path, patience: float = 60.0) -> Iterator[None]:
    """Hold the store's lock; wait `patience` seconds for another load to end.

    Whatever a killed load left behind is removed.

    An open DuckDB file shuts out every other process on every system, and is let go when its
    process is killed. Raises `StoreBusyError` where the other load goes on.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(
            N_("{folder} is no folder, and cannot become one."), N_("Name another."), folder=folder
        ) from error
    until = time.monotonic() + patience
    if not _THREADS.acquire(timeout=patience):
        raise StoreBusyError(*_BUSY, folder=folder)
    try:
        connection = _opened(folder / "load.lock", until)
        try:
            _sweep(folder)
            yield
        finally:
            connection.close()
    finally:
        _THREADS.release()


def _sweep(folder: Path) -> None:
    current = folder / "current"
    now = current.read_text(encoding="ascii").strip() if current.is_file() else ""
    for number in unmoved(folder):
        if (name := state_name(number)) != now:
            (folder / name).unlink(missing_ok=True)
    for path in (*folder.glob("draft-*"), *folder.glob("pointer-*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _opened(path: Path, until: float) -> duckdb.DuckDBPyConnection:
    while True:
        try:
            return duckdb.connect(str(path))
        except duckdb.IOException as error:
            if time.monotonic() > until:
                raise StoreBusyError(*_BUSY, folder=path.parent) from error
            time.sleep(0.2)
