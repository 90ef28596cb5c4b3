"""What the Imports page and the loading side say to each other.

The page knows only these words and the `Importer` protocol; etl/load/importer.py implements it, and
the app puts the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Protocol

from data.core.texts import Text


class ImportRefusedError(Exception):
    """Something asked of an importer cannot be done: `reason` says why, `remedy` what to do."""

    def __init__(self, reason: Text, remedy: Text) -> None:
        """Keep both sentences."""
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class Said:
    """What the reader said about one file; None leaves it to be found from the data."""

    rows: str | None = None
    """Kind of its rows: invoices, payments, matches, customers or rates."""
    columns: Mapping[str, str] | None = None
    """Our column name -> their header."""
    date_order: str | None = None
    """dmy, mdy or ymd."""
    decimal: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Part:
    """What one table of a file would give: a sheet of a workbook, or the whole file."""

    name: str
    format: str
    rows_kind: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    left_out: Mapping[str, int]
    first_day: date | None
    last_day: date | None
    totals: Mapping[str, Decimal]
    """Currency ('' for the reporting one) -> sum of the signed amounts."""
    notes: tuple[Text, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A row that would be refused."""

    line: int
    column: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Sheet:
    """A table as the file has it, for saying by hand what its columns mean."""

    name: str
    headers: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first rows as text; `lines` says where they stand."""
    columns: Mapping[str, str]
    """Our column name -> their header, as found or said."""
    rows_kind: str
    missing: tuple[str, ...]
    """Our columns that such rows cannot do without."""
    formats: Mapping[str, str]
    """Our column name -> how the column is written."""
    choices: tuple[str, ...] = ()
    """All tables of the file, where there are several."""


@dataclass(frozen=True)
class Problem:
    """Why a file cannot be read as it is; `asks` names what would settle it, see `Said`."""

    reason: Text
    remedy: Text
    asks: str = ""


@dataclass(frozen=True)
class Found:
    """A file that was dropped, and what is known about it."""

    token: str
    name: str
    bytes: int
    looking: bool = False
    """It has not been looked at yet; everything below is still empty."""
    format: str = ""
    label: str = ""
    """What people call the format, marked with N_."""
    parts: tuple[Part, ...] = ()
    problem: Problem | None = None
    said: Said = field(default_factory=Said)
    sheet: Sheet | None = None
    """For tables: as the file has it."""
    staged: tuple[Mapping[str, object], ...] = ()
    """The first rows as they would be read: `line` and our columns."""
    refused: tuple[Refusal, ...] = ()
    """The first rows that would be refused."""
    mapping: bool = False
    """It is a mapping file, and says how others are read."""

    @property
    def ready(self) -> bool:
        """Whether it can be loaded."""
        return not self.looking and self.problem is None


@dataclass(frozen=True)
class LoadSettings:
    """What holds for all files of a load; None leaves it to the data or an earlier load."""

    reporting_currency: str | None = None
    default_terms_days: int | None = None
    receivables_accounts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Job:
    """A load that is running or has ended."""

    number: int
    running: bool
    text: Text
    """What is being done, or how it ended."""
    files_done: int = 0
    files: int = 0
    rows: int = 0
    seconds: float = 0.0
    session: str = ""
    problem: Problem | None = None
    """Why the load as a whole failed; the current state is as it was."""
    report: Mapping[str, object] | None = None
    """The load report as plain data, as in `about.report`."""


@dataclass(frozen=True)
class Readable:
    """A format that can be read: what people call it, what it says and does not say."""

    name: str
    label: str
    gives: tuple[str, ...]
    lacks: tuple[str, ...]


class Importer(Protocol):
    """What can be done with files that a reader drops. Safe to call from several threads."""

    limit: int
    """A file may have so many bytes."""
    required: Mapping[str, tuple[str, ...]]
    """Kind of rows -> our columns it cannot do without; `a|b` means one of them."""
    known: tuple[str, ...]
    """Our column names, for saying by hand what a column means."""
    formats: tuple[Readable, ...]
    """What can be read; their texts are marked with N_."""

    def receive(self, session: str, name: str, stream: BinaryIO, size: int) -> str:
        """Keep a file of `size` bytes; return its token. Raises ImportRefusedError."""
        ...

    def files(self, session: str) -> tuple[Found, ...]:
        """Return the files of a session, in order of name."""
        ...

    def look(self, session: str, patience: float = math.inf) -> None:
        """Look at files that have not been looked at, one after the other.

        Returns when all are done, or after the file with which `patience` seconds have passed.
        """
        ...

    def say(self, session: str, token: str, said: Said) -> None:
        """Take what the reader said about a file, and look at it again."""
        ...

    def remove(self, session: str, token: str | None = None) -> None:
        """Forget one file of a session, or all."""
        ...

    def mapping(self, session: str, token: str) -> str:
        """Return what is known about a file as the text of a mapping file."""
        ...

    def load(self, session: str, settings: LoadSettings) -> Job:
        """Start loading the files that can be read; raises ImportRefusedError if one runs."""
        ...

    def demo(self) -> Job:
        """Start loading the demo company; raises ImportRefusedError if a load runs."""
        ...

    def derive(self) -> Job:
        """Start deriving the state anew from what is loaded, with what people decided meanwhile.

        Where a load runs, it follows on that one.
        """
        ...

    def job(self) -> Job | None:
        """Return the running load, or the last one since the start; None: there was none."""
        ...
