"""Documents as files name them: what stays the same from one state to the next.

States come and go, and with them the numbers of documents. So what is said of a document names it
by what the files say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Named:
    """A document by its ledger and number."""

    ledger: str
    document_id: str


@dataclass(frozen=True)
class Identified(Named):
    """A document that is told from others of its number, as a decision about a match needs it.

    `amount` is signed, in the document's own currency. `nth` counts from 1 among documents that
    are alike in everything else, in the order in which a state stores them.
    """

    customer: str
    issued_on: date
    amount: Decimal
    kind: str
    nth: int = 1
