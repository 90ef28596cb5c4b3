"""Who may see and say what: THE table of roles, and the part of the customers that one may see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from data.core.texts import N_

SALES, CREDIT, EXECUTIVE, ADMIN = "sales", "credit", "executive", "admin"
ROLES: Mapping[str, str] = {
    SALES: N_("Sales department"),
    CREDIT: N_("Credit department"),
    EXECUTIVE: N_("Management"),
    ADMIN: N_("Administrator"),
}
"""Name of a role -> what a reader calls it."""

LOAD, DECIDE, PEOPLE, FINDINGS = "load", "decide", "people", "findings"
_EVERYBODY = (SALES, CREDIT, EXECUTIVE, ADMIN)
_DOES: Mapping[str, tuple[str, ...]] = {
    LOAD: (CREDIT, ADMIN),
    DECIDE: (CREDIT, ADMIN),
    FINDINGS: _EVERYBODY,
    PEOPLE: (ADMIN,),
}
"""What can be done besides looking -> the roles that may: load files and take them out; confirm and
undo matches; look at what was found in all books; let people in."""
_SAYS: Mapping[str, tuple[str, ...]] = {
    "notes": _EVERYBODY,
    "views": _EVERYBODY,
    "promises": (SALES, CREDIT, ADMIN),
    "disputes": (SALES, CREDIT, ADMIN),
    "settled_disputes": (SALES, CREDIT, ADMIN),
    "backlogs": (SALES, CREDIT, ADMIN),
    "owners": (SALES, CREDIT, ADMIN),
    "priorities": (SALES, CREDIT, EXECUTIVE, ADMIN),
    "targets": (CREDIT, EXECUTIVE, ADMIN),
    "contacts": (SALES, CREDIT, ADMIN),
    "snoozes": (SALES, CREDIT, ADMIN),
    "correspondence": (SALES, CREDIT, ADMIN),
    "handed_over": (CREDIT, EXECUTIVE, ADMIN),
    "handed_back": (CREDIT, EXECUTIVE, ADMIN),
    "overlays": (CREDIT, EXECUTIVE, ADMIN),
    "plans": (CREDIT, ADMIN),
    "settlements": (CREDIT, ADMIN),
    "said_terms": (CREDIT, ADMIN),
    "said_limits": (CREDIT, ADMIN),
    "said_sectors": (SALES, CREDIT, ADMIN),
    "asked_deals": _EVERYBODY,
    "decided_deals": (CREDIT, EXECUTIVE, ADMIN),
    "persons": (CREDIT, ADMIN),
    "erasures": (CREDIT, ADMIN),
    "match_decisions": (CREDIT, ADMIN),
}
"""Subject of a line of the memory (`data.workspace.subjects`) -> the roles that may say it."""
_OF_ALL = (LOAD, FINDINGS, PEOPLE)
"""What concerns all books: nobody does it who sees some of the customers only."""

SCOPED_BY = ("salesperson", "country", "customer_group", "company")
"""The dimensions that a reader's part of the customers can be named by."""


@dataclass(frozen=True)
class Scope:
    """Which customers a reader sees: for each dimension named, one of its values must hold.

    A customer belongs to it with all its documents, whoever sold them; where companies of the own
    group are named, with those of their books only. Nothing named: everybody.
    """

    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, where: Mapping[str, tuple[str, ...]]) -> Scope:
        """Return the scope of these values. Raises ValueError for a dimension that names none.

        >>> Scope.of({"country": ("BE", "NL"), "salesperson": ()}).where
        (('country', ('BE', 'NL')),)
        """
        unknown = sorted(set(where) - set(SCOPED_BY))
        if unknown:
            raise ValueError(f"{unknown[0]!r} names no customers; known are: {SCOPED_BY}")
        return cls(tuple((n, tuple(sorted(set(where[n])))) for n in SCOPED_BY if where.get(n)))

    @classmethod
    def read(cls, text: str) -> Scope:
        """Return the scope that `text` keeps; '' for everybody."""
        found = json.loads(text) if text else {}
        return cls.of({name: tuple(values) for name, values in found.items()})

    @property
    def text(self) -> str:
        """What it is kept as; '' for everybody.

        >>> Scope.read(Scope.of({"country": ("BE",)}).text).where
        (('country', ('BE',)),)
        """
        return json.dumps(dict(self.where), ensure_ascii=False) if self.where else ""

    def __bool__(self) -> bool:
        """Whether it leaves anybody out."""
        return bool(self.where)


EVERYBODY = Scope()


@dataclass(frozen=True)
class Reader:
    """Who looks: the name that stands beside what they say, their role, and what they may see.

    login: '' for the one reader of a machine that asks nobody who they are. approves: the level of
    the policy up to which they approve deals, by its role; '' the lowest.
    """

    name: str = ""
    role: str = ADMIN
    scope: Scope = EVERYBODY
    login: str = ""
    approves: str = ""

    def may(self, what: str) -> bool:
        """Return whether this reader may do one of the things besides looking.

        >>> own = Scope.of({"salesperson": ("Ann",)})
        >>> [Reader("Ann", CREDIT, s).may(LOAD) for s in (EVERYBODY, own)]
        [True, False]
        """
        return self.role in _DOES[what] and not (self.scope and what in _OF_ALL)

    def may_say(self, subject: str) -> bool:
        """Return whether this reader may say a subject of the memory.

        >>> [Reader("Ann", role).may_say("said_limits") for role in (SALES, CREDIT)]
        [False, True]
        """
        return self.role in _SAYS[subject]


LOCAL = Reader()
"""The one reader of a machine where nobody has an account: asked for nothing but a name."""
