"""What the Imports page and the loading side say to each other.

The page knows only these words and the `Importer` protocol; etl/load/importer.py implements it, and
the app puts the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, Protocol

from data.core.errors import TandemError
from data.core.expectation import Expectation
from data.core.reading import Reading, Reject
from data.core.texts import Text

OWN = "own:"
"""In `Said.columns` and `Sheet.columns`, before the name of a dimension of the reader's own."""


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
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Question (`about:column`) -> value (or '') -> the choice that answers it."""


@dataclass(frozen=True)
class Kept:
    """Answers that are kept for exports of one shape."""

    name: str
    """Of its file in the store's folder."""
    file: str
    """The file that they were given for."""
    since: str
    """The day."""
    text: str
    """What was said, as the text of a mapping file."""
    headers: int = 0
    """How many headers exports of this shape have; of a preset written by hand, its marks."""
    problem: TandemError | None = None
    """Why it is of no use as it stands."""


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
    own: tuple[str, ...] = ()
    """By header: the name that it gives a dimension of the reader's own; '' for none."""


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
    parts: tuple[Reading, ...] = ()
    problem: TandemError | None = None
    """Why it cannot be read as it is; its `asks` names what would settle it, see `Said`."""
    said: Said = field(default_factory=Said)
    sheet: Sheet | None = None
    """For tables: as the file has it."""
    staged: tuple[Mapping[str, object], ...] = ()
    """The first rows as they would be read: `line` and our columns."""
    refused: tuple[Reject, ...] = ()
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
    expect: Expectation | None = None
    """What the reader's own system says: where it does not tie, nothing is published."""


@dataclass(frozen=True)
class Job:
    """A load, or something else that makes a state, that is running or has ended."""

    number: int
    running: bool
    text: Text
    """What is being done, or how it ended."""
    files_done: int = 0
    files: int = 0
    rows: int = 0
    seconds: float = 0.0
    session: str = ""
    kind: str = "load"
    """load, removal, undo, or derivation."""
    problem: TandemError | None = None
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


@dataclass(frozen=True)
class Loaded:
    """A file that is loaded, with all its sheets: what it gave, since when."""

    key: str
    """Hash of its content: what it is named by on the page."""
    number: int
    """Its number, by which the command line names it where its name is not the only one."""
    name: str
    format: str
    kinds: tuple[str, ...]
    """ledger, invoices, payments, bank, matches, customers or rates."""
    rows: int
    refused: int
    documents: int
    amount: Decimal | None
    """Signed sum of its documents, in the reporting currency; None: it has none."""
    since: datetime
    """UTC."""
    first_day: date | None = None
    last_day: date | None = None
    sheets: tuple[str, ...] = ()
    replaced_by: str = ""
    """Name of the newer export that counts in its place; '' where it counts."""
    how: tuple[str, ...] = ()
    """How each sheet was read, as in `files.settings`."""


@dataclass(frozen=True)
class Effect:
    """What a removal would change; amounts in the reporting currency."""

    files: tuple[str, ...]
    currency: str
    before: Decimal
    after: Decimal
    documents_before: int
    documents_after: int
    day_before: date | None
    day_after: date | None
    notes: tuple[Text, ...] = ()
    """What counts again, may be loaded again, or waits."""
    holds: bool = True
    """Every control total would hold; otherwise it cannot be removed."""


@dataclass(frozen=True)
class Event:
    """What became of a file of a watched folder."""

    at: datetime
    """UTC."""
    file: str
    outcome: str
    """loaded, known, superseded, asked, refused, answered, or stays: it could not be moved."""
    place: str = ""
    """Where the file lies now."""
    why: Text | None = None
    """What is asked, why it was refused, or why it stays."""


@dataclass(frozen=True)
class Waiting:
    """A file of a watched folder that is asked about, or was refused."""

    key: str
    name: str
    place: str
    asked: bool = True
    """A question is open; otherwise it was not understood."""
    why: Text | None = None


@dataclass(frozen=True)
class Watched:
    """What watched folders did, and what they wait for."""

    stamp: str
    """Changes with every event; '' where no folder was ever watched."""
    folders: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    events: tuple[Event, ...] = ()
    """The last ones, the newest first."""


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

    def loaded(self) -> tuple[Loaded, ...]:
        """Return the files of the current state, those that were replaced last."""
        ...

    def effect_of_removal(self, keys: Sequence[str]) -> Effect:
        """Return what a removal of loaded files would change; nothing is changed.

        Raises ImportRefusedError where one is not loaded, or a load runs.
        """
        ...

    def remove_loaded(self, keys: Sequence[str]) -> Job:
        """Start removing loaded files, as if they had never been loaded.

        Raises ImportRefusedError where a load runs.
        """
        ...

    def undoes(self) -> str:
        """Return what `undo` takes back: load or removal; '' where the state before is not kept."""
        ...

    def undo(self) -> Job:
        """Start going back to the state before the last load or removal.

        Raises ImportRefusedError where a load runs.
        """
        ...

    def kept(self) -> tuple[Kept, ...]:
        """Return the answers that are kept, those of the last days first."""
        ...

    def watched(self, since: str | None = None) -> Watched | None:
        """Return what watched folders did; None where their stamp is still `since`."""
        ...

    def take_up(self, session: str, key: str) -> str:
        """Take a waiting file into a session, as if it had been dropped; return its token.

        Once it is loaded it leaves the files that wait. Raises ImportRefusedError.
        """
        ...

    def forget(self, name: str) -> None:
        """Forget answers that are kept; what was read by them stays as it is."""
        ...

    def job(self) -> Job | None:
        """Return the running load, or the last one since the start; None: there was none."""
        ...
