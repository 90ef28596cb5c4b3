"""What deals returned: margin before beside margin after waiting, losses and credit notes.

The URL holds by what it is split, `by` (sectors where it says nothing), and which customers are
listed, `list`: part (the default), better or all; and the inputs of factoring, by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dash import Dash, html
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import switch
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import message, page, panel
from dashboards.base.view import Context, Explain, View
from dashboards.charts.tables import Cell, table
from dashboards.returned.factoring import factoring_content
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.lists.returned import ALL, BETTER, KINDS, PART, returning_customers

LIST = "list"
BY = ("sector_division", "salesperson", "customer")
MOST = 12
"""So many groups are shown, those that sold most."""
WORDS = {
    PART: N_("To part with"),
    BETTER: N_("Looks bad, is not"),
    ALL: N_("All customers"),
}
REASONS = {
    "thin": N_("Too little margin from the start"),
    "waiting": N_("Waiting took most"),
    "lost": N_("Write-offs took most"),
    "credited": N_("Credit notes took most"),
    "expected": N_("Expected loss takes most"),
}


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "returned",
        _("What deals returned"),
        panel("returned-groups", height=330, controls=[html.Div(id="returned-by")]),
        panel(
            "returned-list",
            controls=[html.Div(id="returned-which")],
            static=grid("returned-grid", RETURNING, height=440, page=query),
        ),
        panel("returned-factoring", height=420, below=True),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the groups and the list."""

    @headline_callback(app, context, "returned")
    def headline(view: View) -> str:
        return headline_words(view)

    @part_callback(app, context, "returned-by")
    def split(view: View) -> Component:
        return switch(view, "by", {name: view.dimension(name) for name in BY}, _("Split by"))

    @panel_callback(app, context, "returned-groups")
    def groups(view: View) -> Content:
        return groups_content(view)

    @part_callback(app, context, "returned-which")
    def which(view: View) -> Component:
        choices = {name: _(text) for name, text in WORDS.items()}
        return switch(view, LIST, choices, _("Who is listed"))

    @panel_callback(app, context, "returned-list")
    def head(view: View) -> Content:
        return Content(title_of(view), _measure(view), explain=RETURNING.ref(view))

    @panel_callback(app, context, "returned-factoring", below=True)
    def factoring(view: View) -> Content:
        return factoring_content(view)

    connect_grid(app, context, "returned-grid", RETURNING)


def by_of(view: View) -> str:
    """Return by what the page is split: the URL's `by`, where it is one of BY."""
    asked = view.selection.page.get("by", BY[0])
    return asked if asked in BY else BY[0]


def kind_of(view: View, params: Mapping[str, str] | None = None) -> str:
    """Return which customers are listed, by `params` or the URL: of `KINDS`."""
    asked = (params or {}).get(LIST) or view.selection.page.get(LIST, PART)
    return asked if asked in KINDS else PART


def headline_words(view: View) -> str:
    """Say which share of sales is left of the margin, what took the rest, and what is not known."""
    (row,) = view.answer("returned").to_pylist()
    f = view.f
    if row["margin"] is None:
        return _("No cost is known of what was invoiced in 12 months: {amount}.").format(
            amount=f.money(row["without_cost"])
        )
    said = [
        _("Of a margin of {margin} ({before} of sales) {after} is left ({share})").format(
            margin=f.money(row["margin"]), before=f.share(row["margin_share"], 1),
            after=f.money(row["after"]), share=f.share(row["after_share"], 1),
        ),
        _("waiting took {waiting}, write-offs {lost}, credit notes {credited}").format(
            waiting=f.money(row["waiting"]), lost=f.money(row["lost"]),
            credited=f.money(row["credited"]),
        ),
    ]  # fmt: skip
    if row["open_amount"]:
        text = _("{open} is still open, and waits up to {day} here")
        said.append(text.format(open=f.money(row["open_amount"]), day=f.day(view.selection.as_of)))
    if row["without_cost"]:
        whole = row["sales"] + row["without_cost"]
        text = _("of {amount}, {share} of what was invoiced, no cost is known")
        said.append(
            text.format(
                amount=f.money(row["without_cost"]), share=f.share(row["without_cost"] / whole)
            )
        )
    return _("{said}.").format(said="; ".join(said))


def groups_content(view: View) -> Content:
    """Return the groups that sold most, with what each returned before and after."""
    by, f = by_of(view), view.f
    rows = [r for r in view.answer("returned", by=(by,)).to_pylist() if r["margin"] is not None]
    explain = Explain("returned", (by,))
    measure = _("Margin before and after the cost of credit, invoices of 12 months with known "
                "cost, {currency}").format(currency=f.currency)  # fmt: skip
    if not rows:
        nothing = _("A column with the cost of what was sold in the invoice export would tell.")
        return Content(_("No cost is known"), measure, message(nothing, kind="empty"), explain)
    rows.sort(key=lambda r: (-r["sales"], r[by]))
    lowest = min(rows[:MOST], key=lambda r: r["after_share"])
    title = _("{group} returns least: {after} of sales after all, {before} before").format(
        group=view.short(by, lowest[by]), after=f.share(lowest["after_share"], 1),
        before=f.share(lowest["margin_share"], 1),
    )  # fmt: skip
    heads = [
        view.dimension(by), _("Sales"), _("Margin before"), _("Waiting"), _("Written off"),
        _("Credited"), _("Expected loss"), _("Margin after"), _("Days waited"), _("Gone after"),
    ]  # fmt: skip
    lines = [_line(view, view.short(by, r[by]), r) for r in rows[:MOST]]
    (whole,) = view.answer("returned").to_pylist()
    body = table(heads, lines, _line(view, _("Total"), whole), wide=(1, 3, 4, 5, 6, 8, 9))
    return Content(title, measure, body, explain)


def _line(view: View, label: str, r: Mapping[str, Any]) -> list[Any]:
    f = view.f
    money = [
        Cell(f.money(r[n]), f.exact(r[n])) for n in ("waiting", "lost", "credited", "expected")
    ]
    return [
        label,
        Cell(f.money(r["sales"]), f.exact(r["sales"])),
        Cell(f.share(r["margin_share"], 1), f.exact(r["margin"])),
        *money,
        Cell(f.share(r["after_share"], 1), f.exact(r["after"])),
        f.days(r["waited"]),
        f.count(r["gone_after"]),
    ]


def title_of(view: View) -> str:
    """Return how many are listed, and what they sold."""
    kind, f = kind_of(view), view.f
    found = totals(view, RETURNING, {})
    if not found["rows"]:
        return _("{list}: nobody").format(list=_(WORDS[kind]))
    text = n_("{list}: {count} customer", "{list}: {count} customers", found["rows"])
    return text.format(list=_(WORDS[kind]), count=f.count(found["rows"]))


_MEASURES = {
    PART: N_("They lose money after all that credit cost, or return less than {least} % of their "
             "sales; each with what took most"),
    BETTER: N_("They pay more than {late} days beyond terms, yet lateness takes at most {share} % "
               "of their margin, and they return {least} % of their sales or more"),
    ALL: N_("Invoices of 12 months with known cost"),
}  # fmt: skip


def _measure(view: View) -> str:
    f, (late, least, share) = view.f, _rules(view)
    return _(_MEASURES[kind_of(view)]).format(
        late=f.count(late), least=f.number(least, 1), share=f.number(share, 1)
    )


def _rules(view: View) -> tuple[int, Decimal, Decimal]:
    """Return which lateness is late, what must be left, and what lateness may take: percents."""
    policy, day = view.options.policy, view.selection.as_of
    least, share = policy.least_return.at(day), policy.late_share.at(day)
    return policy.late_days.at(day), Decimal(least), Decimal(share)


def _returning(view: View, params: Mapping[str, str]) -> Statement:
    return returning_customers(view.ledger, kind_of(view, params), *_rules(view))


def _money(name: str, label: str, options: Mapping[str, Any] | None = None) -> Column:
    return Column(name, label, "money", 112, total=f"sum({name})", whole=True,
                  options=options or {})  # fmt: skip


RETURNING = Listing(
    "returned",
    N_("What customers returned"),
    (
        Column(
            "customer_name", N_("Customer"), width=190,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("reason", N_("Why"), width=200, words=REASONS, options=CARD),
        Column("salesperson", N_("Salesperson"), width=130),
        _money("sales", N_("Sales with known cost"), CARD),
        _money("margin", N_("Margin before")),
        Column("margin_share", N_("Before"), "share", 84, total="sum(margin) / sum(sales)",
               options=CARD),
        _money("waiting", N_("Cost of waiting")),
        _money("lateness", N_("Of it after the due day")),
        _money("lost", N_("Written off")),
        _money("credited", N_("Credited")),
        _money("expected", N_("Expected loss")),
        _money("after", N_("Margin after"), CARD),
        Column("after_share", N_("After"), "share", 84, total="sum(after) / sum(sales)",
               options=CARD),
        Column("waited", N_("Days waited"), "days", 92),
        Column("late_days", N_("Days beyond terms"), "days", 96),
        Column("gone_after", N_("Gone after, days"), "days", 104),
        _money("open_amount", N_("Still open of it")),
        _money("without_cost", N_("Sales without known cost")),
        Column("invoices", N_("Invoices with known cost"), "count", 96, total="sum(invoices)"),
        Column("sector", N_("Sector"), dimension="sector", width=132, brief=True),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_returning,
    sort="after",
    narrowed=lambda view: _(WORDS[kind_of(view)]),
    grouped=True,
)  # fmt: skip

PAGE = Page("/returned", N_("What deals returned"), 53, layout, connect, listings=(RETURNING,))
