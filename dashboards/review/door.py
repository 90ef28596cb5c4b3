"""The address of the files of a review: `/review.pptx?as_of=...&country=BE`, `.xlsx` and `.pdf`."""

from __future__ import annotations

import flask
from dash import Dash, html
from dash.development.base_component import Component

from dashboards.base.i18n import _
from dashboards.base.view import Context, View
from dashboards.frame.download import Filed, filed
from dashboards.review.take_along.deck import deck_of
from dashboards.review.take_along.files import FORMATS, written
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

        def make(view: View) -> Filed:
            deck, review = deck_of(view)
            name = f"{deck.name}.{kind}"
            return Filed(
                name, written(kind, deck, review, view), FORMATS[kind], f"{name} {view.filters}"
            )

        return filed(context, make)
