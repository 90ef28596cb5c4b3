"""Figures of the Sectors page: the interval plot, and growth against days beyond terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import NOTHING, Format
from dashboards.base.i18n import _
from dashboards.base.links import stay
from dashboards.charts.curves import shortened, translucent
from dashboards.charts.figures import (
    ACCENT,
    ACTUAL,
    BETTER,
    GRID,
    INK,
    PREVIOUS,
    Figure,
    figure,
    nice_ticks,
)
from dashboards.sectors.labels import LABEL_CHARACTERS, WIDTH, Place, Point, placed_labels
from dashboards.sectors.rows import Sector

_MOST_GROWTH = 1.0
"""Growth beyond this is drawn at the edge, as a triangle: a doubling says enough."""


def intervals(
    ranked: Sequence[Sector],
    few: Sequence[Sector],
    f: Format,
    link: Callable[[str], str],
    chosen: str = "",
) -> Component:
    """Draw one row a sector: median days to pay with its interval, invoiced terms as a tick.

    `link` gives the address that opens a sector; `chosen` is the one that is open.
    """
    ends = [v for s in ranked for v in (s.median, s.median_high, s.terms) if v is not None]
    ticks = nice_ticks(0, max(ends, default=30.0))
    end = max(ends, default=30.0) * 1.03
    ticks = [tick for tick in ticks if tick <= end]

    def at(value: float) -> str:
        return f"{min(value / end, 1) * 100:.2f}%"

    axis = html.Div(
        [
            html.Span(_("Sector")),
            html.Div(
                [
                    html.Span(f.number(tick), style={"left": at(tick)})
                    for tick in ticks
                ],
                className="iv-ticks",
            ),
            html.Span(_("on time"), className="n"),
        ],
        className="iv-row iv-axis",
    )  # fmt: skip
    key = html.Div(
        [
            html.Span([html.Span(html.I(className=f"iv-{look}"), className="iv-sign"), text])
            for look, text in (
                ("dot", _("median, within terms")),
                ("dot late", _("later than terms")),
                ("line", _("95 % interval")),
                ("terms", _("invoiced terms")),
            )
        ],
        className="iv-key",
    )
    rows: list[Component] = [axis]
    rows += [
        stay(
            [
                html.Span(s.short or s.name, className="iv-name", title=s.name),
                html.Div(_marks(s, at), className="iv-track"),
                html.Span(f.share(s.on_time), className="n"),
            ],
            link(s.code),
            then="sectors-one",
            className="iv-row" + (" chosen" if s.code == chosen else ""),
            **{"data-tip": _tip(s, f)},
        )
        for s in ranked
    ]
    if few:
        rows.append(html.Div(_("Too few payments to rank"), className="iv-few"))
        rows += [
            stay(
                [
                    html.Span(s.short or s.name, className="iv-name", title=s.name),
                    html.Span(
                        _("too few payments: {count} of {enough} needed").format(
                            count=f.count(s.paid_items), enough=s.needed
                        ),
                        className="iv-count",
                    ),
                ],
                link(s.code),
                then="sectors-one",
                className="iv-row few" + (" chosen" if s.code == chosen else ""),
            )
            for s in few
        ]
    step = f"{(ticks[1] - ticks[0]) / end * 100:.3f}%"
    plot = html.Div(rows, className="intervals", style={"--step": step})
    return html.Div([key, plot])


def _marks(s: Sector, at: Callable[[float], str]) -> list[Component]:
    marks: list[Component] = []
    if s.median_low is not None:
        right = at(s.median_high) if s.median_high is not None else "100%"
        width = {"left": at(s.median_low), "width": f"calc({right} - {at(s.median_low)})"}
        name = "iv-line" if s.median_high is not None else "iv-line open"
        marks.append(html.Span(className=name, style=width))
    if s.terms is not None:
        marks.append(html.Span(className="iv-terms", style={"left": at(s.terms)}))
    if s.median is None:
        marks.append(html.Span(_("less than half is paid"), className="iv-none"))
    else:
        late = s.terms is not None and s.median > s.terms
        marks.append(
            html.Span(className="iv-dot late" if late else "iv-dot", style={"left": at(s.median)})
        )
    return marks


def _tip(s: Sector, f: Format) -> str:
    high = f.count(s.median_high) if s.median_high is not None else _("not known yet")
    return "\n".join(
        (
            s.name,
            _("Half is paid after {days} days (95 %: {low} to {high})").format(
                days=f.count(s.median), low=f.count(s.median_low), high=high
            ),
            _("Invoiced terms: {days} days").format(days=f.days(s.terms)),
            _("Paid on time: {share}").format(share=f.share(s.on_time, 1)),
            _("Days beyond terms: {days}").format(days=f.days(s.late, 2)),
            _("Payments on invoices: {count}").format(count=f.count(s.paid_items)),
        )
    )


def quadrant(
    sectors: Sequence[Sector], within: int, f: Format, chosen: str = "", height: int = 420
) -> Figure:
    """Draw growth against days beyond terms; the area of a bubble is its sales.

    Only sectors with enough payments and with sales a year earlier can stand in it. Each point
    carries its code as customdata.
    """
    shown = [s for s in sectors if s.enough and s.late is not None and s.growth is not None]
    drawn = figure(f)
    edge = _crowd(shown)
    late = [min(s.late, edge) for s in shown if s.late is not None]
    first, last = min([*late, 0.0, within - 5.0]), max([*late, within + 5.0])
    growths = [_drawn_growth(s) for s in shown]
    least, best = min([*growths, -0.05]), max([*growths, 0.05])
    pad_x, pad_y = (last - first) * 0.06, (best - least) * 0.08
    left, right = first - pad_x, last + pad_x
    low, high = least - pad_y, best + pad_y * 2.4  # room for the quadrant's name
    xs = [x for x in nice_ticks(left, right, 5) if left <= x <= right]
    ys = [y for y in nice_ticks(low, high, 5) if low <= y <= high]
    drawn.add_shape(
        type="rect", x0=left, x1=within, y0=0, y1=high, layer="below",
        fillcolor=translucent(BETTER, 0.1), line={"width": 0},
    )  # fmt: skip
    drawn.add_annotation(
        x=left, y=high, xanchor="left", yanchor="top", showarrow=False, xshift=6, yshift=-4,
        text="<b>" + _("pays well and grows") + "</b>", font={"color": BETTER, "size": 12.5},
    )  # fmt: skip
    most = max((float(s.sales) for s in shown), default=1.0) or 1.0
    sizes = [max(7.0, 46 * math.sqrt(max(float(s.sales), 0.0) / most)) for s in shown]
    drawn.add_scatter(
        x=late, y=growths, mode="markers",
        marker={
            "size": sizes,
            "color": [_bubble(s, within, chosen) for s in shown],
            "opacity": 0.7,
            "symbol": [_symbol(s, edge) for s in shown],
            "line": {"color": [INK if s.code == chosen else GRID for s in shown],
                     "width": [2 if s.code == chosen else 1 for s in shown]},
        },
        customdata=[[s.code, _bubble_tip(s, f)] for s in shown],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    tall = height - 70.0
    scale = (WIDTH / (right - left), tall / (high - low))
    points = [
        Point(s, (x - left) * scale[0], (high - y) * scale[1], size / 2)
        for s, x, y, size in zip(shown, late, growths, sizes, strict=True)
    ]
    for point, place in placed_labels(points, within, tall, chosen):
        _label(drawn, point, place, chosen, edge)
    drawn.update_layout(
        margin={"t": 6, "r": 10, "l": 8},
        clickmode="event",
        xaxis={"range": [left, right], "tickvals": xs, "ticktext": [f.days(x, 0) for x in xs],
               "title": {"text": _("days beyond terms →"), "standoff": 4}},
        yaxis={"range": [low, high], "tickvals": ys,
               "ticktext": [_signed(y, f) for y in ys],
               "title": {"text": _("growth of sales →"), "standoff": 2}},
    )  # fmt: skip
    return drawn


def _signed(growth: float, f: Format) -> str:
    sign = "+" if round(growth, 3) > 0 else ""
    return sign + f.share(growth)


def _drawn_growth(s: Sector) -> float:
    return min(s.growth or 0.0, _MOST_GROWTH)


def _crowd(sectors: Sequence[Sector]) -> float:
    """Return how many days beyond terms are drawn: a few far beyond the rest stand at the edge."""
    late = sorted(s.late for s in sectors if s.late is not None)
    return max(late[len(late) * 9 // 10] * 1.5, 10.0) if late else 10.0


def _symbol(s: Sector, edge: float) -> str:
    if (s.growth or 0) > _MOST_GROWTH:
        return "triangle-up"
    return "triangle-right" if (s.late or 0) > edge else "circle"


def _bubble(s: Sector, within: int, chosen: str) -> str:
    if s.code == chosen:
        return ACCENT
    return BETTER if s.pays_and_grows(within) else PREVIOUS


def _bubble_tip(s: Sector, f: Format) -> str:
    growth = NOTHING if s.growth is None else _signed(s.growth, f)
    lines = (
        f"<b>{shortened(s.name, 44)}</b>",
        _("Days beyond terms: {days}").format(days=f.days(s.late, 2)),
        _("Sales, 12 months: {amount}").format(amount=f.exact(s.sales)),
        _("Growth: {share}").format(share=growth),
    )
    return "<br>".join(lines)


def _label(drawn: Figure, point: Point, place: Place, chosen: str, edge: float) -> None:
    s, (left, top, right, bottom) = point.sector, place.box
    on_right = left >= point.x
    beside = top < point.y < bottom or place.far
    anchor = ("left" if on_right else "right") if beside else "center"
    edge = (left if on_right else right) if beside else (left + right) / 2
    across, down = edge - point.x, (top + bottom) / 2 - point.y
    # a leader is measured by the browser, seen or not: only far labels have one
    led = {
        "showarrow": True,
        "ax": across,
        "ay": down,
        "axref": "pixel",
        "ayref": "pixel",
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": PREVIOUS,
        "standoff": point.radius,
    }
    beside_it = {"showarrow": False, "xshift": across, "yshift": -down}
    drawn.add_annotation(
        x=min(s.late or 0.0, edge), y=_drawn_growth(s), borderpad=0,
        xanchor=anchor, yanchor="middle",
        text=shortened(s.words, LABEL_CHARACTERS),
        font={"size": 12, "color": ACCENT if s.code == chosen else ACTUAL},
        **(led if place.far else beside_it),
    )  # fmt: skip
