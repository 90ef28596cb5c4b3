"""What granting credit is worth: break-even chance, value of coming back, cost of waiting.

Decimals throughout; a chance is a share from 0 to 1, a rate percent a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_YEAR = Decimal(365)
_HUNDRED = Decimal(100)
_ONE = Decimal(1)


def expected_profit(
    revenue: Decimal, cost: Decimal, chance: Decimal, back: Decimal = Decimal(0)
) -> Decimal:
    """Return what granting is expected to bring: who pays, and comes back, against who does not.

    back: what is expected of whoever pays, beyond this sale.

    >>> expected_profit(Decimal(1200), Decimal(1000), Decimal("0.8"))
    Decimal('-40.0')
    >>> expected_profit(Decimal(1200), Decimal(1000), Decimal("0.8"), back=Decimal(140))
    Decimal('72.0')
    """
    return chance * (revenue - cost + back) - (_ONE - chance) * cost


def break_even_chance(
    revenue: Decimal, cost: Decimal, back: Decimal = Decimal(0)
) -> Decimal | None:
    """Return the chance of payment from which on granting pays; None where nothing comes in.

    Above 1 it never does.

    >>> round(break_even_chance(Decimal(1200), Decimal(1000)), 4)
    Decimal('0.8333')
    """
    whole = revenue + back
    return cost / whole if whole > 0 else None


def coming_back(
    profit: Decimal, chance: Decimal, orders: int, percent: Decimal = Decimal(0)
) -> Decimal:
    """Return what is expected of so many further orders, of who paid the first.

    profit: what each is expected to bring; each comes only if the one before was paid. percent: the
    rate of the time between two.

    >>> again = expected_profit(Decimal(1200), Decimal(1000), Decimal("0.95"))
    >>> coming_back(again, Decimal("0.95"), 1)
    Decimal('140.00')
    """
    worth, share = Decimal(0), _ONE
    for _order in range(orders):
        share /= _ONE + percent / _HUNDRED
        worth += share * profit
        share *= chance
    return worth


def cost_of_waiting(amount: Decimal, days: int | Decimal, percent: Decimal) -> Decimal:
    """Return what waiting so many days for `amount` costs, simple, over a year of 365 days.

    >>> round(cost_of_waiting(Decimal(30_000), 60, Decimal(5)), 2)
    Decimal('246.58')
    """
    return amount * percent * Decimal(days) / (_HUNDRED * _YEAR)


def days_until_gone(margin: Decimal, amount: Decimal, percent: Decimal) -> Decimal | None:
    """Return after how many days waiting has cost the whole margin; None where it costs nothing.

    >>> days_until_gone(Decimal(3_000), Decimal(30_000), Decimal(5))
    Decimal('730')
    """
    daily = cost_of_waiting(amount, 1, percent)
    return round(margin / daily, 6).normalize() + 0 if daily > 0 else None


@dataclass(frozen=True)
class DiscountRates:
    """What a discount for early payment costs in percent a year, by three conventions."""

    simple_360: Decimal
    simple_365: Decimal
    compound_365: Decimal


def discount_rates(percent: Decimal, days_sooner: int) -> DiscountRates:
    """Return the yearly rates of a discount that is paid so many days sooner.

    Raises ValueError where it is no discount, or for no day.

    >>> found = discount_rates(Decimal(2), 20)
    >>> [str(round(one, 2)) for one in (found.simple_360, found.simple_365, found.compound_365)]
    ['36.73', '37.24', '44.59']
    """
    if not 0 < percent < _HUNDRED or days_sooner <= 0:
        raise ValueError(f"{percent} % for {days_sooner} days is no discount for early payment")
    once = percent / (_HUNDRED - percent)
    compound = (_ONE + once) ** (_YEAR / days_sooner) - _ONE
    return DiscountRates(
        once * 360 / days_sooner * _HUNDRED,
        once * _YEAR / days_sooner * _HUNDRED,
        compound * _HUNDRED,
    )


def limit_by_need(
    need: Decimal, capacity: tuple[tuple[Decimal, Decimal], ...]
) -> tuple[Decimal, Decimal]:
    """Return the limit of whoever has no history, and what of the need it leaves uncovered.

    capacity: amounts, as net worth and turnover, each with the percent of it that may be owed.

    >>> worth, turnover = (Decimal(80_000), Decimal(35)), (Decimal(700_000), Decimal(5))
    >>> limit_by_need(Decimal(50_000), (worth, turnover))
    (Decimal('28000'), Decimal('22000'))
    """
    found = min([need, *(amount * percent / _HUNDRED for amount, percent in capacity)])
    found = max(found, Decimal(0))
    return found, need - found


def needed_limit(sales: Decimal, days: int | Decimal) -> Decimal:
    """Return the limit that yearly sales need: so many days of them, terms and usual lateness.

    >>> needed_limit(Decimal(250_000), 73)
    Decimal('50000')
    """
    return sales * Decimal(days) / _YEAR
