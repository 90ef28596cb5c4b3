"""Views that somebody kept under a name, for all: a list below the pages, and a form."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _
from dashboards.base.view import Context
from dashboards.frame.deriving import refusal
from dashboards.frame.who import WHO
from data.core.errors import StoreError
from data.workspace.line import Line
from data.workspace.subjects.saved import SavedView
from data.workspace.subjects.subject import SaidError

_LISTED = 30


def layout(context: Context) -> Component:
    """Return the list, and the form that adds the page that is looked at."""
    return html.Details(
        [
            html.Summary(_("Saved views"), className="nav-link"),
            html.Div(_listed(context), id="views"),
            html.Div(
                [
                    dmc.TextInput(
                        id="view-title", placeholder=_("Name of what is shown"), size="xs",
                        **{"aria-label": _("Name of what is shown")},
                    ),
                    html.Button(
                        _("Save this view"), id="view-keep", className="button small", n_clicks=0
                    ),
                ],
                className="views-form",
            ),
            html.Div(id="view-status", role="status"),
        ],
        id="views-box",
        className="views",
        open=True,
        hidden=not context.memory.writable() and not _lines(context),
    )  # fmt: skip


def _lines(context: Context) -> list[Line]:
    """Return the views that hold, by title; none where the memory cannot be read: pages say so."""
    try:
        lines = context.memory.lines(subjects=(SavedView.name,))
    except StoreError:
        return []
    held = {x.said.title: x for x in lines if x.holds and isinstance(x.said, SavedView)}
    return [held[title] for title in sorted(held, key=str.casefold)]


def _listed(context: Context) -> list[Component]:
    may, found = context.memory.writable(), []
    for line in _lines(context)[:_LISTED]:
        assert isinstance(line.said, SavedView)  # noqa: S101 - asked for by its subject
        link = dcc.Link(line.said.title, href=line.said.address, title=line.who)
        back = html.Button(
            "×",
            id={"type": "view-back", "id": line.id},
            className="views-back",
            n_clicks=0,
            **{"aria-label": _("Take back: {view}").format(view=line.said.title)},
        )
        found.append(html.Div([link, back if may else None], className="views-item"))
    return found


def connect(app: Dash, context: Context) -> None:
    """Wire the form and the buttons."""

    @app.callback(
        Output("views", "children"),
        Output("view-status", "children"),
        Output("view-title", "value"),
        Input("view-keep", "n_clicks"),
        Input({"type": "view-back", "id": ALL}, "n_clicks"),
        State("view-title", "value"),
        State(WHO, "value"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def say(
        _keep: Any, _back: Any, title: str | None, who: str | None, path: str | None,
        search: str | None,
    ) -> Any:  # fmt: skip
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        try:
            if asked == "view-keep":
                said = SavedView((title or "").strip(), f"{path or '/'}{search or ''}")
                context.memory.say(who or "", "", said)
            else:
                _take_back(context, who or "", str(asked["id"]))
        except (SaidError, StoreError) as error:
            return no_update, refusal(error.render(_)), no_update
        return _listed(context), [], "" if asked == "view-keep" else no_update


def _take_back(context: Context, who: str, id: str) -> None:
    """Take back the view of a line, and what it had replaced under the same name."""
    lines = context.memory.lines(subjects=(SavedView.name,))
    titles = {x.said.title for x in lines if x.id == id and isinstance(x.said, SavedView)}
    for line in lines:
        if line.holds and isinstance(line.said, SavedView) and line.said.title in titles:
            context.memory.take_back(who, line.id)
