"""Sales documents and ledger lines of one company and period: one of the two is the base.

A SAF-T file of the billing program and one of the accounting program tell of the same receivables.
Where files of both kinds, of one company, have months in common, the base of these months is

- the kind that tells of payments, where the other does not: else nothing would ever be paid;
- else the kind that reaches over more months;
- else the sales invoices and payments, which say more: numbers, due days, what settles what.

What the other says of the base's months is set aside as a whole, and said in the report. It stays
staged: so whatever is loaded later, in whatever order, the choice is made anew from all files.
Months that the base does not reach keep their documents. Balances that a ledger opens with are
older than its months, and sales documents do not tell of them: they count, unless sales documents
of earlier months, or opening balances of their own, are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from data.core.texts import N_, Text
from etl.sql import Connection, number, rows, run

SALES, LEDGER = "saft:sales", "saft:ledger"

_FOR_SALES = N_(
    "The sales invoices and payments of this company from {since} to {upto} are loaded too"
    " ({files}) and count: the ledger lines of these months are set aside."
)
_FOR_SALES_AND_OPENING = N_(
    "The sales invoices and payments of this company from {since} to {upto} are loaded too"
    " ({files}) and count: the ledger lines of these months are set aside, but for the opening"
    " balances, which they do not tell of."
)
_FOR_LEDGER = N_(
    "The ledger of this company from {since} to {upto} is loaded too ({files}) and counts, since"
    " it tells what was paid or reaches over more months: the sales invoices of these months are"
    " set aside."
)
_MOST_NAMES = 3


@dataclass(frozen=True)
class _Part:
    """The documents of one file: from the first day of a month to the last of another."""

    file_id: int
    name: str
    ledger: str
    series: str
    since: date
    upto: date
    pays: bool
    opens: bool
    """It has opening balances."""


@dataclass(frozen=True)
class Aside:
    """What a file says of days that the base of its company tells of."""

    file_id: int
    base: str
    """Series of the files that count: SALES or LEDGER."""
    since: date
    upto: date
    openings: bool
    """Its opening balances are set aside too."""
    opened: bool
    """It has opening balances that count."""
    files: tuple[str, ...]
    """Names of the files that count."""

    @property
    def where(self) -> str:
        """SQL that is true of its rows of `staged_documents as s`."""
        kept = "" if self.openings else " and s.kind is distinct from 'opening'"
        days = f"date '{self.since}' and date '{self.upto}'"
        return f"(s.file_id = {self.file_id} and s.issued_on between {days}{kept})"

    @property
    def note(self) -> Text:
        """What a reader of the file's report should know."""
        more = ["..."] if len(self.files) > _MOST_NAMES else []
        values = {
            "since": str(self.since),
            "upto": str(self.upto),
            "files": ", ".join([*self.files[:_MOST_NAMES], *more]),
        }
        for_sales = _FOR_SALES_AND_OPENING if self.opened else _FOR_SALES
        return Text(for_sales if self.base == SALES else _FOR_LEDGER, values)


def overlaps(connection: Connection) -> list[Aside]:
    """Return what is set aside, of all files of the state; see the module."""
    # most states have files of one kind only
    kinds = f"select count(distinct series) from files where series in ('{SALES}', '{LEDGER}')"
    if number(connection, kinds) < 2:
        return []
    found = rows(
        connection,
        """
        with part as (
            select file_id, name, ledger, series, first_day, last_day from files
            where series in ($sales, $ledger) and ledger <> '' and first_day is not null
            and last_day is not null
        ),
        said as (
            -- an invoice that is its own receipt says nothing of the others
            select s.file_id, bool_or(s.kind = 'payment' and (p.series = $ledger
                    or s.document_id is distinct from s.reference)) as pays,
                bool_or(s.kind = 'opening') as opens
            from staged_documents as s join part as p using (file_id) group by s.file_id
        )
        select file_id, name, ledger, series, cast(date_trunc('month', first_day) as date),
            cast(last_day(last_day) as date), coalesce(pays, false), coalesce(opens, false)
        from part join said using (file_id) order by ledger, first_day, file_id
        """,
        sales=SALES,
        ledger=LEDGER,
    )
    return [a for group in _together([_Part(*row) for row in found]) for a in _aside(group)]


def set_aside_bases(connection: Connection) -> None:
    """Make `base_aside`: rows of `staged_documents` that do not count, by `entry_id`."""
    found = " or ".join(a.where for a in overlaps(connection))
    run(
        connection,
        f"""
        create or replace temp table base_aside as
        select s.rowid as entry_id, s.file_id, s.ledger, s.document_id, s.amount
        from staged_documents as s where {found or "false"}
        """,
    )


def _together(parts: list[_Part]) -> Iterator[list[_Part]]:
    """Yield the files of one company whose months hang together; `parts` are in order of days."""
    group: list[_Part] = []
    for part in parts:
        apart = group and part.since > max(other.upto for other in group)
        if group and (apart or part.ledger != group[0].ledger):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _aside(group: list[_Part]) -> Iterator[Aside]:
    """Yield what is set aside of files whose months hang together."""
    kinds = [[p for p in group if p.series == series] for series in (LEDGER, SALES)]
    if not all(kinds):
        return
    other, base = sorted(kinds, key=_rank)
    openings = (
        base[0].series == LEDGER
        or any(p.opens for p in base)
        or min(p.since for p in base) < min(p.since for p in other)
    )
    for part in other:
        for since, upto in _spans(base):
            first, last = max(since, part.since), min(upto, part.upto)
            if first <= last:
                files = [p.name for p in base if p.since <= last and p.upto >= first]
                opened = part.opens and not openings
                yield Aside(
                    part.file_id, base[0].series, first, last, openings, opened, tuple(files)
                )


def _rank(parts: list[_Part]) -> tuple[bool, int, bool]:
    months = sum(
        12 * (upto.year - since.year) + upto.month - since.month + 1
        for since, upto in _spans(parts)
    )
    return any(p.pays for p in parts), months, parts[0].series == SALES


def _spans(parts: list[_Part]) -> list[tuple[date, date]]:
    """Return the months that the files reach over, those that follow each other as one."""
    found: list[tuple[date, date]] = []
    for part in sorted(parts, key=lambda p: p.since):
        if found and part.since <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], part.upto))
        else:
            found.append((part.since, part.upto))
    return found
