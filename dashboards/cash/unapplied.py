"""What is unapplied, item by item, with the open invoices that it may be for and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.links import search_with, stay
from dashboards.base.view import View
from dashboards.base.words import KINDS
from data.core.texts import N_
from metrics.lists.cash import counterparties, suggestions

STEP = 12
"""So many items are shown at first, and more each time the reader asks."""
_MOST = 240
_MOST_SUGGESTIONS = 3
_TOO_MANY = 3
"""Where more customers than that owe the same amount, that it is the same says nothing."""
_MOST_OFF = Decimal("0.9")
"""What is paid of several invoices may be so much of them: the rest a discount or a fee."""

ORDERS = {"largest": ("amount", "age"), "oldest": ("age", "amount")}
"""Order of the URL -> columns, the largest first."""

_NAMED_SUM = N_("The text names them all, and together they are exactly this amount")
_NAMED_SUM_OTHER = N_(
    "The text names them all, and together they are exactly this amount, but they are "
    "another customer's"
)
_NAMED_SET = N_("The text names them all")
_NAMED_LESS = N_("The text names them all; they come to a little more: a discount or a fee?")
_NAMED_EXACT = N_("The text names it, and the amount is the same")
_NAMED = N_("The text names it")
_NAMED_OTHER = N_("The text names it, but it is another customer's")
_SAME = N_("Same customer, same amount to the cent")
_GROUP = N_("A customer of the same group owes exactly this amount")
_WRONG = N_("Another customer owes exactly this amount: booked on the wrong one?")
_OLDEST = N_("This customer's oldest open invoice")


@dataclass(frozen=True)
class Suggestion:
    """Open invoices that a payment may be for: `why` is marked with N_."""

    why: str
    bills: tuple[Mapping[str, Any], ...]

    @property
    def token(self) -> str:
        """What the button that confirms it sends."""
        return ";".join(str(b["pair"]) for b in self.bills)


def ranked(
    pairs: Sequence[Mapping[str, Any]],
    left: Decimal,
    undone: Collection[str] = (),
    kind: str = "payment",
) -> list[Suggestion]:
    """Return the best suggestions for one payment, the likeliest first.

    pairs: rows of `metrics.lists.cash.suggestions`. left: what is unapplied, in the document's
    currency. undone: pairs, by their token, that a person took apart: these are not offered again.
    kind: of the document; what a credit note corrects is not guessed from what is oldest.
    """
    offered = [p for p in pairs if p["pair"] not in undone]
    found = _sets([p for p in offered if p["named"]], left)
    together = {p["pair"] for _rank, s in found for p in s.bills}
    strangers = sum(1 for p in offered if p["same_amount"] and not p["own"])
    for p in offered:
        rank, why = _why(p, strangers)
        if why == _OLDEST and kind == "credit_note":
            continue
        if why and p["pair"] not in together:
            found.append((rank, Suggestion(why, (p,))))
    found.sort(key=lambda f: f[0])
    return [s for _rank, s in found[:_MOST_SUGGESTIONS]]


def _sets(named: Sequence[Mapping[str, Any]], left: Decimal) -> list[tuple[int, Suggestion]]:
    """Return what a text names several invoices of, customer by customer, with its rank."""
    by_customer: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for p in named:
        by_customer[p["customer"]].append(p)
    found = []
    for bills in by_customer.values():
        whole = sum((p["left_over"] for p in bills), Decimal(0))
        own = bills[0]["own"]
        if len(bills) < 2:
            continue
        if whole == left:
            found.append((0, Suggestion(_NAMED_SUM if own else _NAMED_SUM_OTHER, tuple(bills))))
        elif own and whole < left:
            found.append((2, Suggestion(_NAMED_SET, tuple(bills))))
        elif own and left >= whole * _MOST_OFF:
            found.append((1, Suggestion(_NAMED_LESS, tuple(bills))))
    return found


def _why(p: Mapping[str, Any], strangers: int) -> tuple[int, str]:
    if p["named"] and p["same_amount"]:
        return 1, _NAMED_EXACT
    if p["named"]:
        return (2, _NAMED) if p["own"] else (4, _NAMED_OTHER)
    if p["same_amount"] and p["own"]:
        return 3, _SAME
    if p["same_amount"] and p["same_group"]:
        return 4, _GROUP
    if p["same_amount"] and strangers <= _TOO_MANY:
        return 5, _WRONG
    return (6, _OLDEST) if p["own"] and p["place"] == 1 else (9, "")


def how_many(view: View) -> int:
    """Return how many items the URL asks for."""
    asked = view.selection.page.get("items", "")
    return min(int(asked), _MOST) if asked.isdecimal() and int(asked) > STEP else STEP


def in_order(items: Sequence[Mapping[str, Any]], order: str) -> list[Mapping[str, Any]]:
    """Return the unapplied items in the order of the URL: largest or oldest first."""
    first, second = ORDERS.get(order, ORDERS["largest"])
    return sorted(items, key=lambda r: (-r[first], -r[second], r["document_key"]))


def suggested(
    view: View, items: Sequence[Mapping[str, Any]], undone: Collection[str]
) -> dict[int, list[Suggestion]]:
    """Return document key -> suggestions, for what is still open in the whole of the data."""
    keys = [r["document_key"] for r in items if r["still_open"]]
    if not keys:
        return {}
    statement = suggestions(keys)
    by_item: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for pair in view.query(statement.sql, statement.parameters):
        by_item[pair["credit_key"]].append(pair)
    kinds = {r["document_key"]: r["kind"] for r in items}
    return {
        key: ranked(pairs, pairs[0]["credit_left"], undone, kinds[key])
        for key, pairs in by_item.items()
    }  # fmt: skip


def payers(view: View, items: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return document key -> who paid, as the bank statement says; staged rows know it."""
    if not items or view.state.path.suffix != ".duckdb":
        return {}
    statement = counterparties([r["document_key"] for r in items])
    return {
        r["document_key"]: " · ".join(filter(None, (r["counterparty"], r["counterparty_iban"])))
        for r in view.query(statement.sql, statement.parameters)
    }


def cards(
    view: View,
    items: Sequence[Mapping[str, Any]],
    offers: Mapping[int, Sequence[Suggestion]],
    waiting: Collection[int],
    may: bool,
) -> Component:
    """Return the items with their suggestions; `may`: with buttons to confirm them."""
    paid_by = payers(view, items)
    return html.Ul(
        [
            html.Li(
                [
                    _item(view, r, paid_by.get(r["document_key"], "")),
                    _offers(view, r, offers.get(r["document_key"], ()), waiting, may),
                ],
                className="cash-item",
            )
            for r in items
        ],
        className="cash-items",
    )


def _item(view: View, r: Mapping[str, Any], payer: str) -> Component:
    f = view.f
    days = n_("{days} day old", "{days} days old", r["age"]).format(days=f.count(r["age"]))
    part = _("of {whole}").format(whole=f.exact(r["whole"])) if r["amount"] != r["whole"] else ""
    kind = _(KINDS.get(r["kind"], r["kind"]))
    about = ", ".join(filter(None, (f"{kind} {r['document_id'] or ''}".strip(),
                                    f.day(r["issued_on"]))))  # fmt: skip
    source = _("{file}, line {line}").format(file=r["file"], line=f.count(r["line"])) if (
        r["file"] and r["line"]) else ""  # fmt: skip
    who: Component | str = _("Nobody named")
    if r["customer"]:
        who = dcc.Link(
            r["customer_name"] or r["customer"],
            href=view.link("/customer", customer=r["customer"]),
        )
    return html.Div(
        [
            html.P(
                [html.B(f.exact(r["amount"])), html.Span(part) if part else None,
                 html.Span(days, className="cash-age")],
                className="cash-amount",
            ),
            html.P(who, className="cash-who"),
            html.P(about, title=source or None, className="measure"),
            html.P(f"“{r['reference']}”", className="cash-said") if r["reference"] else None,
            html.P(payer, className="cash-said") if payer else None,
        ],
        className="cash-what",
    )  # fmt: skip


def _offers(
    view: View,
    r: Mapping[str, Any],
    offers: Sequence[Suggestion],
    waiting: Collection[int],
    may: bool,
) -> Component:
    if r["document_key"] in waiting:
        return html.P(_("A decision is being applied …"), className="cash-none waiting")
    if not r["still_open"]:
        day = view.f.day(r["applied_on"])
        return html.P(_("Applied since, on {day}").format(day=day), className="cash-none")
    if not offers:
        return html.P(_("No open invoice fits in text or amount"), className="cash-none")
    return html.Ul([_offer(view, s, may) for s in offers], className="cash-offers")


def _offer(view: View, s: Suggestion, may: bool) -> Component:
    f = view.f
    one = s.bills[0]
    if len(s.bills) == 1:
        due = _("due {day}").format(day=f.day(one["due_on"]))
        head = [html.B(one["document_id"] or "–"), " ", f.exact(one["amount"]), ", ", due]
        label = _("Confirm")
    else:
        whole = sum((b["amount"] for b in s.bills), Decimal(0))
        count = n_("{count} invoice", "{count} invoices", len(s.bills))
        names = ", ".join(b["document_id"] or "–" for b in s.bills)
        head = [html.B(count.format(count=f.count(len(s.bills)))), " ", f.exact(whole), ": ",
                names]  # fmt: skip
        label = _("Confirm all {count}").format(count=f.count(len(s.bills)))
    who = "" if one["own"] else f" · {one['customer_name'] or one['customer']}"
    part = ""
    if len(s.bills) == 1 and one["settles"] < one["left_over"]:
        part = " · " + _("pays a part of it")
    return html.Li(
        [
            html.Div(
                [
                    html.P(head, className="cash-bill"),
                    html.P([_(s.why), who, part], className="measure"),
                ]
            ),
            html.Button(
                label,
                id={"type": "cash-confirm", "pairs": s.token},
                className="button small",
                n_clicks=0,
                **{"aria-label": f"{label}: {one['document_id']}"},
            )
            if may
            else None,
        ]
    )


def more(view: View, shown: int, whole: int) -> Component | None:
    """Return the link that shows more items; None where all are shown."""
    if shown >= whole or shown >= _MOST:
        return html.P(_("The whole list can be downloaded from ⋯ above."), className="measure") if (
            shown < whole) else None  # fmt: skip
    nxt = min(STEP * 2, whole - shown)
    text = n_("Show {count} more of {whole}", "Show {count} more of {whole}", nxt)
    return stay(
        text.format(count=view.f.count(nxt), whole=view.f.count(whole)),
        search_with(view, items=str(shown + nxt)),
        className="button",
    )
