"""Customers: everyone who may be sold to or must be reminded, in one list to search and sort.

The URL holds what is sought (`q=janssens`), and what is set in the columns of the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.grid import CARD, SPARE, Column, Listing, connect_grid, grid, params_id, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import aged_list
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import icon, page, panel
from dashboards.base.view import Context, NoRows, View
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.lists.customers import ROOM, customers, found

_LATE = "cast(sum(late_amount{q}) as double) / nullif(cast(sum(paid_{p}) as double), 0)"


def _late(quarter: str = "") -> str:
    """Return SQL for days beyond terms of the whole list, from its own parts."""
    return _LATE.format(q=quarter and f"_{quarter}", p=quarter or "amount")


def _hidden(name: str, label: str, unit: str, total: str) -> Column:
    """Return a column that the grid draws into another one, and that files have on its own."""
    return Column(name, label, unit, total=total, raw=True, options={"hide": True})


def _statement(view: View, params: Mapping[str, str]) -> Statement:
    """Return the list of customers, those that are sought only."""
    listed = customers(view.ledger)
    sought = params.get("q", "").strip()
    asked = found(listed, sought) if sought else listed
    sql = (
        "select *,\n    1 - cast(headroom as double) / nullif(cast(binding_limit as double), 0)"
        f" as limit_used\nfrom (\n{asked.sql}\n) as every_one"
    )
    return Statement(sql, asked.parameters)


def _narrowed(view: View) -> str:
    """Say for a file what is sought."""
    sought = view.selection.page.get("q", "")
    return _("search: {sought}").format(sought=sought) if sought else ""


CUSTOMERS = Listing(
    "customers",
    N_("Customers"),
    (
        Column(
            "customer_name",
            N_("Customer"),
            width=154,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("sector", N_("Sector"), dimension="sector", width=132, options=CARD, brief=True),
        Column("salesperson", N_("Salesperson"), width=112),
        Column("country", N_("Country"), dimension="country", width=98),
        Column("receivables", N_("Receivables"), "money", 96, total="sum(receivables)",
               options=CARD, whole=True),
        Column("overdue", N_("Overdue"), "money", 90, total="sum(overdue)", options=CARD,
               whole=True),
        Column("oldest_overdue_days", N_("Oldest, days"), "count", 64,
               total="max(oldest_overdue_days)"),
        Column("headroom", N_("Headroom"), "money", 122, total=ROOM,
               options={"cellRenderer": "Headroom", **CARD}, whole=True),
        Column("days_beyond_terms", N_("Days beyond terms"), "days", 80, total=_late(),
               options=CARD),
        Column("lateness_trend", N_("Trend, days"), "days", 94,
               total=f"{_late('q4')} - {_late()}", options={"cellRenderer": "Trend"}),
        Column("sales_12m", N_("Sales, 12 months"), "money", 99, total="sum(sales_12m)",
               options=CARD, whole=True),
        Column("credit_limit", N_("Limit"), "money", 98, total="sum(credit_limit)", whole=True,
               options=SPARE),
        Column("customer", N_("Number"), width=92, options=SPARE),
        Column("vat_number", N_("VAT number"), width=160, options=SPARE),
        _hidden("late_q1", N_("Days beyond terms, 10 to 12 months ago"), "days", _late("q1")),
        _hidden("late_q2", N_("Days beyond terms, 7 to 9 months ago"), "days", _late("q2")),
        _hidden("late_q3", N_("Days beyond terms, 4 to 6 months ago"), "days", _late("q3")),
        _hidden("late_q4", N_("Days beyond terms, last 3 months"), "days", _late("q4")),
        _hidden("limit_used", N_("Limit used"), "share",
                "1 - cast(sum(own_headroom) as double)"
                " / nullif(cast(sum(credit_limit) as double), 0)"),
    ),
    statement=_statement,
    sort="receivables desc",
    narrowed=_narrowed,
    grouped=True,
    facts={
        "limited": "count(credit_limit)",
        "over": "count(*) filter (where headroom < 0)",
        "beyond": "-sum(own_headroom) filter (where own_headroom < 0)",
        "late": "count(*) filter (where days_beyond_terms > 30)",
        "old": "count(*) filter (where oldest_overdue_days > 90)",
    },
)  # fmt: skip
"""The list; its total row has sums, and ratios from the sums of their parts. Its facts: customers
with a limit, those over it, and by how much together; late: those that pay more than 30 days beyond
terms; old: those with something more than 90 days overdue."""


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    sought = query.get("q", "")
    box = dmc.TextInput(
        id="customers-q",
        value=sought,
        placeholder=_("Name, number or VAT number"),
        leftSection=icon("search"),
        debounce=350,
        size="sm",
        className="seek",
        **{"aria-label": _("Search customers by name, number or VAT number")},
    )
    return page(
        "customers",
        _("Customers"),
        panel(
            "customers-list",
            controls=[html.Span(id="customers-aged"), box],
            static=grid("customers-grid", CUSTOMERS, height=680, params={"q": sought}, page=query),
            look="customers-panel",
        ),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the page."""

    @headline_callback(app, context, "customers")
    def headline(view: View) -> str:
        return headline_of(view)

    @panel_callback(app, context, "customers-list")
    def title(view: View) -> Content:
        params = _sought(view)
        sums = totals(view, CUSTOMERS, params)
        text = n_(
            "{count} customer owes {owed}, of which {late} is overdue",
            "{count} customers owe {owed}, of which {late} is overdue",
            sums["rows"],
        )
        if not sums["rows"]:
            text = _("No customer has “{sought}” in name, number or VAT number")
            if not params["q"]:
                text = _("No customer fits these filters")
        return Content(
            text.format(
                count=view.f.count(sums["rows"]),
                owed=view.f.money(sums["receivables"]),
                late=view.f.money(sums["overdue"]),
                sought=params["q"],
            ),
            _("Behaviour of the last 12 months"),
            explain=CUSTOMERS.ref(view, params),
        )

    @part_callback(app, context, "customers-aged")
    def aged(view: View) -> Component:
        return aged_list(view, CUSTOMERS.name, _sought(view))

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("customers-q", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def seek(sought: str | None, search: str | None) -> str:
        changed = with_page(search, q=(sought or "").strip() or None)
        if changed == (search or ""):
            raise PreventUpdate
        return changed

    @app.callback(
        Output("customers-q", "value"),
        Output(params_id("customers-grid"), "data"),
        Input("url", "search"),
        State("customers-q", "value"),
        prevent_initial_call=True,
    )
    def sought(search: str | None, typed: str | None) -> Any:
        view = context.view(search)
        if view is None:
            raise PreventUpdate
        in_url = _sought(view)
        return no_update if (typed or "").strip() == in_url["q"] else in_url["q"], in_url

    connect_grid(app, context, "customers-grid", CUSTOMERS)


def _sought(view: View) -> dict[str, str]:
    """Return the parameters of the list: what is sought, as the URL says."""
    return {"q": view.selection.page.get("q", "")}


def headline_of(view: View) -> str:
    """Say who is over the limit, and who pays late."""
    sums = totals(view, CUSTOMERS, _sought(view))
    if not sums["rows"]:
        raise NoRows
    over = n_(
        "{count} customer is over the limit, by {amount}.",
        "{count} customers are over their limit, by {amount} together.",
        sums["over"],
    )
    if not sums["over"]:
        over = _("No customer is over a limit.")
    if not sums["limited"]:
        over = _("There are no limits to compare with.")
    old = n_(
        "{count} has an invoice more than 90 days overdue.",
        "{count} have an invoice more than 90 days overdue.",
        sums["old"],
    )
    late = n_(
        "{count} pays more than 30 days beyond terms.",
        "{count} pay more than 30 days beyond terms.",
        sums["late"],
    )
    return " ".join(
        (
            over.format(count=view.f.count(sums["over"]), amount=view.f.money(sums["beyond"])),
            old.format(count=view.f.count(sums["old"])),
            late.format(count=view.f.count(sums["late"])),
        )
    )


PAGE = Page("/customers", N_("Customers"), 50, layout, connect, listings=(CUSTOMERS,))
