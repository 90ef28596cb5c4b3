"""A view of the pages that somebody keeps under a name, for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import SaidError, Subject, short

MOST_ADDRESS = 2000


@dataclass(frozen=True)
class SavedView(Subject):
    """address: a page and its filters, as they stand behind the host: `/dso?sector=46`."""

    name: ClassVar[str] = "views"
    label: ClassVar[str] = N_("View")
    general: ClassVar[bool] = True

    title: str
    address: str

    def __post_init__(self) -> None:
        """Refuse what has no name, and addresses that lead elsewhere."""
        short(self.title)
        if not self.title.strip():
            raise SaidError(N_("Give the view a name."))
        if (
            not self.address.startswith("/")
            or self.address.startswith(("//", "/\\"))
            or len(self.address) > MOST_ADDRESS
            or any(c.isspace() or not c.isprintable() for c in self.address)
        ):
            raise SaidError(N_("This is no address of a page."))
