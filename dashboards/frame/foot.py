"""The foot of every page: up to when the data reach, and to what the figures tie."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from data.core.dimensions import names
from metrics.asking.metric import Query


def foot_of(view: View) -> list[Component]:
    """Return the foot: up to when the data reach, and to what they tie."""
    about = view.query("select loaded_at, last_day, documents, ledger_balance, report from about")[
        0
    ]
    open_items = view.query("select sum(amount) as balance from open_items where closed_on is null")
    balance = open_items[0]["balance"] or 0
    ties = balance == (about["ledger_balance"] or 0)
    count = about["documents"]
    said = [
        _("Data up to {day}").format(day=view.f.day(about["last_day"])),
        _("loaded {moment} UTC").format(moment=view.f.moment(about["loaded_at"])),
        n_("{count} document", "{count} documents", count).format(count=view.f.count(count)),
    ]
    tied = _("ties to the ledger: {balance}").format(balance=view.f.exact(about["ledger_balance"]))
    broken = _("does not tie to the ledger: open items {items}, documents {documents}").format(
        items=view.f.exact(balance), documents=view.f.exact(about["ledger_balance"])
    )
    return [
        html.Span(" · ".join(said)),
        html.Span(
            [tied if ties else broken, html.B(" ✓" if ties else " ✗", **{"aria-hidden": "true"})],
            className="ties" if ties else "ties broken",
        ),
        *_filtered(view),
        *_own_system(str(about["report"] or "{}"), view),
    ]


_TIED = """
select (select sum(amount) from alive) as items,
    (select sum(amount) from movements) as documents"""
#: What is open, as items and as what documents come to.
_OPEN = Query(reads=("alive", "movements"), select=_TIED)
#: The same, and what of it is disputed: that costs more than the rest of a page's frame.
_UNDISPUTED = Query(
    reads=("alive", "movements", "disputed_items"),
    select=f"{_TIED},\n    (select sum(amount) from disputed_items) as disputed",
)


def _filtered(view: View) -> list[Component]:
    """Return what is open under the filters, as of the day, and how it ties to its documents.

    Documents of one salesperson or branch do not make up a balance: what settles them may belong
    to another. What is disputed and left out is said, and counts when it is tied.
    """
    if not view.words and view.selection.as_of >= view.options.last_day:
        return []
    undisputed = view.ledger.undisputed
    asked = view.ledger.over(_UNDISPUTED if undisputed else _OPEN)
    found = view.query(asked.sql, asked.parameters)[0]
    items, documents = found["items"] or Decimal(0), found["documents"] or Decimal(0)
    out = (found["disputed"] or Decimal(0)) if undisputed else Decimal(0)
    where = ", ".join(filter(None, (view.words, view.f.day(view.selection.as_of))))
    text, sign, look = _("{where}: {items} is open"), "", "ties"
    if set(view.ledger.where) <= {*names("customer"), "currency"}:
        text, sign = _("{where}: {items} is open, ties to the documents"), " ✓"
        if items + out != documents:
            text = _("{where}: {items} is open, does not tie to the documents: {documents}")
            sign, look = " ✗", "ties broken"
    said = text.format(where=where, items=view.f.exact(items), documents=view.f.exact(documents))
    if undisputed:
        left = _("; {amount} is disputed and left out").format(amount=view.f.exact(out))
        said += left
    return [html.Span([said, html.B(sign, **{"aria-hidden": "true"})], className=look)]


def _own_system(report: str, view: View) -> list[Component]:
    """Return how the state compares with what the reader's own system was said to say."""
    said = json.loads(report).get("expected")
    if not said:
        return []
    amount, found = Decimal(said["amount"]), Decimal(said["found"])
    difference, accepted = found - amount, said.get("accepted")
    words = _("ties to your own balance of {amount} on {day}")
    broken = bool(difference)
    if difference and accepted is not None and abs(Decimal(accepted)) == abs(difference):
        words = _("your own balance of {amount} on {day} differs by {difference}, known")
        broken = False
    elif difference:
        words = _("does not tie to your own balance of {amount} on {day}: differs by {difference}")
    text = words.format(
        amount=view.f.exact(amount),
        day=view.f.day(date.fromisoformat(said["day"])),
        difference=view.f.exact(difference),
    )
    sign = " ✗" if broken else " ✓" if not difference else ""
    return [
        html.Span(
            [text, html.B(sign, **{"aria-hidden": "true"})],
            className="ties broken" if broken else "ties",
        )
    ]
