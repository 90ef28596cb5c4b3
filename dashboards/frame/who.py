"""Who speaks: the name of who is signed in, else one that the reader sets once, in the browser."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.i18n import _
from data.core.rights import ROLES, Reader

WHO = "who"
"""The id of the field, which stands below the pages."""
SIGN_OUT = "/sign-out"


def who_field(reader: Reader) -> Component:
    """Return the field; of who is signed in the name, what they see, and the way out."""
    if not reader.login:
        return dmc.TextInput(
            id=WHO, label=_("Your name"), size="xs", persistence=True, persistence_type="local",
            className="who", autoComplete="name", debounce=False,
        )  # fmt: skip
    sees = [html.Span(_("sees own customers only"))] if reader.scope else []
    return html.Div(
        [
            html.Div(dmc.TextInput(id=WHO, value=reader.name), hidden=True),
            html.B(reader.name),
            html.Span(_(ROLES[reader.role])),
            *sees,
            html.Form(
                html.Button(_("Sign out"), className="button"), method="post", action=SIGN_OUT
            ),
        ],
        className="who signed-in",
    )
