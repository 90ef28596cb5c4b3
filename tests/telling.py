"""What people say, without a database: lines for tests of the figures that read them.

told = Telling()
told.say("A", Limit(Decimal(500), "EUR"), "2025-01-02")
Ledger(day, said=told.said(engine, day))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from data.core.policy.rules import DEFAULTS
from data.store.engine import Engine
from data.workspace.line import TAKEN_BACK, Line, line_of
from data.workspace.named import Named
from data.workspace.relations import Relations
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.market import Overlay
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import Subject
from metrics.asking.said import Said
from tests.random_ledgers import World, days_of

OF_MEMORY = ("promises", "disputes_by", "limits_ending", "overrides")
"""Metrics that say nothing where nobody said anything."""


class Telling:
    """Lines, in the order in which they are said."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def say(
        self, customer: str, said: Subject, day: str | date, documents: Iterable[str] = (),
        who: str = "Anna",
    ) -> str:  # fmt: skip
        """Say it at noon of a day; return the id of the line."""
        named = [Named("", number) for number in documents]
        line = line_of(who, customer, said, "said", named, _noon(day))
        self.lines.append(replace(line, number=len(self.lines) + 1))
        return line.id

    def take_back(self, id: str, day: str | date) -> None:
        """Take a line back on a day."""
        (place,) = (n for n, line in enumerate(self.lines) if line.id == id)
        line = self.lines[place]
        back = replace(
            line, id=f"{id}-", at=_noon(day), said_on=_noon(day).date(), subject=TAKEN_BACK,
            said=None, takes_back=id,
        )  # fmt: skip
        self.lines[place] = replace(line, taken_back=back)

    def said(self, engine: Engine, now: date) -> Said:
        """Return what a ledger reads of it; now: the last day of the data."""
        return Said(Relations(lambda: self.lines, engine, DEFAULTS), now)


def _noon(day: str | date) -> datetime:
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(found, time(12), UTC)


@st.composite
def tellings(draw: st.DrawFn, world: World, most: int = 8) -> Telling:
    """Return what people may say over a random ledger: some of it settled, some taken back."""
    told = Telling()
    customers: list[str] = [str(c["customer_id"]) for c in world.customers]
    numbers = sorted({str(d["document_id"]) for d in world.documents})
    amounts = st.sampled_from([Decimal(n).scaleb(-2) for n in (1, 333, 12_345, 400_000, 900_000)])
    later = st.sampled_from((None, -10, 0, 20, 60, 400))
    days = sorted(
        draw(st.lists(days_of(world), max_size=most)),
    )
    ids: list[tuple[str, date, bool]] = []
    for day in days:
        customer = draw(st.sampled_from(customers))
        days_later = draw(later)
        until = None if days_later is None else day + timedelta(days=days_later)
        kind = draw(st.sampled_from(("limit", "terms", "dispute", "dispute", "promise", "overlay")))
        currency = draw(st.sampled_from(("EUR", "EUR", "USD")))
        said: Subject
        documents: list[str] = []
        if kind == "limit":
            insured = draw(st.sampled_from((None, Decimal("100.00"))))
            advised = draw(st.sampled_from((None, None, Decimal(0), Decimal("123.45"))))
            said = Limit(
                draw(st.one_of(st.just(Decimal(0)), amounts)), currency, until, insured,
                advised=advised,
            )  # fmt: skip
        elif kind == "terms":
            said = Terms(draw(st.sampled_from((0, 30, 90))), until)
        elif kind == "dispute":
            said = Dispute(draw(amounts), currency, draw(st.sampled_from(("price", "quality"))),
                           draw(st.sampled_from(("", "Ann"))))  # fmt: skip
            documents = draw(st.lists(st.sampled_from(numbers), max_size=3, unique=True))
        elif kind == "overlay":
            customer = ""
            signed = draw(amounts) * draw(st.sampled_from((1, -1)))
            bucket = draw(st.sampled_from(("", "not_due", "31-60", "over_90")))
            since = day + timedelta(days=draw(st.sampled_from((-40, 0, 20))))
            if draw(st.booleans()):
                said = Overlay(bucket, since, currency, amount=signed)
            else:
                said = Overlay(bucket, since, currency, points=signed % 100 or Decimal(1))
        else:
            said = Promise(draw(amounts), currency, until or day)
        ids.append((told.say(customer, said, day, documents), day, kind == "dispute"))
    for number, day, dispute in list(ids):
        after = day + timedelta(days=draw(st.sampled_from((0, 1, 40))))
        what = draw(st.sampled_from(("", "", "settle", "back")))
        if what == "settle" and dispute:
            customer = next(x.customer for x in told.lines if x.id == number)
            ids.append((told.say(customer, Settled(number, "paid"), after), after, False))
        elif what == "back":
            told.take_back(number, after)
    again: bool = draw(st.booleans())
    if ids and again:
        number, day, _ = ids[-1]
        if all(x.taken_back is None for x in told.lines if x.id == number):
            told.take_back(number, day + timedelta(days=10))
    return told
