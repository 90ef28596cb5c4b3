"""The address of the deal desk <-> the deal that is asked about, and what the desk says of it.

`?customer=101378&amount=20000&vat=21&terms=60&margin=3000&advance=0&discount=2`; VAT says that the
amount is without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.base.view import Explain, View
from data.core.errors import TandemError
from data.core.texts import N_
from metrics.asking.ledger import Ledger, Statement
from metrics.decide.deal.answer import (
    Alternative,
    Answer,
    Change,
    alternatives,
    decide,
    smallest_changes,
)
from metrics.decide.deal.deal import Asked, DealError, amount_of
from metrics.desk import known_of

FIELDS = ("amount", "vat", "terms", "margin", "advance", "discount", "instalments", "orders",
          "security", "further")  # fmt: skip
"""What the address says of a deal besides the customer."""


@dataclass(frozen=True)
class Desk:
    """What the desk says: of which customer, the answer, what turns it, and what differs."""

    customer: str
    answer: Answer
    changes: Sequence[Change]
    others: Sequence[Alternative]


def asked_of(keys: Mapping[str, str]) -> Asked | None:
    """Return the deal of an address; None where no amount is said. Raises DealError for none.

    >>> asked_of({"amount": "20000", "vat": "21"}).without_vat
    Decimal('21')
    """
    said = {name: amount_of(keys[name]) for name in FIELDS if keys.get(name, "").strip()}
    if "amount" not in said:
        return None
    whole = {name: said.pop(name) for name in ("terms", "instalments", "further") if name in said}
    for value in whole.values():
        if value != value.to_integral_value() or not 0 <= value <= 10**6:
            raise DealError(N_("{value} is no whole number of this kind."), value=value)
    vat = said.pop("vat", None)
    return Asked(**said, without_vat=vat, **{name: int(value) for name, value in whole.items()})  # type: ignore[arg-type]  # amounts and whole numbers, each by its name


def customer_of(view: View) -> str:
    """Return the number of the customer in the address; '' where there is none."""
    return view.selection.page.get("customer", "")


def desk_of(view: View) -> Desk | None:
    """Return what the desk says; None where no customer or amount is said.

    Raises TandemError for a customer who is not there, or a deal that cannot be.
    """
    asked = asked_of(view.selection.page)
    if asked is None or not customer_of(view):
        return None
    desk: Desk = view.derived(("deal", customer_of(view), asked), lambda: _made(view, asked))
    return desk


def _made(view: View, asked: Asked) -> Desk:
    number, policy = customer_of(view), view.options.policy
    who = view.query("select * from customers where customer_id = $customer", {"customer": number})

    def rows(statement: Statement) -> list[dict[str, Any]]:
        return view.query(statement.sql, statement.parameters)

    ledger: Ledger = view.explained(Explain("exposure", where={"customer": (number,)}))
    known = known_of(rows, view.rows_of, ledger, who[0], policy) if who else None
    if known is None:
        raise TandemError(
            N_("No customer has the number {number}."), N_("Choose one above."), number=number[:40]
        )
    deal = asked.deal(known, policy)
    return Desk(
        number,
        decide(deal, known, policy),
        smallest_changes(deal, known, policy),
        alternatives(deal, known, policy),
    )
