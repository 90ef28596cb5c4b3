"""The worklist: one row a customer with one step, ranked by the euro gained by taking it today.

It is cut where a day's work ends. Who is not on it stands beside it, with the reason and the day on
which it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from data.core.policy.kinds import VERBS
from data.core.policy.rules import Policy
from data.core.texts import Text
from metrics.decide.work.account import Account, Item
from metrics.decide.work.reasons import reasons
from metrics.decide.work.rules import ALONE, AWAY, DONE, Candidate, candidates, resting
from metrics.decide.work.worth import Worth, worth

TODAY, LATER, SMALL = "today", "later", "small"
STATES = (TODAY, LATER, SMALL, ALONE, AWAY, DONE)
"""Where a customer stands: on today's list, beyond a day's work, not worth a step yet, left alone
for a promise or plan, taken off the list, or asked a few days ago."""
_GENTLEST = {verb: place for place, verb in enumerate(VERBS)}


@dataclass(frozen=True)
class Row:
    """A customer on the list or beside it.

    verb, level: the step, '' for none. worth: None of a thank. minutes: that it takes. asks: what
    is asked for; oldest: days that the oldest of it is late. why: in words, each a sentence.
    back_on: of who rests.
    """

    account: Account
    state: str
    verb: str = ""
    level: str = ""
    worth: Worth | None = None
    minutes: int = 0
    asks: Decimal = Decimal(0)
    oldest: int = 0
    why: tuple[Text, ...] = ()
    back_on: date | None = None
    rank: int | None = None

    @property
    def gain(self) -> Decimal | None:
        """The euro gained by acting today; None where it cannot be said."""
        return self.worth.net if self.worth is not None and self.worth.known else None


def asked(account: Account, day: date, policy: Policy) -> tuple[Item, ...]:
    """Return what may be asked for of a customer by the policy."""
    return account.asked(day, policy.ahead_days.at(day), Decimal(policy.small_rest.at(day)))


def row(account: Account, day: date, policy: Policy) -> Row | None:
    """Return the row of a customer, not yet cut to a day's work; None where nothing is to be done.

    Of the steps that may be taken the one with the largest worth is, of equals the gentlest; but
    what has a last day of its own goes first.
    """
    items = asked(account, day, policy)
    found = [
        (step, _worth(account, items, step, day, policy))
        for step in candidates(account, items, day, policy)
    ]
    if not found:
        return None
    step, value = max(found, key=lambda pair: _order(*pair))
    gain = value.net if value is not None and value.known else None
    made = Row(
        account,
        SMALL if gain is not None and gain <= 0 else LATER,
        step.effort.verb,
        step.level,
        value,
        step.effort.minutes,
        sum((one.amount for one in items), Decimal(0)),
        max((one.late(day) for one in items), default=0),
        tuple(reasons(account, items, step, value, day, policy)),
    )
    rest = resting(account, day, policy)
    # no promise and no wish of ours stops the insurer's clock
    if rest is None or (step.effort.verb == "insurer" and rest.state == ALONE):
        return made
    return replace(made, state=rest.state, back_on=rest.back_on, why=(rest.why, *made.why))


def _worth(
    account: Account, items: Sequence[Item], step: Candidate, day: date, policy: Policy
) -> Worth | None:
    if step.effort.verb == "thank":
        return None
    return worth(
        account, items, step.effort, day, policy.asked_days.at(day),
        Decimal(policy.money_percent.at(day)), Decimal(policy.hour_cost.at(day)),
    )  # fmt: skip


def _order(step: Candidate, value: Worth | None) -> tuple[bool, bool, Decimal, int]:
    known = value is not None and value.known
    net = value.net if value is not None else Decimal(0)
    verb = step.effort.verb
    return verb == "insurer", known, net, -_GENTLEST[verb]


def worklist(accounts: Iterable[Account], day: date, policy: Policy, spent: int = 0) -> list[Row]:
    """Return all rows, ranked, those of a day's work as `TODAY`.

    spent: minutes of the day that are gone already. First come those of whom a worth is known, the
    largest first; then who owes what is older than all that is known of, by amount; then thanks,
    the largest growth first. Room is kept for so many of them as the policy says, and for what has
    a last day: the insurer's. What rests has no rank.
    """
    made = [one for one in (row(a, day, policy) for a in accounts) if one is not None]
    waiting = sorted((one for one in made if one.state == LATER), key=_rank)
    budget = policy.work_minutes.at(day) - spent
    # what has a last day of its own does not wait for a better one
    kept = [one for one in waiting if one.verb == "insurer"]
    kept += [one for one in waiting if one.verb == "thank"][: policy.thanks.at(day)]
    budget -= sum(one.minutes for one in kept)
    chosen = {one.account.number for one in kept} if budget >= 0 or not spent else set()
    for one in waiting:
        if one.verb in ("thank", "insurer"):
            continue
        budget -= one.minutes
        if budget < 0:
            break
        chosen.add(one.account.number)
    ranked = [
        replace(one, rank=place, state=TODAY if one.account.number in chosen else LATER)
        for place, one in enumerate(waiting, 1)
    ]
    others = sorted((one for one in made if one.state != LATER), key=_rank)
    return ranked + others


def _rank(one: Row) -> tuple[int, Decimal, Decimal, str]:
    if one.verb == "thank":
        return 2, -(one.account.growth or Decimal(0)), Decimal(0), one.account.number
    gain = one.gain
    if gain is None:
        return 1, -one.asks, Decimal(0), one.account.number
    return 0, -gain, -one.asks, one.account.number
