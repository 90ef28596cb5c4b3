"""The rules that make the books, which act at the next load or derivation, and the findings'."""

from __future__ import annotations

# ruff: noqa: RUF009 - `rule` is a dataclass field, with what is said of it
from dataclasses import dataclass
from decimal import Decimal

from data.core.policy.dated import Dated
from data.core.policy.kinds import COUNT, DAYS, PERCENT, PERCENTS, Amount, number
from data.core.policy.rule import rule
from data.core.texts import N_


@dataclass(frozen=True)
class Making:
    """The first rules of a `Policy`: terms, matching, and the thresholds of findings."""

    terms_days: Dated[int] = rule(
        DAYS, 30,
        "Days to pay of an invoice that says neither due day nor terms, as of its day."
        " `load --terms` goes before it.",
        N_("Terms"),
    )  # fmt: skip
    prepaid_days: Dated[int] = rule(
        DAYS, 45,
        "A payment may come so many days before the document of its amount.",
        N_("Matching, as of the day of the payment"),
    )  # fmt: skip
    discounts: Dated[tuple[Amount, ...]] = rule(
        PERCENTS, (1, Decimal("1.5"), 2, Decimal("2.5"), 3, 4, 5),
        "Usual discounts for early payment, in percent: a payment may fall short of its document"
        " by one of them.",
    )  # fmt: skip
    discount_days: Dated[int] = rule(
        DAYS, 21,
        "So many days after the document's day it may still do so: two weeks, and some days at the"
        " bank.",
    )  # fmt: skip
    bank_fee: Dated[Amount] = rule(
        number(0, 10_000, "amount", whole=False), Decimal("25.00"),
        "The most that a bank on the way keeps of a payment, in the document's currency; never more"
        " than a twentieth.",
    )  # fmt: skip
    unapplied_days: Dated[int] = rule(
        DAYS, 90,
        "Payments and credit notes unapplied for longer are old.",
        N_("Findings, as of the last day of the data"),
    )  # fmt: skip
    paid_twice_days: Dated[int] = rule(
        DAYS, 3, "Equal payments at most so many days apart look made twice."
    )
    same_number_days: Dated[int] = rule(
        DAYS, 180,
        "Equal invoices whose numbers differ in punctuation and zeros only look made twice, at most"
        " so many days apart.",
    )  # fmt: skip
    same_order_days: Dated[int] = rule(
        DAYS, 7, "So do those of one order, at most so many days apart."
    )
    late_discount_days: Dated[int] = rule(
        DAYS, 14, "Discounts for early payment taken later than this are late."
    )
    late_discount_least: Dated[Amount] = rule(
        PERCENT, 1, "What looks like one: at least so many percent of the invoice ..."
    )
    late_discount_most: Dated[Amount] = rule(PERCENT, 3, "... and at most so many.")
    order_invoices: Dated[int] = rule(
        COUNT, 5, "A customer with so many invoices in 12 months shows whether it names its orders"
    )
    order_percent: Dated[Amount] = rule(
        PERCENT, 80, "... and usually does where so many percent of them have an order number."
    )
    invoiced_days: Dated[int] = rule(
        DAYS, 7, "Invoices that left longer after delivery were sent late."
    )
    credited_invoices: Dated[int] = rule(
        COUNT, 20,
        "A salesperson with fewer invoices in 12 months is not compared by credit notes ...",
    )  # fmt: skip
    credited_beyond: Dated[Amount] = rule(
        number(0, 1000, "percent", whole=False), 25,
        "... and one with less than so many percent more of them than all is no finding.",
    )  # fmt: skip
