"""The address of a dossier: `/dossier.zip?customer=C&as_of=...&language=fr`."""

from __future__ import annotations

import flask
from dash import Dash

from dashboards.base.i18n import LANGUAGES, language, speaking
from dashboards.base.view import Context, View
from dashboards.frame.download import Filed, filed
from dashboards.handover.dossier import DossierError, dossier
from dashboards.handover.files import as_zip, name_of


def connect(app: Dash, context: Context) -> None:
    """Add the address to the server; who asks gets what they may see, and the log says so."""

    @app.server.get("/dossier.zip")
    def dossier_file() -> flask.Response:
        asked = flask.request.args
        spoken = asked.get("language", "")

        def make(view: View) -> Filed:
            made = dossier(view, asked.get("customer", ""))
            name, content = f"{name_of(made)}.zip", as_zip(made, view.f)
            return Filed(name, content, "application/zip", f"dossier {made.number} {view.filters}")

        with speaking(spoken if spoken in LANGUAGES else language()):
            return filed(context, make, DossierError)
