"""What people said, and what it changes of figures, a second time in plain Python.

As `tests.oracle_metrics`, which stands on this: nothing here reads the project's SQL. A line is
that of a `tests.telling.Telling`; `by` is the day by whose end it was said.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from data.reference import ecb
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.market import Overlay
from data.workspace.subjects.promise import Promise

ZERO = Decimal("0.00")
TOLERANCE = 3


def holds(line: Any, by: date) -> bool:
    return line.said_on <= by and (line.taken_back is None or line.taken_back.said_on > by)


@dataclass(frozen=True)
class Piece:
    """An open item: what a dispute may take of."""

    customer: str
    document: str
    due: date
    closed: date
    amount: Decimal
    marked: bool
    slice: Any


class Memo:
    """What was said, with the last day of the data: from then on all that was said by now."""

    def __init__(
        self, lines: Sequence[Any] = (), now: date = date.max, documents: Sequence[Any] = ()
    ) -> None:
        self.now = now
        self.rates: dict[tuple[str, date], Decimal] = {}
        for row in documents:
            key = str(row["currency"]), row["issued_on"]
            self.rates[key] = max(row["rate"], self.rates.get(key, ZERO))
        self.told = {line.id: line for line in lines}
        self.lines = [one for line in lines if (one := self._in_euro(line)) is not None]

    def rate(self, line: Any) -> Decimal | None:
        """The rate of what a line says: of documents up to a month before it, else the bank's."""
        currency = getattr(line.said, "currency", "EUR")
        if currency == "EUR":
            return Decimal(1)
        for back in range(32):
            if found := self.rates.get((currency, line.said_on - timedelta(days=back))):
                return found
        known = [
            rate
            for _, _, rate in ecb.rates([currency], "EUR", line.said_on, line.said_on)
        ]  # fmt: skip
        return known[-1] if known else None

    def _in_euro(self, line: Any) -> Any:
        rate = self.rate(line)
        if rate is None:
            return None
        told = {
            name: _cents(Fraction(value) * Fraction(rate))
            for name in ("amount", "insured_amount", "advised")
            if isinstance(value := getattr(line.said, name, None), Decimal)
        }
        return replace(line, said=replace(line.said, **told)) if rate != 1 else line

    def by(self, as_of: date) -> date:
        return date.max if as_of >= self.now else as_of

    def _said(self, kind: type, by: date, customer: str = "") -> list[Any]:
        return [
            line
            for line in self.lines
            if isinstance(line.said, kind) and holds(line, by)
            and customer in ("", line.customer)
        ]  # fmt: skip

    def limit(self, customer: str, as_of: date) -> Any:
        return self._in_force(Limit, customer, as_of, as_of)

    def terms(self, customer: str, as_of: date) -> Any:
        return self._in_force(Terms, customer, as_of, as_of)

    def terms_on(self, customer: str, issued: date, as_of: date) -> int | None:
        """Days agreed for an invoice, as known at `as_of`: those that held on its day."""
        found = [
            line
            for line in self._said(Terms, self.by(as_of), customer)
            if line.said_on <= issued and (line.said.valid_until or date.max) >= issued
        ]
        return found[-1].said.days if found else None

    def _in_force(self, kind: type, customer: str, day: date, as_of: date) -> Any:
        found = [
            line
            for line in self._said(kind, self.by(as_of), customer)
            if (line.said.valid_until or date.max) >= day
        ]
        return max(found, key=lambda line: line.number) if found else None

    def over(self, customer: str, row: Mapping[str, object], as_of: date) -> dict[str, object]:
        """Return a customer's row with what is said here in the place of what files say."""
        changed = dict(row)
        if limit := self.limit(customer, as_of):
            changed["credit_limit"] = limit.said.amount
            if limit.said.insured_amount is not None:
                changed["insured_limit"] = limit.said.insured_amount
        if terms := self.terms(customer, as_of):
            changed["agreed_terms_days"] = terms.said.days
        return changed

    def overlays(self, as_of: date) -> list[Overlay]:
        return [x.said for x in self._said(Overlay, self.by(as_of)) if x.said.since <= as_of]

    def open_disputes(self, by: date) -> list[Any]:
        ended = {line.said.dispute for line in self._said(Settled, by)}
        return [line for line in self._said(Dispute, by) if line.id not in ended]

    def parts(self, pieces: Iterable[Piece], by: date) -> dict[int, Decimal]:
        """Return what is disputed of each slice, by its identity: whole items, or some of them."""
        found: dict[int, Decimal] = {}
        free: dict[str, list[Piece]] = defaultdict(list)
        for one in pieces:
            if one.marked:
                found[id(one.slice)] = one.amount
            elif one.amount > 0:
                free[one.customer].append(one)
        disputes = self.open_disputes(by)
        for customer, mine in free.items():
            mine.sort(key=lambda p: (p.due, p.document, p.closed, p.amount))
            bills: dict[str, list[Piece]] = defaultdict(list)
            for one in mine:
                bills[one.document].append(one)
            size = {number: sum((p.amount for p in held), ZERO) for number, held in bills.items()}
            claimed: dict[str, Decimal] = defaultdict(Decimal)
            loose = ZERO
            for line in disputes:
                if line.customer != customer:
                    continue
                left = line.said.amount
                if not line.documents:
                    loose += left
                named = {n.document_id for n in line.documents} & set(bills)
                for number in sorted(named, key=lambda n: (min(p.due for p in bills[n]), n)):
                    part = min(left, size[number])
                    claimed[number] += part
                    left -= part
            for number, held in bills.items():
                left = min(claimed[number], size[number])
                for one in held:
                    part = min(left, one.amount)
                    left -= part
                    found[id(one.slice)] = part
            rest = [one.amount - found[id(one.slice)] for one in mine]
            for one, over in zip(mine, rest, strict=True):
                part = min(loose, over)
                loose -= part
                found[id(one.slice)] += part
        return {key: part for key, part in found.items() if part}

    def promises(
        self, as_of: date, payments: Mapping[str, Sequence[tuple[date, Decimal, str, Decimal]]]
    ) -> list[tuple[Any, str, Decimal]]:
        """Return each promise, what became of it and what was paid of it: cent after cent.

        payments: customer -> (day, amount, currency, rate) of what came in, and below zero of what
        went back. A promise is judged in its own currency.
        """
        found = []
        mine: dict[str, list[Any]] = defaultdict(list)
        for line in self._said(Promise, self.by(as_of)):
            mine[line.customer].append(line)
        for customer, lines in mine.items():
            moved = [p for p in payments.get(customer, ()) if p[0] <= as_of]
            came = [
                [day, Fraction(amount), currency, rate]
                for currency in {p[2] for p in moved}
                for day, amount, rate in _stayed(
                    [(p[0], p[1], p[3]) for p in moved if p[2] == currency]
                )
            ]
            came.sort()
            lines.sort(key=lambda line: (line.said.due_on, line.said_on, line.id))
            for line in lines:
                last = line.said.due_on + timedelta(days=TOLERANCE)
                given = self.told[line.id]
                given_rate = self.rate(given)
                assert given_rate is not None
                paid = Fraction()
                for one in came:
                    if not line.said_on <= one[0] <= last:
                        continue
                    unit = Fraction(1)
                    if one[2] != given.said.currency:
                        unit = Fraction(one[3]) / Fraction(given_rate)
                    part = min(one[1] * unit, Fraction(given.said.amount) - paid)
                    one[1] -= part / unit
                    paid += part
                missing = given.said.amount > _cents(paid)
                told = _cents(Fraction(_cents(paid)) * Fraction(given_rate))
                state = "kept"
                if missing:
                    state = "open" if as_of <= last else "part_kept" if told else "broken"
                found.append((line, state, told))
        return found


def _cents(value: Fraction) -> Decimal:
    return Decimal(math.floor(value * 100 + Fraction(1, 2))) / 100


def _stayed(moved: Sequence[tuple[date, Decimal, Decimal]]) -> list[list[Any]]:
    """Return what came in and stayed: what went back was the last of its amount, else the last."""
    came: list[list[Any]] = []
    for day, amount, rate in sorted(moved):
        if amount > 0:
            came.append([day, amount, rate])
            continue
        back = -amount
        alike = [n for n, one in enumerate(came) if one[1] == back]
        if alike:
            came.pop(alike[-1])
            continue
        while back > 0 and came:
            part = min(back, came[-1][1])
            back -= part
            came[-1][1] -= part
            if not came[-1][1]:
                came.pop()
    return came
