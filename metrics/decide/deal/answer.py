"""The answer to a deal, the smallest changes that turn it, and what differs in one thing.

Every change is proved by computing the answer with it: see `least`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from data.core.policy.kinds import Level
from data.core.policy.rules import Policy
from data.core.texts import N_, Text
from metrics.decide.approval import approver
from metrics.decide.deal.deal import CENT, Deal, Known
from metrics.decide.deal.margin import Return, returned, waiting_days
from metrics.decide.deal.tested import (
    PASSES,
    Tested,
    days_after,
    passes,
    tests,
    unsecured_after,
)

YES, PART, ADVANCE, NO = "yes", "part", "advance", "no"


@dataclass(frozen=True)
class Effect:
    """What the answered deal does to the books.

    dso_before, dso_after: of all customers over 12 months, None where there are no sales. cash:
    what is out until it is paid; waited: how many days on average. exposure, headroom: of the
    customer, after it.
    """

    dso_before: Decimal | None
    dso_after: Decimal | None
    cash: Decimal
    waited: Decimal
    exposure: Decimal
    headroom: Decimal | None


@dataclass(frozen=True)
class Answer:
    """What the rules say of a deal.

    answer: of YES, PART, ADVANCE, NO. tests: of the deal as it was asked. granted: the deal as it
    may be made, with what is paid in advance; None where it may not. paid_on, earliest, latest: the
    expected day of payment with its range, None where nothing is on credit or too few payments are
    known. automatic: nobody need decide: every test holds for the deal as it was asked, and it is
    no more than the policy lets the rules decide alone. approver: who may approve it where somebody
    must; None where nobody need, or nobody may.
    """

    deal: Deal
    known: Known
    answer: str
    tests: tuple[Tested, ...]
    granted: Deal | None
    returns: Return | None
    effect: Effect | None
    paid_on: date | None
    earliest: date | None
    latest: date | None
    approver: Level | None
    automatic: bool = False

    @property
    def says(self) -> Text:
        """The answer as one sentence."""
        if self.granted is None:
            failed = next(one for one in self.tests if one.name == "return")
            return Text(N_("No: it would lose {amount}, even if all of it were paid in advance."),
                        {"amount": -(failed.number or Decimal(0))})  # fmt: skip
        credit, advance = self.granted.credit, self.granted.advance
        values = {"credit": credit, "advance": advance}
        if self.answer == ADVANCE:
            return Text(N_("Not on credit: all of it, {advance}, in advance."), values)
        if self.answer == PART:
            return Text(N_("Yes, in part: {credit} on credit, {advance} in advance."), values)
        if advance:
            return Text(N_("Yes, as asked: {credit} on credit, {advance} in advance."), values)
        return Text(N_("Yes, all of it on credit: {credit}."), values)


def least(holds: Callable[[Decimal], bool], most: Decimal, step: Decimal = CENT) -> Decimal | None:
    """Return the least of step, 2 steps ... most that holds; None where most does not.

    Of what holds from some amount on: then one step less does not hold.

    >>> least(lambda amount: amount >= Decimal("14.2"), Decimal(100))
    Decimal('14.20')
    """
    high = int(most / step)
    if high < 1 or not holds(high * step):
        return None
    low = 0  # does not hold, or is not asked about
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle * step) else (middle, high)
    return high * step


def decide(deal: Deal, known: Known, policy: Policy) -> Answer:
    """Return what the rules of a policy say of a deal, with their reasons."""
    answer, granted = YES, deal
    if not passes(deal, known, policy):
        more = least(
            lambda more: passes(replace(deal, advance=deal.advance + more), known, policy),
            deal.credit,
        )
        if more is None:
            return Answer(deal, known, NO, tests(deal, known, policy), None,
                          returned(deal, known, policy), None, None, None, None, None)  # fmt: skip
        granted = replace(deal, advance=deal.advance + more)
        answer = PART if granted.credit else ADVANCE
    asked = tests(deal, known, policy)
    alone = (
        answer == YES
        and deal.amount <= policy.automatic_amount.at(known.as_of)
        and all(one.verdict == PASSES for one in asked)
    )
    part = unsecured_after(granted, known)
    day, early, late = _expected(granted, known)
    return Answer(
        deal, known, answer, asked, granted,
        returned(granted, known, policy), _effect(granted, known), day, early, late,
        None if alone or not granted.credit else approver(part, known.as_of, policy), alone,
    )  # fmt: skip


def _expected(deal: Deal, known: Known) -> tuple[date | None, date | None, date | None]:
    late = known.lateness
    if not deal.credit or late is None:
        return None, None, None
    if deal.discount:
        day = days_after(known.as_of, waiting_days(deal, known))
        return day, day, day

    def after(days: Decimal | None) -> date | None:
        if days is None:
            return None
        return days_after(known.as_of, max(deal.terms + days, Decimal(0)))

    return after(late.days), after(late.low), after(late.high)


def _effect(deal: Deal, known: Known) -> Effect:
    def dso(owed: Decimal, sold: Decimal) -> Decimal | None:
        return owed * known.window_days / sold if sold > 0 else None

    taken = known.owed + known.coming + deal.orders + deal.credit
    return Effect(
        dso_before=dso(known.receivables, known.sales),
        dso_after=dso(known.receivables + deal.credit, known.sales + deal.amount),
        cash=deal.credit,
        waited=waiting_days(deal, known) if deal.credit else Decimal(0),
        exposure=known.exposure + known.own_coming + deal.orders + deal.credit,
        headroom=None if known.limit is None else known.limit - taken,
    )


@dataclass(frozen=True)
class Change:
    """One change after which the deal is granted as it was asked, and a step less is not.

    what: paid, amount, terms or cost; by: how much of it, in money or days. deal, known: with it.
    """

    what: str
    by: Decimal
    deal: Deal
    known: Known

    @property
    def says(self) -> Text:
        """The change as a sentence."""
        value: object = int(self.by) if self.what == "terms" else self.by
        return Text(_CHANGES[self.what], {"by": value})


_CHANGES = {
    "paid": N_("With {by} less open, all of it as asked."),
    "amount": N_("For {by} less, all of it as asked."),
    "terms": N_("With terms {by} days shorter, all of it as asked."),
    "cost": N_("With {by} more margin, all of it as asked."),
}


def _turned(change: Callable[[Decimal], tuple[Deal, Known]], policy: Policy, by: Decimal) -> bool:
    deal, known = change(by)
    return passes(deal, known, policy)


def smallest_changes(deal: Deal, known: Known, policy: Policy) -> tuple[Change, ...]:
    """Return the smallest change of each kind that turns the answer; () where it is yes.

    Kinds by which alone it cannot be turned are left out.
    """
    if passes(deal, known, policy):
        return ()
    made: dict[str, tuple[Callable[[Decimal], tuple[Deal, Known]], Decimal, Decimal]] = {
        "paid": (lambda by: (deal, known.paying(by)), max(known.owed, Decimal(0)), CENT),
        "amount": (lambda by: (deal.smaller(by), known), deal.amount - CENT, CENT),
        "terms": (
            lambda by: (replace(deal, terms=deal.terms - int(by)), known),
            Decimal(deal.terms), Decimal(1),
        ),
    }  # fmt: skip
    if deal.cost:
        cost = deal.cost
        made["cost"] = (lambda by: (replace(deal, cost=cost - by), known), cost, CENT)
    found = []
    for what, (change, most, step) in made.items():
        by = least(partial(_turned, change, policy), most, step)
        if by is not None:
            found.append(Change(what, by, *change(by)))
    return tuple(found)


@dataclass(frozen=True)
class Alternative:
    """The same deal but for one thing: `differs` says which."""

    differs: Text
    answer: Answer


_TERMS = (30, 60)
_CASH = Decimal(2)
_INSTALMENTS = 3


def alternatives(deal: Deal, known: Known, policy: Policy) -> tuple[Alternative, ...]:
    """Return the deal as it was asked, and others that differ from it in one thing each."""
    others = [(Text(N_("As asked")), deal)]
    others += [
        (Text(N_("{days} days"), {"days": days}), replace(deal, terms=days))
        for days in _TERMS
        if days != deal.terms
    ]
    if not deal.advance and deal.amount >= 2 * CENT:
        half = (deal.amount / 2).quantize(CENT)
        others.append((Text(N_("Half in advance")), replace(deal, advance=half)))
    if deal.discount:
        others.append((Text(N_("Without discount")), replace(deal, discount=Decimal(0))))
    elif deal.terms > deal.discount_days:
        text = Text(N_("{percent} % for payment within {days} days"),
                    {"percent": _CASH, "days": deal.discount_days})  # fmt: skip
        others.append((text, replace(deal, discount=_CASH)))
    if deal.instalments == 1 and deal.terms >= _INSTALMENTS:
        others.append((Text(N_("Three instalments")), replace(deal, instalments=_INSTALMENTS)))
    return tuple(Alternative(text, decide(one, known, policy)) for text, one in others)
