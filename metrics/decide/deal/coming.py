"""What is coming: ordered, or approved on credit, and not yet invoiced. It counts like a debt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Approved:
    """A deal that was approved and still holds.

    id: of its asking. on: the day of the decision. left: what of it may be invoiced on credit yet.
    """

    id: str
    customer: str
    on: date
    left: Decimal


@dataclass(frozen=True)
class Coming:
    """What is coming of the customers under one limit.

    orders: customer -> what is ordered and not yet invoiced, and the day on which that was said.
    approved: in the order in which they were decided.

    Who says what is ordered says all of it: what was approved by that day is among it, and counts
    once.

    >>> said = {"A": (Decimal(500), date(2026, 3, 2))}
    >>> deals = (Approved("1", "A", date(2026, 3, 1), Decimal(300)),
    ...          Approved("2", "B", date(2026, 3, 5), Decimal(70)))
    >>> found = Coming(said, deals)
    >>> str(found.of()), str(found.of(customer="A")), str(found.of(but="1"))
    ('570', '500', '270')
    """

    orders: Mapping[str, tuple[Decimal, date]] = field(default_factory=dict)
    approved: tuple[Approved, ...] = ()

    def of(self, *, customer: str | None = None, but: str = "", later: bool = True) -> Decimal:
        """Return what is coming: of one customer, or of all under the limit.

        but: the id of a deal that is looked at itself, and does not count; later: whether what was
        approved after it does.
        """
        total = sum(
            (amount for who, (amount, _on) in self.orders.items() if customer in (None, who)),
            Decimal(0),
        )
        for one in self.approved:
            ordered, said_on = self.orders.get(one.customer, (Decimal(0), date.min))
            among = said_on >= one.on
            theirs = customer in (None, one.customer)
            if one.id == but:
                total -= min(one.left, ordered) if among and theirs else 0
                if not later:
                    break
            elif theirs and not among:
                total += one.left
        return total
