"""Ways to be signed in besides a password, as the environment says: by a web server that stands
before Tandem, or by a provider of OpenID Connect.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dashboards.door.hosts import is_loopback
from dashboards.frame.address import AT, outside
from data.core.errors import TandemError
from data.core.texts import N_

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

HEADER, SECRET = "TANDEM_PROXY_HEADER", "TANDEM_PROXY_SECRET"
ISSUER, CLIENT = "TANDEM_OIDC_ISSUER", "TANDEM_OIDC_CLIENT"
CLIENT_SECRET, NAME = "TANDEM_OIDC_SECRET", "TANDEM_OIDC_NAME"
CLAIM = "TANDEM_OIDC_CLAIM"
PROVES = "X-Tandem-Secret"
"""The header in which a web server sends the secret that it shares with Tandem."""
EMAIL = "email"
_LEAST = 32


class SettingError(TandemError):
    """A way to sign in that is not set up as it has to be."""


class ForgedError(TandemError):
    """A request that bears a wrong secret."""


@dataclass(frozen=True)
class Proxy:
    """A web server that signs people in. header: where it names them; secret: what proves it."""

    header: str
    secret: str = field(repr=False)

    def names(self, headers: Headers | Mapping[str, str]) -> str:
        """Return the login that the web server names; '' where the request is none of its own.

        Raises `ForgedError` for a wrong secret. Without any, what the header says is nothing.

        >>> proxy = Proxy("X-User", "s" * 32)
        >>> proxy.names({"X-User": "ann", PROVES: "s" * 32}), proxy.names({"X-User": "ann"})
        ('ann', '')
        """
        said = headers.get(PROVES)
        if said is None:
            return ""
        if not hmac.compare_digest(said.encode(), self.secret.encode()):
            raise ForgedError(N_("The secret of the web server before Tandem is not right."))
        return headers.get(self.header, "").strip()


@dataclass(frozen=True)
class Provider:
    """A provider of OpenID Connect, and what Tandem is called there.

    claim: which of its claims is the login: `email`, which must be verified, or one that nobody
    chooses for themselves, as `sub`.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    name: str
    claim: str = EMAIL


@dataclass(frozen=True)
class Ways:
    """Ways to be signed in besides a password."""

    proxy: Proxy | None = None
    provider: Provider | None = None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.proxy is not None or self.provider is not None


def ways_of(environ: Mapping[str, str] | None = None) -> Ways:
    """Return the ways that the environment sets up. Raises `SettingError` for one that is not
    whole, or not safe.
    """
    said = os.environ if environ is None else environ
    address = outside(said)
    if address and urlsplit(address).scheme not in ("http", "https"):
        raise SettingError(N_("{name} is an address that begins with https://"), name=AT)
    return Ways(_proxy(said), _provider(said))


def _proxy(said: Mapping[str, str]) -> Proxy | None:
    header, secret = said.get(HEADER, ""), said.get(SECRET, "")
    if not header and not secret:
        return None
    if not header or len(secret) < _LEAST or not secret.isascii() or secret != secret.strip():
        raise SettingError(
            N_("A web server that signs people in needs {header}, the header in which it names"
               " them, and {secret}, a secret of at least {least} characters."),
            header=HEADER, secret=SECRET, least=_LEAST,
        )  # fmt: skip
    return Proxy(header, secret)


def _provider(said: Mapping[str, str]) -> Provider | None:
    issuer = said.get(ISSUER, "").rstrip("/")
    if not issuer:
        return None
    told = urlsplit(issuer)
    if told.scheme != "https" and not (told.scheme == "http" and is_loopback(told.hostname or "")):
        raise SettingError(N_("{name} is an address that begins with https://"), name=ISSUER)
    client, secret = said.get(CLIENT, ""), said.get(CLIENT_SECRET, "")
    if not client or not secret:
        raise SettingError(
            N_("To sign in by {issuer}, name {client} and {secret} as well."),
            issuer=ISSUER, client=CLIENT, secret=CLIENT_SECRET,
        )  # fmt: skip
    name = said.get(NAME, "") or told.hostname or issuer
    return Provider(issuer, client, secret, name, said.get(CLAIM, "") or EMAIL)
