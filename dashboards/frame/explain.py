"""How is this computed? One drawer for every figure: its definition, its SQL and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.grid import (
    Listing,
    block,
    column_defs,
    grid,
    params_id,
    pin_total,
    total_id,
)
from dashboards.base.i18n import _
from dashboards.base.narrowing import refresh_with
from dashboards.base.page import Page, listings_of
from dashboards.base.view import Context, Explain, View
from dashboards.frame.download import explain_from, rows_listing, within_address
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.catalogue import METRICS, metric

_ROWS = Listing("rows", N_("Rows"), (), lambda _view, _params: Statement("select 1", {}))
_GRID = "explain-rows"


def layout() -> Component:
    """Return the drawer, closed; its grid stays, so that it opens at once."""
    return dmc.Drawer(
        [
            html.Div(id="explain-body", className="explain"),
            html.Div(
                [
                    html.Div(
                        [
                            html.H3(_("The rows behind it")),
                            dmc.Select(
                                id="explain-which", data=[], allowDeselect=False, size="xs", w=220,
                                **{"aria-label": _("Which rows")},
                            ),
                            html.Span(className="spacer"),
                            html.Button(
                                [_("CSV")], id={"type": "rows-download", "format": "csv"},
                                className="button", n_clicks=0,
                            ),
                            html.Button(
                                [_("Excel")], id={"type": "rows-download", "format": "xlsx"},
                                className="button", n_clicks=0,
                            ),
                        ],
                        className="explain-bar",
                    ),
                    grid(_GRID, _ROWS, height=420),
                ],
                id="explain-rows-box",
            ),
            dcc.Store(id="explain-source"),
        ],
        id="explain-drawer",
        position="right",
        size="min(880px, 100%)",
        title=_("How is this computed?"),
        keepMounted=False,
        closeButtonProps={"aria-label": _("Close")},
    )  # fmt: skip


def definition(view: View, explain: Explain) -> list[Component]:
    """Return the definition of a figure and its SQL, with the values written in."""
    asked = metric(explain.metric)
    statement = view.explained(explain).statement(asked, explain.by)
    return [
        html.H2(_(asked.label)),
        html.P(_(asked.meaning)),
        html.P(_(asked.formula), className="formula"),
        html.Ul([html.Li(_(line)) for line in asked.conventions]),
        html.P([html.B(_("Others: ")), _(asked.others)]) if asked.others else None,
        html.P([html.B(_("Source: ")), _(asked.reference)]) if asked.reference else None,
        dcc.Link(
            _("Its columns and a worked example"),
            href=f"{view.link('/definitions')}#{asked.name}",
            className="more",
        ),
        _sql(statement),
    ]


def _sql(statement: Statement) -> Component:
    return html.Details(
        [
            html.Summary(_("SQL, with the values of this figure")),
            html.Div(
                [
                    html.Pre(statement.as_text(), id="explain-sql", tabIndex=0),
                    dcc.Clipboard(
                        target_id="explain-sql", className="copy-sql", title=_("Copy the SQL")
                    ),
                ],
                className="sql",
            ),
        ]
    )


def connect(app: Dash, context: Context, pages: Sequence[Page]) -> None:
    """Wire the ⋯ menus, the drawer and its grid."""

    def listing_of(view: View, source: Mapping[str, Any], which: str | None) -> Listing:
        if "list" in source:
            return listings_of(pages, context.reader())[str(source["list"])]
        explain = explain_from({**source, "which": which or source.get("which") or ""})
        return rows_listing(view, explain)

    @app.callback(
        Output("explain-drawer", "opened"),
        Output("explain-body", "children"),
        Output("explain-which", "data"),
        Output("explain-which", "value"),
        Output("explain-which", "className"),
        Output("explain-source", "data"),
        Output(_GRID, "columnDefs"),
        Output(params_id(_GRID), "data"),
        Input({"type": "menu", "do": ALL, "panel": ALL}, "n_clicks"),
        State({"type": "explain", "panel": ALL}, "data"),
        State({"type": "explain", "panel": ALL}, "id"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def open_drawer(_clicks: Any, sources: list[Any], ids: list[Any], search: str | None) -> Any:
        asked = ctx.triggered_id
        if not asked or asked["do"] not in ("explain", "rows") or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        found = [s for s, i in zip(sources, ids, strict=True) if i["panel"] == asked["panel"]]
        view = context.view(search)
        if not found or not found[0] or view is None:
            raise PreventUpdate
        source = found[0]
        shown = listing_of(view, source, None)
        stamp = {"n": str(ctx.triggered[0]["value"]), "panel": asked["panel"]}
        if "list" in source:
            statement = shown.statement(view, source.get("params") or {})
            body: list[Any] = [html.H2(_(shown.title)), _sql(statement)]
            return True, body, [], None, "hidden", source, column_defs(shown), stamp
        explain = explain_from(source)
        rows = METRICS[explain.metric].rows
        choices = [{"value": name, "label": _(name)} for name in rows]
        chosen = explain.which or next(iter(rows))
        body = definition(view, explain) if asked["do"] == "explain" else [_place(view, explain)]
        return True, body, choices, chosen, "", source, column_defs(shown), stamp

    @app.callback(
        Output(_GRID, "columnDefs", allow_duplicate=True),
        Output(params_id(_GRID), "data", allow_duplicate=True),
        Input("explain-which", "value"),
        State("explain-source", "data"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose(which: str | None, source: Any, search: str | None) -> Any:
        view = context.view(search)
        if not source or not which or "list" in source or view is None:
            raise PreventUpdate
        return column_defs(listing_of(view, source, which)), {"which": which}

    @app.callback(
        Output(_GRID, "getRowsResponse"),
        Output(total_id(_GRID), "data"),
        Input(_GRID, "getRowsRequest"),
        State("explain-source", "data"),
        State("explain-which", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def rows(request: Any, source: Any, which: str | None, search: str | None) -> Any:
        view = context.view(search)
        if not request or not source or view is None:
            return {"rowData": [], "rowCount": 0}, []
        shown = listing_of(view, source, which)
        params: Mapping[str, str] = {}
        if "list" in source:
            params = source.get("params") or {}
            request = within_address(view, shown, request)
        return block(view, shown, params, request)

    pin_total(app, _GRID)
    refresh_with(app, _GRID, Input(params_id(_GRID), "data"))
    app.clientside_callback(
        ClientsideFunction("tandem", "menu"),
        Output("explain-drawer", "lang"),
        Input({"type": "menu", "do": ALL, "panel": ALL}, "n_clicks"),
        State({"type": "explain", "panel": ALL}, "data"),
        State({"type": "explain", "panel": ALL}, "id"),
        State("as-of", "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("tandem", "rows"),
        Output("explain-drawer", "lang", allow_duplicate=True),
        Input({"type": "rows-download", "format": ALL}, "n_clicks"),
        State("explain-source", "data"),
        State("explain-which", "value"),
        State("as-of", "value"),
        prevent_initial_call=True,
    )


def _place(view: View, explain: Explain) -> Component:
    """Return which figure the rows belong to, in words."""
    asked = metric(explain.metric)
    day = _("as of {day}").format(day=view.f.day(view.explained(explain).as_of))
    return html.H2(", ".join(filter(None, (_(asked.label), day, view.words))))
