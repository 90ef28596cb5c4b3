"""Small random ledgers whose truth is known, and the figures that follow from them, in cents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

LAST = date(2026, 1, 30)

#: Names with what breaks careless readers: accents, separators, quotation marks, a legal form.
NAMES = (
    "Acme Supplies", "Société Liégeoise", "Müller & Söhne", "Bolt, Nut and Sons", "O'Neill Ltd",
    "Van den Berg BV", "Dune Café", "Yota 2000",
)  # fmt: skip


@dataclass(frozen=True)
class Party:
    """A customer of one of the own companies."""

    number: str
    name: str
    company: str = ""


@dataclass(frozen=True)
class Payment:
    """What was received; negative: paid back."""

    number: str
    party: Party
    day: date
    cents: int


@dataclass(frozen=True)
class Invoice:
    """An invoice with its payments; `state` is written_off, void, draft or unknown, else ''."""

    number: str
    party: Party
    day: date
    due: date
    cents: int
    payments: tuple[Payment, ...] = ()
    state: str = ""

    @property
    def paid(self) -> int:
        """What was received and not paid back."""
        return sum(p.cents for p in self.payments)

    @property
    def open(self) -> int:
        """What is still owed."""
        return 0 if self.state == "written_off" else self.cents - self.paid

    @property
    def paid_on(self) -> date | None:
        """The day it was paid in full; None while it is not."""
        whole = self.payments and self.paid == self.cents
        return max(p.day for p in self.payments) if whole else None


@dataclass(frozen=True)
class Credit:
    """A credit note that nothing is matched to; `cents` are positive."""

    number: str
    party: Party
    day: date
    cents: int


@dataclass(frozen=True)
class World:
    """A ledger: `refunds` are payments back that name no invoice, as (negative) payments."""

    parties: tuple[Party, ...]
    invoices: tuple[Invoice, ...]
    credits: tuple[Credit, ...] = ()
    refunds: tuple[Payment, ...] = ()

    @property
    def payments(self) -> list[tuple[Payment, Invoice | None]]:
        """All payments with the invoice they are for, by day."""
        named = [(p, i) for i in self.invoices for p in i.payments]
        return sorted([*named, *((r, None) for r in self.refunds)],
                      key=lambda pair: (pair[0].day, pair[0].number))  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What a store is compared with; None: the files do not tell."""

    receivables: Mapping[str, int]
    """Customer -> cents on the last day, customers that owe nothing left out."""
    invoices: tuple[int, int]
    """How many, and their sum."""
    credit_notes: tuple[int, int]
    payments: tuple[int | None, int] | None = None
    aging: Mapping[str, int] | None = None
    """Bucket by due day -> cents on the last day."""
    paid: Mapping[str, date] | None = None
    """Number of an invoice -> the day it was paid in full."""
    sales: int = 0
    written_off: int = 0
    last: date = LAST


def bucket(due: date, day: date) -> str:
    """Return the bucket of an open invoice on a day."""
    late = (day - due).days
    edges = ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90"))
    return next((name for edge, name in edges if late <= edge), "over_90")


def tally(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up by name; what is zero is left out."""
    found: dict[str, int] = {}
    for name, cents in pairs:
        found[name] = found.get(name, 0) + cents
    return {name: cents for name, cents in found.items() if cents}


def _cents(random: Random) -> int:
    luck = random.random()
    if luck < 0.3:
        return random.randrange(1, 60) * 100_00
    if luck < 0.5:
        return random.randrange(1_000_00, 90_000_00)
    return random.randrange(30_00, 2_000_00)


@dataclass(frozen=True)
class Wanted:
    """What the ledger has to hold for a shape to show itself."""

    zeros: bool = False
    """Numbers of customers begin with zeros."""
    numbering: str = "letters"
    companies: bool = False
    credits: bool = False
    refunds: str = ""
    """named: of an invoice; account: of a customer."""
    states: tuple[str, ...] = ()
    whole: bool = False
    """Amounts have no cents and are at least a thousand."""


_NUMBERS = {"letters": "F26{:03}", "digits": "{:08}", "slash": "2026/{:04}"}
_CREDITS = {"letters": "CN26{:03}", "digits": "9{:07}", "slash": "CN-2026/{:04}"}


def _parties(random: Random, wanted: Wanted) -> tuple[Party, ...]:
    names = random.sample(NAMES, 4)
    numbers = random.sample(range(100, 999), 4)
    texts = [f"00{n}" if wanted.zeros else str(n) for n in numbers]
    if not wanted.companies:
        return tuple(Party(t, n) for t, n in zip(texts[:3], names, strict=False))
    return tuple(
        Party(texts[k % 2], name, "North Ltd" if k < 2 else "South Ltd")
        for k, name in enumerate(names)
    )


def _day(random: Random, first: int, last: int) -> date:
    return LAST - timedelta(days=random.randint(last, first))


def invent(random: Random, wanted: Wanted) -> World:
    """Return a ledger: paid, part-paid and open invoices, and what a shape wants besides."""
    parties = _parties(random, wanted)
    fates = ["paid", "part", "open", "paid", "open", "two", "open", "last"]
    fates[3:3] = wanted.states
    if wanted.refunds == "named":
        fates.insert(2, "back")
    invoices: list[Invoice] = []
    count = 0

    def pay(party: Party, day: date, cents: int) -> Payment:
        nonlocal count
        count += 1
        return Payment(f"P{500 + count}", party, min(day, LAST), cents)

    start = random.randrange(10, 80)
    for n, fate in enumerate(fates):
        party = parties[n % len(parties)]
        cents = _cents(random)
        if wanted.whole:
            cents = (cents // 100 + 1000) * 100
        # an open one of each age, the last on the last day
        day = LAST if fate == "last" else _day(random, 150 - 14 * n, 140 - 14 * n)
        due = day + timedelta(days=random.choice((14, 30, 30, 45)))
        late = timedelta(days=random.randint(-5, 12))
        paid: tuple[Payment, ...] = ()
        if fate == "paid":
            paid = (pay(party, due + late, cents),)
        elif fate in ("part", "part_paid"):
            paid = (pay(party, due + late, cents // 300 * 100),)
        elif fate == "two":
            half = cents // 200 * 100
            first = pay(party, day + timedelta(days=6), half)
            paid = (first, pay(party, day + timedelta(days=17), cents - half))
        elif fate == "back":
            first = pay(party, day + timedelta(days=9), cents)
            paid = (first, pay(party, day + timedelta(days=21), -cents))
        state = fate if fate in ("written_off", "void", "draft", "unknown") else ""
        number = _NUMBERS[wanted.numbering].format(start + n)
        invoices.append(Invoice(number, party, day, due, cents, paid, state))
    world = World(parties, tuple(invoices))
    if wanted.credits:
        world = replace(world, credits=tuple(
            Credit(_CREDITS[wanted.numbering].format(start + k), parties[k],
                   _day(random, 60, 20), 11_00 + (start + k) * 100 * (10 if wanted.whole else 1))
            for k in range(2)
        ))  # fmt: skip
    if wanted.refunds == "account":
        back = pay(parties[0], _day(random, 40, 20), -(17_00 + start * 100))
        world = replace(world, refunds=(back,))
    return world
