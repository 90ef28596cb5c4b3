"""The set of buckets that the reader of the Aging page asks for."""

from __future__ import annotations

from urllib.parse import parse_qsl

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.i18n import _
from dashboards.base.view import View
from data.core.buckets import DEFAULT, Buckets

#: What is offered; any other set can be written.
OFFERED = (str(DEFAULT), "30,60,90,120", "15,30,60,90", "7,14,30,60,90", "30,60,90+5", "months:3")


def buckets_of(view: View) -> Buckets:
    """Return the set of buckets that the URL asks for; the default one where it is none."""
    try:
        return Buckets.of_text(view.selection.page.get("buckets", str(DEFAULT)))
    except ValueError:
        return DEFAULT


def buckets_choice(view: View) -> Component:
    """Return the field in which a set is chosen or written; `connect_buckets` answers to it."""
    return dmc.Autocomplete(
        id="aging-buckets",
        data=list(OFFERED),
        value=str(buckets_of(view)),
        debounce=700,
        leftSection=html.Span(_("Buckets"), className="choice-name"),
        leftSectionWidth=76,
        size="xs",
        w=226,
        comboboxProps={"shadow": "md"},
        **{"aria-label": _("Buckets: the days at which they end")},
    )


def buckets_search(written: str | None, search: str | None) -> str | None:
    """Return the query with another set of buckets; None where nothing changes.

    Raises ValueError for what is no set.
    """
    buckets = Buckets.of_text(written or str(DEFAULT))
    asked = dict(parse_qsl((search or "").lstrip("?"))).get("buckets", str(DEFAULT))
    if str(buckets) == asked:
        return None
    gone = dict.fromkeys(("bucket", "group", "customer", "document", "sort"))
    return with_page(search, **gone, buckets=None if buckets == DEFAULT else str(buckets))


def connect_buckets(app: Dash) -> None:
    """Write the chosen set into the URL; say what is no set."""

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Output("aging-buckets", "error"),
        Input("aging-buckets", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose(written: str | None, search: str | None) -> tuple[object, str]:
        try:
            changed = buckets_search(written, search)
        except ValueError:
            return no_update, _("Write days, such as 30,60,90,120, or months:3; +5 for grace")
        if changed is None:
            raise PreventUpdate
        return changed, ""
