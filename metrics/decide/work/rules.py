"""Which steps may be taken about a customer today, by the rules of the policy and of the relation.

A rule that forbids says so in words, as one that allows does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from data.core.policy.kinds import Effort, Stage
from data.core.policy.rules import Policy
from data.core.texts import N_, Text
from data.workspace.subjects.promise import BROKEN, OPEN, PART
from metrics.decide.stages import stage
from metrics.decide.work.account import Account, Away, Given, Item, Step

GENTLE = ("remind", "call", "insurer", "thank")
"""The steps that are taken about a good customer."""
GROWS = Decimal("0.1")
"""Who buys so much more than a year before grows."""
FRESH = 30
"""A delivery of the last so many days is fresh."""


@dataclass(frozen=True)
class Candidate:
    """A step that may be taken: of which stage of collection, '' for none, and why it may."""

    effort: Effort
    level: str = ""
    why: Text | None = None


@dataclass(frozen=True)
class Resting:
    """Why nobody asks today: state (`alone`, `away` or `done`), until when, and in words."""

    state: str
    back_on: date | None
    why: Text


ALONE, AWAY, DONE = "alone", "away", "done"


def good(account: Account, day: date, policy: Policy) -> bool:
    """Return whether somebody is a good customer: pays about on time, and buys much.

    >>> from data.core.policy.rules import DEFAULTS
    >>> one = Account("1", "One", late=Decimal(4), paid=30, sales=Decimal(60_000))
    >>> good(one, date(2026, 3, 1), DEFAULTS)
    True
    """
    return (
        account.late is not None
        and account.paid >= policy.enough_payments.at(day)
        and account.late <= policy.gentle_days.at(day)
        and account.sales >= policy.gentle_sales.at(day)
    )


def resting(account: Account, day: date, policy: Policy) -> Resting | None:
    """Return why a customer is not on the list on this day; None where it may be.

    Handed over: until it is handed back. Taken off by somebody until a day: until then. A promise
    that is still open, or a plan that is kept so far: until its day is over. Contacted: for as many
    days as the step has, or until a promise given meanwhile is broken.
    """
    handed = account.said.handed_on
    if handed is not None:
        return Resting(AWAY, None, Text(N_("It was handed over on {day}."), {"day": handed}))
    away = account.said.away
    if away is not None and day < away.back_on:
        return _away(away)
    tolerance = policy.promise_days.at(day)
    held = [one for one in account.said.given if one.state == OPEN]
    if held:
        first = min(held, key=lambda one: one.due_on)
        text = N_("It promised {amount} by {day}, and has until then.")
        if first.plan:
            text = N_("It keeps to its plan: {amount} more until {day}.")
        why = Text(text, {"amount": first.missing, "day": first.due_on})
        until = max(one.due_on for one in held) + timedelta(tolerance + 1)
        return Resting(ALONE, until, why)
    last = last_step(account)
    if last is None:
        return None
    effort = effort_of(last.verb, last.said_on, policy)
    back = last.said_on + timedelta(effort.days if effort else 0)
    if day >= back or broken_since(account, last, tolerance) is not None:
        return None
    return Resting(DONE, back, Text(N_("The last step was on {day}."), {"day": last.said_on}))


def _away(away: Away) -> Resting:
    return Resting(AWAY, away.back_on, Text(N_("Taken off the list on {day}."),
                                            {"day": away.said_on}))  # fmt: skip


def last_step(account: Account) -> Step | None:
    """Return the last contact that was made; None where none was."""
    return max(account.said.steps, key=lambda one: one.said_on, default=None)


def broken(account: Account) -> Given | None:
    """Return the promise that was broken last; None where all were kept."""
    found = [one for one in account.said.given if one.state in (BROKEN, PART)]
    return max(found, key=lambda one: one.due_on, default=None)


def broken_since(account: Account, step: Step, tolerance: int) -> Given | None:
    """Return the promise that was broken since a contact; None where none was."""
    one = broken(account)
    over = one is not None and one.due_on + timedelta(tolerance) >= step.said_on
    return one if over else None


def effort_of(verb: str, day: date, policy: Policy) -> Effort | None:
    """Return what a step takes by the policy of a day; None where the policy does not have it."""
    return next((one for one in policy.steps.at(day) if one.verb == verb), None)


def candidates(
    account: Account, items: Sequence[Item], day: date, policy: Policy
) -> list[Candidate]:
    """Return the steps that may be taken, those of GENTLE alone about a good customer.

    items: what may be asked for (`Account.asked`). Nothing is asked of who owes nothing of it.
    """
    gentle = good(account, day, policy)
    found = []
    for verb, level, why in _offered(account, items, day, policy):
        effort = effort_of(verb, day, policy)
        if effort is not None and (verb in GENTLE or not gentle):
            found.append(Candidate(effort, level, why))
    return found


_Offer = tuple[str, str, Text | None]


def _offered(
    account: Account, items: Sequence[Item], day: date, policy: Policy
) -> Iterator[_Offer]:
    late = max((one.late(day) for one in items), default=0)
    since = min((one.due_on for one in items), default=day)
    taken = {one.verb for one in account.said.steps if one.said_on > since}
    left = account.hand_over_left
    near = left is not None and 0 <= left <= policy.insurer_days.at(day)
    if items and left is not None and near and "insurer" not in taken:
        text = N_("The insurer must have the claim by {day}.")
        yield "insurer", "", Text(text, {"day": day + timedelta(left)})
    if items:
        yield from _stages(account, items, day, policy)
        yield "call", "", None
        if taken and "stop" not in taken and late > policy.late_days.at(day):
            yield from _stops(account, day)
    elif _thanked(account, day, policy):
        yield "thank", "", None


def _stages(account: Account, items: Sequence[Item], day: date, policy: Policy) -> Iterator[_Offer]:
    """Give the next stage of collection: never one later than the days allow, and none skipped."""
    stages = policy.stages.at(day)
    oldest = min(items, key=lambda one: one.due_on)
    begun = stage(oldest.due_on, day, policy)
    if begun is None:
        # not yet at the first: a friendly word is all there is
        yield "remind", "", None
        return
    names = [one.stage for one in stages]
    sent = sent_place(account, names, oldest.due_on)
    place = min(names.index(begun.stage), sent + 1)
    if place <= sent:
        return
    why = _next_words(stages, place, sent)
    last = place == len(stages) - 1 and place > 0
    yield ("hand_over" if last else "dun" if place else "remind"), names[place], why


def sent_place(account: Account, names: Sequence[str], since: date) -> int:
    """Return which of these stages was the last that was sent after a day; -1 where none was."""
    known = [
        names.index(one.level)
        for one in account.said.steps
        if one.level in names and one.said_on > since
    ]
    return max(known, default=-1)


def _next_words(stages: Sequence[Stage], place: int, sent: int) -> Text:
    if sent < 0:
        return Text(
            N_("{stage} comes first: none is known of yet."), {"stage": stages[place].stage}
        )
    return Text(
        N_("{before} was sent, {stage} is next."),
        {"before": stages[sent].stage, "stage": stages[place].stage},
    )


def _stops(account: Account, day: date) -> Iterator[_Offer]:
    """Give the stop of deliveries where more goes out than may be owed, or uninsured.

    It comes after asking, never before.
    """
    fresh = account.last_sale is not None and (day - account.last_sale).days <= FRESH
    if not fresh and account.orders <= 0:
        return
    if account.headroom is not None and account.headroom - account.orders < 0:
        over = account.orders - account.headroom
        yield "stop", "", Text(N_("It is {amount} over its limit, and still buys."),
                               {"amount": over})  # fmt: skip
    elif account.insured > 0 and account.days_left is not None and account.days_left < 0:
        yield "stop", "", Text(N_("What is delivered now is not insured, and it still buys."))


def _thanked(account: Account, day: date, policy: Policy) -> bool:
    """Return whether somebody paid on time in each quarter of a year, buys much, and grows."""
    return (
        good(account, day, policy)
        and account.growth is not None
        and account.growth >= GROWS
        and bool(account.quarters)
        and all(one is not None and one <= 0 for one in account.quarters)
        and account.last_sale is not None
        and (day - account.last_sale).days <= 2 * FRESH
    )
