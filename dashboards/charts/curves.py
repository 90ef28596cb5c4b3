"""Figures of payment behaviour that several pages share: payment curves and lines of days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.charts.figures import (
    ACTUAL,
    CHARACTER,
    GRID,
    MUTED,
    PREVIOUS,
    Figure,
    figure,
    value_axis,
)
from dashboards.charts.months import month_axis

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Curve:
    """A payment curve to draw: whose it is, its rows (`payment_curve`), its colour."""

    name: str
    rows: Rows
    colour: str = ACTUAL

    @property
    def median(self) -> int | None:
        """The first day on which half is paid; None where that is not reached."""
        return next((r["day"] for r in self.rows if r["paid_share"] >= 0.5), None)


def _last_day(curves: Sequence[Curve]) -> int:
    """Return where the day axis ends: soon after the slowest curve has little left to say."""
    ends = [60]
    for curve in curves:
        full = (r["day"] for r in curve.rows if r["paid_share"] >= 0.95)
        ends.append(next(full, max((r["day"] for r in curve.rows), default=0)))
    return min(-(-(max(ends) + 5) // 30) * 30, 360)


def translucent(colour: str, share: float) -> str:
    """Return a colour of the palette as one that lets the ground through."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {share})"


def curves_figure(curves: Sequence[Curve], f: Format, terms: float | None = None) -> Figure:
    """Draw payment curves as steps with their 95 % bands, and the invoiced terms as a line.

    The first curve is the subject and lies on top; `curve_names` says which is which.
    """
    drawn = figure(f)
    end = _last_day(curves)
    for curve in reversed(curves):
        band = [r for r in curve.rows if r["low"] is not None and r["day"] <= end]
        days = [r["day"] for r in band]
        step = {"shape": "hv", "width": 0, "color": curve.colour}
        drawn.add_scatter(
            x=days, y=[r["low"] for r in band], mode="lines", line=step, hoverinfo="skip"
        )
        drawn.add_scatter(
            x=days, y=[r["high"] for r in band], mode="lines", line=step, hoverinfo="skip",
            fill="tonexty", fillcolor=translucent(curve.colour, 0.18),
        )  # fmt: skip
        rows = [r for r in curve.rows if r["day"] <= end]
        drawn.add_scatter(
            x=[0, *(r["day"] for r in rows)],
            y=[0, *(r["paid_share"] for r in rows)],
            mode="lines",
            name=curve.name,
            line={"shape": "hv", "color": curve.colour, "width": 2},
            customdata=["", *_hovers(curve, rows, f)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    if terms is not None and terms <= end:
        drawn.add_vline(x=terms, line={"color": MUTED, "width": 1, "dash": "dot"})
        drawn.add_annotation(
            x=terms, y=1.03, yref="paper", yanchor="bottom", showarrow=False,
            text=_("terms {days}").format(days=f.number(terms)),
            font={"color": MUTED, "size": 11.5},
        )  # fmt: skip
    drawn.update_layout(
        margin={"t": 26, "r": 12},
        hovermode="closest",
        xaxis={
            "range": [0, end],
            "tickvals": list(range(0, end + 1, 30 if end <= 240 else 60)),
            "title": {"text": _("days after issue"), "standoff": 4},
        },
        yaxis={
            "range": [0, 1.005],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "ticktext": [f.share(v) for v in (0, 0.25, 0.5, 0.75, 1)],
        },
    )
    return drawn


def _hovers(curve: Curve, rows: Sequence[Mapping[str, Any]], f: Format) -> Iterator[str]:
    """Yield what is said of each day of a curve; it has hundreds, so that texts are read once."""
    name = shortened(curve.name, 40)
    paid, band = _("{share} paid within {days} days"), _("95 %: {low} to {high}")
    for row in rows:
        text = paid.format(share=f.share(row["paid_share"], 1), days=row["day"])
        if row["low"] is not None and row["high"] is not None:
            low, high = f.share(row["low"], 1), f.share(row["high"], 1)
            text += "<br>" + band.format(low=low, high=high)
        yield f"{name}<br><b>{text}</b>"


def curve_names(curves: Sequence[Curve]) -> Component:
    """Return the names of the curves in their colours, with the day by which half is paid."""
    names = []
    for curve in curves:
        if curve.median is None:
            text = _("{name}: less than half is paid")
        else:
            text = _("{name}: half is paid after {days} days")
        words = text.format(name=shortened(curve.name, 46), days=curve.median)
        subject = "curve-name subject" if curve.colour == ACTUAL else "curve-name"
        names.append(html.Span(words, className=subject))
    return html.Div(names, className="curve-names")


def shortened(text: str, length: int) -> str:
    """Return `text` cut to `length` characters, at a word where one ends near.

    >>> shortened("Construction of buildings", 16), shortened("Hotels", 16)
    ('Construction of…', 'Hotels')
    """
    if len(text) <= length:
        return text
    cut = text[:length]
    space = cut.rfind(" ")
    return (cut[:space] if space > length * 0.6 else cut).rstrip(" ,;-(") + "…"


@dataclass(frozen=True)
class Line:
    """A line over month-ends: its name, its values, its colour; `dash` as Plotly knows it."""

    name: str
    values: Sequence[float | None]
    colour: str = ACTUAL
    dash: str = "solid"
    width: float = 2.0


def lines_figure(days: Sequence[date], lines: Sequence[Line], f: Format) -> Figure:
    """Draw lines of days over month-ends; each is named at its last known value."""
    drawn = figure(f)
    places = list(range(len(days)))
    months = [f.month(day) for day in days]
    for line in reversed(lines):
        drawn.add_scatter(
            x=places, y=list(line.values), mode="lines", name=line.name, connectgaps=False,
            line={"color": line.colour, "width": line.width, "dash": line.dash},
            customdata=[
                _("{name}, {month}: {days} days").format(
                    name=shortened(line.name, 40), month=month, days=f.days(value, 2)
                )
                for month, value in zip(months, line.values, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
        lonely = _lonely(line.values)
        drawn.add_scatter(
            x=lonely, y=[line.values[n] for n in lonely], mode="markers", hoverinfo="skip",
            marker={"color": line.colour, "size": 5},
        )  # fmt: skip
    known = [v for line in lines for v in line.values if v is not None]
    axis = value_axis(known, "days", f)
    span = axis["range"][1] - axis["range"][0]
    named = _apart(lines, span * 0.085)
    # a name that was moved up must still lie inside the plot
    top = max((height for _line, height in named), default=0.0) + span * 0.04
    axis["range"] = [axis["range"][0], max(axis["range"][1], top)]
    for line, height in named:
        drawn.add_annotation(
            x=len(days) - 0.7, y=height, xanchor="left", showarrow=False,
            text=shortened(line.name, 20),
            font={"color": line.colour if line.colour not in (PREVIOUS, GRID) else MUTED,
                  "size": 12},
        )  # fmt: skip
    longest = max((len(shortened(line.name, 20)) for line in lines), default=0)
    # names are short words or a customer's; a little over half the font size each
    drawn.update_layout(
        margin={"r": 14 + int(longest * CHARACTER)},
        xaxis={**month_axis(days, f, every=6 if len(days) > 14 else 3)},
        yaxis=axis,
    )
    return drawn


def _lonely(values: Sequence[float | None]) -> list[int]:
    """Return the places of values without neighbours: a line alone would not show them."""
    padded = [None, *values, None]
    return [
        n
        for n, value in enumerate(values)
        if value is not None and padded[n] is None and padded[n + 2] is None
    ]


def _apart(lines: Sequence[Line], least: float) -> list[tuple[Line, float]]:
    """Return each line with the height of its name, moved so that names do not touch."""
    ends = []
    for line in lines:
        last = next((v for v in reversed(line.values) if v is not None), None)
        if last is not None:
            ends.append((line, float(last)))
    ends.sort(key=lambda pair: pair[1])
    for n in range(1, len(ends)):
        if ends[n][1] - ends[n - 1][1] < least:
            ends[n] = (ends[n][0], ends[n - 1][1] + least)
    return ends
