"""What a source format is: identify(file) -> confidence, read(file) -> staged rows.

A source stages rows in DuckDB with the file's own words turned into ours, nothing summed and
nothing corrected. A bad row goes to `rejects` with its line, column, value, reason and remedy;
a file that cannot be read at all raises `FileError` and stages nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import copyfile
from typing import Protocol

import duckdb

from data.core.reading import Reading
from data.core.texts import shown
from etl.intake.gathered import Gathered

HEAD_BYTES = 256 * 1024
#: Key in the settings of a file that holds no paid invoices: a list of open items.
OPEN_LIST = "open_list"
#: True of the series of a file in one of the formats of bank statements.
IS_STATEMENT = "starts_with({0}, 'bank:')"


@dataclass(frozen=True)
class SourceFile:
    """A file on disk, as it is offered to the sources."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its folder, as it can be shown and stored."""
        return shown(self.path.name)

    @property
    def nameable(self) -> bool:
        """Whether programs that take paths as UTF-8, such as DuckDB, can open it by its path."""
        return shown(self.path) == str(self.path)

    def openable(self, folder: Path) -> Path:
        """Return a path any program can open: its own, or that of a copy in `folder`."""
        if self.nameable:
            return self.path
        return Path(copyfile(self.path, folder / f"copy{shown(self.path.suffix)}"))

    @cached_property
    def head(self) -> bytes:
        """Its first bytes: enough to recognise a format."""
        with self.path.open("rb") as stream:
            return stream.read(HEAD_BYTES)


@dataclass(frozen=True)
class ReadOptions:
    """What the user said about the files of one load; None leaves it to be found from the data."""

    mapping: Mapping[str, object] | None = None
    """A mapping file, parsed (see etl/intake/mappings/mapping.py); overrides everything."""
    date_order: str | None = None
    """`dmy`, `mdy` or `ymd`: how 01/02/2025 is meant."""
    decimal: str | None = None
    """`,` or `.`: what 1.234 means."""
    encoding: str | None = None
    """Python's name of the encoding."""
    reporting_currency: str | None = None
    """ISO 4217; None: the only currency of the data, or the one whose rate is always 1."""
    receivables_accounts: tuple[str, ...] = ("411",)
    """Account prefixes that hold receivables, for ledgers with accounts (411, 413, 416 ...)."""
    ledger: str = ""
    """Whose books the file is, where it does not say itself."""
    gathered: Gathered | None = None
    """Where a source may leave rows to be inserted with those of other files; not said by users."""


class Source(Protocol):
    """One format, in one file of etl/intake/formats/."""

    name: str
    """Short name, for --as."""
    label: str
    """What people call it, marked with N_."""
    gives: tuple[str, ...]
    """What it says of receivables, phrases marked with N_; `docs/formats.md` is made of them."""
    lacks: tuple[str, ...]
    """What it does not say, and so has to come from elsewhere or be assumed."""

    def identify(self, file: SourceFile) -> float:
        """Return how sure this format is that it can read `file`: 0 no, 1 certain.

        Looks at the content, never at the name, and never raises.
        """
        ...

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """Stage the rows of `file` in `connection`, which has all staged tables.

        Inserts into staged_customers, staged_documents, staged_matches, staged_rates and
        rejects (not into `files`) with file_id = `first_file_id`, and the next ones for further
        sheets; returns one `Reading` for each file_id used, in order. Before it inserts into
        staged_documents it says to `etl.intake.staged.has_columns` what it fills there. Raises
        `FileError` where the file as a whole was not understood; then it has inserted nothing.
        """
        ...
