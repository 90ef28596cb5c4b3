"""Memory: what people say of customers, line after line, never overwritten.

A line says one thing of one customer (`data.workspace.subjects`), or takes an earlier line back.
What was said by a day is what was said up to the end of that day: who looks at a past day sees
what was known then.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from os import environ
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data.core.texts import N_
from data.workspace.database import VARIABLE, Database
from data.workspace.subjects.every import SUBJECTS, TABLES
from data.workspace.subjects.subject import SaidError, Subject
from data.workspace.tables import DOCUMENTS, LINES, REVISION

TAKEN_BACK = "taken_back"
"""The subject of a line that takes another one back."""
MOST_NOTE = 4000
MOST_DOCUMENTS = 500


@dataclass(frozen=True)
class Named:
    """A document as files name it: what stays the same from one state to the next."""

    ledger: str
    document_id: str


@dataclass(frozen=True)
class Line:
    """One thing said.

    at: when, UTC. said_on: the day of it, where it was said. said: None for a line that takes
    another one back, by its id. taken_back: the line that took this one back, if one did by the
    day that is looked at.
    """

    number: int
    id: str
    at: datetime
    said_on: date
    who: str
    customer: str
    subject: str
    said: Subject | None
    note: str = ""
    documents: tuple[Named, ...] = ()
    takes_back: str | None = None
    taken_back: Line | None = None

    @property
    def holds(self) -> bool:
        """Whether it says something that was not taken back."""
        return self.said is not None and self.taken_back is None


class Memory:
    """What is said beside one store. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Keep it in `folder`, or in the database that `url` or TANDEM_WORKSPACE names."""
        self._database = Database(folder, environ.get(VARIABLE, "") if url is None else url)

    def writable(self) -> bool:
        """Return whether something can be said here."""
        return self._database.writable()

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def revision(self) -> int:
        """Return how often something was said: what changes with every line."""
        with self._database.reading() as connection:
            if connection is None:
                return 0
            return int(connection.execute(sa.select(REVISION.c.number)).scalar_one())

    def say(
        self,
        who: str,
        customer: str,
        said: Subject,
        note: str = "",
        documents: Iterable[Named] = (),
        at: datetime | None = None,
    ) -> Line:
        """Keep one more line, on disk when this returns; return it.

        at: now, unless it is given. Raises `SaidError` where nobody says it, of nobody, or with no
        words, `StoreError` where it cannot be kept.
        """
        (kept,) = self.keep([line_of(who, customer, said, note, documents, at)])
        return kept

    def take_back(self, who: str, id: str, note: str = "", at: datetime | None = None) -> Line:
        """Take back the line of this id: it says nothing from now on. Return the line that does.

        Raises `SaidError` where it does not hold.
        """
        with self._database.reading() as connection:
            found = _read(connection, LINES.c.id == id)
        if not found or found[0].said is None:
            raise SaidError(N_("This is not, or no longer, in the memory: look at it again."))
        if not found[0].holds:
            raise SaidError(N_("It was taken back already."))
        line = _new(who, found[0].customer, TAKEN_BACK, None, note, (), at)
        (kept,) = self.keep([replace(line, takes_back=id)])
        return kept

    def lines(
        self,
        customer: str | None = None,
        subjects: Sequence[str] = (),
        by: date | None = None,
    ) -> tuple[Line, ...]:
        """Return what was said, the oldest first, lines that were taken back among them.

        customer: of this one only. subjects: these only. by: what was said up to the end of that
        day; None: all. Lines that take others back are on those, in `taken_back`.
        """
        with self._database.reading() as connection:
            asked = [LINES.c.customer == customer] if customer is not None else []
            found = _read(connection, *asked)
        if by is not None:
            found = [
                replace(line, taken_back=None)
                if line.taken_back is not None and line.taken_back.said_on > by
                else line
                for line in found
                if line.said_on <= by
            ]
        return tuple(
            line
            for line in found
            if line.said is not None and (not subjects or line.subject in subjects)
        )

    def keep(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Keep lines made with `line_of`, all or none; return them with their numbers."""
        with self._database.writing() as connection:
            # who raises the number holds it until the lines are kept: numbers are in reading order
            connection.execute(sa.update(REVISION).values(number=REVISION.c.number + len(lines)))
            last = int(connection.execute(sa.select(REVISION.c.number)).scalar_one())
            first = last - len(lines) + 1
            numbered = tuple(replace(line, number=n) for n, line in enumerate(lines, first))
            for line in numbered:
                self._insert(connection, line)
        return numbered

    def _insert(self, connection: sa.Connection, line: Line) -> None:
        if line.takes_back is not None:
            taken = sa.select(LINES.c.id).where(LINES.c.takes_back == line.takes_back)
            if connection.execute(taken).first():
                raise SaidError(N_("It was taken back already."))
        number = line.number
        connection.execute(
            sa.insert(LINES),
            {
                "number": number, "id": line.id, "at": line.at, "said_on": line.said_on,
                "who": line.who, "subject": line.subject, "customer": line.customer,
                "note": line.note, "takes_back": line.takes_back,
            },
        )  # fmt: skip
        if line.said is not None:
            values = {one.name: getattr(line.said, one.name) for one in fields(line.said)}
            connection.execute(sa.insert(TABLES[line.subject]), {"line": number, **values})
        for place, named in enumerate(line.documents):
            connection.execute(
                sa.insert(DOCUMENTS),
                {
                    "line": number, "place": place,
                    "ledger": named.ledger, "document_id": named.document_id,
                },
            )  # fmt: skip


def line_of(
    who: str,
    customer: str,
    said: Subject,
    note: str = "",
    documents: Iterable[Named] = (),
    at: datetime | None = None,
    id: str = "",
) -> Line:
    """Return a line that can be kept. Raises `SaidError` as `Memory.say`; id: its own, else any."""
    line = _new(who, customer, said.name, said, note, tuple(documents), at)
    if said.name == "notes" and not line.note:
        raise SaidError(N_("Write what others should know."))
    return replace(line, id=id or line.id)


def _new(
    who: str,
    customer: str,
    subject: str,
    said: Subject | None,
    note: str,
    documents: tuple[Named, ...],
    at: datetime | None,
) -> Line:
    who, note = " ".join(who.split()), note.strip()
    if not who:
        raise SaidError(N_("Say who you are first: a line without a name helps nobody."))
    if not customer:
        raise SaidError(N_("Say of which customer."))
    if len(note) > MOST_NOTE:
        raise SaidError(N_("A note has at most {most} characters."), most=MOST_NOTE)
    if len(documents) > MOST_DOCUMENTS:
        raise SaidError(N_("A line speaks of at most {most} documents."), most=MOST_DOCUMENTS)
    moment = (at or datetime.now(UTC)).replace(microsecond=0)
    return Line(
        0, secrets.token_hex(8), moment, moment.astimezone().date(), who[:80], customer, subject,
        said, note, documents,
    )  # fmt: skip


def _read(connection: sa.Connection | None, *asked: sa.ColumnElement[bool]) -> list[Line]:
    """Return the lines that are asked for, by number, each with the one that took it back."""
    if connection is None:
        return []
    back = LINES.alias()
    chosen = sa.select(LINES.c.number).where(*asked)
    rows = connection.execute(sa.select(LINES).where(*asked).order_by(LINES.c.number)).all()
    said: dict[int, Subject] = {}
    for name, table in TABLES.items():
        subject = SUBJECTS[name]
        for row in connection.execute(sa.select(table).where(table.c.line.in_(chosen))):
            values = dict(row._mapping)
            number = values.pop("line")
            said[number] = subject(**values)
    documents: defaultdict[int, list[Named]] = defaultdict(list)
    listed = sa.select(DOCUMENTS).where(DOCUMENTS.c.line.in_(chosen))
    for row in connection.execute(listed.order_by(DOCUMENTS.c.line, DOCUMENTS.c.place)):
        documents[row.line].append(Named(row.ledger, row.document_id))
    takers = connection.execute(
        sa.select(back).join(LINES, back.c.takes_back == LINES.c.id).where(*asked)
    ).all()
    taken = {row.takes_back: _line(row) for row in takers}
    return [
        replace(
            _line(row),
            said=said.get(row.number),
            documents=tuple(documents[row.number]),
            taken_back=taken.get(row.id),
        )
        for row in rows
    ]


def _line(row: sa.Row[Any]) -> Line:
    return Line(said=None, **row._mapping)
