"""The addresses of a statement: `/statement.html?customer=C&from=2026-01-01&as_of=2026-10-31`."""

from __future__ import annotations

import flask
from dash import Dash

from dashboards.base.view import Context, View
from dashboards.frame.download import Filed, filed
from dashboards.letters.filing import as_page, as_workbook, name_of
from dashboards.letters.statement import StatementError, account_of
from data.workspace.subjects.work import LANGUAGES

_KINDS = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def connect(app: Dash, context: Context) -> None:
    """Add the addresses to the server; who asks gets what they may see, and the log says so."""

    @app.server.get("/statement.<kind>")
    def statement_file(kind: str) -> flask.Response:
        if kind not in _KINDS:
            flask.abort(404)
        asked = flask.request.args
        spoken = asked.get("language", "")
        language = spoken if spoken in LANGUAGES else ""

        def make(view: View) -> Filed:
            made = account_of(view, asked.get("customer", ""), language)
            folder = context.store.folder
            content = as_page(made, folder).encode() if kind == "html" else as_workbook(made)
            about = f"statement.{kind} {made.number} {made.first} {made.last} {view.filters}"
            name = f"{name_of(made)}.{kind}"
            return Filed(name, content, _KINDS[kind], about.strip(), inline=kind == "html")

        return filed(context, make, StatementError)
