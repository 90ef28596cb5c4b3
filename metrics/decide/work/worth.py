"""What a step is worth today, in money: interest and losses that it saves, less what it costs.

    left     = chance that it is paid within the horizon if nobody asks
    asked    = 1 - (1 - left) ^ (1 + faster)
    sooner   = sum of amount x (asked - left)
    interest = sum of sooner x own cost of money x days sooner / 36,500
    loss     = sum of sooner x chance that it is never paid x own share
    worth    = interest + loss + cover - cost

faster is the policy's assumption of how much the pace of paying rises by asking: who is twice as
fast has paid within 30 days what others have within 60. What comes sooner comes in the middle of
the horizon instead of when the curve says. What is never paid is unpaid at every age: of all that
is sold, the share `loss` is, so of what is unpaid when the horizon ends it is `loss / unpaid`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from data.core.policy.kinds import Effort
from metrics.decide.work.account import Account, Item
from metrics.decide.work.chances import chance

_YEAR, _HUNDRED, _ONE = Decimal(36_500), Decimal(100), Decimal(1)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Worth:
    """What a step is worth, and each number that it is made of.

    amount: what is asked for. left: of it, what is expected within the horizon if nobody asks;
    asked: if somebody does. days: by which the difference comes sooner, on average. interest, loss:
    what that saves; loss None where no write-off is known. never: the share of the difference that
    would never be paid. cover: insured money that is lost if the insurer is not told. cost: of the
    step. unknown: of `amount`, what is older
    than all that is known of, and counts for nothing.
    """

    amount: Decimal
    left: Decimal
    asked: Decimal
    days: Decimal
    interest: Decimal
    loss: Decimal | None
    never: Decimal | None
    cost: Decimal
    cover: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)
    level: str = ""
    code: str = ""
    paid: int = 0

    @property
    def sooner(self) -> Decimal:
        """What comes sooner by asking."""
        return self.asked - self.left

    @property
    def gain(self) -> Decimal:
        """What the step brings, to the cent, before what it costs."""
        return self.interest + (self.loss or Decimal(0)) + self.cover

    @property
    def net(self) -> Decimal:
        """The euro gained by acting today: its parts, less its cost."""
        return self.gain - self.cost

    @property
    def known(self) -> bool:
        """Whether anything of it can be said."""
        return self.unknown < self.amount


def cost_of(effort: Effort, hour: Decimal) -> Decimal:
    """Return what a step costs: its minutes and its money.

    >>> str(cost_of(Effort("call", 12, 1, 60, 7), Decimal(45)))
    '10.00'
    """
    return _cents(hour * effort.minutes / 60 + Decimal(effort.cost))


def worth(
    account: Account, items: Sequence[Item], effort: Effort, day: date, horizon: int,
    money: Decimal, hour: Decimal,
) -> Worth:  # fmt: skip
    """Return what a step about these items is worth.

    horizon: days within which is in time. money: own cost of money, percent a year. hour: what an
    hour costs. Told the insurer, what it bears of what is likely never paid is saved.
    """
    power, own = _ONE + Decimal(effort.faster) / _HUNDRED, _own_share(account)
    amount = left = sooner = waited = never = unknown = cover = Decimal(0)
    level = code = ""
    paid = 0
    for one in items:
        amount += one.amount
        found = chance(account.curves, one.age(day), horizon)
        if found is None:
            unknown += one.amount
            continue
        if not paid:
            level, code, paid = found.curve.level, found.curve.code, found.curve.paid
        rest = _ONE - found.left
        shift = one.amount * (rest - rest**power) if rest else Decimal(0)
        left += one.amount * found.left
        sooner += shift
        waited += shift * (found.later - Decimal(horizon) / 2)
        gone = _never(account.loss, found.unpaid)
        never += shift * gone
        cover += one.amount * rest * gone * (_ONE - own)
    saved = _cents(waited * money / _YEAR)
    told = account.loss is not None
    return Worth(
        amount=amount,
        left=_cents(left),
        asked=_cents(left + sooner),
        days=(waited / sooner).quantize(Decimal("0.1"), ROUND_HALF_UP) if sooner else Decimal(0),
        interest=saved,
        loss=_cents(never * own) if told else None,
        never=never / sooner if told and sooner else None,
        cost=cost_of(effort, hour),
        cover=_cents(cover) if effort.verb == "insurer" else Decimal(0),
        unknown=unknown,
        level=level,
        code=code,
        paid=paid,
    )


def _never(loss: Decimal | None, unpaid: Decimal) -> Decimal:
    """Return the chance that what is unpaid when so much is, is never paid."""
    if loss is None or unpaid <= 0:
        return Decimal(0)
    return min(_ONE, loss / unpaid)


def _own_share(account: Account) -> Decimal:
    """Return what of a loss is ours: the rest an insurer bears."""
    if account.exposure <= 0 or account.insured <= 0:
        return _ONE
    return max(_ONE - account.insured / account.exposure, Decimal(0))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
