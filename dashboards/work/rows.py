"""Today's rows: one a customer, its step as a button, why in words, and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.format import NOTHING
from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import ListRef, View
from dashboards.base.words import time_words
from dashboards.charts.signs import signs_of
from dashboards.work.asked import listed, signs_told, worklist_of
from dashboards.work.listing import TODAY as TODAYS
from dashboards.work.listing import of_owner
from dashboards.work.words import (
    last_words,
    parts_of,
    promise_words,
    step_words,
    why_words,
)
from metrics.decide.work.today import LATER, TODAY, Row


def headline_words(view: View) -> str:
    """Say how many customers there are today, how long it takes, and what it brings."""
    rows, f = listed(view, "today"), view.f
    if not rows:
        waiting = [one for one in worklist_of(view) if one.state == LATER]
        if waiting:
            text = n_(
                "The day's work is done; {count} customer waits for the next one.",
                "The day's work is done; {count} customers wait for the next one.",
                len(waiting),
            )
            return text.format(count=f.count(len(waiting)))
        return _("Nothing is worth a step today: nobody owes enough that asking would bring.")
    text = n_(
        "{count} customer today, {time}: {sooner} could come in sooner, worth {worth}.",
        "{count} customers today, {time}: {sooner} could come in sooner, worth {worth}.",
        len(rows),
    )
    worths = [one.worth for one in rows if one.worth is not None]
    return text.format(
        count=f.count(len(rows)),
        time=time_words(sum(one.minutes for one in rows), f),
        sooner=f.money(sum((one.sooner for one in worths), Decimal(0))),
        worth=f.money(sum((one.gain or Decimal(0) for one in rows), Decimal(0))),
    )


def today_content(view: View, may: bool) -> Content:
    """Return today's rows; `may`: with buttons to act by."""
    view.together(lambda: worklist_of(view), lambda: signs_of(view))
    rows, f = listed(view, "today"), view.f
    title = n_("{count} customer to act on", "{count} customers to act on", len(rows)).format(
        count=f.count(len(rows))
    )
    measure = _("Ranked by what acting today gains, {currency}: interest and expected loss, less "
                "the step's cost").format(currency=f.currency)  # fmt: skip
    if not rows:
        body: Component = message(
            _("Nothing is left for today"),
            _("Who was asked, promised or was taken off the list comes back by itself: see below."),
            kind="empty",
        )
        return Content(title, measure, body, ListRef(TODAYS.name))
    body = html.Ol([_row(view, one, may) for one in rows], className="work-rows")
    return Content(title, measure, body, ListRef(TODAYS.name, narrowed=of_owner(view)))


def _row(view: View, row: Row, may: bool) -> Component:
    account, f = row.account, view.f
    step = step_words(row.verb, row.level)
    sector = view.sector_words(account.sector) if account.sector else ""
    who = " · ".join(filter(None, (sector, account.salesperson, account.said.owner)))
    sign = signs_told(view).get(account.number, "")
    told = [
        _("Last: {contact}").format(contact=last_words(row, f)) if last_words(row, f) else "",
        _("Promise: {promise}").format(promise=promise_words(row, f))
        if promise_words(row, f)
        else "",
    ]
    gain = row.gain
    buttons: list[Component] = [html.B(step, className="work-step")]
    if may:
        what = {"type": "button", "data-customer": account.number}
        label = _("{step}: {customer}").format(step=step, customer=account.name)
        later = _("Later: {customer}").format(customer=account.name)
        buttons = [
            html.B(step, className="work-step on-paper"),
            html.Button(step, className="button primary work-act", **{**what, "aria-label": label}),
            html.Button(
                _("Later …"), className="button quiet work-later", **{**what, "aria-label": later}
            ),
        ]
    return html.Li(
        [
            html.Div(
                [
                    html.P(
                        [
                            dcc.Link(account.name, href=view.link("/customer",
                                                                  customer=account.number)),
                            html.Span(who),
                        ],
                        className="work-who",
                    ),
                    html.P(why_words(row, f), className="work-why"),
                    html.P(_("Early sign: {sign}").format(sign=sign), className="work-sign")
                    if sign
                    else None,
                    html.P(" · ".join(filter(None, told)), className="work-said")
                    if any(told)
                    else None,
                    _counted(view, row),
                ],
                className="work-main",
            ),
            html.Div(
                [
                    html.B(
                        f.money(gain) if gain is not None else NOTHING,
                        title=f.exact(gain) if gain is not None else None,
                    ),
                    html.Span(_("gained")),
                    html.B(f.money(row.asks) if row.asks else "", className="work-asked"),
                    html.Span(_("asked for") if row.asks else ""),
                ],
                className="work-sum",
            ),
            html.Div(buttons, className="work-do"),
        ],
        className="work-row",
    )  # fmt: skip


def _counted(view: View, row: Row) -> Component:
    """Return each number of the worth, folded."""
    parts: Sequence[tuple[str, str]] = list(parts_of(row, view))
    rows = [
        html.Tr([html.Th(name, scope="row"), html.Td(said, className="n")]) for name, said in parts
    ]
    about = html.Span(row.account.name, className="unseen")
    return html.Details(
        [
            html.Summary([_("How this is counted"), " ", about]),
            html.Table(html.Tbody(rows), className="figures"),
        ],
        className="work-counted",
    )


def of_customer(view: View, number: str) -> Row | None:
    """Return the row of a customer on today's list or beyond it; None where it is on neither."""
    for one in worklist_of(view):
        if one.account.number == number and one.state in (TODAY, LATER):
            return one
    return None
