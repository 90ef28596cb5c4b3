"""French CFONB 120, "relevé de compte": 120 characters a line.

The layout is that of the CFONB's brochure of July 2004 with the complements for transfers of August
2007. Records: 01 old balance, 04 a movement, 05 complements to it, 07 new balance. See
etl/intake/formats/bank/statement.py for what all bank statements have in common. Here:

- The last character of an amount is its last digit and its sign: { and A to I are a credit, } and
  J to R a debit; how many of its digits are decimals stands in every record.
- A movement with a reason for rejection (code motif de rejet) or a complement RET takes back an
  earlier one.
- Who paid is NPY, or whoever he paid for (NPO); his account, where a complement gives an IBAN. The
  reference is LCS, then LCC and LC2, LIB, RCN (reference and purpose), REF, and the label.
- Bank, branch and account become the IBAN.
- Old balance + movements = new balance.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.delimited import plain_head
from etl.intake.formats.bank.statement import CUT_OFF, Entry, Statement, Statements
from etl.intake.formats.bank.text import (
    account_of,
    encoding_of,
    french_iban,
    iban_in,
    lines_of,
    reference_of,
    said,
    short_day,
    tidy,
)
from etl.intake.source import ReadOptions, SourceFile

COLUMNS = {
    "document_id": "04: numéro d'écriture",
    "issued_on": "04: date de comptabilisation",
    "credit": "04: montant, crédit",
    "debit": "04: montant, débit",
    "counterparty": "05: NPY",
    "counterparty_iban": "05: IPY",
    "reference": "05: LCC",
}
_RECORD = re.compile(
    r"0[1457][0-9A-Z]{5}.{4}[0-9A-Z]{5}([A-Z]{3}|   )[0-9 ].[0-9A-Z ]{11}..\d{6}.*"
)
_FIRST = re.compile(r"01\d{5}.{4}\d{5}([A-Z]{3}|   )[0-9 ].[0-9A-Z]{11}..\d{6}.{50}\d{13}[{}A-R]")
_CREDIT, _DEBIT = "{ABCDEFGHI", "}JKLMNOPQR"


class CfonbSource:
    """See the module."""

    name = "cfonb"
    label = N_("Bank statement CFONB 120 (France)")
    gives: tuple[str, ...] = (
        N_("payments received"),
        N_("who paid, where the bank says it"),
        N_("structured references and free text"),
    )
    lacks: tuple[str, ...] = (N_("customer numbers"), N_("which payment settles which invoice"))

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        text = plain_head(file).lstrip("\n ï»¿")
        return 1.0 if _FIRST.match(text.split("\n")[0]) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        encoding = encoding_of(file, options.encoding)
        with Statements(file, self.name, COLUMNS) as statements:
            statements.settings["encoding"] = encoding
            _Reader(file, statements).read(lines_of(file, encoding))
            return statements.stage(connection, first_file_id, options)


@dataclass
class _Movement:
    line: int
    text: str
    complements: dict[str, list[str]] = field(default_factory=dict)

    def get(self, *names: str) -> str:
        """Return what the first of these complements says that is there."""
        for name in names:
            if name in self.complements:
                return tidy("".join(self.complements[name]))
        return ""


class _Reader:
    """Reads the records of one file in order."""

    def __init__(self, file: SourceFile, statements: Statements) -> None:
        self.file = file
        self.statements = statements
        self.statement: Statement | None = None
        self.movement: _Movement | None = None

    def read(self, lines: Iterator[tuple[int, str]]) -> None:
        """Add all statements. Raises `FileError` where the file breaks off or does not tie."""
        for number, text in lines:
            line = text.ljust(120)
            if not line.strip("\x1a "):
                continue
            if not _RECORD.fullmatch(line):
                raise self._no_record(number, line)
            match line[:2]:
                case "01":
                    self._add()
                    if self.statement is not None:
                        raise self._no_new_balance()
                    self._old_balance(number, line)
                case "04" if self.statement is not None:
                    self._add()
                    self.movement = _Movement(number, line)
                case "05" if self.movement is not None:
                    name = line[45:48].strip()
                    self.movement.complements.setdefault(name, []).append(line[48:118])
                case "07" if self.statement is not None:
                    self._add()
                    self.statements.period(self.statement, short_day(line[34:40]))
                    self.statement.closing = self._amount(number, line)
                    self.statements.end(self.statement)
                    self.statement = None
                case _:
                    raise self._no_record(number, line)
        self._add()
        if self.statement is not None:
            raise self._no_new_balance()

    def _old_balance(self, number: int, line: str) -> None:
        bank, branch, account = line[2:7], line[11:16], line[21:32].strip()
        known = french_iban(bank, branch, account) or account_of(bank + branch + account)
        day = short_day(line[34:40])
        self.statement = self.statements.start(known, line[16:19].strip() or "EUR", day)
        self.statement.opening = self._amount(number, line)
        self.statements.period(self.statement, day)

    def _add(self) -> None:
        """Add the movement that is open."""
        movement, self.movement = self.movement, None
        if movement is None or self.statement is None:
            return
        line = movement.text
        amount = self._amount(movement.line, line)
        day = short_day(line[34:40])
        number = said(line[81:88])
        credit = amount > 0
        names = ("NPY", "NPO") if credit else ("NBE", "NBU", "NPY")
        returns = line[40:42].strip(" 0") != "" or "RET" in movement.complements
        if returns and not credit:
            names = ("NPY", "NPO", "NBE")
        accounts = " ".join(movement.get(n) for n in ("CPY", "IPY", "CBE", "IBE"))
        self.statements.add(
            self.statement,
            Entry(
                movement.line,
                day,
                amount,
                number=f"{self.statement.account} {day} {number}" if number else "",
                counterparty=movement.get(*names),
                iban=iban_in(accounts, self.statement.account),
                reference=reference_of(
                    [movement.get("LCS")],
                    [
                        tidy("".join(
                            t for n in ("LCC", "LC2") for t in movement.complements.get(n, ()))),
                        movement.get("LIB"),
                        movement.get("RCN"),
                        movement.get("REF"),
                        line[48:79],
                        line[104:120],
                    ],
                ),
                value_day=short_day(line[42:48]),
                returns=returns,
            ),
            line[16:19].strip(),
        )  # fmt: skip

    def _amount(self, number: int, line: str) -> Decimal:
        """Return the signed amount of a record; a credit is above zero."""
        digits, last = line[90:103], line[103]
        decimals = line[19] if line[19].isdigit() else "2"
        if not re.fullmatch("[0-9]{13}", digits) or last not in _CREDIT + _DEBIT:
            raise FileError(
                Text(
                    N_("{file}, line {line}: {value} is no amount."),
                    {"file": self.file.name, "line": number, "value": tidy(digits + last) or "?"},
                ),
                Text(CUT_OFF),
            )
        credit = last in _CREDIT
        value = Decimal(f"{digits}{(_CREDIT if credit else _DEBIT).index(last)}")
        return (value if credit else -value).scaleb(-int(decimals))

    def _no_record(self, number: int, line: str) -> FileError:
        values = {"file": self.file.name, "line": number, "record": tidy(line[:2]) or "?"}
        return FileError(
            Text(N_("{file}, line {line}: a record {record} stands where none can be."), values),
            Text(CUT_OFF),
        )

    def _no_new_balance(self) -> FileError:
        return FileError(
            Text(
                N_("{file}: the statement that begins on {day} has no new balance (07)."),
                {"file": self.file.name, "day": self.statement.name if self.statement else ""},
            ),
            Text(CUT_OFF),
        )


SOURCE = CfonbSource()
