"""Decisions about matches on a page: who may decide, what a click means, what was decided.

What comes from the browser names two documents by their numbers in a state, and a seal of what
they are. It is looked up in the current state; what is not found there is refused.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.base.parts import message
from dashboards.base.view import View
from dashboards.base.words import KINDS
from data.core.errors import TandemError
from data.core.texts import N_
from data.workspace import by_hand
from data.workspace.decisions import (
    CONFIRM,
    DECIDED,
    UNDO,
    Decision,
    choose,
    fingerprint,
    holding,
)
from data.workspace.memory import Memory
from data.workspace.named import Identified
from metrics.lists.cash import alike, both_documents
from metrics.lists.customers import names

_PAIR = re.compile(r"(\d{1,18})\.(\d{1,18})\.([0-9a-f]{12})([0-9a-f]{12})")
_MOST_PAIRS = 30
SHOWN = 100
"""So many decisions are listed, the newest first."""


class RefusedError(TandemError):
    """A decision that cannot be taken."""


@dataclass(frozen=True)
class Pair:
    """Two documents of the current state: as decisions name them, and what is open of each."""

    debit: Identified
    credit: Identified
    owed: Decimal
    paid: Decimal


def look_up(view: View, token: str) -> Pair:
    """Return the pair that a button names. Raises `RefusedError` where it is not in the state."""
    gone = N_("These documents are not, or no longer, in the data: look at the list again.")
    found = _PAIR.fullmatch(token)
    if found is None:
        raise RefusedError(gone)
    debit, credit = int(found[1]), int(found[2])
    statement = both_documents(debit, credit)
    rows = {r["document_key"]: r for r in view.query(statement.sql, statement.parameters)}
    if debit not in rows or credit not in rows:
        raise RefusedError(gone)
    one, other = rows[debit], rows[credit]
    if (one["seal"], other["seal"]) != (found[3], found[4]):
        raise RefusedError(gone)
    if one["amount_currency"] <= 0 or other["amount_currency"] >= 0:
        raise RefusedError(N_("Only a payment or credit note settles an invoice."))
    if (one["ledger"], one["currency"]) != (other["ledger"], other["currency"]):
        raise RefusedError(N_("The two belong to different books or currencies."))
    return Pair(named(one), named(other), one["left_over"], -other["left_over"])


def named(row: Mapping[str, Any]) -> Identified:
    """Return the document of a row as a decision names it."""
    return Identified(
        row["ledger"] or "", row["document_id"] or "", row["customer"] or "", row["issued_on"],
        row["amount_currency"], row["kind"], row.get("nth", 1),
    )  # fmt: skip


def plain(named: Identified) -> Identified:
    """Return the document without what tells it from others that are alike."""
    return replace(named, nth=1)


def confirm(view: View, memory: Memory, who: str, tokens: Sequence[str]) -> int:
    """Write down that these pairs settle each other; return how many.

    Raises `RefusedError` where one is not in the state or has nothing left, and then writes none.
    """
    pairs = [look_up(view, token) for token in tokens[:_MOST_PAIRS]]
    left = {p.credit: p.paid for p in pairs} | {p.debit: p.owed for p in pairs}
    amounts = []
    for pair in pairs:
        amount = min(left[pair.debit], left[pair.credit])
        if amount <= 0:
            raise RefusedError(N_("Nothing is left to settle: another match has taken it."))
        left[pair.credit] -= amount
        left[pair.debit] -= amount
        amounts.append(amount)
    waiting = {n for d in waiting_for(view, memory) if d.action == CONFIRM for n in d.pair}
    if any(p.debit in waiting or p.credit in waiting for p in pairs):
        raise RefusedError(N_("A decision about these documents is being applied: wait for it."))
    for pair, amount in zip(pairs, amounts, strict=True):
        by_hand.decide(memory, who, CONFIRM, pair.debit, pair.credit, amount)
    return len(pairs)


def undo(view: View, memory: Memory, who: str, token: str) -> None:
    """Write down that a pair does not belong together; what a person confirmed is taken back."""
    pair = look_up(view, token)
    said = {d.pair: d for d in holding(by_hand.decisions(memory))}
    before = said.get((pair.debit, pair.credit))
    if before is not None and before.action == CONFIRM:
        memory.take_back(who, before.id)
    elif before is None:
        by_hand.decide(memory, who, UNDO, pair.debit, pair.credit)


def withdraw(memory: Memory, who: str, number: str) -> None:
    """Take back the decision of this id. Raises `RefusedError` where it does not hold."""
    for one in holding(by_hand.decisions(memory)):
        if one.id == number:
            memory.take_back(who, one.id)
            return
    raise RefusedError(N_("This decision does not hold any more: look at the list again."))


def tokens_of(view: View, pairs: Collection[tuple[Identified, Identified]]) -> set[str]:
    """Return the tokens of these pairs in this state, as its lists name them."""
    keys = _keys(view, [n for pair in pairs for n in pair])
    wanted = {(keys.get(d), keys.get(c)) for d, c in pairs}
    found = set()
    for debit, credit in wanted:
        if debit is not None and credit is not None:
            statement = both_documents(debit, credit)
            seal = {r["document_key"]: r["seal"]
                    for r in view.query(statement.sql, statement.parameters)}  # fmt: skip
            found.add(f"{debit}.{credit}.{seal[debit]}{seal[credit]}")
    return found


def within(view: View, lines: Sequence[Line]) -> list[Line]:
    """Return the decisions about customers that the filters leave."""
    if not view.words:
        return list(lines)
    statement = names(view.ledger)
    left = {r["customer"] for r in view.query(statement.sql, statement.parameters)}
    return [x for x in lines if {n.customer for n in x.decision.pair} & left]


def waiting_for(view: View, memory: Memory) -> tuple[Decision, ...]:
    """Return the decisions that the state does not know yet, or not that they were taken back."""
    said = by_hand.decisions(memory)
    about = view.query("select loaded_at, report from about")[0]
    options = json.loads(about["report"] or "{}").get("options") or {}
    if options.get(DECIDED, "") == fingerprint(holding(said)):
        return ()
    since = about["loaded_at"].replace(tzinfo=UTC)
    return tuple(d for d in said if max(d.at, d.withdrawn or d.at) >= since)


@dataclass(frozen=True)
class Line:
    """A decision as it is listed: `there` tells whether its documents are in the state."""

    decision: Decision
    holds: bool
    waiting: bool
    there: bool
    amount: Decimal | None
    """What it settles in the state; None for what settles nothing."""


def lines_of(view: View, memory: Memory) -> list[Line]:
    """Return what was decided, the newest first, with what became of it."""
    listed = by_hand.decisions(memory)
    hold = {d.id for d in holding(listed)}
    waiting = {d.id for d in waiting_for(view, memory)}
    keys = _keys(view, [n for d in listed for n in d.pair])
    settled = {
        (r["debit_key"], r["credit_key"]): r["amount_currency"]
        for r in view.query(
            "select debit_key, credit_key, amount_currency from matches where method = 'confirmed'"
        )
    } if listed else {}  # fmt: skip
    return [
        Line(
            d,
            d.id in hold,
            d.id in waiting,
            d.debit in keys and d.credit in keys,
            settled.get((keys.get(d.debit, 0), keys.get(d.credit, 0)))
            if d.action == CONFIRM
            else None,
        )
        for d in reversed(listed)
    ]


def _keys(view: View, wanted: Sequence[Identified]) -> dict[Identified, int]:
    if not wanted:
        return {}
    statement = alike(
        sorted({n.issued_on for n in wanted}), sorted({n.amount for n in wanted})
    )  # fmt: skip
    found: defaultdict[tuple[object, ...], list[tuple[int, str]]] = defaultdict(list)
    for r in view.query(statement.sql, statement.parameters):
        same = (r["ledger"], r["document_id"], r["issued_on"], r["amount_currency"], r["kind"])
        found[same].append((r["document_key"], r["customer"]))
    keys = {
        n: choose(n, found[(n.ledger, n.document_id, n.issued_on, n.amount, n.kind)])
        for n in wanted
    }
    return {n: key for n, key in keys.items() if key is not None}


def listed(lines: Sequence[Line], view: View, may: bool, busy: bool = False) -> Component:
    """Return the list of decisions; `may`: with buttons to take them back; `busy`: a load runs."""
    if not lines:
        return message(
            _("Nothing was decided yet"),
            _("What you confirm or undo is listed here. It holds when the same or newer files are "
              "loaded, and each line can be taken back."),
            kind="empty",
        )  # fmt: skip
    heads = (_("When"), _("Decision"), _("Payment"), _("Invoice"), _("Amount"), _("Now"), "")
    rows = [_row(line, view, may) for line in lines[:SHOWN]]
    more = len(lines) - SHOWN
    late = any(line.waiting for line in lines) and may and not busy
    return html.Div(
        [
            _late() if late else None,
            html.Table(
                [
                    html.Thead(html.Tr([
                        html.Th(h, scope="col", className="n" if n == 4 else "")
                        for n, h in enumerate(heads)
                    ])),
                    html.Tbody(rows),
                ],
                className="figures cash-decisions",
            ),
            html.P(
                n_("and {count} earlier one", "and {count} earlier ones", more).format(
                    count=view.f.count(more)
                ),
                className="measure",
            )
            if more > 0
            else None,
        ],
        className="table-scroll",
    )  # fmt: skip


def _late() -> Component:
    return html.P(
        [
            _("Not every decision is in the figures yet: the next load applies them all."),
            html.Button(
                _("Apply now"),
                id={"type": "cash-apply", "at": "list"},
                className="button small",
                n_clicks=0,
            ),
        ],
        className="notice cash-late",
    )


def _row(line: Line, view: View, may: bool) -> Component:
    one, f = line.decision, view.f
    what = _("Confirmed") if one.action == CONFIRM else _("Undone")
    amount = line.amount if line.amount is not None else one.amount
    button = html.Button(
        _("Take back"),
        id={"type": "cash-withdraw", "id": one.id},
        className="button small",
        n_clicks=0,
    )
    labels = (_("When"), "", _("Payment"), _("Invoice"), _("Amount"), "", "")
    cells = (
        f.moment(one.at), what, _document(one.credit, view), _document(one.debit, view),
        "" if one.action == UNDO else f.number(amount, 2), now_of(line, f),
        button if may and line.holds else "",
    )  # fmt: skip
    return html.Tr(
        [
            html.Td(cell, className="n" if n == 4 else "", **{"data-label": labels[n]})
            for n, cell in enumerate(cells)
        ],
        className="" if line.holds else "past",
    )


def _document(named: Identified, view: View) -> list[Component | str]:
    f = view.f
    kind = _(KINDS.get(named.kind, named.kind))
    who = view.label("customer", named.customer) if named.customer else ""
    told = ", ".join(filter(None, (who, f.day(named.issued_on), f.number(named.amount, 2))))
    return [html.B(named.document_id or kind), html.Small(told)]


def now_of(line: Line, f: Format) -> str:
    """Say what became of a decision."""
    if line.waiting:
        return _("not in the figures yet")
    if not line.holds:
        return _("taken back, or replaced by a later one")
    if not line.there:
        return _("its documents are not in the data now; it holds once they are")
    if line.decision.action == UNDO:
        return _("kept apart")
    if line.amount is None:
        return _("nothing was left to settle")
    asked = line.decision.amount
    if asked is not None and line.amount < asked:
        return _("settles {part} of {whole}").format(
            part=f.number(line.amount, 2), whole=f.number(asked, 2)
        )
    return _("in the figures")
