"""Steps from order to money as stacked bars: by group, and over the months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.charts.figures import ACTUAL, COLOURS, FILL, INK, PREVIOUS, Figure, figure
from dashboards.charts.figures import value_axis as axis_of
from dashboards.charts.months import month_names_axis
from data.core.texts import N_

STEPS = {
    "to_deliver": (N_("Ordered to delivered"), PREVIOUS),
    "to_invoice": (N_("Delivered to invoiced"), ACTUAL),
    "terms": (N_("Invoiced to due"), FILL),
    "beyond": (N_("Due to paid"), COLOURS["late-3"]),
}
"""Step -> its name and colour: ours in grey, then the terms we gave, then what comes late."""
LINE = 30


def steps_figure(rows: Sequence[tuple[str, Mapping[str, Any]]], f: Format) -> Figure:
    """Draw one bar a group, its steps beside each other; who pays early starts below zero."""
    drawn = figure(f, barmode="relative", bargap=0.3)
    names = [label for label, _row in rows]
    for step, (name, colour) in STEPS.items():
        drawn.add_bar(
            orientation="h", y=names, x=[row[step] for _label, row in rows], name=_(name),
            marker={"color": colour, "line": {"width": 0}},
            text=[f.days(row[step], 0) if abs(row[step]) >= 3 else "" for _label, row in rows],
            textposition="inside", insidetextanchor="middle", textangle=0,
            textfont={"size": 12, "color": COLOURS["surface"] if colour == ACTUAL else INK},
            hovertext=[f"{label}: {_(name)}, {f.days(row[step])}" for label, row in rows],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    longest = [max(sum(max(r[s], 0) for s in STEPS), 1.0) for _label, r in rows]
    shortest = [sum(min(r[s], 0) for s in STEPS) for _label, r in rows]
    drawn.update_layout(
        xaxis=axis_of([*longest, *shortest], "days", f),
        yaxis={"autorange": "reversed", "showgrid": False, "ticklabelstandoff": 6},
        showlegend=True,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
    )
    return drawn


def months_figure(rows: Sequence[Mapping[str, Any]], days: Sequence[date], f: Format) -> Figure:
    """Draw one column a month-end: our wait, and the customer's on top."""
    found = {row["as_of"]: row for row in rows if row["whole"] is not None}
    drawn = figure(f, barmode="relative", hovermode="x", bargap=0.22)
    for name, label, colour in (
        ("ours", _("Our wait: ordered to invoiced"), ACTUAL),
        ("theirs", _("The customer's: invoiced to paid"), PREVIOUS),
    ):
        drawn.add_bar(
            x=list(range(len(days))), y=[found[d][name] if d in found else None for d in days],
            name=label, marker={"color": colour, "line": {"width": 0}},
            hovertext=[
                f"{f.day(d)}: {label}, {f.days(found[d][name])}" if d in found else ""
                for d in days
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    drawn.update_layout(
        xaxis=month_names_axis(days, f),
        yaxis=axis_of([row["whole"] for row in found.values()], "days", f),
        showlegend=True,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
    )
    return drawn
