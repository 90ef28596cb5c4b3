"""Decisions as they stand: each asking with what was decided of it, and who may decide it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from data.core.policy.rules import Policy
from data.core.texts import N_, Text
from data.workspace.line import Line
from data.workspace.subjects.deal import APPROVED, DECLINED, DealAsked, DealDecided
from data.workspace.subjects.keeping import Person
from metrics.decide.approval import approver, needs_another, reaches
from metrics.decide.deal.answer import Answer
from metrics.decide.deal.deal import Deal
from metrics.decide.deal.kept import Kept, written
from metrics.decide.deal.tested import unsecured_after

WAITING, HOLDS, VOID, EXPIRED = "waiting", "holds", "void", "expired"
CARRIED, REPLACED, WITHDRAWN = "carried_out", "replaced", "withdrawn"
STANDS = {
    WAITING: N_("waits for a decision"),
    HOLDS: N_("approved"),
    VOID: N_("void"),
    EXPIRED: N_("no longer valid"),
    CARRIED: N_("approved and invoiced"),
    DECLINED: N_("declined"),
    REPLACED: N_("asked again"),
    WITHDRAWN: N_("withdrawn"),
}
"""How a decision may stand -> how a reader calls it."""
OVER = {EXPIRED, CARRIED, DECLINED, REPLACED, WITHDRAWN}
SUBJECTS = (DealAsked.name, DealDecided.name)


@dataclass(frozen=True)
class Case:
    """An asking, the first decision on it that holds, and the asking that took its place."""

    line: Line
    asked: DealAsked
    decision: Line | None = None
    decided: DealDecided | None = None
    replaced_by: Line | None = None

    @property
    def how(self) -> str:
        """What was decided: APPROVED, DECLINED, or '' where nothing is yet."""
        if self.decided is not None:
            return self.decided.how
        return APPROVED if self.asked.automatic else ""

    @property
    def valid_until(self) -> date | None:
        """The last day on which it holds; None where it was not approved."""
        return self.decided.valid_until if self.decided else self.asked.valid_until

    @property
    def review_on(self) -> date | None:
        """When it is looked at again; None where it was not approved."""
        return self.decided.review_on if self.decided else self.asked.review_on

    def approved(self, kept: Answer) -> Deal:
        """Return the deal that was approved, as asked where nothing is decided."""
        if self.decided is None or self.decided.how != APPROVED:
            return kept.deal
        return replace(kept.deal, advance=self.decided.advance)

    def stands(self, day: date, *, void: bool = False, carried_out: bool = False) -> str:
        """Return how it stands on a day: of STANDS. A deal that was made is void no more."""
        if self.line.taken_back is not None:
            return WITHDRAWN
        if self.replaced_by is not None:
            return REPLACED
        if self.how == DECLINED:
            return DECLINED
        if not self.how:
            return WAITING
        if carried_out:
            return CARRIED
        if void:
            return VOID
        return EXPIRED if self.valid_until is not None and day > self.valid_until else HOLDS


def cases(lines: Iterable[Line]) -> list[Case]:
    """Return the askings among these lines, in their order, with what became of them."""
    found: dict[str, Case] = {}
    for line in lines:
        said = line.said
        if isinstance(said, DealAsked):
            found[line.id] = Case(line, said)
            before = found.get(said.replaces)
            if line.holds and before and before.replaced_by is None:
                found[said.replaces] = replace(before, replaced_by=line)
        elif isinstance(said, DealDecided) and line.holds:
            case = found.get(said.asking)
            if case and case.decision is None:
                found[said.asking] = replace(case, decision=line, decided=said)
    return list(found.values())


def asking(
    kept: Kept, currency: str, policy: Policy, today: date, *, person: bool,
    part: str = "", replaces: str = "",
) -> DealAsked:  # fmt: skip
    """Return what is asked of a deal: decided by the rules, where they may and it is no person.

    today: on which it is asked. person: whether the customer is a natural person. part, replaces:
    as of `DealAsked`.
    """
    answer = kept.desk.answer
    alone = answer.automatic and not person
    return DealAsked(
        answer.deal.amount, currency, answer.deal.terms, answer.deal.discount, answer.answer,
        written(kept), part, replaces,
        today + timedelta(policy.decision_days.at(today)) if alone else None,
        today + timedelta(policy.review_days.at(today)) if alone else None,
    )  # fmt: skip


def is_person(lines: Iterable[Line]) -> bool:
    """Return whether these lines of a customer say last that it is a natural person."""
    said = [one.said for one in lines if one.holds and isinstance(one.said, Person)]
    return said[-1].person if said else False


def against(
    case: Case, kept: Answer, advance: Decimal, who: str, policy: Policy, day: date,
    level: str | None = None,
) -> Text | None:  # fmt: skip
    """Return why `who` may not approve it with so much in advance; None where they may.

    Above the policy's floor nobody approves what they asked for, and somebody's level must reach
    what neither an insurer nor other security bears. day: on which it is approved. level: up to
    which `who` approves, by its role, '' the lowest; None: nobody has an account.
    """
    if case.stands(day) != WAITING:
        return Text(N_("It was decided, withdrawn or asked again: look at it again."))
    deal = kept.deal
    if not 0 <= advance <= deal.amount:
        return Text(
            N_("{advance} in advance cannot be: give 0 to the whole amount, {amount}."),
            {"advance": advance, "amount": deal.amount},
        )
    part = unsecured_after(replace(deal, advance=advance), kept.known)
    if advance < deal.amount:
        needed = approver(part, day, policy)
        if needed is None:
            text = N_("{part} is more than any level of the policy may approve.")
            return Text(text, {"part": part})
        if level is not None and not reaches(level, needed, day, policy):
            text = N_("{part} is neither insured nor secured. May approve it: {role}.")
            return Text(text, {"part": part, "role": needed.role})
    if needs_another(part, day, policy) and _same(who, case.line.who):
        return Text(
            N_("Who asks does not approve above {floor}: somebody else decides."),
            {"floor": Decimal(policy.four_eyes.at(day))},
        )
    return None


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
