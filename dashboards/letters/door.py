"""The addresses of a statement: `/statement.html?customer=C&from=2026-01-01&as_of=2026-10-31`."""

from __future__ import annotations

import flask
from dash import Dash

from dashboards.base.i18n import _
from dashboards.base.view import Context
from dashboards.letters.filing import as_page, as_workbook, name_of
from dashboards.letters.statement import StatementError, account_of
from dashboards.letters.templates import TemplateError
from data.core.errors import EngineError, StoreError
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
        try:
            view = context.view(flask.request.query_string.decode())
            if view is None:
                flask.abort(404)
            language = spoken if spoken in LANGUAGES else ""
            made = account_of(view, asked.get("customer", ""), language)
            folder = context.store.folder
            content = as_page(made, folder).encode() if kind == "html" else as_workbook(made)
        except StatementError as error:
            return flask.Response(error.render(_), status=404, mimetype="text/plain")
        except TemplateError as error:
            return flask.Response(error.render(_), status=400, mimetype="text/plain")
        except (StoreError, EngineError) as error:
            return flask.Response(error.render(_), status=503, mimetype="text/plain")
        about = f"statement.{kind} {made.number} {made.first} {made.last} {view.filters}"
        context.note("exported", about.strip())
        how = "inline" if kind == "html" else "attachment"
        return flask.Response(
            content,
            content_type=_KINDS[kind],
            headers={"Content-Disposition": f'{how}; filename="{name_of(made)}.{kind}"'},
        )
