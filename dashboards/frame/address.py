"""Where readers reach the pages: for links that are sent to people, and for those who lead back."""

from __future__ import annotations

import os
from collections.abc import Mapping

AT = "TANDEM_AT"
"""The variable that says where readers reach the pages, such as https://tandem.example.com."""
WELCOME = "/welcome"
"""Below it a password is set."""


def outside(environ: Mapping[str, str] | None = None) -> str:
    """Return what TANDEM_AT says; '' where it says nothing."""
    return (os.environ if environ is None else environ).get(AT, "").strip().rstrip("/")


def here() -> str:
    """Return the address at which the reader of this request reaches the pages, without a path."""
    import flask  # the command line does without it

    return outside() or flask.request.host_url.rstrip("/")


def invitation(at: str, secret: str) -> str:
    """Return the link with which a password is set.

    >>> invitation("https://tandem.example.com/", "abc")
    'https://tandem.example.com/welcome/abc'
    """
    return f"{at.rstrip('/')}{WELCOME}/{secret}"
