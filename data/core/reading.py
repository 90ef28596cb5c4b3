"""What came of reading a file: understood, asked or refused. Spoken by the loading side, its
report and the Imports page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from data.core.texts import Text


@dataclass(frozen=True)
class Sample:
    """A row of a file as the document it tells of; amounts in the document's currency."""

    document_id: str
    customer: str
    kind: str
    issued_on: date | None
    due_on: date | None
    amount: Decimal | None
    currency: str = ""


@dataclass(frozen=True)
class Told:
    """What a file tells of, in numbers, and its first documents: what one sentence can say."""

    kinds: dict[str, int] = field(default_factory=dict)
    """Kind of document -> how many rows, most first; other rows by what they are."""
    customers: int = 0
    currencies: list[str] = field(default_factory=list)
    paid: int = 0
    """Invoices that the file itself says are paid in full."""
    samples: list[Sample] = field(default_factory=list)
    written_off: int = 0
    """Invoices that the file itself says were given up, whole or what was left of them."""


@dataclass
class Reading:
    """What came of reading one file (one sheet, for a workbook): what `files` will say."""

    name: str
    format: str
    rows_kind: str
    """ledger, invoices, payments, bank, matches, customers or rates."""
    ledger: str = ""
    """Whose books: documents of different ledgers never mix. '' where nobody says."""
    series: str = ""
    """Format, kind of rows and header: files of one series can be newer exports of each other."""
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Reason (a plain English phrase, marked with N_) -> rows that are no receivables."""
    left_out_amounts: dict[str, Decimal] = field(default_factory=dict)
    """Reason -> sum of the amounts of these rows, as the file writes them, where it is known."""
    refused_amount: Decimal | None = None
    """Sum of the amounts of the refused rows, those that can be read; None: not known."""
    turned: dict[str, Decimal] = field(default_factory=dict)
    """Kind of document -> sum of the amounts that the file writes the other way round, as kept."""
    first_day: date | None = None
    """Earliest day of the rows kept; None where they have none."""
    last_day: date | None = None
    control_total: Decimal | None = None
    """Sum of the signed amounts of all rows kept, in the document's currency, computed from the
    file's own columns and not from what was staged, so that it proves the staging."""
    totals: dict[str, Decimal] = field(default_factory=dict)
    """Currency -> sum of the signed amounts kept ('' is the reporting currency)."""
    settings: dict[str, str] = field(default_factory=dict)
    """How it was read: encoding, separator, decimal, date formats, header row, columns found."""
    notes: list[Text] = field(default_factory=list)
    """What the reader should know: assumptions made, columns not understood."""
    told: Told = field(default_factory=Told)
    """Filled by who reads the file to show it."""


@dataclass(frozen=True)
class Reject:
    """A row that was refused."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Value:
    """A value that a question is about: how many rows have it, and what they amount to."""

    text: str
    rows: int
    amount: Decimal | None = None
    """In the currency of the rows; None where they have no amount that can be read."""


@dataclass(frozen=True)
class Choice:
    """One answer to a question."""

    value: str
    label: str
    """What the reader sees, marked with N_."""
    tables: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """What a mapping file says then: table -> key -> value; empty where the question has one."""


@dataclass(frozen=True)
class Question:
    """Something that can move money and that the file leaves open.

    Nothing of the file is loaded until it is answered: by a choice on the Imports page, or by
    lines of a mapping file on the command line.
    """

    about: str
    """Short name of what is asked: states, kinds, signs, rows, column, key, currency."""
    text: Text
    """The question, one sentence."""
    choices: tuple[Choice, ...]
    column: str = ""
    """Their header; '' where the question is about the table as a whole."""
    values: tuple[Value, ...] = ()
    """The values it is about, those with most rows first."""
    table: str = ""
    """Table of a mapping file in which each value gets an answer of its own, as in
    `[states] "Settled" = "paid"`; '' where one choice answers the whole question."""

    def mapping(self, answers: Mapping[str, str]) -> dict[str, dict[str, object]]:
        """Return what a mapping file says with these answers: value (or '') -> choice.

        >>> states = Question("states", Text("?"), (Choice("paid", "paid"),), table="states")
        >>> states.mapping({"Settled": "paid"})
        {'states': {'Settled': 'paid'}}
        """
        if self.table:
            known = {choice.value for choice in self.choices}
            return {self.table: {v: c for v, c in answers.items() if c in known}}
        chosen = next((c for c in self.choices if c.value == answers.get("")), None)
        tables = chosen.tables if chosen else {}
        return {name: dict(keys) for name, keys in tables.items()}
