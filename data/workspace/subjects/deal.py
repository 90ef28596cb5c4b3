"""A deal that somebody wants to make, put to whoever decides, and what was decided.

Why, in words, is the note of the line. Neither is ever changed: who wants something else asks
again, and that asking takes the place of the earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from data.core.texts import N_
from data.workspace.subjects.subject import SaidError, Subject, amount, cents

APPROVED, DECLINED = "approved", "declined"
HOW = {APPROVED: N_("Approved"), DECLINED: N_("Declined")}
_WHY = N_("Say why: whoever reads it later was not there.")


@dataclass(frozen=True)
class DealAsked(Subject):
    """A decision is asked of a deal.

    amount: what will be owed, VAT included, in currency; terms in days, discount in percent.
    answer: what the rules say, as `metrics.decide.deal.answer` names it. replaces: the id of the
    line of an earlier asking whose place this one takes; ''. valid_until, review_on: of a yes of
    the rules that needs nobody's decision; None where somebody decides. rests_on: every figure
    that it was asked on, as `metrics.decide.deal.kept` writes it. part: of which customers the
    figures are, as `data.core.rights.Scope` writes what the asker sees; '' all.
    """

    name: ClassVar[str] = "asked_deals"
    label: ClassVar[str] = N_("Deal, decision asked")
    money: ClassVar[tuple[str, ...]] = ("amount",)
    aside: ClassVar[tuple[str, ...]] = ("rests_on",)
    asks_words: ClassVar[str] = _WHY

    amount: Decimal
    currency: str
    terms: int
    discount: Decimal
    answer: str
    rests_on: str
    part: str = ""
    replaces: str = ""
    valid_until: date | None = None
    review_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what asks nothing."""
        amount(self.amount)
        cents(self.discount)
        if not self.rests_on:
            raise SaidError(N_("A decision needs the figures that it rests on."))

    @property
    def automatic(self) -> bool:
        """Whether the rules' yes is the decision."""
        return self.valid_until is not None


@dataclass(frozen=True)
class DealDecided(Subject):
    """What was decided of a deal.

    asking: the id of its line. how: one of HOW. advance: what is paid before delivery, in currency;
    what is approved is the deal as asked, with this in advance. valid_until: the last day on which
    it holds; review_on: when it is looked at again; both None where it was declined.
    """

    name: ClassVar[str] = "decided_deals"
    label: ClassVar[str] = N_("Deal, decision")
    money: ClassVar[tuple[str, ...]] = ("advance",)
    asks_words: ClassVar[str] = _WHY

    asking: str
    how: str
    advance: Decimal
    currency: str
    valid_until: date | None = None
    review_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what decides nothing."""
        if self.how not in HOW:
            raise SaidError(N_("“{how}” is no decision about a deal."), how=self.how)
        if not self.advance.is_finite() or self.advance < 0:
            raise SaidError(N_("{value} in advance cannot be."), value=self.advance)
        cents(self.advance)
        if (self.how == APPROVED) != (self.valid_until is not None):
            raise SaidError(N_("Say until which day it holds."))
