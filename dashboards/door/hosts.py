"""Who is let in: which names the server answers to, which of Dash's own doors are shut, and how
many may wait at the door.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Collection, Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import flask
from dash import Dash

#: Where the names stand by which readers reach a server behind another one, separated by commas.
HOSTS = "TANDEM_HOSTS"
LOOPBACK = "127.0.0.1"

#: Given to Dash: each of these is shut in code, whatever the environment says.
SHUT: Mapping[str, Any] = {"enable_mcp": False, "include_assets_files": False}
#: Dash answers here for a development server that reloads itself.
_DEVELOPMENT = ("/_reload-hash",)

#: Idle connections cost little; one for each tab of every colleague is far from it.
_CONNECTIONS = 4000
#: Windows waits for at most 512 connections at once.
_CONNECTIONS_ON_WINDOWS = 480
#: Seconds after which a connection that says nothing is closed.
_IDLE = 60


def guard(server: flask.Flask, names: Collection[str] = (), listening: str = LOOPBACK) -> None:
    """Let the server answer only requests that name it.

    A web page elsewhere can point a name of its own at this machine, and read the figures through
    the reader's browser; what it cannot do is to have the browser say another name.

    names: by which readers reach it, besides its own. listening: the address it listens on.
    """
    known = {*names, *filter(None, os.environ.get(HOSTS, "").split(","))}
    known = {name.strip().casefold() for name in known}

    @server.before_request
    def named() -> flask.Response | None:
        host = flask.request.environ.get("HTTP_HOST", "")
        if answers_to(name_of(host), listening, known):
            return None
        said = (
            f"This server does not answer to {host or 'a request without a name'!r}. Start it with"
            f" --name, or name it in {HOSTS}, if that is how it is reached.\n"
        )
        return flask.Response(said, status=421, mimetype="text/plain")


def name_of(host: str) -> str:
    """Return the name in a Host header, without its port.

    >>> [name_of(h) for h in ("Tandem.example:8050", "[::1]:8050", "10.0.0.7", "::1", "a.b.")]
    ['tandem.example', '::1', '10.0.0.7', '::1', 'a.b']
    """
    host = host.strip().casefold()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    return host.rstrip(".")


def answers_to(name: str, listening: str, known: Collection[str]) -> bool:
    """Return whether a server that listens on an address is meant by a name.

    >>> [answers_to(n, "127.0.0.2", ()) for n in ("localhost", "127.0.0.2", "::1", "evil.example")]
    [True, True, True, False]
    >>> [answers_to(n, "0.0.0.0", ("tandem.example",)) for n in ("10.0.0.7", "tandem.example", "x")]
    [True, True, False]
    >>> [answers_to(n, "10.0.0.7", ()) for n in ("10.0.0.7", "10.0.0.8", "localhost", "")]
    [True, False, False, False]
    """
    if name in known:
        return bool(name)
    mine = _address("::1" if listening == "localhost" else listening)
    if mine is None:  # it listens on a name
        return name == name_of(listening)
    if (asked := _address(name)) is not None:
        # an address is no name that somebody else could point here
        return asked == mine or mine.is_unspecified or (mine.is_loopback and asked.is_loopback)
    if name == "localhost":
        return mine.is_loopback or mine.is_unspecified
    return not mine.is_loopback and name in _own_names()


def is_loopback(name: str) -> bool:
    """Return whether a name or an address is that of this machine to itself.

    >>> [is_loopback(n) for n in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "tandem.example")]
    [True, True, True, False, False]
    """
    address = _address(name)
    return name == "localhost" if address is None else address.is_loopback


def _address(name: str) -> IPv4Address | IPv6Address | None:
    with contextlib.suppress(ValueError):
        return ip_address(name)
    return None


@cache
def _own_names() -> set[str]:
    return {socket.gethostname().casefold(), socket.getfqdn().casefold().rstrip(".")} - {""}


def shut(app: Dash) -> None:
    """Shut what Dash has for development; at its addresses it is as if nothing were there."""
    app.enable_dev_tools(
        debug=False,
        dev_tools_ui=False,
        dev_tools_props_check=False,
        dev_tools_serve_dev_bundles=False,
        dev_tools_hot_reload=False,
        dev_tools_silence_routes_logging=False,
        dev_tools_disable_version_check=True,
        dev_tools_prune_errors=False,
        dev_tools_validate_callbacks=False,
    )
    for rule in app.server.url_map.iter_rules():
        if rule.rule in _DEVELOPMENT:
            app.server.view_functions[rule.endpoint] = _nothing


def _nothing(**_parts: str) -> flask.Response:
    return flask.abort(404)


def at_the_door() -> dict[str, Any]:
    """Return waitress's settings for who may wait: idle connections keep nobody else out."""
    if os.name == "nt":
        return {"connection_limit": _CONNECTIONS_ON_WINDOWS, "channel_timeout": _IDLE}
    return {
        "connection_limit": min(_CONNECTIONS, _files() - 200),
        "channel_timeout": _IDLE,
        "asyncore_use_poll": True,  # without it, waiting ends at the 1,024th file
    }


def _files() -> int:
    """Let the process open as many files as it may, and return how many that are."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 2 * _CONNECTIONS)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(soft, 300)
