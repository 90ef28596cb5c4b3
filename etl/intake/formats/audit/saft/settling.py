"""What a payment of a SAF-T file settles: its lines, as match rows that add up to the cent.

A line of a Portuguese receipt names a document (`OriginatingON`) and an amount: in
`CreditAmount` an invoice that is paid, in `DebitAmount` a credit note that is set off. Some
programs write these amounts with tax, some without; the receipt's gross total tells which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class PaymentLine:
    """One line: the document it names, what it settles of it, and how that is taxed."""

    document: str
    amount: Decimal
    """Positive: an invoice is paid; negative: a credit note is used."""
    tax: Decimal = Decimal(0)
    """Per cent."""
    discount: Decimal = Decimal(0)
    """Granted on payment, not contained in the amount; of the amount's sign."""


@dataclass(frozen=True)
class Match:
    """An amount of one document settled by another; None: as much as possible."""

    debit: str
    credit: str
    amount: Decimal | None


def cents(amount: Decimal) -> Decimal:
    """Return the amount rounded to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def shares(lines: Sequence[PaymentLine], gross: Decimal) -> list[Decimal] | None:
    """Return what each line settles of its document, discount included, tax included.

    None where the lines do not add up to the gross total, with or without their tax.
    """
    discount = sum((line.discount for line in lines), Decimal(0))
    for found in (
        [line.amount for line in lines],
        [line.amount + line.discount for line in lines],
        [line.amount * (1 + line.tax / 100) + line.discount for line in lines],
        [(line.amount + line.discount) * (1 + line.tax / 100) for line in lines],
    ):
        settled = [cents(share) for share in found]
        over = gross + discount - sum(settled, Decimal(0))
        if settled and abs(over) <= CENT * (len(settled) + 1):
            # what rounding left goes to the largest
            largest = max(range(len(settled)), key=lambda n: abs(settled[n]))
            settled[largest] += cents(over)
            return settled
    return None


def matches(payment: str, lines: Sequence[PaymentLine], gross: Decimal) -> list[Match]:
    """Return what settles what: credit notes first, then the payment itself.

    `gross` is what the payment brought in; negative for a refund, which credit notes settle.
    """
    named = [line for line in lines if line.document]
    settled = shares(lines, gross)
    if settled is None:
        return [
            Match(line.document, payment, None) if line.amount >= 0
            else Match(payment, line.document, None)
            for line in named
        ]  # fmt: skip
    debits: list[tuple[str, Decimal]] = []
    credits_: list[tuple[str, Decimal]] = []
    for line, share in zip(lines, settled, strict=True):
        if line.document and share:
            (debits if share > 0 else credits_).append((line.document, abs(share)))
    over = sum((a for _, a in debits), Decimal(0)) - sum((a for _, a in credits_), Decimal(0))
    if over > 0:
        credits_.append((payment, over))
    elif over < 0:
        debits.append((payment, -over))
    return _overlap(debits, credits_)


def _overlap(debits: list[tuple[str, Decimal]], credits_: list[tuple[str, Decimal]]) -> list[Match]:
    """Return which credit settles how much of which debit, both in order."""
    found: dict[tuple[str, str], Decimal] = {}
    d = c = 0
    debit_left = [a for _, a in debits]
    credit_left = [a for _, a in credits_]
    while d < len(debits) and c < len(credits_):
        part = min(debit_left[d], credit_left[c])
        pair = debits[d][0], credits_[c][0]
        found[pair] = found.get(pair, Decimal(0)) + part
        debit_left[d] -= part
        credit_left[c] -= part
        d += not debit_left[d]
        c += not credit_left[c]
    return [Match(debit, credit, amount) for (debit, credit), amount in found.items()]
