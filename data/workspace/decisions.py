"""What people decided about matches: which payment settles which invoice, and which does not.

A decision is a line of the memory (`data.workspace.subjects.matched`), read here as a load and a
page use it. A load applies the decisions that hold (see etl/ledger/matching/decisions.py); their
fingerprint is part of what makes a state anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from data.workspace.named import Identified

CONFIRM, UNDO = "confirm", "undo"
ACTIONS = (CONFIRM, UNDO)
"""confirm: this payment settles that invoice; undo: it does not."""

DECIDED = "decisions"
"""Under this name a load report's options keep the fingerprint of what people decided."""


@dataclass(frozen=True)
class Decision:
    """One decision.

    at: when, UTC. action: one of ACTIONS. debit: the invoice; credit: what pays it. amount:
    positive, in their currency; None: as much as possible. withdrawn: when it was taken back.
    """

    id: str
    at: datetime
    who: str
    action: str
    debit: Identified
    credit: Identified
    amount: Decimal | None = None
    note: str = ""
    withdrawn: datetime | None = None

    @property
    def pair(self) -> tuple[Identified, Identified]:
        """Invoice and payment."""
        return self.debit, self.credit


def holding(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that hold: not taken back, and the last word on their pair."""
    last: dict[tuple[Identified, Identified], Decision] = {}
    for one in decisions:
        if one.withdrawn is None:
            last.pop(one.pair, None)  # a later word takes its place in the order, too
            last[one.pair] = one
    return tuple(last.values())


def fingerprint(decisions: Sequence[Decision]) -> str:
    """Return what tells these decisions from others, by what they do; '' for none."""
    if not decisions:
        return ""
    return hashlib.sha256(told(decisions).encode()).hexdigest()[:16]


def told(decisions: Sequence[Decision]) -> str:
    """Return what these decisions do, in their order, as JSON."""
    does = [[d.action, asdict(d.debit), asdict(d.credit), d.amount, d.at.date()] for d in decisions]
    return json.dumps(does, default=str, sort_keys=True)


def choose(named: Identified, found: Sequence[tuple[int, str]]) -> int | None:
    """Return the key of the document meant; None where it is not there.

    found: key and customer of the documents that are alike but for the customer, by key. A
    payment may get its customer later: the only one that is alike is meant whatever it says.
    """
    own = [key for key, customer in found if customer == named.customer]
    if own:
        return own[min(named.nth, len(own)) - 1]
    return found[0][0] if len(found) == 1 else None
