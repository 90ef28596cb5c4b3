"""How days and numbers are written in a letter: in its language, which need not be the reader's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

_LOCALES = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_FR", "de": "de_DE"}


@dataclass(frozen=True)
class Spoken:
    """How a language of `data.workspace.subjects.work.LANGUAGES` writes them.

    >>> german = Spoken("de")
    >>> german.day(date(2026, 10, 31)), german.number(Decimal("1234.5"))
    ('31.10.2026', '1.234,50')
    """

    language: str

    def long(self, value: date) -> str:
        """Return a day as sentences have it: 31 October 2026."""
        return str(format_date(value, "long", locale=_LOCALES[self.language]))

    def day(self, value: date) -> str:
        """Return a day as tables have it: 31/10/2026."""
        pattern = "dd.MM.y" if self.language == "de" else "dd/MM/y"
        return str(format_date(value, pattern, locale=_LOCALES[self.language]))

    def number(self, value: int | Decimal, digits: int = 2) -> str:
        """Return a number with so many decimals."""
        pattern = f"#,##0.{'0' * digits}".rstrip(".")
        return str(format_decimal(value, format=pattern, locale=_LOCALES[self.language]))

    def money(self, value: Decimal, currency: str) -> str:
        """Return an amount to the cent with its currency, which no line break parts."""
        return f"{self.number(value)}\u00a0{currency}"
