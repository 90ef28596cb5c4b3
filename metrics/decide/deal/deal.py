"""What is asked, and what is known of whoever asks: the two things that every test looks at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from data.core.errors import TandemError
from data.core.policy.rules import Policy
from data.core.texts import N_

CENT = Decimal("0.01")
MOST_AMOUNT = Decimal(10) ** 12
MOST_TERMS, MOST_INSTALMENTS, MOST_FURTHER = 730, 60, 120
_HUNDRED = Decimal(100)


class DealError(TandemError):
    """A deal that nobody makes."""


def amount_of(text: str) -> Decimal:
    """Return an amount as people type it, with a decimal point.

    Raises DealError for none, and for more than anybody sells.

    >>> amount_of("20000.50")
    Decimal('20000.50')
    """
    try:
        found = Decimal(text.strip())
    except InvalidOperation as error:
        raise DealError(N_("“{text}” is no number: write it as 20000.50."), text=text) from error
    if not found.is_finite():
        raise DealError(N_("“{text}” is no number: write it as 20000.50."), text=text)
    if abs(found) > MOST_AMOUNT:
        raise DealError(N_("An amount of {amount} cannot be."), amount=text)
    return found


@dataclass(frozen=True)
class Deal:
    """What is asked.

    amount: what will be owed, VAT included, in the reporting currency. terms: days from the invoice
    to the due day, of the last instalment where there are several. advance: what of the amount is
    paid before delivery. cost: what the goods cost, without VAT; None where it is not known. vat:
    the percent of VAT within the amount. discount: percent for payment within discount_days.
    instalments: equal ones, evenly spaced. security: what else stands for it, besides an insurer.
    orders: what is ordered already and not invoiced, besides what is said in the memory. further:
    how many more orders like this one are expected of whoever pays. Raises DealError for what
    cannot be.
    """

    amount: Decimal
    terms: int
    advance: Decimal = Decimal(0)
    cost: Decimal | None = None
    vat: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    discount_days: int = 10
    instalments: int = 1
    security: Decimal = Decimal(0)
    orders: Decimal = Decimal(0)
    further: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.amount.is_finite() or not 0 < self.amount <= MOST_AMOUNT:
            raise DealError(N_("An amount of {amount} cannot be sold."), amount=self.amount)
        for one in (self.cost or Decimal(0), self.security, self.orders):
            if not one.is_finite() or not 0 <= one <= MOST_AMOUNT:
                raise DealError(N_("An amount of {amount} cannot be."), amount=one)
        if not 0 <= self.advance <= self.amount:
            raise DealError(
                N_("{advance} in advance cannot be: give 0 to the whole amount, {amount}."),
                advance=self.advance, amount=self.amount,
            )  # fmt: skip
        if not (0 <= self.discount < _HUNDRED and 0 <= self.vat <= _HUNDRED):
            raise DealError(N_("A percentage lies between 0 and 100."))
        for value, least, most in (
            (self.terms, 0, MOST_TERMS),
            (self.discount_days, 0, MOST_TERMS),
            (self.instalments, 1, MOST_INSTALMENTS),
            (self.further, 0, MOST_FURTHER),
        ):
            if not least <= value <= most:
                raise DealError(
                    N_("{value} cannot be: give a number from {least} to {most}."),
                    value=value, least=least, most=most,
                )  # fmt: skip

    @property
    def credit(self) -> Decimal:
        """What of it would be owed after delivery."""
        return self.amount - self.advance

    @property
    def net(self) -> Decimal:
        """The amount without VAT, which is what is earned."""
        return self.amount * _HUNDRED / (_HUNDRED + self.vat)

    @property
    def net_credit(self) -> Decimal:
        """What would be owed, without VAT: what is lost where nobody pays."""
        return self.credit * _HUNDRED / (_HUNDRED + self.vat)

    def smaller(self, by: Decimal) -> Deal:
        """Return the same deal for so much less, at the same cost of each euro."""
        amount = self.amount - by
        cost = None if self.cost is None else self.cost * amount / self.amount
        return replace(self, amount=amount, advance=min(self.advance, amount), cost=cost)


def with_vat(amount: Decimal, percent: Decimal) -> Decimal:
    """Return an amount without VAT as it will be owed, to the cent.

    >>> with_vat(Decimal(20_000), Decimal(21))
    Decimal('24200.00')
    """
    return (amount * (_HUNDRED + percent) / _HUNDRED).quantize(CENT)


@dataclass(frozen=True)
class Lateness:
    """How many days after the due day half of what is owed is paid; low and high: 95 %.

    level: '' where it rests on the customer's own payments, else the dimension whose value is
    `code`. paid: how many payments the customer itself made.
    """

    days: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    level: str = ""
    code: str = ""
    paid: int = 0


@dataclass(frozen=True)
class Known:
    """What is known of the customer at the end of `as_of`, in the reporting currency.

    limit: the one that binds, its own or one above it, which is `holder`'s; None where none is
    known. owed: all that is owed against it, in all currencies, with those that belong to it.
    coming: what counts against it besides, ordered, or approved here on credit, and not yet
    invoiced; own_coming: of the customer itself. exposure: what the customer itself owes. open:
    what it owes by due day, the oldest first. insured: the insurer's limit, of which it bears
    insured_percent. lateness: None where there are too few payments. loss: the share that is never
    paid, of the customers that loss_level and loss_code name as in Lateness; None where no
    write-off is known at all. credited: the share of what was invoiced that was credited.
    receivables, sales: of all customers, at the end of the day and in the 12 months before, of
    window_days.
    """

    as_of: date
    country: str = ""
    limit: Decimal | None = None
    owed: Decimal = Decimal(0)
    exposure: Decimal = Decimal(0)
    open: tuple[tuple[date, Decimal], ...] = ()
    insured: Decimal = Decimal(0)
    insured_percent: Decimal = _HUNDRED
    lateness: Lateness | None = None
    loss: Decimal | None = None
    loss_level: str = ""
    loss_code: str = ""
    credited: Decimal = Decimal(0)
    terms: int | None = None
    receivables: Decimal = Decimal(0)
    sales: Decimal = Decimal(0)
    window_days: int = 365
    holder: str = ""
    coming: Decimal = Decimal(0)
    own_coming: Decimal = Decimal(0)

    @property
    def headroom(self) -> Decimal | None:
        """What the limit leaves; below 0 where it is exceeded, None where none is known."""
        return None if self.limit is None else self.limit - self.owed - self.coming

    def paying(self, amount: Decimal) -> Known:
        """Return what would be known had so much more been paid, the oldest first."""
        left, still = amount, []
        for due_on, part in self.open:
            paid = min(left, part)
            left -= paid
            if part > paid:
                still.append((due_on, part - paid))
        return replace(
            self, owed=self.owed - amount, exposure=self.exposure - amount, open=tuple(still)
        )


@dataclass(frozen=True)
class Asked:
    """A deal as people type it; what they leave out follows from what is known.

    amount: with VAT, or without where without_vat says its percent. terms: None for those agreed,
    else the policy's. margin: of the amount without VAT, in place of cost.
    """

    amount: Decimal
    without_vat: Decimal | None = None
    terms: int | None = None
    advance: Decimal = Decimal(0)
    cost: Decimal | None = None
    margin: Decimal | None = None
    discount: Decimal = Decimal(0)
    instalments: int = 1
    security: Decimal = Decimal(0)
    orders: Decimal = Decimal(0)
    further: int = 0

    def deal(self, known: Known, policy: Policy) -> Deal:
        """Return the deal that is asked of who is known. Raises DealError for what cannot be."""
        if not self.amount.is_finite() or not 0 < self.amount <= MOST_AMOUNT:
            raise DealError(N_("An amount of {amount} cannot be sold."), amount=self.amount)
        vat = self.without_vat or Decimal(0)
        if not 0 <= vat <= _HUNDRED:
            raise DealError(N_("A percentage lies between 0 and 100."))
        terms = known.terms if self.terms is None else self.terms
        cost = self.cost
        if self.margin is not None:
            cost = self.amount - self.margin
        return Deal(
            with_vat(self.amount, vat),
            policy.terms_days.at(known.as_of) if terms is None else terms,
            self.advance, cost, vat, self.discount, instalments=self.instalments,
            security=self.security, orders=self.orders, further=self.further,
        )  # fmt: skip
