"""Methods of DSO beside one another: each with what it divides, and its gap to another in parts.

Every method is receivables ÷ sales × days. Two of them differ in the balance that they take, in the
sales a day that they divide by, or in how they count the days of the window; so a gap is the sum of
three parts, taken in this order. The terms that invoices grant are no such quotient: what they have
beside the best possible DSO is one part more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from metrics.asking.ledger import month_start

SALES, COUNTING, GRANTED = "sales", "counting", "granted"
"""What makes methods differ."""
OVERDUE, UNAPPLIED, AVERAGE = "overdue", "unapplied", "average"
"""What makes their balances differ."""
TERMS = "terms"
COMMERCIAL = 30
"""Days of a month, as banks count."""


@dataclass(frozen=True)
class Method:
    """A method as of a day: `balance` ÷ `sales` × `counted`.

    days: calendar days over which `sales` were made; counted: what is multiplied by. value: the
    answer in days, which of `terms` alone is no quotient.
    """

    name: str
    balance: Decimal
    sales: Decimal
    days: float
    counted: float
    value: float

    @property
    def a_day(self) -> float:
        """Sales a calendar day, in the reporting currency."""
        return float(self.sales) / self.days


@dataclass(frozen=True)
class Part:
    """A part of a gap in days: why, and the two figures that it comes from (base's, and its own).

    amount: what the balances differ by for this cause; None where they do not.
    """

    cause: str
    days: float
    before: float
    after: float
    amount: Decimal | None = None


def quotient(name: str, balance: Decimal, sales: Decimal, days: int, counted: int = 0) -> Method:
    """Return a method from what it divides; `counted` where it is not the calendar days.

    >>> quotient("rolling_3m", Decimal(500), Decimal(920), 92).value
    50.0
    """
    over = counted or days
    return Method(name, balance, sales, days, over, float(balance) / float(sales) * over)


def methods(
    history: Sequence[Mapping[str, Any]], terms: float | None, known_from: date
) -> dict[str, Method]:
    """Return the methods as of the last day of `history`, in the order in which they are read.

    history: rows of the metric `dso` on month-ends, the last ones in order. terms: those that
    invoices of 12 months grant. known_from: the day of the first sale. A method whose window begins
    before it, or that has nothing to divide by, is left out.
    """
    row = history[-1]
    day, owed = row["as_of"], row["receivables"]
    found: dict[str, Method] = {}

    def add(name: str, balance: Decimal, months: int, counted: int = 0) -> None:
        first, sales = month_start(day, months - 1), row[f"sales_{months}m"]
        if sales > 0 and first >= month_start(known_from):
            found[name] = quotient(name, balance, sales, (day - first).days + 1, counted)

    add("rolling_3m", owed, 3)
    add("period_end", owed, 1)
    add("rolling_12m", owed, 12)
    back = row["count_back"]
    if back and back > 0:
        found["count_back"] = Method(
            "count_back", owed, owed, float(back), float(back), float(back)
        )
    ends = [one["receivables"] for one in history[-3:]]
    if len(ends) == 3:
        add("average_balance", sum(ends, Decimal(0)) / 3, 3)
    add("commercial", owed, 3, 3 * COMMERCIAL)
    add("best_possible_3m", row["not_due"], 3)
    if terms is not None and "best_possible_3m" in found:
        best = found["best_possible_3m"]
        found[TERMS] = Method(TERMS, best.balance, best.sales, best.days, best.counted, terms)
    return found


def gap(one: Method, base: Method, unapplied: Decimal) -> tuple[Part, ...]:
    """Return the parts of what `one` says more than `base`; they add up to it.

    unapplied: what payments and credit notes not applied yet take off the receivables, below zero.

    >>> base = quotient("rolling_3m", Decimal(500), Decimal(920), 92)
    >>> month = quotient("period_end", Decimal(500), Decimal(620), 31)
    >>> [(part.cause, part.days) for part in gap(month, base, Decimal(0))]
    [('sales', -25.0)]
    """
    parts = []
    moved = one.balance - base.balance
    if moved:
        parts += _balances(one, base, moved, unapplied)
    faster = float(one.balance) * (1 / one.a_day - 1 / base.a_day)
    if one.a_day != base.a_day:
        parts.append(Part(SALES, faster, base.a_day, one.a_day))
    counting = _counting(one) - _counting(base)
    if counting:
        parts.append(Part(COUNTING, counting, base.counted, one.counted))
    granted = _granted(one) - _granted(base)
    if granted:
        parts.append(Part(GRANTED, granted, _quotient(one), one.value))
    return tuple(part for part in parts if part.days)


def _balances(one: Method, base: Method, moved: Decimal, unapplied: Decimal) -> list[Part]:
    """Return the parts of balances that differ: what is late and what is loose, or an average."""
    due = {"best_possible_3m", TERMS}
    found = [(AVERAGE, moved)]
    if "average_balance" not in (one.name, base.name):
        loose = -unapplied if one.name in due else unapplied
        found = [(OVERDUE, moved - loose), (UNAPPLIED, loose)]
    return [
        Part(cause, float(amount) / base.a_day, float(base.balance), float(one.balance), amount)
        for cause, amount in found
        if amount
    ]


def _quotient(one: Method) -> float:
    return float(one.balance) / float(one.sales) * one.counted


def _counting(one: Method) -> float:
    return float(one.balance) / float(one.sales) * (one.counted - one.days)


def _granted(one: Method) -> float:
    return one.value - _quotient(one) if one.name == TERMS else 0.0
