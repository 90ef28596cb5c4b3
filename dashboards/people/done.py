"""The audit log: who signed in, looked at whom, said, exported; narrowed, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
import flask
from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboards.base.filters import Options
from dashboards.base.format import Format
from dashboards.base.i18n import _, language
from dashboards.base.view import Context
from dashboards.charts.plain_table import plain_table
from dashboards.frame.deriving import refusal
from dashboards.people.words import about_words
from data.core.errors import StoreError
from data.core.texts import N_, inert
from data.workspace.people.log import Done, Which

ADDRESS = "/people/log.csv"
_SHOWN = 100
WHAT: Mapping[str, str] = {
    "signed in": N_("signed in"),
    "refused": N_("was refused"),
    "looked at": N_("looked at"),
    "said": N_("said"),
    "took back": N_("took back"),
    "exported": N_("exported"),
    "account added": N_("added an account"),
    "account changed": N_("changed an account"),
    "password reset": N_("gave a link for a new password"),
    "password set": N_("set a password"),
    "signed out everywhere": N_("signed somebody out everywhere"),
}
"""What the log says was done -> what a reader calls it."""
_HEADS = (N_("When (UTC)"), N_("Who"), N_("What"), N_("About"), N_("From address"))


def layout() -> Component:
    """Return the log's place and its filters."""
    day = {"valueFormat": "D MMM YYYY", "size": "xs", "clearable": True}
    narrow = {"size": "xs", "clearable": True, "searchable": True, "data": []}
    return html.Section(
        [
            html.H2(_("Who did what")),
            html.P(
                _("The log can only be added to, here and in the database."), className="measure"
            ),
            dmc.DatesProvider(
                html.Div(
                    [
                        dmc.Select(id="log-login", label=_("Who"), **narrow),
                        dmc.Select(id="log-what", label=_("What"), **narrow),
                        dmc.DateInput(id="log-since", label=_("From"), **day),
                        dmc.DateInput(id="log-until", label=_("To"), **day),
                        html.A(
                            _("Download CSV"), id="log-file", href=ADDRESS, download="",
                            className="button",
                        ),
                    ],
                    className="people-narrow",
                ),
                settings={"locale": language(), "firstDayOfWeek": 1},
            ),
            html.Div(id="log-rows", className="live"),
        ],
        id="people-log",
        className="panel people-log",
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the filters, the list and the file."""
    server: flask.Flask = app.server

    @app.callback(
        Output("log-rows", "children"),
        Output("log-file", "href"),
        Output("log-login", "data"),
        Output("log-what", "data"),
        Input("log-login", "value"),
        Input("log-what", "value"),
        Input("log-since", "value"),
        Input("log-until", "value"),
        Input("people-changed", "data"),
    )
    def show(
        login: str | None, what: str | None, since: str | None, until: str | None, _changed: int
    ) -> Any:
        people = context.people
        asked = {"login": login, "what": what, "since": since, "until": until}
        kept = {name: value for name, value in asked.items() if value}
        if people is None:
            return [], ADDRESS, [], []
        try:
            rows = people.audit(_SHOWN + 1, which_of(kept))
            logins, sorts = people.audited()
        except (StoreError, ValueError) as error:
            words = error.render(_) if isinstance(error, StoreError) else str(error)
            return refusal(words), ADDRESS, [], []
        query = f"?{urlencode(kept)}" if kept else ""
        return (
            _listed(rows, _options(context)),
            ADDRESS + query,
            [one for one in logins if one],
            [{"value": one, "label": _what(one)} for one in sorts],
        )

    @server.get(ADDRESS, endpoint="people_log")
    def file() -> flask.Response:
        if context.people is None:
            flask.abort(404)
        try:
            which = which_of(flask.request.args)
        except ValueError:
            flask.abort(400)
        context.note("exported", f"log.csv {flask.request.query_string.decode()}".strip())
        headers = {"Content-Disposition": 'attachment; filename="log.csv"',
                   "Cache-Control": "no-store"}  # fmt: skip
        text = written(context.people.audit(None, which), _options(context))
        return flask.Response(text, mimetype="text/csv", headers=headers)


def which_of(asked: Mapping[str, str]) -> Which:
    """Return which rows are asked for. Raises ValueError for a day that is none.

    >>> which_of({"login": "ann", "since": "2026-03-01"}).since.isoformat()
    '2026-03-01'
    """
    days = {
        name: date.fromisoformat(asked[name]) if asked.get(name) else None
        for name in ("since", "until")
    }
    return Which(asked.get("login", ""), asked.get("what", ""), days["since"], days["until"])


def _options(context: Context) -> Options | None:
    """Return what dimensions and their values are called; None while there are no data."""
    try:
        state = context.state()
    except StoreError:  # the log can be read without the data
        return None
    return context.options(state) if state else None


def _what(done: str) -> str:
    """Return how a reader calls what was done."""
    return _(WHAT[done]) if done in WHAT else done


def _listed(rows: Sequence[Done], options: Options | None) -> list[Component]:
    """Return the newest rows as a table, and how many there are more."""
    if not rows:
        return [html.P(_("Nothing of the kind was done."), className="measure")]
    f = Format(language())
    shown = [
        (
            f.moment(one.at),
            one.login or "–",
            _what(one.what),
            about_words(one, options),
            one.address,
        )
        for one in rows[:_SHOWN]
    ]
    more = [html.P(_("Only the newest are shown; the file has all."), className="measure")]
    table = plain_table([(_(head), False) for head in _HEADS], shown)
    return [table, *(more if len(rows) > _SHOWN else [])]


def written(rows: Sequence[Done], options: Options | None = None) -> str:
    """Return rows as CSV that the reader's Excel opens; no cell runs as a formula."""
    to = io.StringIO()
    comma = Format(language()).separators[0] == ","
    writer = csv.writer(to, lineterminator="\r\n", delimiter=";" if comma else ",")
    writer.writerow([inert(_(head)) for head in _HEADS])
    for one in rows:
        moment = one.at.strftime("%Y-%m-%d %H:%M:%S")
        said = (one.login, _what(one.what), about_words(one, options), one.address)
        writer.writerow([moment, *(inert(cell) for cell in said)])
    return f"\ufeff{to.getvalue()}"  # the mark tells Excel that this is UTF-8
