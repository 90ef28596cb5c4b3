"""What changed: receivables then and now, what happened in between, and whose behaviour changes.

The URL holds the day compared with (`since`: `week`, `month` or a day; else the last working day
before the as-of day), what is listed (`what`: one of `lists.KINDS`), and what is set in the columns
of the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.grid import connect_grid, grid, totals
from dashboards.base.i18n import _, language, n_
from dashboards.base.links import search_with, stay, switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import page, panel, rich, row
from dashboards.base.view import Context, Explain, View
from dashboards.changes.lists import (
    BACK,
    CHANGES,
    KINDS,
    MOVES,
    NEWS,
    changed,
    compared,
    since_of,
    what_of,
)
from dashboards.changes.signs import SIGNS, signs_content
from dashboards.charts.tables import Cell, table
from data.core.texts import N_

_LIST = "changes-list-panel"


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "changes",
        _("What changed"),
        html.Div(id="changes-since", className="changes-since"),
        row(panel("changes-moved", height=300), panel("changes-news", height=300)),
        panel(
            "changes-signs",
            static=grid("changes-signs-grid", SIGNS, height=330, later=True, page=query),
            below=True,
        ),
        panel(
            "changes-list",
            controls=[html.Div(id="changes-what")],
            static=grid("changes-grid", CHANGES, height=460, later=True, page=query),
            below=True,
        ),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the day compared with, the two tables and the list."""
    headline_callback(app, context, "changes")(headline)
    part_callback(app, context, "changes-since")(since_choice)
    panel_callback(app, context, "changes-moved")(moved)
    panel_callback(app, context, "changes-news")(news)
    part_callback(app, context, "changes-what", below=True)(all_again)
    panel_callback(app, context, "changes-list", below=True)(listed)
    connect_grid(app, context, "changes-grid", CHANGES, below=True)
    panel_callback(app, context, "changes-signs", below=True)(signs_content)
    connect_grid(app, context, "changes-signs-grid", SIGNS, below=True)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("changes-day", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def choose(chosen: str | None, search: str | None) -> str:
        view = context.view(search)
        day = (chosen or "")[:10]
        if view is None or not day or day == since_of(view).day.isoformat():
            raise PreventUpdate
        return with_page(search, since=day)


def since_choice(view: View) -> list[Component]:
    """Return the links and the field that choose the day compared with."""
    f, since = view.f, since_of(view)
    choices = {key: _(text) for key, text in BACK.items()}
    asked = view.selection.page.get("since", "")
    if asked not in BACK and not since.refused:
        choices[asked] = f.day(since.day)
    field = dmc.DatesProvider(
        dmc.DateInput(
            id="changes-day",
            value=since.day.isoformat(),
            minDate=view.options.first_day.isoformat(),
            maxDate=(view.selection.as_of - timedelta(days=1)).isoformat(),
            valueFormat="D MMM YYYY",
            size="xs",
            w=140,
            **{"aria-label": _("Compared with")},
        ),
        settings={"locale": language(), "firstDayOfWeek": 1},
    )
    told: list[Component] = [
        html.Span(_("Compared with"), className="label"),
        switch(view, "since", choices, _("Compared with")),
        field,
    ]
    if since.refused:
        text = _("“{value}” is no earlier day; compared with {day} instead.")
        words = text.format(value=since.refused[:40], day=f.day(since.day))
        told.append(html.P(words, className="notice", role="status"))
    return told


def headline(view: View) -> list[Component | str]:
    """Return how receivables moved, by what, and what fell overdue."""
    f, since = view.f, since_of(view).day
    (moved,) = view.answer("movements", compared(view)).to_pylist()
    amount, change = f.money(moved["closing"]), moved["closing"] - moved["opening"]
    day = f.day(since)
    if not change:
        parts = rich(_("Receivables are {amount}, as on {day}"), amount=amount, day=day)
    elif change > 0:
        rose = _("Receivables rose by {change} to {amount} since {day}")
        parts = rich(rose, change=f.money(change), amount=amount, day=day)
    else:
        fell = _("Receivables fell by {change} to {amount} since {day}")
        parts = rich(fell, change=f.money(-change), amount=amount, day=day)
    if moved["invoiced"] or moved["received"]:
        parts += rich(
            _(": {invoiced} invoiced, {received} received"),
            invoiced=f.money(moved["invoiced"]),
            received=f.money(-moved["received"]),
        )
    late = _counts(view).get("overdue")
    if late:
        text = n_(
            ". {count} document fell overdue, {amount}",
            ". {count} documents fell overdue, {amount}", late["changes"],
        )  # fmt: skip
        parts += rich(text, count=f.count(late["changes"]), amount=f.money(late["amount"]))
    return [*parts, "."]


def _counts(view: View) -> dict[str, dict[str, Any]]:
    sql = "select what, count(*) as changes, sum(amount) as amount from changed group by what"
    return {line["what"]: line for line in view.query(sql, {"changed": changed(view)})}


def _line(
    view: View, what: str, counts: Mapping[str, Mapping[str, Any]], amount: Component | Cell | str
) -> tuple[Component | str, str, Component | Cell | str]:
    """Return a line of a table: what, how many, how much; it leads to its rows where there are."""
    found = counts.get(what)
    words: Component | str = _(KINDS[what])
    if found:
        here = {"className": "active", "aria-current": "true"} if what == what_of(view) else {}
        # the list is about these alone: what was set in its columns was about others
        dropped = {key: None for key in view.selection.page if key.startswith("changes.")}
        words = stay(words, search_with(view, **{**dropped, "what": what}), then=_LIST, **here)
    return words, view.f.count(found["changes"] if found else 0), amount


def moved(view: View) -> Content:
    """Return receivables now and then, and what led from one to the other."""
    f, since, as_of = view.f, since_of(view).day, view.selection.as_of
    (told,) = view.answer("movements", compared(view)).to_pylist()
    counts = _counts(view)
    scale, unit = f.scale((told["opening"], told["closing"]))

    def change(value: Decimal) -> Cell:
        return Cell(f.scaled_delta(value, scale), f.exact(value))

    def balance(value: Decimal) -> Cell:
        return Cell(f.scaled(value, scale), f.exact(value))

    on = _("Receivables on {day}")
    lines: list[Sequence[Any]] = [
        (on.format(day=f.day(since)), "", balance(told["opening"])),
        *(
            _line(view, name, counts, change(told[name]))
            for name in MOVES
            if name in counts or name in ("invoiced", "received")
        ),
    ]
    total = (on.format(day=f.day(as_of)), "", balance(told["closing"]))
    return Content(
        _movement(view, told["closing"] - told["opening"]),
        _("Movements of receivables, {unit}").format(unit=unit),
        table([_("What"), _("Documents"), _("Amount")], lines, total),
        Explain("movements", since=since.isoformat()),
        _span(view),
    )


def _movement(view: View, change: Decimal) -> str:
    if not change:
        return _("Receivables stayed as they were")
    text = _("Receivables rose by {amount}") if change > 0 else _("Receivables fell by {amount}")
    return text.format(amount=view.f.money(abs(change)))


def _span(view: View) -> str:
    first, last = since_of(view).day, view.selection.as_of
    return _("{first} to {last}").format(first=view.f.day(first), last=view.f.day(last))


def news(view: View) -> Content:
    """Return what else happened: how often, and over how much."""
    f, counts = view.f, _counts(view)
    amounts = {what: counts[what]["amount"] for what in NEWS if what in counts}
    scale, unit = f.scale(amounts.values())
    lines = [
        _line(view, what, counts, Cell(f.scaled(amount, scale), f.exact(amount)))
        for what in NEWS
        for amount in [amounts.get(what)]
    ]
    return Content(
        _("What else happened") if amounts else _("Nothing else happened"),
        _("Number, and amount in {unit}").format(unit=unit),
        table([_("What"), _("Count"), _("Amount")], lines),
        CHANGES.ref(view),
        _span(view),
    )


def all_again(view: View) -> list[Component]:
    """Return the link that lists everything again, where only some of it is."""
    if not what_of(view):
        return []
    return [stay(_("List everything"), search_with(view, what=None), className="button quiet")]


def listed(view: View) -> Content:
    """Return what the list is about."""
    found, f, what = totals(view, CHANGES, {}), view.f, what_of(view)
    words = _(KINDS[what]) if what else _("What changed")
    count, amount = f.count(found["rows"]), found["amount"]
    title = _("{what}: {count}").format(what=words, count=count)
    if amount is not None:
        title = _("{what}: {count}, {amount}").format(
            what=words, count=count, amount=f.money(amount)
        )
    return Content(
        title,
        _("by customer and document, {currency}").format(currency=f.currency),
        explain=CHANGES.ref(view),
        as_of=_span(view),
    )


PAGE = Page("/changes", N_("What changed"), 15, layout, connect, listings=(CHANGES, SIGNS))
