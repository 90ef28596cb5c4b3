"""THE list of what can be said."""

from __future__ import annotations

from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.note import Note
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import Subject, table_of

SUBJECTS: dict[str, type[Subject]] = {
    subject.name: subject for subject in (Note, Promise, Dispute, Settled, Terms, Limit)
}
TABLES = {name: table_of(subject) for name, subject in SUBJECTS.items()}
