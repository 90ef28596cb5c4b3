"""What tells whether the policy was changed, and whether more can be said: a look at files."""

from __future__ import annotations

import os
from pathlib import Path

from data.core.policy.file import NAME as POLICY

Revision = tuple[tuple[int, ...], ...]


def revision(folder: Path) -> Revision:
    """Return what changes with the policy, which is replaced as a whole, and with what may be."""
    return _look(folder / POLICY), (os.access(folder, os.W_OK),)


def _look(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
