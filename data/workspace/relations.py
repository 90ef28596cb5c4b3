"""What people said as relations that statements name: Arrow tables bound beside the state's own.

One for each subject, `memory_<subject>`, with a row for each line ever said, whatever was taken
back since: `number, id, said_on, until, who, customer, note` and the fields of the subject. A line
holds like an open item lives: from the end of the day said_on to that of the day `until`, on which
it was taken back; null: it was not. `memory_documents` (id, ledger, document_id) names what lines
are about. So any past day shows what was said by then, and one table answers for every day.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from data.core.policy.rules import Policy
from data.store.engine import Engine
from data.workspace.places import untouched

if TYPE_CHECKING:
    # imported where something was said: the library behind them takes a while
    from data.workspace.line import Line
    from data.workspace.subjects.promise import Promise
    from data.workspace.subjects.subject import Subject

PREFIX = "memory_"
"""What the name of such a relation begins with."""
DOCUMENTS = "documents"
JUDGED = "judged"
"""`memory_judged` (as_of, id, state, paid): what became of the promises that held on a day."""

_MONEY = pa.decimal128(18, 2)
_TYPES: Mapping[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int32(),
    date: pa.date32(),
    Decimal: _MONEY,
    bool: pa.bool_(),
}
_LINE = [
    pa.field("number", pa.int64(), nullable=False),
    pa.field("id", pa.string(), nullable=False),
    pa.field("said_on", pa.date32(), nullable=False),
    pa.field("until", pa.date32()),
    pa.field("who", pa.string(), nullable=False),
    pa.field("customer", pa.string(), nullable=False),
    pa.field("note", pa.string(), nullable=False),
]
_NAMES = frozenset(field.name for field in _LINE)
_NAMED = pa.schema([(name, pa.string()) for name in ("id", "ledger", "document_id")])
_JUDGED = pa.schema(
    [("as_of", pa.date32()), ("id", pa.string()), ("state", pa.string()), ("paid", _MONEY)]
)
_PAID = """
select customer, issued_on, -amount as amount
from documents
where kind = 'payment' and customer in $customers and issued_on <= cast($last as date)
"""


def schema_of(subject: type[Subject]) -> pa.Schema:
    """Return the columns of a subject's relation."""
    from data.workspace.subjects.subject import kinds

    own = [
        pa.field(name, _TYPES[kind], nullable=optional)
        for name, (kind, optional) in kinds(subject).items()
    ]
    return pa.schema([*_LINE, *own])


def relations(lines: Iterable[Line]) -> dict[str, pa.Table]:
    """Return subject -> relation of its lines, by their numbers; and `documents`.

    lines: all that was said, as `Memory.lines()` returns it.
    """
    from data.workspace.subjects.every import SUBJECTS

    every = list(lines)
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in every:
        rows[line.subject].append(
            {
                **{name: getattr(line, name) for name in _NAMES if name != "until"},
                "until": line.taken_back.said_on if line.taken_back else None,
                **{name: value for name, value in vars(line.said).items() if name not in _NAMES},
            }
        )
    found = {
        name: pa.Table.from_pylist(rows[name], schema_of(subject))
        for name, subject in SUBJECTS.items()
    }
    named = [
        {"id": line.id, "ledger": one.ledger, "document_id": one.document_id}
        for line in every
        for one in line.documents
    ]
    found[DOCUMENTS] = pa.Table.from_pylist(named, _NAMED)
    return found


class Relations:
    """What was said beside one state by one moment, read when a statement names it first.

    Safe to use from several threads.
    """

    def __init__(
        self, read: Callable[[], Iterable[Line]], engine: Engine, policy: Policy, *,
        nothing: bool = False,
    ) -> None:  # fmt: skip
        """Read lines with `read`, payments that keep promises with `engine`.

        policy: by its tolerance promises are judged. nothing: it is known that nothing was said.
        """
        self._read, self._engine, self._policy = read, engine, policy
        self._nothing = nothing
        self._judged: dict[tuple[tuple[date, date], ...], pa.Table] = {}
        self._lock = Lock()

    @cached_property
    def _tables(self) -> Mapping[str, pa.Table]:
        return relations(self._read())

    def says(self, subject: str) -> bool:
        """Whether anything was ever said of a subject. Raises `StoreError` as `Memory.lines`."""
        return not self._nothing and bool(self._tables[subject].num_rows)

    def table(self, name: str, days: tuple[tuple[date, date], ...] = ()) -> pa.Table:
        """Return the relation of a subject, `documents`, or `judged` as of `days`.

        days: as-of days, each with the day by which what is looked at was said. Raises
        `StoreError` as `Memory.lines`.
        """
        if name != JUDGED:
            return self._tables[name]
        with self._lock:
            if days not in self._judged:
                self._judged[days] = self._judge(days)
            return self._judged[days]

    def print_of(self, name: str, days: tuple[tuple[date, date], ...] = ()) -> str:
        """Return what tells `table(name, days)` from any other one, by what is in it."""
        return print_of(self.table(name, days))

    def _judge(self, days: tuple[tuple[date, date], ...]) -> pa.Table:
        from data.workspace.subjects.promise import Kept, judged, received, together

        given = self._given()
        if not given or not days:
            return pa.Table.from_pylist([], _JUDGED)
        paid: defaultdict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        asked = {"customers": sorted(given), "last": max(as_of for as_of, _by in days)}
        for row in self._engine.query(_PAID, asked).to_pylist():
            paid[row["customer"]].append((row["issued_on"], row["amount"]))
        found = []
        for as_of, by in days:
            tolerance = self._policy.promise_days.at(as_of)
            for customer, rows in given.items():
                held = [r for r in rows if r[1] <= by and (r[2] is None or r[2] > by)]
                promises = [
                    (f"{number}.{part}", said_on, promise)
                    for number, said_on, _until, parts in held
                    for part, promise in enumerate(parts)
                ]
                came = received(one for one in paid[customer] if one[0] <= as_of)
                kept: defaultdict[str, list[Kept]] = defaultdict(list)
                for part, one in judged(promises, came, as_of, tolerance).items():
                    kept[part.partition(".")[0]].append(one)
                whole = {number: together(parts) for number, parts in kept.items()}
                found += [
                    {"as_of": as_of, "id": number, "state": one.state, "paid": one.paid}
                    for number, one in whole.items()
                ]
        return pa.Table.from_pylist(found, _JUDGED)

    def _given(self) -> Mapping[str, list[tuple[str, date, date | None, list[Promise]]]]:
        """Return customer -> what promises: id, said on, taken back on, and what is promised."""
        from data.workspace.subjects.promised import PROMISING, promises_of

        given: defaultdict[str, list[tuple[str, date, date | None, list[Promise]]]]
        given = defaultdict(list)
        for subject in PROMISING:
            for row in self._tables[subject.name].to_pylist():
                said = subject(**{f.name: row[f.name] for f in fields(subject)})
                told = row["id"], row["said_on"], row["until"], promises_of(said)
                given[row["customer"]].append(told)
        return given


def print_of(table: pa.Table) -> str:
    """Return what tells a relation from any other one, by what is in it."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def beside(folder: Path, engine: Engine, policy: Policy) -> Relations:
    """Return what was said beside the store in `folder`, for one question over its state."""

    def read() -> Iterable[Line]:
        from data.workspace.memory import Memory

        memory = Memory(folder)
        try:
            return memory.lines()
        finally:
            memory.close()

    return Relations(read, engine, policy, nothing=untouched(folder))
