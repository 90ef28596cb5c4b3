"""What will come in over 13 weeks, what it rests on, and how such forecasts held.

The URL may hold what is supposed: `later` (customer:days) and `terms` (days more).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
from dash import Dash, html
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid
from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay, switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel, row
from dashboards.base.view import Context, ListRef, View
from dashboards.charts.fan import HEIGHT, fan_figure
from dashboards.charts.figures import graph
from dashboards.charts.forecast import (
    FIRST_WEEKS,
    LATER,
    LATER_DAYS,
    LONGER,
    TERMS,
    any_made,
    made_of,
    supposed_forecast,
    supposed_of,
)
from dashboards.charts.tables import Bar, Cell, bar_list, table
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.review.forecast.ahead import QUARTER, WEEKS
from metrics.review.forecast.bands import ORIGINS
from metrics.review.forecast.forecast import ISSUED, TO_COME, TOTAL, Forecast

_WEEKS = "forecast_weeks"
_WAYS = {
    "model": N_("This forecast"),
    "due_day": N_("All on the due day"),
    "average_delay": N_("The customer's average delay"),
}


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "forecast",
        _("Forecast"),
        panel("forecast-fan", height=HEIGHT, controls=[html.Div(id="forecast-terms")]),
        row(panel("forecast-debtors", height=300), panel("forecast-held", height=300)),
        panel("forecast-weeks", static=grid("forecast-grid", WEEKS_LIST, height=470)),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the picture, the what-ifs and the list."""

    @headline_callback(app, context, "forecast")
    def headline(view: View) -> str:
        return headline_words(view)

    @panel_callback(app, context, "forecast-fan")
    def fan(view: View) -> Content:
        return fan_content(view)

    @part_callback(app, context, "forecast-terms")
    def terms(view: View) -> Component:
        choices = {str(days): _terms(view, days) for days in LONGER}
        return switch(view, TERMS, choices, _("What is sold from now on is due"))

    @panel_callback(app, context, "forecast-debtors")
    def debtors(view: View) -> Content:
        return debtors_content(view)

    @panel_callback(app, context, "forecast-held")
    def how(view: View) -> Content:
        return held_content(view)

    @panel_callback(app, context, "forecast-weeks")
    def head(view: View) -> Content:
        made = made_of(view)
        whole = sum((one.expected for one in made.plain.of(TOTAL)), Decimal(0))
        title = _("{count} weeks: {amount}").format(
            count=view.f.count(WEEKS), amount=view.f.money(whole)
        )
        return Content(title, _rests_on(view, made.plain), explain=ListRef(WEEKS_LIST.name))

    connect_grid(app, context, "forecast-grid", WEEKS_LIST)


def _terms(view: View, days: int) -> str:
    if not days:
        return _("Terms as now")
    count = view.f.count(abs(days))
    text = _("{count} days longer") if days > 0 else _("{count} days shorter")
    return text.format(count=count)


def headline_words(view: View) -> str:
    """Say what is expected in the next week and the next four."""
    made, f = made_of(view), view.f
    weeks = made.plain.of(TOTAL)
    first, four = weeks[0], sum((one.expected for one in weeks[:FIRST_WEEKS]), Decimal(0))
    until = weeks[FIRST_WEEKS - 1].week + timedelta(6)
    said = _("{four} is expected by {day}").format(four=f.money(four), day=f.day(until))
    if first.low_50 is None:
        return _("{said}, of it {first} in the first week.").format(
            said=said, first=f.money(first.expected)
        )
    return _(
        "{said}, of it {first} in the first week: one time in two between {low} and {high}."
    ).format(
        said=said, first=f.money(first.expected), low=f.money(first.low_50),
        high=f.money(first.high_50),
    )  # fmt: skip


def fan_content(view: View) -> Content:
    """Return the weeks that were and those to come, and what a what-if changes."""
    made, other = made_of(view), supposed_forecast(view)
    total = made.plain.of(TOTAL)
    drawn = fan_figure(
        made.came, made.before, made.plain.of(ISSUED), total,
        other.of(TOTAL) if other else (), view.f,
    )  # fmt: skip
    f = view.f
    measure = _(
        "Receipts a week, {currency}: what came in, what is expected of invoices issued (hatched) "
        "and of sales to come; behind them where half, and 90 %, of such weeks fell"
    ).format(currency=f.currency)
    body = [graph(drawn, id="forecast-fan-graph", height=HEIGHT)]
    if made.before is not None:
        text = _("Behind the weeks before stands what was expected of them a quarter ago.")
        body.append(html.P(text, className="note"))
    return Content(_fan_title(view, made.plain, other), measure, body, ListRef(WEEKS_LIST.name))


def _fan_title(view: View, plain: Forecast, other: Forecast | None) -> str:
    f = view.f
    whole = sum((one.expected for one in plain.of(TOTAL)), Decimal(0))
    if other is None:
        coming = sum((one.expected for one in plain.of(TO_COME)), Decimal(0))
        return _("{amount} in {count} weeks, {coming} of it from sales still to come").format(
            amount=f.money(whole), count=f.count(WEEKS), coming=f.money(coming)
        )
    first, then = (
        sum((week.expected for week in one.of(TOTAL)[:FIRST_WEEKS]), Decimal(0))
        for one in (plain, other)
    )
    then_whole = sum((one.expected for one in other.of(TOTAL)), Decimal(0))
    return _("{what}: {first} in the next four weeks, {whole} in {count}").format(
        what=_what(view), first=f.delta(then - first, "money"),
        whole=f.delta(then_whole - whole, "money"), count=f.count(WEEKS),
    )  # fmt: skip


def _what(view: View) -> str:
    """Say what is supposed."""
    supposed, f = supposed_of(view), view.f
    assert supposed is not None  # noqa: S101 - asked only where something is
    number, days, terms = supposed
    said = []
    if number:
        who = view.label("customer", number)
        text = _("If {customer} pays {count} days later")
        said.append(text.format(customer=who, count=f.count(days)))
    if terms:
        text = _("terms {count} days longer") if terms > 0 else _("terms {count} days shorter")
        said.append(text.format(count=f.count(abs(terms))))
    return ", ".join(said)


def debtors_content(view: View) -> Content:
    """Return who moves the next weeks most by paying later, each a what-if to click."""
    f = view.f
    active = view.selection.page.get(LATER, "")
    found = made_of(view).debtors
    lines = []
    for one in found:
        key = f"{one.number}:{LATER_DAYS}"
        chosen = key == active
        link = stay(
            view.label("customer", one.number),
            search_with(view, **{LATER: None if chosen else key}),
            className="active" if chosen else "",
            **({"aria-current": "true"} if chosen else {}),
        )
        lines.append([link, Cell(f.money(one.expected), f.exact(one.expected)),
                      Cell(f.delta(-one.missing, "money"), f.exact(-one.missing))])  # fmt: skip
    heads = [_("Customer"), _("Expected"), _("Next four weeks, if later")]
    title = _("Who moves the next weeks by paying {days} days later").format(
        days=f.count(LATER_DAYS)
    )
    measure = _("Expected in {weeks} weeks, {currency}; click to suppose it").format(
        weeks=f.count(WEEKS), currency=f.currency
    )
    return Content(title, measure, table(heads, lines), ListRef(WEEKS_LIST.name))


def held_content(view: View) -> Content:
    """Return by how much past forecasts were off, beside two that anybody can make."""
    off, f = made_of(view).held, view.f
    mine = off["model"]
    if mine is None:
        text = _("Forecasts of past days can be tried once the books reach back two years.")
        return Content(_("How such forecasts held"), "", message(text, kind="empty"))
    bars = [
        Bar(_(_WAYS[name]), value, f.share(value))
        for name, value in off.items()
        if value is not None
    ]
    return Content(
        _("Past forecasts were off by {share} a week").format(share=f.share(mine)),
        _("What each week of {count} past forecasts was off by, over what came in").format(
            count=f.count(len(made_of(view).past[:ORIGINS]))
        ),
        bar_list(bars),
        ListRef(WEEKS_LIST.name),
    )


def _rests_on(view: View, made: Forecast) -> str:
    """Say what of the weeks to come is left out, promised or assumed."""
    f, said = view.f, []
    if made.disputed:
        said.append(_("without {amount} that is disputed").format(amount=f.money(made.disputed)))
    if made.promised:
        kept = made.kept
        if kept is None:
            text = _("of {amount} promised half is expected on its day: no promise fell due yet")
            said.append(text.format(amount=f.money(made.promised)))
        else:
            text = n_(
                "of {amount} promised {share} is expected on its day: {count} promise fell due",
                "of {amount} promised {share} is expected on its day: {count} promises fell due",
                kept[1],
            )
            said.append(text.format(amount=f.money(made.promised), share=f.share(kept[0]),
                                    count=f.count(kept[1])))  # fmt: skip
    if not made.months:
        said.append(_("sales to come are unknown: the books are too young"))
    elif made.months == QUARTER:
        said.append(_("sales to come are those of the last three months again"))
    else:
        said.append(_("sales to come are those of a year before, as they grew since"))
    if not made.replayed:
        said.append(_("no bands: past forecasts can be tried once the books reach back two years"))
    return "; ".join((_("Receipts a week, {currency}").format(currency=f.currency), *said))


def _statement(view: View, _params: Mapping[str, str]) -> Statement:
    made = supposed_forecast(view) or any_made(view).plain
    rows = []
    for issued, coming, total in zip(*map(made.of, (ISSUED, TO_COME, TOTAL)), strict=True):
        bounds = (total.low_50, total.high_50, total.low_90, total.high_90)
        rows.append((total.week, total.week + timedelta(6), issued.expected, coming.expected,
                     total.expected, *bounds))  # fmt: skip
    names = ("week", "until", "issued", "to_come", "expected", "low_50", "high_50", "low_90",
             "high_90")  # fmt: skip
    types = [pa.date32(), pa.date32(), *[pa.decimal128(18, 2)] * 7]
    schema = pa.schema(list(zip(names, types, strict=True)))
    told = pa.Table.from_pylist([dict(zip(names, one, strict=True)) for one in rows], schema)
    return Statement(f"select * from {_WEEKS}", {_WEEKS: told})


WEEKS_LIST = Listing(
    "forecast",
    N_("Forecast of receipts"),
    (
        Column("week", N_("From"), "day", 116, options={"pinned": "left"}),
        Column("until", N_("To"), "day", 116, options=CARD),
        Column("expected", N_("Expected"), "money", 130, total="sum(expected)", options=CARD,
               whole=True),
        Column("issued", N_("Of invoices issued"), "money", 140, total="sum(issued)", options=CARD,
               whole=True),
        Column("to_come", N_("Of sales to come"), "money", 140, total="sum(to_come)", options=CARD,
               whole=True),
        Column("low_50", N_("Low (50 %)"), "money", 120, whole=True),
        Column("high_50", N_("High (50 %)"), "money", 120, whole=True),
        Column("low_90", N_("Low (90 %)"), "money", 120, whole=True),
        Column("high_90", N_("High (90 %)"), "money", 120, whole=True),
    ),
    statement=_statement,
    sort="week",
    narrowed=lambda view: _what(view) if supposed_of(view) else "",
)  # fmt: skip

PAGE = Page("/forecast", N_("Forecast"), 32, layout, connect, listings=(WEEKS_LIST,))
