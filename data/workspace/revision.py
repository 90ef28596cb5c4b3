"""What tells what people say now from what they said before."""

from __future__ import annotations

import os
from pathlib import Path

from data.core.policy import NAME as POLICY
from data.workspace.by_hand import NAME as SECTORS
from data.workspace.decisions import NAME as DECISIONS

Revision = tuple[tuple[int, ...], ...]


def revision(folder: Path) -> Revision:
    """Return what changes whenever something is said, and whether more can be: a look at files.

    Each of them is replaced as a whole when something is said, never written in place.
    """
    return (*(_look(folder / name) for name in (DECISIONS, SECTORS, POLICY)), _may(folder))


def _look(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _may(folder: Path) -> tuple[int, ...]:
    return (os.access(folder, os.W_OK), os.access(folder / DECISIONS, os.W_OK))
