"""What watched folders did, and the files of theirs that wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.format import Format
from dashboards.base.i18n import _, language, n_
from dashboards.base.view import Context
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.imports.files import word
from dashboards.imports.words import STATUS
from data.core.errors import ImportRefusedError
from data.core.importing import Event, Waiting, Watched
from data.core.texts import N_, Text

OUTCOMES = {
    **STATUS,
    "asked": N_("a question is open"),
    "refused": N_("not understood"),
    "answered": N_("loaded once its question was answered"),
    "stays": N_("not moved"),
}


def section(found: Watched, f: Format) -> Component | list[Component]:
    """Return what waits, each file with a way to answer, and what was done last."""
    if not found.folders:
        return []
    where = n_("Watched folder: {folders}", "Watched folders: {folders}", len(found.folders))
    return html.Section(
        [
            html.Header(
                html.Div(
                    [
                        html.H2(_("From the watched folder")),
                        html.P(where.format(folders=", ".join(found.folders)), className="measure"),
                    ],
                    className="panel-title",
                ),
                className="panel-head",
            ),
            _waiting(found.waiting),
            _events(found.events, f),
        ],
        className="panel import-loaded import-watched",
    )


def _waiting(files: Sequence[Waiting]) -> Component | None:
    if not files:
        return None
    rows: list[list[Cell]] = [
        [
            html.Span([one.name, html.Small(one.place)]),
            word(OUTCOMES, "asked" if one.asked else "refused"),
            _why(one.why),
            _answer(one),
        ]
        for one in files
    ]
    head = [(_("Name"), False), (_("Outcome"), False), (_("Why"), False), ("", False)]
    return plain_table(head, rows, _("Waiting for an answer"))


def _answer(one: Waiting) -> Component:
    label = _("Answer what is asked about {file}") if one.asked else _("Look at {file}")
    label = label.format(file=one.name)
    return html.Button(
        _("Answer") if one.asked else _("Look at it"),
        id={"type": "watched-do", "file": one.key},
        className="button",
        n_clicks=0,
        title=label,
        **{"aria-label": label},
    )


def _events(events: Sequence[Event], f: Format) -> Component:
    if not events:
        return html.P(_("Nothing has arrived yet."), className="measure")
    rows: list[list[Cell]] = [
        [
            f.moment(one.at),
            html.Span(one.file, title=one.place or None),
            word(OUTCOMES, one.outcome),
            _why(one.why),
        ]
        for one in events
    ]
    head = [(_("Time, UTC"), False), (_("File"), False), (_("Outcome"), False), (_("Why"), False)]
    return html.Details([html.Summary(_("What became of the files")), plain_table(head, rows)])


def _why(why: Text | None) -> str:
    return why.render(_) if why else ""


def connect(app: Dash, context: Context) -> None:
    """Wire the list, which follows the folder, and the buttons that take a file up."""
    importer = context.deriver  # the door lets nobody here who may not load

    @app.callback(
        Output("imports-watched", "children"),
        Output("imports-watched-stamp", "data"),
        Input("imports-poll", "n_intervals"),
        Input("imports-done", "data"),
        State("imports-watched-stamp", "data"),
    )
    def follow(_poll: int | None, _done: int | None, stamp: str | None) -> Any:
        found = importer.watched(stamp) if importer else None
        if found is None:
            raise PreventUpdate
        return section(found, Format(language(), "EUR")), found.stamp

    @app.callback(
        Output("imports-arrived", "data", allow_duplicate=True),
        Output("imports-message", "children", allow_duplicate=True),
        Input({"type": "watched-do", "file": ALL}, "n_clicks"),
        State("imports-session", "data"),
        State("imports-arrived", "data"),
        prevent_initial_call=True,
    )
    def take_up(_clicks: list[int], session: str | None, arrived: int | None) -> Any:
        asked = ctx.triggered_id
        if importer is None or not isinstance(asked, dict) or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        try:
            importer.take_up(str(session), str(asked["file"]))
        except ImportRefusedError as refused:
            words = refused.render(_)
        except OSError as error:
            words = _("The file cannot be kept: {error}.").format(error=error.strerror or error)
        else:
            return (arrived or 0) + 1, []
        return no_update, html.P(words, className="notice", role="alert")
