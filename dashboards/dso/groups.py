"""DSO by group: bars beside a year ago, and the table of every method with its download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.filters import FILTERS, to_search
from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _
from dashboards.base.links import dimension_of, stay
from dashboards.base.parts import change
from dashboards.base.view import NoRows, View
from dashboards.dso.figures import covered
from data.core.dimensions import DIMENSIONS
from data.core.texts import N_
from metrics.asking.ledger import Statement, same_day
from metrics.lists.dso_groups import dso_groups, first_sale

Row = Mapping[str, Any]
SHARE_SHOWN = Decimal("0.95")
"""The largest groups that together hold this share of the receivables are drawn."""
MOST_BARS = 16
WORST, BEST = 10, 5


def sales_since(view: View) -> date:
    """Return the day of the first sale under the filters; NoRows where nothing was sold yet."""
    statement = first_sale(view.ledger)
    found: date | None = view.query(statement.sql, statement.parameters)[0]["first_sale"]
    if found is None:
        raise NoRows
    return found


def earlier_day(view: View) -> date | None:
    """Return the day a year before the as-of day; None where three months of sales lack then."""
    day = same_day(view.selection.as_of, 12)
    return day if covered(day, 3, sales_since(view)) else None


def table_id(by: str) -> str:
    """Return the id of the grid of one dimension."""
    return f"dso-table-{by}"


def _whole(name: str) -> str:
    """Return the total of a ratio: that of all groups, where the grid's filters leave them all."""
    return f"case when count(*) = max(members) then max(whole_{name}) end"


def group_listings() -> dict[str, Listing]:
    """Return, for each dimension, the table of its groups by every method."""

    def days(name: str, label: str, width: int = 118) -> Column:
        return Column(name, label, "days", width, total=_whole(name))

    listings = {}
    for d in DIMENSIONS.values():
        if d.name == "total":
            continue
        listings[d.name] = Listing(
            f"dso-{d.name}",
            N_("DSO by every method"),
            (
                Column("member", d.label, width=260, dimension=d.name, named=True),
                Column(
                    "receivables", N_("Receivables"), "money", total="sum(receivables)", whole=True
                ),
                Column(
                    "sales_3m",
                    N_("Sales, 3 months"),
                    "money",
                    140,
                    total="sum(sales_3m)",
                    whole=True,
                ),
                days("rolling_3m", N_("DSO, 3 months")),
                Column(
                    "change",
                    N_("Change in a year"),
                    "days",
                    width=136,
                    total=(
                        "case when count(*) = max(members)"
                        " then max(whole_rolling_3m) - max(whole_before) end"
                    ),
                ),
                days("best_possible_3m", N_("Best possible"), 124),
                days("average_days_delinquent_3m", N_("Days delinquent"), 134),
                days("period_end", N_("1 month"), 100),
                days("rolling_12m", N_("12 months"), 108),
                days("count_back", N_("Count-back"), 128),
                days("count_back_at_least", N_("Count-back, at least"), 156),
            ),
            _statement(d.name),
            sort="rolling_3m desc",
            grouped=True,
            shown=partial(_split_by, d.name),
        )
    return listings


def _split_by(by: str, view: View) -> bool:
    return dimension_of(view) == by


def _statement(by: str) -> Any:
    def statement(view: View, _params: Mapping[str, str]) -> Statement:
        try:
            before = earlier_day(view)
        except NoRows:
            before = None
        return dso_groups(view.ledger, by, before)

    return statement


def chosen(rows: Sequence[Row]) -> tuple[list[Row], Decimal]:
    """Return the groups to draw, slowest first, and the share of the receivables they hold.

    These are the largest debtors, as few as hold 95 % of the positive receivables: a group that
    owes little may have any DSO at all. Groups without sales in the window have none.
    """
    owing = sorted(
        (r for r in rows if r["receivables"] > 0 and r["rolling_3m"] is not None),
        key=lambda r: r["receivables"],
        reverse=True,
    )
    whole = sum((r["receivables"] for r in rows if r["receivables"] > 0), Decimal(0))
    kept: list[Row] = []
    held = Decimal(0)
    for group in owing:
        if held >= whole * SHARE_SHOWN:
            break
        kept.append(group)
        held += group["receivables"]
    kept.sort(key=lambda r: r["rolling_3m"], reverse=True)
    return kept, held / whole if whole else Decimal(0)


def bars(rows: Sequence[Row], by: str, view: View) -> tuple[Component, int, Decimal]:
    """Return the bars, how many groups they stand for, and the share of receivables these hold.

    Where there are many, the ten slowest and the five fastest are drawn.
    """
    kept, held = chosen(rows)
    most = max((float(r["rolling_3m"]) for r in kept), default=1.0) or 1.0
    lines: list[Component]
    if len(kept) <= MOST_BARS:
        lines = [_bar(r, by, view, most) for r in kept]
    else:
        between = _("{count} groups in between: see the table below")
        lines = [_bar(r, by, view, most) for r in kept[:WORST]]
        lines.append(html.Div(between.format(count=len(kept) - WORST - BEST), className="dso-gap"))
        lines += [_bar(r, by, view, most) for r in kept[-BEST:]]
    return html.Div(lines, className="dso-bars"), len(kept), held


def _bar(group: Row, by: str, view: View, most: float) -> Component:
    f = view.f
    dso, best = float(group["rolling_3m"]), float(group["best_possible_3m"])
    lost = dso - best
    name = view.label(by, group["member"])
    tip = "\n".join(
        (
            name,
            _("DSO {days} days").format(days=f.days(dso)),
            _("Terms granted {days}").format(days=f.days(best)),
            _("Lost to late payment {days}").format(days=f.days(lost)),
            _("Receivables {amount}").format(amount=f.exact(group["receivables"])),
            _("Sales of 3 months {amount}").format(amount=f.exact(group["sales_3m"])),
        )
    )
    granted = min(best, dso)
    inside: list[Any] = [
        html.Span(view.short(by, group["member"]), className="dso-name"),
        html.Span(
            [
                html.Span(className="dso-granted", style={"width": _width(granted, most)}),
                html.Span(className="dso-lost", style={"width": _width(lost, most)}),
            ],
            className="dso-track",
        ),
        html.B(f.days(dso), className="dso-value"),
        change(group["change"], "days", f, since=""),
    ]
    extra = {"data-tip": tip}
    href = group_link(by, group["member"], view)
    if not href:
        return html.Div(inside, className="dso-line", **extra)
    if by == "customer":
        return dcc.Link(
            html.Div(inside, className="dso-line", **extra), href=href, className="dso-link"
        )
    return stay(inside, href, className="dso-line", **extra)


def group_link(by: str, member: str, view: View) -> str:
    """Return where a group leads: a customer to its page, any other to this page filtered by it.

    '' for a dimension that the frame cannot filter by.
    """
    if by == "customer":
        return view.link("/customer", customer=member)
    if by not in FILTERS:
        return ""
    return "/dso" + to_search(view.selection.with_values(by, (member,)))


def _width(days: float, most: float) -> str:
    return f"{max(days, 0) / most * 100:.2f}%"
