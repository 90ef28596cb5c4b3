"""Sectors: which markets pay well and grow, for a sales manager with two minutes.

The URL holds the level (`level=sector_group`), the open sector (`at=43`) and what counts as
paying well (`within=5`, days beyond terms).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import to_search, with_filter, with_page
from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import page, panel, row
from dashboards.base.view import Context, Explain, NoRows, NotEnough, View
from dashboards.charts.curves import Curve, Line, curve_names, curves_figure, lines_figure
from dashboards.charts.figures import ACTUAL, PREVIOUS, graph
from dashboards.sectors.figures import intervals, quadrant
from dashboards.sectors.published import PUBLISHED, published_content
from dashboards.sectors.rows import (
    LEVELS,
    WITHIN,
    Sector,
    answered,
    by_speed,
    lateness,
    level_of,
    open_sector,
    others_than,
    sectors_of,
    trend_title,
    within_of,
)
from data.core.texts import N_, Text
from metrics.asking.ledger import Ledger, Statement
from metrics.lists.customers import ROOM, with_headroom

_TREND = 25
"""Month-ends of the trend: two years and their start."""


def _ledger(view: View, where: Mapping[str, tuple[str, ...]], **more: Any) -> Ledger:
    return view.explained(Explain("payment_speed", where=where, **more))


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "sectors",
        _("Sectors"),
        html.Div(id="sectors-choices", className="choices live"),
        row(
            panel("sectors-speed", height=420),
            panel("sectors-growth", height=420),
        ),
        html.Div(id="sectors-one", className="section-head live"),
        row(
            panel("sectors-curve", height=320, below=True),
            panel("sectors-trend", height=320, below=True),
        ),
        panel("sectors-published", height=200, below=True),
        panel(
            "sectors-customers",
            below=True,
            static=grid("sectors-customers-grid", HEADROOM, height=420, later=True, page=query),
        ),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the page's figures."""

    @headline_callback(app, context, "sectors")
    def headline(view: View) -> list[Component | str]:
        level, within = level_of(view.selection.page), within_of(view.selection.page)
        return headline_of(view, sectors_of(view, level), within)

    panel_callback(app, context, "sectors-published", below=True)(published_content)

    @part_callback(app, context, "sectors-choices")
    def choices(view: View) -> list[Component]:
        levels = {name: _(text) for name, text in LEVELS.items()}
        days = {str(n): view.f.count(n) for n in WITHIN}
        level, within = _("NACE level"), _("Pays well: days beyond terms, at most")
        return [
            html.Span(level, className="choice-of"),
            switch(view, "level", levels, level, default="sector_division", at=None),
            html.Span(within, className="choice-of"),
            switch(view, "within", days, within),
        ]

    @panel_callback(app, context, "sectors-speed")
    def speed(view: View) -> Content:
        level = level_of(view.selection.page)
        sectors = sectors_of(view, level)
        ranked, few = by_speed(sectors)
        chosen = open_sector(view, sectors).code
        body = intervals(
            ranked, few, view.f, lambda code: search_with(view, at=code or "-"), chosen
        )
        if ranked and ranked[0].median is not None:
            title = _("{sector} pays fastest, half of it after {days} days").format(
                sector=ranked[0].words, days=ranked[0].median
            )
        else:
            title = _("Days to pay by sector")
        measure = _("Median days to pay, with invoiced terms and the share paid on time")
        shown = [body, on_time_note(view, sectors)]
        return Content(
            title, measure, [part for part in shown if part], Explain("payment_speed", by=(level,))
        )

    @panel_callback(app, context, "sectors-growth")
    def growth(view: View) -> Content:
        level, within = level_of(view.selection.page), within_of(view.selection.page)
        sectors = sectors_of(view, level)
        shown = [s for s in sectors if s.enough and s.late is not None and s.growth is not None]
        if not shown:
            raise NotEnough(
                Text(
                    N_("No sector has {enough} payments in the last 12 months and sales in the "
                       "12 months before them."),
                    {"enough": view.enough},
                )
            )  # fmt: skip
        chosen = open_sector(view, sectors).code
        height = min(max(400, 27 * len(sectors) + 60), 620)
        body: list[Component] = [
            graph(
                quadrant(sectors, within, view.f, chosen, height),
                id="sectors-growth-graph",
                height=height,
            )
        ]
        if len(shown) < len(sectors):
            left = len(sectors) - len(shown)
            text = n_(
                "{count} sector is not drawn: too few payments, or no sales a year earlier.",
                "{count} sectors are not drawn: too few payments, or no sales a year earlier.",
                left,
            )
            body.append(html.P(text.format(count=left), className="aside"))
        return Content(
            _title_of_growth(sectors, within),
            _("Growth of sales over 12 months against days beyond terms; area: sales"),
            body,
            Explain("sales", by=(level,)),
        )

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("sectors-growth-graph", "clickData"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def clicked(click: dict[str, Any] | None, search: str | None) -> str:
        if not click:
            raise PreventUpdate
        code = click["points"][0]["customdata"][0]
        return with_page(search, at=str(code) or "-")

    @part_callback(app, context, "sectors-one", below=True)
    def one(view: View) -> list[Component]:
        level = level_of(view.selection.page)
        sector = open_sector(view, sectors_of(view, level))
        only = with_filter(to_search(view.selection, page=False), **{level: sector.code})
        return [
            html.H2(sector.name),
            dcc.Link(_("Its receivables by age"), href="/aging" + only, className="button quiet"),
            dcc.Link(_("Its customers"), href="/customers" + only, className="button quiet"),
        ]

    @panel_callback(app, context, "sectors-curve", below=True)
    def curve(view: View) -> Content:
        level = level_of(view.selection.page)
        sector = open_sector(view, sectors_of(view, level))
        _need_payments(sector)
        mine = {level: (sector.code,)}
        rest = others_than(view, level, sector.code)
        answers = view.together(
            *(
                partial(answered, view, "payment_curve", _ledger(view, where), ("total",))
                for where in (mine, rest)
                if where
            )
        )
        curves = [Curve(sector.words, answers[0])]
        curves += [Curve(_("All others"), rows, PREVIOUS) for rows in answers[1:]]
        return Content(
            _curve_title(sector.words, curves),
            _("Share of invoices paid in full, with 95 % bands, invoices of 12 months"),
            [curve_names(curves), graph(curves_figure(curves, view.f, sector.terms), height=296)],
            Explain("payment_curve", where=mine),
        )

    @panel_callback(app, context, "sectors-trend", below=True)
    def trend(view: View) -> Content:
        level = level_of(view.selection.page)
        sector = open_sector(view, sectors_of(view, level))
        _need_payments(sector)
        mine = Explain(
            "payment_speed", where={level: (sector.code,)}, history=_TREND, months=3
        )  # fmt: skip
        ledgers = [view.explained(mine)]
        rest = others_than(view, level, sector.code)
        if rest:
            ledgers.append(_ledger(view, rest, history=_TREND, months=3))
        (days, values), *others = view.together(*(partial(lateness, view, one) for one in ledgers))
        lines = [Line(sector.words, values, ACTUAL)]
        lines += [Line(_("All others"), theirs, PREVIOUS) for _days, theirs in others]
        return Content(
            trend_title(view, sector.words, values),
            _("Days beyond terms, weighted by amount, payments of 3 months"),
            graph(lines_figure(days, lines, view.f), height=320),
            mine,
            as_of=_("{count} month-ends to {day}").format(
                count=len(days), day=view.f.day(view.ledger.as_of)
            ),
        )

    @panel_callback(app, context, "sectors-customers", below=True)
    def customers(view: View) -> Content:
        level, within = level_of(view.selection.page), within_of(view.selection.page)
        sector = open_sector(view, sectors_of(view, level))
        found = totals(view, HEADROOM, {})
        title = n_(
            "{count} customer in {sector} can buy {amount} more on credit",
            "{count} customers in {sector} can buy {amount} more on credit",
            found["rows"],
        )
        if not found["rows"]:
            title = _("No customer in {sector} both pays well and has headroom")
        room = view.f.money(found["headroom"])
        return Content(
            title.format(count=found["rows"], sector=sector.words, amount=room),
            _paid_within(within),
            explain=HEADROOM.ref(view),
        )

    connect_grid(app, context, "sectors-customers-grid", HEADROOM, below=True)


def on_time_note(view: View, sectors: list[Sector]) -> Component | None:
    """Say how much of "on time" rests on assumed due days; None where nothing does."""
    assumed = sum(sector.assumed for sector in sectors)
    if not assumed:
        return None
    text = n_(
        "On time rests on an assumed due day for {count} of {all} payments.",
        "On time rests on assumed due days for {count} of {all} payments.",
        assumed,
    )
    whole = sum(sector.paid_items for sector in sectors)
    said = text.format(count=view.f.count(assumed), all=view.f.count(whole))
    return html.P(said, className="aside")


def _need_payments(sector: Sector) -> None:
    if not sector.enough:
        raise NotEnough(
            Text(
                N_("{sector}: {count} payments in 12 months, {enough} are needed."),
                {"sector": sector.words, "count": sector.paid_items, "enough": sector.needed},
            )
        )


def headline_of(view: View, sectors: list[Sector], within: int) -> list[Component | str]:
    """Say how many sectors pay well and grow, and which one slowed down most in a year."""
    ranked = [s for s in sectors if s.enough]
    if not ranked:
        return [
            _("No sector has the {enough} payments that a ranking needs.").format(
                enough=view.enough
            )
        ]
    good = [s for s in ranked if s.pays_and_grows(within)]
    first = _how_many(good, len(ranked), within)
    slower = [
        (s.late - s.late_year_ago, s)
        for s in ranked
        if s.late is not None and s.late_year_ago is not None
    ]
    worst = max(slower, key=lambda pair: pair[0], default=None)
    if worst is None or worst[0] < 1:
        return [first]
    second = _("{sector} slowed down most: {days} days later than a year ago.").format(
        sector=worst[1].words, days=view.f.days(worst[0])
    )
    return [first, " ", second]


def _how_many(good: list[Sector], ranked: int, within: int) -> str:
    best = max(good, key=lambda s: s.sales).words if good else ""
    if not good and not within:
        text = _("None of {ranked} sectors both pays within terms and grows.")
    elif not good:
        text = _("None of {ranked} sectors both pays within {days} days of its terms and grows.")
    elif not within:
        text = n_(
            "{count} of {ranked} sectors pays within terms and grows: {best}.",
            "{count} of {ranked} sectors pay within terms and grow; the largest is {best}.",
            len(good),
        )
    else:
        text = n_(
            "{count} of {ranked} sectors pays within {days} days of its terms and grows: {best}.",
            "{count} of {ranked} sectors pay within {days} days of their terms and grow; the "
            "largest is {best}.",
            len(good),
        )
    return text.format(count=len(good), ranked=ranked, days=within, best=best)


def _title_of_growth(sectors: list[Sector], within: int) -> str:
    good = [s for s in sectors if s.pays_and_grows(within)]
    if not good:
        return _("No sector pays well and grows")
    names = sorted(good, key=lambda s: -(s.growth or 0))
    if len(names) == 1:
        return _("{sector} pays well and grows").format(sector=names[0].words)
    return _("{sector} grows fastest of the {count} that pay well").format(
        sector=names[0].words, count=len(names)
    )


def _curve_title(name: str, curves: list[Curve]) -> str:
    mine = curves[0].median
    theirs = curves[1].median if len(curves) > 1 else None
    if mine is None or theirs is None:
        return _("How fast {sector} pays").format(sector=name)
    if mine == theirs:
        return _("{sector} pays as fast as all others").format(sector=name)
    text = (
        n_("{sector} pays {days} day later than all others",
           "{sector} pays {days} days later than all others", mine - theirs)
        if mine > theirs
        else n_("{sector} pays {days} day earlier than all others",
                "{sector} pays {days} days earlier than all others", theirs - mine)
    )  # fmt: skip
    return text.format(sector=name, days=abs(mine - theirs))


def _paid_within(within: int) -> str:
    if not within:
        return _("Customers with headroom that pay within terms on average, by headroom")
    text = _("Customers with headroom that pay within {days} days of terms on average, by headroom")
    return text.format(days=within)


def _headroom(view: View, _params: Mapping[str, str]) -> Statement:
    level = level_of(view.selection.page)
    try:
        where = {level: (open_sector(view, sectors_of(view, level)).code,)}
    except NoRows:
        where = {}  # nobody is listed then
    return with_headroom(_ledger(view, where), within_of(view.selection.page))


def _narrowed(view: View) -> str:
    """Say for a file which sector it is, and what pays well means."""
    sector = open_sector(view, sectors_of(view, level_of(view.selection.page)))
    return f"{sector.name}, {_paid_within(within_of(view.selection.page))}"


HEADROOM = Listing(
    "customers-with-headroom",
    N_("Customers with headroom"),
    (
        Column(
            "customer_name", N_("Customer"), width=190, options={"cellRenderer": "CustomerLink"}
        ),
        Column("customer", N_("Number"), width=88),
        Column("country", N_("Country"), dimension="country", width=100),
        Column("salesperson", N_("Salesperson"), width=118),
        Column(
            "headroom",
            N_("Headroom"),
            "money",
            122,
            total=ROOM,
            whole=True,
            options=CARD,
        ),
        Column(
            "credit_limit",
            N_("Limit"),
            "money",
            98,
            total="sum(credit_limit)",
            whole=True,
            options=CARD,
        ),
        Column(
            "receivables", N_("Receivables"), "money", 116, total="sum(receivables)", whole=True
        ),
        Column(
            "overdue", N_("Overdue"), "money", 104, total="sum(overdue)", whole=True, options=CARD
        ),
        Column("days_beyond_terms", N_("Days beyond terms"), "days", 90, options=CARD),
        Column(
            "sales_12m", N_("Sales, 12 months"), "money", 104, total="sum(sales_12m)", whole=True
        ),
    ),
    statement=_headroom,
    sort="headroom desc",
    narrowed=_narrowed,
    grouped=True,
)

PAGE = Page("/sectors", N_("Sectors"), 40, layout, connect, listings=(HEADROOM, PUBLISHED))
