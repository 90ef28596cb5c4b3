"""One customer: the same data in two questions, what may I sell and what must I collect.

The URL holds the customer (`customer=101378`), the span of the pictures (`months=24`), the open
document (`document=F2026-17`), the first day of the statement of account (`from=2026-01-01`) and
what the list shows (`items=all`).
"""

from __future__ import annotations

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.filters import with_page
from dashboards.base.grid import CARD, Column, Listing, arranged, connect_grid, grid
from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay, switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel, row
from dashboards.base.view import Context, Explain, View
from dashboards.base.words import CLOSERS, KINDS, METHODS
from dashboards.charts.signs import brief, signs_of, words
from dashboards.customer import say as customer_say
from dashboards.customer.facts import (
    attributes,
    collect_body,
    collect_title,
    headline_words,
    ledger_of,
    listed,
    master,
    number_of,
    sell_body,
    sell_title,
    where,
)
from dashboards.customer.memory import MEMORY, memory_content
from dashboards.customer.panels import MONTHS, answered, curve_content, lives_content, terms_content
from dashboards.customer.statement import period, statement_content
from dashboards.frame.finder import BETWEEN, find_customers
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.lists.customers import account

STATES = {"open": N_("Open"), "invoices": N_("Invoices"), "all": N_("Everything")}


def state_of(page_keys: Mapping[str, str]) -> str:
    """Return what of the account the URL lists; what is open by default."""
    asked = page_keys.get("items", "")
    return asked if asked in STATES else "open"


def _items(view: View, _params: Mapping[str, str]) -> Statement:
    # not ledger_of: the rows of a number that nobody has are none
    ledger = view.explained(Explain("receivables", where={"customer": (number_of(view),)}))
    return account(ledger, state_of(view.selection.page))


def _narrowed(view: View) -> str:
    """Say for a file whose account it is, and what of it."""
    number, state = number_of(view), state_of(view.selection.page)
    return ", ".join((number, view.label("customer", number), _(STATES[state])))


ITEMS = Listing(
    "account",
    N_("Documents and their slices"),
    (
        Column("document_id", N_("Document"), width=130),
        Column("kind", N_("Kind"), width=110, words=KINDS),
        Column("opened_on", N_("Issued"), "day"),
        Column("due_on", N_("Due"), "day", options=CARD),
        Column("closed_on", N_("Closed"), "day"),
        Column("days_late", N_("Days after due"), "count", 134, options=CARD),
        Column("amount", N_("Amount"), "money", 126, total="sum(amount)", options=CARD),
        Column("closed_by", N_("How it closed"), width=132, words=CLOSERS),
        Column("closing_document", N_("By document"), width=140),
        Column("method", N_("Match"), width=180, words=METHODS),
        Column("disputed", N_("Disputed"), "yes", 92, options=CARD),
        Column("po_number", N_("Order number"), width=126),
        Column("reference", N_("Reference"), width=190),
        Column("currency", N_("Currency"), width=88),
        Column("amount_currency", N_("Amount in its currency"), "money", 178),
        Column("file", N_("File"), width=190),
        Column("line", N_("Line"), "count", 88),
        Column("closing_file", N_("File of the closing document"), width=220),
        Column("closing_line", N_("Line there"), "count", 110),
    ),
    statement=_items,
    sort="due_on",
    search=("document_id", "reference"),
    narrowed=_narrowed,
)


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    finder = dmc.Select(
        id="customer-find",
        data=[],
        placeholder=_("Another customer …"),
        searchable=True,
        clearable=False,
        size="sm",
        maxDropdownHeight=340,
        nothingFoundMessage=_("Type a part of a name, number or VAT number"),
        comboboxProps={"shadow": "md"},
        filter={"function": "showAll"},
        className="customer-finder",
        **{"aria-label": _("Find a customer by name, number or VAT number")},
    )
    return page(
        "customer",
        _("Customer"),
        html.Div(
            [html.Div(id="customer-who", className="customer-who live"), finder],
            className="customer-head",
        ),
        html.Div(
            [
                row(panel("customer-sell", height=300), panel("customer-collect", height=300)),
                panel(
                    "customer-lives",
                    height=220,
                    controls=[html.Div(id="customer-months")],
                ),
                row(
                    panel("customer-curve", height=300, below=True),
                    panel("customer-terms", height=300, below=True),
                ),
                panel(
                    "customer-statement",
                    height=240,
                    below=True,
                    controls=[html.Div(id="customer-period")],
                ),
                panel("customer-memory", height=90, below=True, controls=[]),
                customer_say.layout(),
                panel(
                    "customer-items",
                    below=True,
                    controls=[html.Div(id="customer-states")],
                    static=grid("customer-items-grid", ITEMS, height=460, later=True, page=query),
                ),
            ],
            id="customer-body",
            className="stack",
        ),
        dcc.Store(id="memory-said"),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the page's figures."""

    @headline_callback(app, context, "customer")
    def headline(view: View) -> list[Component | str]:
        known = master(view)
        if known is None:
            return []
        return [html.H2(known["customer_name"]), headline_words(view), *_sign(view)]

    @part_callback(app, context, "customer-who")
    def who(view: View) -> Component:
        known = master(view)
        return unknown(view) if known is None else attributes(view, known)

    @app.callback(Output("customer-body", "className"), Input("url", "search"))
    def shown(search: str | None) -> str:
        view = context.view(search)
        return "stack" if view is not None and master(view) else "gone"

    @panel_callback(app, context, "customer-sell")
    def sell(view: View) -> Content:
        one, known = listed(view), master(view) or {}
        return Content(
            sell_title(view, one),
            _("Limit, exposure and headroom, {currency}").format(currency=view.f.currency),
            [part for part in sell_body(view, one, known) if part is not None],
            Explain("exposure", where=where(view)),
        )

    @panel_callback(app, context, "customer-collect")
    def collect(view: View) -> Content:
        one = listed(view)
        rows = answered(view, "aging", ledger_of(view))
        buckets = {r["bucket"]: r["amount"] for r in rows}
        return Content(
            collect_title(view, one),
            _("Receivables by age, {currency}").format(currency=view.f.currency),
            [part for part in collect_body(view, one, buckets) if part is not None],
            Explain("aging", where=where(view)),
        )

    @part_callback(app, context, "customer-months")
    def months(view: View) -> Component:
        choices = {str(n): _("{count} months").format(count=n) for n in MONTHS}
        return switch(view, "months", choices, _("Months shown"), document=None)

    @panel_callback(app, context, "customer-lives")
    def picture(view: View) -> Content:
        return lives_content(view)

    @panel_callback(app, context, "customer-curve", below=True)
    def curve(view: View) -> Content:
        return curve_content(view)

    @panel_callback(app, context, "customer-terms", below=True)
    def terms(view: View) -> Content:
        return terms_content(view)

    @part_callback(app, context, "customer-period")
    def statement_period(view: View) -> Component:
        return period(view)

    @panel_callback(app, context, "customer-statement", below=True)
    def statement(view: View) -> Content:
        return statement_content(view)

    @part_callback(app, context, "customer-states")
    def states(view: View) -> Component:
        choices = {name: _(text) for name, text in STATES.items()}
        return switch(view, "items", choices, _("What is listed"))

    @panel_callback(app, context, "customer-items", below=True)
    def items(view: View) -> Content:
        listed_as_shown, _order, bound = arranged(view, ITEMS, {})
        sums = view.query(
            "select count(distinct document_id) as documents,\n"
            "    sum(amount) filter (where is_open) as owed\n"
            f"from ({listed_as_shown}) as listed",
            bound,
        )[0]
        title = n_(
            "{count} document, {amount} open",
            "{count} documents, {amount} open",
            sums["documents"],
        )
        return Content(
            title.format(
                count=view.f.count(sums["documents"]), amount=view.f.exact(sums["owed"] or 0)
            ),
            _("One row for each slice, with what closed it and how it was matched"),
            explain=ITEMS.ref(view),
        )

    connect_grid(app, context, "customer-items-grid", ITEMS, below=True)

    @panel_callback(app, context, "customer-memory", Input("memory-said", "data"), below=True)
    def memory(view: View, _said: int | None) -> Content:
        return memory_content(view, not customer_say.closed(context))

    customer_say.connect(app, context)

    @app.callback(
        Output("customer-find", "data"),
        Input("customer-find", "searchValue"),
        State("url", "search"),
    )
    def find(typed: str | None, search: str | None) -> list[dict[str, str]]:
        if typed and BETWEEN in typed:
            raise PreventUpdate  # a choice writes its label there: the choices stay
        view = context.view(search)
        return find_customers(view, typed or "") if view else []

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Output("customer-find", "value"),
        Input("customer-find", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def go(number: str | None, search: str | None) -> tuple[str, None]:
        if not number:
            raise PreventUpdate
        return with_page(search, customer=number, document=None), None


def _sign(view: View) -> list[Component | str]:
    """Return what changes for the worse of this customer, and the way to its rows; [] nothing."""
    sign = signs_of(view).by_customer.get(number_of(view))
    if sign is None:
        return []
    after = f"greaterThanOrEqual.{sign.since.isoformat()}"
    rows = search_with(view, items="all", **{"account.closed_on": after})
    return [
        html.P(
            [
                html.B(brief(sign)), ": ", words(view, sign), ". ",
                stay(_("What closed since {day}").format(day=view.f.day(sign.since)), rows),
            ],
            className="sign",
        )
    ]  # fmt: skip


def unknown(view: View) -> Component:
    """Return what is shown for a number that no customer has."""
    number = number_of(view)
    title = _("No customer has the number “{number}”").format(number=number[:40])
    text = _("Search by name, number or VAT number, or choose from the list of all customers.")
    if view.scope:
        title = _("No customer “{number}” is among yours").format(number=number[:40])
        text = _("You see your own customers only; a colleague's link may lead to another one.")
    if not number:
        title = _("Which customer?")
    similar = find_customers(view, number) if number else []
    links: list[Component] = [
        stay(choice["label"], search_with(view, customer=choice["value"]), className="button")
        for choice in similar[:5]
    ]
    everyone = html.A(_("All customers"), href=view.link("/customers"), className="button go")
    return message(title, text, *links, everyone, kind="empty")


PAGE = Page("/customer", N_("Customer"), 55, layout, connect, group="", listings=(ITEMS, MEMORY))
