"""What is known of a customer on the day on which somebody looks at what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from metrics.decide.work.chances import Curve


@dataclass(frozen=True)
class Item:
    """What of an invoice is open and not disputed."""

    issued_on: date
    due_on: date
    amount: Decimal

    def age(self, day: date) -> int:
        """Return for how many days it is open."""
        return (day - self.issued_on).days

    def late(self, day: date) -> int:
        """Return for how many days it is overdue; below 0 until it is due."""
        return (day - self.due_on).days


@dataclass(frozen=True)
class Given:
    """A promise, plan or settlement: of which day, by when, how much is missing, and its state.

    due_on: of a plan its last day. state: as of `data.workspace.subjects.promise`. amount, missing:
    in the reporting currency.
    """

    said_on: date
    due_on: date
    amount: Decimal
    missing: Decimal
    state: str
    plan: bool = False


@dataclass(frozen=True)
class Step:
    """A contact that was made: of which day, the verb, the stage of collection and what came."""

    said_on: date
    verb: str
    level: str
    outcome: str
    who: str = ""


@dataclass(frozen=True)
class Away:
    """Why, and until when, a customer was taken off the list; it is on it again on `back_on`."""

    said_on: date
    reason: str
    back_on: date
    who: str = ""


@dataclass(frozen=True)
class Said:
    """What people said of one customer, as of the day: each kind the oldest first.

    handed_on: the day on which it was handed over; None where it is in our own hands.
    """

    given: tuple[Given, ...] = ()
    steps: tuple[Step, ...] = ()
    away: Away | None = None
    owner: str = ""
    handed_on: date | None = None


NOTHING = Said()


@dataclass(frozen=True)
class Account:
    """A customer on the day: what it owes and does, and what was said of it.

    items: open, positive, without what is disputed, due or soon due; the oldest due first.
    unapplied: payments and credit notes without a document, below 0. disputed: of what is owed.
    curves: its own where it made enough payments, then its sector's, then all. loss: the share of
    what was sold in its sector, or by all, that was never paid; None where no write-off is known at
    all. insured: the amount that an insurer bears; days_left and hand_over_left: its clock, as of
    `metrics.lists.insured`. late: usual days beyond terms, weighted by amount; None where nothing
    was paid. quarters: the same in the last four, the oldest first. orders: ordered and not yet
    invoiced.
    """

    number: str
    name: str
    country: str = ""
    sector: str = ""
    salesperson: str = ""
    items: tuple[Item, ...] = ()
    unapplied: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)
    exposure: Decimal = Decimal(0)
    limit: Decimal | None = None
    headroom: Decimal | None = None
    insured: Decimal = Decimal(0)
    days_left: int | None = None
    hand_over_left: int | None = None
    sales: Decimal = Decimal(0)
    growth: Decimal | None = None
    last_sale: date | None = None
    orders: Decimal = Decimal(0)
    late: Decimal | None = None
    quarters: tuple[Decimal | None, ...] = ()
    paid: int = 0
    curves: tuple[Curve, ...] = ()
    loss: Decimal | None = None
    loss_level: str = ""
    said: Said = field(default=NOTHING)

    def asked(self, day: date, ahead: int, small: Decimal = Decimal(0)) -> tuple[Item, ...]:
        """Return what one may ask for: overdue, and due within `ahead` days of who pays late.

        What is unapplied is taken off the oldest first: it may be their payment. What is left below
        `small` is not asked for.

        >>> from dataclasses import replace
        >>> from datetime import date as d
        >>> items = (Item(d(2026, 1, 1), d(2026, 1, 31), Decimal(100)),
        ...          Item(d(2026, 2, 1), d(2026, 3, 3), Decimal(70)))
        >>> one = Account("1", "One", items=items, unapplied=Decimal(-120))
        >>> [str(i.amount) for i in one.asked(d(2026, 3, 2), 3)]
        []
        >>> [str(i.amount) for i in replace(one, late=Decimal(9)).asked(d(2026, 3, 2), 3)]
        ['50']
        """
        late = self.late is not None and self.late > 0
        left, found = -self.unapplied, []
        for one in self.items:
            if one.late(day) <= 0 and not (late and one.late(day) >= -ahead):
                continue
            taken = min(left, one.amount)
            left -= taken
            if one.amount > taken and one.amount - taken >= small:
                found.append(Item(one.issued_on, one.due_on, one.amount - taken))
        return tuple(found)


def overdue(items: Sequence[Item], day: date) -> Decimal:
    """Return what of these items is overdue."""
    return sum((one.amount for one in items if one.late(day) > 0), Decimal(0))
