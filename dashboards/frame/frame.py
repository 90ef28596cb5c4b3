"""The frame around every page: header with the filters, navigation, foot, and the page itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dash_mantine_components as dmc
import flask
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base import parts
from dashboards.base.delivery import not_kept, pure, pure_by, steady
from dashboards.base.drawn import drawn
from dashboards.base.filters import (
    FILTERS,
    MORE,
    MULTI,
    Selection,
    to_search,
    with_page,
)
from dashboards.base.i18n import _
from dashboards.base.narrowing import without
from dashboards.base.page import Page
from dashboards.base.view import Context, View
from dashboards.charts.figures import FONT
from dashboards.frame import explain, saved
from dashboards.frame.controls import (
    active,
    calendar_of,
    choices,
    header,
    hides,
    search_of,
    shown_of,
)
from dashboards.frame.foot import foot_of
from dashboards.frame.who import who_field
from data.core.errors import EngineError, StoreError
from data.core.texts import as_started

LOG = logging.getLogger("tandem")
#: Keys of an address that say what figures are of: the page around them is the same.
_OF_FIGURES = {"as_of", *FILTERS}
THEME = {
    "fontFamily": FONT,
    "headings": {"fontFamily": FONT, "fontWeight": "650"},
    "primaryColor": "tandem",
    "primaryShade": 7,
    "defaultRadius": "sm",
    "cursorType": "pointer",
    "respectReducedMotion": True,
    "colors": {
        "tandem": ["#eaf3fb", "#d3e4f3", "#a5c9e7", "#74addb", "#4c94d0", "#3484c9", "#267cc6",
                   "#20639b", "#1a5585", "#0d456f"],
    },
}  # fmt: skip


def layout(context: Context, pages: Sequence[Page]) -> Component:
    """Return the frame with the page in it, as the document that asks for it is addressed.

    A browser says so with its request; where it does not, `dcc.Location` says it a moment later,
    and the callbacks put everything in place as they do when the reader goes on to another page.
    """
    path, search = _address()
    view = _view(context, search)
    page, title = _page_at(context, pages, path, search) if path else (None, None)
    known = {"pathname": path, "search": search} if path else {}
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav", **known),
            dcc.Store(id="state", data=view.state.number if view else None),
            dcc.Store(id="retry", data=0),
            dcc.Store(id="below"),
            dcc.Store(id="kept", data=view.filters if view else ""),
            dcc.Store(id="document-title", data=title),
            dcc.Interval(id="poll", interval=20_000),
            html.A(_("Skip to the figures"), href="#page", className="skip"),
            dmc.AppShell(
                [
                    dmc.AppShellHeader(header(view)),
                    dmc.AppShellNavbar(
                        [
                            html.Nav(
                                _links(context, pages, view, path),
                                id="nav",
                                **{"aria-label": _("Pages")},
                            ),
                            saved.layout(context),
                            who_field(context.reader()),
                        ],
                        id="navbar",
                    ),
                    dmc.AppShellMain(
                        [
                            html.Div(
                                active(view, _page_of(pages, path)) if view else None,
                                id="active-filters",
                                className="active-filters",
                            ),
                            html.Div(page, id="page", className="page-slot", tabIndex=-1),
                            html.Footer(
                                foot_of(view) if view else None, id="foot", className="foot"
                            ),
                        ]
                    ),
                ],
                id="shell",
                header={"height": 56},
                navbar={"width": 208, "breakpoint": "sm", "collapsed": {"mobile": True}},
                padding=0,
            ),
            explain.layout(),
            html.Div(  # the words of print.js
                id="paper",
                hidden=True,
                **{
                    "data-page": _("Sheet {n} of {total}"),
                    "data-rows": _("The first {shown} of {total}; the downloaded file has all."),
                    "data-columns": _("In the downloaded file besides: {columns}."),
                },
            ),
        ],
        theme=THEME,
        defaultColorScheme="auto",
    )


def _address() -> tuple[str, str]:
    """Return path and query of the document that asks for the layout; '' where it is not said."""
    sent = flask.request.referrer if flask.has_request_context() else None
    if not sent:
        return "", ""
    told = urlsplit(sent)
    return told.path or "/", f"?{told.query}" if told.query else ""


def connect(app: Dash, context: Context, pages: Sequence[Page]) -> None:
    """Wire the frame: the URL, the controls, the navigation, the page and the foot."""

    @app.callback(
        Output("page", "children"),
        Output("document-title", "data"),
        Input("url", "pathname"),
        Input("state", "data"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    @pure_by(_shown_by)
    def show(pathname: str | None, number: int | None, search: str | None) -> Any:
        page = _page_of(pages, pathname)
        asked = {t["prop_id"] for t in ctx.triggered}
        first = number == 1  # the page says so far what to do where nothing is loaded
        if page and asked == {"state.data"} and (not page.needs_data or (page.stays and not first)):
            raise PreventUpdate  # a report that is being read stays where it is
        return _page_at(context, pages, pathname, search)

    saved.connect(app, context)

    app.clientside_callback(
        ClientsideFunction("tandem", "links"),
        Output("nav", "children"),
        Input("url", "pathname"),
        Input("kept", "data"),
        State("nav", "children"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("url", "search"),
        Output("as-of", "value"),
        *[Output(f"filter-{name}", "value") for name in MULTI],
        *[Output(f"filter-{name}", "placeholder") for name in MULTI],
        Output("as-of-label", "children"),
        Output("more-count", "children"),
        Output("active-filters", "children"),
        Output("kept", "data"),
        Input("url", "search"),
        Input("as-of", "value"),
        *[Input(f"filter-{name}", "value") for name in MULTI],
        Input("state", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    @steady
    def select(search: str | None, as_of: str | None, *values: Any) -> Any:
        picked, path = values[:-2], values[-1]
        asked = {t["prop_id"].split(".")[0] for t in ctx.triggered}
        by_control = asked.isdisjoint({"url", "state"})
        new_search: Any = no_update
        if by_control:
            day = as_of if "as-of" in asked or "as_of=" in (search or "") else None
            new_search = search = search_of(day, picked, search or "")
        view = _view(context, search)
        if view is None:
            raise PreventUpdate
        shown = shown_of(view)
        controls = [no_update] * (1 + len(MULTI)) if by_control else [shown.day, *shown.values]
        return (
            new_search,
            *controls,
            *shown.placeholders,
            shown.day_text,
            shown.more,
            active(view, _page_of(pages, path)),
            view.filters,
        )

    @app.callback(
        Output("filter-customer_group", "data"),
        Input("filter-customer_group", "searchValue"),
        Input("filter-customer_group", "value"),
        prevent_initial_call=True,
    )
    def find_customers(typed: str | None, chosen: list[str] | None) -> list[dict[str, str]]:
        state = context.state()
        options = context.options(state) if state else None
        return choices("customer_group", chosen or (), typed or "", options)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input({"type": "chip", "name": ALL, "value": ALL}, "n_clicks"),
        Input({"type": "clear-filters", "at": ALL}, "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def remove(_chips: list[int], _clear: list[int], search: str | None) -> str:
        asked = ctx.triggered_id
        view = _view(context, search)
        if not asked or not ctx.triggered[0]["value"] or view is None:
            raise PreventUpdate
        if asked["type"] == "chip" and "." in asked["name"]:
            return with_page(search, **{asked["name"]: None})
        if asked["type"] == "chip":
            value = "" if asked["value"] == "-" else asked["value"]
            return to_search(view.selection.without(asked["name"], value))
        lists = [listing.name for page in pages for listing in page.listings]
        return to_search(Selection(view.selection.as_of, {}, without(view.selection.page, lists),
                                   default_day=view.selection.default_day))  # fmt: skip

    @app.callback(
        Output("retry", "data"),
        Input({"type": "retry", "at": ALL}, "n_clicks"),
        State("retry", "data"),
        prevent_initial_call=True,
    )
    def retry(clicks: list[int | None], count: int) -> int:
        if not any(clicks):
            raise PreventUpdate
        return count + 1

    @app.callback(
        Output("state", "data"),
        Input("poll", "n_intervals"),
        State("state", "data"),
        prevent_initial_call=True,
    )
    def newer(_tick: int | None, shown: int | None) -> Any:
        state = context.state()
        number = state.number if state else None
        return no_update if number == shown else number

    @app.callback(
        Output("as-of", "presets"),
        Output("as-of", "minDate"),
        Output("as-of", "maxDate"),
        Output("as-of-button", "disabled"),
        *[Output(f"filter-{name}", "data", allow_duplicate=True) for name in MULTI],
        *[Output(f"filter-{name}", "disabled") for name in MULTI],
        *[Output(f"more-{name}", "hidden") for name in MORE],
        Input("state", "data"),
        State("filter-customer_group", "value"),
        prevent_initial_call=True,
    )
    @steady
    def offer(_number: int | None, chosen: list[str] | None) -> Any:
        view = _view(context, "")
        options = view.options if view else None
        presets, limits = calendar_of(options)
        lists = [choices(name, chosen or (), "", options) for name in MULTI]
        days = (limits.get("minDate"), limits.get("maxDate"))
        hidden = [hides(name, options) for name in MORE]
        return presets, *days, options is None, *lists, *([options is None] * len(MULTI)), *hidden

    @app.callback(
        Output("foot", "children"),
        Input("state", "data"),
        Input("url", "search"),
        prevent_initial_call=True,
    )
    @pure
    def foot(_number: int | None, search: str | None) -> Any:
        view = _view(context, search)
        return foot_of(view) if view else []

    app.clientside_callback(
        ClientsideFunction("later", "below"),
        Output("below", "clear_data"),
        Input("url", "search"),
        Input("retry", "data"),
        Input("page", "children"),
    )
    app.clientside_callback(
        ClientsideFunction("tandem", "title"),
        Output("document-title", "clear_data"),
        Input("document-title", "data"),
    )
    for name in ("as-of", "more"):
        app.clientside_callback(
            ClientsideFunction("tandem", "expanded"),
            Output(f"{name}-button", "aria-expanded"),
            Input(f"{name}-choice", "opened"),
            prevent_initial_call=True,
        )
    for name, output, inputs in (
        ("language", Output("language", "error"), [Input("language", "value")]),
        (
            "burger",
            Output("shell", "navbar"),
            [Input("burger", "opened"), Input("url", "pathname"), State("shell", "navbar")],
        ),
        ("filters", Output("filters", "className"), [Input("open-filters", "n_clicks")]),
        (
            "copyLink",
            Output("copy-link-text", "children"),
            [Input("copy-link", "n_clicks"), State("as-of", "value")],
        ),
    ):
        app.clientside_callback(
            ClientsideFunction("tandem", name), output, *inputs, prevent_initial_call=True
        )


def _page_of(pages: Sequence[Page], path: str | None) -> Page | None:
    """Return the page at an address; None where there is none."""
    asked = (path or "/").rstrip("/") or "/"
    return next((page for page in pages if page.path == asked), None)


def _shown_by(asked: Mapping[str, Any]) -> object:
    """Return what the page at an address follows from: neither from the day nor from filters.

    A newer state leaves some pages as they are: there it counts what asks.
    """
    path, number, search = (one.get("value") for one in (*asked["inputs"], *asked["state"]))
    own = {k: v for k, v in _query(search).items() if k not in _OF_FIGURES}
    return [path, number, asked.get("changedPropIds") == ["state.data"], own]


def _query(search: object) -> dict[str, str]:
    return dict(parse_qsl(str(search or "").lstrip("?")))


def _page_at(
    context: Context, pages: Sequence[Page], path: str | None, search: str | None
) -> tuple[Any, str]:
    """Return what is shown at an address, and its title."""
    page = _page_of(pages, path)
    if page is None:
        text = _("There is no page at {path}.").format(path=path)
        home = dcc.Link(_("To the overview"), href="/", className="button")
        return parts.message(_("Not found"), text, home), _("Not found")
    title = _(page.title)
    if not page.seen_by(context.reader()):
        text = _("What is on this page is not for your role, or concerns all customers.")
        return parts.message(title, text), title
    try:
        if page.needs_data and context.state() is None:
            return _empty_store(), title
        return drawn(page.layout(**_query(search))), title
    except (StoreError, EngineError) as error:
        LOG.error("the store cannot be read: %s", error)
        not_kept()
        return parts.message(_("The store cannot be read"), error.render(_), kind="failed"), title


def _links(
    context: Context, pages: Sequence[Page], view: View | None, path: str | None
) -> list[Component]:
    """Return the navigation, without what the reader does not see; it keeps day and filters."""
    pages = [page for page in pages if page.seen_by(context.reader())]
    query = view.filters if view else ""
    links: list[Component] = []
    for group in ("main", "foot"):
        shown = sorted((p for p in pages if p.group == group), key=lambda p: p.order)
        links += [html.Hr()] if links and shown else []
        links += [
            dcc.Link(
                [parts.icon(f"page-{(p.path.strip('/') or 'overview')}"), _(p.title)],
                href=p.path + query,
                className="nav-link active" if p.path == path else "nav-link",
            )
            for p in shown
        ]
    return links


def _view(context: Context, search: str | None) -> View | None:
    """Return the view, or None also where the store cannot be read: the page says why."""
    try:
        return context.view(search)
    except (StoreError, EngineError):
        not_kept()
        return None


def _empty_store() -> Component:
    return html.Div(
        parts.message(
            _("Load your exports, or see the demo company"),
            _("Tandem reads the invoice and payment exports that you already have: a FEC, or any "
              "CSV, Excel or Parquet table of invoices. The demo company shows every page in a "
              "minute."),
            dcc.Link(_("Load your exports"), href="/imports", className="button primary"),
            dcc.Link(_("See the demo company"), href="/imports?demo=1", className="button"),
            html.P([_("or, in a terminal:"), " ", html.Code(as_started("python app.py demo"))]),
            kind="empty",
        ),
        className="page empty-store",
    )  # fmt: skip
