"""Small tables and bar lists: figures that a reader compares line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component


@dataclass(frozen=True)
class Bar:
    """One line of a `bar_list`: its label, its value, the value as text, and where it leads."""

    label: str
    value: float
    text: str
    href: str = ""
    hover: str = ""
    tone: str = ""
    """worse, better, or '' for a plain value; `total` and `rest` set a line apart."""


def bar_list(bars: Sequence[Bar], signed: bool = False) -> html.Ul:
    """Return horizontal bars with their labels and values beside them, on one common scale.

    `signed`: bars grow to both sides of a zero line.
    """
    most = max((abs(b.value) for b in bars), default=0.0)
    lowest = min((b.value for b in bars), default=0.0)
    low = abs(min(lowest, 0.0)) if signed else 0.0
    high = max((b.value for b in bars), default=0.0)
    span = (low + max(high, 0.0)) or most or 1.0
    lines: list[Component] = []
    for bar in bars:
        start = low if bar.value >= 0 else low - abs(bar.value)
        mark = html.Span(
            className=f"bar {bar.tone}".strip(),
            style={
                "left": f"{start / span * 100:.2f}%",
                "width": f"{abs(bar.value) / span * 100:.2f}%",
            },
        )
        zero = html.Span(className="zero", style={"left": f"{low / span * 100:.2f}%"})
        label = dcc.Link(bar.label, href=bar.href) if bar.href else bar.label
        lines.append(
            html.Li(
                [
                    html.Span(label, className="bar-label", title=bar.hover or bar.label),
                    html.Span([mark, zero], className="bar-track"),
                    html.Span(bar.text, className=f"bar-value {bar.tone}".strip()),
                ],
                className=f"bar-line {bar.tone}".strip(),
                title=bar.hover or None,
            )
        )
    return html.Ul(lines, className="bars")


@dataclass(frozen=True)
class Cell:
    """A cell of a `table`: what it shows, and the exact value on hover."""

    shown: Any
    hover: str = ""


def table(
    heads: Sequence[str],
    lines: Sequence[Sequence[Any]],
    total: Sequence[Any] = (),
    texts: int = 1,
    wide: Sequence[int] = (),
) -> html.Div:
    """Return a small table of figures: the first `texts` columns left-aligned, numbers right.

    A total stands on top, in bold. Cells are texts, components or `Cell`. The columns `wide`,
    counted from 0, are left out on a phone.
    """

    def look_of(place: int) -> str:
        number = "" if place < texts else "n"
        return f"{number} wide" if place in wide else number

    def line(cells: Sequence[Any], look: str = "") -> html.Tr:
        made = []
        for place, cell in enumerate(cells):
            held = cell if isinstance(cell, Cell) else Cell(cell)
            name = look_of(place)
            made.append(html.Td(held.shown, className=name, title=held.hover or None))
        return html.Tr(made, className=look)

    head = [
        html.Th(text, className=look_of(place), scope="col") for place, text in enumerate(heads)
    ]
    body = ([line(total, "total")] if total else []) + [line(cells) for cells in lines]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="figures"),
        className="table-scroll",
    )
