"""What was done about a customer's account, until when it is left alone, and how it is written to.

Each is a line of its own: the worklist follows from them, and nothing is ever crossed out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from data.core.policy.kinds import VERBS
from data.core.texts import N_
from data.workspace.subjects.subject import SaidError, Subject, short

OUTCOMES = {
    "sent": N_("Sent"),
    "reached": N_("Reached"),
    "missed": N_("Not reached"),
    "promised": N_("Promised to pay"),
    "disputes": N_("Disputes it"),
    "paid": N_("Says it has paid"),
    "refuses": N_("Does not want to pay"),
    "done": N_("Done"),
}
"""What came of a contact -> how a reader calls it."""
REASONS = {
    "waits": N_("They wait for something from us"),
    "absent": N_("Whoever decides there is away"),
    "talks": N_("Sales is talking to them"),
    "checking": N_("We check it ourselves first"),
    "small": N_("Not worth it yet"),
    "other": N_("Other"),
}
"""Why somebody is not asked for a while -> how a reader calls it."""
LANGUAGES = {"en": N_("English"), "nl": N_("Dutch"), "fr": N_("French"), "de": N_("German")}
"""In which letters are written."""
_EMAIL = re.compile(r"[^@\s,;:<>()\"\\]+@[^@\s,;:<>()\"\\]+\.[^@\s,;:<>()\"\\]+", re.ASCII)


@dataclass(frozen=True)
class Contact(Subject):
    """A step that was taken. verb: of `VERBS`; level: the stage of collection, '' for none.

    person: with whom. outcome: one of OUTCOMES.
    """

    name: ClassVar[str] = "contacts"
    label: ClassVar[str] = N_("Contact")
    free: ClassVar[tuple[str, ...]] = ("person",)

    verb: str
    outcome: str
    level: str = ""
    person: str = ""

    def __post_init__(self) -> None:
        """Refuse steps and outcomes that nobody knows."""
        short(self.level)
        short(self.person)
        if self.verb not in VERBS:
            raise SaidError(N_("“{verb}” is no step."), verb=self.verb)
        if self.outcome not in OUTCOMES:
            raise SaidError(N_("“{outcome}” is no outcome of a contact."), outcome=self.outcome)


@dataclass(frozen=True)
class Snooze(Subject):
    """A customer leaves the worklist, for one of REASONS, and is on it again from `back_on`."""

    name: ClassVar[str] = "snoozes"
    label: ClassVar[str] = N_("Left alone for a while")

    reason: str
    back_on: date

    def __post_init__(self) -> None:
        """Refuse reasons that nobody knows."""
        if self.reason not in REASONS:
            raise SaidError(N_("“{said}” is no reason to wait."), said=self.reason)


@dataclass(frozen=True)
class Correspondence(Subject):
    """How a customer is written to. language: of LANGUAGES; email: '' where none is known."""

    name: ClassVar[str] = "correspondence"
    label: ClassVar[str] = N_("Letters")
    free: ClassVar[tuple[str, ...]] = ("email",)

    language: str
    email: str = ""

    def __post_init__(self) -> None:
        """Refuse languages without letters, and what is no address."""
        short(self.email)
        if self.language not in LANGUAGES:
            raise SaidError(N_("No letters are written in “{language}”."), language=self.language)
        if self.email and not _EMAIL.fullmatch(self.email):
            raise SaidError(N_("“{email}” is no address of a mailbox."), email=self.email)
