"""The metrics computed a second time, in plain Python, from what the files said.

Nothing here reads the project's SQL or shares code with it: documents, slices, windows, groups
and figures follow the definitions alone, with Decimal for money and Fraction for ratios, so that
agreement means something. `answer(world, name, question)` gives the rows of a metric.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any, TypeVar

from tests.oracle_said import Memo, Piece
from tests.random_ledgers import World, as_day

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
Z = 1.959963984540054
DIMENSIONS = (
    "customer", "country", "sector", "sector_section", "sector_division", "sector_group",
    "segment", "salesperson", "customer_group", "currency", "company", "branch", "project",
    "territory", "account", "payment_terms", "own_1", "own_2", "own_3", "own_4",
)  # fmt: skip
#: What only documents say, and customers do not.
OF_DOCUMENTS = ("company", "branch", "project", "account", "payment_terms", "own_1", "own_2",
                "own_3", "own_4")  # fmt: skip
#: code -> section, division, group; the codes that random ledgers use
SECTORS = {
    "": ("", "", ""),
    "F": ("F", "", ""),
    "43": ("F", "43", ""),
    "43.21": ("F", "43", "43.2"),
    "43.22": ("F", "43", "43.2"),
    "01.1": ("A", "01", "01.1"),
}
Row = dict[str, Any]
Key = tuple[str, ...]
_Thing = TypeVar("_Thing", "Doc", "Slice")


@dataclass(eq=False)
class Slice:
    doc: Doc
    due: date
    closed: date | None
    closer: Doc | None
    amount: Decimal
    continues: bool
    returned: date | None = None
    in_currency: Decimal = ZERO

    @property
    def closed_by(self) -> str:
        return self.closer.kind if self.closer else ""

    @property
    def settled(self) -> date:
        """The day it closed; only of those that did."""
        assert self.closed is not None
        return self.closed

    @property
    def owed(self) -> Doc:
        """The document that is owed: where a return reopens one, that."""
        return self.doc.reopens or self.doc

    def in_force(self, day: date) -> bool:
        """Whether it is a part of what is owed at the end of `day`, open or closed."""
        return self.doc.day <= day and (self.returned is None or self.returned > day)


def how(by: Mapping[str, Decimal]) -> str:
    """How an invoice ended that these kinds of documents closed, with what each closed of it."""
    if not set(by) & {"payment", "opening", "write_off"}:
        return "credited"
    return "written_off" if by["write_off"] > by["payment"] else "paid"


@dataclass(eq=False)
class Doc:
    number: str
    kind: str
    day: date
    due: date
    due_assumed: str
    amount: Decimal
    amount_currency: Decimal
    rate: Decimal
    dims: Mapping[str, str]
    parts: list[tuple[date, Decimal]]
    slices: list[Slice] = field(default_factory=list)
    says: str = ""
    """The payment that it says it takes back."""
    disputed: bool = False
    cost: Decimal | None = None
    ordered: date | None = None
    delivered: date | None = None
    order: str = ""
    reopens: Doc | None = None
    reopened_by: list[Doc] = field(default_factory=list)
    added: int = 0
    """Its place among the documents that were cut from others; 0: it is none of these."""

    @property
    def place(self) -> tuple[int, date, str, str]:
        return (self.added, self.day, self.dims["customer"], self.number)

    def ended(self, as_of: date) -> tuple[date | None, str]:
        """When it closed and how, as was known then; (None, '') while open."""
        parts = [s for d in (self, *self.reopened_by) for s in d.slices if s.in_force(as_of)]
        if any(s.closed is None or s.closed > as_of for s in parts):
            return None, ""
        by: dict[str, Decimal] = defaultdict(Decimal)
        for s in parts:
            by[s.closed_by] += s.amount
        return max((s.closed for s in parts if s.closed), default=self.day), how(by)

    @property
    def closed(self) -> date | None:
        if any(s.closed is None for s in self.slices):
            return None
        return max((s.closed for s in self.slices if s.closed), default=self.day)

    @property
    def outcome(self) -> str:
        if self.kind != "invoice" or self.amount <= 0 or self.closed is None:
            return ""
        by: dict[str, Decimal] = defaultdict(Decimal)
        for s in self.slices:
            by[s.closed_by] += s.amount
        return how(by)


@dataclass(frozen=True)
class Question:
    as_of: date
    by: Key = ("total",)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    months: int = 12
    basis: str = "due"
    buckets: str = "30,60,90"
    since: date | None = None
    undisputed: bool = False
    soon: int = 60
    matrix: str = "total"
    watched: int = 0


@dataclass(eq=False)
class Pair:
    """A match; `takes_back`: of a return and the payment that nothing was paid with."""

    debit: Doc
    credit: Doc
    amount: Decimal
    returned: date | None = None
    takes_back: bool = False

    @property
    def day(self) -> date:
        return max(self.debit.day, self.credit.day)


class Book:
    """Documents and slices of a world."""

    added = 0

    def __init__(self, world: World, memo: Memo | None = None) -> None:
        self.memo = memo or Memo()
        self.customers = {str(c["customer_id"]): c for c in world.customers}
        self.docs = self._documents(world)
        by_name = {d.number: d for d in self.docs}
        pairs = [
            Pair(
                by_name[str(m["debit_id"])], by_name[str(m["credit_id"])], Decimal(str(m["amount"]))
            )
            for m in world.matches
        ]
        for doc in sorted(self.docs, key=lambda d: d.place):
            if doc.says in by_name:
                self._take_back(doc, by_name[doc.says], pairs)
        closings: dict[int, list[tuple[date, Doc, Decimal, date | None]]] = defaultdict(list)
        for p in pairs:
            closings[id(p.debit)].append((p.day, p.credit, p.amount, p.returned))
            closings[id(p.credit)].append((p.day, p.debit, p.amount, p.returned))
        for doc in self.docs:
            self._cut(doc, closings[id(doc)])
        for debit, credit in {
            (id(p.debit), id(p.credit)): (p.debit, p.credit) for p in pairs
        }.values():
            self.docs += self._differences(debit, credit)
        self.slices = [s for d in self.docs for s in d.slices]

    def _take_back(self, back: Doc, payment: Doc, pairs: list[Pair]) -> None:
        """Let `back` take `payment` back: what it had paid by then is owed again, in its place."""
        whole = back.amount_currency
        used = sum((p.amount for p in pairs if p.credit is payment), ZERO)
        direct = left = min(whole, -payment.amount_currency - used)
        left = whole - direct
        mine = [
            p
            for p in pairs
            if p.credit is payment
            and p.returned is None
            and not p.takes_back
            and p.debit.dims["customer"] == payment.dims["customer"]
        ]
        reopened: list[tuple[date, Doc, Decimal]] = []
        for p in sorted(
            sorted(mine, key=lambda p: p.debit.place), key=lambda p: p.debit.due, reverse=True
        ):
            part = min(left, p.amount)
            left -= part
            if not part:
                continue
            if p.day > back.day:  # it was not there yet: nothing was paid with that
                direct += part
                p.amount -= part
                continue
            gone = Pair(p.debit, payment, part, back.day)
            p.amount -= part
            pairs.append(gone)
            reopened += self._fallen(gone, pairs)
        if direct:
            pairs.append(Pair(back, payment, direct, takes_back=True))
        summed: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
        docs = {id(d): d for _, d, _ in reopened}
        for due, debit, part in reopened:
            summed[due, id(debit)] += part
        cuts = sorted(summed, key=lambda c: (c[0], docs[c[1]].place))
        segments, at = [], direct
        for due, key in cuts:
            debit, part = docs[key], summed[due, key]
            upto = at - direct + part
            worth = [
                (back.amount * place / whole).quantize(CENT, ROUND_HALF_UP)
                for place in (upto, upto - part)
            ]
            owed = debit.reopens or debit
            self.added += 1
            new = Doc(
                back.number, back.kind, back.day, due, debit.due_assumed, worth[0] - worth[1],
                part, back.rate, debit.dims, [(due, part)], reopens=owed, added=self.added,
            )  # fmt: skip
            segments.append((at, at + part, new))
            at += part
            owed.reopened_by.append(new)
        alone = len(segments) > 0 and at == whole and not direct
        if alone:
            segments[0][2].added = 0
            self.docs[self.docs.index(back)] = segments[0][2]
        segments.append((at, whole, back))
        later = sorted(
            (p for p in pairs if p.debit is back and not p.takes_back),
            key=lambda p: p.credit.place,
        )
        for p in later:
            pairs.remove(p)
        start = direct
        for p in later:
            for since, upto, doc in segments:
                part = min(upto, start + p.amount) - max(since, start)
                if part > 0:
                    pairs.append(Pair(doc, p.credit, part))
            start += p.amount
        for since, upto, doc in segments[:-1]:
            if doc.added:
                self.docs.append(doc)
            if not alone:
                back.amount_currency -= upto - since
                back.amount -= doc.amount
        back.parts = [(back.day, back.amount_currency)]

    @staticmethod
    def _fallen(gone: Pair, pairs: list[Pair]) -> list[tuple[date, Doc, Decimal]]:
        """Return the instalments of which `gone` was the payment, with their due days."""
        debit = gone.debit
        at = ZERO
        own = sorted(
            (p for p in pairs if p.debit is debit and p.amount),
            key=lambda p: (p.day, p.credit.place, p.returned or date.max),
        )
        for p in own:
            if p is gone:
                break
            at += p.amount
        found, since = [], ZERO
        for due, size in debit.parts:
            part = min(since + size, at + gone.amount) - max(since, at)
            if part > 0:
                found.append((due, debit, part))
            since += size
        return found

    def _dims(self, customer: str, said: Mapping[str, object], currency: str) -> dict[str, str]:
        row = self.customers[customer]
        sector = str(row.get("sector") or "")
        section, division, group = SECTORS[sector]
        top, seen = customer, set()
        while top in self.customers and top not in seen:
            seen.add(top)
            parent = self.customers[top].get("parent_id")
            if not parent or parent == top:
                break
            top = str(parent)
        return {
            "total": "total",
            "customer": customer,
            "country": str(row.get("country") or ""),
            "sector": sector,
            "sector_section": section,
            "sector_division": division,
            "sector_group": group,
            "segment": str(row.get("segment") or ""),
            **{
                name: str(said.get(name) or row.get(name) or "")
                for name in ("salesperson", "territory")
            },
            **{name: str(said.get(name) or "") for name in OF_DOCUMENTS},
            "customer_group": top,
            "currency": currency,
        }

    def _documents(self, world: World) -> list[Doc]:
        rows: dict[str, list[Mapping[str, object]]] = defaultdict(list)
        for row in world.documents:
            rows[str(row["document_id"])].append(row)
        docs = []
        for number, parts in rows.items():
            head = parts[0]
            day = as_day(head["issued_on"])
            total = sum((Decimal(str(p["amount"])) for p in parts), ZERO)
            rate = Decimal(str(head.get("rate") or 1))
            agreed = self.customers[str(head["customer_id"])].get("agreed_terms_days")
            terms = head.get("terms_days") if head.get("terms_days") is not None else agreed
            owing = total > 0 and head["kind"] in ("invoice", "opening")
            dues = [as_day(p["due_on"]) if p.get("due_on") else None for p in parts]
            assumed = ""
            if not owing:
                due = day
            elif dues[0] is not None:
                due = max(d for d in dues if d)
            else:
                assumed = "default" if terms is None else "terms"
                due = day + timedelta(days=int(str(world.terms if terms is None else terms)))
            docs.append(
                Doc(
                    number,
                    str(head["kind"]),
                    day,
                    due,
                    assumed,
                    (total * rate).quantize(CENT, ROUND_HALF_UP),
                    total,
                    rate,
                    self._dims(
                        str(head["customer_id"]),
                        head,
                        str(head.get("currency") or "EUR"),
                    ),
                    sorted(
                        (
                            (d or due, abs(Decimal(str(p["amount"]))))
                            for d, p in zip(dues, parts, strict=True)
                        ),
                        key=lambda part: part[0],
                    )
                    if owing
                    else [(due, abs(total))],
                    says=str(head.get("reference") or "").removeprefix("chargeback "),
                    disputed=bool(head.get("disputed")),
                    cost=_cost(parts, rate),
                    ordered=_day_of(head, "ordered_on"),
                    delivered=_day_of(head, "delivered_on"),
                    order=str(head.get("po_number") or ""),
                )
            )
        return docs

    @staticmethod
    def _cut(doc: Doc, closings: list[tuple[date, Doc, Decimal, date | None]]) -> None:
        """Lay the closings in order of day along the amount, cut at the instalments."""
        ordered = sorted(closings, key=lambda c: (c[0], c[1].place, c[3] or date.max))
        total = abs(doc.amount_currency)
        rest = total - sum((c[2] for c in ordered), ZERO)
        queue: list[tuple[date | None, Doc | None, Decimal, date | None]] = [
            *ordered, (None, None, rest, None)]  # fmt: skip
        at = ZERO
        for due, size in doc.parts:
            end = at + size
            while at < end:
                while queue[0][2] == 0:
                    queue.pop(0)
                closed, closer, amount, returned = queue[0]
                step = min(amount, end - at)
                queue[0] = (closed, closer, amount - step, returned)
                doc.slices.append(
                    Slice(doc, due, closed, closer, _worth(doc, at, at + step), at + step < end,
                          returned, step if doc.amount_currency > 0 else -step)
                )  # fmt: skip
                at += step

    @staticmethod
    def _differences(debit: Doc, credit: Doc) -> list[Doc]:
        """Documents where the two sides of a match are worth different amounts."""
        mine = [s for s in debit.slices if s.closer is credit]
        theirs = [s for s in credit.slices if s.closer is debit]
        worth, other = sum(s.amount for s in mine), sum(s.amount for s in theirs)
        day = max(debit.day, credit.day)
        wanted: list[tuple[str, Doc, Decimal | int]] = []
        if debit.dims["customer"] != credit.dims["customer"]:
            wanted = [("adjustment", debit, -worth), ("adjustment", credit, -other)]
        elif worth + other:
            wanted = [("exchange", debit, -(worth + other))]
        return [
            Doc(d.number, kind, day, day, "", Decimal(amount), ZERO, d.rate, d.dims, [])
            for kind, d, amount in wanted
        ]


def _day_of(row: Mapping[str, Any], name: str) -> date | None:
    return as_day(row[name]) if row.get(name) is not None else None


def _cost(parts: Iterable[Mapping[str, Any]], rate: Decimal) -> Decimal | None:
    """What an invoice says that its goods cost, in the reporting currency."""
    said = [Decimal(str(p["cost"])) for p in parts if p.get("cost") is not None]
    return (sum(said, ZERO) * rate).quantize(CENT, ROUND_HALF_UP) if said else None


def _worth(doc: Doc, since: Decimal, upto: Decimal) -> Decimal:
    """Amount in the reporting currency between two places of a document, rounded at each."""

    def at(place: Decimal) -> int:
        share = Fraction(place) / Fraction(abs(doc.amount_currency))
        return math.floor(Fraction(abs(doc.amount)) * 100 * share + Fraction(1, 2))

    worth = Decimal(at(upto) - at(since)).scaleb(-2)
    return worth if doc.amount_currency > 0 else -worth


# --- days -------------------------------------------------------------------------------------


def first_of(day: date, back: int = 0) -> date:
    year, month = day.year, day.month
    for _ in range(back):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, 1)


def last_of(day: date) -> date:
    return first_of(first_of(day) + timedelta(days=32)) - timedelta(days=1)


def year_before(day: date) -> date:
    end = last_of(date(day.year - 1, day.month, 1))
    return end if day == last_of(day) else date(day.year - 1, day.month, min(day.day, end.day))


# --- relations --------------------------------------------------------------------------------


def in_its_currency(s: Slice, part: Decimal) -> Decimal:
    """What a part of a slice is in the currency of its document, half a cent up."""
    if s.owed.disputed:
        return s.in_currency
    exact = Fraction(part) * Fraction(s.in_currency) / Fraction(s.amount) if part else Fraction()
    return Decimal(math.floor(exact * 100 + Fraction(1, 2))) / 100


class Relations:
    """What a question is about, each list under its filters."""

    def __init__(self, book: Book, q: Question) -> None:
        self.book, self.q = book, q
        self.window = first_of(q.as_of, q.months - 1)
        self.docs = [d for d in book.docs if self._in(d.dims) and d.day <= q.as_of]
        slices = [s for s in book.slices if self._in(s.doc.dims)]
        self.alive = [s for s in slices if self.open_on(s, q.as_of)]
        before = first_of(q.as_of) - timedelta(days=1)
        self.opening = [s for s in slices if self.open_on(s, before)]
        self.parts = self._disputed(q.as_of, book.memo.by(q.as_of))
        self.disputed = [s for s in self.alive if id(s) in self.parts]
        if q.undisputed:
            self.alive = self._without(self.alive, self.parts)
            self.opening = self._without(self.opening, self._disputed(before, before))
        self.sales = [d for d in self.docs if d.kind in ("invoice", "credit_note")]
        self.settled = [
            s
            for s in slices
            if s.owed.kind == "invoice"
            and s.amount > 0
            and s.closed_by == "payment"
            and s.closed is not None
            and self.window <= s.closed <= q.as_of
            and s.in_force(q.as_of)
        ]
        self.cohort = [
            d
            for d in self.docs
            if d.kind == "invoice" and d.amount > 0 and self.window <= d.day <= q.as_of
        ]
        self.accounts = []
        for name, row in book.customers.items():
            dims = book._dims(name, {}, "EUR")
            asked = [k for k, v in q.where.items() if v and k in (*OF_DOCUMENTS, "currency")]
            mine = [d.dims for d in book.docs if d.dims["customer"] == name]
            has = any(all(d[k] in q.where[k] for k in asked) for d in mine) or not asked
            # nobody has a limit for one branch or one currency
            split = set(q.by) & {*OF_DOCUMENTS, "currency"}
            if has and not split and self._in({k: v for k, v in dims.items() if k not in asked}):
                told = book.memo.over(name, row, q.as_of)
                unlimited = {k: v for k, v in told.items() if not k.endswith("_limit")}
                of_documents = any(k != "currency" for k in asked)
                self.accounts.append((dims, unlimited if of_documents else told))

    def _in(self, dims: Mapping[str, str]) -> bool:
        return all(
            dims[k] in v for k, v in self.q.where.items() if v and k in dims and k != "total"
        )

    def _disputed(self, day: date, by: date) -> dict[int, Decimal]:
        """What is disputed of each slice that is open, whatever the filters."""
        pieces = [
            Piece(
                s.doc.dims["customer"], s.owed.number, s.due, s.closed or date.max, s.amount,
                s.owed.disputed, s,
            )
            for s in self.book.slices
            if self.open_on(s, day)
        ]  # fmt: skip
        return self.book.memo.parts(pieces, by)

    @staticmethod
    def _without(slices: list[Slice], parts: Mapping[int, Decimal]) -> list[Slice]:
        left = [
            replace(
                s,
                amount=s.amount - parts.get(id(s), ZERO),
                in_currency=s.in_currency - in_its_currency(s, parts.get(id(s), ZERO)),
            )
            for s in slices
        ]
        # an item of no amount stays, unless the books say of it that it is disputed
        return [
            s for s, was in zip(left, slices, strict=True)
            if s.amount or not (was.amount or was.owed.disputed)
        ]  # fmt: skip

    @staticmethod
    def open_on(s: Slice, day: date) -> bool:
        return s.doc.day <= day and (s.closed is None or s.closed > day)

    def key(self, dims: Mapping[str, str]) -> Key:
        return tuple(dims[name] for name in self.q.by)

    def split(self, things: Iterable[_Thing]) -> dict[Key, list[_Thing]]:
        groups: dict[Key, list[_Thing]] = defaultdict(list)
        for thing in things:
            groups[self.key((thing.doc if isinstance(thing, Slice) else thing).dims)].append(thing)
        return groups


def total(things: Iterable[Doc | Slice]) -> Decimal:
    return sum((t.amount for t in things), ZERO)


def count(slices: Iterable[Slice]) -> int:
    """Open items as people count them: one for each document and instalment still open."""
    return sum(1 for s in slices if not s.continues)


def ratio(top: Decimal | int, bottom: Decimal | int) -> float | None:
    return float(Fraction(top) / Fraction(bottom)) if bottom else None


# --- metrics ----------------------------------------------------------------------------------


def _balance_groups(r: Relations) -> set[Key]:
    if r.q.by == ("total",):
        return {("total",)} if r.docs else set()
    return set(r.split(r.alive))


def receivables(r: Relations) -> dict[Key, list[Row]]:
    def in_one_currency(held: list[Slice]) -> Decimal | None:
        if len({s.doc.dims["currency"] for s in held}) != 1:
            return None
        return sum((s.in_currency for s in held), ZERO)

    alive = r.split(r.alive)
    return {
        g: [
            {
                "receivables": total(alive.get(g, [])),
                "unapplied": total(s for s in alive.get(g, []) if s.amount < 0),
                "open_items": count(alive.get(g, [])),
                "customers": len({s.doc.dims["customer"] for s in alive.get(g, [])}),
                "receivables_currency": in_one_currency(alive.get(g, [])),
            }
        ]
        for g in _balance_groups(r)
    }


def late_buckets(written: str) -> list[tuple[str, int]]:
    """Bucket of what is late -> its last day, or its last month; the open one is the last."""
    ends, _, grace = written.partition("+")
    if ends.startswith("months:"):
        months = int(ends.removeprefix("months:"))
        return [(f"month_{n}", n) for n in range(months)] + [("older", 10**6)]
    days = [int(grace or 0), *map(int, ends.split(","))]
    names = [(f"{a + 1}-{b}", b) for a, b in pairwise(days)]
    return [*names, (f"over_{days[-1]}", 10**6)]


def bucket_of(s: Slice, q: Question) -> str:
    if s.amount < 0:
        return "unapplied"
    since = s.due if q.basis == "due" else s.owed.day
    days = (q.as_of - since).days
    if days <= int(q.buckets.partition("+")[2] or 0):
        return "not_due"
    if q.buckets.startswith("months:"):
        days = (q.as_of.year - since.year) * 12 + q.as_of.month - since.month
    return next(name for name, upto in late_buckets(q.buckets) if days <= upto)


def aging(r: Relations) -> dict[Key, list[Row]]:
    alive = r.split(r.alive)
    answer: dict[Key, list[Row]] = {}
    for g in _balance_groups(r):
        answer[g] = []
        for bucket in ("not_due", *(n for n, _ in late_buckets(r.q.buckets)), "unapplied"):
            held = [s for s in alive.get(g, []) if bucket_of(s, r.q) == bucket]
            answer[g].append({"bucket": bucket, "amount": total(held), "items": count(held)})
    return answer


def _count_back(owed: Decimal, sales: list[Doc], as_of: date) -> float | None:
    """Walk back month by month; None where the sales run out first."""
    if owed < 0 or not sales:
        return None
    if owed == 0:
        return 0.0
    sold: dict[date, Decimal] = defaultdict(Decimal)
    for d in sales:
        sold[first_of(d.day)] += d.amount
    days, left, month = Fraction(0), owed, first_of(as_of)
    while month >= min(sold):
        length = (min(last_of(month), as_of) - month).days + 1
        if sold[month] >= left:
            return float(days + Fraction(left) / Fraction(sold[month]) * length)
        left -= sold[month]
        days += length
        month = first_of(month, 1)
    return None


def dso(r: Relations) -> dict[Key, list[Row]]:
    alive, sales = r.split(r.alive), r.split(r.sales)
    every_sale = [
        d
        for d in r.book.docs
        if d.kind in ("invoice", "credit_note") and d.day <= r.q.as_of
    ]  # fmt: skip
    answer: dict[Key, list[Row]] = {}
    for g in set(alive) | set(sales):
        owed = total(alive.get(g, []))
        not_due = total(s for s in alive.get(g, []) if s.amount > 0 and s.due >= r.q.as_of)
        sold, found = {}, {}
        for name, months in (("1m", 1), ("3m", 3), ("12m", 12)):
            start = first_of(r.q.as_of, months - 1)
            sold[name] = total(d for d in sales.get(g, []) if d.day >= start)
            days = (r.q.as_of - start).days + 1
            reaches = months == 1 or first_of(min(d.day for d in every_sale or r.docs)) <= start
            for kind, amount in (("dso", owed), ("best", not_due)):
                found[kind, name] = (
                    float(Fraction(amount) / Fraction(sold[name]) * days)
                    if sold[name] > 0 and reaches
                    else None
                )
        back = 0.0 if owed == 0 else _count_back(owed, sales.get(g, []), r.q.as_of)
        known = (
            (r.q.as_of - first_of(min(d.day for d in every_sale))).days + 1 if every_sale else None
        )
        gap = (
            None
            if found["dso", "3m"] is None
            else float(found["dso", "3m"]) - float(found["best", "3m"] or 0)
        )
        answer[g] = [
            {
                "period_end": found["dso", "1m"],
                "rolling_3m": found["dso", "3m"],
                "rolling_12m": found["dso", "12m"],
                "count_back": back,
                "best_possible_3m": found["best", "3m"],
                "average_days_delinquent_3m": gap,
                "receivables": owed,
                "sales_1m": sold["1m"],
                "sales_3m": sold["3m"],
                "sales_12m": sold["12m"],
                "not_due": not_due,
                "count_back_at_least": known if owed > 0 and back is None else None,
            }
        ]
    return answer


def collection_effectiveness(r: Relations) -> dict[Key, list[Row]]:
    opening, closing = r.split(r.opening), r.split(r.alive)
    month = r.split(d for d in r.sales if d.day >= first_of(r.q.as_of))
    answer: dict[Key, list[Row]] = {}
    for g in set(opening) | set(closing) | set(month):
        begin, end, sold = (total(x.get(g, [])) for x in (opening, closing, month))
        not_due = total(s for s in closing.get(g, []) if s.amount > 0 and s.due >= r.q.as_of)
        answer[g] = [
            {
                "cei": ratio(begin + sold - end, begin + sold - not_due),
                "opening": begin,
                "sales": sold,
                "closing": end,
                "closing_not_due": not_due,
            }
        ]
    return answer


def lives_of(cohort: Iterable[Doc], as_of: date) -> list[tuple[int, bool]]:
    """Days from issue and whether the invoice was paid then; else it was still unpaid."""
    lives = []
    for d in cohort:
        closed, outcome = d.ended(as_of)
        lives.append((((closed or as_of) - d.day).days, outcome == "paid"))
    return lives


@dataclass(frozen=True)
class Step:
    day: int
    unpaid: Fraction
    low: float | None
    high: float | None
    at_risk: int


def kaplan_meier(lives: list[tuple[int, bool]]) -> list[Step]:
    """The estimate with Greenwood's variance and the interval on the log-log scale."""
    unpaid, variance, steps = Fraction(1), Fraction(0), []
    for day in sorted({d for d, _ in lives}):
        at_risk = sum(1 for d, _ in lives if d >= day)
        paid = sum(1 for d, event in lives if d == day and event)
        unpaid *= 1 - Fraction(paid, at_risk)
        if paid < at_risk:
            variance += Fraction(paid, at_risk * (at_risk - paid))
        low = high = None
        if 0 < unpaid < 1:
            spread = Z * math.sqrt(variance) / abs(math.log(unpaid))
            low, high = float(unpaid) ** math.exp(spread), float(unpaid) ** math.exp(-spread)
        steps.append(Step(day, unpaid, low, high, at_risk))
    return steps


def payment_curve(r: Relations) -> dict[Key, list[Row]]:
    return {
        g: [
            {
                "day": s.day,
                "paid_share": float(1 - s.unpaid),
                "low": None if s.high is None else 1 - s.high,
                "high": None if s.low is None else 1 - s.low,
                "at_risk": s.at_risk,
            }
            for s in kaplan_meier(lives_of(cohort, r.q.as_of))
        ]
        for g, cohort in r.split(r.cohort).items()
    }


def payment_speed(r: Relations) -> dict[Key, list[Row]]:
    settled, cohorts = r.split(r.settled), r.split(r.cohort)
    unpaid = r.split(s for s in r.alive if s.owed.kind == "invoice" and s.amount > 0)
    answer: dict[Key, list[Row]] = {}
    for g in set(settled) | set(cohorts) | set(unpaid):
        paid = settled.get(g, [])
        weight = total(paid)
        taken = [((s.settled - s.owed.day).days, (s.settled - s.due).days, s.amount) for s in paid]
        steps = kaplan_meier(lives_of(cohorts.get(g, []), r.q.as_of))

        def first(reached: Callable[[Step], bool], steps: list[Step] = steps) -> int | None:
            return next((s.day for s in steps if reached(s)), None)

        answer[g] = [
            {
                "paid_items": len(paid),
                "open_items": count(unpaid.get(g, [])),
                "days_to_pay": ratio(sum(t for t, _, _ in taken), len(paid)),
                "days_to_pay_weighted": ratio(sum((t * a for t, _, a in taken), ZERO), weight),
                "days_beyond_terms_weighted": ratio(
                    sum((late * a for _, late, a in taken), ZERO), weight
                ),
                "on_time_share": ratio(sum(1 for _, late, _ in taken if late <= 0), len(paid)),
                "on_time_share_amount": ratio(
                    sum((a for _, late, a in taken if late <= 0), ZERO), weight
                ),
                "median_days_to_pay": first(lambda s: 2 * s.unpaid <= 1),
                "median_low": first(
                    lambda s: s.unpaid == 0 or (s.low is not None and s.low <= 0.5)
                ),
                "median_high": first(lambda s: s.high is not None and s.high <= 0.5),
                "due_assumed_items": sum(1 for s in paid if s.doc.due_assumed != ""),
            }
        ]
    return answer


def sales(r: Relations) -> dict[Key, list[Row]]:
    start = first_of(r.q.as_of, r.q.months + 11)
    end = year_before(r.q.as_of)
    first = min((d.day for d in r.book.docs if d.kind in ("invoice", "credit_note")), default=None)
    answer: dict[Key, list[Row]] = {}
    for g, docs in r.split(r.sales).items():
        now = [d for d in docs if d.day >= r.window]
        before = total(d for d in docs if start <= d.day <= end)
        reaches = first is not None and first_of(first) <= start
        answer[g] = [
            {
                "sales": total(now),
                "sales_year_before": before,
                "growth": float(Fraction(total(now)) / Fraction(before) - 1)
                if reaches and before > 0
                else None,
                "invoices": sum(1 for d in now if d.kind == "invoice"),
            }
        ]
    return answer


def above(book: Book, name: str) -> set[str]:
    """Return a customer and all that it belongs to, through their parents."""
    found: set[str] = set()
    while name and name in book.customers and name not in found:
        found.add(name)
        name = str(book.customers[name].get("parent_id") or "")
    return found


def exposure(r: Relations) -> dict[Key, list[Row]]:
    currency_aside = {k: v for k, v in r.q.where.items() if k != "currency"}
    of_documents = set(OF_DOCUMENTS) & {k for k, v in currency_aside.items() if v}
    of_documents |= set(r.q.by) & {*OF_DOCUMENTS, "currency"}
    own: dict[str, Decimal] = defaultdict(Decimal)
    for s in r.book.slices:
        if r.open_on(s, r.q.as_of):
            own[s.doc.dims["customer"]] += s.amount
            if r.q.undisputed:
                own[s.doc.dims["customer"]] -= r.parts.get(id(s), ZERO)
    limits = {
        name: Decimal(str(limit))
        for name, row in r.book.customers.items()
        if (limit := r.book.memo.over(name, row, r.q.as_of).get("credit_limit")) is not None
    }
    chains = {name: above(r.book, name) & set(limits) for name in r.book.customers}
    left = {
        holder: limits[holder]
        - sum((own[name] for name, held in chains.items() if holder in held), ZERO)
        for holder in limits
    }
    members = {h: sum(h in held for held in chains.values()) for h in limits}

    def top(name: str) -> str:
        return min(chains[name], key=lambda h: (-members[h], h))

    held_slices = r.alive
    if not of_documents and r.q.where.get("currency"):
        wide = replace(r.q, where=currency_aside)
        asked = r.q.where["currency"]
        there = {d.dims["customer"] for d in r.book.docs if d.dims["currency"] in asked}
        held_slices = [s for s in Relations(r.book, wide).alive if s.doc.dims["customer"] in there]
    alive = r.split(held_slices)
    accounts: dict[Key, list[tuple[str, Mapping[str, object]]]] = defaultdict(list)
    for dims, row in r.accounts:
        accounts[r.key(dims)].append((dims["customer"], row))

    def summed(rows: list[Mapping[str, object]], name: str) -> Decimal | None:
        given = [Decimal(str(row[name])) for row in rows if row.get(name) is not None]
        return sum(given, ZERO) if given else None

    answer: dict[Key, list[Row]] = {}
    for g in set(alive) | set(accounts):
        held = alive.get(g, [])
        rows = [row for _name, row in accounts.get(g, [])]
        limited = [] if of_documents else [n for n, _row in accounts.get(g, []) if chains[n]]
        under: dict[str, set[str]] = defaultdict(set)
        for name in limited:
            under[top(name)].add(min(chains[name], key=lambda h: (left[h], -members[h], h)))
        rooms = [
            min(left[top_one], sum((max(ZERO, left[h]) for h in binding), ZERO))
            if max(left[h] for h in binding) > 0
            else min(left[h] for h in binding)
            for top_one, binding in under.items()
        ]
        room = rooms[0] if len(rooms) == 1 else sum((max(ZERO, one) for one in rooms), ZERO)
        over = [max(ZERO, -left[n]) for n in limited if n in limits]
        answer[g] = [
            {
                "exposure": total(held),
                "credit_limit": summed(rows, "credit_limit"),
                "headroom": room if rooms else None,
                "excess": sum(over, ZERO) if over else None,
                "customers_over": sum(min(left[h] for h in chains[n]) < 0 for n in limited),
                "insured_limit": summed(rows, "insured_limit"),
                "without_limit": total(s for s in held if not chains[s.doc.dims["customer"]]),
            }
        ]  # fmt: skip
    return answer


def _agreed(r: Relations, d: Doc) -> object:
    customer = d.dims["customer"]
    said = r.book.memo.terms_on(customer, d.day, r.q.as_of)
    return said if said is not None else r.book.customers[customer].get("agreed_terms_days")


def terms(r: Relations) -> dict[Key, list[Row]]:
    issued = r.split(
        d for d in r.sales if d.kind == "invoice" and d.amount > 0 and d.day >= r.window
    )
    settled = r.split(r.settled)
    answer: dict[Key, list[Row]] = {}
    for g in set(issued) | set(settled):
        agreed = [
            (Decimal(str(days)), d.amount)
            for d in issued.get(g, [])
            if (days := _agreed(r, d)) is not None
        ]
        given = [
            (Decimal((d.due - d.day).days), d.amount)
            for d in issued.get(g, [])
            if d.due_assumed == ""
        ]
        taken = [(Decimal((s.settled - s.owed.day).days), s.amount) for s in settled.get(g, [])]
        answer[g] = [
            {
                name: ratio(sum((t * a for t, a in rows), ZERO), sum((a for _, a in rows), ZERO))
                for name, rows in (("agreed", agreed), ("invoiced", given), ("taken", taken))
            }
            | {"invoices": len(issued.get(g, []))}
        ]
    return answer


def of_waiting(parts: Iterable[tuple[Decimal, int]]) -> Decimal | None:
    """What amounts cost that wait for so many days, at 5 % a year; None of nothing."""
    known = list(parts)
    if not known:
        return None
    exact = sum((Decimal(days) * amount for amount, days in known), ZERO) * 5 / 36500
    return exact.quantize(CENT, ROUND_HALF_UP)


def terms_leak(r: Relations) -> dict[Key, list[Row]]:
    issued, settled = r.split(r.cohort), r.split(r.settled)
    answer: dict[Key, list[Row]] = {}
    for g in set(issued) | set(settled):
        known = [
            (s, int(str(days)), (s.due - d.day).days)
            for d in issued.get(g, [])
            if d.due_assumed == "" and (days := _agreed(r, d)) is not None
            for s in d.slices
        ]
        weight = sum((s.amount for s, _, _ in known), ZERO)
        agreed = sum((s.amount * days for s, days, _ in known), ZERO)
        invoiced = sum((s.amount * days for s, _, days in known), ZERO)
        beyond: dict[int, Decimal] = defaultdict(Decimal)
        size: dict[int, Decimal] = defaultdict(Decimal)
        for s, wanted, got in known:
            beyond[id(s.doc)] += s.amount * (got - wanted)
            size[id(s.doc)] += s.amount
        above = [size[n] for n, days in beyond.items() if days > 0]
        paid = settled.get(g, [])
        taken = sum((s.amount * (s.settled - s.owed.day).days for s in paid), ZERO)
        late = sum((s.amount * (s.settled - s.due).days for s in paid), ZERO)
        answer[g] = [
            {
                "agreed": ratio(agreed, weight),
                "invoiced": ratio(invoiced, weight),
                "granted": ratio(invoiced - agreed, weight),
                "granted_cost": of_waiting((s.amount, got - want) for s, want, got in known),
                "taken": ratio(taken, total(paid)),
                "late": ratio(late, total(paid)),
                "late_cost": of_waiting((s.amount, (s.settled - s.due).days) for s in paid),
                "above": len(above),
                "above_amount": sum(above, ZERO),
                "invoices": len(size),
                "known_share": ratio(weight, total(issued.get(g, []))),
            }
        ]
    return answer


def returned(r: Relations) -> dict[Key, list[Row]]:
    paid = total(d for d in r.book.docs if d.day <= r.q.as_of and d.kind == "payment")
    lost = -total(d for d in r.book.docs if d.day <= r.q.as_of and d.kind == "write_off")
    share = None
    if lost > 0:
        ended = lost - paid
        share = min(Fraction(lost) / Fraction(ended), Fraction(1)) if ended > 0 else Fraction(0)
    issued = r.split(r.cohort)
    slices = r.split(
        s
        for s in r.book.slices
        if r._in(s.doc.dims)
        and s.doc.day <= r.q.as_of
        and s.owed.kind == "invoice"
        and s.owed.cost is not None
        and s.amount > 0
        and s.owed.day >= r.window
    )
    answer: dict[Key, list[Row]] = {}
    for g in set(issued) | set(slices):
        mine = [d for d in issued.get(g, []) if d.cost is not None]
        cost = sum((d.cost for d in mine if d.cost is not None), ZERO)
        held = slices.get(g, [])

        def over(s: Slice) -> str:
            closed = s.closed is not None and s.closed <= r.q.as_of
            return s.closed_by if closed else ""

        waits, late, days, weight = [], [], ZERO, ZERO
        for s in held:
            if over(s) in ("credit_note", "adjustment"):
                continue
            since = s.doc.day
            until = s.settled if over(s) else r.q.as_of
            waits.append((s.amount, (until - since).days))
            late.append((s.amount, max((until - max(since, s.due)).days, 0)))
            days += s.amount * (until - since).days
            weight += ZERO if s.doc.reopens else s.amount
        still = total(s for s in held if not over(s))
        gone = total(s for s in held if over(s) == "write_off")
        credited = total(s for s in held if over(s) in ("credit_note", "adjustment"))
        waiting = (of_waiting(waits) or ZERO) if held else None
        expected = None
        if held and share is not None:
            exact = Fraction(still) * share
            expected = Decimal(math.floor(exact * 100 + Fraction(1, 2))) / 100
        margin = total(mine) - cost if mine else None
        kept = (margin or ZERO) - gone - credited - (expected or ZERO)
        after = kept - (waiting or ZERO)
        answer[g] = [
            {
                "invoices": len(mine),
                "sales": total(mine) if mine else None,
                "cost": cost if mine else None,
                "margin": margin,
                "waiting": waiting,
                "lateness": (of_waiting(late) or ZERO) if held else None,
                "lost": gone if held else None,
                "credited": credited if held else None,
                "expected": expected,
                "after": after if mine or held else None,
                "margin_share": ratio(margin, total(mine)) if margin is not None else None,
                "after_share": ratio(after, total(mine)) if mine else None,
                "waited": ratio(days, weight),
                "gone_after": max(ratio(kept * 7300, total(mine)) or 0.0, 0.0) if mine else None,
                "open_amount": still if held else None,
                "without_cost": total(d for d in issued.get(g, []) if d.cost is None),
            }
        ]
    return answer


def order_to_cash(r: Relations) -> dict[Key, list[Row]]:
    answer: dict[Key, list[Row]] = {}
    for g, paid in r.split(r.settled).items():
        dated = [s for s in paid if s.owed.ordered and s.owed.delivered]

        def step(of: Callable[[Slice], int], dated: list[Slice] = dated) -> float | None:
            return ratio(sum((s.amount * of(s) for s in dated), ZERO), total(dated))

        def ordered(s: Slice) -> date:
            assert s.owed.ordered
            return s.owed.ordered

        def delivered(s: Slice) -> date:
            assert s.owed.delivered
            return s.owed.delivered

        payers: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for s in paid:
            took = (s.settled - s.owed.day).days
            payers[s.doc.dims["customer"]][bool(s.owed.order)].append(took)
        both = [(a, b) for a, b in payers.values() if len(a) > 1 and len(b) > 1]
        bare, named = (sum(len(pair[n]) for pair in both) for n in (0, 1))
        with_one = without = error = None
        if both:
            with_one = sum(len(a) * Fraction(sum(b), len(b)) for a, b in both) / bare
            without = Fraction(sum(sum(a) for a, _ in both), bare)

            def spread(days: list[int]) -> Fraction:
                mean = Fraction(sum(days), len(days))
                return (
                    sum(((d - mean) ** 2 for d in days), Fraction()) / (len(days) - 1) / len(days)
                )

            var = sum(len(a) ** 2 * (spread(a) + spread(b)) for a, b in both)
            error = Z * math.sqrt(var) / bare
        later = None if with_one is None or without is None else float(without - with_one)
        answer[g] = [
            {
                "payments": len(paid),
                "dated_share": ratio(total(dated), total(paid)),
                "to_deliver": step(lambda s: (delivered(s) - ordered(s)).days),
                "to_invoice": step(lambda s: (s.owed.day - delivered(s)).days),
                "terms": step(lambda s: (s.due - s.owed.day).days),
                "beyond": step(lambda s: (s.settled - s.due).days),
                "ours": step(lambda s: (s.owed.day - ordered(s)).days),
                "theirs": step(lambda s: (s.settled - s.owed.day).days),
                "whole": step(lambda s: (s.settled - ordered(s)).days),
                "without_number": sum(not s.owed.order for s in paid),
                "compared_with": named,
                "compared_without": bare,
                "days_with": None if with_one is None else float(with_one),
                "days_without": None if without is None else float(without),
                "later": later,
                "later_low": None if later is None or error is None else later - error,
                "later_high": None if later is None or error is None else later + error,
            }
        ]
    return answer


# --- the bridge -------------------------------------------------------------------------------

Exact = Fraction


@dataclass
class Side:
    """One of the two days of a bridge: what each customer bought, owed and paid by then."""

    r: Relations

    def __post_init__(self) -> None:
        self.day = self.r.q.as_of
        self.since, self.year = first_of(self.day, 2), first_of(self.day, 11)
        self.days = (self.day - self.since).days + 1
        self.sales = [d for d in self.r.sales if d.day >= self.since]
        self.sold: dict[str, Fraction] = defaultdict(Fraction)
        for d in self.sales:
            self.sold[d.dims["customer"]] += Exact(d.amount)
        self.all_sold = sum(self.sold.values(), Exact(0))

    def billed(self, unit: str) -> list[Slice]:
        """Slices of the year's invoices, but for those that ended otherwise than paid."""
        return [
            s
            for d in self.r.docs
            if d.dims["customer"] == unit and d.kind == "invoice" and d.amount > 0
            and d.day >= self.year and d.reopens is None
            for s in d.slices
            if s.closed is None or s.closed > self.day or s.closed_by == "payment"
        ]  # fmt: skip

    def delays(self, unit: str) -> dict[int, Fraction]:
        """How late the customer paid -> the share of what it paid."""
        found: dict[int, Fraction] = defaultdict(Fraction)
        for s in self.r.settled:
            if s.doc.dims["customer"] == unit:
                found[(s.settled - s.due).days] += Exact(s.amount)
        paid = sum(found.values(), Exact(0))
        return {late: amount / paid for late, amount in found.items()} if paid else {}

    def ranks(self, unit: str) -> list[tuple[int, Fraction, Fraction]]:
        """Terms of the window's invoices, each with its interval of rank."""
        sums: dict[int, Fraction] = defaultdict(Fraction)
        for s in self.billed(unit):
            if s.doc.day >= self.since:
                sums[(s.due - s.doc.day).days] += Exact(s.amount)
        at, found = Exact(0), []
        for terms in sorted(sums):
            part = sums[terms] / sum(sums.values())
            found.append((terms, at, at + part))
            at += part
        return found


def _exchanged(terms: int, mine: Side, other: Side, unit: str) -> list[tuple[int, Fraction]]:
    """The other day's terms at the rank of `terms`, each with its part."""
    own, theirs = mine.ranks(unit), other.ranks(unit)
    if not own or not theirs:
        return [(terms, Exact(1))]
    _, low, high = min(own, key=lambda one: (abs(one[0] - terms), one[0]))
    return [
        (found, (min(high, upto) - max(low, since)) / (high - low))
        for found, since, upto in theirs
        if min(high, upto) > max(low, since)
    ]


def _parts(sides: tuple[Side, Side], unit: str) -> Callable[..., dict[Key, Fraction]]:
    """A replay: the calendar, the terms and the delays of either day -> what is open by group."""
    delays = [side.delays(unit) for side in sides]
    delays = [mine or delays[1 - n] or {0: Exact(1)} for n, mine in enumerate(delays)]

    def replay(calendar: int, terms: int, lateness: int) -> dict[Key, Fraction]:
        mine = sides[calendar]
        found: dict[Key, Fraction] = defaultdict(Fraction)
        for s in mine.billed(unit):
            own = (s.due - s.doc.day).days
            given = [(own, Exact(1))]
            if terms != calendar:
                given = _exchanged(own, mine, sides[terms], unit)
            for days, part in given:
                late = (mine.day - s.doc.day).days - days
                unpaid = sum((p for when, p in delays[lateness].items() if when > late), Exact(0))
                found[mine.r.key(s.doc.dims)] += Exact(s.amount) * part * unpaid
        return found

    return replay


def dso_bridge(r: Relations) -> dict[Key, list[Row]]:
    since = r.q.since or year_before(r.q.as_of)
    if since >= r.q.as_of:
        return {}
    sides = tuple(
        Side(Relations(r.book, replace(r.q, as_of=day, months=12))) for day in (since, r.q.as_of)
    )
    before, after = sides
    first = min(
        (d.day for d in r.book.docs
         if d.kind in ("invoice", "credit_note") and d.day <= r.q.as_of), default=None,
    )  # fmt: skip
    missing = ""
    if first is None or first_of(first) > before.since:
        missing = "before_the_data"
    elif before.all_sold <= 0:
        missing = "no_sales_before"
    elif after.all_sold <= 0:
        missing = "no_sales_after"
    rows: dict[Key, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    units = {d.dims["customer"] for side in sides for d in side.r.docs}
    for unit in units:
        steady = all(side.sold[unit] > 0 for side in sides)
        replay = _parts((before, after), unit)
        if steady:
            for n in (0, 1):
                for key in replay(n, n, n):
                    rows[key]["there"] += 0
        for sign, side in ((-1, before), (1, after)):
            for d in side.sales:
                if d.dims["customer"] == unit:
                    rows[r.key(d.dims)]["there"] += 0
                    if not missing:
                        share = "share_after" if sign > 0 else "share_before"
                        rows[r.key(d.dims)][share] += Exact(d.amount) / side.all_sold
            for s in side.r.alive:
                if s.doc.dims["customer"] != unit:
                    continue
                row = rows[r.key(s.doc.dims)]
                row["there"] += 0
                if missing:
                    continue
                days = Exact(s.amount) * side.days / side.all_sold
                row["after" if sign > 0 else "before"] += days
                if not steady:
                    row["mix" if side.sold[unit] > 0 else "without_sales"] += sign * days
        if not steady or missing:
            continue
        shares = [side.sold[unit] / side.all_sold for side in sides]
        mean = (shares[0] + shares[1]) / 2
        for n, side in enumerate(sides):
            sign = 2 * n - 1
            for s in side.r.alive:
                if s.doc.dims["customer"] == unit:
                    days = Exact(s.amount) * side.days / side.sold[unit]
                    row = rows[r.key(s.doc.dims)]
                    row["mix"] += (shares[1] - shares[0]) * days / 2
                    row["lateness" if s.amount > 0 else "unapplied"] += sign * mean * days
        for order in permutations(range(3)):
            now = [0, 0, 0]
            for cause in order:
                for sign in (-1, 1):
                    now[cause] = (sign + 1) // 2
                    for key, amount in replay(*now).items():
                        side = sides[now[0]]
                        days = sign * mean * amount * side.days / side.sold[unit] / 6
                        if cause < 2:
                            rows[key][("timing", "terms")[cause]] += days
                            rows[key]["lateness"] -= days
    answer: dict[Key, list[Row]] = {}
    for key, row in rows.items():
        row["change"] = row["after"] - row["before"]
        answer[key] = [
            {
                name: None if missing else float(row[name])
                for name in (
                    "before", "mix", "timing", "terms", "lateness", "unapplied", "without_sales",
                    "after", "change", "share_before", "share_after",
                )
            }
            | {"missing": missing}
        ]  # fmt: skip
    return answer


def movements(r: Relations) -> dict[Key, list[Row]]:
    since = r.q.since or year_before(r.q.as_of)
    if since >= r.q.as_of:
        return {}
    causes = {
        "invoice": "invoiced", "credit_note": "credited", "write_off": "written_off",
        "opening": "adjusted", "adjustment": "adjusted", "exchange": "exchange",
    }  # fmt: skip
    answer: dict[Key, list[Row]] = {}
    for d in r.docs:
        row = answer.setdefault(
            r.key(d.dims),
            [dict.fromkeys(("opening", *causes.values(), "received", "returned", "closing"), ZERO)],
        )[0]
        paid = "returned" if d.amount > 0 else "received"
        cause = "opening" if d.day <= since else causes.get(d.kind, paid)
        row[cause] += d.amount
        row["closing"] += d.amount
    return answer


# --- what people said -------------------------------------------------------------------------


def _whole(r: Relations) -> set[Key]:
    return {("total",)} if r.q.by == ("total",) and r.docs else set()


def _of_accounts(r: Relations) -> dict[str, tuple[Key, Mapping[str, object]]]:
    return {dims["customer"]: (r.key(dims), row) for dims, row in r.accounts}


def promises(r: Relations) -> dict[Key, list[Row]]:
    paid: dict[str, list[tuple[date, Decimal, str, Decimal]]] = defaultdict(list)
    for d in r.book.docs:
        if d.kind == "payment":
            moved = (d.day, -d.amount_currency, d.dims["currency"], d.rate)
            paid[d.dims["customer"]].append(moved)
    known = _of_accounts(r)
    groups: dict[Key, list[tuple[Any, str, Decimal]]] = {key: [] for key in _whole(r)}
    for line, state, came in r.book.memo.promises(r.q.as_of, paid):
        if line.customer in known and (line.said_on >= r.window or state == "open"):
            groups.setdefault(known[line.customer][0], []).append((line, state, came))
    answer: dict[Key, list[Row]] = {}
    for g, told in groups.items():
        due = [line for line, _, _ in told if line.said.due_on <= r.q.as_of]
        number = {n: sum(state == n for _, state, _ in told)
                  for n in ("open", "kept", "part_kept", "broken")}  # fmt: skip

        def left(*states: str, told: list[Any] = told) -> Decimal:
            return sum((x.said.amount - p for x, state, p in told if state in states), ZERO)

        answer[g] = [
            {
                "promises": len(told),
                "promised": sum((line.said.amount for line, _, _ in told), ZERO),
                "due": len(due),
                "due_amount": sum((line.said.amount for line in due), ZERO),
                **number,
                "open_amount": left("open"),
                "broken_amount": left("part_kept", "broken"),
                "kept_share": ratio(
                    number["kept"], number["kept"] + number["part_kept"] + number["broken"]
                ),
            }
        ]
    return answer


def _disputes(r: Relations) -> dict[Key, list[tuple[Any, int]]]:
    known = _of_accounts(r)
    found: dict[Key, list[tuple[Any, int]]] = defaultdict(list)
    for line in r.book.memo.open_disputes(r.book.memo.by(r.q.as_of)):
        if line.customer in known:
            age = max((r.q.as_of - line.said_on).days, 0)
            found[known[line.customer][0]].append((line, age))
    return found


def disputes(r: Relations) -> dict[Key, list[Row]]:
    r = Relations(r.book, replace(r.q, undisputed=False))
    told, owed, contested = _disputes(r), r.split(r.alive), r.split(r.disputed)
    answer: dict[Key, list[Row]] = {}
    for g in set(told) | set(owed) | _whole(r):
        held = total(owed.get(g, []))
        part = sum((r.parts[id(s)] for s in contested.get(g, [])), ZERO)
        mine = told.get(g, [])
        answer[g] = [
            {
                "disputes": len(mine),
                "claimed": sum((line.said.amount for line, _ in mine), ZERO),
                "disputed": part,
                "receivables": held,
                "share": ratio(part, held) if held > 0 else None,
                "average_age": ratio(sum(age for _, age in mine), len(mine)),
            }
        ]
    return answer


def disputes_by(r: Relations) -> dict[Key, list[Row]]:
    def old(age: int) -> str:
        return next(
            (name for name, upto in (("0-30", 30), ("31-60", 60), ("61-90", 90)) if age <= upto),
            "over_90",
        )

    answer: dict[Key, list[Row]] = {}
    for g, told in _disputes(r).items():
        answer[g] = []
        for aspect, of in (
            ("reason", lambda line, _: line.said.reason),
            ("owner", lambda line, _: line.said.owner),
            ("age", lambda _, age: old(age)),
        ):
            held: dict[str, list[tuple[Any, int]]] = defaultdict(list)
            for line, age in told:
                held[of(line, age)].append((line, age))
            for value in sorted(held):
                ages = [age for _, age in held[value]]
                answer[g].append(
                    {
                        "aspect": aspect,
                        "value": value,
                        "disputes": len(ages),
                        "claimed": sum((line.said.amount for line, _ in held[value]), ZERO),
                        "average_age": ratio(sum(ages), len(ages)),
                    }
                )
    return answer


def concentration(r: Relations) -> dict[Key, list[Row]]:
    answer: dict[Key, list[Row]] = {}
    for g, slices in r.split(r.alive).items():
        answer[g] = []
        for aspect in ("customer", "customer_group", "sector_division", "country"):
            held: dict[str, Decimal] = defaultdict(lambda: ZERO)
            for s in slices:
                held[s.doc.dims[aspect]] += s.amount
            owed = sorted((-amount, name) for name, amount in held.items() if amount > 0)
            if not owed:
                continue
            shares = [Fraction(amount) / sum(Fraction(a) for a, _ in owed) for amount, _ in owed]
            answer[g].append(
                {
                    "aspect": aspect,
                    "members": len(owed),
                    "largest": owed[0][1],
                    "largest_share": float(shares[0]),
                    "top_5_share": float(sum(shares[:5])),
                    "top_10_share": float(sum(shares[:10])),
                    "herfindahl": math.floor(10000 * sum(s * s for s in shares) + Fraction(1, 2)),
                }
            )
    return {g: rows for g, rows in answer.items() if rows}


def _owing(r: Relations) -> list[Slice]:
    """What is alive; of the customers of a currency all that they owe."""
    asked = r.q.where.get("currency")
    of_documents = {k for k, v in r.q.where.items() if v} | set(r.q.by)
    if not asked or of_documents & set(OF_DOCUMENTS) or "currency" in r.q.by:
        return r.alive
    there = {d.dims["customer"] for d in r.book.docs if d.dims["currency"] in asked}
    wide = replace(r.q, where={k: v for k, v in r.q.where.items() if k != "currency"})
    return [s for s in Relations(r.book, wide).alive if s.doc.dims["customer"] in there]


def _exposed(r: Relations, customer: str) -> tuple[Decimal, Decimal]:
    held = [s for s in _owing(r) if s.doc.dims["customer"] == customer]
    late = [s for s in held if s.amount > 0 and s.due < r.q.as_of]
    return total(held), total(late)


def limits_ending(r: Relations) -> dict[Key, list[Row]]:
    rows: dict[Key, list[tuple[str, Any]]] = {key: [] for key in _whole(r)}
    for customer, (key, _row) in _of_accounts(r).items():
        for line in (
            r.book.memo.limit(customer, r.q.as_of),
            r.book.memo.terms(customer, r.q.as_of),
        ):
            until = line and line.said.valid_until
            if until and (until - r.q.as_of).days <= r.q.soon:
                rows.setdefault(key, []).append((customer, line))
    answer: dict[Key, list[Row]] = {}
    for g, told in rows.items():
        limits = [(c, line) for c, line in told if line.subject == "said_limits"]
        by_files = [
            Decimal(str(limit))
            for c, _ in limits
            if (limit := r.book.customers[c].get("credit_limit")) is not None
        ]
        answer[g] = [
            {
                "limits": len(limits),
                "amount": sum((x.said.amount for _, x in limits), ZERO),
                "file_limit": sum(by_files, ZERO) if by_files else None,
                "exposure": sum((_exposed(r, c)[0] for c, _ in limits), ZERO),
                "days_left": min(
                    ((x.said.valid_until - r.q.as_of).days for _, x in limits), default=None
                ),
                "terms": len(told) - len(limits),
            }
        ]
    return answer


def overrides(r: Relations) -> dict[Key, list[Row]]:
    names = ("overrides", "raised", "above_advice", "said_amount", "file_amount", "advised_amount",
             "exposure", "beyond", "overdue", "paid", "lost")  # fmt: skip
    rows: dict[Key, Row] = {key: dict.fromkeys(names, ZERO) for key in _whole(r)}
    for customer, (key, _row) in _of_accounts(r).items():
        line = r.book.memo.limit(customer, r.q.as_of)
        by_files = r.book.customers[customer].get("credit_limit")
        if line is None:
            continue
        files = None if by_files is None else Decimal(str(by_files))
        said, advised = line.said.amount, line.said.advised
        above = advised is not None and said > advised
        if not above and files in (None, said):
            continue
        allowed = min(x for x in (files, advised) if x is not None)
        exposure, overdue = _exposed(r, customer)
        since = [d for d in r.docs if d.dims["customer"] == customer and d.day > line.said_on]
        row = rows.setdefault(key, dict.fromkeys(names, ZERO))
        for name, value in (
            ("overrides", 1), ("raised", int(files is not None and said > files)),
            ("above_advice", int(above)), ("said_amount", said), ("file_amount", files or ZERO),
            ("advised_amount", advised or ZERO), ("exposure", exposure),
            ("beyond", max(min(exposure, said) - allowed, ZERO)), ("overdue", overdue),
            ("paid", -total(d for d in since if d.kind == "payment")),
            ("lost", -total(d for d in since if d.kind == "write_off")),
        ):  # fmt: skip
            row[name] += value
    return {key: [row] for key, row in rows.items()}


def insurance(r: Relations) -> dict[Key, list[Row]]:
    owed = r.split(_owing(r))
    insured: dict[Key, list[tuple[str, Decimal]]] = defaultdict(list)
    for dims, account in r.accounts:
        if borne := account.get("insured_limit"):
            insured[r.key(dims)].append((dims["customer"], Decimal(str(borne))))
    held: dict[tuple[Key, str], list[Slice]] = defaultdict(list)
    for g, slices in owed.items():
        for s in slices:
            held[g, s.doc.dims["customer"]].append(s)

    answer: dict[Key, list[Row]] = {}
    for g in set(owed) | set(insured):
        row: dict[str, Any] = dict.fromkeys(
            ("insured", "stopped", "stopped_amount", "lapsing", "lapsing_amount", "hand_over",
             "hand_over_amount", "missed_amount"), ZERO,
        )  # fmt: skip
        for name, limit in insured.get(g, []):
            line, debts = (
                r.book.memo.limit(name, r.q.as_of),
                [s for s in held[g, name] if s.amount > 0],
            )
            said = line.said.insured_percent if line else None
            ends = min((s.due for s in debts), default=date.max - timedelta(60)) + timedelta(60)
            under = total(s for s in held[g, name] if s.amount < 0 or ends >= r.q.as_of
                          or s.owed.day <= ends)  # fmt: skip
            share = min(limit, max(under, ZERO)) * Decimal(90 if said is None else said) / 100
            row["insured"] += share.quantize(Decimal("0.01"), ROUND_HALF_UP)
            if ends < r.q.as_of:
                row["stopped"] += 1
                row["stopped_amount"] += total(held[g, name])
            soon = r.q.as_of + timedelta(r.q.soon)
            ending = [s for s in debts if r.q.as_of <= s.due + timedelta(60) <= soon]
            if r.q.as_of <= ends <= soon:
                row["lapsing"] += 1
            if ends >= r.q.as_of:
                row["lapsing_amount"] += total(ending)
            claims = [s for s in debts if r.q.as_of <= s.due + timedelta(90) <= soon]
            row["hand_over"] += bool(claims)
            row["hand_over_amount"] += total(claims)
            row["missed_amount"] += total(s for s in debts if s.due + timedelta(90) < r.q.as_of)
        limits = [limit for _name, limit in insured.get(g, [])]
        exposed = total(owed.get(g, []))
        row |= {"exposure": exposed, "insured_limit": sum(limits, ZERO) if limits else None,
                "uninsured": exposed - row["insured"] if limits else None}  # fmt: skip
        row["insured"] = row["insured"] if limits else None
        answer[g] = [row]
    return answer


# --- expected loss ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Provided:
    """An open item with what of it is expected to be lost."""

    slice: Slice
    bucket: str
    rate: Fraction | None
    model: Decimal | None
    overlay: Decimal


Became = dict[tuple[str, str], Decimal]


def _ages(q: Question) -> tuple[str, ...]:
    return ("not_due", *(name for name, _ in late_buckets(q.buckets)))


def _millionths(exact: Fraction) -> Fraction:
    return Fraction(math.floor(exact * 10**6 + Fraction(1, 2)), 10**6)


def _cents(exact: Fraction) -> Decimal:
    return Decimal(math.floor(exact * 100 + Fraction(1, 2))).scaleb(-2)


def _month_pairs(r: Relations, day: date) -> list[tuple[date, date]]:
    known = min((d.day for d in r.book.docs), default=date.max)
    ends = [first_of(day + timedelta(1), back) - timedelta(1) for back in range(37)]
    return [(end, later) for later, end in pairwise(ends) if end >= known]


def _became(r: Relations, slices: Iterable[Slice], day: date) -> Became:
    """What stood in each bucket at month-ends, by what became of it a month later."""
    found: Became = defaultdict(Decimal)
    for s in slices:
        if s.owed.kind not in ("invoice", "opening") or s.amount <= 0:
            continue
        gone = s.closed if s.closed and s.closed <= day else None
        for end, later in _month_pairs(r, day):
            if not r.open_on(s, end):
                continue
            if gone and s.closed_by not in ("payment", "write_off"):
                what = "left_out"
            elif gone is None or gone > later:
                what = bucket_of(s, replace(r.q, as_of=later))
            elif s.closed_by == "write_off":
                what = "written_off"
            else:
                what = "paid" if s.in_force(day) else "left_out"
            found[bucket_of(s, replace(r.q, as_of=end)), what] += s.amount
    return found


def _chances(r: Relations, became: Became, day: date) -> dict[str, Fraction | None]:
    """What each bucket loses; None where it cannot be told."""
    ages = _ages(r.q)
    lost = sum(became[age, "written_off"] for age in ages)
    chances: dict[str, Fraction | None] = {}
    for place, age in reversed(list(enumerate(ages))):
        older = [name for name in ages[place + 1 :] if became[age, name]]
        left = sum(amount for (of, what), amount in became.items()
                   if of == age and what not in (age, "left_out"))  # fmt: skip
        if not left or any(chances[name] is None for name in older):
            chances[age] = None
            continue
        gone = Fraction(became[age, "written_off"])
        gone += sum((Fraction(became[age, n]) * (chances[n] or 0) for n in older), Fraction())
        chances[age] = gone / Fraction(left)
    if not lost or len(_month_pairs(r, day)) < r.q.watched:
        return dict.fromkeys(ages)
    return {age: None if chance is None else _millionths(chance) for age, chance in chances.items()}


def _matrix(r: Relations, day: date) -> dict[str, dict[str, Fraction | None]]:
    segments: dict[str, list[Slice]] = defaultdict(list)
    for s in r.book.slices:
        if s.doc.day <= day:
            segments[s.doc.dims[r.q.matrix]].append(s)
    return {name: _chances(r, _became(r, held, day), day) for name, held in segments.items()}


def _provided(r: Relations, day: date) -> list[Provided]:
    rates = _matrix(r, day)
    alive = [s for s in r.book.slices if r.open_on(s, day) and s.amount > 0]
    alive.sort(
        key=lambda s: (s.due, s.doc.dims["customer"], s.owed.number, s.amount, s.closed or date.max)
    )
    aged = replace(r.q, as_of=day)
    overlays = r.book.memo.overlays(day)
    whole = sum((o.amount for o in overlays if not o.bucket and o.amount is not None), ZERO)
    of_all = total(alive)
    upto: dict[str, Decimal] = defaultdict(Decimal)
    found = []

    def share(amount: Decimal, place: str, size: Decimal, of: Decimal) -> Decimal:
        before, upto[place] = upto[place], upto[place] + size
        ends = (Fraction(amount) * Fraction(end) / Fraction(of) for end in (upto[place], before))
        now, then = (_signed_cents(end) for end in ends)
        return now - then

    for s in alive:
        bucket = bucket_of(s, aged)
        rate = rates.get(s.doc.dims[r.q.matrix], {}).get(bucket)
        model = None if rate is None else _cents(Fraction(s.amount) * rate)
        mine = [o for o in overlays if o.bucket == bucket]
        points = [o.points for o in overlays if o.bucket in ("", bucket) and o.points is not None]
        overlay = ZERO
        if points:
            raised = (rate or Fraction()) + Fraction(sum(points)) / 100
            raised = min(max(raised, Fraction()), Fraction(1))
            overlay += _cents(Fraction(s.amount) * raised) - (model or ZERO)
        own = sum((o.amount for o in mine if o.amount is not None), ZERO)
        held = total(x for x in alive if bucket_of(x, aged) == bucket)
        overlay += share(own, bucket, s.amount, held) + share(whole, "", s.amount, of_all)
        if r._in(s.doc.dims):
            found.append(Provided(s, bucket, rate, model, overlay))
    return found


def _signed_cents(exact: Fraction) -> Decimal:
    return _cents(exact) if exact >= 0 else -_cents(-exact)


def expected_loss(r: Relations) -> dict[Key, list[Row]]:
    items: dict[Key, list[Provided]] = {key: [] for key in _whole(r)}
    for p in _provided(r, r.q.as_of):
        items.setdefault(r.key(p.slice.doc.dims), []).append(p)
    history = any(x is not None for rates in _matrix(r, r.q.as_of).values() for x in rates.values())
    answer: dict[Key, list[Row]] = {}
    for key, held in items.items():
        known = any(p.rate is not None for p in held) if held else history
        answer[key] = []
        for age in _ages(r.q):
            mine = [p for p in held if p.bucket == age]
            rated = [p for p in mine if p.rate is not None]
            model = sum((p.model or ZERO for p in rated), ZERO)
            modelled = bool(rated) or (not mine and known)
            overlay = sum((p.overlay for p in mine), ZERO)
            answer[key].append({
                "bucket": age, "gross": total(p.slice for p in mine),
                "rate": ratio(model, total(p.slice for p in rated)) if rated else None,
                "model": model if modelled else None, "overlay": overlay,
                "allowance": model + overlay if modelled or overlay else None,
                "without_rate": total(p.slice for p in mine if p.rate is None),
            })  # fmt: skip
    return answer


def roll_rates(r: Relations) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Slice]] = defaultdict(list)
    for s in r.book.slices:
        if s.doc.day <= r.q.as_of and r._in(s.doc.dims):
            groups[r.key(s.doc.dims)].append(s)
    ages = _ages(r.q)
    answer: dict[Key, list[Row]] = {}
    for key, slices in groups.items():
        became = _became(r, slices, r.q.as_of)
        if not became:
            continue
        chances = _chances(r, became, r.q.as_of)
        answer[key] = []
        for place, age in enumerate(ages):
            seen = sum((amount for (of, _), amount in became.items() if of == age), ZERO)
            rolled = sum((became[age, later] for later in ages[place + 1 :]), ZERO)
            chance, out = chances[age], became[age, "left_out"]
            answer[key].append({
                "bucket": age, "open_amount": seen, "left_out": out, "paid": became[age, "paid"],
                "stayed": became[age, age], "rolled": rolled,
                "written_off": became[age, "written_off"], "roll_rate": ratio(rolled, seen - out),
                "loss_rate": None if chance is None else float(chance),
                "months": len(_month_pairs(r, r.q.as_of)),
            })  # fmt: skip
    return answer


def allowance_movement(r: Relations) -> dict[Key, list[Row]]:
    day, since = r.q.as_of, r.q.since or year_before(r.q.as_of)
    if since >= day:
        return {}
    names = ("created", "released", "aged", "rates", "beyond", "written_off", "overlay")
    before, now, then = _provided(r, since), _provided(r, day), _matrix(r, since)

    def told(items: list[Provided]) -> bool:
        return any(p.rate is not None or p.overlay for p in items)

    def known(items: list[Provided], at: date) -> bool:
        return told(items) or any(
            x is not None for rates in _matrix(r, at).values() for x in rates.values()
        )

    began, ended = known(before, since), known(now, day)
    groups: dict[Key, tuple[list[Provided], list[Provided], list[Slice]]] = {}

    def of(s: Slice) -> tuple[list[Provided], list[Provided], list[Slice]]:
        return groups.setdefault(r.key(s.doc.dims), ([], [], []))

    for p in before:
        of(p.slice)[0].append(p)
    for p in now:
        of(p.slice)[1].append(p)
    for s in r.book.slices:
        lost = s.closed_by == "write_off" and s.settled <= day
        if lost and s.amount > 0 and s.doc.day > since and r._in(s.doc.dims):
            of(s)[2].append(s)
    answer: dict[Key, list[Row]] = {}
    for key, (first, last, inside) in groups.items():
        row = dict.fromkeys(names, ZERO)
        some = told(first) or told(last) or bool(inside)
        for p in first:
            model, s = p.model or ZERO, p.slice
            row["overlay"] -= p.overlay
            if s.closed is None or s.closed > day:
                row["aged"] -= model
            elif s.closed_by == "write_off":
                some = True
                row["beyond"] += s.amount - model
                row["written_off"] -= s.amount
            else:
                row["released"] -= model
        for p in last:
            row["overlay"] += p.overlay
            if p.slice.doc.day > since:
                row["created"] += p.model or ZERO
                continue
            rate = then.get(p.slice.doc.dims[r.q.matrix], {}).get(p.bucket)
            aged = ZERO if rate is None else _cents(Fraction(p.slice.amount) * rate)
            row["aged"] += aged
            row["rates"] += (p.model or ZERO) - aged
        for s in inside:
            row["beyond"] += s.amount
            row["written_off"] -= s.amount
        opening, closing = (
            sum(((p.model or ZERO) + p.overlay for p in held), ZERO) for held in (first, last)
        )
        both = some and began and ended
        answer[key] = [{
            "opening": opening if some and began else None,
            **{name: value if both else None for name, value in row.items()},
            "closing": closing if some and ended else None,
            "charge": closing - opening - row["written_off"] if both else None,
        }]  # fmt: skip
    return answer


METRICS: dict[str, Callable[[Relations], dict[Key, list[Row]]]] = {
    f.__name__: f
    for f in (
        receivables, aging, dso, collection_effectiveness, payment_speed, payment_curve, sales,
        exposure, terms, terms_leak, returned, order_to_cash, dso_bridge, movements, promises,
        disputes, disputes_by, limits_ending, overrides, insurance,
        concentration, expected_loss, roll_rates, allowance_movement,
    )
}  # fmt: skip


def answer(book: Book, name: str, question: Question) -> dict[Key, list[Row]]:
    """Return the rows of metric `name` by group."""
    return METRICS[name](Relations(book, question))
