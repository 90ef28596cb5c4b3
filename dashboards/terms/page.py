"""Terms: agreed, invoiced, taken, in days and in euro of financing; and what is above.

The URL holds by what it is split, `by` (salesperson where it says nothing), and which invoices are
listed, `above`: agreed (the default) or allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel, row
from dashboards.base.view import Context, Explain, View
from dashboards.charts.found import found_words
from dashboards.charts.tables import Bar, bar_list
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.judged_terms import judged_terms
from metrics.lists.term_leaks import AGREED, ALLOWED, KINDS, leaking_customers, long_terms

ABOVE = "above"
BY = ("salesperson", "sector_division", "customer")
MOST = 12
"""So many groups are drawn, those with the dearest leak."""
WORDS = {AGREED: N_("Above agreed"), ALLOWED: N_("Above what is allowed")}
VERDICTS = {
    "beyond": N_("Longer than the law allows"),
    "beyond_own": N_("Longer than our own rule allows"),
    "if_agreed": N_("Allowed where expressly agreed"),
    "cannot_be_judged": N_("Cannot be judged"),
    "within": N_("Within the law"),
}
LACKS = {
    "receipt": N_("the day of receipt"),
    "buyer_size": N_("the customer's size"),
    "own_size": N_("our own size"),
    "end_of_month": N_("whether it counts to the end of the month"),
    "law": N_("the law of the country"),
}
SIDES = (("granted", "granted_cost"), ("late", "late_cost"))


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "terms",
        _("Terms"),
        html.Div(id="terms-by", className="terms-by"),
        row(
            panel("terms-granted", height=300),
            panel("terms-late", height=300),
        ),
        panel(
            "terms-above",
            controls=[html.Div(id="terms-which")],
            static=grid("terms-above-grid", LONG, height=380, page=query),
        ),
        panel(
            "terms-customers", below=True,
            static=grid("terms-customers-grid", CUSTOMERS, height=420, later=True, page=query),
        ),
        panel("terms-discounts", height=70, menu=False, below=True),
    )  # fmt: skip


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the bars and the lists."""

    @headline_callback(app, context, "terms")
    def headline(view: View) -> str:
        return headline_words(view)

    @part_callback(app, context, "terms-by")
    def split(view: View) -> Component:
        return switch(view, "by", {name: view.dimension(name) for name in BY}, _("Split by"))

    @panel_callback(app, context, "terms-granted")
    def granted(view: View) -> Content:
        return bars_content(view, "granted")

    @panel_callback(app, context, "terms-late")
    def late(view: View) -> Content:
        return bars_content(view, "late")

    @part_callback(app, context, "terms-which")
    def which(view: View) -> Component:
        choices = {name: _(text) for name, text in WORDS.items()}
        return switch(view, ABOVE, choices, _("Which invoices are listed"))

    @panel_callback(app, context, "terms-above")
    def above(view: View) -> Content:
        return Content(above_title(view), _measure(view), explain=LONG.ref(view))

    @panel_callback(app, context, "terms-customers", below=True)
    def customers(view: View) -> Content:
        return Content(_("Terms by customer"), _("Days weighted by amount; financing in the 12 "
                       "months, {currency}").format(currency=view.f.currency),
                       explain=CUSTOMERS.ref(view))  # fmt: skip

    @panel_callback(app, context, "terms-discounts", below=True)
    def discounts(view: View) -> Content:
        return discounts_content(view)

    connect_grid(app, context, "terms-above-grid", LONG)
    connect_grid(app, context, "terms-customers-grid", CUSTOMERS, below=True)


def by_of(view: View) -> str:
    """Return by what the page is split: the URL's `by`, where it is one of BY."""
    asked = view.selection.page.get("by", BY[0])
    return asked if asked in BY else BY[0]


def above_of(view: View, params: Mapping[str, str] | None = None) -> str:
    """Return which invoices are listed, by `params` or the URL: of `KINDS`."""
    asked = (params or {}).get(ABOVE) or view.selection.page.get(ABOVE, AGREED)
    return asked if asked in KINDS else AGREED


def headline_words(view: View) -> str:
    """Say how many days sales granted and customers took, and what financing them costs a year."""
    (found,) = view.answer("terms_leak").to_pylist()
    f = view.f
    said = []
    if found["granted"] is not None:
        said.append(
            _("Invoices give {days} days more than agreed, which costs {cost} of financing a year")
            if found["granted"] >= 0
            else _("Invoices give {days} days less than agreed, which saves {cost} a year")
        )
        said[-1] = said[-1].format(
            days=f.days(abs(found["granted"])), cost=f.money(abs(found["granted_cost"]))
        )
    else:
        said.append(_("No agreed terms are known of what was invoiced"))
    if found["late"] is not None:
        text = (
            _("customers take {days} days beyond the due day, which costs {cost}")
            if found["late"] >= 0
            else _("customers pay {days} days before the due day, which saves {cost}")
        )
        said.append(text.format(days=f.days(abs(found["late"])), cost=f.money(
            abs(found["late_cost"]))))  # fmt: skip
    if found["known_share"] is not None and 0 < found["known_share"] < 0.995:
        said.append(
            _("agreed terms are known of {share} of what was invoiced").format(
                share=f.share(found["known_share"])
            )
        )
    return _("{said}.").format(said="; ".join(said))


_TITLES = {
    "granted": (N_("{group} grants most: {days} days beyond agreed, {cost}"),
                N_("Nobody grants more than agreed")),
    "late": (N_("{group}: {days} days beyond the due day, {cost}"),
             N_("Nobody pays late on average")),
}  # fmt: skip
_MEASURES = {
    "granted": N_("Financing of days granted beyond agreed, 12 months, {currency}"),
    "late": N_("Financing of days taken beyond the due day, 12 months, {currency}"),
}


def bars_content(view: View, side: str) -> Content:
    """Return the groups whose `side` (granted, late) costs most, as bars of its financing."""
    by, cost = by_of(view), f"{side}_cost"
    rows = [r for r in view.answer("terms_leak", by=(by,)).to_pylist() if r[cost] is not None]
    measure = _(_MEASURES[side]).format(currency=view.f.currency)
    explain = Explain("terms_leak", (by,))
    if not rows:
        nothing = _("No invoice of the window has agreed terms and a due day of its own.")
        return Content(_("Agreed terms are not known"), measure, message(nothing, kind="empty"),
                       explain)  # fmt: skip
    rows.sort(key=lambda r: (-r[cost], r[by]))
    f = view.f
    bars = []
    for r in rows[:MOST]:
        hover = _("{days} days on average").format(days=f.days(r[side]))
        label = view.short(by, r[by])
        path = "/customer" if by == "customer" else "/terms"
        href = view.link(path, **{by: r[by]}) if r[by] else ""
        text = _("{cost}, {days} d").format(cost=f.money(r[cost]), days=f.days(r[side]))
        bars.append(Bar(label, float(r[cost]), text, href, hover, "worse" if r[cost] > 0 else ""))
    worst, none = _TITLES[side]
    top = rows[0]
    title = _(none)
    if top[cost] > 0:
        title = _(worst).format(
            group=view.short(by, top[by]), days=f.days(top[side]), cost=f.money(top[cost])
        )
    return Content(title, measure, bar_list(bars, signed=True), explain)


def above_title(view: View) -> str:
    """Return how many invoices are listed, and what they come to."""
    kind, f = above_of(view), view.f
    found = totals(view, LONG, {})
    if not found["rows"]:
        return _("{list}: no invoice").format(list=_(WORDS[kind]))
    text = n_("{list}: {count} invoice of {amount}", "{list}: {count} invoices of {amount}",
              found["rows"])  # fmt: skip
    return text.format(
        list=_(WORDS[kind]), count=f.count(found["rows"]), amount=f.money(found["amount"])
    )


def _measure(view: View) -> str:
    if above_of(view) == AGREED:
        return _("Invoices of 12 months that give more days than was agreed with the customer")
    return _("Invoices of 12 months that are due later than the law or our own rule allows, or "
             "that cannot be judged")  # fmt: skip


def discounts_content(view: View) -> Content:
    """Return the discounts for early payment that were taken late, as the load found them."""
    found = view.query(
        "select template, places, amount from findings where name = 'late_discounts'"
    )
    measure = _("from the checks of the whole load, filters aside")
    day = _("data up to {day}").format(day=view.f.day(view.options.last_day))
    if not found:
        return Content(_("No cash discount was taken late"), measure, as_of=day)
    one = found[0]
    return Content(
        _("Cash discounts taken late: {amount}").format(amount=view.f.money(one["amount"])),
        measure,
        [
            html.P(found_words(view, one["template"], one["places"])),
            dcc.Link(
                _("The discounts, one by one"),
                href=view.link("/findings", finding="late_discounts"), className="more",
            ),
        ],
        as_of=day,
    )  # fmt: skip


def _judged(view: View) -> pa.Table:
    def made() -> pa.Table:
        def rows(statement: Statement) -> list[dict[str, Any]]:
            return view.query(statement.sql, statement.parameters)

        return judged_terms(rows, view.ledger, view.options.policy)

    found: pa.Table = view.derived("judged_terms", made)
    return found


def _long(view: View, params: Mapping[str, str]) -> Statement:
    return long_terms(view.ledger, above_of(view, params), _judged(view))


def _customers(view: View, _params: Mapping[str, str]) -> Statement:
    return leaking_customers(view.ledger)


LONG = Listing(
    "terms-above",
    N_("Invoices with long terms"),
    (
        Column("document_id", N_("Document"), width=130, options=CARD),
        Column(
            "customer_name", N_("Customer"), width=190, options={"cellRenderer": "CustomerLink"},
        ),
        Column("salesperson", N_("Salesperson"), width=130),
        Column("issued_on", N_("Issued"), "day"),
        Column("due_on", N_("Due"), "day"),
        Column("amount", N_("Amount"), "money", 116, total="sum(amount)", options=CARD),
        Column("agreed", N_("Terms agreed, days"), "count", 96),
        Column("invoiced", N_("Terms invoiced, days"), "days", 100),
        Column("granted", N_("Beyond agreed, days"), "days", 100, options=CARD),
        Column("cost", N_("Financing"), "money", 104, total="sum(cost)", options=CARD),
        Column("verdict", N_("Law and own rule"), width=210, words=VERDICTS, options=CARD),
        Column("latest", N_("Allowed until"), "day"),
        Column("lacks", N_("Not known"), width=190, words=LACKS),
        Column("country", N_("Country"), dimension="country", width=98),
        Column("sector", N_("Sector"), dimension="sector", width=132, brief=True),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_long,
    sort="cost desc",
    narrowed=lambda view: _(WORDS[above_of(view)]),
    grouped=True,
)  # fmt: skip

CUSTOMERS = Listing(
    "terms-customers",
    N_("Terms by customer"),
    (
        Column(
            "customer_name", N_("Customer"), width=200,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("salesperson", N_("Salesperson"), width=130, options=CARD),
        Column("agreed", N_("Terms agreed, days"), "days", 96),
        Column("invoiced", N_("Terms invoiced, days"), "days", 100),
        Column("taken", N_("Terms taken, days"), "days", 96),
        Column("granted", N_("Beyond agreed, days"), "days", 100, options=CARD),
        Column("granted_cost", N_("Financing of days granted"), "money", 120,
               total="sum(granted_cost)", options=CARD),
        Column("late", N_("Beyond the due day, days"), "days", 104, options=CARD),
        Column("late_cost", N_("Financing of days late"), "money", 120, total="sum(late_cost)",
               options=CARD),
        Column("above", N_("Invoices above agreed"), "count", 96, total="sum(above)"),
        Column("above_amount", N_("Amount above agreed"), "money", 120,
               total="sum(above_amount)", whole=True),
        Column("invoices", N_("Invoices with agreed terms"), "count", 100, total="sum(invoices)"),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_customers,
    sort="late_cost desc",
    grouped=True,
)  # fmt: skip

PAGE = Page("/terms", N_("Terms"), 52, layout, connect, listings=(LONG, CUSTOMERS))
