"""One writer at a time of the small files in a store's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from data.core.errors import StoreError
from data.core.texts import N_

_PATIENCE = 20.0


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the lock of the files beside `path`, which is let go when its process is killed.

    It is another lock than that of a load: writing them need not wait for one. Raises `StoreError`
    where another writer holds it for long.
    """
    lock = FileLock(path.parent / "decisions.lock")
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise StoreError(N_("{path} is locked."), N_("Try again."), path=path) from error
    try:
        yield
    finally:
        lock.release()
