"""The address of the files of a review: `/review.pptx?as_of=...&country=BE`, `.xlsx` and `.pdf`."""

from __future__ import annotations

import flask
from dash import Dash, html
from dash.development.base_component import Component

from dashboards.base.i18n import _
from dashboards.base.view import Context, NoRows, View
from dashboards.review.take_along.deck import deck_of
from dashboards.review.take_along.files import FORMATS, written
from data.core.errors import EngineError, StoreError
from data.core.texts import N_

_CALLED = {"pptx": N_("PowerPoint"), "xlsx": N_("Excel"), "pdf": N_("PDF")}


def buttons(view: View) -> list[Component]:
    """Return the ways to take the review along, under the filters of the page."""
    return [
        # a file by its address: the browser keeps it
        html.A(_(called), href=view.link(f"/review.{kind}"), className="button small",
               **{"aria-label": _("Take the review along as {format}").format(format=_(called))})
        for kind, called in _CALLED.items()
    ]  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Add the address to the server; who asks gets what they may see, and the log says so."""

    @app.server.get("/review.<kind>")
    def review_file(kind: str) -> flask.Response:
        if kind not in FORMATS:
            flask.abort(404)
        try:
            view = context.view(flask.request.query_string.decode())
            if view is None:
                flask.abort(404)
            deck, review = deck_of(view)
            content = written(kind, deck, review, view)
        except NoRows:
            return flask.Response(_("Nothing matches these filters"), 404, mimetype="text/plain")
        except (StoreError, EngineError) as error:
            return flask.Response(error.render(_), status=503, mimetype="text/plain")
        context.note("exported", f"{deck.name}.{kind} {view.filters}")
        return flask.Response(
            content,
            content_type=FORMATS[kind],
            headers={"Content-Disposition": f'attachment; filename="{deck.name}.{kind}"'},
        )
