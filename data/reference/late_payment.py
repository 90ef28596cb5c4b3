"""What the law says of late payment: interest by half-year, longest terms, fixed compensation.

Source: see README.md in this folder. Between companies unless a line says `public`. A country
that is in none of the files is one of which nothing is known here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

COMPANIES, PUBLIC = "companies", "public"
MOVES, FIXED, AT_PAYMENT = "moves", "fixed_at_start", "at_payment"
READ, COMPUTED, EXPECTED = "read", "computed", "expected"
UNION = "EU"
# fmt: off
MEMBERS = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))
# fmt: on
"""The countries of the Union: its directive holds where a country's own law is in no file."""


@dataclass(frozen=True)
class Rate:
    """Statutory interest from a half-year on, percent a year.

    rule: `moves` with each half-year, `fixed_at_start` at that in which it began to run, or
    `at_payment`, that of the day of payment alone. reference, points: what it is made of; Belgium
    rounds the sum up to the half point. least_agreed: below this no other rate may be agreed; None
    where there is no such floor, or it is not known. status: `read` at `source`, `computed`, or
    `expected` before it was published.
    """

    country: str
    debtor: str
    since: date
    percent: Decimal
    rule: str
    reference: Decimal
    points: Decimal
    least_agreed: Decimal | None
    status: str
    source: str


@dataclass(frozen=True)
class Cap:
    """The longest terms from a day on.

    counts_from: issue or receipt, of the invoice (in Germany of the goods where that is later);
    the day after it is the first.
    end_of_month_days: terms of so many days to the end of the month may be agreed instead. sizes:
    `any`, or `large_from_small`, where a large company buys from a small or medium one. strict:
    nothing longer can be agreed; otherwise it can, expressly and unless grossly unfair.
    falls_back_days: what counts instead of a longer clause; None where the law names none.
    """

    country: str
    debtor: str
    since: date
    days: int
    counts_from: str
    end_of_month_days: int | None
    sizes: str
    strict: bool
    falls_back_days: int | None


@dataclass(frozen=True)
class Compensation:
    """Fixed compensation for costs of collection from a day on, in euro.

    per: invoice or claim. Of a scale, percents of the parts of a claim up to each amount (the
    last without one), it is at least `least` and at most `most`; otherwise both are the amount.
    """

    country: str
    since: date
    per: str
    least: Decimal
    most: Decimal
    scale: tuple[tuple[Decimal | None, Decimal], ...]


@dataclass(frozen=True)
class Law:
    """What the law is called, by language, and where it is to be read."""

    names: Mapping[str, str]
    url: str


def _lines(name: str) -> list[dict[str, str]]:
    path = Path(__file__).with_name(name)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def rates() -> tuple[Rate, ...]:
    """Return every rate, of each country and debtor by its half-years.

    >>> [str(r.percent) for r in rates() if r.country == "BE" and r.since.year == 2025]
    ['11.50', '10.50']
    """
    return tuple(
        Rate(
            row["country"],
            row["debtor"],
            date.fromisoformat(row["from_day"]),
            Decimal(row["rate"]),
            row["rule"],
            Decimal(row["reference"]),
            Decimal(row["points"]),
            Decimal(row["least_agreed"]) if row["least_agreed"] else None,
            row["status"],
            row["source"],
        )
        for row in _lines("late_interest.csv")
    )


def rates_of(country: str, debtor: str = COMPANIES) -> tuple[Rate, ...]:
    """Return the rates of a country by their half-years; () where none are known."""
    return tuple(r for r in rates() if r.country == country and r.debtor == debtor)


@cache
def caps() -> tuple[Cap, ...]:
    """Return every cap on terms, the earliest of each kind first."""
    return tuple(
        Cap(
            row["country"],
            row["debtor"],
            date.fromisoformat(row["from_day"]),
            int(row["days"]),
            row["counts_from"],
            int(row["end_of_month_days"]) if row["end_of_month_days"] else None,
            row["sizes"],
            row["strict"] == "yes",
            int(row["falls_back_days"]) if row["falls_back_days"] else None,
        )
        for row in _lines("longest_terms.csv")
    )


def caps_on(country: str, day: date, debtor: str = COMPANIES) -> tuple[Cap, ...]:
    """Return the caps that hold in a country on a day, strict ones first; () where none is known.

    >>> [(c.days, c.strict) for c in caps_on("NL", date(2026, 1, 1))]
    [(30, True), (60, False)]
    >>> [c.country for c in caps_on("AT", date(2026, 1, 1))], caps_on("CH", date(2026, 1, 1))
    (['EU'], ())
    """
    for place in (country, UNION if country in MEMBERS else ""):
        held = {
            c.sizes: c
            for c in caps()
            if c.country == place and c.debtor == debtor and c.since <= day
        }
        if held:
            return tuple(sorted(held.values(), key=lambda cap: not cap.strict))
    return ()


@cache
def compensations() -> tuple[Compensation, ...]:
    """Return every fixed compensation."""
    return tuple(
        Compensation(
            row["country"],
            date.fromisoformat(row["from_day"]),
            row["per"],
            Decimal(row["least"]),
            Decimal(row["most"]),
            tuple(
                (None if end == "*" else Decimal(end), Decimal(percent))
                for end, _, percent in (part.partition(":") for part in row["scale"].split())
            ),
        )
        for row in _lines("compensation.csv")
    )


def compensation_on(country: str, day: date) -> Compensation | None:
    """Return the compensation that holds in a country on a day; None where none is known."""
    held = [c for c in compensations() if c.country == country and c.since <= day]
    return held[-1] if held else None


@cache
def _laws() -> Mapping[tuple[str, str], Law]:
    return {
        (row["country"], row["subject"]): Law({n: row[n] for n in ("en", "nl", "fr")}, row["url"])
        for row in _lines("late_payment_laws.csv")
    }


def law(country: str, subject: str) -> Law:
    """Return the law of a country on a subject: interest, terms or compensation.

    Raises KeyError where the files hold nothing of it.
    """
    return _laws()[country, subject]


def last_known() -> date:
    """Return the last day of the last half-year of which rates are known."""
    last = max(rate.since for rate in rates())
    return date(last.year, 6, 30) if last.month == 1 else date(last.year, 12, 31)
