"""Cash application: how payments found their invoices, what is unapplied, and what people decide.

The URL holds the method whose matches are listed (`method=amount`), the order of what is unapplied
(`order=oldest`) and how many are shown (`items=36`). A decision is kept in the store's folder and
takes effect in a new state, which the loading side derives; the page shows its progress.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import cash_decisions as deciding
from dashboards import cash_unapplied as unapplied_items
from dashboards.delivery import not_kept
from dashboards.grid import Column, Listing, connect_grid, grid, params_id
from dashboards.i18n import _, n_
from dashboards.links import search_with, stay, switch
from dashboards.page import Context, ListRef, NoRows, Page, View
from dashboards.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.parts import page, panel, rich
from dashboards.words import KINDS, METHODS
from data.decisions import UNDO, Decisions, holding
from data.importing import ImportRefusedError, Job
from data.store import StoreError
from data.texts import N_
from metrics.cash import by_method, matched, unapplied
from metrics.ledger import Statement

ALL_METHODS = "all"
_TICK = 500
_STATE = Input("state", "data")
_DECIDED = Input("cash-decided", "data")


def method_of(view: View) -> str:
    """Return the method whose matches the URL asks for; '' for none, ALL_METHODS for all."""
    method = view.selection.page.get("method", "")
    return method if method == ALL_METHODS or method in METHODS else ""


def _matched(view: View, params: Mapping[str, str]) -> Statement:
    method = params.get("method") or method_of(view)
    return matched(view.ledger, method if method in METHODS else "")


def _narrowed(view: View) -> str:
    method = method_of(view)
    return _(METHODS[method]) if method in METHODS else ""


_CARD = {"context": {"card": True}}
MATCHES = Listing(
    "matches",
    N_("Matches"),
    (
        Column("payment", N_("Payment"), width=112, options={"pinned": "left"}),
        Column("paid_on", N_("Paid"), "day", 108, options=_CARD),
        Column("customer_name", N_("Customer"), width=172, options=_CARD),
        Column("invoice", N_("Invoice"), width=112, options=_CARD),
        Column("amount", N_("Amount"), "money", 134, total="sum(amount)", options=_CARD),
        Column("method", N_("Matched by"), width=134, words=METHODS),
        Column("confidence", N_("Confidence"), "share", 122),
        Column("reference", N_("Text of the payment"), width=250),
        Column("file", N_("File"), width=180),
        Column("line", N_("Line"), "count", 84),
        Column("invoice_file", N_("File of the invoice"), width=180),
        Column("invoice_line", N_("Line of the invoice"), "count", 100),
        Column("customer", N_("Customer number"), width=120),
        Column("invoice_customer", N_("Invoice of another customer"), width=140),
        Column("pair", N_("Undo"), width=104, raw=True, screen=True,
               options={"cellRenderer": "CashUndo", "pinned": "right", "sortable": False,
                        "filter": False, "resizable": False}),
    ),
    statement=_matched,
    sort="confidence",
    narrowed=_narrowed,
)  # fmt: skip
"""The matches of payments in 12 months, the least certain first."""

UNAPPLIED = Listing(
    "unapplied",
    N_("Unapplied payments and credit notes"),
    (
        Column("document_id", N_("Document"), width=130),
        Column("kind", N_("Kind"), width=110, words=KINDS),
        Column("issued_on", N_("Day"), "day"),
        Column("age", N_("Age, days"), "count", 90),
        Column("customer_name", N_("Customer"), width=190),
        Column("amount", N_("Unapplied"), "money", total="sum(amount)"),
        Column("whole", N_("Of its amount"), "money"),
        Column("reference", N_("Text"), width=260),
        Column("customer", N_("Customer number"), width=120),
        Column("file", N_("File"), width=190),
        Column("line", N_("Line"), "count", 84),
    ),
    statement=lambda view, _params: unapplied(view.ledger),
    sort="amount desc",
)
"""What is unapplied at the as-of day."""


def layout(**query: str) -> Component:
    """Return the page in its final shape."""
    params = {"method": query["method"]} if query.get("method") in METHODS else {}
    body = page(
        "cash",
        _("Cash application"),
        html.Div(id="cash-closed"),
        html.Div(id="cash-status", className="cash-status", role="status"),
        panel("cash-methods", height=190),
        html.Div(
            panel("cash-matches", static=grid("cash-grid", MATCHES, height=420, params=params)),
            id="cash-matches-box",
            hidden=not query.get("method"),
        ),
        panel(
            "cash-unapplied",
            height=420,
            controls=[html.Div(id="cash-order", className="panel-choice")],
        ),
        panel("cash-decisions", height=120, menu=False),
        dcc.Store(id="cash-decided"),
        dcc.Store(id="cash-undo"),
        dcc.Store(id="cash-refused"),
        dcc.Interval(id="cash-tick", interval=_TICK, disabled=True),
    )
    return html.Div(body, id="cash-root", className="cash-root")


# ---- figures ----------------------------------------------------------------------------------


def methods_of(view: View) -> list[dict[str, Any]]:
    """Return the rows of `by_method`, in our order of methods, what is not matched last."""
    statement = by_method(view.ledger)
    order = [*METHODS, ""]
    rows = view.query(statement.sql, statement.parameters)
    return sorted(rows, key=lambda r: order.index(r["method"]) if r["method"] in order else 0)


def unapplied_of(view: View) -> list[dict[str, Any]]:
    """Return what is unapplied at the as-of day."""
    statement = unapplied(view.ledger)
    return view.query(statement.sql, statement.parameters)


def headline_words(view: View) -> list[Component | str]:
    """Say how much of what was paid found its invoice, and what is unapplied."""
    rows, loose = methods_of(view), unapplied_of(view)
    if not rows and not loose:
        raise NoRows
    whole = sum((r["amount"] for r in rows), Decimal(0))
    found = sum((r["amount"] for r in rows if r["method"]), Decimal(0))
    f = view.f
    said: list[Component | str] = [_("Nothing was paid in 12 months.")]
    if whole:
        part = found / whole
        # what is not all is not called all
        digits = next((n for n in (0, 1, 2) if part == 1 or f.share(part, n) != f.share(1, n)), 2)
        share = f.share(part, digits)
        said = rich(_("{share} of what was paid in 12 months found its invoice."), share=share)
    if not loose:
        return [*said, " ", _("Nothing is unapplied.")]
    amount = sum((r["amount"] for r in loose), Decimal(0))
    count = n_("{count} payment or credit note", "{count} payments and credit notes", len(loose))
    return [
        *said,
        " ",
        *rich(
            _("{amount} of {items} is unapplied."),
            amount=f.money(amount),
            items=count.format(count=f.count(len(loose))),
        ),
    ]


def methods_content(view: View) -> Content:
    """Return the panel of methods: bars, amounts, shares, confidence."""
    rows, f = methods_of(view), view.f
    if not rows:
        raise NoRows
    whole = sum((r["amount"] for r in rows), Decimal(0))
    found = [r for r in rows if r["method"]]
    sum_found = sum((r["amount"] for r in found), Decimal(0))
    sure = sum((r["amount"] for r in found if (r["confidence"] or 0) >= 0.9), Decimal(0))
    title = _("How payments were matched")
    if whole:
        title = _("{share} of what was paid is matched with a confidence of 90 % or more").format(
            share=f.share(sure / whole)
        )
    weighted = sum(float(r["amount"]) * (r["confidence"] or 0.0) for r in found)
    total = [
        stay(_("Matched"), search_with(view, method=ALL_METHODS), then="cash-matches-panel"),
        "",
        f.exact(sum_found), _share(view, sum_found, whole),
        f.count(sum(r["items"] for r in found)),
        f.share(weighted / float(sum_found)) if sum_found else "–",
    ]  # fmt: skip
    most = max((abs(float(r["amount"])) for r in rows), default=0.0)
    heads = (_("Matched by"), "", _("Amount"), _("Share"), _("Matches"), _("Confidence"))
    lines = [_method_row(view, r, whole, most) for r in found]
    rest = [_method_row(view, r, whole, most) for r in rows if not r["method"]]
    table = html.Table(
        [
            html.Thead(html.Tr([
                html.Th(h, scope="col", className=_look(n)) for n, h in enumerate(heads)
            ])),
            html.Tbody([_tr(total, "total"), *lines, *rest]),
        ],
        className="figures cash-methods",
    )  # fmt: skip
    return Content(
        title,
        _("Payments of 12 months by how they found their invoice, {currency}; click a method for "
          "its matches").format(currency=f.currency),
        html.Div(table, className="table-scroll"),
        ListRef(MATCHES.name, {"method": ALL_METHODS}),
    )  # fmt: skip


def _share(view: View, part: Decimal, whole: Decimal) -> str:
    return view.f.share(part / whole, 1) if whole else "–"


def _look(place: int) -> str:
    return ("", "bar-cell", "n", "n", "n wide", "n")[place]


def _tr(cells: Sequence[Any], look: str = "") -> Component:
    return html.Tr(
        [html.Td(cell, className=_look(n)) for n, cell in enumerate(cells)], className=look
    )


def _method_row(view: View, r: Mapping[str, Any], whole: Decimal, most: float) -> Component:
    f, method = view.f, r["method"]
    width = f"{abs(float(r['amount'])) / most * 100:.2f}%" if most else "0"
    look = "bar" if method else "bar b-unapplied"
    name: Component | str = _("Not matched: unapplied")
    if method:
        active = method_of(view) == method
        name = stay(
            _(METHODS.get(method, method)),
            search_with(view, method=None if active else method),
            then="" if active else "cash-matches-panel",
            **({"aria-current": "true"} if active else {}),
        )
    cells = (
        name,
        html.Span(html.Span(className=look, style={"width": width}), className="bar-track"),
        f.exact(r["amount"]), _share(view, r["amount"], whole), f.count(r["items"]),
        "–" if r["confidence"] is None else f.share(r["confidence"]),
    )  # fmt: skip
    return _tr(cells, "" if method else "rest")


def matches_content(view: View) -> Content:
    """Return the head of the list of matches."""
    method = method_of(view)
    rows = [r for r in methods_of(view) if r["method"] and method in (ALL_METHODS, r["method"])]
    count = sum(r["items"] for r in rows)
    amount = sum((r["amount"] for r in rows), Decimal(0))
    text = n_("{count} match, {amount}: {method}", "{count} matches, {amount}: {method}", count)
    return Content(
        text.format(
            count=view.f.count(count),
            amount=view.f.money(amount),
            method=_(METHODS[method]) if method in METHODS else _("all methods"),
        ),
        _("The least certain first; payments of 12 months"),
        explain=ListRef(MATCHES.name, {"method": method}),
    )


def unapplied_content(view: View, decisions: Decisions, may: bool) -> Content:
    """Return what is unapplied, with suggestions."""
    rows = unapplied_of(view)
    if not rows and not methods_of(view):
        raise NoRows
    f, amount = view.f, sum((r["amount"] for r in rows), Decimal(0))
    items = unapplied_items.in_order(rows, view.selection.page.get("order", ""))
    shown = items[: unapplied_items.how_many(view)]
    keys = _documents_of(decisions, view)
    offers = unapplied_items.suggested(view, shown, keys[1])
    waiting = {r["document_key"] for r in shown if deciding.named(r) in keys[0]}
    with_offers = sum(1 for r in shown if offers.get(r["document_key"]))
    title = n_(
        "{amount} of {count} payment or credit note waits for its invoice",
        "{amount} of {count} payments and credit notes wait for their invoices",
        len(rows),
    ).format(amount=f.money(amount), count=f.count(len(rows)))
    measure = _("Unapplied, {currency}; suggestions are open invoices now").format(
        currency=f.currency
    )
    if not rows:
        done = html.P(_("Every payment and credit note found its invoice."), className="measure")
        return Content(_("Nothing is unapplied"), measure, done)
    body = [
        unapplied_items.cards(view, shown, offers, waiting, may),
        html.P(
            n_(
                "For {count} of these {shown} an open invoice fits.",
                "For {count} of these {shown} an open invoice fits.",
                len(shown),
            ).format(count=f.count(with_offers), shown=f.count(len(shown))),
            className="measure",
        ),
        unapplied_items.more(view, len(shown), len(rows)),
    ]
    return Content(title, measure, [b for b in body if b is not None], ListRef(UNAPPLIED.name))


def _documents_of(decisions: Decisions, view: View) -> tuple[set[Any], set[str]]:
    """Return the payments whose decision is being applied, and the pairs that were undone."""
    waiting = {d.credit for d in deciding.waiting_for(view, decisions)}
    undone = {d.pair for d in holding(decisions.read()) if d.action == UNDO}
    return waiting, deciding.tokens_of(view, undone) if undone else set()


# ---- what the page does -------------------------------------------------------------------------


def connect(app: Dash, context: Context) -> None:
    """Wire the figures, the decisions and their progress."""
    decisions = Decisions(context.store.folder)

    @headline_callback(app, context, "cash", _STATE)
    def headline(view: View, _state: int | None) -> list[Component | str]:
        return headline_words(view)

    @panel_callback(app, context, "cash-methods", _STATE)
    def methods(view: View, _state: int | None) -> Content:
        return methods_content(view)

    @panel_callback(app, context, "cash-matches", _STATE)
    def matches(view: View, _state: int | None) -> Content:
        return matches_content(view)

    @part_callback(app, context, "cash-order")
    def order(view: View) -> Component:
        choices = {"largest": _("Largest first"), "oldest": _("Oldest first")}
        return switch(view, "order", choices, _("Order of what is unapplied"))

    @panel_callback(app, context, "cash-unapplied", _STATE, _DECIDED)
    def loose(view: View, _state: int | None, _decided: Any) -> Content:
        not_kept()  # it follows from the decisions, too
        return unapplied_content(view, decisions, not deciding.closed(context))

    @panel_callback(app, context, "cash-decisions", _STATE, _DECIDED)
    def decided(view: View, _state: int | None, _decided: Any) -> Content:
        not_kept()
        lines = deciding.within(view, deciding.lines_of(view, decisions))
        hold = sum(line.holds for line in lines)
        title = n_("{count} decision holds", "{count} decisions hold", hold)
        return Content(
            title.format(count=view.f.count(hold)) if lines else _("Decisions"),
            _("What people confirmed or undid, the newest first; times in UTC"),
            deciding.listed(lines, view, not deciding.closed(context), busy(context)),
            as_of=_("whatever the day"),
        )

    @app.callback(
        Output("cash-matches-box", "hidden"),
        Output(params_id("cash-grid"), "data"),
        Input("url", "search"),
        _STATE,
        State("url", "pathname"),
    )
    def list_matches(search: str | None, number: int | None, pathname: str | None) -> Any:
        view = context.view(search)
        if view is None or pathname not in (PAGE.path, "/"):
            raise PreventUpdate
        method = method_of(view)
        # the number asks the grid for its rows again when a newer state is there
        return not method, {"method": method, "state": str(number or "")}

    @app.callback(
        Output("cash-closed", "children"),
        Output("cash-root", "className"),
        Input("cash-root", "id"),
    )
    def say_closed(_id: str) -> Any:
        why = deciding.closed(context)
        if not why:
            return [], "cash-root"
        return html.P(_(why), className="notice"), "cash-root closed"

    @app.callback(
        Output("cash-decided", "data"),
        Output("cash-tick", "disabled", allow_duplicate=True),
        Output("cash-refused", "data"),
        Input({"type": "cash-confirm", "pairs": ALL}, "n_clicks"),
        Input({"type": "cash-withdraw", "id": ALL}, "n_clicks"),
        Input({"type": "cash-apply", "at": ALL}, "n_clicks"),
        Input("cash-undo", "data"),
        State("url", "search"),
        State("cash-decided", "data"),
        prevent_initial_call=True,
    )
    def decide(
        _confirmed: Any,
        _withdrawn: Any,
        _apply: Any,
        undone: Any,
        search: str | None,
        count: int | None,
    ) -> Any:
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        try:
            act(context, decisions, search, asked, undone)
        except deciding.RefusedError as refused:
            return (count or 0) + 1, no_update, refused.text.render(_)
        except ImportRefusedError as refused:
            words = f"{refused.reason.render(_)} {refused.remedy.render(_)}"
            return (count or 0) + 1, no_update, words
        except StoreError as error:
            return no_update, no_update, str(error)
        return (count or 0) + 1, False, ""

    @app.callback(
        Output("cash-status", "children"),
        Output("cash-tick", "disabled"),
        Output("state", "data", allow_duplicate=True),
        Input("cash-tick", "n_intervals"),
        Input("cash-refused", "data"),
        State("state", "data"),
        prevent_initial_call=True,
    )
    def watch(_tick: int | None, refused: str | None, shown: int | None) -> Any:
        if ctx.triggered_id == "cash-refused" and refused:
            return html.P(refused, className="notice", role="alert"), no_update, no_update
        job = context.importer.job() if context.importer else None
        if job is not None and job.running:
            return running(job), no_update, no_update
        state = context.state()
        number = state.number if state else None
        return outcome(job), True, no_update if number == shown else number

    connect_grid(app, context, "cash-grid", MATCHES)


def act(
    context: Context, decisions: Decisions, search: str | None, asked: Any, undone: Any
) -> None:
    """Take the decision that a click asks for, and have the state derived anew.

    Raises `RefusedError` for what cannot be decided, and what writing and loading raise.
    """
    why = deciding.closed(context)
    view = context.view(search)
    if why or view is None or context.importer is None:
        raise deciding.RefusedError(why or N_("Nothing is loaded yet"))
    kind = asked.get("type") if isinstance(asked, Mapping) else ""
    if kind == "cash-confirm":
        deciding.confirm(view, decisions, str(asked["pairs"]).split(";"))
    elif kind == "cash-withdraw":
        deciding.withdraw(decisions, str(asked["id"]))
    elif kind != "cash-apply":
        deciding.undo(view, decisions, str((undone or {}).get("pair") or ""))
    context.importer.derive()


def busy(context: Context) -> bool:
    """Return whether something is being loaded or derived."""
    job = context.importer.job() if context.importer else None
    return job is not None and job.running


def running(job: Job) -> Component:
    """Return the progress of the state that is being derived."""
    return html.Div(
        [
            html.P([html.B(_("Applying")), " ", job.text.render(_)], className="measure"),
            dmc.Progress(
                value=100, animated=True, striped=True, size="sm",
                **{"aria-label": _("Progress of the decision")},
            ),
        ],
        className="cash-running",
    )  # fmt: skip


def outcome(job: Job | None) -> Component | list[Component]:
    """Return how the last derivation ended, in words."""
    if job is None:
        return []
    if job.problem is not None:
        words = f"{job.problem.reason.render(_)} {job.problem.remedy.render(_)}".strip()
        return html.P(
            [html.B(_("The decision is kept, but not in the figures.")), " ", words],
            className="notice", role="alert",
        )  # fmt: skip
    report = job.report or {}
    controls: Any = report.get("controls") or []
    if not all(c["ok"] for c in controls):
        return html.P(
            _("The decision is kept, but not in the figures: a control total would not hold."),
            className="notice", role="alert",
        )  # fmt: skip
    return html.P(_("The figures below hold every decision."), className="notice cash-done")


PAGE = Page(
    "/cash", N_("Cash application"), 60, layout, connect, listings=(MATCHES, UNAPPLIED), stays=True
)
