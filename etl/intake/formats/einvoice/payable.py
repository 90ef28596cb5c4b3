"""What is to be paid, as people write it into the text of an invoice that has no total.

    Te betalen: EUR 1.234,56      Net à payer 1 234,56 €      Zahlbetrag: 1.234,56
    Amount due: 1,234.56          Totale da pagare 1.234,56   Do zapłaty: 1 234,56 zł

The words stand right before the amount; it has decimals or a currency beside it, so that days and
percentages are none. What could be read in two ways (1.234) is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from data.reference.currencies import currencies
from etl.intake.tables.words import plain

_WORDS = (
    r"(?:(?:totaal|bedrag|saldo)? ?te (?:betalen|voldoen)(?: bedrag)?"
    r"|(?:total|montant|net|solde|reste)(?: ttc)? (?:a payer|du)"
    r"|zahlbetrag|(?:zu )?zahlende[rs]? (?:betrag|gesamtbetrag)|(?:gesamtbetrag )?zu zahlen"
    r"|(?:amount|total|balance|sum)(?: now)? (?:due|payable|to (?:be paid|pay))"
    r"|(?:totale|importo|netto) (?:da|a) pagare|do zaplaty|att betala)"
)
_CURRENCY = r"(?:[a-z]{3}\b|€|£|\$|zl\b|kr\b)"
_AMOUNT = r"\d{1,3}(?:[ '.,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,3})?"
_SAID = re.compile(
    rf"\b{_WORDS}(?: (?:is|bedraagt|est de|betragt|e))?[\s:=]*(?P<before>{_CURRENCY})?\s*"
    rf"(?P<amount>{_AMOUNT})(?![\d%/]|[.,'-]\d|\s*%)\s*(?P<after>{_CURRENCY})?"
)
_SIGNS = {"€": "EUR", "£": "GBP", "$": "", "zl": "PLN", "kr": ""}
"""Of a sign that several currencies have, ''."""


def said_payable(texts: Iterable[str], currency: str) -> set[Decimal | None]:
    """Return the amounts in `currency` that texts name as payable; None for what is not clear.

    >>> said_payable(["Net à payer : 1 234,56 EUR", "2 % d'escompte à 10 jours"], "EUR")
    {Decimal('1234.56')}
    >>> said_payable(["te betalen binnen 30 dagen", "Te betalen: 12.05.2026"], "EUR")
    set()
    >>> said_payable(["Amount due: 1.234 EUR"], "EUR"), said_payable(["To pay"], "EUR")
    ({None}, set())
    """
    found: set[Decimal | None] = set()
    for text in texts:
        for said in _SAID.finditer(_spelled(text)):
            beside = [b for b in (said["before"], said["after"]) if b]
            named = {n for b in beside if (n := _SIGNS.get(b, b.upper())) in currencies()}
            if named and currency and named != {currency.upper()}:
                continue
            signed = named or any(b in _SIGNS for b in beside)
            if signed or re.search(r"[.,]\d{2}$", said["amount"]):
                found.add(_amount(said["amount"]))
    return found


def _spelled(text: str) -> str:
    """Return a text in small letters without accents, its signs and points kept."""
    spaced = re.sub(r"\s", " ", text).replace("ł", "l").replace("Ł", "l")
    return re.sub(r"[^\W\d_]+", lambda word: plain(word[0]), spaced)


def _amount(written: str) -> Decimal | None:
    """Return the amount; None where a point or comma may be either sign."""
    marks = re.findall(r"[.,]", written)
    whole, _, cents = written.rpartition(marks[-1]) if marks else (written, "", "")
    if len(cents) == 3:
        if len(marks) == 1 or len(set(marks)) > 1:
            return None
        whole, cents = written, ""
    return Decimal(f"{re.sub('[^0-9]', '', whole)}.{cents or '0'}")
