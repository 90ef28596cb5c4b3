"""Which currencies there are: the codes of ISO 4217, as Babel has them."""

from __future__ import annotations

from functools import cache

from babel import Locale


@cache
def currencies() -> frozenset[str]:
    """Return all codes, those of the past too: old invoices hold them.

    >>> "EUR" in currencies(), "BEF" in currencies(), "EURO" in currencies()
    (True, True, False)
    """
    return frozenset(Locale("en").currencies)
