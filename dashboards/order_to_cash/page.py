"""Order to cash: the wait from the order to the money, step by step, and whose it is.

The URL holds by what it is split, `by` (sectors where it says nothing).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid
from dashboards.base.i18n import _
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel, row
from dashboards.base.view import Context, Explain, NotEnough, View
from dashboards.charts.figures import graph
from dashboards.charts.tables import table
from dashboards.order_to_cash.figures import LINE, STEPS, months_figure, steps_figure
from data.core.texts import N_, Text
from metrics.asking.ledger import Statement
from metrics.lists.order_numbers import ways

BY = ("sector_division", "salesperson", "country")
MOST, MONTHS = 12, 24


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "order-to-cash",
        _("Order to cash"),
        panel("otc-steps", height=420, controls=[html.Div(id="otc-by")]),
        row(panel("otc-months", height=300, below=True), panel("otc-numbers", height=300,
            below=True)),
        panel(
            "otc-customers", below=True,
            static=grid("otc-customers-grid", WAYS, height=420, later=True, page=query),
        ),
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the figures and the list."""

    @headline_callback(app, context, "order-to-cash")
    def headline(view: View) -> str:
        return headline_words(view)

    @part_callback(app, context, "otc-by")
    def split(view: View) -> Component:
        return switch(view, "by", {name: view.dimension(name) for name in BY}, _("Split by"))

    @panel_callback(app, context, "otc-steps")
    def steps(view: View) -> Content:
        return steps_content(view)

    @panel_callback(app, context, "otc-months", below=True)
    def months(view: View) -> Content:
        return months_content(view)

    @panel_callback(app, context, "otc-numbers", below=True)
    def numbers(view: View) -> Content:
        return numbers_content(view)

    @panel_callback(app, context, "otc-customers", below=True)
    def customers(view: View) -> Content:
        return Content(_("Each customer's way from order to money"),
                       _("Days weighted by amount, payments of 12 months"),
                       explain=WAYS.ref(view))  # fmt: skip

    connect_grid(app, context, "otc-customers-grid", WAYS, below=True)


def by_of(view: View) -> str:
    """Return by what the page is split: the URL's `by`, where it is one of BY."""
    asked = view.selection.page.get("by", BY[0])
    return asked if asked in BY else BY[0]


def headline_words(view: View) -> str:
    """Say how long the whole way takes, whose wait it is, and of how much that is known."""
    (found,) = view.answer("order_to_cash").to_pylist()
    f = view.f
    if found["whole"] is None:
        return _("No invoice that was paid in 12 months says when it was ordered and delivered: "
                 "the own wait is not known.")  # fmt: skip
    said = _("From order to money {whole} days pass: {ours} are ours until the invoice leaves, "
             "{theirs} the customer's; known of {share} of what was paid.")  # fmt: skip
    return said.format(
        whole=f.days(found["whole"]), ours=f.days(found["ours"]),
        theirs=f.days(found["theirs"]), share=f.share(found["dated_share"]),
    )  # fmt: skip


def steps_content(view: View) -> Content:
    """Return the steps of the groups that were paid most of, the longest way first."""
    by, f = by_of(view), view.f
    rows = [r for r in view.answer("order_to_cash", by=(by,)).to_pylist() if r["whole"] is not None]
    measure = _("Days of each step, weighted by amount, payments of 12 months")
    explain = Explain("order_to_cash", (by,))
    if not rows:
        nothing = _("Columns with the day of the order and of the delivery in the invoice export "
                    "would tell.")  # fmt: skip
        return Content(_("The steps are not known"), measure, message(nothing, kind="empty"),
                       explain)  # fmt: skip
    rows = sorted(rows, key=lambda r: (-r["payments"], r[by]))[:MOST]
    rows.sort(key=lambda r: (-r["whole"], r[by]))
    worst = max(rows, key=lambda r: r["ours"])
    title = _("{group}: {ours} of {whole} days are our own").format(
        group=view.short(by, worst[by]), ours=f.days(worst["ours"]), whole=f.days(worst["whole"])
    )
    drawn = steps_figure([(view.short(by, r[by]), r) for r in rows], f)
    return Content(title, measure, graph(drawn, "otc-steps-graph", 90 + LINE * len(rows)), explain)


def months_content(view: View) -> Content:
    """Return our wait and the customer's at each month-end, over payments of 12 months each."""
    ledger, f = view.ledger.history(MONTHS), view.f
    rows = view.answer("order_to_cash", ledger).to_pylist()
    known = [r for r in rows if r["whole"] is not None]
    measure = _("Days from order to money, payments of 12 months each")
    explain = Explain("order_to_cash", history=MONTHS)
    day = _("{months} months to {day}").format(months=MONTHS, day=f.day(view.selection.as_of))
    if not known:
        nothing = _("No payment is on an invoice that says order and delivery.")
        return Content(_("The own wait is not known"), measure, message(nothing, kind="empty"),
                       explain, day)  # fmt: skip
    first, last = known[0], known[-1]
    title = _("Our wait went from {before} to {now} days").format(
        before=f.days(first["ours"]), now=f.days(last["ours"])
    )
    drawn = months_figure(rows, ledger.days, f)
    return Content(title, measure, graph(drawn, "otc-months-graph", 300), explain, day)


def numbers_content(view: View) -> Content:
    """Return what invoices without order number cost in days; NotEnough where chance could say it.

    Each customer is compared with itself.
    """
    (found,) = view.answer("order_to_cash").to_pylist()
    f = view.f
    if found["later"] is None:
        raise NotEnough(
            Text(
                N_("{count} payments with and as many without order number are needed, of "
                   "customers with at least two of either; there are {with_one} and {without}."),
                {"count": f.count(view.enough), "with_one": f.count(found["compared_with"]),
                 "without": f.count(found["compared_without"])},
            )
        )  # fmt: skip
    low, high = found["later_low"], found["later_high"]
    if low > 0:
        title = _("Without order number customers pay {days} days later")
    elif high < 0:
        title = _("Without order number customers pay {days} days earlier")
    else:
        title = _("Whether a missing order number costs days cannot be told")
    heads = ["", _("Payments"), _("Days to pay")]
    lines = [
        [_("with order number"), f.count(found["compared_with"]), f.days(found["days_with"])],
        [_("without"), f.count(found["compared_without"]), f.days(found["days_without"])],
    ]
    said = _("{days} days later, from {low} to {high} (95 %), each customer compared with itself. "
             "{count} payments of 12 months had no number.")  # fmt: skip
    body = [
        table(heads, lines),
        html.P(
            said.format(
                days=f.days(found["later"]), low=f.days(low), high=f.days(high),
                count=f.count(found["without_number"]),
            )
        ),
        dcc.Link(
            _("Invoices without order number"),
            href=view.link("/findings", finding="no_order_number"), className="more",
        ),
    ]  # fmt: skip
    return Content(
        title.format(days=f.days(abs(found["later"]))),
        _("Mean days to pay of customers who pay with and without, payments of 12 months"),
        body, Explain("order_to_cash"),
    )  # fmt: skip


def _ways(view: View, _params: Mapping[str, str]) -> Statement:
    return ways(view.ledger)


def _days(name: str, label: str, options: Mapping[str, Any] | None = None) -> Column:
    return Column(name, label, "days", 100, options=options or {})


WAYS = Listing(
    "order-to-cash",
    N_("Each customer's way from order to money"),
    (
        Column(
            "customer_name", N_("Customer"), width=200,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("salesperson", N_("Salesperson"), width=130),
        _days("whole", N_("Ordered to paid"), CARD),
        _days("ours", N_("Our wait: ordered to invoiced"), CARD),
        *(_days(name, label) for name, (label, _colour) in STEPS.items()),
        _days("theirs", N_("The customer's: invoiced to paid"), CARD),
        Column("payments", N_("Payments on invoices"), "count", 96, total="sum(payments)"),
        Column("dated_share", N_("Share paid with order and delivery"), "share", 110),
        Column("without_number", N_("Payments without order number"), "count", 110,
               total="sum(without_number)", options=CARD),
        _days("later", N_("Days later without order number"), CARD),
        _days("later_low", N_("Days later, low (95 %)")),
        _days("later_high", N_("Days later, high (95 %)")),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_ways,
    sort="ours desc",
    grouped=True,
)  # fmt: skip

PAGE = Page("/order-to-cash", N_("Order to cash"), 58, layout, connect, listings=(WAYS,))
