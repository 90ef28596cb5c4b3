"""What a deal returns: margin, less what granting credit costs; each part visible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from data.core.policy.rules import Policy
from metrics.decide.deal.deal import Deal, Known
from metrics.decide.deal.worth import coming_back

_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Return:
    """The parts of what a deal returns, without VAT, exact: they add up to net.

    chance: of being paid, None where no loss is known: then loss is 0 and the text says so.
    break_even: the chance from which on it pays; None where nothing is on credit.
    gone_after: after how many days of waiting nothing is left; None where waiting costs nothing.
    """

    margin: Decimal
    discount: Decimal
    waiting: Decimal
    loss: Decimal
    credited: Decimal
    back: Decimal
    chance: Decimal | None
    break_even: Decimal | None
    gone_after: Decimal | None

    @property
    def net(self) -> Decimal:
        """What is left."""
        costs = self.discount + self.waiting + self.loss + self.credited
        return self.margin - costs + self.back


def waiting_days(deal: Deal, known: Known) -> Decimal:
    """Return how many days after the invoice the money is expected, on average.

    A discount for early payment is expected to be taken; lateness comes on top of the terms, that
    of no payments as none.
    """
    if deal.discount:
        return Decimal(min(deal.discount_days, deal.terms))
    mean = Decimal(deal.terms * (deal.instalments + 1)) / (2 * deal.instalments)
    late = known.lateness.days if known.lateness else Decimal(0)
    return max(mean + late, Decimal(0))


def returned(deal: Deal, known: Known, policy: Policy) -> Return | None:
    """Return what a deal brings; None where its cost is not known."""
    if deal.cost is None:
        return None
    credit = deal.net_credit * (_HUNDRED - deal.discount) / _HUNDRED
    discount = deal.net_credit * deal.discount / _HUNDRED
    owed = deal.credit * (_HUNDRED - deal.discount) / _HUNDRED
    waiting = _waiting(owed, waiting_days(deal, known), known, policy)
    credited = deal.net * known.credited
    loss = credit * (known.loss or Decimal(0))
    margin = deal.net - deal.cost
    once = margin - discount - waiting - credited
    chance = 1 - (known.loss or Decimal(0))
    worth = coming_back(once - loss, chance, deal.further)
    risked = credit + worth
    rate = Decimal(policy.money_percent.at(known.as_of))
    daily = owed * rate / (_HUNDRED * 365)
    left = margin - discount - credited - loss
    return Return(
        margin=margin, discount=discount, waiting=waiting, loss=loss, credited=credited,
        back=chance * worth,
        chance=None if known.loss is None else chance,
        break_even=max((credit - once) / risked, Decimal(0)) if credit and risked > 0 else None,
        gone_after=max(left / daily, Decimal(0)) if daily > 0 else None,
    )  # fmt: skip


def _waiting(amount: Decimal, days: Decimal, known: Known, policy: Policy) -> Decimal:
    """Return what waiting costs, by the rate of each day; a part of a day counts as such."""
    whole = int(days)
    percents = sum(
        (Decimal(policy.money_percent.at(known.as_of + timedelta(n))) for n in range(1, whole + 1)),
        Decimal(0),
    )
    percents += (days - whole) * policy.money_percent.at(known.as_of + timedelta(whole + 1))
    return amount * percents / (_HUNDRED * 365)
