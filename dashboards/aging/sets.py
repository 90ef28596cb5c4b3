"""The set of buckets that the reader of the Aging page asks for."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.i18n import _
from dashboards.base.view import Context, View
from data.core.buckets import Buckets


def buckets_of(view: View) -> Buckets:
    """Return the set of buckets that the URL asks for; the usual one where it is none."""
    try:
        return view.options.policy.set_of(view.selection.page["buckets"])
    except (KeyError, ValueError):
        return view.buckets


def offered(view: View) -> list[dict[str, object]]:
    """Return the sets of the policy to choose from, each under its name; others can be written."""
    names: dict[str, list[str]] = {}
    for name, written in view.options.policy.sets.items():
        names.setdefault(str(Buckets.of_text(written)), []).append(name)
    return [{"group": ", ".join(same), "items": [ends]} for ends, same in names.items()]


def buckets_choice(view: View) -> Component:
    """Return the field in which a set is chosen or written; `connect_buckets` answers to it."""
    return dmc.Autocomplete(
        id="aging-buckets",
        data=offered(view),
        value=str(buckets_of(view)),
        debounce=700,
        leftSection=html.Span(_("Buckets"), className="choice-name"),
        leftSectionWidth=76,
        size="xs",
        w=226,
        comboboxProps={"shadow": "md"},
        **{"aria-label": _("Buckets: the days at which they end")},
    )


def buckets_search(view: View, written: str | None, search: str | None) -> str | None:
    """Return the query with another set of buckets, named or written; None: nothing changes.

    Raises ValueError for what is no set.
    """
    buckets = view.options.policy.set_of(written) if written else view.buckets
    if buckets == buckets_of(view):
        return None
    gone = dict.fromkeys(("bucket", "group", "customer", "document", "sort"))
    return with_page(search, **gone, buckets=None if buckets == view.buckets else str(buckets))


def connect_buckets(app: Dash, context: Context) -> None:
    """Write the chosen set into the URL; say what is no set."""

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Output("aging-buckets", "error"),
        Input("aging-buckets", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose(written: str | None, search: str | None) -> tuple[object, str]:
        view = context.view(search)
        if view is None:
            raise PreventUpdate
        try:
            changed = buckets_search(view, written, search)
        except ValueError:
            return no_update, _("Write days, such as 30,60,90,120, or months:3; +5 for grace")
        if changed is None:
            raise PreventUpdate
        return changed, ""
