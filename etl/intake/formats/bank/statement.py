"""Bank statements: which of their entries are receivables, whether they tie, how they are staged.

The sources of bank statements (CAMT, MT940, CODA, CFONB) find entries; what they have in common
is here:

- Money that came in is a payment of a customer, whoever it is from; money that came in once and
  went back (a returned direct debit, a cancelled transfer) is a payment with the other sign. What
  we paid to others, and what of it came back, is no receivable and counted as left out.
- The day is the booking day: on it the bank's balance moved.
- Opening balance + all booked entries = closing balance, for each statement that has both. A file
  with one that does not tie is refused as a whole: entries are missing from it.
- One reading for each account and currency. The rows of one account, of whatever format, form a
  series; an entry that stands in two files is counted once (etl/ledger/exports/repeated.py): so
  each has a number that does not depend on the file it is read from, `document_id`: the bank's own
  reference, or account, day, amount and who paid, and a count where that occurs again. Details of a
  batch have the entry's number and ` #1`, ` #2` ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.formats.bank.text import money
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions, SourceFile

PAID_OUT = N_("our own payments, fees and other debits")
CAME_BACK = N_("own payments that came back")
PENDING = N_("entries that are not booked yet")
NOTHING = N_("entries without an amount")
NO_AMOUNT = N_("This is no amount.")
CUT_OFF = N_("The file was probably cut off or edited: download it from the bank again.")
NO_AMOUNT_REMEDY = N_("Download the statement from the bank again.")

_WHOLE = N_(
    "Batches taken as one payment, since their details are missing or do not add up to the "
    "entry: {count}."
)
_UNDATED = N_("Entries without a booking day, which count on their value day: {count}.")
_VALUED = N_("Entries with a value day other than their booking day, on which they count: {count}.")
_CHARGED = N_(
    "Payments whose bank charges are named and set apart, since they are no part of what the "
    "customer paid: {count} ({amount})."
)
_UNTIED = N_(
    "Statements not checked, since they have no opening and closing balance to compare their "
    "entries with: {count}."
)

_SHOWN = 6
_MOST_DOUBTFUL = 12


@dataclass
class Entry:
    """One booked line of a statement, in our words; texts may be ''."""

    line: int
    day: str
    """YYYY-MM-DD, as the file has it: a day that does not exist is refused with its line."""
    amount: Decimal
    """Above zero: money that came in."""
    number: str = ""
    """What the bank calls the entry, the same in every file; '' where it says nothing."""
    counterparty: str = ""
    iban: str = ""
    reference: str = ""
    value_day: str = ""
    """Where it is another than `day`: it is only noted."""
    booked: bool = True
    """`day` is the booking day; False where the file has none and `day` is the value day."""
    returns: bool = False
    """It takes back an earlier entry of the other sign."""
    details: Sequence[Entry] = ()
    """What a batch consists of; used where it adds up to the entry."""
    batch: bool = False
    """It is several payments, even where it does not say which."""
    charges: Decimal = Decimal(0)
    """What the bank kept of it: the customer paid as much more. Of a return, what it cost: as much
    less goes back to the customer."""


def turned(entry: Entry) -> Entry:
    """Return the entry on the other side."""
    return replace(entry, amount=-entry.amount, details=[turned(d) for d in entry.details])


@dataclass
class Statement:
    """One statement of one account: its balances and what moved."""

    account: str
    currency: str
    name: str
    """Its number or name."""
    opening: Decimal | None = None
    closing: Decimal | None = None
    moved: Decimal = Decimal(0)
    parts: bool = False
    """It is a page of a larger one, whose balances may be those of the whole."""
    other_currency: bool = False
    """Some balance or entry is in another currency, so that they cannot be compared."""
    doubtful: list[tuple[Entry, Entry, str]] = field(default_factory=list)
    """Entries whose side only the closing balance proves: as it is likely, otherwise, currency."""


def _turned(statement: Statement, ways: Sequence[tuple[Decimal, Decimal]]) -> Sequence[int]:
    """Return which of the doubtful entries are meant otherwise; none where nothing proves it.

    All of them, else the only choice of them that makes the closing balance.
    """
    if not ways or statement.opening is None or statement.closing is None:
        return ()
    over = statement.opening + statement.moved + sum((a for a, _ in ways), Decimal(0))
    missing = statement.closing - over
    changes = [b - a for a, b in ways]
    if statement.other_currency or not missing:
        return ()
    if sum(changes, Decimal(0)) == missing:
        return range(len(ways))
    found = [
        choice
        for count in range(1, len(ways))
        for choice in combinations(range(len(ways)), count)
        if sum((changes[n] for n in choice), Decimal(0)) == missing
    ] if len(ways) <= _MOST_DOUBTFUL else []  # fmt: skip
    return found[0] if len(found) == 1 else ()


@dataclass
class _Account:
    account: str
    currency: str
    records: Records
    numbers: dict[str, int] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    first: str = ""
    last: str = ""
    whole: int = 0
    """Batches that could not be broken into their details."""
    untied: int = 0
    """Statements that could not be checked."""
    valued: int = 0
    undated: int = 0
    charged: int = 0
    """Entries that came in less charges, or went back with a fee on top."""
    charges: Decimal = Decimal(0)


class Statements:
    """The statements of one file: entries are added as they are found, and staged at the end."""

    def __init__(self, file: SourceFile, format: str, columns: Mapping[str, str]) -> None:
        """`columns`: our name -> what the format calls it."""
        self.file = file
        self.format = format
        self.columns = columns
        self.settings: dict[str, str] = {}
        self.notes: list[Text] = []
        """Said of the file as a whole: shown with its first reading."""
        self.found = 0
        self._accounts: dict[tuple[str, str], _Account] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Statements:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what is on disk."""
        self._stack.close()

    def start(self, account: str, currency: str, name: str) -> Statement:
        """Begin a statement."""
        self.found += 1
        held = self._held(account, currency)
        if name and name not in held.statements:
            held.statements.append(name)
        return Statement(account, currency, name)

    def add(self, statement: Statement, entry: Entry, currency: str = "") -> None:
        """Add a booked entry; `currency` where it is not the statement's own."""
        held = self._held(statement.account, currency or statement.currency)
        if currency and currency != statement.currency:
            statement.other_currency = True
        statement.moved += entry.amount
        self.period(statement, entry.day)
        if not entry.amount:
            held.records.leave_out(NOTHING)
        elif entry.amount < 0 and not entry.returns:
            held.records.leave_out(PAID_OUT)
        elif entry.amount > 0 and entry.returns:
            held.records.leave_out(CAME_BACK)
        else:
            self._keep(held, entry)

    def doubt(
        self, statement: Statement, likely: Entry, otherwise: Entry, currency: str = ""
    ) -> None:
        """Add a booked entry that may be meant in two ways; the closing balance tells which."""
        statement.doubtful.append((likely, otherwise, currency))

    def _settle(self, statement: Statement) -> None:
        """Add the doubtful entries: as they are likely, unless only another way ties."""
        doubtful, statement.doubtful = statement.doubtful, []
        turned = set(_turned(statement, [(a.amount, b.amount) for a, b, _ in doubtful]))
        for place, (likely, otherwise, currency) in enumerate(doubtful):
            self.add(statement, otherwise if place in turned else likely, currency)

    def leave_out(self, statement: Statement, reason: str) -> None:
        """Count an entry that is not booked."""
        self._held(statement.account, statement.currency).records.leave_out(reason)

    def reject(self, statement: Statement, line: int, column: str, value: str) -> None:
        """Refuse an entry whose amount is none."""
        records = self._held(statement.account, statement.currency).records
        records.reject(line, column, value, NO_AMOUNT, NO_AMOUNT_REMEDY)

    def period(self, statement: Statement, *days: str) -> None:
        """Note days that the statement speaks of."""
        held = self._held(statement.account, statement.currency)
        for day in filter(None, days):
            held.first = min(held.first or day, day)
            held.last = max(held.last, day)

    def end(self, statement: Statement) -> None:
        """End a statement. Raises `FileError` where it does not tie."""
        self._settle(statement)
        held = self._held(statement.account, statement.currency)
        if statement.opening is None or statement.closing is None or statement.other_currency:
            held.untied += 1
            return
        computed = statement.opening + statement.moved
        if computed == statement.closing:
            return
        if statement.parts:
            held.untied += 1
            return
        raise FileError(
            Text(
                N_(
                    "Statement {statement} of account {account} in {file} does not tie: its opening"
                    " balance {opening} and its entries make {computed}, but its closing balance is"
                    " {closing}."
                ),
                {
                    "statement": statement.name or "?",
                    "account": statement.account or "?",
                    "file": self.file.name,
                    "opening": money(statement.opening),
                    "computed": money(computed),
                    "closing": money(statement.closing),
                },
            ),
            Text(N_("Entries are missing or were changed: download it from the bank again.")),
        )

    def stage(
        self, connection: duckdb.DuckDBPyConnection, first_file_id: int, options: ReadOptions
    ) -> list[Reading]:
        """Stage all entries: one reading for each account and currency.

        Raises `FileError` where the file held no statement at all.
        """
        if not self._accounts:
            raise FileError(
                Text(N_("{file} holds no bank statement."), {"file": self.file.name}),
                Text(NO_AMOUNT_REMEDY),
            )
        held = list(self._accounts.values())
        told = [h for h in held if h.records.count or h.records.left_out or h.records.rejects()]
        if not told:
            self.notes.append(Text(N_("The statements of this file hold no entries.")))
        readings = []
        for number, one in enumerate(told or held[:1]):
            if not number:
                one.records.notes += self.notes
            self._note(one)
            name = self.file.name
            if len(told) > 1:
                same = sum(o.account == one.account for o in told) > 1
                name += f" ({one.account}{' ' + one.currency if same else ''})"
            origin = Origin(
                name,
                self.format,
                # without an account, only a file of the same name can hold the same entries
                series=f"bank:{one.account or self.file.name}:{one.currency}",
                currency=one.currency or None,
                settings={**self.settings, **self._settings(one)},
            )
            readings.append(
                stage_records(connection, one.records, first_file_id + number, origin, options)
            )
        return readings

    def _held(self, account: str, currency: str) -> _Account:
        key = (account, currency)
        if key not in self._accounts:
            records = self._stack.enter_context(Records("bank", self.columns))
            self._accounts[key] = _Account(account, currency, records)
        return self._accounts[key]

    def _keep(self, held: _Account, entry: Entry) -> None:
        held.undated += not entry.booked
        held.valued += entry.value_day not in ("", entry.day)
        number = entry.number
        if not number:
            who = entry.iban or entry.counterparty
            number = f"{held.account} {entry.day} {money(entry.amount)} {who}".strip()
            held.numbers[number] = held.numbers.get(number, 0) + 1
            if held.numbers[number] > 1:
                number += f" ({held.numbers[number]})"
        details = [d for d in entry.details if d.amount]
        whole = sum((d.amount for d in details), Decimal(0))
        charges = sum((d.charges for d in details), Decimal(0))
        if len(details) > 1 and entry.amount in (whole, whole - charges):
            if entry.amount == whole - charges:
                self._charge(held, charges)
            for place, detail in enumerate(details, 1):
                self._row(held, detail, f"{number} #{place}")
            return
        held.whole += entry.batch or len(details) > 1
        self._charge(held, entry.charges)
        self._row(held, replace(entry, amount=entry.amount + entry.charges), number)

    @staticmethod
    def _charge(held: _Account, amount: Decimal) -> None:
        held.charged += bool(amount)
        held.charges += amount

    def _row(self, held: _Account, entry: Entry, number: str) -> None:
        side = "credit" if entry.amount > 0 else "debit"
        held.records.add(
            entry.line,
            document_id=number,
            issued_on=entry.day,
            counterparty=entry.counterparty,
            counterparty_iban=entry.iban,
            reference=entry.reference,
            **{side: money(abs(entry.amount))},
        )

    def _note(self, held: _Account) -> None:
        for count, note in (
            (held.whole, _WHOLE), (held.undated, _UNDATED),
            (held.valued, _VALUED), (held.untied, _UNTIED),
        ):  # fmt: skip
            if count:
                held.records.notes.append(Text(note, {"count": count}))
        if held.charged:
            values = {"count": held.charged, "amount": money(held.charges)}
            held.records.notes.append(Text(_CHARGED, values))

    def _settings(self, held: _Account) -> dict[str, str]:
        names = held.statements
        shown = ", ".join(names[:_SHOWN])
        if len(names) > _SHOWN:
            shown = f"{names[0]} ... {names[-1]} ({len(names)})"
        found = {
            "account": held.account,
            "currency": held.currency,
            "statements": shown,
            "period": " ... ".join(dict.fromkeys(filter(None, (held.first, held.last)))),
        }
        return {name: value for name, value in found.items() if value}
