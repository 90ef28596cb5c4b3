"""Whom to hand over for collection: points that add up from parts, each of them visible.

Age and amount of what is overdue speak for it; relationship and sales against it, since a good
customer is asked first. What may not be handed over is never a candidate, whatever its points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from data.core.policy.rules import Policy
from data.core.texts import N_, Text
from data.workspace.subjects.promise import BROKEN, KEPT, PART
from metrics.decide.work.account import Account, Item, overdue
from metrics.decide.work.rules import DONE, resting

_YEAR = 365
NOTHING_LATE = N_("Nothing of it is overdue that is neither disputed nor paid already.")


@dataclass(frozen=True)
class Points:
    """The parts: age and amount from 0 up, relation and sales from 0 down."""

    age: int
    amount: int
    relation: int
    sales: int

    @property
    def total(self) -> int:
        """What they add up to."""
        return self.age + self.amount + self.relation + self.sales


@dataclass(frozen=True)
class Candidate:
    """A customer that may be handed over.

    overdue: without what is disputed and what is unapplied, in the reporting currency; oldest: days
    that the oldest of it is late. years: since its first invoice; kept, judged: of its promises.
    last_day: by which the insurer must have the claim; None unless that day is near.
    """

    account: Account
    points: Points
    overdue: Decimal
    oldest: int
    years: Decimal
    kept: int
    judged: int
    last_day: date | None = None

    @property
    def urgent(self) -> bool:
        """Whether the insurer's last day is near."""
        return self.last_day is not None


def points(
    oldest: int, amount: Decimal, years: Decimal, kept: int, judged: int, sales: Decimal,
    day: date, policy: Policy,
) -> Points:  # fmt: skip
    """Return the points of each part, whole ones.

    oldest: days overdue. years: a customer. kept, judged: promises kept, of those that are over.
    sales: of 12 months.

    >>> from data.core.policy.rules import DEFAULTS
    >>> one = points(60, Decimal(8000), Decimal(5), 1, 2, Decimal(25_000), date(2026, 3, 1),
    ...              DEFAULTS)
    >>> one, one.total
    (Points(age=25, amount=40, relation=-15, sales=-10), 40)
    """
    most = policy.handed_points.at(day)
    loyal = _part(years, policy.handed_years.at(day))
    true = Decimal(kept) / judged if judged else Decimal(0)
    return Points(
        _whole(most["age"] * _part(Decimal(oldest), policy.handed_days.at(day))),
        _whole(most["amount"] * _part(amount, policy.handed_amount.at(day))),
        -_whole(most["relation"] * (loyal + true) / 2),
        -_whole(most["sales"] * _part(sales, policy.handed_sales.at(day))),
    )


def _part(value: Decimal, full: int | Decimal) -> Decimal:
    """Return which part of `full` a value is, from 0 to 1."""
    return min(max(value, Decimal(0)) / full, Decimal(1))


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def late_items(account: Account, day: date, policy: Policy) -> tuple[Item, ...]:
    """Return what is overdue and neither disputed nor, by what is unapplied, paid already."""
    asked = account.asked(day, 0, Decimal(policy.small_rest.at(day)))
    return tuple(one for one in asked if one.late(day) > 0)


def barred(account: Account, day: date, policy: Policy) -> Text | None:
    """Return why a customer may not be handed over; None where it may.

    Nothing of it is overdue, or all is disputed; it was handed over already; it promised or keeps
    to a plan; somebody took it off the worklist until a day. That it was asked a few days ago does
    not matter.
    """
    if not late_items(account, day, policy):
        return Text(NOTHING_LATE)
    rest = resting(account, day, policy)
    return None if rest is None or rest.state == DONE else rest.why


def weighed(
    accounts: Iterable[Account], since: Mapping[str, date], day: date, policy: Policy
) -> list[Candidate]:
    """Return all that may be handed over with their points, in the order of `_order`.

    since: customer -> the day of its first invoice.
    """
    made = (
        _weighed(one, since.get(one.number), day, policy)
        for one in accounts
        if barred(one, day, policy) is None
    )
    return sorted(made, key=_order)


def candidates(found: Iterable[Candidate], day: date, policy: Policy) -> list[Candidate]:
    """Return those with as many points as the policy wants, and the urgent ones, in their order."""
    least = policy.handed_from.at(day)
    return [one for one in found if one.urgent or one.points.total >= least]


def _weighed(account: Account, since: date | None, day: date, policy: Policy) -> Candidate:
    items = late_items(account, day, policy)
    amount, oldest = overdue(items, day), max(one.late(day) for one in items)
    years = Decimal((day - since).days if since else 0) / _YEAR
    states = [one.state for one in account.said.given]
    kept = states.count(KEPT)
    judged = kept + states.count(BROKEN) + states.count(PART)
    left = account.hand_over_left
    near = left is not None and 0 <= left <= policy.insurer_days.at(day)
    return Candidate(
        account,
        points(oldest, amount, years, kept, judged, account.sales, day, policy),
        amount, oldest, years, kept, judged,
        day + timedelta(left) if left is not None and near else None,
    )  # fmt: skip


def _order(one: Candidate) -> tuple[date, int, Decimal, str]:
    """Order what has a last day by it, then by points, amount and number."""
    return one.last_day or date.max, -one.points.total, -one.overdue, one.account.number
