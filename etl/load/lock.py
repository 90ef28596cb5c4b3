"""One load at a time for each store, across threads and processes."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data.store.state import StoreError

_THREADS = threading.Lock()


@contextmanager
def only_load(folder: Path, patience: float = 60.0) -> Iterator[None]:
    """Hold the store's lock; wait `patience` seconds for another load to end.

    Whatever a killed load left behind is removed.

    An open DuckDB file shuts out every other process on every system, and is let go when its
    process is killed. Raises `StoreError` where the other load goes on.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(f"{folder} is no folder, and cannot become one: name another") from error
    until = time.monotonic() + patience
    if not _THREADS.acquire(timeout=patience):
        raise StoreError(f"another load into {folder} is running: try again when it is done")
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
                raise StoreError(
                    f"another load into {path.parent} is running: try again when it is done"
                ) from error
            time.sleep(0.2)
