"""What was said, as a sentence in every language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.charts.said import sentence
from data.workspace.line import line_of
from data.workspace.subjects.agreed import Limit

LIMIT = Limit(Decimal(5000), "EUR", date(2026, 6, 30))


@dataclass(frozen=True)
class Reader:
    """What of a view a sentence needs."""

    f: Format


@pytest.mark.parametrize(
    ("code", "advised", "words"),
    [
        ("en", None, "5,000.00 €, until 30 Jun 2026"),
        ("en", 5000, "5,000.00 €, until 30 Jun 2026; 5,000.00 € advised"),
        ("en", 4000, "5,000.00 €, until 30 Jun 2026; above the 4,000.00 € advised"),
        ("en", 0, "5,000.00 €, until 30 Jun 2026; above the 0.00 € advised"),
        ("nl", 6000, "5.000,00 €, tot en met 30 jun 2026; advies: 6.000,00 €"),
        ("nl", 4000, "5.000,00 €, tot en met 30 jun 2026; boven het advies van 4.000,00 €"),
        ("fr", 6000, "5 000,00 €, jusqu’au 30 juin 2026; avis : 6 000,00 €"),
        ("fr", 4000, "5 000,00 €, jusqu’au 30 juin 2026; au-dessus de l’avis de 4 000,00 €"),
    ],
)
def test_a_limit_says_what_was_advised_and_whether_it_was_kept(code, advised, words):
    said = Limit(LIMIT.amount, "EUR", LIMIT.valid_until,
                 advised=None if advised is None else Decimal(advised))  # fmt: skip
    with speaking(code):
        found = sentence(line_of("Anna", "A", said), Reader(Format(code, "EUR")))
    assert found.translate(str.maketrans("\xa0\u202f", "  ")) == words
