"""What became of a decision: whether it still holds, and what its customer was invoiced since.

Pure: from what was kept, and what is known today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from data.core.policy.rules import Policy
from data.core.texts import N_
from metrics.decide.deal.answer import Answer
from metrics.decide.deal.deal import Deal, Known
from metrics.decide.deal.margin import waiting_days
from metrics.decide.deal.tested import FAILS, Tested, tests

_HUNDRED = Decimal(100)

FIGURES: Mapping[str, tuple[str, str]] = {
    "amount": (N_("Amount"), "money"),
    "terms": (N_("Terms"), "days"),
    "discount": (N_("Discount"), "percent"),
    "advance": (N_("In advance"), "money"),
    "instalments": (N_("Instalments"), "count"),
    "cost": (N_("Cost of the goods"), "money"),
    "orders": (N_("Orders not yet invoiced"), "money"),
    "security": (N_("Other security"), "money"),
    "limit": (N_("Credit limit"), "money"),
    "owed": (N_("Owed with the deal"), "money"),
    "insured": (N_("Insured"), "money"),
    "insured_percent": (N_("Share that the insurer bears"), "percent"),
    "waiting": (N_("Days until it is paid"), "days"),
    "chance": (N_("Chance of being paid, %"), "percent"),
    "kept": (N_("Sales that are not credited, %"), "percent"),
}
"""What a decision rests on -> how a reader calls it, and its unit.

Figures that stand near zero are counted so that a trifle is none: what is owed with the deal on top
of it, lateness with the terms before it, and what is lost or credited as what is not.
"""


def figures(deal: Deal, known: Known) -> dict[str, Decimal | None]:
    """Return what a decision about a deal rests on, by the names of FIGURES; None: not known."""
    return {
        "amount": deal.amount,
        "terms": Decimal(deal.terms),
        "discount": deal.discount,
        "advance": deal.advance,
        "instalments": Decimal(deal.instalments),
        "cost": deal.cost,
        "orders": deal.orders,
        "security": deal.security,
        "limit": known.limit,
        "owed": known.owed + known.coming + deal.orders + deal.credit,
        "insured": known.insured,
        "insured_percent": known.insured_percent,
        "waiting": waiting_days(deal, known) if known.lateness else None,
        "chance": None if known.loss is None else (1 - known.loss) * _HUNDRED,
        "kept": (1 - known.credited) * _HUNDRED,
    }


@dataclass(frozen=True)
class Changed:
    """A figure that is no longer what a decision rests on.

    name: of FIGURES. by: the change in percent of what it was; None where there was nothing before,
    or where it is not known any more. failed: the test that fails now and did not then, by its
    name: there before and now are None.
    """

    name: str
    before: Decimal | None
    now: Decimal | None
    by: Decimal | None = None
    failed: Tested | None = None


def changed(
    then: Mapping[str, Decimal | None], now: Mapping[str, Decimal | None], percent: Decimal
) -> tuple[Changed, ...]:
    """Return the figures that changed by more than so many percent of what they were.

    From or to nothing is more than any percentage.

    >>> one = changed({"amount": Decimal(100)}, {"amount": Decimal(111)}, Decimal(10))
    >>> [(c.name, str(c.by)) for c in one], changed({"a": one[0].now}, {"a": one[0].now}, one[0].by)
    ([('amount', '11')], ())
    """
    found = []
    for name, before in then.items():
        after = now[name]
        if before == after:
            continue
        if before is None or after is None or not before:
            found.append(Changed(name, before, after))
        elif abs(after - before) * _HUNDRED > percent * abs(before):
            found.append(Changed(name, before, after, (after - before) * _HUNDRED / abs(before)))
    return tuple(found)


def void_by(
    kept: Answer, approved: Deal, now: Deal, known: Known, policy: Policy
) -> tuple[Changed, ...]:
    """Return what makes a decision void, by what the policy allows today; () where it holds.

    kept: what it rests on. approved: the deal that was approved, or asked where nothing is decided
    yet. now: the deal as it is made. known: of today. Besides figures that changed, a test that
    fails now: unless the approved deal failed it then, which somebody chose to allow.
    """
    found = changed(
        figures(approved, kept.known),
        figures(now, known),
        Decimal(policy.decision_percent.at(known.as_of)),
    )
    less = kept.granted is None or approved.advance < kept.granted.advance
    allowed = {one.name for one in kept.tests if less and one.verdict == FAILS}
    failed = (
        Changed(one.name, None, None, failed=one)
        for one in tests(now, known, policy)
        if one.verdict == FAILS and one.name not in allowed
    )
    return (*found, *failed)


@dataclass(frozen=True)
class Invoice:
    """An invoice, of which by a day so much is paid, written off and open.

    paid_on: the last day on which money came; None: none did. ordered_on: None where it is not
    known.
    """

    issued_on: date
    amount: Decimal
    paid: Decimal
    lost: Decimal
    open: Decimal
    paid_on: date | None
    ordered_on: date | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a deal that was approved, by the ledger.

    amount: of the deal. first_on: the first invoice; paid_on: the last payment of them; ordered_on:
    the first order of them that is known.
    """

    amount: Decimal
    invoiced: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)
    open: Decimal = Decimal(0)
    first_on: date | None = None
    paid_on: date | None = None
    ordered_on: date | None = None

    def carried_out(self, percent: Decimal) -> bool:
        """Return whether it is invoiced, but for what the amount may differ by."""
        return self.invoiced * _HUNDRED >= self.amount * (_HUNDRED - percent)


@dataclass(frozen=True)
class Followed:
    """A deal that was approved: of which amount, on figures of which day, until when it holds."""

    amount: Decimal
    since: date
    until: date | None = None


def outcomes(deals: Sequence[Followed], invoices: Iterable[Invoice]) -> list[Outcome]:
    """Return what became of a customer's deals: the invoices of each, until it is full.

    deals: as they were decided. invoices: the oldest first. Which of them are of a deal no ledger
    says, so each counts for the first deal that it may be of and that is not full; for one only.
    """
    found = [Outcome(one.amount) for one in deals]
    for one in invoices:
        for place, deal in enumerate(deals):
            inside = deal.since < one.issued_on and not (deal.until and one.issued_on > deal.until)
            if inside and found[place].invoiced < deal.amount:
                found[place] = _with(found[place], one)
                break
    return found


def _with(found: Outcome, one: Invoice) -> Outcome:
    days = [day for day in (found.paid_on, one.paid_on) if day is not None]
    orders = [day for day in (found.ordered_on, one.ordered_on) if day is not None]
    return replace(
        found,
        invoiced=found.invoiced + one.amount,
        paid=found.paid + one.paid,
        lost=found.lost + one.lost,
        open=found.open + one.open,
        first_on=found.first_on or one.issued_on,
        paid_on=max(days, default=None),
        ordered_on=min(orders, default=None),
    )


def before_it(known: Known, since: Outcome, approved: Deal) -> Known:
    """Return what would be known today had nothing of the deal been invoiced yet."""
    used = min(since.open, approved.credit)
    return replace(known, owed=known.owed - used, exposure=known.exposure - used)
