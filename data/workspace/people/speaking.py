"""The memory as one reader has it: what they may see of it, and say in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from data.core.rights import Reader
from data.core.texts import N_
from data.workspace.line import MOST_NAME, Line
from data.workspace.memory import Memory
from data.workspace.named import Named
from data.workspace.people.log import note
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.deal import DealAsked
from data.workspace.subjects.keeping import Erased
from data.workspace.subjects.subject import SaidError, Subject
from data.workspace.tables import LINES

MAY_NOT = N_("Your role may not say this.")
ELSEWHERE = N_("This customer is not one of yours.")


class Speaking(Memory):
    """The memory beside a store, for one reader who has an account.

    Every line bears the reader's own name, whatever a page says.
    """

    def __init__(
        self,
        memory: Memory,
        reader: Reader,
        customers: Collection[str] | None = None,
        shared: Collection[str] = (),
    ) -> None:
        """Let `reader` speak in `memory`.

        customers: of whom alone they hear and speak; None: of all. shared: those of them whose
        limits are hidden, see `data.store.within`.
        """
        self.folder = memory.folder
        self._whole, self._database = memory, memory._database
        self._reader = reader
        self._customers = customers
        self._shared = frozenset(shared)

    def say(
        self,
        who: str,  # noqa: ARG002 - the account says who
        customer: str,
        said: Subject,
        note: str = "",
        documents: Iterable[Named] = (),
        at: datetime | None = None,
    ) -> Line:
        """See `Memory.say`. Raises `SaidError` for what the reader may not say."""
        return super().say(self._reader.name, customer, said, note, documents, at)

    def take_back(self, who: str, id: str, note: str = "", at: datetime | None = None) -> Line:  # noqa: ARG002
        """See `Memory.take_back`. Raises `SaidError` for what the reader may not say."""
        return super().take_back(self._reader.name, id, note, at)

    def lines(
        self,
        customer: str | None = None,
        subjects: Sequence[str] = (),
        by: date | None = None,
    ) -> tuple[Line, ...]:
        """See `Memory.lines`: those of the reader's customers, and of none in particular."""
        return tuple(x for x in self._whole.lines(customer, subjects, by) if self._hears(x))

    def erase(self, who: str, customer: str) -> Line:  # noqa: ARG002
        """See `Memory.erase`. Raises `SaidError` for what the reader may not say."""
        self._refuse(customer, Erased.name)
        return super().erase(self._reader.name, customer)

    def _hears(self, line: Line) -> bool:
        if self._customers is None or not line.customer:
            return True
        if isinstance(line.said, Limit) and line.customer in self._shared:
            return False
        # the figures that it rests on may be of more customers than the reader sees
        if isinstance(line.said, DealAsked) and line.said.part != self._reader.scope.text:
            return False
        return line.customer in self._customers

    def _refuse(self, customer: str, subject: str) -> None:
        if not self._reader.may_say(subject):
            raise SaidError(MAY_NOT)
        if customer and self._customers is not None and customer not in self._customers:
            raise SaidError(ELSEWHERE)

    def _take_in(self) -> None:
        """Leave what earlier versions kept to the memory itself: others said it."""

    def _keep(self, connection: sa.Connection, lines: Sequence[Line]) -> tuple[Line, ...]:
        for line in lines:
            subject = line.subject
            if line.takes_back is not None:
                of = sa.select(LINES.c.subject).where(LINES.c.id == line.takes_back)
                subject = connection.execute(of).scalar_one()
            self._refuse(line.customer, subject)
            what = "took back" if line.takes_back is not None else "said"
            note(connection, self._reader.login, what, f"{subject} {line.customer}".strip())
        own = [replace(line, who=self._reader.name[:MOST_NAME]) for line in lines]
        return super()._keep(connection, own)
