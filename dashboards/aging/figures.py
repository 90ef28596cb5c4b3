"""The pictures of the Aging page: 36 columns of buckets, the matrix of groups, the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import NOTHING, Format
from dashboards.base.i18n import _
from dashboards.base.links import search_with, stay
from dashboards.base.view import View
from dashboards.charts.buckets import colours, labels
from dashboards.charts.figures import (
    CHARACTER,
    FILL,
    HATCH,
    INK,
    MUTED,
    Figure,
    figure,
    nice_ticks,
)
from dashboards.charts.months import month_names_axis, spread
from data.core.buckets import NOT_DUE, UNAPPLIED, Buckets
from metrics.lists.aging_cell import ALL

HISTORY_HEIGHT = 300
MOST_GROUPS = 60
"""Lines of the matrix; what is beyond stands in one line together, and in the download."""
UNKNOWN = "-"
"""How the URL writes a group whose value is not known."""
_ZERO = Decimal(0)


@dataclass
class Line:
    """One line of the matrix: a group, its amount and number of items in each bucket."""

    member: str
    amounts: dict[str, Decimal] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """Receivables: the buckets and what is unapplied."""
        return sum(self.amounts.values(), _ZERO)

    @property
    def open(self) -> Decimal:
        """What is open before unapplied payments: all other buckets."""
        return self.total - self.amounts.get(UNAPPLIED, _ZERO)

    @property
    def overdue(self) -> Decimal:
        """What is past its due day."""
        return self.open - self.amounts.get(NOT_DUE, _ZERO)

    def add(self, other: Line) -> None:
        """Add another group to this one."""
        for bucket, amount in other.amounts.items():
            self.amounts[bucket] = self.amounts.get(bucket, _ZERO) + amount
            self.items[bucket] = self.items.get(bucket, 0) + other.items[bucket]


def lines_of(rows: Sequence[Mapping[str, Any]], by: str) -> list[Line]:
    """Return one line for each group of the answer of `aging`, in the answer's order."""
    found: dict[str, Line] = {}
    for row in rows:
        line = found.setdefault(row[by], Line(row[by]))
        line.amounts[row["bucket"]] = row["amount"]
        line.items[row["bucket"]] = row["items"]
    return list(found.values())


def ordered(lines: Sequence[Line], sort: str, view: View, by: str) -> list[Line]:
    """Return the lines in the order the URL asks for: largest first, unapplied most negative."""
    if sort == "name":
        return sorted(lines, key=lambda line: view.label(by, line.member).casefold())
    if sort == UNAPPLIED:
        return sorted(lines, key=lambda line: line.amounts.get(sort, _ZERO))
    if sort == "overdue":
        return sorted(lines, key=lambda line: line.overdue, reverse=True)
    if sort and any(sort in line.amounts for line in lines):
        return sorted(lines, key=lambda line: line.amounts.get(sort, _ZERO), reverse=True)
    return sorted(lines, key=lambda line: line.total, reverse=True)


def history_figure(
    rows: Sequence[Mapping[str, Any]],
    days: Sequence[date],
    as_of: date,
    basis: str,
    buckets: Buckets,
    f: Format,
) -> Figure:
    """Draw one column of stacked buckets for each day, unapplied below zero, as_of set apart.

    Each mark carries its day: a click makes it the as-of day.
    """
    names, colour = labels(buckets, basis), colours(buckets)
    amounts: dict[date, dict[str, Decimal]] = {day: {} for day in days}
    for row in rows:
        amounts[row["as_of"]][row["bucket"]] = row["amount"]
    isos = [day.isoformat() for day in days]
    tops = [sum((v for b, v in amounts[d].items() if b != UNAPPLIED), _ZERO) for d in days]
    lows = [min(amounts[d].get(UNAPPLIED, _ZERO), _ZERO) for d in days]
    ticks = nice_ticks(float(min(lows, default=_ZERO)), float(max(tops, default=_ZERO)), 5)
    # below zero only as much room as the unapplied take: a whole step would waste it
    bottom = max(ticks[0], float(min(lows, default=_ZERO)) * 1.15)
    scale, unit = f.scale([max(tops, default=_ZERO)])
    drawn = figure(f, barmode="relative", hovermode="x", bargap=0.22)
    for bucket in buckets.names:
        marker: dict[str, Any] = {"color": colour[bucket], "line": {"width": 0}}
        if bucket == UNAPPLIED:
            marker["pattern"] = HATCH
        drawn.add_bar(
            x=list(range(len(days))),
            y=[float(amounts[d].get(bucket, _ZERO)) for d in days],
            marker=marker, customdata=isos, hoverinfo="none",
        )  # fmt: skip
    texts = []
    for day in days:
        said = [f"<b>{f.day(day)}</b>"]
        said += [
            f"{names[b]} {f.scaled(amounts[day].get(b, _ZERO), scale)}"
            for b in reversed(buckets.names)
        ]
        total = sum(amounts[day].values(), _ZERO)
        said.append(f"<b>{_('Receivables')} {f.scaled(total, scale)} {unit}</b>")
        texts.append("<br>".join(said) if amounts[day] else "")
    drawn.add_scatter(
        x=list(range(len(days))), y=[float(t) * 0.6 for t in tops], mode="markers",
        marker={"opacity": 0, "size": 1}, customdata=isos, text=texts,
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    if as_of in amounts:
        place = days.index(as_of)
        drawn.add_shape(
            type="rect", x0=place - 0.5, x1=place + 0.5, y0=bottom, y1=ticks[-1],
            fillcolor=FILL, opacity=0.55, line={"width": 0}, layer="below",
        )  # fmt: skip
        total = sum(amounts[as_of].values(), _ZERO)
        drawn.add_annotation(
            x=place, y=float(tops[place]), text=f"<b>{f.money(total)}</b>", showarrow=False,
            yanchor="bottom", yshift=2, font={"color": INK, "size": 12.5},
            xanchor="right" if place > len(days) * 0.9 else "center",
            xshift=9 if place > len(days) * 0.9 else 0,
        )  # fmt: skip
    beside = 30 + int(max(map(len, names.values())) * CHARACTER)
    _name_buckets(drawn, amounts[days[-1]], names, colour, len(days) - 1, ticks[-1] - bottom)
    drawn.update_layout(
        xaxis=month_names_axis(days, f),
        yaxis={
            "tickvals": ticks,
            "ticktext": [f.money(Decimal(str(v))) if v else "0" for v in ticks],
            "range": [bottom, ticks[-1]],
        },
        margin={"l": 8, "r": beside, "t": 8, "b": 8},
    )
    return drawn


def _name_buckets(
    drawn: Figure,
    last: Mapping[str, Decimal],
    names: Mapping[str, str],
    colour: Mapping[str, str],
    x: int,
    span: float,
) -> None:
    """Write the buckets' names beside the last column, each at its height as far as room allows."""
    shown, middles, below = [], [], 0.0
    for bucket in names:
        value = float(last.get(bucket, _ZERO))
        shown.append(bucket)
        middles.append(value / 2 if bucket == UNAPPLIED else below + value / 2)
        below += 0 if bucket == UNAPPLIED else value
    # unapplied lies below zero and stays below the others
    order = [shown[-1], *shown[:-1]]
    places = spread([min(middles[-1], 0.0), *middles[:-1]], 18 * span / (HISTORY_HEIGHT - 50))
    for bucket, y in zip(order, places, strict=True):
        mark = f"<span style='color:{colour[bucket]}'>■</span>"
        drawn.add_annotation(
            x=x, y=y, text=f"{mark} {names[bucket]}", showarrow=False, xanchor="left",
            yanchor="middle", xshift=12, font={"color": MUTED, "size": 12.5},
        )  # fmt: skip


def matrix(
    lines: Sequence[Line], by: str, view: View, basis: str, buckets: Buckets, shares: bool
) -> Component:
    """Return the matrix: groups down, buckets across, each bucket's column shaded by amount.

    Every amount leads to the customers behind it. With `shares`, each line is divided by what is
    open in it before unapplied payments.
    """
    f, names, shades = view.f, labels(buckets, basis), buckets.shades
    page = view.selection.page
    total = Line("")
    for line in lines:
        total.add(line)
    scale, unit = f.scale([line.total for line in (total, *lines)])
    most = {
        b: max((abs(line.amounts.get(b, _ZERO)) for line in lines), default=_ZERO) for b in names
    }
    opened = (page.get("group"), page.get("bucket"))

    def cell(line: Line, bucket: str, group: str | None) -> html.Td:
        every = bucket == ALL
        value = line.total if every else line.amounts.get(bucket, _ZERO)
        count = sum(line.items.values()) if every else line.items.get(bucket, 0)
        what = _("Receivables") if every else names[bucket]
        name = _("All groups") if group is None else view.label(by, line.member)
        tip = _("{group}, {bucket}\n{amount}, open items: {count}").format(
            group=name, bucket=what, amount=f.exact(value), count=f.count(count)
        )
        if shares and not every:
            shown = f.share(value / line.open, 0) if line.open > 0 else NOTHING
        else:
            shown = f.scaled(value, scale)
        look = "n"
        style: dict[str, str] = {}
        if group is not None and not every and most[bucket]:
            look += f" heat h-{shades[bucket]}"
            style["--heat"] = f"{float(abs(value) / most[bucket]):.3f}"
        if opened == (group, bucket) and page.get("bucket"):
            look += " opened"
        if not count:
            return html.Td(html.Span(shown, className="none"), className=look)
        href = search_with(view, group=group, bucket=bucket, customer=None, document=None)
        link = stay(shown, href, then="aging-drill-panel", **{"data-tip": tip})
        return html.Td(link, className=look, style=style)

    def drawn(line: Line, group: str | None, name: str, whole: str = "") -> html.Tr:
        cells = [cell(line, b, group) for b in (ALL, *names)]
        if basis == "due":
            late = f.share(line.overdue / line.open, 0) if line.open > 0 else NOTHING
            cells.append(html.Td(late, className="n"))
        head = html.Th(name, scope="row", title=whole or name)
        return html.Tr([head, *cells], className="total" if group is None else "")

    sort = page.get("sort", "receivables")

    def head(key: str, text: str, number: bool = True) -> html.Th:
        active = sort == key
        swatch = html.Span(className=f"swatch b-{shades[key]}") if key in shades else None
        link = stay(
            [swatch, text, " ▾" if active else ""],
            search_with(view, sort=None if key == "receivables" else key),
            title=_("Sort by {column}").format(column=text),
        )
        extra = {"aria-sort": "descending"} if active else {}
        return html.Th(link, className="n" if number else "", scope="col", **extra)

    heads = [
        head("name", view.dimension(by), number=False),
        head("receivables", _("Receivables")),
    ]
    heads += [head(b, text) for b, text in names.items()]
    if basis == "due":
        overdue = _("Share past grace") if buckets.grace else _("Overdue share")
        heads.append(head("overdue", overdue))
    body = [drawn(total, None, _("Total"))]
    kept = ordered(lines, sort, view, by)
    body += [
        drawn(
            line, line.member or UNKNOWN, view.short(by, line.member), view.label(by, line.member)
        )
        for line in kept[:MOST_GROUPS]
    ]
    rest = len(kept) - MOST_GROUPS
    note = (
        html.P(
            _("{count} more groups are not drawn; the total, the lists behind it and the download "
              "have them all.").format(count=f.count(rest)),
            className="aside",
        )
        if rest > 0
        else None
    )  # fmt: skip
    table = html.Table(
        [html.Thead(html.Tr(heads)), html.Tbody(body)],
        className="figures matrix",
        style={"--columns": str(len(heads) - 1)},
        **{"aria-label": _("Receivables by age, {unit}").format(unit=unit)},
    )
    return html.Div([html.Div(table, className="table-scroll matrix-box"), note])


def proof(
    total: Line, receivables: Decimal, balance: Decimal, documents: int, view: View
) -> Component:
    """Return the line that proves the buckets: they and what is unapplied are the receivables.

    `receivables` and `balance` are computed apart, from all open items and from all documents.
    """
    f = view.f
    unapplied = total.amounts.get(UNAPPLIED, _ZERO)
    ties = total.open + unapplied == receivables == balance

    def part(label: str, value: Decimal, note: str = "") -> html.Span:
        return html.Span(
            [html.Small(label), html.B(f.exact(value)), html.Small(note) if note else None],
            className="proof-part",
        )

    def sign(text: str) -> html.Span:
        return html.Span(text, className="proof-sign")

    equal = [
        "=" if same else "≠"
        for same in (total.open + unapplied == receivables, receivables == balance)
    ]
    words = (
        _("They tie to the cent")
        if ties
        else _("They do not tie: {difference} apart").format(
            difference=f.exact(abs(balance - total.total))
        )
    )
    count = _("sum of {count} documents up to {day}").format(
        count=f.count(documents), day=f.day(view.selection.as_of)
    )
    return html.Div(
        [
            part(_("All buckets"), total.open),
            sign("+"),
            part(_("Unapplied"), unapplied),
            sign(equal[0]),
            part(_("Receivables"), receivables),
            sign(equal[1]),
            part(_("Ledger balance"), balance, count),
            html.Span(
                [html.B("✓" if ties else "✗", **{"aria-hidden": "true"}), words],
                className="proof-end" if ties else "proof-end broken",
            ),
        ],
        className="proof",
    )
