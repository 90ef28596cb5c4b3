"""Which files of a folder have arrived whole.

A file is whole when it has the same size and time of change at two looks some seconds apart, and,
where the system tells, nobody has it open. Its age says nothing: a copy keeps the time of its
original while it is written.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from data.core.errors import first_line
from etl.load.identify import left_out

DONE, ASKED = "done", "asked"
SETTLE = 3.0
"""Seconds between two looks that find a file the same."""
EMPTY = 60.0
"""Seconds after which an empty file is no longer taken for one that is about to be written."""
TOGETHER = 60.0
"""Seconds for which whole files wait for others that are still being written."""

Stamp: TypeAlias = tuple[int, int]


def stamp_of(path: Path) -> Stamp:
    """Return what changes when a file is written: its size, and when that was."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def walk(folder: Path, *leave: Path) -> Iterator[Path]:
    """Yield the files of a folder in order of name, those that programs keep for themselves aside.

    leave: folders that are not looked into. Raises OSError where the folder cannot be read.
    """
    os.scandir(folder).close()  # `os.walk` would take a drive that is gone for an empty one
    for name, folders, files in os.walk(folder):
        here = Path(name)
        folders[:] = sorted(
            f
            for f in folders
            if here / f not in leave and not left_out((here / f).relative_to(folder))
        )
        for file in sorted(files):
            path = here / file
            if not left_out(path.relative_to(folder)) and path.is_file():
                yield path


def held(path: Path) -> str:
    """Return why a file cannot be read now; '' where it can.

    On Windows another program that has it open may keep it from being opened or renamed.
    """
    try:
        path.open("rb").close()
        if os.name == "nt":
            path.rename(path)
    except OSError as error:
        return error.strerror or first_line(error)
    return ""


class Arrivals:
    """The files of a folder as looks found them."""

    def __init__(
        self,
        folder: Path,
        *leave: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look into `folder`, but not where its files go, nor into the folders `leave`."""
        self.folder = folder
        self._leave = leave
        self._clock = clock
        self._seen: dict[Path, tuple[Stamp, float]] = {}
        self.writing: list[Path] = []
        """Files that the last look did not find whole."""
        self.held: dict[Path, str] = {}
        """Of these, the files that could not be read, and why."""

    def _inside(self) -> Iterator[Path]:
        """Yield the files of the folder that are input; `Done` is `done` on some systems."""
        with os.scandir(self.folder) as entries:
            out = [Path(e.path) for e in entries if e.name.casefold() in (DONE, ASKED)]
        yield from walk(self.folder, *out, *self._leave)

    def look(self, patience: float = TOGETHER) -> list[Path]:
        """Return the files that are whole; none while others are written, up to `patience`."""
        now, before = self._clock(), self._seen
        self._seen, self.writing, self.held = {}, [], {}
        whole: list[Path] = []
        longest = 0.0
        for path in self._inside():
            try:
                stamp = stamp_of(path)
            except OSError:
                continue  # it is gone again
            known = before.get(path)
            since = known[1] if known and known[0] == stamp else now
            self._seen[path] = stamp, since
            if now - since < (SETTLE if stamp[0] else EMPTY):
                self.writing.append(path)
            elif why := held(path):
                self.writing.append(path)
                self.held[path] = why
            else:
                whole.append(path)
                longest = max(longest, now - since)
        if any(stamp[0] for path in self.writing if (stamp := self._seen[path][0])) and (
            longest < patience
        ):
            return []
        return whole

    def stamp(self, path: Path) -> Stamp:
        """Return what a file was like at the last look."""
        return self._seen[path][0]
