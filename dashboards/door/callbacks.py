"""Which questions of a browser are answered: those it was given, and those its reader may ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import wraps
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import flask
from cachetools import TTLCache
from dash import Dash

from dashboards.base.i18n import _
from dashboards.base.page import Page
from dashboards.base.view import Context

_CALLBACKS, _LAYOUT = "/_dash-update-component", "/_dash-layout"
#: Seconds for which the log says once that somebody looks at a customer, a page being many
#: questions; and of how many of them it is known.
_ONCE_IN, _LOOKS = 600, 5000


def connect_page(app: Dash, context: Context, page: Page) -> dict[str, str]:
    """Connect a page; return output -> the right that its reader needs, where it needs one."""
    before = set(app.callback_map)
    page.connect(app, context)
    return dict.fromkeys(set(app.callback_map) - before, page.right) if page.right else {}


def guard(app: Dash, context: Context, pages: tuple[Page, ...], needs: Mapping[str, str]) -> None:
    """Refuse what no page of this server asks, and what the reader's role does not see.

    needs: output of a callback -> a right, see `connect_page`.
    """
    server = app.server
    shut = {page.path: page.right for page in pages if page.right}

    looked: TTLCache[tuple[str, str], bool] = TTLCache(_LOOKS, _ONCE_IN)
    lock = Lock()

    def look(query: str) -> None:
        """Write down at whom the reader looks, whatever part of a page asks, and wherever."""
        who = dict(parse_qsl(query.lstrip("?"))).get("customer")
        if not who:
            return
        key = context.reader().login, who
        with lock:
            known = key in looked
            looked[key] = True
        if not known:
            context.note("looked at", who)

    @server.before_request
    def may() -> flask.Response | None:
        if flask.request.path == _LAYOUT:
            look(urlsplit(flask.request.referrer or "").query)
        below = [r for path, r in shut.items() if flask.request.path.startswith(f"{path}/")]
        if below and not context.reader().may(below[0]):
            return refused(flask.request.path)
        return None

    def refused(what: str) -> flask.Response:
        context.note("refused", what)
        return flask.Response(_("Your role does not see this.") + "\n", HTTPStatus.FORBIDDEN)

    (endpoint,) = (r.endpoint for r in server.url_map.iter_rules() if r.rule == _CALLBACKS)
    dispatch = server.view_functions[endpoint]

    @wraps(dispatch)
    def answer() -> Any:
        asked: Any = flask.request.get_json(silent=True)
        wrong = _wrong(asked, app.callback_map)
        if wrong:
            return flask.Response(wrong + "\n", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
        right = needs.get(asked["output"])
        if right and not context.reader().may(right):
            return refused(asked["output"])
        for query in _queries(asked):
            look(query)
        return dispatch()

    server.view_functions[endpoint] = answer


def _queries(asked: Mapping[str, Any]) -> Iterator[str]:
    """Yield the queries of addresses that a question is about."""
    for one in (*asked["inputs"], *asked.get("state", ())):
        if isinstance(one, dict):  # of a list none is an address
            value = one.get("value")
            if isinstance(value, dict):  # a script asks, and says for which address
                value = value.get("search")
            elif one["property"] != "search":
                continue
            if isinstance(value, str):
                yield value


def _wrong(asked: object, known: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what is wrong with the body of a question; '' where it is one of a page."""
    if not isinstance(asked, dict):
        return "This is no question: a JSON object is needed."
    output = asked.get("output")
    if not isinstance(output, str) or output not in known:
        return "No page asks for this output."
    told = known[output]
    for name, wanted in (("inputs", told["inputs"]), ("state", told.get("state") or [])):
        given = asked.get(name, [])
        if not isinstance(given, list) or len(given) != len(wanted):
            return f"{name}: {len(wanted)} values are needed."
        for one in given:
            for part in one if isinstance(one, list) else [one]:
                if not isinstance(part, dict) or not {"id", "property"} <= set(part):
                    return f"{name}: each needs an id and a property."
    changed = asked.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(c, str) for c in changed):
        return "changedPropIds: a list of names is needed."
    outputs = asked.get("outputs")
    parts = outputs if isinstance(outputs, list) else [outputs]
    if not all(isinstance(p, dict) and {"id", "property"} <= set(p) for p in _flat(parts)):
        return "outputs: each needs an id and a property."
    return ""


def _flat(parts: list[Any]) -> list[Any]:
    return [x for p in parts for x in (_flat(p) if isinstance(p, list) else [p])]
