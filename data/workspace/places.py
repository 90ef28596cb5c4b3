"""Where what people say is kept: names of files in a store's folder, and of a variable."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "workspace.sqlite"
VARIABLE = "TANDEM_WORKSPACE"
"""The URL of a database that several servers share; without it, a file in the store's folder."""

DECISIONS, SECTORS = "decisions.jsonl", "sectors.json"
"""What earlier versions kept it in."""


def waiting(folder: Path) -> list[Path]:
    """Return the files of earlier versions that have not moved into the memory."""
    return [path for name in (DECISIONS, SECTORS) if (path := folder / name).exists()]


def untouched(folder: Path) -> bool:
    """Return whether nothing was ever said beside the store in `folder`, at the cost of a look."""
    return not os.environ.get(VARIABLE) and not (folder / NAME).exists() and not waiting(folder)
