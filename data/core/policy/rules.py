"""THE list of the rules, with their defaults.

A store's `policy.toml` says which differ (see data/workspace/policy.py); `file.template` is that
file with every default. A value may change from a day on:

    terms_days = [{ value = 30 }, { since = 2026-01-01, by = "An", value = 45 }]

Of which day such a value counts, each rule says. Rules that make the books act at the next load or
derivation, the others at once.
"""

from __future__ import annotations

# ruff: noqa: RUF009 - `rule` is a dataclass field, with what is said of it
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

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
    POINTS,
    SET,
    SETS_OFFERED,
    SIZE,
    STAGES,
    STEPS,
    YEARS,
    Amount,
    Effort,
    Level,
    Stage,
    number,
)
from data.core.policy.making import Making
from data.core.policy.rule import Rule, rule
from data.core.texts import N_


@dataclass(frozen=True)
class Policy(Making):
    """Every value, dated; see `Rule`. `sets`: name of a set of aging buckets -> how it is written.

    >>> Policy().prepaid_days.at(date(2026, 1, 1))
    45
    """

    enough_payments: Dated[int] = rule(
        COUNT, 20,
        "Who made fewer payments in the window has no median, and is not ranked by it.",
        N_("Figures, as of the day that is asked about"),
        books=False,
    )  # fmt: skip
    promise_days: Dated[int] = rule(
        DAYS, 3,
        "A promise to pay is kept by what comes in at most so many days after the day promised: the"
        " bank's, as of that day.",
        books=False,
    )  # fmt: skip
    soon_days: Dated[int] = rule(
        DAYS, 60,
        "What was agreed for a while ends soon where its last day is at most so many days away.",
        books=False,
    )  # fmt: skip
    loss_months: Dated[int] = rule(
        COUNT, 12,
        "Expected loss needs so many months of history, of the 36 before the day.",
        books=False,
    )  # fmt: skip
    buckets: Dated[str] = rule(
        SET, "standard",
        "The buckets of aging where nobody asks for others: a name of [sets], or written like"
        " them. The cubes follow at the next derivation; until then the same figures come from the"
        " rows.",
        books=False,
    )  # fmt: skip
    approval: Dated[tuple[Level, ...]] = rule(
        LEVELS,
        (Level(N_("Credit controller"), 10_000), Level(N_("Credit manager"), 50_000),
         Level(N_("Finance director"))),
        "Who may approve a limit or a deal, up to which unsecured amount in the reporting"
        " currency: what is neither insured nor covered by other security. The last level may"
        " have no amount: any.",
        N_("Approval, as of the day of the decision"),
        books=False,
    )  # fmt: skip
    four_eyes: Dated[Amount] = rule(
        AMOUNT, 5_000,
        "Above this unsecured amount nobody approves what they asked for themselves.",
        books=False,
    )  # fmt: skip
    late_days: Dated[int] = rule(
        DAYS, 15,
        "Who is expected to pay longer than so many days after the due day gets no new credit"
        " without somebody's decision.",
        books=False,
    )  # fmt: skip
    automatic_amount: Dated[Amount] = rule(
        AMOUNT, 5_000,
        "Up to this amount of a deal, VAT included, a yes of the rules is the decision: nobody need"
        " approve it. For a natural person somebody always decides.",
        books=False,
    )  # fmt: skip
    worth_percent: Dated[Amount] = rule(
        PERCENT, 35,
        "Who never bought here may owe so many percent of its net worth ...",
        books=False,
    )  # fmt: skip
    turnover_percent: Dated[Amount] = rule(
        PERCENT, 5,
        "... and so many percent of its yearly sales, whichever is less.",
        books=False,
    )  # fmt: skip
    least_return: Dated[Amount] = rule(
        PERCENT, 5,
        "Customers that return less than so many percent of their sales, after all that credit"
        " cost, are named as ones to part with, or to sell to otherwise.",
        books=False,
    )  # fmt: skip
    late_share: Dated[Amount] = rule(
        PERCENT, 10,
        "Who pays late looks worse than it is where lateness costs at most so many percent of the"
        " margin.",
        books=False,
    )  # fmt: skip
    decision_days: Dated[int] = rule(
        DAYS, 60,
        "What was approved holds for so many days, where nobody says another last day.",
        books=False,
    )  # fmt: skip
    review_days: Dated[int] = rule(
        DAYS, 30,
        "What was approved is looked at again after so many days.",
        books=False,
    )  # fmt: skip
    decision_percent: Dated[Amount] = rule(
        PERCENT, 10,
        "A decision is void once amount, terms, discount or a figure that it rests on has changed"
        " by more than so many percent.",
        books=False,
    )  # fmt: skip
    money_percent: Dated[Amount] = rule(
        PERCENT, 5,
        "Own cost of money, percent a year: what waiting for a payment costs.",
        N_("Rates, as of each day that they are counted for"),
        books=False,
    )  # fmt: skip
    vat: Dated[Mapping[str, Amount]] = rule(
        PERCENT_BY_COUNTRY, {},
        "VAT that our invoices bear by the customer's country, in percent, as in { BE = 21 }: what"
        " a margin leaves out. Elsewhere invoices count as they are.",
        books=False,
    )  # fmt: skip
    interest: Dated[Mapping[str, Amount]] = rule(
        PERCENT_BY_COUNTRY, {},
        "Agreed interest for late payment by the customer's country, percent a year, as in"
        " { BE = 8 }. Elsewhere the statutory one (data/reference/late_interest.csv).",
        books=False,
    )  # fmt: skip
    compensation: Dated[Mapping[str, Amount]] = rule(
        AMOUNT_BY_COUNTRY, {},
        "Fixed compensation for costs of collection that is claimed by the customer's country, in"
        " euro an invoice, as in { BE = 0 }. Elsewhere the statutory one.",
        books=False,
    )  # fmt: skip
    longest_terms: Dated[Mapping[str, int]] = rule(
        DAYS_BY_COUNTRY, {},
        "Longest terms that we grant by the customer's country, in days from the invoice, as in"
        " { FR = 45 }. The law's caps (data/reference/longest_terms.csv) hold besides.",
        N_("Longest terms, as of the day of the invoice"),
        books=False,
    )  # fmt: skip
    own_size: Dated[str] = rule(
        SIZE, "unknown",
        "Our own size, small (small or medium) or large: some caps protect small sellers from"
        " large buyers. Where it is unknown, such a cap cannot be judged.",
        books=False,
    )  # fmt: skip
    stages: Dated[tuple[Stage, ...]] = rule(
        STAGES,
        (Stage(N_("Reminder"), 7), Stage(N_("Second reminder"), 21), Stage(N_("Formal notice"), 35),
         Stage(N_("Collection agency"), 60)),
        "Stages of collection: from how many days after the due day on each begins.",
        N_("Collection, as of that day"),
        books=False,
    )  # fmt: skip
    work_minutes: Dated[int] = rule(
        number(1, 6000, "minutes"), 400,
        "The worklist is as long as a day's work: so many minutes.",
        N_("Work today, as of that day"),
        books=False,
    )  # fmt: skip
    hour_cost: Dated[Amount] = rule(
        AMOUNT, 45,
        "An hour of that work costs so much.",
        books=False,
    )  # fmt: skip
    steps: Dated[tuple[Effort, ...]] = rule(
        STEPS,
        (Effort("remind", 2, 0, 20, 10), Effort("dun", 4, 2, 40, 14), Effort("call", 12, 0, 60, 7),
         Effort("stop", 15, 0, 80, 14), Effort("insurer", 30, 0, 0, 1),
         Effort("hand_over", 45, 60, 120, 60), Effort("thank", 5, 0, 0, 180)),
        "What each step takes, in minutes and in the reporting currency; by how many percent the"
        " pace of paying rises after it (faster: an assumption, to be set from own experience); and"
        " after how many days the customer is looked at again.",
        books=False,
    )  # fmt: skip
    asked_days: Dated[int] = rule(
        number(1, 365, "days"), 30,
        "What is paid within so many days from now is paid in time, for the worth of asking.",
        books=False,
    )  # fmt: skip
    ahead_days: Dated[int] = rule(
        number(0, 60, "days"), 3,
        "Of whoever usually pays late, what falls due within so many days counts as well.",
        books=False,
    )  # fmt: skip
    small_rest: Dated[Amount] = rule(
        AMOUNT, 10,
        "What is open of an invoice and less than this is not asked for, and makes no stage begin.",
        books=False,
    )  # fmt: skip
    gentle_days: Dated[int] = rule(
        DAYS, 10,
        "Who usually pays within so many days after the due day ...",
        books=False,
    )  # fmt: skip
    gentle_sales: Dated[Amount] = rule(
        AMOUNT, 50_000,
        "... and bought for so much in 12 months is a good customer: never more than a reminder.",
        books=False,
    )  # fmt: skip
    insurer_days: Dated[int] = rule(
        DAYS, 14,
        "The insurer is told from so many days before the last day of hand-over on.",
        books=False,
    )  # fmt: skip
    thanks: Dated[int] = rule(
        number(0, 100, "count"), 1,
        "A day's work has room for so many thanks to good customers that grow.",
        books=False,
    )  # fmt: skip
    handed_points: Dated[Mapping[str, int]] = rule(
        POINTS, {"age": 50, "amount": 50, "relation": 20, "sales": 20},
        "The most points of each part by which a hand-over is weighed: age of the oldest that is"
        " overdue and amount overdue add, relationship and sales of 12 months take off.",
        N_("Hand over, as of that day"),
        books=False,
    )  # fmt: skip
    handed_from: Dated[int] = rule(
        number(1, 200, "count"), 40,
        "Who has so many points or more is proposed to be handed over.",
        books=False,
    )  # fmt: skip
    handed_days: Dated[int] = rule(
        number(1, 3650, "days"), 120,
        "What is overdue for so many days has all points of age; less has its part.",
        books=False,
    )  # fmt: skip
    handed_amount: Dated[Amount] = rule(
        number(1, 10**12, "amount", whole=False), 10_000,
        "So much overdue has all points of amount; less has its part.",
        books=False,
    )  # fmt: skip
    handed_years: Dated[int] = rule(
        number(1, 100, "years"), 5,
        "A customer for so many years has half of the points of relationship, and who kept all its"
        " promises the other half.",
        books=False,
    )  # fmt: skip
    handed_sales: Dated[Amount] = rule(
        number(1, 10**12, "amount", whole=False), 50_000,
        "Who bought for so much in 12 months has all points of sales; less has its part.",
        books=False,
    )  # fmt: skip
    extension_days: Dated[int] = rule(
        DAYS, 60,
        "The insurer's maximum extension period, in days from the original due day: what is"
        " delivered after it is not insured.",
        N_("Credit insurance, as of the due day"),
        books=False,
    )  # fmt: skip
    insured_percent: Dated[Amount] = rule(
        PERCENT, 90,
        "The insurer bears so many percent of an insured limit, where a limit said here names no"
        " other share.",
        books=False,
    )  # fmt: skip
    postpone_days: Dated[int] = rule(
        DAYS, 60,
        "So many days from the original due day one may postpone without asking the insurer, never"
        " beyond the maximum extension period.",
        books=False,
    )  # fmt: skip
    handover_days: Dated[int] = rule(
        DAYS, 30,
        "So many days after the maximum extension period the claim must be handed over for"
        " collection.",
        books=False,
    )  # fmt: skip
    factor_advance: Dated[Amount] = rule(
        PERCENT, 85,
        "A factor advances so many percent of what it buys ...",
        N_("Factoring, as of the day that is asked about"),
        books=False,
    )  # fmt: skip
    factor_points: Dated[Amount] = rule(
        PERCENT, 1, "... at so many points a year above our own cost of money.", books=False
    )
    factor_fee: Dated[Amount] = rule(
        PERCENT, Decimal("0.75"),
        "Its fee in percent of the sales that it buys, with recourse ...",
        books=False,
    )  # fmt: skip
    factor_fee_without: Dated[Amount] = rule(
        PERCENT, Decimal("1.25"), "... and without recourse.", books=False
    )
    factor_saves: Dated[Amount] = rule(
        AMOUNT, 0, "So much administration a year falls away with a factor.", books=False
    )
    factor_bad_debts: Dated[Amount] = rule(
        PERCENT, Decimal("0.5"),
        "So many percent of sales are lost without a factor ...",
        books=False,
    )  # fmt: skip
    factor_bad_debts_with: Dated[Amount] = rule(
        PERCENT, Decimal("0.5"),
        "... and so many with one that has recourse; without recourse none are.",
        books=False,
    )  # fmt: skip
    factor_overdue: Dated[int] = rule(
        DAYS, 60, "A factor buys no invoice that is overdue for more days.", books=False
    )
    factor_concentration: Dated[Amount] = rule(
        PERCENT, 25,
        "Of one customer it buys no more than so many percent of all that it would buy.",
        books=False,
    )  # fmt: skip
    factor_countries: Dated[Mapping[str, int]] = rule(
        DAYS_BY_COUNTRY, {},
        "The countries whose invoices it buys, with the days up to which they may be overdue, as in"
        " { BE = 60, NL = 30 }. Where none is named: all countries, up to factor_overdue.",
        books=False,
    )  # fmt: skip
    false_alarms: Dated[Amount] = rule(
        number(Decimal("0.1"), 100, "number", whole=False), 1,
        "So many alarms a week about a customer's changed behaviour may be false, over the whole"
        " book; the threshold follows from it.",
        N_("Alarms, as of the day that is asked about"),
        books=False,
    )  # fmt: skip
    retention: Dated[int | str] = rule(
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
