"""What people say that their own system says: an amount, perhaps of a day, perhaps with a known
difference. Amounts are read with a decimal point or a decimal comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from data.core.errors import TandemError
from data.core.texts import N_


@dataclass(frozen=True)
class Expectation:
    """What was said: an amount, perhaps of a day, perhaps with a difference that is known."""

    amount: Decimal
    day: date | None = None
    """None: the last day of the data."""
    accepted: Decimal | None = None


def parse_amount(text: str) -> Decimal:
    """Return an amount written with a decimal point or comma; TandemError where it is unclear.

    >>> parse_amount("152.275,76"), parse_amount("152,275.76"), parse_amount("-1 234")
    (Decimal('152275.76'), Decimal('152275.76'), Decimal('-1234'))
    """
    bare = re.sub(r"[\s\u00a0\u202f'’_]", "", text).replace("−", "-")
    bare = bare.strip("€$£")
    signs = [c for c in bare if c in ".,"]
    if len(set(signs)) == 2:
        decimal = signs[-1]
        grouping = "," if decimal == "." else "."
        if signs.count(decimal) > 1 or bare.rindex(grouping) > bare.rindex(decimal):
            raise _unclear(text)
        plain = bare.replace(grouping, "").replace(decimal, ".")
    elif len(signs) > 1:
        plain = bare.replace(signs[0], "")
        if not re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", bare):
            raise _unclear(text)
    elif signs and re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", bare):
        raise _unclear(text)
    else:
        plain = bare.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d+(\.\d{1,2})?", plain):
        raise _unclear(text)
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise _unclear(text) from error


def parse_expectation(text: str, accept: str | None = None) -> Expectation:
    """Return what `--expect AMOUNT[@DAY]` and `--accept DIFFERENCE` say; TandemError if unclear.

    >>> parse_expectation("152275,76@2026-01-31").day
    datetime.date(2026, 1, 31)
    """
    amount, at, said = text.partition("@")
    day = None
    if at:
        try:
            day = date.fromisoformat(said.strip())
        except ValueError as error:
            raise TandemError(
                N_("{day} is no day."), N_("Write it as 2026-01-31."), day=said.strip()
            ) from error
    known = abs(parse_amount(accept)) if accept else None
    return Expectation(parse_amount(amount), day, known)


def _unclear(text: str) -> TandemError:
    return TandemError(
        N_("“{amount}” can be read in more than one way, or is no amount."),
        N_("Write it with two decimals, as 152275.76 or 152.275,76."),
        amount=text.strip(),
    )
