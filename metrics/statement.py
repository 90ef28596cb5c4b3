"""Statements of account: what moved a customer's balance between two days, and what is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from metrics.asking.ledger import Ledger, Rows, Statement
from metrics.asking.metric import Query
from metrics.review.movements import moved

ZERO = Decimal("0.00")
_BEFORE = Query(
    reads=("spans", "movements"),
    select="""
select movements.customer, movements.currency, sum(movements.amount) as amount,
    sum(movements.amount_currency) as amount_currency
from movements
join spans on spans.since = movements.as_of
group by movements.customer, movements.currency
order by movements.customer, movements.currency
""",
)
_MOVED = Query(
    reads=("spans", "movements"),
    tables={
        "shown": moved(
            "movements.customer, movements.document_key, movements.issued_on, movements.kind,\n"
            "    movements.document_id, movements.due_on, movements.amount, movements.currency,\n"
            "    movements.amount_currency, movements.reference, movements.po_number,\n"
            "    movements.disputed, movements.file_id, movements.line"
        )
    },
    select="""
select shown.*, f.name as file
from shown
left join files as f on f.file_id = shown.file_id
order by shown.customer, shown.issued_on, shown.document_key
""",
)
_OPEN = Query(
    reads=("alive",),
    tables={
        "aged": """
select alive.*, coalesce(alive.reopens, alive.document_key) as owed_key, {bucket} as bucket
from alive
""",
    },
    select="""
select aged.customer, aged.owed_key as document_key, document.document_id, document.kind,
    aged.issued_on, aged.due_on, aged.as_of, aged.bucket, aged.currency,
    sum(aged.amount) as amount, sum(aged.amount_currency) as amount_currency
from aged
join documents as document on document.document_key = aged.owed_key
group by aged.customer, aged.owed_key, document.document_id, document.kind, aged.issued_on,
    aged.due_on, aged.as_of, aged.bucket, aged.currency
order by aged.customer, aged.due_on, aged.owed_key
""",
)
_OWING = Query(
    reads=("alive",),
    tables={
        "sums": """
select customer, currency from alive
group by customer, currency
having sum(amount_currency) <> 0
""",
    },
    select="select distinct customer from sums order by customer",
)


@dataclass(frozen=True)
class Posting:
    """A document: what it moved (of `metrics.review.movements`), its amount, the balance after it.

    row: all that is known of it, as `moved_after` lists it.
    """

    what: str
    amount: Decimal
    balance: Decimal
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Open:
    """What is open of a document and due on one day. disputed: so much of it is."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    days_late: int
    bucket: str
    amount: Decimal
    disputed: Decimal = ZERO


@dataclass(frozen=True)
class Section:
    """A customer's account in one currency, from a day to a day, both included.

    opening: the balance before the first day. unapplied and overdue are both above zero.
    """

    currency: str
    opening: Decimal
    postings: tuple[Posting, ...]
    open: tuple[Open, ...]

    @property
    def closing(self) -> Decimal:
        """The balance at the end of the last day: what the documents come to."""
        return self.postings[-1].balance if self.postings else self.opening

    @property
    def ties(self) -> bool:
        """Whether the documents come to what is open."""
        return self.closing == sum((one.amount for one in self.open), ZERO)

    @property
    def moved(self) -> Mapping[str, Decimal]:
        """What moved the balance -> by how much, signed; with the opening it is the closing."""
        found: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for one in self.postings:
            found[one.what] += one.amount
        return found

    @property
    def aging(self) -> Mapping[str, Decimal]:
        """Bucket -> what is open in it; they add up to the closing balance."""
        found: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for one in self.open:
            found[one.bucket] += one.amount
        return found

    @property
    def overdue(self) -> Decimal:
        """What is past its due day, disputed or not."""
        return sum((x.amount for x in self.open if x.amount > 0 and x.days_late > 0), ZERO)

    @property
    def disputed(self) -> Decimal:
        """What of the overdue is disputed."""
        return sum((x.disputed for x in self.open if x.amount > 0 and x.days_late > 0), ZERO)

    @property
    def unapplied(self) -> Decimal:
        """Payments and credit notes that nothing has been matched to yet."""
        return -sum((one.amount for one in self.open if one.amount < 0), ZERO)

    @property
    def to_pay(self) -> Decimal:
        """What can be asked for now: overdue and not disputed, less what is unapplied."""
        return max(self.overdue - self.disputed - self.unapplied, ZERO)


def statements(
    rows: Rows, ledger: Ledger, numbers: Collection[str], first: date, *, reporting: str = ""
) -> dict[str, tuple[Section, ...]]:
    """Return customer -> its account from `first` to the as-of day, a section each currency.

    reporting: the reporting currency, in which everything is put together; '' for the currencies
    of the documents. Sections stand by their currency; one in which nothing was ever posted, or
    nothing moved and nothing is open, is left out, and so is a customer without any.
    """
    where = {**ledger.where, "customer": tuple(sorted(numbers))}
    whole = replace(ledger, where=where, since=first - timedelta(1), undisputed=False)
    of_day = replace(whole, since=None)
    undisputed = replace(of_day, undisputed=True)
    column = "amount" if reporting else "amount_currency"

    def group(found: Iterable[Mapping[str, Any]]) -> Mapping[tuple[str, str], list[Any]]:
        made: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in found:
            made[row["customer"], reporting or row["currency"]].append(row)
        return made

    opening = group(rows(before(whole)))
    posted = group(rows(moved_after(whole)))
    is_open = group(rows(still_open(of_day)))
    certain = {_slice(row): row[column] for row in rows(still_open(undisputed))}
    made: defaultdict[str, list[Section]] = defaultdict(list)
    for key in sorted({*opening, *posted, *is_open}):
        start = sum((row[column] for row in opening.get(key, ())), ZERO)
        section = Section(
            key[1],
            start,
            _postings(posted.get(key, ()), start, column),
            tuple(_open(row, column, certain) for row in is_open.get(key, ()) if row[column]),
        )
        if start or section.postings or section.open:
            made[key[0]].append(section)
    return {number: tuple(sections) for number, sections in made.items()}


def _postings(
    found: Sequence[Mapping[str, Any]], balance: Decimal, column: str
) -> tuple[Posting, ...]:
    made = []
    for row in found:
        if not row[column] and row["kind"] == "exchange":
            continue  # in the currency that was invoiced nothing moved
        balance += row[column]
        made.append(Posting(row["what"], row[column], balance, row))
    return tuple(made)


def _slice(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["document_key"], row["issued_on"], row["due_on"], row["bucket"]


def _open(row: Mapping[str, Any], column: str, certain: Mapping[Any, Decimal]) -> Open:
    late = max((row["as_of"] - row["due_on"]).days, 0)
    amount = row[column]
    return Open(
        row["document_id"] or "", row["kind"], row["issued_on"], row["due_on"],
        late if amount > 0 else 0, row["bucket"], amount, amount - certain.get(_slice(row), ZERO),
    )  # fmt: skip


def before(ledger: Ledger) -> Statement:
    """List the balances at the end of the day `ledger.since`: customer, currency, amount (in the
    reporting currency) and amount_currency.
    """
    return ledger.over(_BEFORE)


def moved_after(ledger: Ledger) -> Statement:
    """List the documents after `ledger.since` and up to the as-of day, by customer and day.

    Columns: what (moved receivables: of `metrics.review.movements`), customer, document_key,
    issued_on, kind, document_id, due_on, amount (signed, reporting currency), currency,
    amount_currency, reference, po_number, disputed, file_id, line, file. With `before` they add up
    to the receivables of the day.
    """
    return ledger.over(_MOVED)


def still_open(ledger: Ledger) -> Statement:
    """List what is open, by customer and due day; an instalment is a row of its own.

    Columns: customer, document_key, document_id, kind, issued_on, due_on, as_of, bucket, currency,
    amount (signed, reporting currency), amount_currency. They add up to the receivables of the day.
    """
    return ledger.over(_OPEN)


def owing(ledger: Ledger) -> Statement:
    """List the customers whose balance in some currency is not nothing: customer."""
    return ledger.over(_OWING)
