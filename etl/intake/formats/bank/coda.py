"""Belgian CODA, versions 1 and 2: statements of the Belgian banks, 128 characters a line.

The standard is Febelfin's "Coded statement of account". Records: 0 header, 1 old balance, 21 to 23
a movement, 31 to 33 information about it, 8 new balance, 4 free message, 9 totals of the file. See
etl/intake/formats/bank/statement.py for what all bank statements have in common. Here:

- Movements with detail number 0000 move the balance; the others are their details. A batch (code
  1, totalled by the customer, or 2, by the bank) is broken into its details (5; 6 and 7) where they
  add up to it. The details of a simple amount (3 with 8, 7 with 9) say which charges are in it:
  the amount itself is what was received.
- Structured communications 101 and 102 become +++123/4567/89012+++; of a direct debit (107, 127)
  the communication to the debtor is taken; other types are kept as text.
- Returned: refused direct debits and cheques (families 05 and 03), and movements that carry the
  code of an R-transaction (record 22, or type 127).
- Old balance + movements = new balance, and record 9 must give the same debits and credits.
- Accounts written as twelve digits become their IBAN.
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
    lines_of,
    money,
    ogm,
    reference_of,
    said,
    short_day,
    tidy,
)
from etl.intake.source import ReadOptions, SourceFile

COLUMNS = {
    "document_id": "21: sequence number",
    "issued_on": "21: entry date",
    "credit": "21: amount, sign 0",
    "debit": "21: amount, sign 1",
    "counterparty": "23: counterparty",
    "counterparty_iban": "23: account",
    "reference": "21: communication",
}
_HEADER = re.compile(r"0000\d{8}\d{3}.{110,113}[12]?\s*")
_OLD_BALANCE = re.compile(r"1[0-3]\d{3}.{37}[01]\d{15}\d{6}")
#: Family and transaction of debits that take back what a customer paid: refused and reimbursed
#: direct debits, unpaid cheques and vouchers.
_RETURNED = {"0503", "0505", "0309", "0338"}
#: The same of credits: what we paid came back.
_CAME_BACK = {"0154", "0554"}
_BATCH = {"1": "5", "2": "67"}
#: A reason code of ISO 20022, as an R-transaction carries it.
_REASON = re.compile(r"[A-Z]{2}\d{2}|NARR|FOCR")

_LATE = N_("{file}, line {line}: a record {record} stands where none can be.")


class CodaSource:
    """See the module."""

    name = "coda"
    label = N_("Bank statement CODA (Belgium)")
    gives: tuple[str, ...] = (
        N_("payments received"),
        N_("who paid, with name and account"),
        N_("structured references and free text"),
    )
    lacks: tuple[str, ...] = (N_("customer numbers"), N_("which payment settles which invoice"))

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        lines = plain_head(file).lstrip("\n ï»¿").split("\n")
        if not _HEADER.fullmatch(lines[0]):
            return 0.0
        return 1.0 if len(lines) > 1 and _OLD_BALANCE.match(lines[1]) else 0.5

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
    """Records 21 to 33 of one amount."""

    line: int
    first: str
    second: str = ""
    third: str = ""
    name: str = ""
    """From the information records, where record 23 is missing."""
    texts: list[str] = field(default_factory=list)

    @property
    def sequence(self) -> str:
        return self.first[2:6]

    @property
    def main(self) -> bool:
        return self.first[6:10] == "0000"

    @property
    def code(self) -> str:
        """Type, family, transaction and category."""
        return self.first[53:61]

    @property
    def communication(self) -> str:
        return self.first[62:115] + self.second[10:63] + self.third[82:125]


class _Reader:
    """Reads the records of one file in order."""

    def __init__(self, file: SourceFile, statements: Statements) -> None:
        self.file = file
        self.statements = statements
        self.statement: Statement | None = None
        self.movements: list[_Movement] = []
        """The movement being read, and its details."""
        self.year = ""
        self.opening = Decimal(0)
        self.debits = self.credits = Decimal(0)
        self.ended = False
        self.information = ""

    def read(self, lines: Iterator[tuple[int, str]]) -> None:
        """Add all statements. Raises `FileError` where the file breaks off or does not tie."""
        begun = False
        for number, text in lines:
            line = text.ljust(128)
            if not line.strip():
                continue
            begun = True
            match line[0]:
                case "0":
                    self._header(line)
                case "1":
                    self._old_balance(number, line)
                case "2":
                    self._movement(number, line)
                case "3":
                    self._information(number, line)
                case "8":
                    self._new_balance(number, line)
                case "9":
                    self._total(number, line)
                case "4":
                    pass
                case _:
                    raise self._misplaced(number, line)
        if begun and not self.ended:
            raise FileError(
                Text(N_("{file} has no last record (9)."), {"file": self.file.name}), Text(CUT_OFF)
            )

    def _header(self, line: str) -> None:
        self.ended = False
        self.debits = self.credits = Decimal(0)
        if line[16] == "D":
            self.statements.notes.append(Text(N_("The bank marked this file as a duplicate.")))

    def _old_balance(self, number: int, line: str) -> None:
        self._close(None)
        kind, rest = line[1], line[5:42]
        account, currency = {
            "0": (rest[:12], rest[13:16]),
            "1": (rest[:34], rest[34:]),
            "2": (rest[:31], rest[34:]),
        }.get(kind, (rest[:34], rest[34:]))
        day = short_day(line[58:64])
        self.year = day[:4]
        shown = f"{self.year}-{line[125:128].strip() or line[2:5]}"
        made = self.statements.start(account_of(account), currency.strip(), shown)
        made.opening = self._amount(number, line[42], line[43:58])
        self.opening = made.opening
        self.statements.period(made, day)
        self.statement = made

    def _movement(self, number: int, line: str) -> None:
        if self.statement is None:
            raise self._misplaced(number, line)
        if line[1] == "1":
            made = _Movement(number, line)
            if self.movements and made.main:
                self._add()
            self.movements.append(made)
        elif self.movements and line[1] == "2":
            self.movements[-1].second = line
        elif self.movements and line[1] == "3":
            self.movements[-1].third = line
        else:
            raise self._misplaced(number, line)

    def _information(self, number: int, line: str) -> None:
        if not self.movements:
            raise self._misplaced(number, line)
        last = self.movements[-1]
        if line[1] == "1":
            self.information = line[40:43] if line[39] == "1" else "free"
        if self.information == "001" and line[1] == "1":
            last.name = tidy(line[43:113])
        elif self.information == "free":
            last.texts.append({"1": line[40:113], "2": line[10:115]}.get(line[1], line[10:100]))

    def _new_balance(self, number: int, line: str) -> None:
        if self.statement is None:
            raise self._misplaced(number, line)
        self.statements.period(self.statement, short_day(line[57:63]))
        self._close(self._amount(number, line[41], line[42:57]))

    def _total(self, number: int, line: str) -> None:
        # a statement without movements may lack its new balance
        self._close(self.opening if self.statement and not self.movements else None)
        self.ended = True
        debits = self._amount(number, "0", line[22:37])
        credits_ = self._amount(number, "0", line[37:52])
        if (debits, credits_) != (self.debits, self.credits):
            raise FileError(
                Text(
                    N_(
                        "{file} does not tie: its movements are {debits} of debits and {credits} "
                        "of credits, but its last record says {said_debits} and {said_credits}."
                    ),
                    {
                        "file": self.file.name,
                        "debits": money(self.debits),
                        "credits": money(self.credits),
                        "said_debits": money(debits),
                        "said_credits": money(credits_),
                    },
                ),
                Text(CUT_OFF),
            )

    def _close(self, closing: Decimal | None) -> None:
        """End the statement that is open."""
        self._add()
        if self.statement is not None:
            self.statement.closing = closing
            self.statements.end(self.statement)
        self.statement = None

    def _add(self) -> None:
        """Add the movement that is open, with its details."""
        found, self.movements = self.movements, []
        if not found or self.statement is None:
            return
        main = found[0]
        entry = self._entry(main)
        if entry.amount < 0:
            self.debits -= entry.amount
        else:
            self.credits += entry.amount
        kinds = _BATCH.get(main.code[0], "")
        entry.batch = bool(kinds)
        entry.details = [self._entry(m) for m in found[1:] if m.code[0] in kinds]
        if len(entry.details) == 1 and not entry.counterparty:
            # a batch of one
            only = entry.details[0]
            entry.counterparty, entry.iban = only.counterparty, only.iban
            entry.reference, entry.batch = only.reference, False
        self.statements.add(self.statement, entry)

    def _entry(self, movement: _Movement) -> Entry:
        """Return one movement in our words."""
        assert self.statement is not None  # noqa: S101 - there are no movements outside
        first, third = movement.first, movement.third
        amount = self._amount(movement.line, first[31], first[32:47])
        structured, texts, r_type = _communication(movement)
        kind = movement.code[1:5]
        reason = movement.second[113:117]
        returns = (
            r_type
            or (movement.second[112:113] in set("12345") and bool(_REASON.fullmatch(reason)))
            or kind in (_RETURNED if amount < 0 else _CAME_BACK)
        )
        booked, value_day = short_day(first[115:121]), short_day(first[47:53])
        iban = account_of(third[10:44].split("   ")[0])
        return Entry(
            movement.line,
            booked or value_day,
            amount,
            number=f"{self.statement.account} {self.statement.name} {movement.sequence}".strip(),
            counterparty=tidy(third[47:82]) or movement.name,
            iban=iban,
            reference=reference_of(structured, [*texts, *movement.texts, movement.second[63:98]]),
            value_day=value_day,
            booked=bool(booked),
            returns=returns,
        )

    def _amount(self, number: int, sign: str, digits: str) -> Decimal:
        """Return an amount in thousandths, with its sign: 1 is below zero (a debit)."""
        if sign not in "01" or not re.fullmatch(r"[0-9]{15}", digits):
            raise FileError(
                Text(
                    N_("{file}, line {line}: {value} is no amount."),
                    {"file": self.file.name, "line": number, "value": tidy(digits) or "?"},
                ),
                Text(CUT_OFF),
            )
        value = Decimal(digits) / 1000
        return -value if sign == "1" else value

    def _misplaced(self, number: int, line: str) -> FileError:
        values = {"file": self.file.name, "line": number, "record": tidy(line[:2])}
        return FileError(Text(_LATE, values), Text(CUT_OFF))


def _communication(movement: _Movement) -> tuple[list[str], list[str], bool]:
    """Return structured references, free text, and whether it is a refused direct debit."""
    whole = movement.communication
    if movement.first[61] != "1":
        return [], [whole], False
    kind, rest = whole[:3], whole[3:]
    match kind:
        case "101" | "102":
            return [ogm(rest[:12]) or said(rest[:12])], [rest[12:]], False
        case "107":
            return [said(rest[18:48])], [], rest[48:49] not in ("", " ", "0")
        case "127":
            refused = rest[141:142] not in ("", " ", "0") or rest[8:9] in set("123456789")
            return [said(rest[79:141])], [], refused
        case _:
            return [], [rest], False


SOURCE = CodaSource()
