"""Payment terms as people write them on invoices, in English, Dutch, French and German.

    30 days net                                  30 days
    3 % Skonto innerhalb 10 Tagen, 30 Tage netto 30 days; a discount of 3 % within 10
    Zahlbar innerhalb 30 Tagen netto bis 04.07.2018    due on that day
    30 jours fin de mois                         nothing: no plain number of days
    #SKONTO#TAGE=14#PROZENT=2.25#                a discount of 2.25 % within 14 days (XRechnung)

Only what is said once and plainly counts; where two numbers or days compete, none does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from etl.intake.tables.words import plain

_MOST_DAYS = 366
_DAYS = (
    r"(\d{1,3})\)?[\s-]*(?:calendar\s+|kalender\s*)?"
    r"(?:days?|dagen|dag|jours?|tagen?|tage|d|j|t)\b"
)
_NET = r"\b(?:net|netto)\s*(\d{1,3})\b(?!\s*%)"
_AT_ONCE = (
    r"\b(?:comptant|contant|sofort|immediate(?:ly)?|a reception|onmiddellijk|due on receipt|"
    r"prompt|upon receipt)\b"
)
_MONTH_END = (
    r"fin de mois|einde|\beom\b|end of (?:the )?month|monatsende|\bfdm\b|werkdag|working day"
)
_DISCOUNT = (
    r"%|skonto|discount|escompte|korting|betalingskorting|zinsen|interest|interets|\brente\b"
)
#: Where one thing said ends and the next begins; a comma or point within a number is none.
_CLAUSES = r"[;\n]|[,.](?=\s|$)|\s(?:oder|or|ou|of|sonst|else|anders|sinon)\s|(?<=\d)\s*/\s*(?=net)"
_XRECHNUNG = re.compile(r"#SKONTO#TAGE=(\d{1,3})#PROZENT=(\d{1,2}(?:\.\d{1,2})?)#", re.IGNORECASE)


@dataclass(frozen=True)
class Terms:
    """What a text says: a day, a number of days, and discounts."""

    due_on: date | None = None
    days: int | None = None
    discounts: tuple[tuple[str, str], ...] = ()
    """Percent and days, as they are written."""


def read_terms(text: str, issued_on: date | None = None) -> Terms:
    """Return what the payment terms of an invoice issued on that day say.

    >>> read_terms("3% Skonto innerhalb 10 Tagen, 30 Tage netto")
    Terms(due_on=None, days=30, discounts=(('3', '10'),))
    >>> read_terms("zahlbar bis 04.07.2018", date(2018, 6, 5)).due_on
    datetime.date(2018, 7, 4)
    >>> read_terms("30 jours fin de mois").days, read_terms("comptant").days
    (None, 0)
    """
    discounts = [(percent, days) for days, percent in _XRECHNUNG.findall(text)]
    # lines that begin with # are XRechnung's own: discounts, and interest on late payment
    lines = [line for line in text.splitlines() if not line.strip().startswith("#")]
    days: set[int] = set()
    due: set[date] = set()
    at_once = month_end = False
    for raw in re.split(_CLAUSES, "\n".join(lines), flags=re.IGNORECASE):
        clause = plain(raw)
        if re.search(_DISCOUNT, clause):
            discounts += _discount(clause)
            continue
        month_end |= bool(re.search(_MONTH_END, clause))
        at_once |= bool(re.search(_AT_ONCE, clause))
        days |= {int(n) for n in re.findall(_DAYS, clause) + re.findall(_NET, clause)}
        due |= _dates(clause)
    if issued_on is not None:
        due = {d for d in due if 0 <= (d - issued_on).days <= _MOST_DAYS and d != issued_on}
    found = days.pop() if len(days) == 1 else 0 if at_once and not days else None
    return Terms(
        due.pop() if len(due) == 1 else None,
        found if found is not None and not month_end and found <= _MOST_DAYS else None,
        tuple(dict.fromkeys(discounts)),
    )


def _discount(clause: str) -> list[tuple[str, str]]:
    """Return percent and days of a clause that names one of each."""
    percent = re.findall(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*%", clause)
    days = re.findall(_DAYS, clause) or re.findall(r"%\s*(\d{1,3})\b", clause)
    late = re.search(r"zinsen|interest|interets|\brente\b|verzug", clause)
    return [(percent[0], days[0])] if len(percent) == len(days) == 1 and not late else []


def _dates(clause: str) -> set[date]:
    """Return the days written 31.12.2026, 31/12/2026, 31-12-2026 or 2026-12-31."""
    found = set()
    for d, m, y in re.findall(r"\b(\d{1,2})([./-]\d{1,2}[./-])(\d{4})\b", clause):
        found.add((int(y), int(m[1:-1]), int(d)))
    for y, m, d in re.findall(r"\b(\d{4})-(\d{2})-(\d{2})\b", clause):
        found.add((int(y), int(m), int(d)))
    days = set()
    for parts in found:
        try:
            days.add(date(*parts))
        except ValueError:
            continue  # no day that exists: it says nothing
    return days
