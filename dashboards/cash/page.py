"""Cash application: how payments found their invoices, what is unapplied, and what people decide.

The URL holds the method whose matches are listed (`method=amount`), the order of what is unapplied
(`order=oldest`) and how many are shown (`items=36`). A decision is kept in the store's folder and
takes effect in a new state, which the loading side derives; the page shows its progress.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.grid import connect_grid, grid, params_id
from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import page, panel
from dashboards.base.view import Context, View
from dashboards.base.words import METHODS
from dashboards.cash import decisions as deciding
from dashboards.cash.figures import (
    MATCHES,
    UNAPPLIED,
    headline_words,
    matches_content,
    method_of,
    methods_content,
    unapplied_content,
)
from dashboards.frame.deriving import busy, closed, follow, refusal, ticker
from dashboards.frame.who import WHO
from data.core.errors import ImportRefusedError, StoreError
from data.core.texts import N_
from data.workspace.subjects.subject import SaidError

_STATE = Input("state", "data")
_DECIDED = Input("cash-decided", "data")


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    params = {"method": query["method"]} if query.get("method") in METHODS else {}
    body = page(
        "cash",
        _("Cash application"),
        html.Div(id="cash-closed"),
        html.Div(id="cash-status", className="cash-status", role="status"),
        panel("cash-methods", height=190),
        html.Div(
            panel(
                "cash-matches",
                static=grid("cash-grid", MATCHES, height=420, params=params, page=query),
            ),
            id="cash-matches-box",
            hidden=not query.get("method"),
        ),
        panel(
            "cash-unapplied",
            height=420,
            controls=[html.Div(id="cash-order", className="panel-choice")],
        ),
        panel("cash-decisions", height=120, menu=False),
        dcc.Store(id="cash-decided"),
        dcc.Store(id="cash-undo"),
        ticker("cash-tick"),
    )
    return html.Div(body, id="cash-root", className="cash-root")


def connect(app: Dash, context: Context) -> None:
    """Wire the figures, the decisions and their progress."""

    @headline_callback(app, context, "cash", _STATE)
    def headline(view: View, _state: int | None) -> list[Component | str]:
        return headline_words(view)

    @panel_callback(app, context, "cash-methods", _STATE)
    def methods(view: View, _state: int | None) -> Content:
        return methods_content(view)

    @panel_callback(app, context, "cash-matches", _STATE)
    def matches(view: View, _state: int | None) -> Content:
        return matches_content(view)

    @part_callback(app, context, "cash-order")
    def order(view: View) -> Component:
        choices = {"largest": _("By amount"), "oldest": _("By age")}
        return switch(view, "order", choices, _("Order of what is unapplied"))

    @panel_callback(app, context, "cash-unapplied", _STATE, _DECIDED)
    def loose(view: View, _state: int | None, _decided: Any) -> Content:
        return unapplied_content(view, context.memory, not closed(context))

    @panel_callback(app, context, "cash-decisions", _STATE, _DECIDED)
    def decided(view: View, _state: int | None, _decided: Any) -> Content:
        lines = deciding.within(view, deciding.lines_of(view, context.memory))
        hold = sum(line.holds for line in lines)
        title = n_("{count} decision holds", "{count} decisions hold", hold)
        return Content(
            title.format(count=view.f.count(hold)) if lines else _("Decisions"),
            _("What people confirmed or undid, the newest first; times in UTC"),
            deciding.listed(lines, view, not closed(context), busy(context)),
            as_of=_("whatever the day"),
        )

    @app.callback(
        Output("cash-matches-box", "hidden"),
        Output(params_id("cash-grid"), "data"),
        Input("url", "search"),
        _STATE,
        State("url", "pathname"),
    )
    def list_matches(search: str | None, number: int | None, pathname: str | None) -> Any:
        view = context.view(search)
        if view is None or pathname not in (PAGE.path, "/"):
            raise PreventUpdate
        method = method_of(view)
        # the number asks the grid for its rows again when a newer state is there
        return not method, {"method": method, "state": str(number or "")}

    @app.callback(
        Output("cash-closed", "children"),
        Output("cash-root", "className"),
        Input("cash-root", "id"),
    )
    def say_closed(_id: str) -> Any:
        why = closed(context)
        if not why:
            return [], "cash-root"
        return html.P(_(why), className="notice"), "cash-root closed"

    @app.callback(
        Output("cash-decided", "data"),
        Output("cash-tick", "disabled"),
        Output("cash-status", "children"),
        Input({"type": "cash-confirm", "pairs": ALL}, "n_clicks"),
        Input({"type": "cash-withdraw", "id": ALL}, "n_clicks"),
        Input({"type": "cash-apply", "at": ALL}, "n_clicks"),
        Input("cash-undo", "data"),
        State("url", "search"),
        State("cash-decided", "data"),
        State(WHO, "value"),
        prevent_initial_call=True,
    )
    def decide(
        _confirmed: Any,
        _withdrawn: Any,
        _apply: Any,
        undone: Any,
        search: str | None,
        count: int | None,
        who: str | None,
    ) -> Any:
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        try:
            act(context, who or "", search, asked, undone)
        except (deciding.RefusedError, SaidError, ImportRefusedError) as refused:
            return (count or 0) + 1, no_update, refusal(refused.render(_))
        except StoreError as error:
            return no_update, no_update, refusal(error.render(_))
        return (count or 0) + 1, False, no_update

    follow(app, context, "cash-status", "cash-tick")
    connect_grid(app, context, "cash-grid", MATCHES)


def act(context: Context, who: str, search: str | None, asked: Any, undone: Any) -> None:
    """Take the decision that a click asks for, and have the state derived anew.

    Raises `RefusedError` for what cannot be decided, `SaidError` where nobody says who decides,
    and what writing and loading raise.
    """
    memory = context.memory
    why = closed(context)
    view = context.view(search)
    if why or view is None or context.deriver is None:
        raise deciding.RefusedError(why or N_("Nothing is loaded yet"))
    kind = asked.get("type") if isinstance(asked, Mapping) else ""
    if kind == "cash-confirm":
        deciding.confirm(view, memory, who, str(asked["pairs"]).split(";"))
    elif kind == "cash-withdraw":
        deciding.withdraw(memory, who, str(asked["id"]))
    elif kind != "cash-apply":
        deciding.undo(view, memory, who, str((undone or {}).get("pair") or ""))
    context.deriver.derive()


PAGE = Page(
    "/cash", N_("Cash application"), 60, layout, connect, listings=(MATCHES, UNAPPLIED), stays=True
)
