"""The early signs of a book: which customers change for the worse, in what, and since when.

Four signs: payments that come later than they used to (`watch`), promises broken, invoices paid in
parts by who did not use to, and orders that shrink. The first one is what the promised number of
false alarms is about. Paying in parts and shrinking orders are each tested so strictly that of a
book that never changes both together add a tenth of that number; a broken promise is a fact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from data.core.policy.rules import Policy
from data.workspace.subjects.promise import BROKEN, PART
from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.decide.alarms.cusum import threshold
from metrics.decide.alarms.waiting import pending
from metrics.decide.alarms.watch import KEPT, Counts, Payers, alarmed, watch

MONTHS = 36
"""Payments of so many months are looked at."""
RECENT = 91
"""Of so many days are broken promises, parts and orders; who paid nothing for longer, and owes
nothing that is late, is no payer any more."""
_DAY_0 = date(1970, 1, 1)
_OTHERS = 0.1
"""Of the promised false alarms, what parts and orders together may add."""
_LEAST_PARTS, _LEAST_ORDERS = 3, 6

_PAID = Query(
    reads=("settled",),
    select="""
select customer, closed_on, avg(date_diff('day', due_on, closed_on)) as late,
    max(due_on) as newest
from settled
group by customer, closed_on
order by customer, closed_on
""",
)
_WAITS = Query(
    reads=("alive",),
    select="""
select customer, due_on, sum(amount) as amount
from alive
where kind = 'invoice' and amount > 0 and due_on < as_of
group by customer, due_on
""",
)
_PARTS = Query(
    reads=("items",),
    select="""
select customer,
    cast(sum(case when paid_on > as_of - 91 then 1 else 0 end) as bigint) as invoices,
    cast(sum(case when paid_on > as_of - 91 and pieces > 1 then 1 else 0 end) as bigint) as split,
    cast(sum(case when paid_on > as_of - 91 then 0 else 1 end) as bigint) as invoices_before,
    cast(sum(case when paid_on <= as_of - 91 and pieces > 1 then 1 else 0 end) as bigint)
        as split_before,
    min(case when paid_on > as_of - 91 and pieces > 1 then paid_on end) as since
from (
    select as_of, customer, document_key, due_on,
        min(case when closed_by = 'payment' and closed_on <= as_of then closed_on end) as paid_on,
        count(distinct case when closed_by = 'payment' and closed_on <= as_of
            then closed_by_key end)
        + max(case when closed_on is null or closed_on > as_of then 1 else 0 end) as pieces
    from items
    where kind = 'invoice' and amount > 0 and opened_on > as_of - 550
    group by as_of, customer, document_key, due_on
) as billed
where paid_on is not null
group by customer
""",
)
_ORDERS = Query(
    reads=("sales",),
    select="""
select customer,
    cast(sum(case when issued_on > as_of - 91 then 1 else 0 end) as bigint) as invoices,
    sum(case when issued_on > as_of - 91 then amount else 0 end) as amount,
    cast(sum(case when issued_on <= as_of - 364 and issued_on > as_of - 455 then 1 else 0 end)
        as bigint) as invoices_before,
    sum(case when issued_on <= as_of - 364 and issued_on > as_of - 455 then amount else 0 end)
        as amount_before,
    cast(sum(case when issued_on <= as_of - 91 and issued_on > as_of - 364 then 1 else 0 end)
        as bigint) as invoices_between
from sales
where kind = 'invoice' and issued_on > as_of - 455
group by customer
""",
)
_BROKEN = Query(
    reads=("promises",),
    select=f"""
select customer, count(*) as broken, sum(missing) as missing, min(due_on) as since
from promises
where state in ('{BROKEN}', '{PART}') and due_on > as_of - 91
group by customer
""",
)
_OWED = Query(
    reads=("alive",),
    select="""
select customer, sum(amount) as receivables,
    sum(case when due_on < as_of and amount > 0 then amount else 0 end) as overdue
from alive
group by customer
""",
)


@dataclass(frozen=True)
class Later:
    """Payments come later. usual, lately: median days after due before `since` and from it on.

    payments: since then; waiting: open payments that count as made on the as-of day.
    """

    usual: float
    lately: float
    payments: int
    waiting: int
    since: date


@dataclass(frozen=True)
class Broken:
    """Promises broken in the last RECENT days: how many, what was missing, since which day due."""

    count: int
    missing: Decimal
    since: date


@dataclass(frozen=True)
class Parts:
    """Invoices paid in parts: of those first paid in the last RECENT days, and of those before."""

    split: int
    invoices: int
    split_before: int
    invoices_before: int
    since: date


@dataclass(frozen=True)
class Orders:
    """Orders: invoices and their amount of the last RECENT days, and of those a year earlier."""

    invoices: int
    amount: Decimal
    invoices_before: int
    amount_before: Decimal
    since: date


@dataclass(frozen=True)
class Sign:
    """What changed of one customer, at least one of the parts; and what it owes."""

    customer: str
    later: Later | None = None
    broken: Broken | None = None
    parts: Parts | None = None
    orders: Orders | None = None
    receivables: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)

    @property
    def told(self) -> tuple[Later | Broken | Parts | Orders, ...]:
        """The parts that there are."""
        return tuple(p for p in (self.later, self.broken, self.parts, self.orders) if p)

    @property
    def since(self) -> date:
        """Since when the first of them shows."""
        return min(part.since for part in self.told)


@dataclass(frozen=True)
class Signs:
    """Every sign of a book. threshold: h; payments: payment days a week; watched: customers."""

    by_customer: Mapping[str, Sign] = field(default_factory=dict)
    threshold: float = 0.0
    payments: float = 0.0
    watched: int = 0


def signs(ask: Callable[[Statement], pa.Table], asked: Ledger, policy: Policy) -> Signs:
    """Return the early signs of all customers, the most overdue first.

    ask: runs a statement. Of `asked` the day and what people said are taken: behaviour is looked at
    over the whole book, whatever the filters.
    """
    as_of = asked.as_of
    whole = Ledger(as_of, months=MONTHS, said=asked.said)
    promised = float(policy.false_alarms.at(as_of))

    def rows(query: Query, ledger: Ledger = whole) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask(ledger.over(query, ("customer",))).to_pylist()
        return found

    late, h, payments, watched = _later(ask, whole, promised)
    level = promised * _OTHERS * RECENT / 7 / 2 / max(watched, 1)
    parts = {row["customer"]: _parts(row, level) for row in rows(_PARTS)}
    orders = {row["customer"]: _orders(row, level, as_of) for row in rows(_ORDERS)}
    broken = {
        row["customer"]: Broken(row["broken"], row["missing"], row["since"])
        for row in rows(_BROKEN)
    }
    owed = {row["customer"]: row for row in rows(_OWED)}
    found = []
    for who in {*late, *parts, *orders, *broken}:
        row = owed.get(who, {"receivables": Decimal(0), "overdue": Decimal(0)})
        told = late.get(who), broken.get(who), parts.get(who), orders.get(who)
        if any(told):
            found.append(Sign(who, *told, row["receivables"], row["overdue"]))
    found.sort(key=lambda sign: (-sign.overdue, sign.customer))
    return Signs({sign.customer: sign for sign in found}, h, payments, watched)


def _later(
    ask: Callable[[Statement], pa.Table], whole: Ledger, promised: float
) -> tuple[dict[str, Later], float, float, int]:
    """Return whose payments come later; h, payment days a week, and how many are watched."""
    as_of = (whole.as_of - _DAY_0).days
    paid = ask(whole.over(_PAID, ("customer",)))
    waits = ask(replace(whole, undisputed=True).over(_WAITS, ("customer",)))
    whose_paid = np.array(paid["customer"].to_pylist(), dtype=object)
    names, who = np.unique(whose_paid, return_inverse=True)
    place = {name: n for n, name in enumerate(names.tolist())}
    days, late = _days(paid, "closed_on"), np.asarray(paid["late"].to_numpy(), dtype=np.float64)
    order = np.lexsort((days, who))
    who, days, late = who[order], days[order], late[order]
    newest = _days(paid, "newest")[order]
    known = [n for n, name in enumerate(waits["customer"].to_pylist()) if name in place]
    whose = np.array([place[waits["customer"][n].as_py()] for n in known], dtype=np.int64)
    counts, at = pending(
        len(names), who, days, late, newest, whose, _days(waits, "due_on")[known], as_of
    )
    payers = Payers(len(names), who, days, late, counts, at)
    year = days > as_of - 364
    payments = float(year.sum()) / 52
    h = threshold(round(payments, 1), promised * KEPT)
    found = watch(payers)
    last = np.zeros(len(names), dtype=np.int64)
    np.maximum.at(last, who, days)
    recent = (last > as_of - RECENT) | (counts > 0)
    told = {}
    after = np.searchsorted(who, np.arange(len(names)), side="right")
    for one in np.flatnonzero(alarmed(found, h) & recent):
        begun, end = int(found.since[one]), int(after[one])
        since = int(days[begun]) if begun < end else as_of
        told[str(names[one])] = Later(
            float(found.usual[one]), float(found.lately[one]), end - begun, int(counts[one]),
            _DAY_0 + timedelta(since),
        )  # fmt: skip
    return told, h, payments, int((found.judged > 0).sum())


def _days(table: pa.Table, name: str) -> Counts:
    days: Counts = table[name].cast(pa.int32()).to_numpy().astype(np.int64)
    return days


def _parts(row: Mapping[str, Any], level: float) -> Parts | None:
    """Return who pays in parts now and did not; the chance of so many by its own share before."""
    split, invoices = row["split"], row["invoices"]
    before, of = row["split_before"], row["invoices_before"]
    if split < _LEAST_PARTS or of < _LEAST_PARTS:
        return None
    usual = (before + 1) / (of + 2)
    if split / invoices < 2 * usual or _tail(split, invoices, usual) > level:
        return None
    return Parts(split, invoices, before, of, row["since"])


def _orders(row: Mapping[str, Any], level: float, as_of: date) -> Orders | None:
    """Return who orders less than half of a year earlier, and fewer than in the months between."""
    usual = min(row["invoices_before"], row["invoices_between"] / 3)
    if usual < _LEAST_ORDERS or 2 * row["amount"] >= row["amount_before"]:
        return None
    if _few(row["invoices"], usual) > level:
        return None
    since = as_of - timedelta(RECENT - 1)
    return Orders(
        row["invoices"], row["amount"], row["invoices_before"], row["amount_before"], since
    )


def _tail(count: int, of: int, share: float) -> float:
    """Return the chance of at least `count` of `of`, each with the chance `share`.

    >>> round(_tail(3, 3, 0.5), 3), round(_tail(1, 2, 0.5), 3)
    (0.125, 0.75)
    """
    return sum(math.comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(count, of + 1))


def _few(count: int, usual: float) -> float:
    """Return the chance of at most `count` where `usual` is the mean of a Poisson count.

    >>> round(_few(0, 1.0), 3), round(_few(1, 2.0), 3)
    (0.368, 0.406)
    """
    terms: Iterator[float] = (
        math.exp(-usual + n * math.log(usual) - math.lgamma(n + 1)) for n in range(count + 1)
    )
    return sum(terms)
