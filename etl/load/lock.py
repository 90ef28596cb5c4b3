"""One load at a time for each store, across threads and processes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import Timeout

from data.core.errors import CANNOT_WRITE, MAY_WRITE, StoreError
from data.core.texts import N_, shown
from data.store.state import pointed, state_name, unmoved
from data.store.writer import locked

_BUSY = (N_("Another load into {folder} is running."), N_("Try again when it is done."))


class StoreBusyError(StoreError):
    """Another load goes on."""


@contextmanager
def only_load(folder: Path, patience: float = 60.0) -> Iterator[None]:
    """Hold the store's lock; wait `patience` seconds for another load to end.

    Whatever a killed load left behind is removed; its lock was let go with its process. Raises
    `StoreBusyError` where the other load goes on.
    """
    if shown(folder) != str(folder):
        raise StoreError(
            N_("The database cannot open {folder}: its name is not written in UTF-8."),
            N_("Name another."),
            folder=folder,
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreError(
            N_("{folder} is no folder, and cannot become one."), N_("Name another."), folder=folder
        ) from error
    except OSError as error:
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=folder, error=error) from error
    try:
        with locked(folder / "load.lock", patience):
            _sweep(folder)
            yield
    except Timeout as error:
        raise StoreBusyError(*_BUSY, folder=folder) from error


def _sweep(folder: Path) -> None:
    now = pointed(folder)
    for number in unmoved(folder):
        if (name := state_name(number)) != now:
            _remove(folder / name)
    for path in (*folder.glob("draft-*"), *folder.glob("pointer-*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            _remove(path)


def _remove(path: Path) -> None:
    """Remove a file; on Windows one that somebody has open stays for the next time."""
    with suppress(PermissionError):
        path.unlink(missing_ok=True)
