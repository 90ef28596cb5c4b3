"""Signing in and out: the addresses that answer without a session, and the guard of all others.

Where nobody has an account, a reader of this machine is let in and asked for nothing but a name;
from elsewhere nobody reaches such a server (`app.py serve` refuses to listen there). As soon as
somebody has one, every address asks for a session but those of this module; a web server before
it, and a provider of OpenID Connect, may say who somebody is (`dashboards/door/ways.py`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote, unquote, urlsplit

import flask

from dashboards.base.i18n import _, language
from dashboards.door.hosts import is_loopback, name_of
from dashboards.door.provider import Away, OpenID
from dashboards.door.ways import ForgedError, Ways
from dashboards.frame.address import WELCOME, here, outside
from dashboards.frame.who import SIGN_OUT
from data.core.errors import StoreError, TandemError
from data.core.rights import LOCAL, Reader
from data.core.texts import N_
from data.workspace.people.log import SIGNED_IN
from data.workspace.people.people import IDLE, LASTS, SHORTEST, People, PeopleError, RefusedError

SIGN_IN = "/sign-in"
THERE, BACK = f"{SIGN_IN}/oidc", f"{SIGN_IN}/oidc/return"
"""Where readers leave for a provider of OpenID Connect, and where they come back."""
COOKIE = "tandem"
_AWAY, _BY = "tandem-away", "tandem-by"
"""Cookies: what a browser left for the provider with, and that it was signed in there."""
_AWAY_SECONDS = 600
NOBODY = N_(
    "Nobody has an account yet, so this server answers its own machine only. Add the first:"
    " python app.py users add LOGIN --name NAME --role admin"
)
_MOST = 10_000
"""Bytes of a form."""

_STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #18222d; --soft: #5b6875;
  --line: #d5dbe1; --accent: #20639b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #12181f; --card: #1b232c; --ink: #e8edf2;
  --soft: #a3b0bd; --line: #34404c; --accent: #74addb; --bad: #ff9a8f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px;
  background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { width: min(380px, 100%); padding: 28px; background: var(--card); border-radius: 10px;
  border: 1px solid var(--line); }
h1 { margin: 0 0 2px; font-size: 22px; letter-spacing: -0.01em; }
p { margin: 0 0 16px; color: var(--soft); }
p.bad { color: var(--bad); }
label { display: block; margin: 12px 0 4px; font-weight: 600; font-size: 13px; }
input { width: 100%; padding: 9px 10px; font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: 6px; }
button, a.other { display: block; margin-top: 20px; width: 100%; padding: 10px; font: inherit;
  font-weight: 600; color: #fff; background: #20639b; border: 0; border-radius: 6px;
  cursor: pointer; text-align: center; text-decoration: none; }
a.other + form { margin-top: 22px; padding-top: 8px; border-top: 1px solid var(--line); }
a.other + form button { color: inherit; background: none; border: 1px solid var(--line); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
small { display: block; margin-top: 6px; color: var(--soft); }
"""
_PAGE = """<!DOCTYPE html>
<html lang="{{ lang }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{{ title }} · Tandem</title><style>{{ style | safe }}</style></head>
<body><main><h1>{{ title }}</h1><p>{{ words }}</p>
{% if bad %}<p class="bad" role="alert">{{ bad }}</p>{% endif %}
{% if other %}<a class="other" href="{{ other[1] }}">{{ other[0] }}</a>{% endif %}
<form method="post" action="{{ action }}">
{% for name, label, kind, fills in fields %}
<label for="{{ name }}">{{ label }}</label>
<input id="{{ name }}" name="{{ name }}" type="{{ kind }}" autocomplete="{{ fills }}" required
  {%- if fills == "username" %} value="{{ login }}"{% endif %}
  {%- if fills == "new-password" %} minlength="{{ shortest }}"{% endif %}>
{% endfor %}
<button>{{ button }}</button></form></main></body></html>
"""
_OUT = """<!DOCTYPE html>
<html lang="{{ lang }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={{ to }}">
<link rel="icon" href="data:,">
<title>{{ title }} · Tandem</title><style>{{ style | safe }}</style></head>
<body><main><h1>{{ title }}</h1><p><a href="{{ to }}">{{ words }}</a></p></main></body></html>
"""
_Field = tuple[str, str, str, str]


def guard(server: flask.Flask, people: People | None, ways: Ways) -> None:
    """Let nobody in who is not signed in, but where nobody has an account.

    people: None where nobody is asked who they are. ways: to be signed in besides a password; where
    there are any, an account is asked for from the start.
    """
    if people is None:
        return
    by_server = _ByServer(people, ways)

    @server.before_request
    def known() -> flask.Response | None:
        try:
            flask.g.reader = None
            flask.g.vouched = by_server.login()
            if flask.g.vouched:
                flask.g.reader = by_server.reader(flask.g.vouched)
                if flask.g.reader is not None:
                    return None
                gone = _("Nobody here has the login {login}.").format(
                    login=repr(flask.g.vouched[:120])
                )
                return _plain(gone, HTTPStatus.FORBIDDEN)
            flask.g.reader = people.reader(flask.request.cookies.get(COOKIE, ""))
            if flask.g.reader is None and not ways and not people.any():
                if not is_loopback(name_of(flask.request.environ.get("HTTP_HOST", ""))):
                    return _plain(_(NOBODY), HTTPStatus.FORBIDDEN)
                flask.g.reader = LOCAL
                return None
        except ForgedError as error:
            return _plain(error.render(_), HTTPStatus.FORBIDDEN)
        except StoreError as error:
            return _plain(error.render(_), HTTPStatus.SERVICE_UNAVAILABLE)
        if flask.g.reader is not None or flask.request.endpoint in _OPEN:
            return None
        if flask.request.method == "GET" and "text/html" in flask.request.headers.get("Accept", ""):
            wanted = flask.request.full_path.rstrip("?")
            to = SIGN_IN if wanted == "/" else f"{SIGN_IN}?to={quote(wanted, safe='')}"
            return flask.redirect(to, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        return _plain(_("Sign in first."), HTTPStatus.UNAUTHORIZED)

    @server.get(SIGN_IN, endpoint="sign_in")
    def ask() -> flask.Response:
        if flask.g.reader is not None:
            return flask.redirect(_back(), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        return _sign_in_form(ways)

    @server.post(SIGN_IN, endpoint="sign_in_form")
    def sign_in() -> flask.Response:
        if flask.g.reader is LOCAL:
            return flask.redirect("/", HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        said = _said()
        try:
            session = people.sign_in(
                said.get("login", ""), said.get("password", ""), flask.request.remote_addr or ""
            )
        except RefusedError as error:
            return _sign_in_form(ways, error)
        return _let_in(session)

    @server.post(SIGN_OUT, endpoint="sign_out")
    def sign_out() -> flask.Response:
        people.sign_out(flask.request.cookies.get(COOKIE, ""))
        if flask.g.vouched:
            return _plain(
                _("The web server before Tandem has signed you in: sign out there."), HTTPStatus.OK
            )
        return _out(provider if flask.request.cookies.get(_BY) else None)

    @server.get(f"{WELCOME}/<ticket>", endpoint="welcome")
    def welcome(ticket: str) -> flask.Response:
        return _welcome_form(people, ticket)

    @server.post(f"{WELCOME}/<ticket>", endpoint="welcome_form")
    def set_password(ticket: str) -> flask.Response:
        said = _said()
        try:
            if said.get("password") != said.get("again"):
                raise PeopleError(N_("The two passwords differ."))
            account = people.set_password(ticket, said.get("password", ""))
            session = people.sign_in(
                account.login, said["password"], flask.request.remote_addr or ""
            )
        except PeopleError as error:
            return _welcome_form(people, ticket, error)
        return _let_in(session)

    provider = OpenID(ways.provider) if ways.provider else None
    if provider is not None:
        _connect_provider(server, people, ways, provider)


def _connect_provider(server: flask.Flask, people: People, ways: Ways, provider: OpenID) -> None:
    """Add the two addresses by which readers leave for the provider and come back."""

    @server.get(THERE, endpoint="provider")
    def leave() -> flask.Response:
        try:
            address, away = provider.away(here() + BACK, _back())
        except RefusedError as error:
            return _sign_in_form(ways, error)
        response = flask.redirect(address, HTTPStatus.SEE_OTHER)
        response.set_cookie(
            _AWAY, quote(away.text), max_age=_AWAY_SECONDS, path=SIGN_IN, httponly=True,
            samesite="Lax", secure=_encrypted(),
        )  # fmt: skip
        return response  # type: ignore[return-value]

    @server.get(BACK, endpoint="provider_back")
    def come_back() -> flask.Response:
        away = Away.read(unquote(flask.request.cookies.get(_AWAY, "")))
        if away is None:  # it took too long, or was not begun here
            return flask.redirect(SIGN_IN, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        try:
            login = provider.login(away, flask.request.args.to_dict(), here() + BACK)
            session = people.enter(login, provider.provider.name, flask.request.remote_addr or "")
        except RefusedError as error:
            response = _sign_in_form(ways, error)
        else:
            response = _let_in(session, _own(away.to))
            response.set_cookie(
                _BY, "oidc", max_age=int(LASTS.total_seconds()), path=SIGN_OUT, httponly=True,
                samesite="Lax", secure=_encrypted(),
            )  # fmt: skip
        response.delete_cookie(_AWAY, path=SIGN_IN)  # it works once
        return response


class _ByServer:
    """Whom the web server before Tandem has signed in, if one does."""

    def __init__(self, people: People, ways: Ways) -> None:
        self._people, self._proxy = people, ways.proxy
        self._noted: dict[str, float] = {}

    def login(self) -> str:
        """Return the login that it names; '' for none. Raises `ForgedError`."""
        return self._proxy.names(flask.request.headers) if self._proxy else ""

    def reader(self, login: str) -> Reader | None:
        """Return who has it; from time to time it is written down that they came in."""
        found, now = self._people.vouched(login), time.monotonic()
        known = found.login if found else ""
        if now - self._noted.get(known, -IDLE.total_seconds()) >= IDLE.total_seconds():
            self._noted[known] = now
            what, about = (SIGNED_IN, "web server") if found else ("refused", login)
            self._people.note(known, what, about, flask.request.remote_addr or "")
        return found


_OPEN = ("sign_in", "sign_in_form", "welcome", "welcome_form", "provider", "provider_back")
"""What answers without a session."""


def _let_in(session: str, to: str = "") -> flask.Response:
    response = flask.redirect(to or _back(), HTTPStatus.SEE_OTHER)
    # Lax: a link in a mail opens the page it names
    response.set_cookie(
        COOKIE, session, max_age=int(LASTS.total_seconds()), httponly=True, samesite="Lax",
        secure=_encrypted(),
    )  # fmt: skip
    return response  # type: ignore[return-value]


def _out(provider: OpenID | None) -> flask.Response:
    """Lead whoever signed out to the form again, by the provider where one signed them in."""
    to = provider.sign_out(here() + SIGN_IN) if provider else ""
    if to:
        # a form may lead to this server only: so the page that follows it leads on
        page = flask.render_template_string(
            _OUT, lang=language(), title=_("Signed out"), style=_STYLE, to=to, words=_("Go on")
        )
        response = flask.Response(page)
        response.headers["Cache-Control"] = "no-store"
    else:
        response = flask.redirect(SIGN_IN, HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
    response.delete_cookie(COOKIE)
    response.delete_cookie(_BY, path=SIGN_OUT)
    return response


def _encrypted() -> bool:
    """Return whether the reader's browser and the outermost server speak encrypted."""
    return flask.request.is_secure or outside().startswith("https://")


def _back() -> str:
    """Return where the reader wanted to go."""
    return _own(flask.request.args.get("to", "/"))


def _own(to: str) -> str:
    """Return an address of this server, and no other."""
    told = urlsplit(to)
    own = not told.scheme and not told.netloc and to.startswith("/") and not to.startswith("//")
    return to if own and "\\" not in to and to.isprintable() else "/"


def _said() -> dict[str, str]:
    """Return the fields of a form; none where it is too large."""
    flask.request.max_content_length = _MOST
    return flask.request.form.to_dict()


def _sign_in_form(ways: Ways, error: TandemError | None = None) -> flask.Response:
    fields = [
        ("login", _("Login"), "text", "username"),
        ("password", _("Password"), "password", "current-password"),
    ]
    back = _back()
    query = f"?to={quote(back, safe='')}" if back != "/" else ""
    other = None
    if ways.provider:
        words = _("Sign in with {provider}").format(provider=ways.provider.name)
        other = (words, THERE + query)
    return _form(
        _("Sign in"), _("The same figures for credit and sales."), fields, _("Sign in"), error,
        SIGN_IN + query, other,
    )  # fmt: skip


def _welcome_form(people: People, ticket: str, error: TandemError | None = None) -> flask.Response:
    account = people.invited(ticket)
    if account is None:
        gone = _("This link works no more. Ask for a new one: it works for 3 days.")
        return _plain(gone, HTTPStatus.GONE)
    fields = [
        ("password", _("Password"), "password", "new-password"),
        ("again", _("The same once more"), "password", "new-password"),
    ]
    words = _("{name}, choose a password of at least {least} characters.").format(
        name=account.name, least=SHORTEST
    )
    return _form(_("Welcome"), words, fields, _("Set the password"), error, flask.request.path)


def _form(
    title: str,
    words: str,
    fields: Sequence[_Field],
    button: str,
    error: TandemError | None,
    action: str,
    other: tuple[str, str] | None = None,
) -> flask.Response:
    """Return a form. action: where it is sent; other: another way in, its words and address."""
    page = flask.render_template_string(
        _PAGE, lang=language(), title=title, style=_STYLE, words=words, fields=fields,
        bad=error.render(_) if error else "", action=action, other=other,
        button=button, shortest=SHORTEST, login=flask.request.form.get("login", "")[:120],
    )  # fmt: skip
    status = HTTPStatus.FORBIDDEN if error else HTTPStatus.OK
    response = flask.Response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(words: str, status: HTTPStatus) -> flask.Response:
    response = flask.Response(words + "\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
