"""The load report: what was read, kept and refused, what follows from it, and whether it ties.

It is stored with the state as JSON, printed by the command line and shown on the Imports page.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from data.core.reading import Question, Reject, Told
from data.core.texts import N_, Text
from etl.sql import Connection, number, rows

#: So many refused rows stand in the report itself; `rejects` holds all.
REJECTS_SHOWN = 20

#: What became of a file.
STATUS = {
    "loaded": N_("loaded"),
    "known": N_("already loaded, nothing changed"),
    "superseded": N_("not kept: a newer export of the same period is loaded"),
}


@dataclass(frozen=True)
class FileReport:
    """One file (one sheet) that was understood."""

    name: str
    format: str
    status: str
    """A key of STATUS."""
    rows_kind: str = ""
    ledger: str = ""
    first_day: date | None = None
    last_day: date | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Reason -> rows that are no receivables."""
    totals: dict[str, Decimal] = field(default_factory=dict)
    """Currency ('' for the reporting one) -> sum of the signed amounts kept."""
    settings: dict[str, str] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)
    left_out_amounts: dict[str, Decimal] = field(default_factory=dict)
    """Reason -> sum of the amounts of these rows, where it is known."""
    refused_amount: Decimal | None = None
    turned: dict[str, Decimal] = field(default_factory=dict)
    """Kind of document -> sum of the amounts that the file writes the other way round."""
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Replacement:
    """What a newer file changed about an older one; amounts in the documents' currencies."""

    older: str
    newer: str
    whole: bool
    """The older file is gone altogether; otherwise only the documents both hold."""
    superseded: str
    """Hash of the older file, where it is gone and not to be read again."""
    added: int = 0
    added_amount: Decimal = Decimal(0)
    gone: int = 0
    gone_amount: Decimal = Decimal(0)
    changed: int = 0
    changed_amount: Decimal = Decimal(0)
    """Newer less older, over the documents that changed."""
    content: str = ""
    """Hash of its content alone."""
    again: bool = False
    """Both are one file, whose later reading takes the place of the earlier."""
    listed: bool = False
    """Both are lists of open items: what the newer lacks was settled (see `open_lists.py`)."""
    stay: int = 0
    """Documents of the older, which reaches further, that the newer lacks: they count."""
    stay_amount: Decimal = Decimal(0)
    newer_id: int = 0
    """Number of the newer file, where documents stay."""


@dataclass(frozen=True)
class Failure:
    """A file that was not understood, why, and what to do."""

    name: str
    reason: Text
    remedy: Text
    asked: bool = False
    """A question is open: it is neither refused nor loaded."""
    questions: list[Question] = field(default_factory=list)
    """What is asked."""
    passing: bool = False
    """It says nothing of the file: another program held it, and trying again may do."""


@dataclass(frozen=True)
class Share:
    """How many documents of a kind, or matches of a method, and their amount."""

    name: str
    items: int
    amount: Decimal
    share: Decimal | None = None
    """Of the total amount, between 0 and 1; None where a share has no meaning."""


@dataclass(frozen=True)
class ControlTotal:
    """Two numbers that must be the same."""

    name: str
    text: Text
    left: Decimal
    right: Decimal
    ok: bool


@dataclass(frozen=True)
class FindingLine:
    """What a person should look at; its rows come from table `findings`."""

    name: str
    text: Text
    items: int
    amount: Decimal | None


@dataclass(frozen=True)
class Cause:
    """What would make up for a difference, or a part of it."""

    text: Text
    amount: Decimal
    """What receivables would change by, were it otherwise."""
    items: int = 0


@dataclass(frozen=True)
class Expected:
    """What the user's own system says is receivable on a day, and what this state says."""

    amount: Decimal
    day: date
    found: Decimal
    """Receivables of the state on that day."""
    accepted: Decimal | None = None
    """A difference that is known, without its sign."""
    at: datetime | None = None
    """When the files of the load were loaded that it was said with."""
    exact: list[list[Cause]] = field(default_factory=list)
    """What makes up for the difference to the cent: one alone, or several together."""
    causes: list[Cause] = field(default_factory=list)
    """What may explain it, largest first."""

    @property
    def difference(self) -> Decimal:
        """What this state says more than the user's own system."""
        return self.found - self.amount

    @property
    def ties(self) -> bool:
        """Whether the two are the same, or differ by what is known."""
        return abs(self.difference) in (Decimal(0), abs(self.accepted or Decimal(0)))


@dataclass(frozen=True)
class Given:
    """Options that a load was given, and that hold for the next ones."""

    at: datetime
    """When its files were loaded."""
    options: dict[str, str]
    of_files: bool
    """It had files: the options go with the last of them."""


@dataclass
class LoadReport:
    """What one load did. Amounts are in the reporting currency unless they say otherwise."""

    what: str = "load"
    """load, removal, or derivation: nothing was loaded, what people decided counts."""
    published: bool = False
    """Whether a new state was published."""
    before: int | None = None
    """Number of the state that was current before."""
    undoes: str = ""
    """What undoing takes back: load or removal; of a derivation, that of the states before."""
    back: int | None = None
    """Number of the state that undoing goes back to."""
    state: int | None = None
    """Number of the state that is current after the load."""
    loaded_at: datetime | None = None
    seconds: float = 0.0
    reporting_currency: str = ""
    default_terms_days: int = 0
    first_day: date | None = None
    last_day: date | None = None
    ledger_balance: Decimal = Decimal(0)
    files: list[FileReport] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    replacements: list[Replacement] = field(default_factory=list)
    refused: int = 0
    """Rows refused in the files of this load."""
    tied: bool = True
    """False where the user's own system was said to say something else: nothing is published."""
    rejected: int = 0
    """Rows refused in all files of the state."""
    rejects: list[Reject] = field(default_factory=list)
    """The first of them."""
    documents: list[Share] = field(default_factory=list)
    matches: list[Share] = field(default_factory=list)
    controls: list[ControlTotal] = field(default_factory=list)
    findings: list[FindingLine] = field(default_factory=list)
    checks: dict[str, str] = field(default_factory=dict)
    """Name of a check -> what came of it: found, nothing or no_data (they cannot say)."""
    options: dict[str, str] = field(default_factory=dict)
    """Options given to this load or an earlier one that hold until given anew."""
    policy: dict[str, str] = field(default_factory=dict)
    """What of the policy makes the books: name -> value, as it was when the state was made."""
    given: list[Given] = field(default_factory=list)
    """Which load gave which of them."""
    expected: Expected | None = None
    """What the user's own system says, where they said so at this load or an earlier one."""
    removed: list[str] = field(default_factory=list)
    """Files that a removal took out."""
    notes: list[Text] = field(default_factory=list)
    """What a reader should know of the load or removal as a whole."""
    superseded: dict[str, str] = field(default_factory=dict)
    """Hash of a file that a newer export replaced -> name of that export."""

    @property
    def ok(self) -> bool:
        """Whether every file was understood and every control total holds."""
        return not self.failures and all(c.ok for c in self.controls) and self.tied

    @property
    def code(self) -> int:
        """0: everything was understood; 1: something was not, or does not tie; 3: rows refused."""
        if not self.ok:
            return 1
        return 3 if self.refused else 0

    def to_json(self) -> str:
        """Return the report as JSON, for `about.report`."""
        return json.dumps(_encode(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> LoadReport:
        """Return the report that `to_json` wrote."""
        found = _decode(json.loads(text), cls)
        assert isinstance(found, cls)  # noqa: S101 - tells the type checker
        return found


def fill_report(connection: Connection, report: LoadReport) -> None:
    """Fill in the figures of the derived tables."""
    report.first_day, report.last_day, report.ledger_balance = rows(
        connection, "select first_day, last_day, ledger_balance from about"
    )[0]
    report.documents = [
        Share(k, n, a)
        for k, n, a in rows(
            connection,
            "select kind, count(*), sum(amount) from documents group by all order by kind",
        )
    ]
    report.matches = [
        Share(m, n, a, s)
        for m, n, a, s in rows(
            connection,
            """
            with valued as (
                select m.method, round(m.amount_currency * d.rate, 2) as amount
                from matches as m join documents as d on d.document_key = m.debit_key
            ),
            summed as (select method, count(*) as items, sum(amount) as amount
                from valued group by all)
            select method, items, amount,
                cast(coalesce(cast(amount as double) / nullif(sum(amount) over (), 0), 0)
                    as decimal(9, 6))
            from summed order by amount desc
            """,
        )
    ]
    report.rejected = number(connection, "select count(*) from rejects")
    report.rejects = [
        Reject(f, n or 0, c or "", v or "", r or "", m or "")
        for f, n, c, v, r, m in rows(
            connection,
            "select name, line, column_name, value, reason, remedy from rejects"
            f" join files using (file_id) order by file_id, line limit {REJECTS_SHOWN}",
        )
    ]


def _encode(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _encode(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(v) for v in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


_PLAIN: dict[object, Callable[[str], object]] = {
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


def _decode(value: typing.Any, hint: typing.Any) -> object:  # noqa: ANN401 - JSON is anything
    """Return `value`, which came from JSON, as the type that `hint` names."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _decode(value, inner[0])
    if origin is tuple:
        return tuple(_decode(v, inner[0]) for v in value)
    if origin is list:
        return [_decode(v, inner[0]) for v in value]
    if origin is dict:
        return {k: _decode(v, inner[1]) for k, v in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        known = {f.name for f in dataclasses.fields(hint)}
        return hint(**{k: _decode(v, hints[k]) for k, v in value.items() if k in known})
    return _PLAIN[hint](value) if hint in _PLAIN else value
