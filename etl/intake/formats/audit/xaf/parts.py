"""The parts of an XML Auditfile, in its own words: accounts, relations, journals, lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_ZERO = Decimal(0)
_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d+)?")
#: Words in a journal's name -> its type, where it gives none.
_JOURNAL_WORDS = (
    (r"inkoop|purchase", "P"),
    (r"verkoop|sales|omzet", "S"),
    (r"opening|begin|beginbalans", "O"),
    (r"bank|giro|rekening-courant", "B"),
    (r"\bkas|cash", "C"),
    (r"memo", "M"),
)


@dataclass
class Account:
    """A general ledger account."""

    line: int
    name: str
    type: str
    """B balance sheet, P profit and loss, M mixed; '' where not given."""
    codes: str
    """What may be codes of the reference classification, in one text."""


@dataclass
class Relation:
    """A customer or supplier, in the file's own words."""

    line: int
    cells: dict[str, str]
    country: str
    iban: str

    @property
    def type(self) -> str:
        """C customer, S supplier, B both, O other; '' before version 3.1."""
        return self.cells.get("custSupTp", "").upper()


@dataclass
class Journal:
    """The journal in which a transaction stands."""

    id: str = ""
    name: str = ""
    given: str = ""
    offset: str = ""

    @property
    def type(self) -> str:
        """S, B, C, P, M, O, G, T, Y or Z: as given, else by the words of its name."""
        if self.given[:1].upper() in tuple("BCGMOPSTYZ"):
            return self.given[:1].upper()
        words = f"{self.id} {self.name}".lower()
        return next((told for known, told in _JOURNAL_WORDS if re.search(known, words)), "Z")


@dataclass
class Line:
    """A line with what stands in it: of a transaction, an opening balance or a subledger."""

    line: int
    cells: dict[str, str]
    kind: str = ""
    """Of a subledger line: sbType."""
    currency: str = ""

    def get(self, name: str) -> str:
        """Return a cell; '' where it is missing."""
        return self.cells.get(name, "")

    def real(self, *names: str) -> str:
        """Return the first of these cells that says something: packages write 0 for nothing."""
        return next((t for t in map(self.get, names) if t.strip("0 -.")), "")

    @property
    def side(self) -> str:
        """D or C; '' where the line says neither."""
        side = self.get("amntTp").upper()
        return side if side in ("D", "C") else ""

    @property
    def amount(self) -> Decimal | None:
        """The amount as written; None where it is none."""
        text = self.get("amnt")
        return Decimal(text) if _AMOUNT.fullmatch(text) else None

    @property
    def signed(self) -> Decimal:
        """The amount, debit above zero; 0 where it cannot be read."""
        amount = self.amount
        if amount is None or not self.side:
            return _ZERO
        return amount if self.side == "D" else -amount


@dataclass
class Transaction:
    """A transaction with its journal and its lines."""

    journal: Journal
    cells: dict[str, str]
    lines: list[Line]

    @property
    def number(self) -> str:
        """Its number as the file has it."""
        return self.cells.get("nr", "")

    @property
    def is_opening(self) -> bool:
        """Whether it brings balances in from the year before."""
        period = self.cells.get("periodNumber", "")
        return self.journal.type == "O" or (period != "" and not period.strip("0"))

    def key(self, line: Line) -> tuple[str, str, str, str, str]:
        """Return what a subledger line says of `line` to name it, but for its number."""
        own = short(self.number, self.journal.id)
        return self.journal.id, own, line.get("custSupID"), line.side, line.get("amnt")


def short(number: str, prefix: str) -> str:
    """Return a number without that of its journal or transaction before it, as in BNK.17."""
    return number.removeprefix(f"{prefix}.") if prefix else number
