"""Aging: how long what is owed has been due, from the total down to the single invoice.

The URL holds the dimension (`by=country`), the basis (`basis=issued`), the buckets
(`buckets=30,60`), `values=shares`, the order (`sort=over_90`) and the way down: `bucket`, `group`,
`customer`, `document`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.aging.figures import HISTORY_HEIGHT, Line, history_figure, lines_of, matrix, proof
from dashboards.aging.sets import buckets_choice, buckets_of, connect_buckets
from dashboards.aging.way import LISTINGS, basis_of, basis_words, grid_id, place_of, way
from dashboards.base.filters import with_filter
from dashboards.base.grid import connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import (
    aged_list,
    connect_dimension,
    dimension_choice,
    dimension_of,
    switch,
)
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel, rich
from dashboards.base.view import Context, Explain, View
from dashboards.charts.figures import graph
from data.core.texts import N_
from metrics.asking.ledger import Ledger, month_ends, same_day
from metrics.lists.aging_cell import ALL, ledger_balance, open_balance

MONTHS = 36
_WAY = {"bucket": None, "group": None, "customer": None, "document": None}


def layout(**query: str) -> Component:  # noqa: ARG001 - every page takes its query
    """Return the page in its final shape."""
    return page(
        "aging",
        _("Aging"),
        panel(
            "aging-history",
            height=HISTORY_HEIGHT,
            controls=[html.Div(id="aging-basis", className="panel-choice")],
        ),
        panel(
            "aging-matrix",
            height=240,
            controls=[html.Div(id="aging-choice", className="panel-choice")],
        ),
        panel(
            "aging-drill",
            height=90,
            static=html.Div([dcc.Store(id="aging-shown"), html.Div(id="aging-list")]),
        ),
    )


def aged(view: View) -> Ledger:
    """Return the ledger with the basis and the buckets of the URL."""
    return view.asked(basis=basis_of(view), buckets=buckets_of(view))


def shown_days(view: View) -> tuple[date, ...]:
    """Return the month-ends to draw: up to the last day of the data, the as-of day among them.

    So a click on a month moves the mark and not the picture.
    """
    as_of, last = view.selection.as_of, view.options.last_day
    days = month_ends(max(last, as_of), MONTHS)
    if as_of < days[0]:
        days = month_ends(as_of, MONTHS)
    return tuple(sorted({*days, as_of}))


def rows_by_day(view: View, ledger: Ledger) -> list[dict[str, Any]]:
    """Return the aging of all days that the page speaks of: those drawn, and a year before."""
    days = sorted({*shown_days(view), same_day(view.selection.as_of, 12)})
    rows: list[dict[str, Any]] = view.answer("aging", replace(ledger, days=tuple(days))).to_pylist()
    return rows


def total_of(rows: list[dict[str, Any]]) -> Line:
    """Return the line of the total of one day."""
    return next(iter(lines_of(rows, "total")), Line("total"))


def headline_words(view: View) -> list[Component | str]:
    """Return the answer of the page in one sentence: what is overdue, and how much of it old."""
    f = view.f
    earlier = same_day(view.selection.as_of, 12)
    rows = rows_by_day(view, view.ledger)
    total = total_of([r for r in rows if r["as_of"] == view.selection.as_of])
    if total.open <= 0:
        return [_("Nothing is open.")]
    if not total.overdue:
        return rich(_("Nothing of {open} is overdue."), open=f.money(total.open))
    text = _("{late} of {open} is overdue, {share}")
    if view.buckets.edges:
        text = _("{late} of {open} is overdue, {share}; {old} of it for more than {days} days")
    parts = rich(
        text,
        late=f.money(total.overdue),
        open=f.money(total.open),
        share=f.share(total.overdue / total.open),
        old=f.money(total.amounts.get(view.buckets.late[-1], Decimal(0))),
        days=f.count(max(view.buckets.edges, default=0)),
    )
    before = overdue_share([r for r in rows if r["as_of"] == earlier])
    if before is not None:
        moved = total.overdue / total.open - before
        points = f.number(abs(moved) * 100, 1)
        if points == f.number(0, 1):
            parts.append(_(". The overdue share is that of a year ago"))
        elif moved > 0:
            parts += rich(_(". That is {points} points more than a year ago"), points=points)
        else:
            parts += rich(_(". That is {points} points less than a year ago"), points=points)
    return [*parts, "."]


def overdue_share(rows: list[dict[str, Any]]) -> Decimal | None:
    """Return the share of what was open on one day that was overdue; None for nothing open."""
    total = total_of(rows)
    return total.overdue / total.open if total.open > 0 else None


def history_content(view: View) -> Content:
    """Return the 36 columns."""
    f, basis, buckets, days = view.f, basis_of(view), buckets_of(view), shown_days(view)
    rows = [r for r in rows_by_day(view, aged(view)) if r["as_of"] in days]
    drawn = history_figure(rows, days, view.selection.as_of, basis, buckets, f)
    total = total_of([r for r in rows if r["as_of"] == view.selection.as_of])
    title = _("Receivables by age")
    if total.open > 0 and basis == "due":
        late = f.share(total.overdue / total.open)
        title = _("{share} of what is open is overdue").format(share=late)
        if buckets.grace:
            title = _("{share} of what is open is overdue by more than {count} days").format(
                share=late, count=buckets.grace
            )
    elif total.open > 0 and buckets.edges:
        old = f.share(total.amounts.get(buckets.late[-1], Decimal(0)) / total.open)
        title = _("{share} of what is open was invoiced more than {count} days ago").format(
            share=old, count=buckets.edges[-1]
        )
    measure = _("Receivables by age, {basis}; click a month to make it the as-of day")
    months = n_("{count} month-end to {day}", "{count} month-ends to {day}", len(days))
    return Content(
        title,
        measure.format(basis=basis_words(basis)),
        graph(drawn, id="aging-history-graph", height=HISTORY_HEIGHT),
        Explain(
            "aging", history=MONTHS, basis=basis, buckets=str(buckets), as_of=days[-1].isoformat()
        ),
        as_of=months.format(count=len(days), day=f.day(days[-1])),
    )


def matrix_content(view: View) -> Content:
    """Return the matrix of groups and buckets, and the proof under it."""
    f, by, basis, buckets = view.f, dimension_of(view), basis_of(view), buckets_of(view)
    shares = view.selection.page.get("values") == "shares"
    lines = lines_of(view.answer("aging", aged(view), (by,)).to_pylist(), by)
    total = Line("total")
    for line in lines:
        total.add(line)
    statements = open_balance(view.ledger), ledger_balance(view.ledger)
    owed, booked = (view.query(one.sql, one.parameters)[0] for one in statements)
    owes, books = (found["balance"] or Decimal(0) for found in (owed, booked))
    _scale, unit = f.scale([line.total for line in (total, *lines)])
    measure = (
        _("Share of what is open before unapplied payments, {basis}; receivables in {unit}")
        if shares
        else _("{unit}, {basis}; click an amount for the customers behind it")
    )
    return Content(
        _("Who owes how long: {groups}").format(groups=view.dimension(by, plural=True)),
        measure.format(unit=unit, basis=basis_words(basis)),
        [
            matrix(lines, by, view, basis, buckets, shares),
            proof(total, owes, books, booked["documents"], view),
        ],
        Explain("aging", by=(by,), basis=basis, buckets=str(buckets)),
    )


def drill_content(view: View) -> Content:
    """Return the head of the list behind a cell: the way to it, and what is listed."""
    place = place_of(view)
    if place is None:
        hint = message(
            _("Nothing is opened yet"),
            _("Click an amount above: first come its customers, then their open items, then the "
              "life of one document."),
            kind="empty",
        )  # fmt: skip
        return Content(_("Behind an amount"), _("Customers and open items"), hint)
    listing = LISTINGS[place.level]
    if listing.filters(view):
        amount = totals(view, listing, {})["amount"] or Decimal(0)
    else:
        rows = view.answer("aging", place.ledger(view)).to_pylist()
        amount = sum((r["amount"] for r in rows if place.bucket in (r["bucket"], ALL)), Decimal(0))
    title = {
        "customers": _("The customers behind {amount}"),
        "items": _("The open items behind {amount}"),
        "slices": _("The life of {document}"),
    }[place.level].format(amount=view.f.exact(amount), document=place.document)
    return Content(title, place.words(view), way(place, view), listing.ref(view))


def connect(app: Dash, context: Context) -> None:
    """Wire the page's figures."""

    @headline_callback(app, context, "aging")
    def headline(view: View) -> list[Component | str]:
        return headline_words(view)

    @part_callback(app, context, "aging-basis")
    def choose_basis(view: View) -> list[Component]:
        choices = {"due": _("By due day"), "issued": _("By invoice day")}
        return [switch(view, "basis", choices, _("What age counts from")), buckets_choice(view)]

    connect_buckets(app, context)

    @panel_callback(app, context, "aging-history")
    def history(view: View) -> Content:
        return history_content(view)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("aging-history-graph", "clickData"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose_day(click: Mapping[str, Any] | None, search: str | None) -> str:
        day = clicked_day(click)
        if day is None:
            raise PreventUpdate
        return with_filter(search, as_of=day)

    @part_callback(app, context, "aging-choice")
    def choose(view: View) -> list[Component]:
        choices = {"amounts": _("Amounts"), "shares": _("Shares")}
        return [
            switch(view, "values", choices, _("What the cells show")),
            dimension_choice("aging-by", view),
            aged_list(view),
        ]

    connect_dimension(app, "aging-by", drop=tuple(_WAY))

    @panel_callback(app, context, "aging-matrix")
    def groups(view: View) -> Content:
        return matrix_content(view)

    @panel_callback(app, context, "aging-drill")
    def drill(view: View) -> Content:
        return drill_content(view)

    @app.callback(
        Output("aging-list", "children"),
        Output("aging-shown", "data"),
        Input("url", "search"),
        State("aging-shown", "data"),
    )
    def place_list(search: str | None, shown: str | None) -> tuple[Any, str]:
        view = context.view(search)
        place = place_of(view) if view else None
        level = place.level if place else ""
        if level == (shown or ""):
            raise PreventUpdate  # the grid asks for new rows by itself
        if not level:
            return [], ""
        page = view.selection.page if view else {}
        made = grid(grid_id(level), LISTINGS[level], height=place_height(level), page=page)
        return made, level

    for level, listing in LISTINGS.items():
        connect_grid(app, context, grid_id(level), listing)


def place_height(level: str) -> int:
    """Return the height of a list in pixels: the slices of one document are few."""
    return 240 if level == "slices" else 400


def clicked_day(click: Mapping[str, Any] | None) -> str | None:
    """Return the day of a clicked column as ISO text; None where the click holds none."""
    points = (click or {}).get("points") or [{}]
    try:
        return date.fromisoformat(str(points[0].get("customdata"))).isoformat()
    except ValueError:
        return None


PAGE = Page("/aging", N_("Aging"), 30, layout, connect, listings=tuple(LISTINGS.values()))
