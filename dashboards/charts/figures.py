"""Shared parts of figures: the palette, the Plotly template, axes and hover texts.

A `Figure` is the plain description that the browser draws from. plotly's own figures say the same
and check every property as it is set, which costs more than the figure; a test checks ours.

Figures are drawn in the light palette. Dark mode needs no second drawing: `dark_css()` maps each
colour of the palette to its dark counterpart in the SVG, so the theme changes without a request.
Use the colours below only; a colour that is not in the palette stays light in the dark.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dash import dcc

from dashboards.base.format import Format, Number

#: name -> (light, dark); each light value occurs once, since the dark one is found by it
PALETTE = {
    "ink": ("#18222d", "#e9eef3"),
    "muted": ("#5c6b7a", "#9fadba"),
    "grid": ("#e2e7ec", "#2c3640"),
    "surface": ("#fefefe", "#171d24"),
    "actual": ("#2b3a48", "#ccd6df"),
    "previous": ("#aab5c0", "#66737f"),
    "fill": ("#d5dde5", "#35424e"),
    "accent": ("#20639b", "#6db0e8"),
    "worse": ("#c4470f", "#f58a55"),
    "better": ("#15788c", "#4fbfd3"),
    "not_due": ("#c6d3de", "#51687b"),
    "late-0": ("#dfc27d", "#b89a55"),
    "late-1": ("#e2ab63", "#c78e45"),
    "late-2": ("#e5944a", "#d58236"),
    "late-3": ("#d9773d", "#d26e33"),
    "late-4": ("#cc5a30", "#cf5b31"),
    "late-5": ("#ad3b29", "#bc4332"),
    "late-6": ("#8e1b22", "#a92a33"),
    "unapplied": ("#2f8f86", "#3da59b"),
}
COLOURS = {name: light for name, (light, _dark) in PALETTE.items()}

INK, MUTED, GRID = COLOURS["ink"], COLOURS["muted"], COLOURS["grid"]
ACTUAL, PREVIOUS, FILL = COLOURS["actual"], COLOURS["previous"], COLOURS["fill"]
ACCENT, WORSE, BETTER = COLOURS["accent"], COLOURS["worse"], COLOURS["better"]

HATCH = {"shape": "/", "size": 6, "solidity": 0.35, "fgcolor": COLOURS["unapplied"],
         "bgcolor": COLOURS["surface"], "fillmode": "overlay"}  # fmt: skip
"""Pattern of what is unapplied: `marker={"pattern": HATCH}`."""

FONT = '"Segoe UI", system-ui, -apple-system, "Helvetica Neue", "Noto Sans", Arial, sans-serif'

CHARACTER = 7.2
"""How wide a character of a label is, at 12 to 12.5 px, in the widest of these fonts."""

CONFIG = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": "reset",
    "showTips": False,
}
"""For every dcc.Graph: nothing of it calls another host."""

_AXIS = {
    "showgrid": False,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "tickfont": {"color": MUTED, "size": 12},
    "gridcolor": GRID,
    "linecolor": GRID,
    "fixedrange": True,
    "automargin": True,
    "title": {"font": {"color": MUTED, "size": 12}},
}

TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": [ACTUAL, ACCENT, WORSE, BETTER, COLOURS["late-2"], PREVIOUS],
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {**_AXIS},
        "yaxis": {**_AXIS, "showgrid": True, "zeroline": True, "zerolinecolor": MUTED,
                  "zerolinewidth": 1},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": COLOURS["surface"], "bordercolor": GRID,
                       "font": {"family": FONT, "size": 13, "color": INK}, "align": "left"},
        "bargap": 0.25,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left",
                   "font": {"color": MUTED, "size": 12}},
        "uniformtext": {"mode": False},
        "dragmode": False,
    }
}  # fmt: skip


@dataclass
class Figure:
    """A figure in the words of plotly.js: its traces, and a layout that is never shared."""

    data: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)

    def add_scatter(self, **trace: Any) -> None:
        """Add points or a line."""
        self.data.append({"type": "scatter", **trace})

    def add_bar(self, **trace: Any) -> None:
        """Add bars."""
        self.data.append({"type": "bar", **trace})

    def add_shape(self, **shape: Any) -> None:
        """Add a line or a rectangle, in the units of the axes."""
        self.layout.setdefault("shapes", []).append(shape)

    def add_vline(self, x: float, line: dict[str, Any]) -> None:
        """Add a line from the bottom to the top of the plot."""
        self.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, xref="x", yref="y domain", line=line)

    def add_annotation(self, **annotation: Any) -> None:
        """Add a text at a place."""
        self.layout.setdefault("annotations", []).append(annotation)

    def update_layout(self, **layout: Any) -> None:
        """Set parts of the layout; each replaces the one of its name."""
        self.layout.update(layout)

    def plain(self) -> dict[str, Any]:
        """Return what the browser is sent."""
        return {"data": self.data, "layout": self.layout}


def figure(f: Format, **layout: Any) -> Figure:
    """Return an empty figure in our template, with the reader's separators."""
    return Figure(layout={"template": TEMPLATE, "separators": f.separators, **layout})


def graph(drawn: Figure, id: str | dict[str, str] | None = None, height: int = 320) -> dcc.Graph:
    """Return the component for a figure, drawn `height` pixels high."""
    drawn.update_layout(height=height)
    extra: dict[str, Any] = {"id": id} if id else {}
    return dcc.Graph(
        figure=drawn.plain(),
        config=CONFIG,
        style={"height": f"{height}px"},
        className="graph",
        responsive=True,
        **extra,
    )


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return round tick values from at or below `low` to at or above `high`.

    >>> nice_ticks(0, 4.2e6)
    [0.0, 2000000.0, 4000000.0, 6000000.0]
    """
    span = (high - low) or abs(high) or 1.0
    rough = span / max(count, 1)
    base = 10.0 ** math.floor(math.log10(rough))
    step = next((m * base for m in (1, 2, 2.5, 5) if m * base >= rough), 10 * base)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * n for n in range(first, last + 1)]


def value_axis(
    values: Iterable[Number | None], unit: str, f: Format, count: int = 4
) -> dict[str, Any]:
    """Return an axis for values of a unit: it starts at zero and its ticks read in our words."""
    known = [float(v) for v in values if v is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    ticks = nice_ticks(low, high, count)
    words: dict[str, Callable[[float], str]] = {
        "money": lambda v: f.money(v) if v else "0",
        "days": lambda v: f.number(v, 0 if all(t.is_integer() for t in ticks) else 1),
        "share": f.share,
        "count": f.count,
    }
    text = words[unit]
    return {"tickvals": ticks, "ticktext": [text(v) for v in ticks], "range": [ticks[0], ticks[-1]]}


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def dark_css() -> str:
    """Return the style sheet that shows figures in the dark palette, and names the colours.

    Plotly writes colours as `rgb(r, g, b)` into the style of its SVG marks, into attributes where
    it draws patterns, and as they were given into words of a text: that is what the selectors
    look for.
    """
    light = "".join(f"--t-{name}:{pair[0]};" for name, pair in PALETTE.items())
    dark = "".join(f"--t-{name}:{pair[1]};" for name, pair in PALETTE.items())
    scheme = 'html[data-mantine-color-scheme="dark"]'
    rules = [
        f'{scheme} .js-plotly-plot [style*="{place}: {_rgb(pair[0])}"],'
        f'{scheme} .js-plotly-plot [style*="{place}:{pair[0]}"],'
        f'{scheme} .js-plotly-plot [{place}="{_rgb(pair[0])}"],'
        f'{scheme} .js-plotly-plot [{place}="{pair[0]}"]{{{place}:{pair[1]} !important}}'
        for pair in PALETTE.values()
        for place in ("fill", "stroke")
    ]
    return f":root{{{light}}}{scheme}{{{dark}}}" + "".join(rules)
