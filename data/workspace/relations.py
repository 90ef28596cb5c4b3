"""What people said as relations that statements name: Arrow tables bound beside the state's own.

One for each subject, `memory_<subject>`, with a row for each line ever said, whatever was taken
back since: `number, id, said_on, until, who, customer, note` and the fields of the subject. A line
holds like an open item lives: from the end of the day said_on to that of the day `until`, on which
it was taken back; null: it was not. `memory_documents` (id, ledger, document_id) names what lines
are about. So any past day shows what was said by then, and one table answers for every day.

Amounts said in another currency are in the reporting one here, by the rate of the day on which they
were said (`data.workspace.rates`); a line whose rate is not known is in no relation.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from data.core.policy.rules import Policy
from data.store.answers import Answers
from data.store.engine import Engine
from data.workspace.places import untouched
from data.workspace.rates import Rates, in_cents

if TYPE_CHECKING:
    # imported where something was said: the library behind them takes a while
    from data.workspace.line import Line
    from data.workspace.subjects.promise import Payment
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
#: Of who promised something: what came in since, and all of it where money went back since, which
#: may have been any payment.
_PAID = """
select d.customer, d.issued_on, -d.amount_currency as amount, d.currency, d.rate
from documents as d
join promising as p on p.customer = d.customer
where d.kind = 'payment' and d.amount_currency <> 0
    and (d.issued_on >= p.since or d.customer in (
        select b.customer
        from documents as b
        join promising as q on q.customer = b.customer
        where b.kind = 'payment' and b.amount_currency > 0 and b.issued_on >= q.since))
"""
_PROMISING = pa.schema([("customer", pa.string()), ("since", pa.date32())])


_SCHEMAS: dict[str, pa.Schema] = {}


def schema_of(subject: type[Subject]) -> pa.Schema:
    """Return the columns of a subject's relation."""
    from data.workspace.subjects.subject import kinds

    if subject.name not in _SCHEMAS:
        own = [
            pa.field(name, _TYPES[kind], nullable=optional)
            for name, (kind, optional) in kinds(subject).items()
            if name not in subject.aside
        ]
        _SCHEMAS[subject.name] = pa.schema([*_LINE, *own])
    return _SCHEMAS[subject.name]


def relations(lines: Iterable[Line], rates: Rates | None = None) -> dict[str, pa.Table]:
    """Return subject -> relation of its lines, by their numbers; and `documents`.

    lines: all that was said, as `Memory.lines()` returns it. rates: by which amounts are converted;
    None: all are in one currency.
    """
    from data.workspace.subjects.every import SUBJECTS

    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    named = []
    for line in lines:
        said = line.said
        if rates is not None and said is not None:
            said = rates.converted(said, line.said_on)
        if said is None:
            continue
        rows[line.subject].append(
            {
                **{name: getattr(line, name) for name in _NAMES if name != "until"},
                "until": line.taken_back.said_on if line.taken_back else None,
                **{
                    name: value
                    for name, value in vars(said).items()
                    if name not in _NAMES and name not in said.aside
                },
            }
        )
        named += [
            {"id": line.id, "ledger": one.ledger, "document_id": one.document_id}
            for one in line.documents
        ]
    found = {
        name: pa.Table.from_pylist(rows[name], schema_of(subject))
        if name in rows
        else schema_of(subject).empty_table()
        for name, subject in SUBJECTS.items()
    }
    found[DOCUMENTS] = pa.Table.from_pylist(named, _NAMED)
    return found


class Told:
    """The relations of all lines, kept up to date: what is new is added, a line at a time.

    Safe to use from several threads.
    """

    def __init__(self, rates: Rates | None = None) -> None:
        """Convert amounts by `rates`."""
        self._rates = rates
        self._lines: tuple[Line, ...] = ()
        self._tables: dict[str, pa.Table] | None = None
        self._lock = Lock()
        self._paid: tuple[Mapping[str, date], Mapping[str, list[Payment]]] | None = None
        self._paying = Lock()

    def paid(self, since: Mapping[str, date], engine: Engine) -> Mapping[str, list[Payment]]:
        """Return customer -> what came in and went back of those who promise since a day.

        Read once for all days that are looked at, until somebody else promises.
        """
        with self._paying:
            if self._paid is None or self._paid[0] != since:
                self._paid = since, _paid(since, engine)
            return self._paid[1]

    def tables(self, lines: tuple[Line, ...]) -> Mapping[str, pa.Table]:
        """Return `relations(lines)`; lines: those of before, and what was said since."""
        with self._lock:
            before, tables = self._lines, self._tables
            backs = _taken_back(before, lines)
            if tables is None or backs is None:
                tables = relations(lines, self._rates)
            else:
                tables = dict(tables)
                for line in backs:
                    tables[line.subject] = _ended(tables[line.subject], line)
                if len(lines) > len(before):
                    added = relations(lines[len(before) :], self._rates)
                    tables |= {
                        name: _together(tables[name], more)
                        for name, more in added.items()
                        if more.num_rows
                    }
            self._lines, self._tables = lines, tables
            return tables


def _taken_back(before: Sequence[Line], now: Sequence[Line]) -> list[Line] | None:
    """Return the lines of before that were taken back since; None where they are others."""
    if len(now) < len(before):
        return None
    changed = [(old, new) for old, new in zip(before, now, strict=False) if old is not new]
    if any(replace(new, taken_back=old.taken_back) != old for old, new in changed):
        return None
    return [new for old, new in changed if old.taken_back != new.taken_back]


def _ended(table: pa.Table, line: Line) -> pa.Table:
    """Return the relation in which a line holds until it was taken back."""
    place = table["id"].index(line.id).as_py()
    if place < 0 or line.taken_back is None:
        return table  # its rate is not known
    until = table["until"]
    day = pa.chunked_array([pa.array([line.taken_back.said_on], pa.date32())])
    chunks = [*until.slice(0, place).chunks, *day.chunks, *until.slice(place + 1).chunks]
    column = pa.chunked_array(chunks, pa.date32()).combine_chunks()
    return table.set_column(table.schema.get_field_index("until"), table.schema.field("until"),
                            column)  # fmt: skip


def _together(table: pa.Table, more: pa.Table) -> pa.Table:
    # one piece of each column: the print of a relation is that of its content
    return pa.concat_tables([table, more]).combine_chunks()


#: Bytes of promises, as judged on the days that were looked at last.
_MOST = 8 << 20


class Relations:
    """What was said beside one state by one moment, read when a statement names it first.

    Safe to use from several threads.
    """

    def __init__(
        self, read: Callable[[], Iterable[Line]], engine: Engine, policy: Policy, *,
        nothing: bool = False, rates: Rates | None = None, told: Told | None = None,
    ) -> None:  # fmt: skip
        """Read lines with `read`, payments that keep promises with `engine`.

        policy: by its tolerance promises are judged. nothing: it is known that nothing was said.
        rates: those of the state. told: what keeps the relations of its lines from one moment to
        the next.
        """
        self._read, self._engine, self._policy = read, engine, policy
        self._nothing = nothing
        self.rates = rates or Rates(engine)
        self._told = told or Told(self.rates)
        # bounded: each as-of day that anybody looks at is another one
        self._judged = Answers(_MOST)

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(self._read())

    @cached_property
    def _tables(self) -> Mapping[str, pa.Table]:
        return self._told.tables(self._lines)

    def says(self, subject: str) -> bool:
        """Whether anything was ever said of a subject. Raises `StoreError` as `Memory.lines`."""
        return not self._nothing and bool(self._tables[subject].num_rows)

    def left_out(self, by: date) -> dict[str, int]:
        """Return currency -> lines of it that held by a day and are in no relation.

        Those that say an amount of which no rate is known. Raises `StoreError` as `Memory.lines`.
        """
        if self._nothing:
            return {}
        unknown = (
            str(vars(line.said)["currency"])  # only what has one is not converted
            for line in self._lines
            if line.said is not None
            and _holds(line, by)
            and self.rates.converted(line.said, line.said_on) is None
        )
        return dict(sorted(Counter(unknown).items()))

    def table(self, name: str, days: tuple[tuple[date, date], ...] = ()) -> pa.Table:
        """Return the relation of a subject, `documents`, or `judged` as of `days`.

        days: as-of days, each with the day by which what is looked at was said. Raises
        `StoreError` as `Memory.lines`.
        """
        if name != JUDGED:
            return self._tables[name]
        return self._judged.get(days, lambda: self._judge(days))

    def print_of(self, name: str, days: tuple[tuple[date, date], ...] = ()) -> str:
        """Return what tells `table(name, days)` from any other one, by what is in it."""
        return print_of(self.table(name, days))

    def _judge(self, days: tuple[tuple[date, date], ...]) -> pa.Table:
        from data.workspace.subjects.promise import Kept, judged, received, together
        from data.workspace.subjects.promised import promises_of

        given = self._given
        if not given or not days:
            return pa.Table.from_pylist([], _JUDGED)
        since = self._since
        paid = self._told.paid(since, self._engine)
        found = []
        for as_of, by in days:
            tolerance = self._policy.promise_days.at(as_of)
            for customer, rows in given.items():
                held = {line.id: (line, rate) for line, rate in rows if _holds(line, by)}
                promises = [
                    (f"{line.id}.{part}", line.said_on, promise, rate)
                    for line, rate in held.values()
                    for part, promise in enumerate(promises_of(line.said))  # type: ignore[arg-type]
                ]
                if not held:
                    continue
                came = received(m for m in paid.get(customer, ()) if m.day <= as_of)
                came = [money for money in came if money.day >= since[customer]]
                kept: defaultdict[str, list[Kept]] = defaultdict(list)
                for part, one in judged(promises, came, as_of, tolerance).items():
                    kept[part.partition(".")[0]].append(one)
                for number, parts in kept.items():
                    whole = together(parts)
                    worth = in_cents(whole.paid, held[number][1])
                    found.append(
                        {"as_of": as_of, "id": number, "state": whole.state, "paid": worth}
                    )
        return pa.Table.from_pylist(found, _JUDGED)

    @cached_property
    def _since(self) -> Mapping[str, date]:
        """Customer -> since when it promises anything."""
        return {one: min(line.said_on for line, _ in rows) for one, rows in self._given.items()}

    @cached_property
    def _given(self) -> Mapping[str, list[tuple[Line, Decimal]]]:
        """Return customer -> what promises, with the rate of its currency, where that is known."""
        from data.workspace.subjects.promised import PROMISING

        given: defaultdict[str, list[tuple[Line, Decimal]]] = defaultdict(list)
        for line in self._lines:
            if isinstance(line.said, PROMISING):
                rate = self.rates.at(line.said.currency, line.said_on)
                if rate is not None:
                    given[line.customer].append((line, rate))
        return given


def _paid(since: Mapping[str, date], engine: Engine) -> Mapping[str, list[Payment]]:
    from data.workspace.subjects.promise import Payment

    promising = pa.Table.from_pydict({"customer": [*since], "since": [*since.values()]}, _PROMISING)
    paid: defaultdict[str, list[Payment]] = defaultdict(list)
    for row in engine.query(_PAID, {"promising": promising}).to_pylist():
        money = Payment(row["issued_on"], row["amount"], row["currency"], row["rate"])
        paid[row["customer"]].append(money)
    return paid


def _holds(line: Line, by: date) -> bool:
    back = line.taken_back
    return line.said_on <= by and (back is None or back.said_on > by)


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
