"""A line of the memory: one thing said of one customer, or an earlier line taken back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from data.core.texts import N_
from data.workspace.named import Named
from data.workspace.subjects.subject import SaidError, Subject

TAKEN_BACK = "taken_back"
"""The subject of a line that takes another one back."""
GONE = N_("This is not, or no longer, in the memory: look at it again.")
TWICE = N_("It was taken back already.")
MOST_NOTE = 4000
MOST_DOCUMENTS = 500
MOST_NAME = 80


def today() -> date:
    """Return the day on which what is said now is said: of this machine's calendar."""
    return day_of(datetime.now(UTC))


def day_of(moment: datetime) -> date:
    """Return the day of a moment, by this machine's calendar."""
    return moment.astimezone().date()


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
    if not customer and not said.general:
        raise SaidError(N_("Say of which customer."))
    if said.asks_words and not line.note:
        raise SaidError(said.asks_words)
    return replace(line, id=id or line.id)


def back_of(who: str, line: Line, note: str = "", at: datetime | None = None) -> Line:
    """Return the line that takes another one back. Raises `SaidError` where it does not hold."""
    if line.said is None:
        raise SaidError(GONE)
    if not line.holds:
        raise SaidError(TWICE)
    made = _new(who, line.customer, TAKEN_BACK, None, note, (), at)
    return replace(made, takes_back=line.id)


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
        raise SaidError(
            N_("Say who you are first: a line without a name helps nobody."),
            N_("Type your name below the list of pages."),
        )
    if len(note) > MOST_NOTE:
        raise SaidError(N_("A note has at most {most} characters."), most=MOST_NOTE)
    if len(documents) > MOST_DOCUMENTS:
        raise SaidError(N_("A line speaks of at most {most} documents."), most=MOST_DOCUMENTS)
    moment = (at or datetime.now(UTC)).replace(microsecond=0)
    return Line(
        0, secrets.token_hex(8), moment, day_of(moment), who[:MOST_NAME], customer, subject,
        said, note, documents,
    )  # fmt: skip
