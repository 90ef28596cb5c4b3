"""THE list of what can be said."""

from __future__ import annotations

from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.deal import DealAsked, DealDecided
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.handing import HandedBack, HandedOver
from data.workspace.subjects.keeping import Backlog, Erased, Owner, Person
from data.workspace.subjects.market import Overlay, Priority, Sector, Target
from data.workspace.subjects.matched import Matched
from data.workspace.subjects.note import Note
from data.workspace.subjects.plan import Plan, Settlement
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.saved import SavedView
from data.workspace.subjects.subject import Subject, table_of
from data.workspace.subjects.work import Contact, Correspondence, Snooze

SUBJECTS: dict[str, type[Subject]] = {
    subject.name: subject
    for subject in (
        Note, Promise, Plan, Settlement, Dispute, Settled, Terms, Limit, Backlog, Owner, Priority,
        Person, Erased, Target, SavedView, Sector, Matched, DealAsked, DealDecided, Contact, Snooze,
        Correspondence, HandedOver, HandedBack, Overlay,
    )
}  # fmt: skip
TABLES = {name: table_of(subject) for name, subject in SUBJECTS.items()}
