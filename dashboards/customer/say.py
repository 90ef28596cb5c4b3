"""Saying something of a customer: the form and the buttons on lines, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _, language
from dashboards.base.view import Context, View
from dashboards.customer.facts import master, number_of
from dashboards.customer.form import FIELDS, currencies_of, documents_of, fields, made, sectors
from dashboards.frame.deriving import follow, refusal, ticker
from dashboards.frame.who import WHO
from data.core.errors import ImportRefusedError, StoreError
from data.core.texts import N_
from data.workspace.line import GONE, Line
from data.workspace.memory import Memory
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.note import Note
from data.workspace.subjects.subject import SaidError


def layout() -> Component:
    """Return the form, folded up until somebody has something to say."""
    return html.Div(
        [
            html.Details(
                [
                    html.Summary(_("Say something of this customer"), className="button"),
                    html.Div(
                        [
                            dmc.DatesProvider(
                                html.Div(fields(), className="say-fields"),
                                settings={"locale": language(), "firstDayOfWeek": 1},
                            ),
                            html.Div(
                                [
                                    html.Button(
                                        _("Record it"), id="say-keep", className="button go",
                                        n_clicks=0,
                                    ),
                                    html.P(
                                        _("Everybody who opens this customer sees it. It can be "
                                          "taken back, never overwritten."),
                                        className="measure",
                                    ),
                                ],
                                className="say-end",
                            ),
                        ],
                        id="say-form",
                        className=f"say {Note.name}",
                    ),
                ],
                id="say-open",
            ),
            html.Div(id="say-status", role="status"),
            html.Div(id="say-applied", role="status"),
            ticker("say-tick"),
        ],
        id="say-box",
    )  # fmt: skip


def closed(context: Context) -> str:
    """Return why nothing can be said here, marked with N_; '' where it can."""
    if not context.memory.writable():
        return N_("The folder of the store cannot be written to, so nothing can be kept here.")
    return ""


def connect(app: Dash, context: Context) -> None:
    """Wire the form and the buttons; the store `memory-said` counts what was said."""

    @app.callback(
        Output("say-box", "hidden"),
        Output("say-documents", "data"),
        Output("say-currency", "data"),
        Output("say-currency", "value"),
        Input("url", "search"),
        Input("say-open", "n_clicks"),
    )
    def shown(search: str | None, _opened: int | None) -> Any:
        view = context.view(search)
        if view is None or closed(context) or master(view) is None:
            return True, [], [], None
        return False, documents_of(view), currencies_of(view), view.f.currency

    @app.callback(
        Output("say-sector", "data"), Input("say-sector", "searchValue"), State("url", "search")
    )
    def find(typed: str | None, search: str | None) -> list[dict[str, str]]:
        view = context.view(search)
        return sectors(typed or "", view.options.revision) if view else []

    app.clientside_callback(
        ClientsideFunction("customer", "saying"),
        Output("say-form", "className"),
        Input("say-subject", "value"),
    )

    @app.callback(
        Output("memory-said", "data"),
        Output("say-status", "children"),
        Output("say-tick", "disabled"),
        Output("say-note", "value"),
        Output("say-amount", "value"),
        Output("say-documents", "value"),
        Input("say-keep", "n_clicks"),
        Input({"type": "memory-back", "id": ALL}, "n_clicks"),
        Input({"type": "memory-settle", "id": ALL, "how": ALL}, "n_clicks"),
        Input({"type": "memory-erase", "at": ALL}, "n_clicks"),
        State("url", "search"),
        State("memory-said", "data"),
        State(WHO, "value"),
        *(State(f"say-{name}", "value") for name in FIELDS),
        prevent_initial_call=True,
    )
    def say(
        _keep: Any, _back: Any, _settle: Any, _erase: Any, search: str | None, count: int | None,
        who: str | None, *values: Any,
    ) -> Any:  # fmt: skip
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        view = context.view(search)
        said = dict(zip(FIELDS, values, strict=True))
        rests: Any = no_update
        try:
            if view is None or closed(context) or master(view) is None:
                raise SaidError(closed(context) or N_("No customer has this number."))
            if act(context.memory, view, who or "", asked, said):
                rests = not _derive(context)
        except (SaidError, StoreError) as error:
            return no_update, refusal(error.render(_)), *[no_update] * 4
        done = html.P(_("Kept."), className="measure")
        emptied = ("", "", []) if asked == "say-keep" else [no_update] * 3
        return (count or 0) + 1, done, rests, *emptied

    follow(app, context, "say-applied", "say-tick")


def _derive(context: Context) -> bool:
    """Have the books made anew; return whether that goes on here."""
    if context.deriver is None:
        return False  # the next load does it
    # refused: another load came first, and reads what was said as well
    with suppress(ImportRefusedError):
        context.deriver.derive()
    return True


def act(memory: Memory, view: View, who: str, asked: Any, said: Mapping[str, Any]) -> bool:
    """Keep what the form says, take a line back, settle a dispute, or erase; see the buttons.

    Return whether the books are made by it. Raises `SaidError` for what cannot be said,
    `StoreError` where it cannot be kept.
    """
    customer = number_of(view)
    if asked == "say-keep":
        subject, documents = made(view, said)
        memory.say(who, customer, subject, str(said["note"] or ""), documents)
        return subject.books
    if asked["type"] == "memory-erase":
        memory.erase(who, customer)
        return False
    line = _line(memory, customer, str(asked["id"]))
    if asked["type"] == "memory-back":
        memory.take_back(who, line.id)
        return line.said is not None and line.said.books
    if line.holds and isinstance(line.said, Dispute):
        memory.say(who, customer, Settled(line.id, str(asked["how"])))
    return False


def _line(memory: Memory, customer: str, id: str) -> Line:
    for line in memory.lines(customer):
        if line.id == id:
            return line
    raise SaidError(GONE)
