"""Imports: drop files, see what was recognised, answer what is open, load, read the report."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.format import Format
from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _, language, n_
from dashboards.base.page import Page
from dashboards.base.parts import message, page
from dashboards.base.view import Context
from dashboards.imports import expected as imports_expected
from dashboards.imports import files as imports_files
from dashboards.imports import loaded as imports_loaded
from dashboards.imports import report as imports_report
from dashboards.imports import uploads
from dashboards.imports import watched as imports_watched
from dashboards.imports.answers import redrawn, settings_of, take
from dashboards.imports.cards import bar, card, drop_zone, readable
from data.core.errors import ImportRefusedError, StoreError
from data.core.importing import Importer
from data.core.rights import LOAD
from data.core.texts import N_
from metrics.asking.ledger import Statement

_TICK = 600
_POLL = 2_500
_PATIENCE = 0.8
_LIMIT = 1 << 30

REJECTS = Listing(
    "rejects",
    N_("Refused rows"),
    (
        Column("file", N_("File")),
        Column("line", N_("Line"), "count"),
        Column("column_name", N_("Column")),
        Column("value", N_("Value")),
        Column("reason", N_("Why")),
        Column("remedy", N_("What to do")),
        Column("raw", N_("The whole row")),
    ),
    statement=lambda _view, _params: Statement(
        "select f.name as file, r.line, r.column_name, r.value, r.reason, r.remedy, r.raw "
        "from rejects as r join files as f using (file_id)",
        {},
    ),
    sort="line",
)
"""Every refused row of what is loaded."""


def layout(demo: str = "", **_query: str) -> Component:
    """Return the page; `demo=1` in the address starts loading the demo company."""
    return page(
        "imports",
        _("Imports"),
        html.Div(id="imports-empty"),
        drop_zone(_LIMIT),
        html.Div(id="imports-sending"),
        html.Div(id="imports-formats"),
        html.Div(id="imports-message"),
        html.Div(
            [
                html.Div(id="imports-cards", className="import-cards live"),
                imports_expected.fields(),
                _options(),
                html.Div(id="imports-bar"),
            ],
            id="imports-step",
            hidden=True,
        ),
        html.Div(id="imports-watched"),
        html.Div(id="imports-progress"),
        html.Div(id="imports-report"),
        html.Div(id="imports-loaded"),
        imports_loaded.asking(),
        dcc.Store(id="imports-session"),
        dcc.Store(id="imports-arrived"),
        dcc.Store(id="imports-started", data=0),
        dcc.Store(id="imports-done"),
        dcc.Store(id="imports-watched-stamp"),
        dcc.Store(id="loaded-changed"),
        dcc.Store(id="imports-want-demo", data=demo == "1"),
        dcc.Interval(id="imports-tick", interval=_TICK, disabled=True),
        # a click whose answer was lost, or a load started from another window, is noticed too
        dcc.Interval(id="imports-poll", interval=_POLL),
    )


def _options() -> Component:
    return html.Details(
        [
            html.Summary(_("Settings of this load")),
            html.Div(
                [
                    dmc.TextInput(
                        id="imports-currency",
                        label=_("Reporting currency"),
                        description=_("Where the data leave it open: EUR"),
                        placeholder=_("found from the data"),
                        size="xs",
                        w=220,
                    ),
                    dmc.NumberInput(
                        id="imports-terms",
                        label=_("Terms where nothing says them, days"),
                        description=_("For invoices with neither due day nor terms"),
                        placeholder="30",
                        min=0,
                        max=365,
                        allowDecimal=False,
                        size="xs",
                        w=260,
                    ),
                    dmc.TextInput(
                        id="imports-accounts",
                        label=_("Receivables accounts"),
                        description=_("For ledgers with accounts: 411, 413, 416"),
                        placeholder="411",
                        size="xs",
                        w=240,
                    ),
                ],
                className="import-settings",
            ),
        ],
        className="import-options",
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the files, the answers, the load and its report."""
    uploads.connect(app, context)
    imports_loaded.connect(app, context)
    imports_watched.connect(app, context)
    importer = context.deriver  # the door lets nobody here who may not load
    locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def format_() -> Format:
        state = _state(context)
        return Format(language(), context.options(state).currency if state else "EUR")

    @app.callback(
        Output("imports-cards", "children"),
        Output("imports-bar", "children"),
        Output("imports-step", "hidden"),
        Input("imports-session", "data"),
        Input("imports-arrived", "data"),
        Input("imports-started", "data"),
        Input("imports-done", "data"),
        Input({"type": "import-say", "file": ALL, "what": ALL}, "value"),
        Input({"type": "import-answer", "file": ALL, "what": ALL, "value": ALL}, "n_clicks"),
        Input({"type": "import-remove", "file": ALL}, "n_clicks"),
        Input({"type": "import-apply", "file": ALL}, "n_clicks"),
        State({"type": "import-question", "file": ALL, "about": ALL, "value": ALL}, "value"),
        State({"type": "import-column", "file": ALL, "at": ALL}, "value"),
        State({"type": "import-drawn", "file": ALL}, "data"),
    )
    def cards(session: str | None, *_values: Any) -> Any:
        if importer is None or not session:
            raise PreventUpdate
        changed = ctx.triggered_id
        with locks[session]:  # answers are taken in the order in which they were given
            if isinstance(changed, dict) and not take(importer, session, dict(changed)):
                raise PreventUpdate
            importer.look(session, _PATIENCE)
        files, job, f = importer.files(session), importer.job(), format_()
        running = job is not None and job.running
        shown = [card(found, session, importer, f) for found in files]
        return shown, bar(files, running, f) if files else [], not files

    @app.callback(
        Output({"type": "import-part", "file": ALL, "what": ALL}, "children"),
        Output({"type": "import-read", "file": ALL, "at": ALL}, "children"),
        Output({"type": "import-column", "file": ALL, "at": ALL}, "value"),
        Output({"type": "import-drawn", "file": ALL}, "data"),
        Output("imports-bar", "children", allow_duplicate=True),
        Input({"type": "import-column", "file": ALL, "at": ALL}, "value"),
        State({"type": "import-say", "file": ALL, "what": ALL}, "value"),
        State({"type": "import-drawn", "file": ALL}, "data"),
        State("imports-session", "data"),
        prevent_initial_call=True,
    )
    def columns(*values: Any) -> Any:
        # only what follows from the columns is drawn anew: the next list may be open already
        session, changed = values[-1], ctx.triggered_id
        if importer is None or not isinstance(changed, dict) or not session:
            raise PreventUpdate
        token = changed["file"]
        with locks[session]:
            if not take(importer, session, dict(changed)):
                raise PreventUpdate
            files = importer.files(session)
        found = next((x for x in files if x.token == token), None)
        if found is None:
            raise PreventUpdate  # loaded in the meantime
        job, f = importer.job(), format_()
        # a list that holds what it should is left alone: an answer that comes late must not
        # take back what was chosen since
        held = {str(x["id"]): x.get("value") for x in ctx.inputs_list[0]}

        def anew(output: Any, part: Any) -> Any:
            name = str(output["id"])
            kept = output["id"]["file"] != token or (name in held and held[name] == part)
            return no_update if kept else part

        drawn_anew = [
            [anew(output, part) for output, part in group]
            for group in redrawn(found, ctx.outputs_list[:4], f)
        ]
        return *drawn_anew, bar(files, job is not None and job.running, f)

    @app.callback(
        Output("imports-started", "data"),
        Output("imports-arrived", "data"),
        Output("imports-message", "children"),
        Input({"type": "imports-do", "what": ALL}, "n_clicks"),
        Input("imports-want-demo", "data"),
        State("imports-session", "data"),
        State("imports-arrived", "data"),
        State("imports-currency", "value"),
        State("imports-terms", "value"),
        State("imports-accounts", "value"),
        State("imports-expected", "value"),
        State("imports-expected-day", "value"),
        State("imports-accepted", "value"),
    )
    def act(
        _clicks: list[int],
        want_demo: bool,
        session: str | None,
        arrived: int | None,
        currency: str | None,
        terms: object,
        accounts: str | None,
        *expected: str | None,
    ) -> Any:
        asked = ctx.triggered_id
        clicked = ctx.triggered[0]["value"] if isinstance(asked, dict) else None
        what = asked["what"] if isinstance(asked, dict) and clicked else ""
        if want_demo and not what and _untouched(context):
            what = "demo"
        if importer is None or not what or (what != "demo" and not session):
            raise PreventUpdate
        try:
            if what == "clear":
                importer.remove(str(session))
                return no_update, (arrived or 0) + 1, []
            job = (
                importer.demo()
                if what == "demo"
                else importer.load(
                    str(session),
                    settings_of(currency, terms, accounts, (expected[0], expected[1], expected[2])),
                )
            )
        except ImportRefusedError as refused:
            words = refused.render(_)
            return no_update, no_update, html.P(words, className="notice", role="alert")
        return job.number, no_update, []

    @app.callback(
        Output("imports-progress", "children"),
        Output("imports-tick", "disabled"),
        Output("imports-done", "data"),
        Input("imports-tick", "n_intervals"),
        Input("imports-poll", "n_intervals"),
        Input("imports-started", "data"),
        State("imports-done", "data"),
    )
    def watch(_tick: int | None, _poll: int | None, _started: int | None, done: int | None) -> Any:
        job = importer.job() if importer else None
        # on a slow machine the first poll takes the place of the call that a page begins with
        begun = done is not None
        if ctx.triggered_id == "imports-poll" and begun and (job is None or done == job.number):
            raise PreventUpdate
        if job is None:
            return [], True, 0 if done is None else no_update
        if job.running:
            return imports_report.progress(job, format_()), False, no_update
        return [], True, job.number if done != job.number else no_update

    @app.callback(
        Output("imports-report", "children"),
        Output("imports-loaded", "children"),
        Output("imports-empty", "children"),
        Output("imports-headline", "children"),
        Input("imports-done", "data"),
        Input("loaded-changed", "data"),
        prevent_initial_call=True,
    )
    def tell(_done: int | None, _changed: float | None) -> Any:
        try:
            state = context.state()
        except StoreError as error:
            broken = message(_("The store cannot be read"), error.render(_), kind="failed")
            return broken, [], [], ""
        f = format_()
        job = importer.job() if importer else None
        if state is None:
            return _outcome(job, None, f), [], _empty(importer), _("Nothing is loaded yet.")
        about = state.engine.query("select * from about").to_pylist()[0]
        files = state.engine.query("select count(*) as n from files").to_pylist()[0]["n"]
        line = n_("{files} table is loaded", "{files} tables are loaded", files)
        headline = _("{loaded}: {documents} documents, {first} to {last}.").format(
            loaded=line.format(files=f.count(files)),
            documents=f.count(about["documents"]),
            first=f.day(about["first_day"]),
            last=f.day(about["last_day"]),
        )
        if not files:
            headline = _("Nothing is loaded.")
        loaded = (
            imports_loaded.loaded_now(importer, f)
            if importer
            else imports_files.loaded_now(state.engine, f)
        )
        return _outcome(job, about["report"], f), loaded, [], headline

    @app.callback(Output("imports-formats", "children"), Input("imports-session", "id"))
    def formats(_id: str) -> Component | list[Component]:
        return readable(importer) if importer else []

    @app.callback(
        Output("state", "data", allow_duplicate=True),
        Input("imports-done", "data"),
        State("state", "data"),
        prevent_initial_call=True,
    )
    def newer(_done: int | None, shown: int | None) -> Any:
        state = _state(context)
        number = state.number if state else None
        return no_update if number == shown else number

    app.clientside_callback(
        ClientsideFunction("imports", "session"),
        Output("imports-session", "data"),
        Input("imports-session", "id"),
    )
    app.clientside_callback(
        ClientsideFunction("imports", "shown"),
        Output("imports-sending", "title"),
        Input("imports-cards", "children"),
        prevent_initial_call=True,
    )


def _state(context: Context) -> Any:
    try:
        return context.state()
    except StoreError:
        return None  # the page says why in place of the report


def _untouched(context: Context) -> bool:
    """Return whether nothing was ever loaded: a link may then start the demo."""
    importer = context.importer
    return importer is not None and importer.job() is None and _state(context) is None


def _outcome(job: Any, stored: str | None, f: Format) -> Component | list[Component]:
    """Return the report of this server's last load, else of the load that made the state."""
    if job is not None and not job.running:
        if job.problem is not None:
            return imports_report.failed(job)
        if job.report is not None:
            return imports_report.report(job.report, f, job.kind)
    plain = json.loads(stored or "{}")
    return imports_report.report(plain, f, "last") if plain else []


def _empty(importer: Importer | None) -> Component | list[Component]:
    if importer is None:
        return []
    return html.Div(
        [
            html.P(
                _("No exports at hand? The demo company is an invented wholesaler in the Benelux "
                  "and France: three years, 600 customers, 60,000 invoices.")
            ),
            html.Button(
                _("Load the demo company"),
                id={"type": "imports-do", "what": "demo"},
                className="button",
                n_clicks=0,
            ),
        ],
        className="panel import-demo",
    )  # fmt: skip


PAGE = Page(
    "/imports", N_("Imports"), 90, layout, connect, group="foot", needs_data=False,
    listings=(REJECTS,), right=LOAD,
)  # fmt: skip
