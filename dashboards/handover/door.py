"""The address of a dossier: `/dossier.zip?customer=C&as_of=...&language=fr`."""

from __future__ import annotations

import flask
from dash import Dash

from dashboards.base.i18n import LANGUAGES, _, language, speaking
from dashboards.base.view import Context
from dashboards.handover.dossier import DossierError, dossier
from dashboards.handover.files import as_zip, name_of
from data.core.errors import EngineError, StoreError


def connect(app: Dash, context: Context) -> None:
    """Add the address to the server; who asks gets what they may see, and the log says so."""

    @app.server.get("/dossier.zip")
    def dossier_file() -> flask.Response:
        asked = flask.request.args
        spoken = asked.get("language", "")
        with speaking(spoken if spoken in LANGUAGES else language()):
            try:
                view = context.view(flask.request.query_string.decode())
                if view is None:
                    flask.abort(404)
                made = dossier(view, asked.get("customer", ""))
                content = as_zip(made, view.f)
            except DossierError as error:
                return flask.Response(error.render(_), status=404, mimetype="text/plain")
            except (StoreError, EngineError) as error:
                return flask.Response(error.render(_), status=503, mimetype="text/plain")
        context.note("exported", f"dossier {made.number} {view.filters}")
        return flask.Response(
            content,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name_of(made)}.zip"'},
        )
