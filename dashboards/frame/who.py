"""Who speaks: the name of who is signed in, else one that the reader sets once, in the browser."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.filters import Options, dimension_label, value_label
from dashboards.base.format import Format
from dashboards.base.i18n import _, language
from dashboards.base.view import View
from data.core.rights import ROLES, Reader, Scope

WHO = "who"
"""The id of the field, which stands below the pages."""
SIGN_OUT = "/sign-out"


def sees_words(scope: Scope, options: Options | None) -> str:
    """Return whose customers somebody sees, in words; '' for all of them."""
    f = Format(language(), options.currency if options else "")
    return "; ".join(
        f"{dimension_label(name, options)}: "
        + ", ".join(value_label(name, value, options, f) for value in values)
        for name, values in scope.where
    )


def narrower(view: View) -> Component | None:
    """Return the line that says what the reader sees where others may see more."""
    sees = sees_words(view.scope, view.options)
    if not sees:
        return None
    words = _("You see your own customers only ({sees}). Others may see more behind this address.")
    return html.P(words.format(sees=sees), className="narrower", role="note")


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
