"""What the rules of the desk cost: both errors of a credit policy, side by side, in money.

A rule that holds a deal which is paid after all cost time, or the sale; one that lets a deal pass
which is lost cost the money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from metrics.decide.deal.standing import Outcome
from metrics.decide.deal.tested import PASSES

ALL = "all"
"""All rules together: a deal is held by any of them, and passes where every one lets it."""


@dataclass(frozen=True)
class Judged:
    """A deal that was asked: what each test said, by its name; outcome None where not approved."""

    amount: Decimal
    verdicts: Mapping[str, str]
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Bill:
    """What one rule did, of the deals that were asked.

    held, held_amount: deals that it did not let pass. made: of those, approved all the same;
    made_paid: what was paid of them after all; made_lost: what was lost. passed, passed_amount:
    what it let pass; lost: what was lost of that once it was approved.
    """

    rule: str
    held: int = 0
    held_amount: Decimal = Decimal(0)
    made: int = 0
    made_paid: Decimal = Decimal(0)
    made_lost: Decimal = Decimal(0)
    passed: int = 0
    passed_amount: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)


def bill(deals: Iterable[Judged]) -> list[Bill]:
    """Return the bill of each rule, in the order of the tests, and of ALL at the end; [] of none.

    >>> paid = Outcome(Decimal(9), Decimal(9), paid=Decimal(9))
    >>> lost = Outcome(Decimal(5), Decimal(5), lost=Decimal(5))
    >>> one, _all = bill([Judged(Decimal(9), {"terms": "asks"}, paid),
    ...                   Judged(Decimal(5), {"terms": PASSES}, lost)])
    >>> one.held, str(one.made_paid), one.passed, str(one.lost)
    (1, '9', 1, '5')
    """
    every = list(deals)
    rules = list(dict.fromkeys(name for one in every for name in one.verdicts))
    return [_of(rule, every) for rule in [*rules, ALL]] if rules else []


def _of(rule: str, deals: Iterable[Judged]) -> Bill:
    held: list[Judged] = []
    passed: list[Judged] = []
    for one in deals:
        said = set(one.verdicts.values()) if rule == ALL else {one.verdicts.get(rule)} - {None}
        if said:
            (passed if said == {PASSES} else held).append(one)
    made = [one.outcome for one in held if one.outcome]
    return Bill(
        rule,
        held=len(held),
        held_amount=_sum(one.amount for one in held),
        made=len(made),
        made_paid=_sum(one.paid for one in made),
        made_lost=_sum(one.lost for one in made),
        passed=len(passed),
        passed_amount=_sum(one.amount for one in passed),
        lost=_sum(one.outcome.lost for one in passed if one.outcome),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
