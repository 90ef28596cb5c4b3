"""One writer at a time of the files in a store's folder: locks that end with their process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from data.core.errors import CANNOT_WRITE, MAY_WRITE, StoreError
from data.core.texts import N_

PATIENCE = 20.0


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock `path`, which is let go when its process is killed.

    Raises `filelock.Timeout` where another holds it for longer than `patience` seconds, and
    `StoreError` where it cannot be a lock.
    """
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise
    except OSError as error:
        if path.exists() and not path.is_file():
            raise StoreError(
                N_("{path} is no file, and can be no lock."), N_("Remove it."), path=path
            ) from error
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=path, error=error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the lock of the files beside `path`.

    It is another lock than that of a load: writing them need not wait for one. Raises `StoreError`
    where another writer holds it for long.
    """
    try:
        with locked(path.parent / "decisions.lock"):
            yield
    except Timeout as error:
        raise StoreError(N_("{path} is locked."), N_("Try again."), path=path) from error
