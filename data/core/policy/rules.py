"""THE list of the rules, with their defaults.

A store's `policy.toml` says which differ (see data/workspace/policy.py); `file.template` is that
file with every default. A value may change from a day on:

    terms_days = [{ value = 30 }, { since = 2026-01-01, by = "An", value = 45 }]

Of which day such a value counts, each rule says. Rules that make the books act at the next load or
derivation, the others at once.
"""

from __future__ import annotations

# ruff: noqa: RUF009 - `_rule` is a dataclass field, with what is said of it
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from data.core.buckets import DEFAULT, Buckets
from data.core.policy.dated import Dated
from data.core.policy.kinds import (
    AMOUNT,
    AMOUNT_BY_COUNTRY,
    COUNT,
    DAYS,
    DAYS_BY_COUNTRY,
    LEVELS,
    NO_YEARS,
    PERCENT,
    PERCENT_BY_COUNTRY,
    PERCENTS,
    SET,
    SIZE,
    STAGES,
    STEPS,
    YEARS,
    Amount,
    Effort,
    Kind,
    Level,
    Stage,
    number,
)
from data.core.texts import N_

_T = TypeVar("_T")


@dataclass(frozen=True)
class Rule:
    """What is said of a value of the policy besides its default.

    kind: what it may be. meaning: what it does, and of which day it counts. books: it makes the
    books, and so acts at the next load or derivation. heading: what the rules from here on are of,
    marked with N_.
    """

    kind: Kind
    meaning: str
    books: bool
    heading: str


def _rule(kind: Kind, default: _T, meaning: str, heading: str = "", *, books: bool = True) -> Any:  # noqa: ANN401 - as dataclasses.field
    rule = Rule(kind, meaning, books, heading)
    return field(default=Dated.always(default), metadata={"rule": rule})


SETS_OFFERED: Mapping[str, str] = {
    "standard": str(DEFAULT),
    "longer": "30,60,90,120",
    "finer": "15,30,60,90",
    "weeks": "7,14,30,60,90",
    "grace": "30,60,90+5",
    "months": "months:3",
}


@dataclass(frozen=True)
class Policy:
    """Every value, dated; see `Rule`. `sets`: name of a set of aging buckets -> how it is written.

    >>> Policy().prepaid_days.at(date(2026, 1, 1))
    45
    """

    terms_days: Dated[int] = _rule(
        DAYS, 30,
        "Days to pay of an invoice that says neither due day nor terms, as of its day."
        " `load --terms` goes before it.",
        N_("Terms"),
    )  # fmt: skip
    prepaid_days: Dated[int] = _rule(
        DAYS, 45,
        "A payment may come so many days before the document of its amount.",
        N_("Matching, as of the day of the payment"),
    )  # fmt: skip
    discounts: Dated[tuple[Amount, ...]] = _rule(
        PERCENTS, (1, Decimal("1.5"), 2, Decimal("2.5"), 3, 4, 5),
        "Usual discounts for early payment, in percent: a payment may fall short of its document"
        " by one of them.",
    )  # fmt: skip
    discount_days: Dated[int] = _rule(
        DAYS, 21,
        "So many days after the document's day it may still do so: two weeks, and some days at the"
        " bank.",
    )  # fmt: skip
    bank_fee: Dated[Amount] = _rule(
        number(0, 10_000, "amount", whole=False), Decimal("25.00"),
        "The most that a bank on the way keeps of a payment, in the document's currency; never more"
        " than a twentieth.",
    )  # fmt: skip
    unapplied_days: Dated[int] = _rule(
        DAYS, 90,
        "Payments and credit notes unapplied for longer are old.",
        N_("Findings, as of the last day of the data"),
    )  # fmt: skip
    paid_twice_days: Dated[int] = _rule(
        DAYS, 3, "Equal payments at most so many days apart look made twice."
    )
    same_number_days: Dated[int] = _rule(
        DAYS, 180,
        "Equal invoices whose numbers differ in punctuation and zeros only look made twice, at most"
        " so many days apart.",
    )  # fmt: skip
    same_order_days: Dated[int] = _rule(
        DAYS, 7, "So do those of one order, at most so many days apart."
    )
    late_discount_days: Dated[int] = _rule(
        DAYS, 14, "Discounts for early payment taken later than this are late."
    )
    late_discount_least: Dated[Amount] = _rule(
        PERCENT, 1, "What looks like one: at least so many percent of the invoice ..."
    )
    late_discount_most: Dated[Amount] = _rule(PERCENT, 3, "... and at most so many.")
    order_invoices: Dated[int] = _rule(
        COUNT, 5, "A customer with so many invoices in 12 months shows whether it names its orders"
    )
    order_percent: Dated[Amount] = _rule(
        PERCENT, 80, "... and usually does where so many percent of them have an order number."
    )
    invoiced_days: Dated[int] = _rule(
        DAYS, 7, "Invoices that left longer after delivery were sent late."
    )
    credited_invoices: Dated[int] = _rule(
        COUNT, 20,
        "A salesperson with fewer invoices in 12 months is not compared by credit notes ...",
    )  # fmt: skip
    credited_beyond: Dated[Amount] = _rule(
        number(0, 1000, "percent", whole=False), 25,
        "... and one with less than so many percent more of them than all is no finding.",
    )  # fmt: skip
    enough_payments: Dated[int] = _rule(
        COUNT, 20,
        "Who made fewer payments in the window has no median, and is not ranked by it.",
        N_("Figures, as of the day that is asked about"),
        books=False,
    )  # fmt: skip
    promise_days: Dated[int] = _rule(
        DAYS, 3,
        "A promise to pay is kept by what comes in at most so many days after the day promised: the"
        " bank's, as of that day.",
        books=False,
    )  # fmt: skip
    soon_days: Dated[int] = _rule(
        DAYS, 60,
        "What was agreed for a while ends soon where its last day is at most so many days away.",
        books=False,
    )  # fmt: skip
    buckets: Dated[str] = _rule(
        SET, "standard",
        "The buckets of aging where nobody asks for others: a name of [sets], or written like"
        " them. The cubes follow at the next derivation; until then the same figures come from the"
        " rows.",
        books=False,
    )  # fmt: skip
    approval: Dated[tuple[Level, ...]] = _rule(
        LEVELS,
        (Level(N_("Credit controller"), 10_000), Level(N_("Credit manager"), 50_000),
         Level(N_("Finance director"))),
        "Who may approve a limit or a deal, up to which unsecured amount in the reporting"
        " currency: what is neither insured nor covered by other security. The last level may"
        " have no amount: any.",
        N_("Approval, as of the day of the decision"),
        books=False,
    )  # fmt: skip
    four_eyes: Dated[Amount] = _rule(
        AMOUNT, 5_000,
        "Above this unsecured amount nobody approves what they asked for themselves.",
        books=False,
    )  # fmt: skip
    late_days: Dated[int] = _rule(
        DAYS, 15,
        "Who is expected to pay longer than so many days after the due day gets no new credit"
        " without somebody's decision.",
        books=False,
    )  # fmt: skip
    automatic_amount: Dated[Amount] = _rule(
        AMOUNT, 5_000,
        "Up to this amount of a deal, VAT included, a yes of the rules is the decision: nobody need"
        " approve it. For a natural person somebody always decides.",
        books=False,
    )  # fmt: skip
    worth_percent: Dated[Amount] = _rule(
        PERCENT, 35,
        "Who never bought here may owe so many percent of its net worth ...",
        books=False,
    )  # fmt: skip
    turnover_percent: Dated[Amount] = _rule(
        PERCENT, 5,
        "... and so many percent of its yearly sales, whichever is less.",
        books=False,
    )  # fmt: skip
    decision_days: Dated[int] = _rule(
        DAYS, 60,
        "What was approved holds for so many days, where nobody says another last day.",
        books=False,
    )  # fmt: skip
    review_days: Dated[int] = _rule(
        DAYS, 30,
        "What was approved is looked at again after so many days.",
        books=False,
    )  # fmt: skip
    decision_percent: Dated[Amount] = _rule(
        PERCENT, 10,
        "A decision is void once amount, terms, discount or a figure that it rests on has changed"
        " by more than so many percent.",
        books=False,
    )  # fmt: skip
    money_percent: Dated[Amount] = _rule(
        PERCENT, 5,
        "Own cost of money, percent a year: what waiting for a payment costs.",
        N_("Rates, as of each day that they are counted for"),
        books=False,
    )  # fmt: skip
    interest: Dated[Mapping[str, Amount]] = _rule(
        PERCENT_BY_COUNTRY, {},
        "Agreed interest for late payment by the customer's country, percent a year, as in"
        " { BE = 8 }. Elsewhere the statutory one (data/reference/late_interest.csv).",
        books=False,
    )  # fmt: skip
    compensation: Dated[Mapping[str, Amount]] = _rule(
        AMOUNT_BY_COUNTRY, {},
        "Fixed compensation for costs of collection that is claimed by the customer's country, in"
        " euro an invoice, as in { BE = 0 }. Elsewhere the statutory one.",
        books=False,
    )  # fmt: skip
    longest_terms: Dated[Mapping[str, int]] = _rule(
        DAYS_BY_COUNTRY, {},
        "Longest terms that we grant by the customer's country, in days from the invoice, as in"
        " { FR = 45 }. The law's caps (data/reference/longest_terms.csv) hold besides.",
        N_("Longest terms, as of the day of the invoice"),
        books=False,
    )  # fmt: skip
    own_size: Dated[str] = _rule(
        SIZE, "unknown",
        "Our own size, small (small or medium) or large: some caps protect small sellers from"
        " large buyers. Where it is unknown, such a cap cannot be judged.",
        books=False,
    )  # fmt: skip
    stages: Dated[tuple[Stage, ...]] = _rule(
        STAGES,
        (Stage(N_("Reminder"), 7), Stage(N_("Second reminder"), 21), Stage(N_("Formal notice"), 35),
         Stage(N_("Collection agency"), 60)),
        "Stages of collection: from how many days after the due day on each begins.",
        N_("Collection, as of that day"),
        books=False,
    )  # fmt: skip
    work_minutes: Dated[int] = _rule(
        number(1, 6000, "minutes"), 400,
        "The worklist is as long as a day's work: so many minutes.",
        N_("Work today, as of that day"),
        books=False,
    )  # fmt: skip
    hour_cost: Dated[Amount] = _rule(
        AMOUNT, 45,
        "An hour of that work costs so much.",
        books=False,
    )  # fmt: skip
    steps: Dated[tuple[Effort, ...]] = _rule(
        STEPS,
        (Effort("remind", 2, 0, 20, 10), Effort("dun", 4, 2, 40, 14), Effort("call", 12, 0, 60, 7),
         Effort("stop", 15, 0, 80, 14), Effort("insurer", 30, 0, 0, 1),
         Effort("hand_over", 45, 60, 120, 60), Effort("thank", 5, 0, 0, 180)),
        "What each step takes, in minutes and in the reporting currency; by how many percent the"
        " pace of paying rises after it (faster: an assumption, to be set from own experience); and"
        " after how many days the customer is looked at again.",
        books=False,
    )  # fmt: skip
    asked_days: Dated[int] = _rule(
        number(1, 365, "days"), 30,
        "What is paid within so many days from now is paid in time, for the worth of asking.",
        books=False,
    )  # fmt: skip
    ahead_days: Dated[int] = _rule(
        number(0, 60, "days"), 3,
        "Of whoever usually pays late, what falls due within so many days counts as well.",
        books=False,
    )  # fmt: skip
    small_rest: Dated[Amount] = _rule(
        AMOUNT, 10,
        "What is open of an invoice and less than this is not asked for, and makes no stage begin.",
        books=False,
    )  # fmt: skip
    gentle_days: Dated[int] = _rule(
        DAYS, 10,
        "Who usually pays within so many days after the due day ...",
        books=False,
    )  # fmt: skip
    gentle_sales: Dated[Amount] = _rule(
        AMOUNT, 50_000,
        "... and bought for so much in 12 months is a good customer: never more than a reminder.",
        books=False,
    )  # fmt: skip
    insurer_days: Dated[int] = _rule(
        DAYS, 14,
        "The insurer is told from so many days before the last day of hand-over on.",
        books=False,
    )  # fmt: skip
    thanks: Dated[int] = _rule(
        number(0, 100, "count"), 1,
        "A day's work has room for so many thanks to good customers that grow.",
        books=False,
    )  # fmt: skip
    extension_days: Dated[int] = _rule(
        DAYS, 60,
        "The insurer's maximum extension period, in days from the original due day: what is"
        " delivered after it is not insured.",
        N_("Credit insurance, as of the due day"),
        books=False,
    )  # fmt: skip
    insured_percent: Dated[Amount] = _rule(
        PERCENT, 90,
        "The insurer bears so many percent of an insured limit, where a limit said here names no"
        " other share.",
        books=False,
    )  # fmt: skip
    postpone_days: Dated[int] = _rule(
        DAYS, 60,
        "So many days from the original due day one may postpone without asking the insurer, never"
        " beyond the maximum extension period.",
        books=False,
    )  # fmt: skip
    handover_days: Dated[int] = _rule(
        DAYS, 30,
        "So many days after the maximum extension period the claim must be handed over for"
        " collection.",
        books=False,
    )  # fmt: skip
    false_alarms: Dated[Amount] = _rule(
        number(Decimal("0.1"), 100, "number", whole=False), 1,
        "So many alarms a week about a customer's changed behaviour may be false, over the whole"
        " book; the threshold follows from it.",
        N_("Alarms, as of the day that is asked about"),
        books=False,
    )  # fmt: skip
    retention: Dated[int | str] = _rule(
        YEARS, NO_YEARS,
        "So many years after the last document of a natural person was closed, the erasure of what"
        ' was written of it is proposed; "none": of nobody. Which number the law wants depends on'
        " country and purpose: choose it with your counsel.",
        N_("Notes on natural persons, as of the day that is asked about"),
        books=False,
    )  # fmt: skip
    sets: Mapping[str, str] = field(default_factory=lambda: dict(SETS_OFFERED))

    @property
    def dated(self) -> dict[str, Dated[Any]]:
        """Every value by its name."""
        return {name: getattr(self, name) for name in RULES}

    def set_of(self, text: str) -> Buckets:
        """Return the set of buckets of that name, or that is written so; ValueError for neither.

        >>> str(Policy().set_of("grace")), str(Policy().set_of("10,20"))
        ('30,60,90+5', '10,20')
        """
        try:
            return Buckets.of_text(self.sets.get(text.strip(), text))
        except ValueError as error:
            raise ValueError(f"{error}; or name one of: {', '.join(self.sets)}") from error

    def usual(self, day: date) -> Buckets:
        """Return the buckets of whoever asks for no others, as of `day`."""
        return self.set_of(self.buckets.at(day))

    @property
    def ages(self) -> frozenset[str]:
        """The bounds of ages that the cubes tell apart: those of the usual buckets of all days."""
        return DEFAULT.bounds.union(*(self.set_of(s.value).bounds for s in self.buckets.steps))

    @property
    def books(self) -> dict[str, str]:
        """What of it makes the books: name -> value as it is said."""
        found = {name: str(v) for name, v in self.dated.items() if RULES[name].books}
        return {**found, "ages": ",".join(sorted(self.ages))}

    @property
    def fingerprint(self) -> str:
        """What tells the books made by this policy from others; '' for the defaults."""
        if self.books == DEFAULTS.books:
            return ""
        return hashlib.sha256(json.dumps(self.books).encode()).hexdigest()[:16]


RULES: dict[str, Rule] = {
    f.name: f.metadata["rule"] for f in fields(Policy) if "rule" in f.metadata
}
DEFAULTS = Policy()


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return in which values the books were made otherwise: `terms_days 45, before 30`.

    >>> changes({"a": "1", "b": "2"}, {"a": "1", "b": "3"})
    'b 3, before 2'
    """
    others = {n: v for n, v in now.items() if before.get(n, v) != v}
    return "; ".join(f"{name} {value}, before {before[name]}" for name, value in others.items())
