"""What pages are made of: page, row, panel, cards, chips, and the states of a panel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.format import Format, Number
from dashboards.base.i18n import _, language
from dashboards.base.later import Later


def icon(name: str) -> html.Span:
    """Return a small drawn sign (see assets/tandem.css, `.i-<name>`); it says nothing aloud."""
    return html.Span(className=f"i i-{name}", **{"aria-hidden": "true"})


def skeleton(height: int, width: str = "", space: str = "") -> html.Div:
    """Return a grey place of `height` pixels that holds what is being asked for.

    width: of CSS, all there is by default. space: margins of CSS.
    """
    return html.Div(
        className="skeleton",
        style={"height": f"{height}px"}
        | ({"width": width} if width else {})
        | ({"margin": space} if space else {}),
    )


def page(name: str, title: str, *body: Component | None) -> html.Div:
    """Return a page: its title, a place for the one sentence that answers it, and its body."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(title),
                    html.Div(
                        skeleton(14, "55%"),
                        id=f"{name}-headline",
                        className="headline live",
                    ),
                ],
                className="page-head",
            ),
            *[part for part in body if part is not None],
        ],
        className=f"page page-{name}",
    )


def row(*parts: Component, weights: Sequence[int] = ()) -> html.Div:
    """Return panels side by side, one below the other where it is narrow."""
    columns = " ".join(f"minmax(0, {w}fr)" for w in (weights or [1] * len(parts)))
    return html.Div(list(parts), className="row", style={"--columns": columns})


def panel(
    id: str,
    *,
    height: int = 320,
    controls: Sequence[Component] = (),
    static: Component | None = None,
    menu: bool = True,
    look: str = "",
    below: bool = False,
) -> html.Section:
    """Return a panel in its final shape, filled by `panel_callback(app, context, id)`.

    `height` is that of the body. `controls` stand beside the title and are never redrawn; so
    does `static`, a grid for instance, which stands in place of the body. `below` where it begins
    under the first screen (1440 x 900 pixels): it is then asked for after what is seen at once.
    """
    return html.Section(
        [
            html.Header(
                [
                    html.Div(
                        [
                            skeleton(15, "min(220px, 70%)"),
                            skeleton(11, "min(300px, 90%)", "7px 0 0"),
                        ],
                        id=f"{id}-head",
                        className="panel-title live",
                    ),
                    html.Div(
                        [*controls, panel_menu(id) if menu else None], className="panel-controls"
                    ),
                ],
                className="panel-head",
            ),
            html.Div(
                [] if static else skeleton(height),
                id=f"{id}-body",
                className="panel-body live",
                style={} if static else {"minHeight": f"{height}px"},
            ),
            static,
            dcc.Store(id={"type": "explain", "panel": id}),
        ],
        id=f"{id}-panel",
        className=" ".join(filter(None, ("panel", look, "below" if below else ""))),
    )


def panel_menu(id: str) -> Component:
    """Return the ⋯ menu of the panel `id`; `explain.py` answers to it."""

    def item(do: str, label: str, sign: str) -> dmc.MenuItem:
        return dmc.MenuItem(
            label, id={"type": "menu", "do": do, "panel": id}, leftSection=icon(sign)
        )

    # where a comma stands before decimals, files have it too; programs want the other
    comma = Format(language()).separators[0] == ","
    menu = dmc.Menu(
        [
            # its own wrapper is what opens it, and says so: that one is the button
            dmc.MenuTarget(
                html.Span(
                    [
                        html.Span("⋯", **{"aria-hidden": "true"}),
                        html.Span(_("More about"), id=f"{id}-more", className="unseen"),
                    ]
                ),
                boxWrapperProps={
                    "component": "button",
                    "type": "button",
                    "w": 28,
                    "className": "panel-menu",
                    "aria-labelledby": f"{id}-more {id}-title",
                },
            ),
            dmc.MenuDropdown(
                [
                    item("explain", _("How is this computed?"), "formula"),
                    item("rows", _("The rows behind it"), "rows"),
                    dmc.MenuDivider(),
                    item("csv", _("Download CSV"), "down"),
                    *([item("csv-plain", _("CSV with decimal points"), "down")] if comma else []),
                    item("xlsx", _("Download Excel"), "down"),
                    item("link", _("Copy link"), "link"),
                ]
            ),
        ],
        position="bottom-end",
        shadow="md",
        withinPortal=True,
    )
    return Later(menu, "later-menu")


def panel_title(id: str, title: Any, measure: Any) -> list[Component]:
    """Return the two lines of a panel's head: what is seen, and what is measured.

    The first names the menu of the panel `id` too.
    """
    return [html.H2(title, id=f"{id}-title"), html.P(measure, className="measure")]


def message(
    title: str, text: str = "", *actions: Component, kind: str = "info", height: int | None = None
) -> html.Div:
    """Return a state in words: what it is, what to do. `kind`: info, empty, few, failed."""
    return html.Div(
        [
            icon({"failed": "alert", "few": "few"}.get(kind, "empty")),
            html.Strong(title),
            html.P(text) if text else None,
            html.Div(list(actions), className="actions") if actions else None,
        ],
        className=f"state state-{kind}",
        role="alert" if kind == "failed" else "status",
        style={"minHeight": f"{height}px"} if height else {},
    )


def no_rows() -> html.Div:
    """Return the state of a panel whose filters leave nothing."""
    return message(
        _("Nothing matches these filters"),
        _("No documents up to this day under the filters above."),
        html.Button(
            _("Clear filters"),
            id={"type": "clear-filters", "at": "state"},
            className="button",
            n_clicks=0,
        ),
        kind="empty",
    )


def not_enough(text: str) -> html.Div:
    """Return the state of a panel with too few data; `text` says how many are needed."""
    return message(_("Not enough data to say"), text, kind="few")


def failed(what: str) -> html.Div:
    """Return the state of a panel that failed; `what` says what, in words."""
    return message(
        _("This figure could not be computed"),
        what,
        html.Button(
            _("Try again"), id={"type": "retry", "at": "state"}, className="button", n_clicks=0
        ),
        kind="failed",
    )


def change(
    value: Number | None, unit: str, f: Format, *, since: str, more_is_worse: bool | None = True
) -> html.Span:
    """Return a change with sign, arrow and colour: "▲ +2.1 vs a year ago".

    `more_is_worse`: True for days and overdue, False for sales, None where neither is good.
    """
    text = f.delta(value, unit)
    if unit == "share" and value is not None:
        text = _("{points} points").format(points=text)
    if unit == "days" and value is not None:
        text = _("{days} days").format(days=text)
    flat = value is None or text.startswith(("±", "–"))
    up = not flat and not text.startswith("−")
    arrow = "" if flat else ("▲ " if up else "▼ ")
    tone = ""
    if not flat and more_is_worse is not None:
        tone = "worse" if up == more_is_worse else "better"
    return html.Span(
        [html.Span(f"{arrow}{text}", className=f"delta {tone}".strip()), " ", since],
        className="change",
    )


def card(id: str) -> html.Section:
    """Return a KPI card in its final shape, filled by `panel.card_callback(app, context, id)`."""
    return html.Section(
        [
            html.Div(
                [
                    skeleton(12, "45%"),
                    skeleton(30, "60%", "8px 0"),
                    skeleton(12, "80%"),
                    skeleton(12, "75%", "7px 0 0"),
                    skeleton(52, space="12px 0 0"),
                ],
                id=f"{id}-body",
                className="card-body live",
            ),
            panel_menu(id),
            dcc.Store(id={"type": "explain", "panel": id}),
        ],
        id=f"{id}-panel",
        className="card",
    )


def card_body(
    id: str,
    title: str,
    value: str,
    changes: Sequence[Component],
    line: Component | None = None,
    exact: str = "",
    note: str = "",
) -> list[Component]:
    """Return what stands in the card `id`: name, value (exact on hover), changes, a small line."""
    number, _gap, unit = value.rpartition("\u00a0")
    shown = [number, html.Small(f"\u00a0{unit}")] if number else value
    return [
        html.H2(title, id=f"{id}-title", className="card-title"),
        html.Div(shown, className="card-value", title=exact or None),
        html.Div(list(changes), className="card-changes"),
        html.Div(note, className="card-note") if note else None,
        line if line is not None else html.Div(),
    ]


def amount_field(label: str, most: int = 9_999_999_999_999, **more: Any) -> dmc.NumberInput:
    """Return a field for an amount from 0 to `most`, with the signs of the reader's language."""
    decimal = "." if language() == "en" else ","
    return dmc.NumberInput(
        label=label, min=0, max=most, decimalScale=2, size="sm",
        decimalSeparator=decimal, thousandSeparator="," if decimal == "." else " ",
        allowedDecimalSeparators=[",", "."] if decimal == "," else ["."], **more,
    )  # fmt: skip


def rich(template: str, **values: str) -> list[Component | str]:
    """Return a translated sentence with the values in its {places} set in bold."""
    pieces = re.split(r"\{(\w+)\}", template)
    return [html.B(values[p]) if n % 2 else p for n, p in enumerate(pieces) if p]
