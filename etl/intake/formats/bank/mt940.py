"""SWIFT MT940 statements and MT942 interim reports, as banks of the Benelux, Germany and France
send them.

The fields are those of SWIFT's customer statement message; how a line of field 61 and a balance
are written is the library mt-940's knowledge. What it lacks is done here: the line of the file that
each entry stands on, one statement after the other in a file of any size, a booking day at the turn
of the year, 30 February (German value days know it), and field 86
(etl/intake/formats/bank/mt940_text.py). See etl/intake/formats/bank/statement.py for what all bank
statements have in common. Here:

- C is money that came in, D what went out; RC takes back a C, RD a D. Codes of field 86, and the
  type NRTI of field 61, tell other returns.
- The day is the entry date; where a bank leaves it out, the value day.
- A minus before an amount (D-104,12) says what D says; behind C, that as much went back. Where only
  the other reading makes the closing balance, that one counts.
- Opening balance (60F, 60M) + entries = closing balance (62F, 62M). MT942 has no balances and is
  not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import mt940.tags

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.delimited import plain_head
from etl.intake.formats.bank.mt940_text import details_of
from etl.intake.formats.bank.statement import CUT_OFF, Entry, Statement, Statements, turned
from etl.intake.formats.bank.text import (
    account_of,
    as_date,
    day_of,
    encoding_of,
    lines_of,
    number_of,
    reference_of,
    said,
    tidy,
)
from etl.intake.source import ReadOptions, SourceFile

COLUMNS = {
    "document_id": "61: bank reference",
    "issued_on": "61: entry date",
    "credit": "61: amount, C",
    "debit": "61: amount, D",
    "counterparty": "86: name",
    "counterparty_iban": "86: account",
    "reference": "86",
}
_TAG = re.compile(r":(\d{2}[A-Z]?|NS):")
_END = re.compile(r"-(?:XXX|\}.*)?|:9\d\d:", re.DOTALL)
_LINE = mt940.tags.Statement().re
_LONG_LINE = mt940.tags.StatementGLS().re
"""The same, with a reference of the customer longer than SWIFT's 16 characters."""
_BALANCE = mt940.tags.BalanceBase().re
#: A minus before an amount, which has a mark of its own: D-104,12.
_MINUS = re.compile(r"^(\d{6}(?:\d{4}| {4})?R?[DC][A-Z]?)-(?=[\d,])")
_MINUS_BALANCE = re.compile(r"^([DC]\d{6}[A-Z]{3})-(?=[\d,])")
_MONTHS_APART = 6


class Mt940Source:
    """See the module."""

    name = "mt940"
    label = N_("Bank statement MT940 or MT942 (SWIFT)")
    gives: tuple[str, ...] = (
        N_("payments received"),
        N_("who paid, where the bank says it"),
        N_("structured references and free text"),
    )
    lacks: tuple[str, ...] = (N_("customer numbers"), N_("which payment settles which invoice"))

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        text = plain_head(file)
        # the blocks of SWIFT's own framing, behind the control character that it begins with
        begins = re.search(r"(?m)^[\x00-\x20]*(?:\{.*\})?(?:\{4:)?\s*:20:", text)
        account = re.search(r"(?m)^:25P?:", text)
        if not (begins and account):
            return 0.0
        return 1.0 if re.search(r"(?m)^:(60[FM]|62[FM]|61|34F|28C?):", text) else 0.5

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
            reader = _Reader(file, statements)
            for line, tag, value in _fields(lines_of(file, encoding)):
                reader.field(line, tag, value)
            reader.end()
            return statements.stage(connection, first_file_id, options)


def _fields(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield the fields: line, tag, and its value line by line. Tag '' ends a message."""
    start, tag, value = 0, "", list[str]()
    for number, text in lines:
        line = text.rstrip("\r")
        if "{4:" in line:  # the header blocks of SWIFT stand before the text
            line = line.rpartition("{4:")[2]
        found = _TAG.match(line)
        if found or _END.fullmatch(line.strip()):
            if tag:
                yield start, tag, value
            start, tag, value = number, "", []
            if found:
                tag, value = found[1], [line[found.end() :]]
            else:
                yield number, "", []
        elif tag and line.strip():
            value.append(line)
    if tag:
        yield start, tag, value


class _Reader:
    """Reads the fields of one file in order."""

    def __init__(self, file: SourceFile, statements: Statements) -> None:
        self.file = file
        self.statements = statements
        self.statement: Statement | None = None
        self.account = ""
        self.name = ""
        self.entry: tuple[int, list[str]] | None = None
        """The last field 61, until it is known whether a field 86 follows."""

    def field(self, line: int, tag: str, value: list[str]) -> None:
        """Read one field."""
        if self.entry and tag not in ("86", "NS"):
            self._add([])
        match tag[:2]:
            case "20":
                self._close()
                self.account = self.name = ""
            case "":
                self._close()
            case "25":
                self.account = account_of(value[0])
            case "28":
                self.name = tidy(value[0])
            case "34":
                self._open(value[0][:3])
            case "60":
                opening, currency = self._balance(line, value)
                self._open(currency).opening = opening
            case "61":
                self.entry = (line, value)
            case "62":
                closing, currency = self._balance(line, value)
                statement = self._open(currency)
                statement.closing = closing
                statement.other_currency |= currency != statement.currency
            case "86" if self.entry:
                self._add(value)

    def end(self) -> None:
        """End the file."""
        self._close()

    def _open(self, currency: str) -> Statement:
        if self.statement is None:
            self.statement = self.statements.start(self.account, currency, self.name)
        return self.statement

    def _close(self) -> None:
        if self.entry:
            self._add([])
        made, self.statement = self.statement, None
        if made is None:
            return
        if made.opening is not None and made.closing is None:
            raise FileError(
                Text(
                    N_("{file}: statement {statement} has no closing balance (62F)."),
                    {"file": self.file.name, "statement": made.name or "?"},
                ),
                Text(CUT_OFF),
            )
        self.statements.end(made)

    def _balance(self, line: int, value: Sequence[str]) -> tuple[Decimal, str]:
        written, minus = _MINUS_BALANCE.subn(r"\1", value[0].strip())
        found = _BALANCE.match(written)
        amount = number_of(found["amount"]) if found else None
        if found is None or amount is None:
            raise FileError(
                Text(
                    N_("{file}, line {line}: {value} is no balance."),
                    {"file": self.file.name, "line": line, "value": tidy(value[0])},
                ),
                Text(CUT_OFF),
            )
        currency = found["currency"].upper()
        day = _existing(found["year"], found["month"], found["day"])
        self.statements.period(self._open(currency), day)
        return (-amount if minus or found["status"].upper() == "D" else amount), currency

    def _add(self, about: list[str]) -> None:
        """Add the entry that is open; `about` is its field 86."""
        assert self.entry is not None  # noqa: S101 - asked before each call
        (line, value), self.entry = self.entry, None
        statement = self._open("")
        first, minus = _MINUS.subn(r"\1", value[0].rstrip())
        text = "\n".join([first, *(v.strip() for v in value[1:])][:2])
        found = _LINE.match(text)
        if found and not found["bank_reference"] and "//" in value[0]:
            found = _LONG_LINE.match(text) or found
        amount = number_of(found["amount"]) if found else None
        if found is None or amount is None:
            self.statements.reject(statement, line, "61", value[0])
            return
        mark = found["status"].upper()
        day, value_day = _days(found.groupdict())
        details = details_of(about, self.account)
        credit = mark in ("C", "RD")
        kind = found["id"] or ""
        returns = (
            mark.startswith("R")
            or kind.upper() == "NRTI"
            or (details.credit_returns if credit else details.debit_returns)
        )
        own = said(found["customer_reference"])
        extra = found["extra_details"] or ""
        bank = said(found["bank_reference"])
        entry = Entry(
            line,
            day,
            amount if credit else -amount,
            number=f"{self.account} {day} {bank}".strip() if bank else "",
            counterparty=details.name,
            iban=details.iban or account_of(_account_in(extra)),
            reference=reference_of(
                details.structured, [*(details.texts if about else [extra]), _own(own)]
            ),
            value_day=value_day,
            booked=bool((found["entry_month"] or "").strip()),
            returns=returns,
        )
        if not minus:
            self.statements.add(statement, entry)
        elif credit:  # less than nothing came in: what came in once went back
            self.statements.doubt(statement, replace(turned(entry), returns=True), entry)
        else:  # D says what the minus says, unless the balance proves that it takes the D back
            self.statements.doubt(statement, entry, replace(turned(entry), returns=True))


def _own(reference: str) -> str:
    """Return the customer reference of field 61, '' where it only repeats what field 86 is."""
    return "" if reference.upper().rstrip("+") in ("EREF", "KREF", "MARF", "PREF") else reference


def _account_in(text: str) -> str:
    """Return the account that Rabobank writes below an entry, with or without a P before it."""
    found = re.fullmatch(r"(?:P?0*([0-9]{7,10})|([A-Z]{2}\d{2}[A-Z0-9]{10,30}))", text.strip())
    return (found[1] or found[2]) if found else ""


def _days(found: dict[str, str | None]) -> tuple[str, str]:
    """Return booking day and value day. A 30 February is the last of that month."""
    value_day = _existing(*(str(found[n]) for n in ("year", "month", "day")))
    month, day = ((found[f"entry_{n}"] or "").strip() for n in ("month", "day"))
    if not month or not day:
        return value_day, value_day
    year = int(value_day[:4])
    # around the turn of a year the two lie in different ones
    apart = int(value_day[5:7]) - int(month)
    year += (apart > _MONTHS_APART) - (apart < -_MONTHS_APART)
    return _existing(str(year), month, day), value_day


def _existing(year: str, month: str, day: str) -> str:
    text = day_of(year, month, day)
    if month == "02" and day in ("29", "30") and as_date(text) is None:
        last = as_date(f"{text[:4]}-02-29") or date(int(text[:4]), 2, 28)
        return last.isoformat()
    return text


SOURCE = Mt940Source()
