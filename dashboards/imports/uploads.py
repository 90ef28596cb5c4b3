"""Addresses of the Imports page: files in, mappings out. What comes from elsewhere is refused."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import urlsplit

import flask
from dash import Dash

from dashboards.base.i18n import _
from dashboards.base.view import Context
from dashboards.imports.quota import Quota
from data.core.errors import ImportRefusedError

FILES = "/imports/files"
"""The address that takes files."""
HEADER = "X-Tandem"
"""Sent with every file: a page of another origin cannot send it without being asked first."""


def from_elsewhere(request: flask.Request) -> bool:
    """Return whether a page of another origin sent this request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def connect(app: Dash, context: Context) -> None:
    """Add the addresses to the app's server."""
    server, quota = app.server, Quota()

    @server.before_request
    def same_origin() -> flask.Response | None:
        if flask.request.method == "POST" and from_elsewhere(flask.request):
            return flask.Response("This request comes from another site.", 403)
        return None

    @server.post(FILES)
    def receive() -> tuple[dict[str, str], int]:
        request = flask.request
        if context.importer is None:
            return {"error": _("This server loads no files.")}, 404
        if HEADER not in request.headers or request.content_length is None:
            return {"error": _("This request does not come from the Imports page.")}, 403
        try:
            quota.take(context.reader().login or request.remote_addr or "", request.content_length)
            token = context.importer.receive(
                request.args.get("session", ""),
                request.args.get("name", ""),
                cast(BinaryIO, request.stream),
                request.content_length,
            )
        except ImportRefusedError as refused:
            return {"error": refused.render(_)}, 400
        except OSError as error:
            words = _("The file cannot be kept: {error}.").format(error=error.strerror or error)
            return {"error": words}, 507
        return {"token": token}, 200

    @server.get("/imports/mapping/<session>/<token>.toml")
    def mapping(session: str, token: str) -> flask.Response:
        if context.importer is None:
            flask.abort(404)
        try:
            text = context.importer.mapping(session, token)
        except ImportRefusedError:
            flask.abort(404)
        headers = {"Content-Disposition": 'attachment; filename="mapping.toml"'}
        return flask.Response(text, mimetype="application/toml", headers=headers)
