"""What a backup holds, and what it says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from data.core.errors import StoreError
from data.core.policy.file import NAME as POLICY
from data.core.texts import N_
from data.store.published import FOLDER as BENCHMARKS
from data.store.reported import CARRIED
from data.store.reported import FOLDER as REPORTED
from data.workspace.places import DECISIONS, NAME, SECTORS
from data.workspace.taken_in import MOVED
from etl.load.folder.journal import NAME as WATCHED
from etl.load.presets import FOLDER as PRESETS

MANIFEST = "backup.json"
MADE_BY = 1
"""Goes up with every change that an earlier version could not restore."""
PLAIN = (POLICY, WATCHED, DECISIONS, SECTORS, DECISIONS + MOVED, SECTORS + MOVED)
"""Files of a store besides its states, its memory and its presets."""

_NAMES = re.compile(
    rf"state-\d{{6}}\.duckdb|{PRESETS}/[\w.-]+\.toml|{BENCHMARKS}/[\w.-]+\.csv|"
    rf"{REPORTED}/(?:[\w-]+\.parquet|{CARRIED})|" + "|".join(map(re.escape, (NAME, *PLAIN)))
)


@dataclass(frozen=True)
class Member:
    """A file of the backup: its size in bytes and its SHA-256 in hex digits."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a backup holds.

    made_at: UTC, as ISO 8601. current: the name of the current state; '' where nothing is loaded.
    """

    made_at: str
    current: str
    files: Mapping[str, Member]

    def to_json(self) -> str:
        """Return it as it is written."""
        return json.dumps({"tandem_backup": MADE_BY, **asdict(self)}, indent=1)


def contents_of(text: bytes, path: Path) -> Contents:
    """Read what `Contents.to_json` wrote. Raises `StoreError` for anything else."""
    try:
        told = json.loads(text)
        made_by = int(told["tandem_backup"])
        files = {name: Member(int(m["bytes"]), str(m["sha256"])) for name, m in
                 dict(told["files"]).items()}  # fmt: skip
        found = Contents(str(told["made_at"]), str(told["current"]), files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(path, MANIFEST) from error
    if made_by > MADE_BY:
        raise StoreError(
            N_("{path} was made by a later version of the program."),
            N_("Restore it with that version, or a later one."),
            path=path,
        )
    strange = [name for name in files if not _NAMES.fullmatch(name)]
    if strange or (found.current and found.current not in files):
        raise damaged(path, strange[0] if strange else found.current)
    return found


def damaged(path: Path, name: str) -> StoreError:
    """Return what is said where a file of a backup is not what was backed up."""
    return StoreError(
        N_("{name} in the backup {path} is damaged."),
        N_("Nothing was restored. Take another backup."),
        path=path,
        name=name,
    )
