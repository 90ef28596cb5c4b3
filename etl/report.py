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

from data.core.texts import N_, Text
from etl.ledger.exports.replace import Replacement
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


@dataclass(frozen=True)
class Failure:
    """A file that was not understood, why, and what to do."""

    name: str
    reason: Text
    remedy: Text


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


@dataclass
class LoadReport:
    """What one load did. Amounts are in the reporting currency unless they say otherwise."""

    published: bool = False
    """Whether a new state was published."""
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
    superseded: dict[str, str] = field(default_factory=dict)
    """Hash of a file that a newer export replaced -> name of that export."""

    @property
    def ok(self) -> bool:
        """Whether every file was understood and every control total holds."""
        return not self.failures and all(c.ok for c in self.controls)

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
    if origin is list:
        return [_decode(v, inner[0]) for v in value]
    if origin is dict:
        return {k: _decode(v, inner[1]) for k, v in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        known = {f.name for f in dataclasses.fields(hint)}
        return hint(**{k: _decode(v, hints[k]) for k, v in value.items() if k in known})
    return _PLAIN[hint](value) if hint in _PLAIN else value
