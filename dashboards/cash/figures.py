"""What the page Cash application shows: methods, their matches, what is unapplied, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.grid import CARD, Column, Listing, totals
from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay
from dashboards.base.panel import Content
from dashboards.base.parts import rich
from dashboards.base.view import NoRows, View
from dashboards.base.words import KINDS, METHODS
from dashboards.cash import decisions as deciding
from dashboards.cash import unapplied as unapplied_items
from data.core.texts import N_
from data.workspace import by_hand
from data.workspace.decisions import UNDO, holding
from data.workspace.memory import Memory
from metrics.asking.ledger import Statement
from metrics.lists.cash import by_method, matched, unapplied

ALL_METHODS = "all"


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


_DEED = {"context": {"deed": True}}
"""On a narrow screen its button stands in the head of the card."""
MATCHES = Listing(
    "matches",
    N_("Matches"),
    (
        Column("payment", N_("Payment"), width=112, options={"pinned": "left"}),
        Column("paid_on", N_("Paid"), "day", 108, options=CARD),
        Column("customer_name", N_("Customer"), width=172, options=CARD),
        Column("invoice", N_("Invoice"), width=112, options=CARD),
        Column("amount", N_("Amount"), "money", 134, total="sum(amount)", options=CARD),
        Column("method", N_("Matched by"), width=134, words=METHODS),
        Column("confidence", N_("Confidence"), "share", 122),
        Column("reference", N_("Text of the payment"), width=250),
        Column("currency", N_("Currency"), width=90),
        Column("amount_currency", N_("Amount in its currency"), "money", 160),
        Column("file", N_("File"), width=180),
        Column("line", N_("Line"), "count", 84),
        Column("invoice_file", N_("File of the invoice"), width=180),
        Column("invoice_line", N_("Line of the invoice"), "count", 100),
        Column("customer", N_("Customer number"), width=120),
        Column("invoice_customer", N_("Invoice of another customer"), width=140),
        Column("pair", N_("Undo"), width=104, raw=True, screen=True,
               options={"cellRenderer": "CashUndo", "pinned": "right", "sortable": False,
                        "filter": False, "resizable": False, **_DEED}),
    ),
    statement=_matched,
    sort="confidence",
    narrowed=_narrowed,
    shown=lambda view: bool(method_of(view)),
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
        Column("currency", N_("Currency"), width=90),
        Column("in_currency", N_("Amount in its currency"), "money", 160),
        Column("customer", N_("Customer number"), width=120),
        Column("file", N_("File"), width=190),
        Column("line", N_("Line"), "count", 84),
    ),
    statement=lambda view, _params: unapplied(view.ledger),
    sort="amount desc",
)
"""What is unapplied at the as-of day."""


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
        MATCHES.ref(view, {"method": ALL_METHODS}),
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
    params = {"method": method}
    sums = totals(view, MATCHES, params) if method else {}
    count, amount = int(sums.get("rows", 0)), sums.get("amount") or Decimal(0)
    text = n_("{count} match, {amount}: {method}", "{count} matches, {amount}: {method}", count)
    return Content(
        text.format(
            count=view.f.count(count),
            amount=view.f.money(amount),
            method=_(METHODS[method]) if method in METHODS else _("all methods"),
        ),
        _("The least certain first; payments of 12 months"),
        explain=MATCHES.ref(view, params),
    )


def unapplied_content(view: View, memory: Memory, may: bool) -> Content:
    """Return what is unapplied, with suggestions."""
    rows = unapplied_of(view)
    if not rows and not methods_of(view):
        raise NoRows
    f, amount = view.f, sum((r["amount"] for r in rows), Decimal(0))
    items = unapplied_items.in_order(rows, view.selection.page.get("order", ""))
    shown = items[: unapplied_items.how_many(view)]
    waiting, undone = _decided_about(shown, memory, view)
    offers = unapplied_items.suggested(view, shown, undone)
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
    return Content(title, measure, [b for b in body if b is not None], UNAPPLIED.ref(view))


def _decided_about(
    items: Sequence[Mapping[str, Any]], memory: Memory, view: View
) -> tuple[set[int], set[str]]:
    """Return which items a decision waits for, by key, and the pairs of theirs that were undone."""
    keys = {deciding.named(r) for r in items}
    late = {deciding.plain(d.credit) for d in deciding.waiting_for(view, memory)}
    undone = {
        d.pair
        for d in holding(by_hand.decisions(memory))
        if d.action == UNDO and deciding.plain(d.credit) in keys
    }
    waiting = {r["document_key"] for r in items if deciding.named(r) in late}
    return waiting, deciding.tokens_of(view, undone)
