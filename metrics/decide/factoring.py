"""What selling invoices to a factor costs beside own funding, with and without recourse.

Decimals throughout, of one year; percents as people say them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_HUNDRED = Decimal(100)
_YEAR = Decimal(365)


@dataclass(frozen=True)
class Books:
    """Sales of a year, what is open of them, and what own funding costs, percent a year."""

    sales: Decimal
    receivables: Decimal
    own_percent: Decimal


@dataclass(frozen=True)
class Offer:
    """What a factor offers.

    advance: percent of the receivables that is paid at once. points: by how many the advance is
    dearer than own funding. fee: percent of sales. saves: administration that falls away in a year.
    bad_debts, bad_debts_with: percent of sales that are lost today, and that stay with us. days:
    after how many customers pay once the factor collects; None: as today.
    """

    advance: Decimal
    points: Decimal
    fee: Decimal
    saves: Decimal = Decimal(0)
    bad_debts: Decimal = Decimal(0)
    bad_debts_with: Decimal = Decimal(0)
    days: Decimal | None = None


@dataclass(frozen=True)
class Factored:
    """A year with the factor beside one without: what each part brings, costs below zero.

    sooner: own funding that falls away since customers pay sooner. dearer: of the advance. fee;
    administration; bad_debts: what is not lost any more. receivables: what is open then.
    """

    receivables: Decimal
    sooner: Decimal
    dearer: Decimal
    fee: Decimal
    administration: Decimal
    bad_debts: Decimal

    @property
    def gain(self) -> Decimal:
        """What the year is better by; below zero it is worse."""
        return self.sooner + self.dearer + self.fee + self.administration + self.bad_debts


def factored(books: Books, offer: Offer) -> Factored:
    """Return what an offer brings in a year.

    Without recourse nothing that is lost stays with us: `bad_debts_with` is 0, and what falls away
    is all of `bad_debts`.

    >>> bold = Books(Decimal(21_300), Decimal(3_500), Decimal(7))
    >>> bare = Offer(Decimal(80), Decimal(2), Decimal("1.25"), Decimal(40), Decimal("0.9"),
    ...              days=Decimal(35))
    >>> round(factored(bold, bare).gain, 2)
    Decimal('34.80')
    """
    owed = books.receivables
    if offer.days is not None:
        owed = books.sales * offer.days / _YEAR
    return Factored(
        receivables=owed,
        sooner=(books.receivables - owed) * books.own_percent / _HUNDRED,
        dearer=-owed * offer.advance * offer.points / _HUNDRED**2,
        fee=-books.sales * offer.fee / _HUNDRED,
        administration=offer.saves,
        bad_debts=books.sales * (offer.bad_debts - offer.bad_debts_with) / _HUNDRED,
    )
