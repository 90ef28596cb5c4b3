"""Numbers and days as text, each form a small pure function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date


def _grouped(cents: int, comma: str, group: str) -> str:
    """Return the digits of an amount, without its sign."""
    whole, part = divmod(abs(cents), 100)
    return f"{whole:,}".replace(",", group) + f"{comma}{part:02}"


def _signed(comma: str, group: str = "", lead: str = "", tail: str = "") -> Callable[[int], str]:
    """Return a form with a minus before everything, and a currency sign."""
    return lambda c: f"{'-' if c < 0 else ''}{lead}{_grouped(c, comma, group)}{tail}"


def _sides(cents: int) -> str:
    return f"{_grouped(cents, '.', ',')} {'CR' if cents < 0 else 'DR'}"


#: Name -> how an amount is written. The plain form is the first.
NUMBERS: dict[str, Callable[[int], str]] = {
    "plain": _signed("."),
    "comma": _signed(","),
    "us": _signed(".", ","),
    "eu": _signed(",", "."),
    "space": _signed(",", " "),
    "nbsp": _signed(",", "\u00a0"),
    "narrow": _signed(",", "\u202f"),
    "swiss": _signed(".", "'"),
    "indian": lambda c: ("-" if c < 0 else "") + _lakhs(abs(c)),
    "trailing_minus": lambda c: _grouped(c, ".", ",") + ("-" if c < 0 else ""),
    "trailing_minus_eu": lambda c: _grouped(c, ",", ".") + ("-" if c < 0 else ""),
    "brackets": lambda c: f"({_grouped(c, '.', ',')})" if c < 0 else _grouped(c, ".", ","),
    "brackets_sign": lambda c: (
        f"(€{_grouped(c, '.', ',')})" if c < 0 else f"€{_grouped(c, '.', ',')}"
    ),
    "true_minus": lambda c: _signed(".")(c).replace("-", "\u2212"),
    "spaced_minus": lambda c: _signed(",", ".")(c).replace("-", "- "),
    "euro_before": _signed(",", ".", lead="€ "),
    "euro_behind": _signed(",", " ", tail=" €"),
    "code_behind": _signed(".", ",", tail=" EUR"),
    "code_before": _signed(".", ",", lead="EUR "),
    "sides": _sides,
    "dash_zero": lambda c: "-" if c == 0 else _signed(".", ",")(c),
    "four_digits": lambda c: _signed(".")(c) + "00",
    "scientific": lambda c: f"{c / 100:.6E}",
    "no_cents": lambda c: str(c // 100) if c % 100 == 0 else _signed(".")(c),
    "whole_dot": lambda c: ("-" if c < 0 else "") + f"{abs(c) // 100:,}".replace(",", "."),
    "whole_comma": lambda c: ("-" if c < 0 else "") + f"{abs(c) // 100:,}",
}
#: Forms that show whole amounts of a thousand and more only.
WHOLE = ("whole_dot", "whole_comma")


def _lakhs(cents: int) -> str:
    whole, part = divmod(cents, 100)
    head, tail = str(whole)[:-3], str(whole)[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail]) + f".{part:02}"


_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
}
_LONG = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


def _named(day: date, language: str, long: bool = False) -> str:
    return (_LONG if long else _MONTHS)[language].split()[day.month - 1]


#: Name -> how a day is written in a language. The plain form is the first.
DAYS: dict[str, Callable[[date, str], str]] = {
    "iso": lambda d, _: d.isoformat(),
    "dmy": lambda d, _: f"{d:%d/%m/%Y}",
    "dmy_dash": lambda d, _: f"{d:%d-%m-%Y}",
    "dmy_dot": lambda d, _: f"{d:%d.%m.%Y}",
    "dmy_short": lambda d, _: f"{d:%d.%m.%y}",
    "dmy_bare": lambda d, _: f"{d.day}/{d.month}/{d.year}",
    "mdy": lambda d, _: f"{d:%m/%d/%Y}",
    "mdy_bare": lambda d, _: f"{d.month}/{d.day}/{d:%y}",
    "named": lambda d, lang: f"{d.day} {_named(d, lang)} {d.year}",
    "named_dash": lambda d, lang: f"{d.day:02}-{_named(d, lang)}-{d:%y}",
    "named_long": lambda d, lang: (
        f"{_named(d, lang, True)} {d.day}, {d.year}"
        if lang == "en"
        else f"{d.day} {_named(d, lang, True)} {d.year}"
    ),
    "datetime": lambda d, _: f"{d} 00:00:00",
    "datetime_us": lambda d, _: f"{d.month}/{d.day}/{d.year} 12:00:00 AM",
    "iso_t": lambda d, _: f"{d}T00:00:00",
    "iso_z": lambda d, _: f"{d}T00:00:00Z",
    "compact": lambda d, _: f"{d:%Y%m%d}",
    "compact_float": lambda d, _: f"{d:%Y%m%d}.0",
    "slashed": lambda d, _: f"{d:%Y/%m/%d}",
    "serial": lambda d, _: str((d - date(1899, 12, 30)).days),
}
