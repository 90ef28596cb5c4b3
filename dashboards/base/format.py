"""Units and locale -> text. Every number a reader sees passes through here.

`Format` knows the reader's language and the reporting currency. What is not known (None) is
shown as an en dash, never as zero.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, get_day_names, get_month_names
from babel.numbers import format_decimal, get_currency_symbol

#: day and month order of Western Europe for English readers too: 31 Oct 2026
_LOCALES = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_FR"}
NOTHING = "–"
_NBSP = "\u00a0"
_STEPS = tuple(Decimal(1).scaleb(-digits) for digits in range(10))
Number = int | float | Decimal
#: Places of sentences that hold an amount, as a text to the cent.
_AMOUNTS = {"amount", "total", "stated", "paid", "carried", "before"}
_CENTS = re.compile(r"-?[0-9]+\.[0-9]{2}")


@lru_cache(4096)
def _written(value: dt.date, pattern: str, locale: str) -> str:
    return str(format_date(value, pattern, locale=locale))


def _round(value: Number, digits: int) -> Decimal:
    """Round half up, as a reader with paper does; never returns -0."""
    exact = value if isinstance(value, Decimal | int) else str(value)
    rounded = Decimal(exact).quantize(_STEPS[digits], rounding="ROUND_HALF_UP")
    return rounded or abs(rounded)


@dataclass(frozen=True)
class Format:
    """How numbers and days are written for one reader.

    >>> f = Format("en", "EUR")
    >>> f.money(4_213_400), f.days(47.25), f.share(0.283)
    ('4.2\\xa0M€', '47.3', '28\\xa0%')
    """

    language: str = "en"
    currency: str = "EUR"

    @cached_property
    def locale(self) -> Locale:
        """Babel's locale of the language."""
        return Locale.parse(_LOCALES[self.language])

    @cached_property
    def symbol(self) -> str:
        """The currency as it stands after an amount: €, $ or CHF."""
        symbol = get_currency_symbol(self.currency, locale=self.locale)
        return symbol if len(symbol) == 1 else self.currency

    @cached_property
    def separators(self) -> str:
        """Decimal and thousands separator, as Plotly's `layout.separators` wants them."""
        sample = format_decimal(Decimal("1234.5"), format="#,##0.0", locale=self.locale)
        return str(sample[-2] + sample[1])

    @cached_property
    def _signs(self) -> dict[int, str]:
        return str.maketrans({".": self.separators[0], ",": self.separators[1], "-": "−"})

    def number(self, value: Number | None, digits: int = 0) -> str:
        """Return a plain number with thousands separators and fixed decimals."""
        if value is None:
            return NOTHING
        # Babel's own way reads the pattern and the locale again for each number
        return f"{_round(value, digits):,f}".translate(self._signs)

    def _scale(self, value: Number) -> tuple[int, str]:
        size = abs(Decimal(str(value)))
        if size >= 999_500:
            return 1_000_000, "M"
        return (1_000, "k") if size >= 1_000 else (1, "")

    def money(self, value: Number | None, digits: int | None = None) -> str:
        """Return a rounded, readable amount: 4.2 M€, 318 k€, 940 €."""
        if value is None:
            return NOTHING
        scale, prefix = self._scale(value)
        if digits is None:
            size = abs(Decimal(str(value))) / scale
            digits = 1 if scale > 1 and size < (100 if prefix == "M" else 10) else 0
        number = self.number(Decimal(str(value)) / scale, digits)
        return f"{number}{_NBSP}{prefix}{self.symbol}"

    def scale(self, values: Iterable[Number | None]) -> tuple[int, str]:
        """Return the one unit for a table's amounts: what to divide by, and its name (k€)."""
        most = max((abs(Decimal(str(v))) for v in values if v is not None), default=Decimal(0))
        if most >= 100_000_000:
            return 1_000_000, f"M{self.symbol}"
        return (1_000, f"k{self.symbol}") if most >= 100_000 else (1, self.symbol)

    def scaled(self, value: Number | None, scale: int) -> str:
        """Return an amount in the unit of its table, without the unit."""
        return NOTHING if value is None else self.number(Decimal(str(value)) / scale)

    def scaled_delta(self, change: Number | None, scale: int) -> str:
        """Return a change of an amount in the unit of its table, with its sign."""
        text = self.scaled(change, scale)
        if change is None or text.startswith("−"):
            return text
        return f"±{text}" if text == "0" else f"+{text}"

    def exact(self, value: Number | None) -> str:
        """Return an amount to the cent: 4,213,400.25 €."""
        return NOTHING if value is None else f"{self.number(value, 2)}{_NBSP}{self.symbol}"

    def told(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return what stands in the places of a sentence, numbers as the reader writes them.

        Amounts are kept as texts to the cent; in which currency, the sentence says.
        """

        def written(name: str, value: object) -> object:
            if isinstance(value, float):
                return self.number(value, 1)
            if isinstance(value, int) and not isinstance(value, bool):
                return self.count(value)
            if name in _AMOUNTS and isinstance(value, str) and _CENTS.fullmatch(value):
                return self.number(Decimal(value), 2)
            return value

        return {name: written(name, value) for name, value in values.items()}

    def days(self, value: Number | None, digits: int = 1) -> str:
        """Return days with one decimal, without the word."""
        return self.number(value, digits)

    def share(self, value: Number | None, digits: int = 0) -> str:
        """Return a share (0 to 1) as per cent: 28 %."""
        if value is None:
            return NOTHING
        return f"{self.number(Decimal(str(value)) * 100, digits)}{_NBSP}%"

    def count(self, value: Number | None) -> str:
        """Return a whole number."""
        return self.number(value, 0)

    def day(self, value: dt.date | None) -> str:
        """Return a day: 31 Oct 2026."""
        if value is None:
            return NOTHING
        return _written(value, "d MMM y", _LOCALES[self.language])

    def day_long(self, value: dt.date) -> str:
        """Return a day in full: 31 October 2026."""
        return _written(value, "d MMMM y", _LOCALES[self.language])

    def month(self, value: dt.date) -> str:
        """Return a month: Oct 2026."""
        return _written(value, "MMM y", _LOCALES[self.language])

    def month_name(self, value: dt.date) -> str:
        """Return the name of a month without its year, within a sentence: October."""
        return _written(value, "MMMM", _LOCALES[self.language])

    def month_short(self, value: dt.date) -> str:
        """Return a month for a narrow axis: Oct; January carries its year on a second line."""
        name = self.month_brief(value)
        return f"{name}<br>{value.year}" if value.month == 1 else name

    def month_brief(self, value: dt.date) -> str:
        """Return the name of a month in few letters: Oct."""
        return _written(value, "LLL", _LOCALES[self.language]).rstrip(".")

    def moment(self, value: dt.datetime | None) -> str:
        """Return a day with its time, in UTC as stored."""
        if value is None:
            return NOTHING
        return str(format_datetime(value, "d MMM y HH:mm", locale=self.locale))

    def calendar(self) -> dict[str, object]:
        """Return the names that the calendar control shows, in the form of a dayjs locale."""
        months = [get_month_names(width, locale=self.locale) for width in ("wide", "abbreviated")]
        # babel counts weekdays from Monday, the control from Sunday
        days = [get_day_names(width, locale=self.locale) for width in ("wide", "abbreviated")]
        long, short = ([str(names[m]) for m in range(1, 13)] for names in months)
        week, week_short = ([str(names[(d - 1) % 7]) for d in range(7)] for names in days)
        return {
            "name": self.language,
            "months": long,
            "monthsShort": [name.rstrip(".") for name in short],
            "weekdays": week,
            "weekdaysShort": [name.rstrip(".") for name in week_short],
            "weekdaysMin": [name[:2] for name in week_short],
            "weekStart": 1,
        }

    def country(self, code: str) -> str:
        """Return the name of a country; the code itself where it is none."""
        return str(self.locale.territories.get(code, code))

    def value(self, value: object, unit: str) -> str:
        """Return any value by the unit of its column, exactly: for tables and tooltips."""
        if value is None:
            return NOTHING
        if unit == "money":
            return self.number(value, 2)  # type: ignore[arg-type]
        if unit == "days":
            return self.days(value)  # type: ignore[arg-type]
        if unit == "share":
            return self.share(value, 1)  # type: ignore[arg-type]
        if unit == "count":
            return self.count(value)  # type: ignore[arg-type]
        if isinstance(value, dt.datetime):
            return self.moment(value)
        return self.day(value) if isinstance(value, dt.date) else str(value)

    def short(self, value: Number | str | None, unit: str) -> str:
        """Return a value by its unit as it stands on a card or at a mark, with its unit."""
        if unit == "text" or isinstance(value, str):
            return str(value or NOTHING)
        if unit == "money":
            return self.money(value)
        if unit == "share":
            return self.share(value, 1)
        return self.days(value) if unit == "days" else self.count(value)

    def delta(self, change: Number | None, unit: str) -> str:
        """Return a change with its sign: +2.1, −0.4 M€; shares change in points."""
        if change is None:
            return NOTHING
        if unit == "money":
            text, size = self.money(change), _round(change, 0)
        elif unit == "share":
            points = Decimal(str(change)) * 100
            text, size = self.number(points, 1), _round(points, 1)
        elif unit == "days":
            text, size = self.days(change), _round(change, 1)
        else:
            text, size = self.count(change), _round(change, 0)
        return text if size < 0 else (f"+{text}" if size else f"±{text}")
