"""Signing in at a provider of OpenID Connect: by a code, with PKCE, a state and a nonce.

What the browser was sent away with stays in a cookie of its own until it comes back, so that any
server of several may answer it.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from dashboards.door.ways import EMAIL, Provider
from data.core.texts import N_
from data.workspace.people.people import RefusedError

LOG = logging.getLogger("tandem")
_SECONDS = 10
"""How long the provider is waited for."""
_KNOWN = 3600.0
"""How long it is remembered where its doors are, in seconds."""
_LEEWAY = 60
"""By how many seconds its clock may differ."""
_SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "Ed25519", "EdDSA"]  # fmt: skip
"""What a token may be signed by: with a key of the provider, never with a secret or not at all."""


@dataclass(frozen=True)
class Away:
    """What a browser is sent away with. to: where its reader wanted to go."""

    state: str
    nonce: str
    verifier: str
    to: str

    @classmethod
    def read(cls, text: str) -> Away | None:
        """Return what a cookie holds; None where it holds nothing of the kind."""
        try:
            said = json.loads(text)
            made = cls(**said)
        except (ValueError, TypeError):
            return None
        return made if all(isinstance(v, str) and v for v in asdict(made).values()) else None

    @property
    def text(self) -> str:
        """What the cookie holds."""
        return json.dumps(asdict(self))


class OpenID:
    """One provider, asked when somebody signs in there."""

    def __init__(self, provider: Provider) -> None:
        """Remember it; it is not asked yet."""
        self.provider = provider
        self._told: tuple[float, Mapping[str, Any]] | None = None

    def away(self, back: str, to: str) -> tuple[str, Away]:
        """Return where a browser is sent to sign in, and what with.

        back: the address to which it comes back. Raises `RefusedError` where the provider does
        not answer.
        """
        sent = Away(
            secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), to
        )
        try:
            address, _state = self._session(back).create_authorization_url(
                self._known()["authorization_endpoint"],
                state=sent.state, nonce=sent.nonce, code_verifier=sent.verifier,
            )  # fmt: skip
        except _failures() as error:
            raise self._refused(error) from error
        return str(address), sent

    def login(self, sent: Away, came: Mapping[str, str], back: str) -> str:
        """Return the login of whom the provider has signed in.

        sent: what the browser was sent away with; came: the query with which it came back. Raises
        `RefusedError` where it was not sent by this server, or for what the provider says.
        """
        if not hmac.compare_digest(sent.state.encode(), came.get("state", "").encode()):
            raise self._refused("another state")
        if "code" not in came:
            raise self._refused(came.get("error", "no code"))
        try:
            known, session = self._known(), self._session(back)
            tokens = session.fetch_token(
                known["token_endpoint"], code=came["code"], code_verifier=sent.verifier,
                timeout=_SECONDS,
            )  # fmt: skip
            claims = self._claims(str(tokens["id_token"]), sent.nonce, known)
            if self.provider.claim not in claims and "userinfo_endpoint" in known:
                told = session.get(known["userinfo_endpoint"], timeout=_SECONDS)
                told.raise_for_status()
                more = told.json()
                if more["sub"] != claims["sub"]:
                    raise ValueError("another subject")
                claims = {**more, **claims}
        except _failures() as error:
            raise self._refused(error) from error
        return self._login(claims)

    def sign_out(self, back: str) -> str:
        """Return where somebody is signed out at the provider as well; '' where nowhere."""
        try:
            address = self._known().get("end_session_endpoint", "")
        except _failures():
            return ""
        said = {"client_id": self.provider.client, "post_logout_redirect_uri": back}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(said)}" if address else ""

    def _login(self, claims: Mapping[str, Any]) -> str:
        said = claims.get(self.provider.claim)
        if not isinstance(said, str) or not said:
            raise self._refused(f"no claim {self.provider.claim}")
        # whose address it is must be known: anybody can write one down
        if self.provider.claim == EMAIL and claims.get("email_verified") not in (True, "true"):
            raise RefusedError(
                N_("{provider} has not verified your mail address."), provider=self.provider.name
            )
        return said

    def _session(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        scope = "openid email" if self.provider.claim == EMAIL else "openid"
        return OAuth2Session(
            self.provider.client, self.provider.secret, scope=scope, redirect_uri=back,
            code_challenge_method="S256",
        )  # fmt: skip

    def _known(self) -> Mapping[str, Any]:
        """Return where the provider's doors are, as it says itself."""
        if self._told is None or time.monotonic() - self._told[0] > _KNOWN:
            issuer = self.provider.issuer
            told = _fetched(f"{issuer}/.well-known/openid-configuration")
            if str(told["issuer"]).rstrip("/") != issuer:
                raise ValueError(f"it calls itself {told['issuer']}")
            self._told = time.monotonic(), told
        return self._told[1]

    def _claims(self, token: str, nonce: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a token says that the provider signed, for Tandem, now and this once."""
        from joserfc import jwt
        from joserfc.jwk import KeySet

        keys = KeySet.import_key_set(_fetched(known["jwks_uri"]))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=_SIGNED_BY).claims
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": known["issuer"]},
            aud={"essential": True, "value": self.provider.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if several and claims.get("azp") != self.provider.client:
            raise ValueError("it was issued to another")
        return dict(claims)

    def _refused(self, why: object) -> RefusedError:
        LOG.warning("%s: nobody was signed in: %s", self.provider.issuer, why)
        return RefusedError(
            N_("Signing in at {provider} did not work."), N_("Try again."),
            provider=self.provider.name,
        )  # fmt: skip


def _fetched(address: str) -> Mapping[str, Any]:
    import requests

    told = requests.get(address, timeout=_SECONDS)
    told.raise_for_status()
    said = told.json()
    if not isinstance(said, dict):
        raise ValueError(f"{address} is no object")
    return said


def _failures() -> tuple[type[Exception], ...]:
    """Return what goes wrong at a provider: its answers, its tokens, the way there."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    return (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError)
