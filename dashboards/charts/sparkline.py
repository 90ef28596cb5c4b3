"""A small line of months, for cards."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc

from dashboards.base.format import Format, Number
from dashboards.charts.figures import ACCENT, ACTUAL, CONFIG, PREVIOUS, figure


def sparkline(
    actual: Sequence[Number | None],
    previous: Sequence[Number | None],
    labels: Sequence[str],
    texts: Sequence[str],
) -> dcc.Graph:
    """Return a small line of 13 months with last year in grey; `texts` are the hover values."""
    drawn = figure(Format())
    places = list(range(len(actual)))
    drawn.add_scatter(
        x=places, y=_floats(previous), mode="lines", hoverinfo="skip",
        line={"color": PREVIOUS, "width": 1.5},
    )  # fmt: skip
    drawn.add_scatter(
        x=places, y=_floats(actual), mode="lines", line={"color": ACTUAL, "width": 2},
        customdata=[[a, b] for a, b in zip(labels, texts, strict=True)],
        hovertemplate="%{customdata[0]}: <b>%{customdata[1]}</b><extra></extra>",
    )  # fmt: skip
    drawn.add_scatter(
        x=places[-1:], y=_floats(actual)[-1:], mode="markers", hoverinfo="skip",
        marker={"color": ACCENT, "size": 7},
    )  # fmt: skip
    known = [v for v in (*_floats(actual), *_floats(previous)) if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    pad = (high - low) * 0.15 or 1.0
    drawn.update_layout(
        height=56,
        margin={"l": 4, "r": 6, "t": 2, "b": 2},
        hovermode="x",
        xaxis={"visible": False, "range": [-0.3, max(len(actual) - 0.6, 0.5)]},
        yaxis={"visible": False, "range": [low - pad, high + pad]},
    )
    return dcc.Graph(
        figure=drawn.plain(), config=CONFIG, className="spark", style={"height": "56px"}
    )


def _floats(values: Sequence[Number | None]) -> list[float | None]:
    return [None if v is None else float(v) for v in values]
