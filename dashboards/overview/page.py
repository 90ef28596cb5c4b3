"""Overview: where receivables stand, what moved them, what needs attention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, dcc, html
from dash.development.base_component import Component

from dashboards.base.format import Number
from dashboards.base.i18n import _, n_
from dashboards.base.links import DEFAULT_DIMENSION
from dashboards.base.page import Page
from dashboards.base.panel import (
    CardContent,
    Content,
    card_callback,
    headline_callback,
    panel_callback,
    part_callback,
)
from dashboards.base.parts import card, change, page, panel, rich
from dashboards.base.view import Context, Explain, View
from dashboards.charts.aging_bar import aging_bar
from dashboards.charts.bridge import (
    HEIGHT,
    STEPS,
    bridge_of,
    sentence,
    step_bars,
    waterfall,
)
from dashboards.charts.buckets import labels, overdue_share
from dashboards.charts.figures import graph
from dashboards.charts.found import found_words
from dashboards.charts.signs import chosen
from dashboards.charts.sparkline import sparkline
from dashboards.charts.tables import Cell, bar_list, table
from dashboards.overview.lately import lately
from data.core.buckets import UNAPPLIED
from data.core.dimensions import DIMENSIONS
from data.core.texts import N_
from data.workspace.people.visits import Visits
from metrics.asking.ledger import Ledger, month_ends, same_day
from metrics.lists.lateness import lateness

_MONTHS = 13


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    since = dmc.SegmentedControl(
        id="overview-since",
        data=[
            {"value": "12", "label": _("since a year ago")},
            {"value": "1", "label": _("since a month ago")},
        ],
        value="12",
        size="xs",
    )
    return page(
        "overview",
        _("Overview"),
        html.Nav(id="overview-starts", className="starts", **{"aria-label": _("Where to start")}),
        html.Section(id="overview-lately", className="lately"),
        html.Div([card(f"overview-{name}") for name in CARDS], className="cards"),
        panel("overview-aging", height=306),
        panel("overview-moved", height=HEIGHT, controls=[since]),
        panel("overview-attention", height=150, menu=False),
    )


def watched(view: View) -> Ledger:
    """Return the ledger for the page's days: 25 month-ends, and the days to compare with."""
    as_of = view.selection.as_of
    days = {*month_ends(as_of, 2 * _MONTHS - 1), same_day(as_of, 1), same_day(as_of, 12)}
    first = view.options.first_day
    return replace(view.ledger, days=tuple(sorted(d for d in days if d >= first or d == as_of)))


def series(view: View, name: str, column: str) -> dict[date, Number | None]:
    """Return one column of a metric by day, for the page's days.

    Receivables stand beside DSO already; days beyond terms need no median.
    """
    if name == "payment_speed":
        statement = lateness(watched(view))
        rows = view.query(statement.sql, statement.parameters)
    else:
        rows = view.answer("dso" if name == "receivables" else name, watched(view)).to_pylist()
    if name == "aging":
        amounts: dict[date, dict[str, Decimal | None]] = {}
        for line in rows:
            amounts.setdefault(line["as_of"], {})[line["bucket"]] = line["amount"]
        return {day: overdue_share(found, view.buckets) for day, found in amounts.items()}
    return {line["as_of"]: line[column] for line in rows}


#: card -> (metric, column, unit, title, is more worse?)
CARDS: dict[str, tuple[str, str, str, str, bool | None]] = {
    "receivables": ("receivables", "receivables", "money", N_("Receivables"), None),
    "overdue": ("aging", "", "share", N_("Overdue"), True),
    "dso": ("dso", "rolling_3m", "days", N_("DSO, 3 months"), True),
    "late": (
        "payment_speed",
        "days_beyond_terms_weighted",
        "days",
        N_("Days beyond terms, 12 months"),
        True,
    ),
}
_NOTES = {
    "overdue": N_("of open items, unapplied aside"),
    "late": N_("weighted by amount"),
}


def _less(now: Any, before: Any) -> Any:
    """Return the change from `before` to `now`; None where one of them is not known."""
    return None if now is None or before is None else now - before


def _card(view: View, name: str) -> CardContent:
    asked, column, unit, title, worse = CARDS[name]
    as_of = view.selection.as_of
    found = series(view, asked, column)
    value = found.get(as_of)
    shown = month_ends(as_of, _MONTHS)
    text = view.f.short(value, unit)
    if unit == "days" and value is not None:
        text = f"{text}\u00a0{_('days')}"
    return CardContent(
        title=_(title),
        value=text,
        changes=[
            change(
                _less(value, found.get(same_day(as_of, back))), unit, view.f, since=since,
                more_is_worse=worse,
            )
            for back, since in ((1, _("since a month ago")), (12, _("since a year ago")))
        ],
        line=sparkline(
            [found.get(day) for day in shown],
            [found.get(same_day(day, 12)) for day in shown],
            [view.f.month(day) for day in shown],
            [view.f.short(found.get(day), unit) for day in shown],
        ),
        exact=view.f.exact(value) if unit == "money" else view.f.value(value, unit),
        note=_(_NOTES[name]) if name in _NOTES else "",
        explain=Explain(asked),
    )  # fmt: skip


def headline(view: View) -> list[Component | str]:
    """Return the page's one sentence: receivables, DSO and what is overdue, against a year ago."""
    f, as_of = view.f, view.selection.as_of
    ago = same_day(as_of, 12)
    money = series(view, "receivables", "receivables")
    now, before = money.get(as_of), money.get(ago)
    amount = f.money(now)
    moved = _less(now, before)
    if before is None or not moved:
        parts = rich(_("Receivables are {amount}"), amount=amount)
    elif moved > 0:
        parts = rich(_("Receivables rose to {amount} in a year"), amount=amount)
    else:
        parts = rich(_("Receivables fell to {amount} in a year"), amount=amount)
    dso = series(view, "dso", "rolling_3m")
    days, shift = dso.get(as_of), _less(dso.get(as_of), dso.get(ago))
    if days is not None:
        said = f.days(days, 0)
        if shift is None:
            parts += rich(_("; DSO is {days} days"), days=said)
        elif f.number(abs(shift)) == "0":
            parts += rich(_("; DSO is {days} days, as a year ago"), days=said)
        elif shift > 0:
            more = _("; DSO is {days} days, {change} more than a year ago")
            parts += rich(more, days=said, change=f.number(shift))
        else:
            fewer = _("; DSO is {days} days, {change} fewer than a year ago")
            parts += rich(fewer, days=said, change=f.number(-shift))
    share = series(view, "aging", "").get(as_of)
    if share is not None:
        parts += rich(_("; {share} is overdue"), share=f.share(share))
    return [*parts, "."]


def aging(view: View) -> Content:
    """Return the aging: one bar, and its table with the change to a month and a year ago."""
    f, as_of, buckets = view.f, view.selection.as_of, view.buckets
    days = (as_of, same_day(as_of, 1), same_day(as_of, 12))
    cells: dict[date, dict[str, dict[str, Any]]] = {day: {} for day in days}
    for line in view.answer("aging", watched(view)).to_pylist():
        if line["as_of"] in cells:
            cells[line["as_of"]][line["bucket"]] = line
    amounts = [
        {b: cells[day][b]["amount"] or Decimal(0) for b in buckets.names if b in cells[day]}
        for day in days
    ]
    total = [sum(found.values(), Decimal(0)) if found else None for found in amounts]
    gross = sum(v for b, v in amounts[0].items() if b != UNAPPLIED)

    scale, unit = f.scale([total[0]])
    names = labels(buckets)

    def amount(value: Decimal | None) -> Cell:
        return Cell(f.scaled(value, scale), f.exact(value))

    def moved(now: Decimal | None, before: Decimal | None) -> Cell:
        shift = _less(now, before)
        return Cell(f.scaled_delta(shift, scale), f.exact(shift))

    lines = [
        (
            html.Span([html.Span(className=f"swatch b-{buckets.shades[b]}"), names[b]]),
            amount(amounts[0].get(b)),
            f.share(amounts[0][b] / gross) if gross and b != UNAPPLIED else "",
            f.count(cells[as_of][b]["items"]),
            moved(amounts[0].get(b), amounts[1].get(b) if amounts[1] else None),
            moved(amounts[0].get(b), amounts[2].get(b) if amounts[2] else None),
        )
        for b in buckets.names
        if b in cells[as_of]
    ]
    share = overdue_share(amounts[0], buckets)
    late = sum((amounts[0].get(b) or Decimal(0) for b in buckets.late), Decimal(0))
    title = _("{amount} is overdue, {share} of what is open").format(
        amount=f.money(late), share=f.share(share)
    )
    heads = [
        _("Age"), _("Amount"), _("Share"), _("Open items"), _("since a month ago"),
        _("since a year ago"),
    ]  # fmt: skip
    count = sum(line["items"] for line in cells[as_of].values())
    totals = [
        _("Receivables"), amount(total[0]), "", f.count(count),
        moved(total[0], total[1]), moved(total[0], total[2]),
    ]  # fmt: skip
    return Content(
        title if late else _("Nothing is overdue"),
        _("Receivables by age, by due day, {unit}").format(unit=unit),
        [aging_bar(amounts[0], f, buckets), table(heads, lines, totals, wide=(2, 3))],
        Explain("aging"),
    )


def moved(view: View, back: str) -> Content:
    """Return what moved DSO: a sentence, the waterfall, and the sectors behind its main step."""
    f, months = view.f, 1 if back == "1" else 12
    bridge = bridge_of(view, DEFAULT_DIMENSION, months)
    step = bridge.largest
    since = same_day(view.selection.as_of, months)
    drawn = waterfall(bridge.total, f, f.day(since), f.day(view.selection.as_of), step)
    keys = {"step": step, "back": "1" if months == 1 else None}
    key = "who" if bridge.by == "customer" else "group"

    def href(name: str) -> str:
        return view.link("/dso", **keys, **{key: name or "-"})

    named = partial(view.short, bridge.by), href, partial(view.label, bridge.by)
    bars = step_bars(bridge, bridge.groups(), step, f, *named)
    behind = html.Div(
        [
            html.H3(dcc.Link(_(STEPS[step][0]), href=view.link("/dso", **keys))),
            html.P(_(DIMENSIONS[bridge.by].plural), className="crumbs"),
            bar_list(bars, signed=True),
        ],
        className="bridge-behind",
    )
    body = html.Div([graph(drawn, id="overview-moved-graph", height=HEIGHT), behind],
                    className="bridge")  # fmt: skip
    span = _("{first} to {last}").format(first=f.day(since), last=f.day(view.selection.as_of))
    return Content(
        sentence(bridge.total, months, f),
        _("DSO over 3 months, days"),
        body,
        bridge.explain(bridge.by),
        span,
    )


def starts(view: View) -> list[Component]:
    """Return where each reader may go first, by what they do; the day and the filters go along."""
    accounts = view.link("/customers", **{"customers.sort": "headroom.desc"})
    places = (
        (_("Credit control"), _("what changed since yesterday"), view.link("/changes")),
        (_("Sales team"), _("my accounts, by headroom"), accounts),
        (_("Executives"), _("the month: why DSO moved"), view.link("/dso", back="1")),
    )
    return [
        dcc.Link([html.B(who), " ", html.Span(what)], href=href, className="start")
        for who, what, href in places
    ]


def attention(view: View) -> Content:
    """Return what a person should look at, from the checks of the load."""
    found = view.query(
        "select name, template, places, amount from findings order by position limit 8"
    )
    lines = [
        html.Li(
            [
                dcc.Link(
                    found_words(view, line["template"], line["places"]),
                    href=view.link("/findings", finding=line["name"]),
                ),
                html.Span(
                    view.f.money(line["amount"]) if line["amount"] is not None else "",
                    title=view.f.exact(line["amount"]),
                    className="n",
                ),
            ]
        )
        for line in found
    ]
    lines = [*_signs(view), *lines]
    nothing = _("The checks of the load found nothing to look at.")
    body = html.Ul(lines, className="findings") if lines else html.P(nothing, className="measure")
    link = dcc.Link(_("All findings"), href=view.link("/findings"), className="more")
    return Content(
        _("What needs attention"),
        _("early signs, and the checks of the whole load whatever the filters, amounts at stake"),
        [body, link],
        as_of=_("data up to {day}").format(day=view.f.day(view.options.last_day)),
    )


def _signs(view: View) -> list[Component]:
    """Return the line of the early signs, where there are any; it names who owes most overdue."""
    found = chosen(view)
    if not found:
        return []
    f = view.f
    text = n_(
        "{count} customer changes for the worse: {who}",
        "{count} customers change for the worse, first {who}", len(found),
    )  # fmt: skip
    who = ", ".join(view.label("customer", sign.customer) for sign in found[:2])
    overdue = sum((sign.overdue for sign in found), Decimal(0))
    return [
        html.Li(
            [
                dcc.Link(text.format(count=f.count(len(found)), who=who),
                         href=view.link("/changes")),
                html.Span(f.money(overdue), title=f.exact(overdue), className="n"),
            ]
        )
    ]  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the page's figures."""
    headline_callback(app, context, "overview")(headline)
    part_callback(app, context, "overview-starts")(starts)
    visits = Visits(context.store.folder)
    part_callback(app, context, "overview-lately", own=True)(partial(lately, context, visits))
    for name in CARDS:
        _connect_card(app, context, name)
    panel_callback(app, context, "overview-aging")(aging)
    since = Input("overview-since", "value")

    panel_callback(app, context, "overview-moved", since)(moved)
    panel_callback(app, context, "overview-attention")(attention)


def _connect_card(app: Dash, context: Context, name: str) -> None:
    @card_callback(app, context, f"overview-{name}")
    def fill(view: View) -> CardContent:
        return _card(view, name)


PAGE = Page("/", N_("Overview"), 10, layout, connect)
