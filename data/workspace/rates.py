"""What amounts said in another currency are in the reporting one: by the rate of their day.

The rate of a day is that of the books: of the last document in the currency on or before that day,
at most `HELD` days old; of several on one day the highest. Where they know none, the reference rate
of the European Central Bank counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from data.reference import ecb
from data.store.engine import Engine

if TYPE_CHECKING:
    from data.workspace.subjects.subject import Subject

HELD = timedelta(days=31)
"""A rate of the books is not older: who is invoiced each month is known by it."""
_CENT = Decimal("0.01")
_BOOKS = """
select currency, issued_on, max(rate) as rate
from documents
where currency <> $currency and rate > 0
    and not (kind in ('exchange', 'adjustment') and file_id is null)
group by currency, issued_on
order by currency, issued_on
"""


class Rates:
    """The rates that a state knows, read when one is asked for first. Safe in several threads."""

    def __init__(self, engine: Engine) -> None:
        """Read the books with `engine`."""
        self._engine = engine

    @cached_property
    def reporting(self) -> str:
        """The reporting currency."""
        about = self._engine.query("select reporting_currency from about").column(0)
        return str(about[0].as_py()) if len(about) else ""

    @cached_property
    def _books(self) -> Mapping[str, tuple[list[date], list[Decimal]]]:
        found: defaultdict[str, tuple[list[date], list[Decimal]]] = defaultdict(lambda: ([], []))
        for row in self._engine.query(_BOOKS, {"currency": self.reporting}).to_pylist():
            days, rates = found[row["currency"]]
            days.append(row["issued_on"])
            rates.append(row["rate"])
        return found

    def at(self, currency: str, day: date) -> Decimal | None:
        """Return the reporting currency for one unit of another, on a day; None: not known."""
        if currency == self.reporting:
            return Decimal(1)
        if currency in self._books:
            days, rates = self._books[currency]
            place = bisect_right(days, day) - 1
            if place >= 0 and day - days[place] <= HELD:
                return rates[place]
        return _reference(currency, self.reporting, day)

    def worth(self, amount: Decimal, currency: str, day: date) -> Decimal | None:
        """Return an amount in the reporting currency, to the cent; None: no rate is known."""
        rate = self.at(currency, day)
        return None if rate is None else in_cents(amount, rate)

    def converted(self, said: Subject, day: date) -> Subject | None:
        """Return what was said on a day with its amounts in the reporting currency.

        None where it says amounts of a currency whose rate is not known.
        """
        currency = getattr(said, "currency", self.reporting)
        if currency == self.reporting:
            return said
        rate = self.at(currency, day)
        if rate is None:
            return None
        values: dict[str, Any] = {"currency": self.reporting}
        for name in said.money:
            amount = getattr(said, name)
            values[name] = None if amount is None else in_cents(amount, rate)
        return replace(said, **values)


def in_cents(amount: Decimal, rate: Decimal) -> Decimal:
    """Return an amount at a rate, to the cent.

    >>> in_cents(Decimal("0.05"), Decimal("0.9"))
    Decimal('0.05')
    """
    return (amount * rate).quantize(_CENT, ROUND_HALF_UP)


@lru_cache(maxsize=4096)
def _reference(currency: str, reporting: str, day: date) -> Decimal | None:
    found = ecb.rates([currency], reporting, day, day)
    return found[-1][2] if found else None
