"""The sentence and the two panels of the page: who is proposed, and what became of the others."""

from __future__ import annotations

from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.format import NOTHING
from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import ListRef, View
from dashboards.base.words import told
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.handover.asked import Handed, barred_words, candidates_of, handed_of, shown_of
from dashboards.handover.listing import HANDED, PROPOSED
from data.workspace.subjects.handing import OUTCOMES
from metrics.decide.handover import Candidate

SHOWN = 25
"""So many are on the page; all are in the file."""
OVER, BACK = "over", "back"
"""What a button asks for: the form of a hand-over, and of its outcome."""


def headline_words(view: View) -> str:
    """Say how many are proposed, what they owe, and for whom the insurer's last day is near."""
    found, f = candidates_of(view), view.f
    if not found:
        least = f.count(view.options.policy.handed_from.at(view.selection.as_of))
        return _("Nobody is proposed to be handed over: nobody that may be has {points} points or "
                 "more.").format(points=least)  # fmt: skip
    text = n_(
        "{count} customer is proposed to be handed over: {amount} overdue.",
        "{count} customers are proposed to be handed over: {amount} overdue.",
        len(found),
    )
    said = text.format(
        count=f.count(len(found)),
        amount=f.money(sum((one.overdue for one in found), Decimal(0))),
    )
    urgent = [one.last_day for one in found if one.last_day is not None]
    if not urgent:
        return said
    more = n_(
        "The insurer must have {count} of them by {day}.",
        "The insurer must have {count} of them, the first by {day}.",
        len(urgent),
    )
    return f"{said} {more.format(count=f.count(len(urgent)), day=f.day(min(urgent)))}"


def proposed_content(view: View, may: bool) -> Content:
    """Return who is proposed, with the points of each part; `may`: with buttons to hand over."""
    found, f = shown_of(view), view.f
    title = n_("{count} customer proposed", "{count} customers proposed", len(found)).format(
        count=f.count(len(found))
    )
    measure = _(
        "Points: age and amount of what is overdue add, relationship and sales of 12 months take "
        "off; proposed from {points} on. Without what is disputed, promised or in a plan; overdue "
        "in {currency}"
    ).format(
        points=f.count(view.options.policy.handed_from.at(view.selection.as_of)),
        currency=f.currency,
    )
    why = barred_words(view)
    notice = html.P(told(why, f), className="notice", role="status") if why else None
    if not found:
        none = message(
            _("Nobody is proposed"),
            _("Who owes nothing late, disputes it, promised, or was handed over is never listed."),
            kind="empty",
        )
        return Content(title, measure, html.Div([notice, none]), ListRef(PROPOSED.name))
    head = [
        (_("Customer"), False), (_("Points"), True), (_("Age"), True), (_("Amount"), True),
        (_("Relationship"), True), (_("Sales"), True), (_("Overdue"), True),
        (_("Days late"), True), (_("Insurer's last day"), False), ("", False),
    ]  # fmt: skip
    table = plain_table(head, (_proposed(view, one, may) for one in found[:SHOWN]))
    body = html.Div([notice, table, *_rest(view, len(found))])
    return Content(title, measure, body, ListRef(PROPOSED.name))


def _rest(view: View, count: int) -> list[Component]:
    """Return the line that says how many more there are, where there are."""
    if count <= SHOWN:
        return []
    words = _("{shown} of {count}; all are in the file.").format(
        shown=view.f.count(SHOWN), count=view.f.count(count)
    )
    return [html.P(words, className="measure")]


def _proposed(view: View, one: Candidate, may: bool) -> list[Cell]:
    account, f, points = one.account, view.f, one.points
    dossier = _("Dossier of {name}").format(name=account.name)
    does: list[Component] = [
        # a file by its address: the browser keeps it
        html.A(_("Dossier (.zip)"), href=view.link("/dossier.zip", customer=account.number),
               className="button small", **{"aria-label": dossier}),
    ]  # fmt: skip
    if may:
        label = _("Hand over: {customer}").format(customer=account.name)
        does.insert(0, html.Button(
            _("Hand over"), id={"type": "handover-do", "what": OVER, "at": account.number},
            className="button small primary", n_clicks=0, **{"aria-label": label},
        ))  # fmt: skip
    return [
        _link(view, account.number, account.name),
        html.B(f.count(points.total)),
        f.count(points.age),
        f.count(points.amount),
        f.count(points.relation),
        f.count(points.sales),
        f.exact(one.overdue),
        f.count(one.oldest),
        f.day(one.last_day) if one.last_day else "",
        html.Div(does, className="handover-do"),
    ]


def handed_content(view: View, may: bool) -> Content:
    """Return what was handed over, what came in since and how it ended; `may`: with buttons."""
    found, f = handed_of(view), view.f
    measure = _("Came in since: all payments of the customer after the day of the figures that the "
                "decision rests on, {currency}").format(currency=f.currency)  # fmt: skip
    if not found:
        return Content(
            _("Nothing was handed over yet"), measure,
            message(_("What is handed over stands here, with what came in since and its outcome"),
                    kind="empty"),
            ListRef(HANDED.name),
        )  # fmt: skip
    title = n_("{count} handed over: {received} came in since",
               "{count} handed over: {received} came in since", len(found)).format(
        count=f.count(len(found)),
        # a customer that was handed over twice paid once
        received=f.money(_received(found)),
    )  # fmt: skip
    head = [
        (_("Customer"), False), (_("On"), False), (_("To whom"), False), (_("Amount"), True),
        (_("Expected cost"), True), (_("Came in since"), True), (_("Outcome"), False),
        (_("Recovered"), True), (_("Cost"), True),
    ]  # fmt: skip
    table = plain_table(head, (_handed(view, one, may) for one in found[:SHOWN]))
    body = html.Div([table, *_rest(view, len(found))])
    return Content(title, measure, body, ListRef(HANDED.name))


def _received(found: list[Handed]) -> Decimal:
    first = {one.line.customer: one.received for one in found}
    return sum(first.values(), Decimal(0))


def _handed(view: View, one: Handed, may: bool) -> list[Cell]:
    f, back = view.f, one.back
    outcome: Cell = _("open")
    if back is not None and one.end is not None:
        outcome = _("{outcome}, {day}").format(
            outcome=_(OUTCOMES[back.outcome]), day=f.day(one.end.said_on)
        )
    elif may:
        label = _("Outcome: {customer}").format(customer=one.name)
        outcome = html.Button(
            _("Outcome …"), id={"type": "handover-do", "what": BACK, "at": one.line.id},
            className="button small", n_clicks=0, **{"aria-label": label},
        )  # fmt: skip
    same = back is not None and back.currency == f.currency
    return [
        [_link(view, one.line.customer, one.name), html.P(one.line.note, className="measure")],
        f.day(one.line.said_on),
        one.said.to_whom,
        NOTHING if one.amount is None else f.exact(one.amount),
        NOTHING if one.cost is None else f.exact(one.cost),
        f.exact(one.received),
        outcome,
        f.exact(back.amount) if back is not None and same else "",
        f.exact(back.cost) if back is not None and same else "",
    ]


def _link(view: View, number: str, name: str) -> Component:
    return dcc.Link(name, href=view.link("/customer", customer=number))
