"""Invents the demo company's customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from data.demo.words import (
    FAMILY_NAMES,
    LEGAL_FORMS,
    PLACES,
    SALESPEOPLE,
    TRADES,
    Trade,
)

#: Branch -> share of the customers, first customer number, countries with their weights.
BRANCHES = {
    "FR": (0.33, 101000, {"FR": 22, "BE": 1}),
    "NL": (0.33, 201000, {"NL": 17, "DE": 4, "GB": 2}),
    "BE": (0.28, 301000, {"BE": 21, "FR": 1, "DE": 1}),
    "LU": (0.06, 401000, {"LU": 10, "FR": 1, "DE": 1}),
}
#: Days in hand until the next payment run, and those who forget, make up the rest.
_HASTE = 0.80
_PUBLIC = frozenset({"84.11", "85.20", "86.10", "87.10"})
_LANGUAGE = {"FR": 0, "LU": 0, "NL": 1, "BE": 1, "DE": 2, "GB": 3}


@dataclass(slots=True)
class Customer:
    """A customer: what the customer list says of it, and how it behaves."""

    number: str
    name: str
    vat: str
    country: str
    branch: str
    trade: Trade
    salesperson: str
    extra_days: int
    """Days its salesperson grants beyond the agreed terms, in `extra_share` of its invoices."""
    extra_share: float
    currency: str
    agreed_terms: int | None
    terms: int
    """What the invoices go by; the customer list may not say it (`agreed_terms`)."""
    weight: float
    """Share of the sales, relative to the others."""
    median_days: float
    spread: float
    pays_on: str
    """`any`, `week` (Thursdays) or `month` (15th and last day)."""
    monthly: bool
    """Gets its invoices at month-end."""
    first_day: date | None
    last_day: date | None
    fails_on: date | None
    """Pays nothing from this day on."""
    parent: str = ""
    rating: str = ""
    limit: int | None = None
    insured: int | None = None
    known_sector: bool = True


def invent_customers(random: Random, count: int) -> list[Customer]:
    """Return `count` customers, at least one for each branch, holdings of groups included."""
    customers: list[Customer] = []
    names: set[str] = set()
    for branch, (share, first, countries) in BRANCHES.items():
        customers += [
            _customer(random, branch, str(first + 7 * i), countries, names)
            for i in range(max(1, round(count * share)))
        ]
    _group(random, customers)
    _exceptions(random, customers)
    return customers


def _customer(
    random: Random, branch: str, number: str, countries: dict[str, int], names: set[str]
) -> Customer:
    trade = random.choices(TRADES, [t.weight for t in TRADES])[0]
    country = random.choices(list(countries), list(countries.values()))[0]
    home = "BE" if branch == "LU" else branch
    person, _, extra, extra_share = random.choice([s for s in SALESPEOPLE if s[1] == home])
    agreed = trade.terms if random.random() < 0.8 else random.choice((30, 30, 45, 60))
    habit = random.lognormvariate(0, 0.22)
    return Customer(
        number=number,
        name=_name(random, country, trade, names),
        vat=_vat(random, country),
        country=country,
        branch=branch,
        trade=trade,
        salesperson=person,
        extra_days=extra,
        extra_share=extra_share,
        currency="GBP" if country == "GB" else "EUR",
        agreed_terms=agreed,
        terms=agreed,
        weight=random.lognormvariate(0, 0.95),
        median_days=max(6.0, trade.median_days * habit * _HASTE),
        spread=random.uniform(0.18, 0.42),
        pays_on=random.choices(("any", "week", "month"), (45, 35, 20))[0],
        monthly=random.random() < 0.2,
        first_day=date(2023, 9, 1) + (date(2026, 6, 1) - date(2023, 9, 1)) * random.random()
        if random.random() < 0.14
        else None,
        last_day=date(2024, 3, 1) + (date(2026, 9, 1) - date(2024, 3, 1)) * random.random()
        if random.random() < 0.06
        else None,
        fails_on=None,
        rating=_rating(random, habit),
    )


def _rating(random: Random, habit: float) -> str:
    """Grade from A to E: loosely what the habit deserves, sometimes not known."""
    if random.random() < 0.08:
        return ""
    return "ABCDE"[min(4, max(0, int((habit - 0.65 + random.gauss(0, 0.12)) * 6)))]


def _name(random: Random, country: str, trade: Trade, names: set[str]) -> str:
    word = trade.words[_LANGUAGE[country]]
    if trade.nace in _PUBLIC:
        return _public_name(random, country, trade, names)
    family = FAMILY_NAMES[country].split(", ")
    form = random.choice(LEGAL_FORMS[country].split(", "))
    if country == "BE" and form in {"SRL", "SA"}:
        word = trade.words[0]
    for attempt in range(200):
        who = random.choice(family)
        place = random.choice(PLACES[country].split(", "))
        shapes = [f"{who} {word} {form}", f"{word} {who} {form}", f"{word} {place} {form}"]
        if country == "FR":
            shapes.append(f"Établissements {who} {form}")
        elif country in {"NL", "BE", "DE", "GB"}:
            partner = random.choice(family)
            shapes.append(f"{who} & {partner} {word} {form}")
        if attempt > 20:
            shapes = [f"{word} {who} {place} {form}", f"{word} {place} {attempt} {form}"]
        name = random.choice(shapes)
        if name not in names:
            names.add(name)
            return name
    raise AssertionError("no name left to invent")


def _public_name(random: Random, country: str, trade: Trade, names: set[str]) -> str:
    """Return a name without a legal form: hospitals, schools, districts."""
    word = trade.words[_LANGUAGE[country]]
    while True:
        place = random.choice(PLACES[country].split(", "))
        shapes = [f"{word} {place}", f"{word} {random.choice(FAMILY_NAMES[country].split(', '))}"]
        shapes.append(f"{shapes[1]} {place}")
        name = random.choice(shapes)
        if name not in names:
            names.add(name)
            return name


def _vat(random: Random, country: str) -> str:
    """Return a number of the country's shape with right check digits."""
    n = random.randrange(10**7)
    if country == "BE":
        body = 9_900_000 + n % 100_000
        return f"BE{body:08}{97 - body % 97:02}"
    if country == "FR":
        siren = 990_000_000 + n
        return f"FR{(12 + 3 * (siren % 97)) % 97:02}{siren}"
    if country == "NL":
        return f"NL{800_000_000 + n:09}B01"
    if country == "DE":
        return f"DE{990_000_000 + n}"
    if country == "LU":
        body = 990_000 + n % 10_000
        return f"LU{body}{body % 89:02}"
    return f"GB{990_000_000 + n}"


def _group(random: Random, customers: list[Customer]) -> None:
    """Give a seventh of the customers a parent; some groups reach over several branches."""
    shuffled = random.sample(customers, len(customers))
    wanted = max(1, len(customers) // 7)
    while wanted > 0 and len(shuffled) > 1:
        parent = shuffled.pop()
        size = min(random.choice((1, 1, 2, 3, 5)), wanted, len(shuffled))
        for _ in range(size):
            child = shuffled.pop()
            child.parent = parent.number
            if random.random() < 0.4 and shuffled:  # a holding of a holding
                grandchild = shuffled.pop()
                grandchild.parent = child.number
                wanted -= 1
        wanted -= size


def _exceptions(random: Random, customers: list[Customer]) -> None:
    """Leave gaps in the customer list, and let some customers fail or trade in other money."""
    for customer in customers:
        if random.random() < 0.03:
            customer.agreed_terms = None
        if random.random() < 0.025:
            customer.known_sector = False
        if random.random() < 0.012:
            customer.fails_on = date(2024, 6, 1) + (date(2026, 8, 1) - date(2024, 6, 1)) * (
                random.random()
            )
    belgian = [c for c in customers if c.branch == "BE" and c.country == "BE"]
    for customer, currency in zip(belgian[3::19], ("USD", "CHF", "USD", "CHF"), strict=False):
        customer.currency = currency
