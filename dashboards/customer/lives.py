"""The life of each invoice: one thin bar each, from issued to closed, the late part coloured.

Drawn as elements rather than by Plotly: hundreds of rows scroll under an axis that stays, names
and amounts are cut by the browser where it is narrow, and every row is a link to its document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.base.links import stay
from dashboards.base.words import CLOSERS
from dashboards.charts.buckets import labels
from data.core.buckets import NOT_DUE, Buckets
from metrics.asking.ledger import month_start

MOST_INVOICES = 400
"""More bars than this are not drawn: the latest ones are, and the panel says so."""

_LEAST_AHEAD, _MOST_AHEAD = 0.03, 75
_EDGE = 2.0
"""So near to an edge, in per cent, a label would stand over it."""
_LEAST_HEIGHT = 20.0
"""How thick the thinnest slice is drawn, in per cent of its row."""


@dataclass(frozen=True)
class Life:
    """One invoice and its slices (rows of `metrics.lists.customers.lives`), in due order."""

    document_id: str
    opened_on: date
    slices: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def amount(self) -> Decimal:
        """What its slices add up to."""
        # what was paid and went back is owed by another slice
        kept = (s["amount"] for s in self.slices if s["closed_by"] != "returned")
        return sum(kept, Decimal(0))


def lives_of(rows: Iterable[Mapping[str, Any]]) -> list[Life]:
    """Return the invoices that the slices belong to, the latest first."""
    grouped: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["document_key"], []).append(row)
    found = [Life(r[0]["document_id"], r[0]["issued_on"], tuple(r)) for r in grouped.values()]
    return sorted(found, key=lambda life: (life.opened_on, life.document_id), reverse=True)


@dataclass(frozen=True)
class Span:
    """The days a picture covers, and where a day lies in it, in per cent."""

    first: date
    as_of: date
    last: date

    def at(self, day: date) -> float:
        """Return the place of a day, cut at the edges."""
        whole = (self.last - self.first).days or 1
        return min(max((day - self.first).days / whole, 0.0), 1.0) * 100


def span_of(first: date, as_of: date, lives: Sequence[Life]) -> Span:
    """Return the span from `first` to a little after `as_of`, so that coming due days show."""
    ahead = max(int((as_of - first).days * _LEAST_AHEAD), 5)
    dues = [s["due_on"] for life in lives for s in life.slices if s["closed_on"] is None]
    coming = max(((due - as_of).days for due in dues), default=0) + 3
    return Span(first, as_of, as_of + timedelta(days=max(ahead, min(coming, _MOST_AHEAD))))


def lives_figure(
    lives: Sequence[Life],
    span: Span,
    f: Format,
    link: Callable[[str], str],
    buckets: Buckets,
    chosen: str = "",
) -> Component:
    """Draw one row for each invoice.

    A slice is a bar from issue to the day it closed, as thick as its share of the invoice. Up to
    its due day (a tick) it is calm; after it, it has the colour of the bucket it reached. An open
    one runs to the as-of day and fades out beyond. `link` gives the address that opens a document.
    """
    rows: list[Component] = [_axis(span, f)]
    rows += [
        stay(
            [
                html.Span(life.document_id, className="lv-name"),
                html.Span(f.money(life.amount), className="lv-amount"),
                html.Div(_bars(life, span, buckets), className="lv-track"),
            ],
            link(life.document_id),
            then="customer-document",
            className="lv-row" + (" chosen" if life.document_id == chosen else ""),
            **{"data-tip": tip(life, span.as_of, f)},
        )
        for life in lives
    ]
    style = {"--as-of": f"{span.at(span.as_of):.3f}%"}
    many = "few" if len(lives) <= 25 else "many" if len(lives) > 70 else ""
    return html.Div(rows, className=f"lives {many}".strip(), style=style, tabIndex=0)


def key(buckets: Buckets) -> Component:
    """Return what the marks mean, as marks."""
    called = labels(buckets)
    names = (
        (f"b-{NOT_DUE}", _("until due")),
        *((f"b-{buckets.shades[name]}", called[name]) for name in buckets.late),
        (f"b-{NOT_DUE} disputed", _("disputed")),
    )
    signs = [
        html.Span([html.I(className=f"lv-swatch {look}"), text], className="lv-sign")
        for look, text in names
    ]
    signs.append(html.Span([html.I(className="lv-tick"), _("due day")], className="lv-sign"))
    signs.append(html.Span([html.I(className="lv-fading"), _("still open")], className="lv-sign"))
    return html.Div(signs, className="lv-key")


def _axis(span: Span, f: Format) -> Component:
    months = []
    day = month_start(span.last)
    while day >= span.first:
        months.append(day)
        day = month_start(day, 1)
    step = 1 if len(months) <= 15 else 3 if len(months) <= 40 else 6
    shown = [m for m in months if (m.month - 1) % step == 0]
    labels = [
        html.Span(
            str(m.year) if m.month == 1 else f.month_short(m).split("<br>")[0],
            style={"left": f"{span.at(m):.3f}%"},
            className=_look(m, span, step),
        )
        for m in _written(shown, span)
    ]
    lines = [html.I(style={"left": f"{span.at(m):.3f}%"}) for m in shown]
    return html.Div(
        [
            html.Span(_("Invoice"), className="lv-name"),
            html.Span(_("Amount"), className="lv-amount"),
            html.Div([*labels, html.Div(lines, className="lv-lines")], className="lv-track"),
        ],
        className="lv-row lv-axis",
    )


def _written(months: Sequence[date], span: Span) -> list[date]:
    """Return the months whose labels are written: none lies over another one.

    At an edge there is no room for one in the middle of its mark; a year stands beside its mark
    there, in the place of its neighbour.
    """
    edge = [not _EDGE <= span.at(m) <= 100 - _EDGE for m in months]
    years = [at and m.month == 1 for at, m in zip(edge, months, strict=True)]
    beside = [any(near) for near in zip([False, *years], [*years[1:], False], strict=False)]
    return [
        m
        for m, at, year, given in zip(months, edge, years, beside, strict=True)
        if year or not (at or given)
    ]


def _look(month: date, span: Span, step: int) -> str:
    """Return the class of a label: years stand out, single months go first where it is narrow."""
    quarter = month.month % 3 == 1 and step == 1
    looks = ["year" if month.month == 1 else "" if quarter else "minor"]
    looks += ["first"] if span.at(month) < _EDGE else []
    looks += ["last"] if span.at(month) > 100 - _EDGE else []
    return " ".join(filter(None, looks))


def _heights(slices: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return how thick each slice is, in per cent: its share, but never too thin to see."""
    whole = float(sum(abs(s["amount"]) for s in slices)) or 1.0
    wanted = [max(float(abs(s["amount"])) / whole * 100, _LEAST_HEIGHT) for s in slices]
    return [h * 100 / sum(wanted) for h in wanted]


def _bars(life: Life, span: Span, buckets: Buckets) -> list[Component]:
    bars: list[Component] = []
    dues: list[tuple[date, float, float]] = []
    top = 0.0
    for part, height in zip(life.slices, _heights(life.slices), strict=True):
        closed, due = part["closed_on"], part["due_on"]
        end = closed or span.as_of
        left, right = span.at(life.opened_on), span.at(end)
        width = max(right - left, 0.35)
        look = buckets.shades[buckets.of(due, end)]
        gap = 6.0 if len(life.slices) > 1 else 0.0
        place = {"top": f"{top:.2f}%", "height": f"{height - gap:.2f}%"}
        turn = min(max((span.at(due) - left) / width, 0.0), 1.0) * 100
        bar = {**place, "left": f"{left:.3f}%", "width": f"{width:.3f}%", "--turn": f"{turn:.2f}%"}
        struck = " disputed" if part["disputed"] else ""
        bars.append(html.Span(className=f"lv-bar to-{look}{struck}", style=bar))
        if closed is None:
            tail = {**place, "left": f"{right:.3f}%"}
            bars.append(html.Span(className=f"lv-tail to-{look}", style=tail))
        if span.first <= due <= span.last:
            dues.append((due, top, height))
        top += height
    if len({due for due, _top, _height in dues}) == 1:
        dues = [(dues[0][0], -10.0, 120.0)]  # one due day: one tick over the whole row
    for due, upper, height in dues:
        tick = {"left": f"{span.at(due):.3f}%", "top": f"{upper:.2f}%", "height": f"{height:.2f}%"}
        bars.append(html.Span(className="lv-due", style=tick))
    return bars


def tip(life: Life, as_of: date, f: Format) -> str:
    """Return the exact story of an invoice: what, when due, and what became of each slice."""
    dues = sorted({s["due_on"] for s in life.slices})
    assumed = any(s["due_assumed"] for s in life.slices)
    due_text = _("due {days} (assumed)") if assumed else _("due {days}")
    lines = [
        f"{life.document_id}: {f.exact(life.amount)}",
        _("issued {day}").format(day=f.day(life.opened_on))
        + ", "
        + due_text.format(days=", ".join(f.day(d) for d in dues)),
    ]
    lines += [told(part, as_of, f) for part in life.slices]
    if any(part["disputed"] for part in life.slices):
        lines.append(_("disputed"))
    return "\n".join(lines)


def told(part: Mapping[str, Any], as_of: date, f: Format) -> str:
    """Return one slice in words: "1,200.00 € paid on 3 Nov 2026, 3 days late"."""
    closed = part["closed_on"]
    late = ((closed or as_of) - part["due_on"]).days
    if closed is None:
        if late > 0:
            text = _("{amount} open, {days} days overdue")
        else:
            text = _("{amount} open, not due yet")
        return text.format(amount=f.exact(part["amount"]), days=late)
    what = _(CLOSERS.get(part["closed_by"], part["closed_by"]))
    if late > 0:
        text = _("{amount} {what} on {day}, {days} days late")
    else:
        text = _("{amount} {what} on {day}, on time")
    return text.format(amount=f.exact(part["amount"]), what=what, day=f.day(closed), days=late)
