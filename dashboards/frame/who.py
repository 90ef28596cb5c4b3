"""Who speaks: a name that the reader sets once, kept in the browser for every page."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.base.i18n import _

WHO = "who"
"""The id of the field, which stands below the pages."""


def who_field() -> Component:
    """Return the field."""
    return dmc.TextInput(
        id=WHO, label=_("Your name"), size="xs", persistence=True, persistence_type="local",
        className="who", autoComplete="name", debounce=False,
    )  # fmt: skip
