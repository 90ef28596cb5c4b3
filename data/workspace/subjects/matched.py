"""A decision about a match: which payment settles which invoice, and which does not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.decisions import ACTIONS
from data.workspace.subjects.subject import SaidError, Subject, amount


@dataclass(frozen=True)
class Matched(Subject):
    """The line's documents are two: the invoice, then what pays it or does not.

    action: one of ACTIONS. amount: in their currency; None: as much as possible.
    """

    name: ClassVar[str] = "match_decisions"
    label: ClassVar[str] = N_("Decision about a match")
    books: ClassVar[bool] = True
    general: ClassVar[bool] = True

    action: str
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what decides nothing."""
        if self.action not in ACTIONS:
            raise SaidError(N_("“{action}” is no decision about a match."), action=self.action)
        if self.amount is not None:
            amount(self.amount)
