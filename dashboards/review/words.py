"""The month in a paragraph: made from its figures alone, each number linked to its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from dash import dcc
from dash.development.base_component import Component

from dashboards.base.format import Format, Number
from dashboards.base.i18n import _, n_
from dashboards.base.view import NoRows, NotEnough, View
from dashboards.charts.bridge import bridge_of, sentence
from dashboards.charts.forecast import Made, made_of
from dashboards.charts.restated import restated_words
from dashboards.review.month import (
    DSO,
    GROUPS,
    INVOICED,
    LOSS,
    OVERDUE,
    RECEIVABLES,
    RECEIVED,
    Few,
    Month,
    Moves,
    Why,
    began,
    first_weeks,
    month_of,
    waiting,
)
from data.core.errors import EngineError
from metrics.asking.ledger import month_end
from metrics.decide.deal.cases import Case

Words = list[Component | str]
_LEAST_DAYS, _LEAST_SHARE = 0.05, 0.005


def linked(template: str, **values: tuple[str, str]) -> Words:
    """Return a translated sentence with the values in its {places} as links: name=(text, address).

    >>> linked("It is {day}.", day=("Monday", "/x"))
    ['It is ', Link(children='Monday', href='/x'), '.']
    """
    pieces = re.split(r"\{(\w+)\}", template)
    return [
        dcc.Link(values[p][0], href=values[p][1]) if n % 2 else p for n, p in enumerate(pieces) if p
    ]


def _size(value: Number) -> Decimal:
    return abs(Decimal(str(value)))


def paragraph(view: View) -> Words:
    """Return the month in words."""
    return [one for part in month_words(view) for one in (*part, " ")]


def next_words(view: View) -> Words:
    """Return what happens next, and what waits for those who read this."""
    return [one for part in coming_words(view) for one in (*part, " ")]


def month_words(view: View) -> list[Words]:
    """Return what is said of the month, one matter each."""
    month = month_of(view)
    parts = (
        _balance(view, month), _days(view, month), _late(view, month), _loss(view, month),
        restated_words(view),
    )  # fmt: skip
    return [part for part in parts if part]


def coming_words(view: View) -> list[Words]:
    """Return what is said of what comes, one matter each."""
    return [part for part in (_ahead(view), _asks(view)) if part]


def plain(said: Words) -> str:
    """Return a text without its links, as a file has it.

    >>> plain(linked("It is {day}.", day=("Monday", "/x")))
    'It is Monday.'
    """
    return "".join(part if isinstance(part, str) else str(part.children) for part in said).strip()


def _balance(view: View, month: Month) -> Words:
    f = view.f
    since = began(month.day).isoformat()
    values = {
        "amount": (f.money(month.now[RECEIVABLES]), view.link("/aging")),
        "invoiced": (
            f.money(month.now[INVOICED]), view.link("/changes", since=since, what="invoiced")
        ),
        "received": (
            f.money(month.now[RECEIVED]), view.link("/changes", since=since, what="received")
        ),
    }  # fmt: skip
    change = month.change(RECEIVABLES, 1)
    known = month.now[INVOICED] is not None
    day = ("{day}", f.day(month.day))
    if change is None:
        text = _("On {day} receivables are {amount}")
    elif change > 0:
        text = _("On {day} receivables are {amount}, {change} more than a month before")
    elif change < 0:
        text = _("On {day} receivables are {amount}, {change} less than a month before")
    else:
        text = _("On {day} receivables are {amount}, as a month before")
    if known:
        text += _(": {invoiced} was invoiced in the month, and {received} came in")
    if change:
        values["change"] = (f.money(_size(change)), view.link("/changes", since=since))
    named = {name: value for name, value in values.items() if f"{{{name}}}" in text}
    return linked(text.replace(*day) + ".", **named)


def _days(view: View, month: Month) -> Words:
    f, now = view.f, month.now[DSO]
    if now is None:
        return [_("DSO cannot be said: the three months before have no sales, or are not known.")]
    said = linked(
        _("DSO over three months is {days} days"),
        days=(f.days(now), view.link("/dso")),
    )
    target = month.targets.get(DSO)
    if target is not None:
        off = float(now) - float(target)
        text = (
            _(", {off} above the target of {target}") if off > _LEAST_DAYS
            else _(", {off} below the target of {target}") if off < -_LEAST_DAYS
            else _(", on the target of {target}")
        )  # fmt: skip
        said.append(text.format(off=f.days(abs(off)), target=f.days(target, 0)))
    ago = month.change(DSO, 12)
    if ago is not None:
        text = (
            _("; {days} more than a year ago") if ago > _LEAST_DAYS
            else _("; {days} fewer than a year ago") if ago < -_LEAST_DAYS
            else _("; as a year ago")
        )  # fmt: skip
        said.append(text.format(days=f.days(_size(ago))))
    said.append(". ")
    try:
        why = sentence(bridge_of(view, GROUPS, 1).total, 1, f)
    except (NoRows, NotEnough, EngineError):  # a cluster does not compare two days
        return said
    return [*said, dcc.Link(why, href=view.link("/dso", back="1"), className="why"), "."]


def _late(view: View, month: Month) -> Words:
    f, now = view.f, month.now[OVERDUE]
    if now is None:
        return []
    link = view.link("/customers", **{"customers.sort": "overdue.desc"})
    change = month.change(OVERDUE, 1)
    text = _("{share} of what is open is overdue")
    if change is not None:
        text = (
            _("{share} of what is open is overdue, {points} points more than a month before")
            if change > _LEAST_SHARE
            else _("{share} of what is open is overdue, {points} points less than a month before")
            if change < -_LEAST_SHARE
            else _("{share} of what is open is overdue, as a month before")
        )
    points = f.number(_size(change or 0) * 100, 0)
    return linked(text.replace("{points}", points) + ".", share=(f.share(now), link))


def _loss(view: View, month: Month) -> Words:
    f, now, link = view.f, month.now[LOSS], view.link("/expected-loss")
    if now is None:
        return linked(_("What will be lost of what is open cannot be said: there is {history}."),
                      history=(_("no loss history"), link))  # fmt: skip
    change = month.change(LOSS, 1)
    if not change:
        text = _("{amount} of what is open is expected to be lost.")
        return linked(text, amount=(f.money(now), link))
    text = (
        _("{amount} of what is open is expected to be lost, {change} more than a month before.")
        if change > 0
        else _(
            "{amount} of what is open is expected to be lost, {change} less than a month before."
        )
    )
    moved = (f.money(_size(change)), view.link("/expected-loss", back="1"))
    return linked(text, amount=(f.money(now), link), change=moved)


def _ahead(view: View) -> Words:
    """Say what is expected to come in."""
    try:
        amount = first_weeks(made_of(view))
    except NoRows:
        return []
    return linked(
        _("In the next four weeks {amount} is expected to come in."),
        amount=(view.f.money(amount), view.link("/forecast")),
    )


def _asks(view: View) -> Words:
    """Say what waits for those who read this."""
    found, f = waiting(view), view.f
    if not found:
        return [_("No decision waits for you.")]
    amount = sum((one.asked.amount for one in found), Decimal(0))
    text = n_("{count} decision waits, over {amount}.", "{count} decisions wait, over {amount}.",
              len(found))  # fmt: skip
    return linked(
        text.replace("{amount}", f.money(amount)),
        count=(f.count(len(found)), view.link("/deal")),
    )


def months_measure(month: Month, f: Format) -> str:
    """Return what the figures of the month are beside: a part of a month beside such parts."""
    if month.day == month_end(month.day):
        text = _("The month beside the one before and the same of a year before, {currency}")
    else:
        text = _("A part of a month beside the same part of the others, {currency}")
    return text.format(currency=f.currency)


def balance_title(month: Month, f: Format) -> str:
    """Return what receivables did."""
    moved, amount = month.change(RECEIVABLES, 1), f.money(month.now[RECEIVABLES])
    if not moved:
        return _("Receivables are {amount}").format(amount=amount)
    text = _("Receivables rose to {amount}") if moved > 0 else _("Receivables fell to {amount}")
    return text.format(amount=amount)


def worth_title(why: Why, f: Format) -> str:
    """Return what the change of DSO is worth."""
    if why.whole is None:
        return _("What the change of DSO is worth")
    text = (
        _("{amount} more waits to be paid than a month before")
        if why.whole.cash > 0
        else _("{amount} less waits to be paid than a month before")
    )
    return text.format(amount=f.money(abs(why.whole.cash)))


def moves_title(moves: Moves, f: Format) -> str:
    """Return from where to where receivables went, and what moved them most."""
    whole = moves.whole
    text = _("From {opening} to {closing}: {invoiced} invoiced, {received} received")
    return text.format(
        opening=f.money(whole["opening"]), closing=f.money(whole["closing"]),
        invoiced=f.money(whole["invoiced"]), received=f.money(-whole["received"]),
    )  # fmt: skip


def ahead_title(made: Made, f: Format) -> str:
    """Return what is expected to come in."""
    amount = f.money(first_weeks(made))
    return _("{amount} is expected in the next four weeks").format(amount=amount)


def few_title(few: Few, f: Format) -> str:
    """Return how much hangs on the five largest customers."""
    share = f.share(few.rows[0]["top_5_share"])
    return _("The five largest customers owe {share}").format(share=share)


def asks_title(waits: Sequence[Case], f: Format) -> str:
    """Return how many decisions wait."""
    title = n_("{count} decision waits", "{count} decisions wait", len(waits))
    return title.format(count=f.count(len(waits)))


def late_title(view: View) -> str:
    """Return how much of what is open is overdue."""
    said = _late(view, month_of(view))
    return plain(said).removesuffix(".") if said else _("Nothing is open")
