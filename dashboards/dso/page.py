"""DSO: how many days of sales wait to be paid, what terms grant, what late payment adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.grid import connect_grid, every_row, grid
from dashboards.base.i18n import _, n_
from dashboards.base.links import connect_dimension, dimension_choice, dimension_of, switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import change, page, panel, rich, row
from dashboards.base.view import Context, Explain, NoRows, NotEnough, View
from dashboards.charts.bridge import HEIGHT
from dashboards.charts.figures import graph
from dashboards.charts.sparkline import sparkline
from dashboards.dso.bridge import PLACE, back_choice, moved_content
from dashboards.dso.figures import (
    TREND_HEIGHT,
    covered,
    methods_figure,
    trend_figure,
    why_methods_differ,
)
from dashboards.dso.groups import (
    bars,
    earlier_day,
    group_listings,
    sales_since,
    table_id,
)
from dashboards.dso.lens import aimed, base_choice, lens_content
from data.core.texts import N_, Text
from metrics.asking.ledger import Ledger, month_end, month_ends, month_start, same_day

MONTHS = 36
LISTINGS = group_listings()


def layout(**query: str) -> Component:  # noqa: ARG001 - every page takes its query
    """Return the page in its final shape."""
    return page(
        "dso",
        _("Days sales outstanding"),
        row(
            panel(
                "dso-trend",
                height=TREND_HEIGHT,
                controls=[html.Div(id="dso-view", className="panel-choice")],
            ),
            html.Div(
                [panel("dso-worth", height=84), panel("dso-cei", height=150)], className="stack"
            ),
            weights=(13, 4),
        ),
        panel(
            "dso-moved",
            height=HEIGHT,
            controls=[
                html.Div(id="dso-back-place", className="panel-choice"),
                html.Div(id="dso-by-place", className="panel-choice"),
            ],
        ),
        panel(
            "dso-lens",
            height=330,
            below=True,
            controls=[html.Div(id="dso-base-place", className="panel-choice")],
        ),
        panel("dso-groups", height=220, below=True),
        panel(
            "dso-table",
            below=True,
            static=html.Div([dcc.Store(id="dso-table-by"), html.Div(id="dso-table-place")]),
        ),
    )


def ready(view: View) -> None:
    """Raise NotEnough where there are fewer than three months of sales: DSO would be too high.

    Raises NoRows where nothing was sold yet.
    """
    since = sales_since(view)
    if covered(view.selection.as_of, 3, since):
        return
    text = N_(
        "The first sale is of {first}. DSO over three months needs three months of sales: it "
        "is shown from {month} on."
    )
    month = view.f.month(month_start(since, -2))
    raise NotEnough(Text(text, {"first": view.f.day(since), "month": month}))


def watched(view: View) -> Ledger:
    """Return the ledger for the page's days: 36 month-ends, and the day to compare with."""
    earlier = earlier_day(view)
    days = {*month_ends(view.selection.as_of, MONTHS), *([earlier] if earlier else [])}
    return replace(view.ledger, days=tuple(sorted(days)))


def history_of(view: View, days: tuple[date, ...] = ()) -> list[dict[str, Any]]:
    """Return DSO on these of the page's days, in order; on the last 36 month-ends if none.

    Days before any document are absent. Raises as `ready` does.
    """
    ready(view)
    wanted = days or month_ends(view.selection.as_of, MONTHS)
    rows = view.answer("dso", watched(view)).to_pylist()
    return [row for row in rows if row["as_of"] in wanted]


def asked_target(view: View) -> float | None:
    """Return the target of the URL in days; None where there is none that makes sense."""
    try:
        target = float(view.selection.page.get("target", ""))
    except ValueError:
        return None
    return target if 0 < target < 1000 else None


def target_of(view: View) -> float | None:
    """Return the target of the URL in days, else the one that was said of what is looked at."""
    return aimed(view) if "target" not in view.selection.page else asked_target(view)


def headline_words(view: View) -> list[Component | str]:
    """Return the answer of the page in one sentence."""
    f, earlier = view.f, earlier_day(view)
    history = history_of(view, (*filter(None, (earlier,)), view.selection.as_of))
    last = history[-1]
    dso, best = last["rolling_3m"], last["best_possible_3m"]
    if dso is None:
        return [_("Nothing was sold in the three months to this day, so there is no DSO.")]
    before = history[0]["rolling_3m"] if earlier else None
    moved = None if before is None else dso - before
    if moved is None:
        text = _(
            "DSO is {dso} days: {granted} days of terms granted and {lost} days lost to late "
            "payment."
        )
    elif abs(moved) < 0.05:
        text = _(
            "DSO is {dso} days, as a year ago: {granted} days of terms granted and {lost} "
            "days lost to late payment."
        )
    elif moved > 0:
        text = _(
            "DSO is {dso} days, {change} more than a year ago: {granted} days of terms "
            "granted and {lost} days lost to late payment."
        )
    else:
        text = _(
            "DSO is {dso} days, {change} less than a year ago: {granted} days of terms "
            "granted and {lost} days lost to late payment."
        )
    return rich(
        text, dso=f.days(dso), change=f.days(abs(moved or 0)), granted=f.days(best),
        lost=f.days(dso - best),
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the page's figures."""

    @headline_callback(app, context, "dso")
    def headline(view: View) -> list[Component | str]:
        return headline_words(view)

    @part_callback(app, context, "dso-view")
    def choose_view(view: View) -> list[Component]:
        return [
            dmc.NumberInput(
                id="dso-target",
                value=asked_target(view) or "",
                placeholder=view.f.days(goal) if (goal := aimed(view)) else _("Target"),
                min=1,
                max=999,
                step=1,
                debounce=600,
                size="xs",
                w=84,
                **{"aria-label": _("Target of DSO, days")},
            ),
            switch(
                view,
                "methods",
                {"split": _("Terms and lateness"), "all": _("All methods")},
                _("What the picture shows"),
            ),
        ]

    @panel_callback(app, context, "dso-trend")
    def trend(view: View) -> Content:
        return trend_content(view)

    @panel_callback(app, context, "dso-worth")
    def worth(view: View) -> Content:
        return worth_content(view)

    @panel_callback(app, context, "dso-cei")
    def effectiveness(view: View) -> Content:
        return cei_content(view)

    @part_callback(app, context, "dso-by-place")
    def choose_by(view: View) -> Component:
        return dimension_choice("dso-by", view)

    connect_dimension(app, "dso-by", drop=PLACE)

    @part_callback(app, context, "dso-back-place")
    def choose_back(view: View) -> Component:
        return back_choice(view)

    @panel_callback(app, context, "dso-groups", below=True)
    def groups(view: View) -> Content:
        return groups_content(view)

    @part_callback(app, context, "dso-base-place")
    def choose_base(view: View) -> Component:
        return base_choice(view)

    @panel_callback(app, context, "dso-lens", below=True)
    def lens(view: View) -> Content:
        return lens_content(view, history_of(view), sales_since(view), target_of(view))

    @panel_callback(app, context, "dso-moved")
    def moved(view: View) -> Content:
        return moved_content(view)

    @panel_callback(app, context, "dso-table", below=True)
    def table(view: View) -> Content:
        by = dimension_of(view)
        listing = LISTINGS[by]
        return Content(
            title=_("DSO by every method: {groups}").format(groups=view.dimension(by, plural=True)),
            measure=_("Days; the total is computed from its own receivables and sales"),
            explain=listing.ref(view),
        )

    @app.callback(
        Output("dso-table-place", "children"),
        Output("dso-table-by", "data"),
        Input("url", "search"),
        State("dso-table-by", "data"),
    )
    def place_table(search: str | None, shown: str | None) -> tuple[Component, str]:
        view = context.view(search)
        if view is None or dimension_of(view) == shown:
            raise PreventUpdate  # the grid asks for new rows by itself
        by = dimension_of(view)
        return grid(
            table_id(by), LISTINGS[by], height=420, later=True, page=view.selection.page
        ), by

    for by, listing in LISTINGS.items():
        connect_grid(app, context, table_id(by), listing, below=True)

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("dso-target", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def set_target(target: float | str | None, search: str | None) -> str:
        wanted = f"{target:g}" if isinstance(target, int | float) and target else None
        changed = with_page(search, target=wanted)
        if sorted(changed.lstrip("?").split("&")) == sorted((search or "").lstrip("?").split("&")):
            raise PreventUpdate
        return changed


def trend_content(view: View) -> Content:
    """Return the main picture: terms and lateness, or all methods with why they differ."""
    history, f = history_of(view), view.f
    first_day, target = sales_since(view), target_of(view)
    last = history[-1]
    months = n_("{count} month-end to {day}", "{count} month-ends to {day}", len(history)).format(
        count=len(history), day=f.day(last["as_of"])
    )
    explain = Explain("dso", history=MONTHS)
    if view.selection.page.get("methods") == "all":
        drawn = methods_figure(history, f, first_day, target)
        said = [html.P(sentence) for sentence in why_methods_differ(history, f, first_day)]
        body = [
            graph(drawn, id="dso-trend-graph", height=TREND_HEIGHT),
            html.Div([html.H3(_("Why they differ")), *said], className="why") if said else None,
        ]
        title = _("The same receivables, by every accepted method")
        return Content(
            title,
            _("DSO, days"),
            [part for part in body if part is not None],
            explain,
            as_of=months,
        )
    dso, best = last["rolling_3m"], last["best_possible_3m"]
    title = _("Terms granted, and the days lost to late payment")
    if dso is not None and dso > 0 and dso > best:
        title = _("{share} of DSO is lost to late payment").format(
            share=f.share((dso - best) / dso)
        )
    drawn = trend_figure(history, f, first_day, target)
    body = [graph(drawn, id="dso-trend-graph", height=TREND_HEIGHT)]
    return Content(title, _("DSO over 3 months, days"), body, explain, as_of=months)


def worth_content(view: View) -> Content:
    """Return what a day of DSO is worth, and what late payment ties up."""
    last, f = history_of(view, (view.selection.as_of,))[-1], view.f
    dso, best = last["rolling_3m"], last["best_possible_3m"]
    if not dso or dso <= 0:
        raise NoRows
    day = last["receivables"] / Decimal(repr(dso))
    late = last["receivables"] - last["not_due"]
    body = [
        html.Div(f.money(day), className="card-value", title=f.exact(day)),
        html.P(
            rich(
                _("Paying on the due day would free {amount}: {days} days."),
                amount=f.money(late),
                days=f.days(dso - best),
            )
            if late > 0
            else _("Nothing is tied up by late payment."),
            className="card-note",
            title=f.exact(late) if late > 0 else None,
        ),
        _unapplied_note(view, late),
    ]
    shown = [part for part in body if part is not None]
    return Content(_("One day of DSO is worth"), f.currency, shown, Explain("dso"))


def _unapplied_note(view: View, late: Decimal) -> Component | None:
    """Say why this is less than what is overdue: unapplied money is off it already."""
    held = view.answer("receivables").to_pylist()[0]["unapplied"] or Decimal(0)
    if not held:
        return None
    text = _("{overdue} is overdue; {unapplied} of it is paid or credited, but not applied yet.")
    said = {"overdue": late - held, "unapplied": -held}
    return html.P(
        text.format(**{name: view.f.money(value) for name, value in said.items()}),
        className="card-note",
        title="; ".join(view.f.exact(value) for value in said.values()),
    )


def cei_content(view: View) -> Content:
    """Return the collection effectiveness of the month, with 13 months and the year before."""
    f, as_of = view.f, view.selection.as_of
    shown = month_ends(as_of, 13)
    # a month that has begun stands beside as many days of others, never beside a whole one
    before = [same_day(day, 12) for day in shown]
    last_month = same_day(as_of, 1)
    asked = replace(view.ledger, days=tuple(sorted({*shown, *before, last_month})))
    rows = view.answer("collection_effectiveness", asked).to_pylist()
    by_day = {r["as_of"]: r["cei"] for r in rows}
    now = by_day.get(as_of)
    values = [by_day.get(d) for d in shown]
    whole = as_of == month_end(as_of)
    changes = [
        change(
            None if now is None or by_day.get(day) is None else now - by_day[day],
            "share", f, since=text if whole else days, more_is_worse=False,
        )
        for day, text, days in (
            (last_month, _("vs last month"), _("vs as many days of last month")),
            (before[-1], _("vs a year ago"), _("vs as many days a year ago")),
        )
    ]  # fmt: skip
    body = [
        html.Div(f.share(now, 1), className="card-value"),
        html.Div(changes, className="card-changes"),
        sparkline(
            values,
            [by_day.get(d) for d in before],
            [f.month(d) for d in shown],
            [f.share(v, 1) for v in values],
        ),
    ]
    return Content(
        _("Collection effectiveness"),
        _("CEI of the month") if whole else _("CEI of the month so far"),
        body,
        Explain("collection_effectiveness", history=25),
        as_of=f.month(as_of),
    )


def groups_content(view: View) -> Content:
    """Return the groups of the chosen dimension, slowest first, beside a year ago."""
    ready(view)
    by = dimension_of(view)
    rows = every_row(view, LISTINGS[by], {})
    if not rows:
        raise NoRows
    body, shown, held = bars(rows, by, view)
    title = _("Slowest and fastest: {groups}").format(groups=view.dimension(by, plural=True))
    measure = _("DSO over 3 months, days; terms granted and lost to late payment")
    if shown < len(rows):
        text = _("the {shown} largest of {all} groups, which hold {share} of the receivables")
        words = text.format(shown=shown, all=len(rows), share=view.f.share(held))
        measure = f"{measure}; {words}"
    return Content(title, measure, body, Explain("dso", by=(by,)))


PAGE = Page("/dso", N_("DSO"), 20, layout, connect, listings=tuple(LISTINGS.values()))
