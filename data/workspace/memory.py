"""Memory: what people say of customers, line after line, never overwritten.

A line says one thing of one customer (`data.workspace.subjects`), or takes an earlier line back.
What was said by a day is what was said up to the end of that day: who looks at a past day sees
what was known then.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa

from data.core.texts import N_
from data.store.writer import only_writer
from data.workspace.database import Database
from data.workspace.line import GONE, TAKEN_BACK, TWICE, Line, back_of, line_of
from data.workspace.named import Identified, Named
from data.workspace.places import DECISIONS, VARIABLE, waiting
from data.workspace.subjects.every import SUBJECTS, TABLES
from data.workspace.subjects.keeping import Erased, Person
from data.workspace.subjects.subject import SaidError, Subject
from data.workspace.tables import DOCUMENTS, LINES, REVISION
from data.workspace.taken_in import MOVED
from data.workspace.taken_in import lines as taken_in

#: Made once: it is asked with every question of a page.
_REVISION = sa.select(REVISION.c.number)


class Memory:
    """What is said beside one store. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Keep it in `folder`, or in the database that `url` or TANDEM_WORKSPACE names."""
        self.folder = folder
        self._database = Database(folder, os.environ.get(VARIABLE, "") if url is None else url)
        self._seen: list[Line] = []
        """All lines that were read, by number."""
        self._places: dict[str, int] = {}
        self._lock = Lock()

    def writable(self) -> bool:
        """Return whether something can be said here."""
        return self._database.writable()

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def revision(self) -> int:
        """Return how often something was said: what changes with every line."""
        self._take_in()
        return self._database.asked("revision", _revision)

    @property
    def written(self) -> int:
        """How often something was said through this object."""
        return self._database.written

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
        with self._reading() as connection:
            found = _read(connection, LINES.c.id == id)
        if not found:
            raise SaidError(GONE)
        (kept,) = self.keep([back_of(who, found[0], note, at)])
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
        with self._reading() as connection:
            if customer is None and not subjects:
                found = self._all(connection)
            else:
                asked = [LINES.c.customer == customer] if customer is not None else []
                if subjects:
                    asked.append(LINES.c.subject.in_(subjects))
                found = _read(connection, *asked)
        if by is not None:
            found = [
                replace(line, taken_back=None)
                if line.taken_back is not None and line.taken_back.said_on > by
                else line
                for line in found
                if line.said_on <= by
            ]
        return tuple(line for line in found if line.said is not None)

    def _all(self, connection: sa.Connection | None) -> list[Line]:
        """Return all lines; read are those after the last one that was seen.

        Nothing is changed but by the erasure of a person, which is a line as well: then, and where
        another memory stands in the place of this one, all is read anew.
        """
        with self._lock:
            last = self._seen[-1] if self._seen else None
            there = connection is not None and last is not None and connection.scalar(
                sa.select(LINES.c.id).where(LINES.c.number == last.number)
            ) == last.id  # fmt: skip
            new = _read(connection, LINES.c.number > last.number) if there and last else []
            if not there or any(line.subject == Erased.name for line in new):
                self._seen, self._places, new = [], {}, _read(connection)
            for line in new:
                self._places[line.id] = len(self._seen)
                self._seen.append(line)
                if line.takes_back is not None:
                    place = self._places[line.takes_back]
                    if self._seen[place].taken_back is None:
                        self._seen[place] = replace(self._seen[place], taken_back=line)
            return list(self._seen)

    def erase(self, who: str, customer: str) -> Line:
        """Erase what was written of a natural person; return the line that says so.

        Notes and the free words of its lines go; days, amounts, who spoke and the numbers of
        documents, which are the ledger's, stay, and so do the figures, which rest on the files. It
        cannot be taken back. Raises `SaidError` where the customer was not said to be a person.
        """
        persons = [x for x in self.lines(customer, (Person.name,)) if x.holds]
        if not persons or not (isinstance(persons[-1].said, Person) and persons[-1].said.person):
            raise SaidError(N_("Say first that this customer is a natural person."))
        with self._writing() as connection:
            known = _read(connection, LINES.c.customer == customer)
            own = sa.select(LINES.c.number).where(LINES.c.customer == customer)
            connection.execute(sa.update(LINES).where(LINES.c.customer == customer).values(note=""))
            for name, subject in SUBJECTS.items():
                if subject.free:
                    table = TABLES[name]
                    connection.execute(
                        sa.update(table)
                        .where(table.c.line.in_(own))
                        .values(dict.fromkeys(subject.free, ""))
                    )
            (kept,) = self._keep(connection, [line_of(who, customer, Erased(len(known)))])
        return kept

    def keep(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """Keep lines made with `line_of`, all or none; return them with their numbers."""
        with self._writing() as connection:
            return self._keep(connection, lines)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection | None]:
        self._take_in()
        with self._database.reading() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        self._take_in()
        with self._database.writing() as connection:
            yield connection

    def _take_in(self) -> None:
        """Let what earlier versions kept in files of their own move in, once."""
        if not waiting(self.folder) or not os.access(self.folder, os.W_OK):
            return
        with only_writer(self.folder / DECISIONS):
            # another process may have been first
            for path in waiting(self.folder):
                lines = taken_in(path)
                with self._database.writing() as connection:
                    # killed before the file was moved away: its lines are here already
                    known = set(connection.scalars(sa.select(LINES.c.id)))
                    self._keep(connection, [line for line in lines if line.id not in known])
                path.replace(path.with_name(path.name + MOVED))

    def _keep(self, connection: sa.Connection, lines: Sequence[Line]) -> tuple[Line, ...]:
        # who raises the number holds it until the lines are kept: numbers are in reading order
        connection.execute(sa.update(REVISION).values(number=REVISION.c.number + len(lines)))
        last = int(connection.execute(sa.select(REVISION.c.number)).scalar_one())
        first = last - len(lines) + 1
        numbered = tuple(replace(line, number=n) for n, line in enumerate(lines, first))
        taken = [line.takes_back for line in numbered if line.takes_back is not None]
        before = sa.select(LINES.c.id).where(LINES.c.takes_back.in_(taken))
        if taken and connection.execute(before).first():
            raise SaidError(TWICE)
        for table, rows in _inserted(numbered).items():
            connection.execute(sa.insert(table), rows)
        return numbered


def _revision(connection: sa.Connection | None) -> int:
    return 0 if connection is None else int(connection.execute(_REVISION).scalar_one())


def _inserted(lines: Sequence[Line]) -> dict[sa.Table, list[dict[str, Any]]]:
    """Return the rows of lines by table, those of the lines themselves first."""
    found: defaultdict[sa.Table, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        found[LINES].append({c.name: getattr(line, c.name) for c in LINES.columns})
        if line.said is not None:
            values = {one.name: getattr(line.said, one.name) for one in fields(line.said)}
            found[TABLES[line.subject]].append({"line": line.number, **values})
        for place, named in enumerate(line.documents):
            columns = {c.name: getattr(named, c.name, None) for c in DOCUMENTS.columns}
            found[DOCUMENTS].append({**columns, "line": line.number, "place": place})
    return dict(found)


def _read(connection: sa.Connection | None, *asked: sa.ColumnElement[bool]) -> list[Line]:
    """Return the lines that are asked for, by number, each with the one that took it back."""
    if connection is None:
        return []
    back = LINES.alias()
    chosen = sa.select(LINES.c.number).where(*asked)
    rows = connection.execute(sa.select(LINES).where(*asked).order_by(LINES.c.number)).all()
    said: dict[int, Subject] = {}
    for name in {row.subject for row in rows} - {TAKEN_BACK}:
        table, subject = TABLES[name], SUBJECTS[name]
        for row in connection.execute(sa.select(table).where(table.c.line.in_(chosen))):
            values = dict(row._mapping)
            number = values.pop("line")
            said[number] = subject(**values)
    documents: defaultdict[int, list[Named]] = defaultdict(list)
    listed = sa.select(DOCUMENTS).where(DOCUMENTS.c.line.in_(chosen))
    for row in connection.execute(listed.order_by(DOCUMENTS.c.line, DOCUMENTS.c.place)):
        documents[row.line].append(_named(row))
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


def _named(row: sa.Row[Any]) -> Named:
    told = {f.name: getattr(row, f.name) for f in fields(Identified)}
    if row.issued_on is None:
        return Named(row.ledger, row.document_id)
    return Identified(**told)


def _line(row: sa.Row[Any]) -> Line:
    return Line(said=None, **row._mapping)
