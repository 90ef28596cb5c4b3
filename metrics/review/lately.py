"""What a reader is told first: what stands there now and did not when they last looked.

Two looks are compared, not two days: what was said, corrected or loaded in between counts, whatever
day it is of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from metrics.asking.ledger import Ledger, Statement
from metrics.asking.metric import Query
from metrics.figures.payment_speed import PAYMENT_SPEED

DISPUTE, PROMISE, LIMIT, SECTOR = "dispute", "promise", "limit", "sector"
KINDS = (DISPUTE, PROMISE, LIMIT, SECTOR)
"""A new dispute, a broken promise, a customer over its limit, a sector that pays later."""
MOST = 10
"""So many lines are told."""
SLOWER = Decimal(2)
"""A sector that pays so many days later than it did is told."""
MONTHS = 3
"""The days beyond terms of a sector are those of payments of so many months."""
DIMENSION = "sector_division"

_STANDS = Query(
    reads=("limits", "accounts", "promises", "disputes"),
    select=f"""
select '{DISPUTE}' as kind, id as name, customer, amount, reason from disputes
union all
select '{PROMISE}', id, customer, missing, '' from promises where state in ('broken', 'part_kept')
union all
select '{LIMIT}', limits.customer, limits.customer, -limits.own_headroom, ''
from limits
join accounts on accounts.as_of = limits.as_of and accounts.customer = limits.customer
where limits.own_headroom < 0
""",
)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Fact:
    """One thing that stands there.

    name: of the line that says it, the customer or the sector. customer: '' of a sector. amount:
    disputed, missing, over the limit; of a sector its days beyond terms. reason: of a dispute.
    before: of a sector that pays later, the days beyond terms when the reader last looked.
    """

    kind: str
    name: str
    customer: str
    amount: Decimal
    reason: str = ""
    before: Decimal | None = None


@dataclass(frozen=True)
class Told:
    """What is told of one kind: the largest first, and how many more there are."""

    kind: str
    facts: tuple[Fact, ...]
    more: int = 0


def stands(
    ask: Callable[[Statement], Sequence[Mapping[str, Any]]], ledger: Ledger
) -> tuple[Fact, ...]:
    """Return what stands there as of the ledger's day, by kind and name.

    Of sectors there are those with as many payments as a median needs (`Ledger.enough`).
    """
    facts = [
        Fact(r["kind"], r["name"], r["customer"], r["amount"], r["reason"] or "")
        for r in ask(ledger.over(_STANDS))
    ]
    lately = replace(ledger, months=MONTHS, days=(), since=None)
    for row in ask(lately.statement(PAYMENT_SPEED, (DIMENSION,))):
        days, name = row["days_beyond_terms_weighted"], row[DIMENSION]
        if name and days is not None and row["paid_items"] >= max(1, ledger.enough):
            facts.append(Fact(SECTOR, name, "", Decimal(days).quantize(_CENT)))
    return tuple(sorted(facts, key=lambda x: (KINDS.index(x.kind), x.name)))


def text_of(facts: Sequence[Fact]) -> str:
    """Return what `read` reads again.

    >>> read(text_of([Fact("limit", "C1", "C1", Decimal("5.00"))]))
    {('limit', 'C1'): Decimal('5.00')}
    """
    return json.dumps([[x.kind, x.name, str(x.amount)] for x in facts], ensure_ascii=False)


def read(text: str) -> dict[tuple[str, str], Decimal]:
    """Return the amount of each fact, by kind and name. Raises ValueError for other text."""
    return {(kind, name): Decimal(amount) for kind, name, amount in json.loads(text)}


def news(before: Mapping[tuple[str, str], Decimal], now: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return what stands there `now` and did not `before`, by kind, the largest first.

    Of sectors those that pay at least `SLOWER` days later than before.

    >>> facts = [Fact("limit", "C1", "C1", Decimal(5)), Fact("sector", "46", "", Decimal(9))]
    >>> [x.name for x in news({("limit", "C1"): Decimal(3), ("sector", "46"): Decimal(8)}, facts)]
    []
    >>> [x.name for x in news({("sector", "46"): Decimal(7)}, facts)]
    ['C1', '46']
    """
    found = []
    for fact in now:
        was = before.get((fact.kind, fact.name))
        if fact.kind == SECTOR:
            if was is not None and fact.amount - was >= SLOWER:
                found.append(replace(fact, before=was))
        elif was is None:
            found.append(fact)
    return tuple(
        sorted(found, key=lambda x: (KINDS.index(x.kind), (x.before or 0) - x.amount, x.name))
    )


def told(facts: Sequence[Fact], most: int = MOST) -> tuple[Told, ...]:
    """Return what is told of the news in at most so many lines, each kind in its turn.

    Where a kind has more than its lines hold, the last of them says how many more there are.

    >>> many = [Fact("dispute", str(n), "C1", Decimal(n)) for n in range(9)]
    >>> one = [Fact("limit", "C1", "C1", Decimal(5))]
    >>> [(x.kind, len(x.facts), x.more) for x in told([*many, *one], 5)]
    [('dispute', 3, 6), ('limit', 1, 0)]
    """
    by = {kind: [x for x in facts if x.kind == kind] for kind in KINDS}
    lines = dict.fromkeys(KINDS, 0)
    for _ in range(most):
        short = [kind for kind in KINDS if lines[kind] < len(by[kind])]
        if short and sum(lines.values()) < most:
            lines[min(short, key=lambda kind: lines[kind])] += 1
    found = []
    for kind in KINDS:
        if by[kind]:
            # the line that says how many more takes the place of one
            shown = lines[kind] - (lines[kind] < len(by[kind]))
            found.append(Told(kind, tuple(by[kind][:shown]), len(by[kind]) - shown))
    return tuple(found)
