"""Open items and balances in plain Python: an independent answer to compare SQL with.

Everything is said the long way round, one document and one match after the other, in cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Document:
    """A posting; `cents` is signed. `parts` are (due day, cents) of instalments."""

    number: str
    customer: str
    kind: str
    day: date
    cents: int
    due: date
    parts: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True)
class Match:
    """`cents` of a positive document settled by a negative one; both named by their numbers."""

    debit: str
    credit: str
    cents: int


@dataclass(frozen=True)
class OpenItem:
    """A slice of a document; `closed` is None while open."""

    number: str
    customer: str
    kind: str
    opened: date
    due: date
    closed: date | None
    cents: int
    closed_by: str = ""

    def alive(self, day: date) -> bool:
        """Whether it is open at the end of `day`."""
        return self.opened <= day and (self.closed is None or self.closed > day)


def open_items(documents: Sequence[Document], matches: Iterable[Match]) -> list[OpenItem]:
    """Cut each document into slices: one cent after the other, then put together again.

    The matches of a document use it up in order of the later of the two documents' days, on one
    day in order of the other's own day and number; instalments are used up in due order.
    """
    by_number = {d.number: d for d in documents}
    closings: dict[str, list[tuple[date, date, str, int]]] = {d.number: [] for d in documents}
    for match in matches:
        debit, credit = by_number[match.debit], by_number[match.credit]
        day = max(debit.day, credit.day)
        closings[debit.number].append((day, credit.day, credit.number, match.cents))
        closings[credit.number].append((day, debit.day, debit.number, match.cents))
    found = []
    for document in documents:
        sign = 1 if document.cents > 0 else -1
        parts = sorted(document.parts) or [(document.due, document.cents)]
        left = [abs(cents) for _, cents in parts]
        queue: list[tuple[date | None, str, int]] = [
            (day, other, cents) for day, _own, other, cents in sorted(closings[document.number])
        ]
        used = sum(cents for _, _, cents in queue)
        queue.append((None, "", abs(document.cents) - used))
        for closed, other, amount in queue:
            wanted = amount
            for place, (due, _) in enumerate(parts):
                taken = min(wanted, left[place])
                left[place] -= taken
                wanted -= taken
                if taken:
                    by = by_number[other].kind if other else ""
                    found.append(
                        OpenItem(document.number, document.customer, document.kind,
                                 document.day, due, closed, sign * taken, by)
                    )  # fmt: skip
            assert wanted == 0, f"{document.number} is matched for more than its amount"
    return found


def balance(documents: Iterable[Document], day: date) -> int:
    """Return the ledger's balance at the end of `day`: nothing but a sum of postings."""
    return sum(d.cents for d in documents if d.day <= day)


def receivables(items: Iterable[OpenItem], day: date) -> int:
    """Return what is open at the end of `day`, unapplied included."""
    return sum(i.cents for i in items if i.alive(day))


def aging(items: Iterable[OpenItem], day: date) -> dict[str, int]:
    """Return bucket -> cents at the end of `day`, by due day; empty buckets are left out."""
    found: dict[str, int] = {}
    for item in items:
        if not item.alive(day):
            continue
        late = (day - item.due).days
        if item.cents < 0:
            bucket = "unapplied"
        elif late <= 0:
            bucket = "not_due"
        elif late <= 30:
            bucket = "1-30"
        elif late <= 60:
            bucket = "31-60"
        elif late <= 90:
            bucket = "61-90"
        else:
            bucket = "over_90"
        found[bucket] = found.get(bucket, 0) + item.cents
    return found


def oldest_first(debits: Sequence[Document], credits_: Sequence[Document]) -> list[Match]:
    """Settle credits against debits, each queue in the order given."""
    left = [d.cents for d in debits]
    found = []
    for credit in credits_:
        wanted = -credit.cents
        for place, debit in enumerate(debits):
            taken = min(wanted, left[place])
            if taken:
                found.append(Match(debit.number, credit.number, taken))
                left[place] -= taken
                wanted -= taken
    return found
