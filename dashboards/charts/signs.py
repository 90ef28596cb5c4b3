"""Early signs as pages show them: computed once a day for all customers, said in words.

Filters only choose among them, so that what was promised of false alarms holds of the whole book.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace

import pyarrow as pa

from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from data.core.dimensions import names
from data.core.texts import N_
from metrics.asking.metric import Query
from metrics.decide.alarms.signs import Broken, Later, Orders, Parts, Sign, Signs, signs

KINDS = {
    Later: N_("Pays later"),
    Broken: N_("Promise broken"),
    Parts: N_("Pays in parts"),
    Orders: N_("Orders less"),
}
_HEARD = ("promises", "plans", "settlements", "disputes", "settled_disputes", "documents")
"""The relations of what was said that signs follow from."""
TOLD = "told_signs"
"""What `told` is called in statements."""
WHOSE = Query(
    reads=("accounts",),
    select=f"select customer from accounts where customer in (select who from {TOLD})",
)
"""Those of `told` whom the filters let through."""
_SCHEMA = pa.schema(
    [
        ("who", pa.string()), ("what", pa.string()), ("why", pa.string()), ("since", pa.date32()),
        ("usual", pa.float64()), ("now", pa.float64()), ("waiting", pa.int64()),
        ("overdue", pa.decimal128(18, 2)), ("receivables", pa.decimal128(18, 2)),
    ]
)  # fmt: skip


def signs_of(view: View) -> Signs:
    """Return the early signs of all customers that the reader sees, whatever the filters."""
    engine, policy = view.state.engine, view.options.policy
    return view.kept.get(
        ("signs", *_follows_from(view)),
        lambda: signs(lambda s: engine.query(s.sql, s.parameters), view.ledger, policy),
    )


def _follows_from(view: View) -> tuple[Hashable, ...]:
    """Return what tells the signs of a book from any others: no filter does."""
    policy, said = view.options.policy, view.relations
    # a note or a limit changes no sign: nothing is computed anew after one is said
    heard = said and tuple(said.print_of(name) for name in _HEARD)
    rules = repr((policy.false_alarms, policy.promise_days))
    return view.state.path, view.scope, view.selection.as_of, view.said_by, heard, rules


def chosen(view: View) -> Sequence[Sign]:
    """Return the signs of the customers whom the filters let through, the most overdue first."""
    found = signs_of(view).by_customer
    through = let_through(view, tuple(found))
    return [sign for customer, sign in found.items() if customer in through]


def let_through(view: View, customers: Collection[str]) -> frozenset[str]:
    """Return those of these customers whom the filters let through."""
    if not customers or not (view.ledger.where or view.ledger.standing):
        return frozenset(customers)
    whose = pa.table({"who": pa.array(customers, pa.string())})
    # what people said changes nobody's place among the customers, and is dear to hand over
    ledger = view.ledger if view.ledger.standing else replace(view.ledger, said=None)
    asked = ledger.over(WHOSE)
    rows = view.query(asked.sql, {**asked.parameters, TOLD: whose})
    return frozenset(row["customer"] for row in rows)


def of_documents(view: View) -> bool:
    """Whether a filter is of documents alone: signs look at all payments of a customer."""
    return any(name in view.ledger.where for name in names("document"))


def told(view: View) -> pa.Table:
    """Return every sign in words, of all customers, whatever the filters: a row each."""

    def make() -> pa.Table:
        rows = []
        for sign in signs_of(view).by_customer.values():
            later = sign.later
            rows.append(
                {
                    "who": sign.customer, "what": brief(sign), "why": words(view, sign),
                    "since": sign.since, "usual": later and later.usual,
                    "now": later and later.lately,
                    "waiting": later and later.waiting, "overdue": sign.overdue,
                    "receivables": sign.receivables,
                }
            )  # fmt: skip
        return pa.Table.from_pylist(rows, _SCHEMA)

    return view.kept.get(("told signs", view.f.language, *_follows_from(view)), make)


def brief(sign: Sign) -> str:
    """Return what changed in a few words."""
    return ", ".join(_(KINDS[type(part)]) for part in sign.told)


def words(view: View, sign: Sign) -> str:
    """Return what changed, in the customer's own days, invoices and amounts."""
    return "; ".join(_words(view, part) for part in sign.told)


def _words(view: View, part: Later | Broken | Parts | Orders) -> str:
    f = view.f
    if isinstance(part, Later):
        text = _("usually pays {usual}, now {now}")
        if part.waiting:
            text = _("usually pays {usual}, now {now} with {count} still open")
        return text.format(
            usual=_late(view, part.usual), now=_late(view, part.lately), count=f.count(part.waiting)
        )
    if isinstance(part, Broken):
        text = n_(
            "{count} promise broken since {day}, {amount} did not come",
            "{count} promises broken since {day}, {amount} did not come",
            part.count,
        )
        return text.format(
            count=f.count(part.count), day=f.day(part.since), amount=f.money(part.missing)
        )
    if isinstance(part, Parts):
        text = _(
            "{split} of {invoices} invoices paid in parts since {day}, before {before} of {of}"
        )
        return text.format(
            split=f.count(part.split), invoices=f.count(part.invoices), day=f.day(part.since),
            before=f.count(part.split_before), of=f.count(part.invoices_before),
        )  # fmt: skip
    text = _("invoiced {now} since {day}, {before} in the same weeks a year earlier")
    return text.format(
        now=f.money(part.amount), day=f.day(part.since), before=f.money(part.amount_before)
    )


def _late(view: View, days: float) -> str:
    """Return days after or before the due day, in words."""
    whole = round(days)
    if not whole:
        return _("on the due day")
    if whole > 0:
        text = n_("{days} day after due", "{days} days after due", whole)
    else:
        text = n_("{days} day before due", "{days} days before due", -whole)
    return text.format(days=view.f.count(abs(whole)))
