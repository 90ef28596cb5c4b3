"""How answers leave the server: shared by those who ask the same, kept by browsers as long as
they may be, compressed once where they never change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import flask
from dash import Dash
from dash.fingerprint import check_fingerprint

from dashboards.base.assets import file_at
from dashboards.base.i18n import language
from dashboards.base.view import Context
from data.core.errors import StoreError

_CALLBACKS, _LAYOUT = "/_dash-update-component", "/_dash-layout"
_SUITES = "/_dash-component-suites/"
_LONG = "public, max-age=31536000, immutable"
_Fn = TypeVar("_Fn", bound=Callable[..., Any])


class _ForOneReaderError(Exception):
    """An answer that is not to be kept: a failure, or nothing to change."""

    def __init__(self, response: flask.Response) -> None:
        """Carry the answer to the reader who caused it."""
        super().__init__("not kept")
        self.response = response


def _given(asked: Mapping[str, Any]) -> object:
    # what triggered it is left out: it changes nothing in a pure answer
    return [asked["inputs"], asked.get("state")]


def pure(callback: _Fn) -> _Fn:
    """Mark a callback whose answer follows from the moment, the language and its inputs alone.

    Readers who look at the same link are then sent the same bytes.
    """
    return pure_by(_given)(callback)


def pure_by(given: Callable[[Mapping[str, Any]], object]) -> Callable[[_Fn], _Fn]:
    """Mark a `pure` callback whose answer does not follow from all that it is given.

    given: returns what it follows from, out of a question as a browser asks it.
    """

    def mark(callback: _Fn) -> _Fn:
        callback.pure = given  # type: ignore[attr-defined]
        return steady(callback)

    return mark


def steady(callback: _Fn) -> _Fn:
    """Mark a callback that changes nothing: what it asks it asks as of one moment."""
    callback.steady = True  # type: ignore[attr-defined]
    return callback


def not_kept() -> None:
    """Say that the answer being made is a failure, which the next one who asks may be spared."""
    if flask.has_request_context():
        flask.g.not_kept = True


def share_answers(app: Dash, context: Context) -> None:
    """Compute the answers of `pure` callbacks once for everybody who asks for them.

    Those of `steady` ones are made as of one moment.
    """
    shared, unchanging = _marked(app, "pure"), _marked(app, "steady")
    (endpoint,) = (r.endpoint for r in app.server.url_map.iter_rules() if r.rule == _CALLBACKS)
    dispatch = app.server.view_functions[endpoint]

    @wraps(dispatch)
    def answer() -> Any:
        asked = flask.request.get_json()
        moment = None
        if asked.get("output") in unchanging:
            context.hold()
        if asked.get("output") in shared:
            try:
                moment = context.moment() if context.state() else None
            except StoreError:
                moment = None  # the page says why
        if moment is None:
            return dispatch()

        def compute() -> bytes:
            response: flask.Response = dispatch()
            if response.status_code != 200:
                not_kept()
            if "not_kept" in flask.g:
                raise _ForOneReaderError(response)
            return bytes(response.get_data())

        given = flask.json.dumps([asked["output"], shared[asked["output"]](asked)])
        try:
            data = context.answers.get((moment, language(), given), compute)
        except _ForOneReaderError as mine:
            # of those who waited for a failure each tries for itself
            return mine.response if "not_kept" in flask.g else dispatch()
        return flask.Response(data, mimetype="application/json")

    app.server.view_functions[endpoint] = answer


def _marked(app: Dash, mark: str) -> dict[str, Any]:
    """Return the outputs whose callback bears a mark, and what the mark says."""
    found = {o: told.get("callback") for o, told in app.callback_map.items()}
    return {o: getattr(one, mark) for o, one in found.items() if hasattr(one, mark)}


class _Compressed:
    """What Flask-Compress keeps: the scripts and styles, which are the same for everybody."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """Return what is kept under `key`."""
        return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep the compressed form of a file; answers of callbacks have no key."""
        if not key.endswith(";"):
            self._kept[key] = value


def _file_of(request: flask.Request) -> str:
    """Return what names the bytes of a script or style; '' for everything else.

    Not the address itself: it may carry any version, and each would be kept.
    """
    if request.path.startswith(_SUITES):
        return str(check_fingerprint(request.path)[0])
    file = file_at(request.path)
    return f"{request.path} {file.stat().st_mtime_ns}" if file else ""


def compressing_server() -> flask.Flask:
    """Return the Flask server for the app, set up so that files are compressed once."""
    server = flask.Flask("tandem", static_folder=None)
    server.config["COMPRESS_CACHE_BACKEND"] = _Compressed
    server.config["COMPRESS_CACHE_KEY"] = _file_of
    return server


def let_browsers_keep(response: flask.Response) -> flask.Response:
    """Let browsers keep files whose address names their version, and ask again for the others.

    The layout they may not keep at all.
    """
    if flask.request.path == _LAYOUT:  # it holds the page of one address
        response.headers["Cache-Control"] = "no-store"
    if not _file_of(flask.request) or response.status_code != 200:
        return response
    file = response.response
    response.direct_passthrough = False
    response.set_data(response.get_data())  # read whole: what is streamed is compressed each time
    if hasattr(file, "close"):
        file.close()
    if "m" in flask.request.args or response.cache_control.max_age:
        response.headers["Cache-Control"] = _LONG
    else:
        response.headers["Cache-Control"] = "public, no-cache"
        response.add_etag()
    return response
