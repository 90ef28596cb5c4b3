"""Acting on a row: the form of a step and of leaving the list, and what they keep.

A click on a row writes into the store `work-ask` (assets: work.js) whose customer it is and what is
asked: `act` or `later`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _, language, n_
from dashboards.base.parts import amount_field
from dashboards.base.view import Context, View
from dashboards.frame.deriving import refusal
from dashboards.frame.who import WHO
from dashboards.work.drafting import ONE as LETTER_TO
from dashboards.work.drafting import keep_sent
from dashboards.work.rows import of_customer
from dashboards.work.words import step_words, why_words
from data.core.errors import StoreError
from data.core.texts import N_
from data.workspace.line import Line, line_of
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError, Subject, given_amount, given_day
from data.workspace.subjects.work import OUTCOMES, REASONS, Contact, Snooze
from metrics.decide.work.today import Row

ASK, SAID, LAST = "work-ask", "work-said", "work-last"
"""Stores: what a click asks for; how often something was said here; the ids of what was last."""
ACT, WAIT = "act", "later"
LONGEST = 365
"""So many days somebody may be off the list."""
USUAL = 7
_USUAL_OUTCOME = {"remind": "sent", "dun": "sent", "call": "reached"}
GONE = N_("This customer is not on the list any more: look at it again.")


def layout() -> Component:
    """Return the form, which opens over the list, and the place where it is said what was kept."""
    wide = {"size": "sm"}
    day = {"valueFormat": "D MMM YYYY", **wide}

    def choices(words: dict[str, str]) -> list[dict[str, str]]:
        return [{"value": value, "label": _(label)} for value, label in words.items()]

    fields = html.Div(
        [
            html.P(id="work-why", className="measure"),
            html.P(id="work-link"),
            html.Div(
                [
                    dmc.Select(id="work-outcome", label=_("What came of it"),
                               data=choices(OUTCOMES), allowDeselect=False, **wide),
                    dmc.TextInput(id="work-person", label=_("With whom"), **wide),
                    html.Div(
                        [
                            amount_field(_("Promised"), id="work-amount"),
                            dmc.DateInput(id="work-day", label=_("Promised by"), **day),
                        ],
                        id="work-promised", className="work-fields",
                    ),
                ],
                id="work-act-fields", className="work-fields",
            ),
            html.Div(
                [
                    dmc.Select(id="work-reason", label=_("Reason to wait"), data=choices(REASONS),
                               value="waits", allowDeselect=False, **wide),
                    dmc.DateInput(id="work-back", label=_("Back on the list on"), **day),
                ],
                id="work-wait-fields", className="work-fields",
            ),
            dmc.Textarea(id="work-note", label=_("In words"), autosize=True, minRows=2, size="sm"),
            html.Div(id="work-refused", role="alert"),
            html.Div(
                [
                    html.Button(_("Keep"), id="work-keep", className="button primary", n_clicks=0),
                    html.Button(_("Cancel"), id="work-cancel", className="button", n_clicks=0),
                    html.Span(_("Ctrl + Enter keeps, Esc cancels"), className="measure"),
                ],
                className="work-keeping",
            ),
        ],
        className="work-form",
    )  # fmt: skip
    return html.Div(
        [
            dcc.Store(id=ASK), dcc.Store(id=SAID), dcc.Store(id=LAST),
            dmc.Modal(
                dmc.DatesProvider(fields, settings={"locale": language(), "firstDayOfWeek": 1}),
                id="work-modal", opened=False, size="md", title="",
                withCloseButton=True,closeButtonProps={"aria-label": _("Close"), "tabIndex": -1},
            ),
            html.Div(
                [html.Span(id="work-status", role="status"),
                 html.Button(_("Take back"), id="work-undo", className="button small",
                             hidden=True, n_clicks=0)],
                className="work-kept",
            ),
        ]
    )  # fmt: skip


def may_act(context: Context, view: View) -> bool:
    """Return whether the reader may act here: not on a past day, and by their role."""
    reader = context.reader()
    return (
        view.said_by is None
        and context.memory.writable()
        and reader.may_say(Contact.name)
        and reader.may_say(Snooze.name)
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the form."""

    @app.callback(
        Output("work-modal", "opened"),
        Output("work-modal", "title"),
        Output("work-why", "children"),
        Output("work-link", "children"),
        Output("work-act-fields", "hidden"),
        Output("work-wait-fields", "hidden"),
        Output("work-outcome", "value"),
        Output("work-back", "value"),
        Output("work-back", "minDate"),
        Output("work-note", "value"),
        Output("work-person", "value"),
        Output("work-amount", "value"),
        Output("work-day", "value"),
        Output("work-refused", "children"),
        Input(ASK, "data"),
        Input("work-cancel", "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def ask(asked: Any, _cancel: Any, search: str | None) -> Any:
        if ctx.triggered_id == "work-cancel":
            return False, *[no_update] * 13
        view = context.view(search)
        row = _row(view, asked) if view else None
        if view is None or row is None:
            raise PreventUpdate
        acts = asked.get("what") == ACT
        name, step = row.account.name, step_words(row.verb, row.level)
        title = _("{step}: {customer}") if acts else _("Later: {customer}")
        day = view.selection.as_of
        return (
            True, title.format(step=step, customer=name), why_words(row, view.f),
            _link(view, row) if acts else None, not acts, acts,
            _USUAL_OUTCOME.get(row.verb, "done"), (day + timedelta(USUAL)).isoformat(),
            (day + timedelta(1)).isoformat(), "", "", "", None, None,
        )  # fmt: skip

    @app.callback(Output("work-promised", "hidden"), Input("work-outcome", "value"))
    def promised(outcome: str | None) -> bool:
        return outcome != "promised"

    @app.callback(
        Output(SAID, "data"),
        Output(LAST, "data"),
        Output("work-modal", "opened", allow_duplicate=True),
        Output("work-status", "children"),
        Output("work-undo", "hidden"),
        Output("work-refused", "children", allow_duplicate=True),
        Input("work-keep", "n_clicks"),
        Input("work-undo", "n_clicks"),
        Input({"type": "work-sent", "at": ALL}, "n_clicks"),
        State(ASK, "data"),
        State("work-outcome", "value"),
        State("work-person", "value"),
        State("work-amount", "value"),
        State("work-day", "value"),
        State("work-reason", "value"),
        State("work-back", "value"),
        State("work-note", "value"),
        State(LAST, "data"),
        State(WHO, "value"),
        State("url", "search"),
        State(SAID, "data"),
        prevent_initial_call=True,
    )
    def keep(
        _keep: Any, _undo: Any, _sent: Any, asked: Any, outcome: Any, person: Any, amount: Any,
        day: Any, reason: Any, back: Any, note: Any, last: Any, who: Any, search: Any, count: Any,
    ) -> Any:  # fmt: skip
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        view = context.view(search)
        try:
            if view is None or not may_act(context, view):
                raise SaidError(N_("Your role may not say this."))
            if ctx.triggered_id == "work-undo":
                for one in last or []:
                    context.memory.take_back(who or "", str(one))
                return (count or 0) + 1, None, no_update, _("Taken back."), True, None
            if ctx.triggered_id not in ("work-keep", "work-undo"):
                lines = keep_sent(context, view, str(who or ""))
                text = n_("{count} letter was sent", "{count} letters were sent", len(lines))
                done = _("Kept: {what}.").format(what=text.format(count=view.f.count(len(lines))))
                return (count or 0) + 1, [x.id for x in lines], no_update, done, False, None
            row = _row(view, asked)
            if row is None:
                raise SaidError(GONE)
            if asked.get("what") == ACT:
                said: list[Subject] = contact(view, row, outcome, person, amount, day)
            else:
                said = [snooze(view, reason, back)]
            lines = keep_all(context, row, said, str(who or ""), str(note or ""))
        except (SaidError, StoreError) as error:
            if ctx.triggered_id != "work-keep":
                return *[no_update] * 3, refusal(error.render(_)), no_update, no_update
            return *[no_update] * 5, refusal(error.render(_))
        done = _("Kept: {what}.").format(what=kept_words(row, said, view))
        return (count or 0) + 1, [x.id for x in lines], False, done, False, None


def _link(view: View, row: Row) -> Component | None:
    """Return what the step takes along: the letter, or the page that hands over."""
    number = row.account.number
    if row.verb in ("remind", "dun") and row.oldest > 0:
        href = view.link("/work/reminders.html", **{LETTER_TO: number})
        return html.A(_("Its letter, to print"), href=href, target="_blank")
    if row.verb == "hand_over":
        label = _("Hand over: points, dossier and decision")
        return html.A(label, href=view.link("/handover", customer=number))
    return None


def _row(view: View, asked: Any) -> Row | None:
    """Return the row that a click names; None where it names none."""
    number = asked.get("customer") if isinstance(asked, dict) else None
    return of_customer(view, number) if isinstance(number, str) else None


def contact(
    view: View, row: Row, outcome: Any, person: Any, amount: Any, day: Any
) -> list[Subject]:
    """Return what a step says: that it was taken, and what was promised, where something was."""
    found: list[Subject] = [
        Contact(row.verb, str(outcome or ""), row.level, str(person or "").strip())
    ]
    if outcome == "promised":
        by = given_day(day)
        if by is None:
            raise SaidError(N_("Say by which day it was promised."))
        found.append(Promise(given_amount(amount), view.f.currency, by))
    return found


def snooze(view: View, reason: Any, back: Any) -> Snooze:
    """Return what leaving the list says. Raises `SaidError` for a day that cannot be."""
    day, first = given_day(back), view.selection.as_of
    if day is None or not first < day <= first + timedelta(LONGEST):
        raise SaidError(
            N_("Say on which day it is back on the list: after {day}, at most {days} days later."),
            day=view.f.day(first), days=LONGEST,
        )  # fmt: skip
    return Snooze(str(reason or ""), day)


def keep_all(
    context: Context, row: Row, said: list[Subject], who: str, note: str
) -> tuple[Line, ...]:
    """Keep what was said of a row's customer, all or nothing; the note stands on the first line."""
    lines = [
        line_of(who, row.account.number, one, "" if place else note)
        for place, one in enumerate(said)
    ]
    return context.memory.keep(lines)


def kept_words(row: Row, said: list[Subject], view: View) -> str:
    """Return in words what was kept, and when the customer is looked at again."""
    name = row.account.name
    if isinstance(said[0], Snooze):
        text = _("{customer} is back on {day}")
        return text.format(customer=name, day=view.f.day(said[0].back_on))
    return _("{step}: {customer}").format(step=step_words(row.verb, row.level), customer=name)
