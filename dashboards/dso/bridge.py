"""What moved DSO: the steps, the groups behind one, their customers, and the items of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.i18n import _
from dashboards.base.links import dimension_of, search_with, stay, switch
from dashboards.base.panel import Content
from dashboards.base.view import View
from dashboards.base.words import KINDS
from dashboards.charts.bridge import (
    HEIGHT,
    LEAST,
    STEPS,
    Bridge,
    bridge_of,
    sentence,
    step_bars,
    waterfall,
)
from dashboards.charts.figures import graph
from dashboards.charts.tables import Cell, bar_list, table
from data.core.dimensions import DIMENSIONS
from metrics.asking.ledger import month_start
from metrics.review.bridge_items import bridge_items

_MOST_ITEMS = 10
_UNKNOWN = "-"
#: Page keys of a step's place: they lose their meaning with another dimension.
PLACE = ("group", "who")


def back_of(view: View) -> int:
    """Return how many months ago the page compares with: a year, or a month."""
    return 1 if view.selection.page.get("back") == "1" else 12


def back_choice(view: View) -> Component:
    """Return the links that choose the day to compare with."""
    choices = {"12": _("since a year ago"), "1": _("since a month ago")}
    return switch(view, "back", choices, _("Compared with"))


def step_of(view: View, bridge: Bridge) -> str:
    """Return the step that the URL names, else the one that moved most."""
    step = view.selection.page.get("step", "")
    return step if step in STEPS else bridge.largest


def moved_content(view: View) -> Content:
    """Return what moved DSO: a sentence, the waterfall, and what is behind one of its steps."""
    f, back = view.f, back_of(view)
    bridge = bridge_of(view, dimension_of(view), back)
    step = step_of(view, bridge)
    since, as_of = bridge.ledger.since or bridge.ledger.as_of, bridge.ledger.as_of
    drawn = waterfall(bridge.total, f, f.day(since), f.day(as_of), step)
    behind, explain = _behind(view, bridge, step)
    body = html.Div(
        [
            graph(drawn, id="dso-moved-graph", height=HEIGHT),
            html.Div([_steps(view, bridge, step), *behind], className="bridge-behind"),
        ],
        className="bridge",
    )
    return Content(
        sentence(bridge.total, back, f),
        _("DSO over 3 months, days"),
        body,
        explain,
        as_of=_("{first} to {last}").format(first=f.day(since), last=f.day(as_of)),
    )


def _steps(view: View, bridge: Bridge, step: str) -> Component:
    """Return the steps as links; one that moved nothing is left out, unless it is chosen."""
    none = dict.fromkeys(PLACE)
    links = [
        stay(
            _(STEPS[name][0]),
            search_with(view, **none, step=name),
            className="active" if name == step else "",
            **({"aria-current": "true"} if name == step else {}),
        )
        for name in STEPS
        if name == step or abs(bridge.total[name]) >= LEAST
    ]
    return html.Div(
        links, className="switch bridge-steps", role="group", **{"aria-label": _("Step")}
    )


def _behind(view: View, bridge: Bridge, step: str) -> tuple[list[Component], Any]:
    """Return what is behind a step, where the reader is, and what the ⋯ menu refers to."""
    page = view.selection.page
    groups = {str(row["name"]): row for row in bridge.groups()}
    group, who = (
        "" if page.get(key) == _UNKNOWN else page.get(key) for key in PLACE
    )  # None: not said
    direct = bridge.by == "customer"
    if group not in groups or direct:
        group = None
    rows = bridge.groups() if group is None else bridge.customers(group)
    at_customers = direct or group is not None
    if at_customers and len(rows) == 1:
        who = str(rows[0]["name"])
    if not at_customers or who not in {str(row["name"]) for row in rows}:
        who = None
    crumbs = _crumbs(view, bridge, group, who)
    if who is not None:
        return [crumbs, *_items(view, bridge, step, who)], bridge.explain(
            "customer", {"customer": who}
        )
    by = "customer" if at_customers else bridge.by
    key = "who" if at_customers else "group"

    def href(name: str) -> str:
        return search_with(view, **{"step": step, key: name or _UNKNOWN})

    named = partial(view.short, by), href, partial(view.label, by)
    bars = step_bars(bridge, rows, step, view.f, *named)
    return [crumbs, bar_list(bars, signed=True)], bridge.explain(by)


def _crumbs(view: View, bridge: Bridge, group: str | None, who: str | None) -> Component:
    """Return the way from all groups to where the reader is."""
    first = _(DIMENSIONS[bridge.by].plural)
    parts: list[Any] = [first]
    if group is not None or who is not None:
        parts = [stay(first, search_with(view, **dict.fromkeys(PLACE)))]
    if group is not None:
        name = view.short(bridge.by, group)
        parts.append(name if who is None else stay(name, search_with(view, who=None)))
    if who is not None:
        parts.append(
            dcc.Link(view.label("customer", who), href=view.link("/customer", customer=who))
        )
    said: list[Any] = []
    for part in parts:
        said += (
            [html.Span("›", className="crumb-gap", **{"aria-hidden": "true"}), part]
            if said
            else [part]
        )
    return html.P(said, className="crumbs")


def _items(view: View, bridge: Bridge, step: str, who: str) -> list[Component]:
    """Return the items of a customer, with the days of DSO that they were and are."""
    f, ledger = view.f, bridge.ledger
    since = ledger.since or ledger.as_of
    worth = _worth(view, since, ledger.as_of)
    statement = bridge_items(ledger, who, *worth)
    rows = view.query(statement.sql, statement.parameters)
    if step == "unapplied":
        rows = [r for r in rows if min(r["owed_before"], r["owed_after"]) < 0]
    lines = []
    for r in rows[:_MOST_ITEMS]:
        day, kind = ledger.as_of if r["owed_after"] else since, KINDS[r["kind"]]
        late = (day - r["due_on"]).days
        was, now = float(r["owed_before"]) * worth[0], float(r["owed_after"]) * worth[1]
        lines.append(
            (
                Cell(r["document_id"], f"{_(kind)}, {f.day(r['issued_on'])}"),
                f.day(r["due_on"]),
                f.count(late) if late > 0 and max(was, now) > 0 else "",
                Cell(f.money(r["owed_after"] or r["owed_before"]),
                     f.exact(r["owed_after"] or r["owed_before"])),
                f.days(was, 2) if r["owed_before"] else "",
                f.days(now, 2) if r["owed_after"] else "",
            )
        )  # fmt: skip
    heads = [
        _("Document"), _("Due"), _("Days late"), _("Open"), _("DSO before"), _("DSO after"),
    ]  # fmt: skip
    said = ""
    if len(rows) > _MOST_ITEMS:
        said = _("The {shown} of {all} items that moved DSO most.").format(
            shown=_MOST_ITEMS, all=f.count(len(rows))
        )
    if not rows:
        return [html.P(_("Nothing was open on either day: the sales alone moved it."))]
    return [
        table(heads, lines, wide=(3,)),
        html.P(said, className="measure") if said else html.Span(),
    ]


def _worth(view: View, since: date, as_of: date) -> tuple[float, float]:
    """Return how many days of DSO one unit of money was worth on either day."""
    rows = view.answer("dso", replace(view.ledger, days=(since, as_of))).to_pylist()
    before, after = (
        ((r["as_of"] - month_start(r["as_of"], 2)).days + 1) / float(r["sales_3m"]) for r in rows
    )
    return before, after
