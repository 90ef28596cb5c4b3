"""Controls whose state is in the URL, as links: a link reproduces the view and Back undoes it.

A link of class `stay` changes the query only, so that the page neither reloads nor scrolls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import to_search, with_page
from dashboards.base.i18n import _
from dashboards.base.view import View
from data.core.dimensions import COLUMNS, DIMENSIONS

DEFAULT_DIMENSION = "sector_division"


def search_with(view: View, **keys: str | None) -> str:
    """Return the query of this view with page keys set, or dropped where None."""
    pairs = [(k, v) for k, v in view.selection.page.items() if k not in keys]
    pairs += [(k, v) for k, v in keys.items() if v is not None]
    # the filters are the same in all the hundreds of links of a page
    said = urlencode(pairs)
    if not view.filters:
        return f"?{said}"
    return f"{view.filters}&{said}" if said else view.filters


def stay(children: Any, href: str, *, then: str = "", **extra: Any) -> html.A:
    """Return a link that changes the query only; `then`: id of what must be seen afterwards."""
    look = extra.pop("className", "")
    if then:
        extra["data-then"] = then
    return html.A(children, href=href, className=f"stay {look}".strip(), **extra)


def aged_list(view: View, listing: str = "", params: Mapping[str, str] | None = None) -> html.A:
    """Return the link to the aged list as a workbook: of the customers of a long table, or all."""
    keys = {"list": listing, "params": json.dumps(params or {})} if listing else {}
    query = to_search(view.selection)
    said = f"{query or '?'}{'&' if query and keys else ''}{urlencode(keys)}"
    return html.A(
        _("Aged list"),
        href=f"/download/aged.xlsx{said}".rstrip("?"),
        download="",
        className="button quiet",
        title=_("Each customer with its open items by age, as an Excel workbook to print or send"),
    )


def switch(
    view: View,
    key: str,
    choices: Mapping[str, str],
    label: str,
    *,
    default: str = "",
    **dropped: None,
) -> html.Div:
    """Return the links of a choice, the active one marked; without a `default`, the first is it.

    `choices`: value -> text. `dropped`: page keys that lose their meaning when the choice changes.
    """
    default = default or next(iter(choices))
    active = view.selection.page.get(key, default)
    if active not in choices:
        active = default
    return html.Div(
        [
            stay(
                text,
                search_with(view, **{key: None if value == default else value}, **dropped),
                className="active" if value == active else "",
                **({"aria-current": "true"} if value == active else {}),
            )
            for value, text in choices.items()
        ],
        className="switch",
        role="group",
        **{"aria-label": label},
    )


def dimension_of(view: View) -> str:
    """Return the dimension that the URL splits by (`by`); NACE divisions where it names none."""
    by = view.selection.page.get("by", DEFAULT_DIMENSION)
    return by if by in DIMENSIONS and by != "total" else DEFAULT_DIMENSION


def dimension_choice(id: str, view: View) -> Component:
    """Return the control that chooses the dimension; `connect_dimension` answers to it."""
    return dmc.Select(
        id=id,
        data=[
            {"value": d.name, "label": view.dimension(d.name)}
            for d in COLUMNS
            if view.options.tells(d.name) or d.name == dimension_of(view)
        ],
        value=dimension_of(view),
        allowDeselect=False,
        size="xs",
        w=190,
        maxDropdownHeight=340,
        comboboxProps={"shadow": "md"},
        **{"aria-label": _("Split by")},
    )


def connect_dimension(app: Dash, id: str, drop: Sequence[str] = ()) -> None:
    """Write the chosen dimension into the URL, dropping page keys that belong to the old one."""

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input(id, "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose(by: str | None, search: str | None) -> str:
        changed = by_search(by, search, drop)
        if changed is None:
            raise PreventUpdate
        return changed


def by_search(by: str | None, search: str | None, drop: Sequence[str] = ()) -> str | None:
    """Return the query split by another dimension; None where nothing changes."""
    asked = dict(parse_qsl((search or "").lstrip("?")))
    if by not in DIMENSIONS or by == asked.get("by", DEFAULT_DIMENSION):
        return None
    return with_page(search, **dict.fromkeys(drop), by=by)
