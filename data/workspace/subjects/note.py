"""A note: what somebody wants others to know of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import Subject


@dataclass(frozen=True)
class Note(Subject):
    """Nothing but the words, which stand on its line."""

    name: ClassVar[str] = "notes"
    label: ClassVar[str] = N_("Note")
    asks_words: ClassVar[str] = N_("Write what others should know.")
