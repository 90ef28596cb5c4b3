"""The worklist in words: steps, states, and what a worth is made of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dashboards.base.format import NOTHING, Format
from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from dashboards.base.words import time_words, told
from dashboards.charts.said import STATES as PROMISED
from data.core.policy.kinds import VERBS
from data.core.texts import N_
from data.workspace.subjects.work import OUTCOMES, REASONS
from metrics.decide.work.account import Given, Step
from metrics.decide.work.rules import last_step
from metrics.decide.work.today import Row
from metrics.decide.work.worth import Worth

STATES = {
    "today": N_("Today"),
    "later": N_("Beyond a day's work"),
    "small": N_("Not worth a step yet"),
    "alone": N_("Left alone: promised"),
    "away": N_("Off the list for a while"),
    "done": N_("Asked a few days ago"),
}
"""Where a customer stands -> how a reader calls it."""
LISTED = {
    "today": N_("Today"),
    "later": N_("The rest"),
    "away": N_("Comes back"),
    "all": N_("Everything"),
}
"""What can be listed -> how a reader calls it."""


def step_words(verb: str, level: str) -> str:
    """Return what is done; of who is dunned, how.

    >>> step_words("dun", "Formal notice")
    'Dun: Formal notice'
    """
    name = _(VERBS[verb])
    if verb != "dun" or not level:
        return name
    return _("{step}: {level}").format(step=name, level=_(level))


def why_words(row: Row, f: Format) -> str:
    """Return why a customer is on the list, as sentences."""
    return " ".join(told(one, f) for one in row.why)


def last_words(row: Row, f: Format) -> str:
    """Return the last contact: when, by whom, what and what came of it."""
    step = last_step(row.account)
    return contact_words(step, f) if step else ""


def contact_words(step: Step, f: Format) -> str:
    """Return a contact in words."""
    text = _("{day}, {who}: {step}, {outcome}")
    return text.format(
        day=f.day(step.said_on), who=step.who, step=step_words(step.verb, step.level),
        outcome=_(OUTCOMES[step.outcome]),
    )  # fmt: skip


def promise_words(row: Row, f: Format) -> str:
    """Return the last promise, and what became of it."""
    given = max(row.account.said.given, key=lambda one: one.said_on, default=None)
    return given_words(given, f) if given else ""


def given_words(given: Given, f: Format) -> str:
    """Return a promise, and what became of it."""
    text = _("{amount} by {day}, {state}")
    return text.format(
        amount=f.exact(given.amount), day=f.day(given.due_on), state=_(PROMISED[given.state])
    )


def away_words(row: Row) -> str:
    """Return why somebody took the customer off the list; '' where nobody did."""
    away = row.account.said.away
    return _(REASONS[away.reason]) if away and row.state == "away" else ""


def basis_words(value: Worth, view: View) -> str:
    """Return on whose payments the chances rest."""
    if not value.paid:
        return _("nothing: none was open for as long and then paid")
    count = view.f.count(value.paid)
    if not value.level:
        text = n_("its own {count} payment", "its own {count} payments", value.paid)
    elif value.level == "total":
        text = n_("{count} payment of all customers", "{count} payments of all customers",
                  value.paid)  # fmt: skip
    else:
        text = n_("{count} payment of {sector}", "{count} payments of {sector}", value.paid)
        return text.format(count=count, sector=view.short(value.level, value.code))
    return text.format(count=count)


def parts_of(row: Row, view: View) -> Iterator[tuple[str, str]]:
    """Give the numbers that the worth of a step is made of, each with its name."""
    f, value = view.f, row.worth
    if value is None:
        yield _("Worth"), _("a thank has no price: the policy keeps room for it")
        return
    horizon = f.count(view.options.policy.asked_days.at(view.selection.as_of))
    yield _("Asked for"), f.exact(value.amount)
    if value.unknown:
        yield _("of it older than all that is known of"), f.exact(value.unknown)
    yield _("Expected within {days} days if nobody asks").format(days=horizon), f.exact(value.left)
    yield _("Expected if we do"), f.exact(value.asked)
    yield _("Comes sooner"), f.exact(value.sooner)
    yield _("by days, on average"), f.days(value.days) if value.sooner else NOTHING
    yield _("Interest saved"), f.exact(value.interest)
    if value.loss is None:
        yield _("Expected loss avoided"), _("no loss history: no write-off is known")
    else:
        never = f.share(value.never or Decimal(0), 1)
        text = _("{amount} ({share} of it would never be paid)")
        yield _("Expected loss avoided"), text.format(amount=f.exact(value.loss), share=never)
    if value.cover:
        yield _("Insurance saved"), f.exact(value.cover)
    cost = _("{amount} ({time})").format(
        amount=f.exact(value.cost), time=time_words(row.minutes, f)
    )
    yield _("Cost of the step"), cost
    yield _("Gained by acting today"), f.exact(row.gain)
    yield _("The chances rest on"), basis_words(value, view)
