"""Why a customer is on the list, in words made of the same numbers as its worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from data.core.policy.rules import Policy
from data.core.texts import N_, NN_, Text
from metrics.decide.work.account import Account, Item, overdue
from metrics.decide.work.rules import Candidate, broken, good
from metrics.decide.work.worth import Worth


def reasons(
    account: Account, items: Sequence[Item], step: Candidate, value: Worth | None, day: date,
    policy: Policy,
) -> Iterator[Text]:  # fmt: skip
    """Give the sentences, what weighs most first."""
    if step.effort.verb == "thank":
        yield Text(
            N_("Paid on time in each quarter of 12 months, and buys {percent} % more than a year "
               "before."),
            {"percent": _percent(account.growth or Decimal(0))},
        )  # fmt: skip
        return
    late = overdue(items, day)
    if late > 0:
        days = max(one.late(day) for one in items)
        text = NN_("{amount} is overdue, the oldest for {count} day.",
                   "{amount} is overdue, the oldest for {count} days.")  # fmt: skip
        yield Text(text, {"amount": late, "count": days})
    else:
        first = min(one.due_on for one in items)
        text = N_("{amount} falls due from {day} on, and it usually pays late.")
        yield Text(text, {"amount": sum((one.amount for one in items), Decimal(0)), "day": first})
    if step.why is not None:
        yield step.why
    gone = broken(account)
    if gone is not None and (day - gone.due_on).days <= _RECENT:
        text = N_("It promised {amount} by {day} and did not pay {missing} of it.")
        yield Text(text, {"amount": gone.amount, "day": gone.due_on, "missing": gone.missing})
    if value is not None and step.effort.verb == "insurer":
        text = N_("What is never paid of it, {amount} as expected, the insurer bears only then.")
        yield Text(text, {"amount": value.cover})
    elif value is not None:
        yield from _worth_words(value, policy.asked_days.at(day))
    if good(account, day, policy):
        usual = account.late or Decimal(0)
        if usual > 0:
            text = N_(
                "A good customer, {days} days late as a rule: asked gently, no more than a "
                "reminder."
            )
            yield Text(text, {"days": round(usual, 1)})
        else:
            yield Text(
                N_("A good customer, on time as a rule: asked gently, no more than a reminder.")
            )
    if account.disputed > 0:
        yield Text(N_("{amount} is disputed and not asked for."), {"amount": account.disputed})


_RECENT = 120
"""A promise that was broken longer ago is no reason any more."""


def _worth_words(value: Worth, horizon: int) -> Iterator[Text]:
    if not value.known:
        yield Text(N_("It is open for longer than all that is known of, so no chance is said."))
        return
    base = value.amount - value.unknown
    text = N_("Of it {left} % is paid within {horizon} days if nobody asks, {asked} % if we do.")
    numbers = {"left": _percent(value.left / base), "asked": _percent(value.asked / base)}
    yield Text(text, {**numbers, "horizon": horizon})


def _percent(share: Decimal) -> int:
    return round(share * 100)
