"""Handing over and saying how it ended: the form of both, and what it keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _
from dashboards.base.parts import amount_field
from dashboards.base.view import Context, View
from dashboards.frame.deriving import refusal
from dashboards.frame.who import WHO
from dashboards.handover.asked import Handed, candidate_of, handed_of
from dashboards.handover.panels import BACK, OVER
from data.core.errors import StoreError
from data.core.texts import N_
from data.workspace.line import Line
from data.workspace.subjects.handing import OUTCOMES, HandedBack, HandedOver
from data.workspace.subjects.subject import SaidError, given_amount
from metrics.decide.deal.kept import version

ASK, SAID = "handover-ask", "handover-said"
"""Stores: whose form is open, `{"what": ..., "at": ...}`; how often something was said here."""
GONE = N_("This cannot be handed over, or ended, any more: look at it again.")


def layout() -> Component:
    """Return the form, which opens over the page, and where it is said what was kept."""
    wide = {"size": "sm"}
    fields = html.Div(
        [
            html.Div(
                [
                    dmc.TextInput(id="handover-whom", label=_("To whom"), **wide),
                    amount_field(_("Expected cost"), id="handover-expected"),
                ],
                id="handover-over", className="handover-fields",
            ),
            html.Div(
                [
                    dmc.Select(
                        id="handover-outcome", label=_("Outcome"), allowDeselect=False, **wide,
                        data=[{"value": x, "label": _(y)} for x, y in OUTCOMES.items()],
                        value="recovered",
                    ),
                    amount_field(_("Recovered"), id="handover-recovered"),
                    amount_field(_("Cost"), id="handover-cost"),
                ],
                id="handover-back", className="handover-fields",
            ),
            dmc.Textarea(id="handover-note", label=_("Why"), autosize=True, minRows=2, size="sm"),
            html.Div(id="handover-refused", role="alert"),
            html.Div(
                [
                    html.Button(_("Keep"), id="handover-keep", className="button primary",
                                n_clicks=0),
                    html.Button(_("Cancel"), id="handover-cancel", className="button",
                                n_clicks=0),
                ],
                className="handover-do",
            ),
        ],
        className="handover-fields",
    )  # fmt: skip
    return html.Div(
        [
            dcc.Store(id=ASK), dcc.Store(id=SAID),
            dmc.Modal(fields, id="handover-modal", opened=False, size="md", title="",
                      withCloseButton=True,
                      closeButtonProps={"aria-label": _("Close"), "tabIndex": -1}),
            html.P(id="handover-status", role="status"),
        ]
    )  # fmt: skip


def may_act(context: Context, view: View) -> bool:
    """Return whether the reader may decide here: not on a past day, and by their role."""
    return (
        view.said_by is None
        and context.memory.writable()
        and context.reader().may_say(HandedOver.name)
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the form."""

    @app.callback(
        Output("handover-modal", "opened"),
        Output("handover-modal", "title"),
        Output(ASK, "data"),
        Output("handover-over", "hidden"),
        Output("handover-back", "hidden"),
        Output("handover-whom", "value"),
        Output("handover-expected", "value"),
        Output("handover-recovered", "value"),
        Output("handover-cost", "value"),
        Output("handover-note", "value"),
        Output("handover-refused", "children"),
        Input({"type": "handover-do", "what": ALL, "at": ALL}, "n_clicks"),
        Input("handover-cancel", "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def ask(_clicks: Any, _cancel: Any, search: str | None) -> Any:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        if ctx.triggered_id == "handover-cancel":
            return False, *[no_update] * 10
        view, asked = context.view(search), dict(ctx.triggered_id)
        title = title_of(view, asked) if view else None
        if title is None:
            raise PreventUpdate
        over = asked["what"] == OVER
        return True, title, asked, not over, over, "", "", "", "", "", None

    @app.callback(
        Output(SAID, "data"),
        Output("handover-modal", "opened", allow_duplicate=True),
        Output("handover-status", "children"),
        Output("handover-refused", "children", allow_duplicate=True),
        Input("handover-keep", "n_clicks"),
        State(ASK, "data"),
        State("handover-whom", "value"),
        State("handover-expected", "value"),
        State("handover-outcome", "value"),
        State("handover-recovered", "value"),
        State("handover-cost", "value"),
        State("handover-note", "value"),
        State(WHO, "value"),
        State("url", "search"),
        State(SAID, "data"),
        prevent_initial_call=True,
    )
    def keep(
        clicks: Any, asked: Any, whom: Any, expected: Any, outcome: Any, recovered: Any,
        cost: Any, note: Any, who: Any, search: Any, count: Any,
    ) -> Any:  # fmt: skip
        if not clicks or not isinstance(asked, dict):
            raise PreventUpdate
        view = context.view(search)
        try:
            if view is None or not may_act(context, view):
                raise SaidError(N_("Your role may not say this."))
            title = title_of(view, asked)
            words, at = str(note or ""), str(asked.get("at"))
            if asked.get("what") == OVER:
                hand_over(
                    context, view, at, str(whom or ""), given_amount(expected or 0),
                    str(who or ""), words,
                )  # fmt: skip
            else:
                hand_back(
                    context, view, at, str(outcome or ""), given_amount(recovered or 0),
                    given_amount(cost or 0), str(who or ""), words,
                )  # fmt: skip
        except (SaidError, StoreError) as error:
            return no_update, no_update, no_update, refusal(error.render(_))
        return (count or 0) + 1, False, _("Kept: {what}.").format(what=title), None


def title_of(view: View, asked: Any) -> str | None:
    """Return what a form is of, in words; None of what is not, or no longer, there."""
    at = str(asked.get("at"))
    if asked.get("what") == OVER:
        one = candidate_of(view, at)
        text = _("Hand over: {customer}")
        return text.format(customer=one.account.name) if one else None
    handed = _open(view, at)
    text = _("Outcome: {customer}")
    return text.format(customer=handed.name) if handed and asked.get("what") == BACK else None


def hand_over(
    context: Context, view: View, number: str, whom: str, cost: Decimal, who: str, why: str
) -> Line:
    """Keep that a customer is handed over, with the figures of the day; return the line.

    Raises `SaidError` where it may not be handed over, or something is missing; `StoreError` where
    it cannot be kept.
    """
    one, memory = candidate_of(view, number), context.memory
    if one is None:
        raise SaidError(GONE)
    points = one.points
    said = HandedOver(
        whom.strip(), one.overdue, view.f.currency, cost, view.selection.as_of, view.state.number,
        memory.revision(), version(view.options.policy), one.oldest, points.age, points.amount,
        points.relation, points.sales,
    )  # fmt: skip
    return memory.say(who, number, said, why)


def hand_back(
    context: Context, view: View, id: str, outcome: str, recovered: Decimal, cost: Decimal,
    who: str, note: str,
) -> Line:  # fmt: skip
    """Keep how a hand-over ended; return the line. Raises as `hand_over`."""
    one = _open(view, id)
    if one is None:
        raise SaidError(GONE)
    said = HandedBack(id, outcome, recovered, cost, view.f.currency)
    return context.memory.say(who, one.line.customer, said, note)


def _open(view: View, id: str) -> Handed | None:
    """Return a hand-over that has no outcome yet."""
    return next((x for x in handed_of(view) if x.line.id == id and x.end is None), None)
