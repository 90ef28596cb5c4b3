"""Each rule of the policy as a sentence, and its values as a reader says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.base.words import time_words
from dashboards.charts.buckets import labels
from data.core.buckets import UNAPPLIED
from data.core.policy.kinds import VERBS, Effort, Level, Stage
from data.core.policy.rules import RULES, Policy
from data.core.texts import N_
from data.reference.late_payment import Cap, Compensation

SENTENCES = {
    "terms_days": N_(
        "An invoice that says neither due day nor terms is due {value} after its day."
    ),
    "prepaid_days": N_("A payment may come up to {value} before the document of its amount."),
    "discounts": N_(
        "A payment may fall short of its document by a usual discount for early payment: {value}."
    ),
    "discount_days": N_("A discount may be taken up to {value} after the document's day."),
    "bank_fee": N_(
        "A bank on the way keeps at most {value} of a payment, in the document's currency, and "
        "never more than a twentieth."
    ),
    "unapplied_days": N_(
        "Payments and credit notes that are unapplied for longer than {value} are old."
    ),
    "paid_twice_days": N_("Equal payments at most {value} apart look made twice."),
    "same_number_days": N_(
        "Equal invoices whose numbers differ in punctuation and zeros only look made twice where "
        "they are at most {value} apart."
    ),
    "same_order_days": N_(
        "Equal invoices of one order look made twice where they are at most {value} apart."
    ),
    "late_discount_days": N_(
        "A discount for early payment is late where it is taken more than {value} after the "
        "invoice."
    ),
    "late_discount_least": N_(
        "What is kept back looks like such a discount from {value} of the invoice on."
    ),
    "late_discount_most": N_("What is kept back looks like such a discount up to {value} of it."),
    "order_invoices": N_(
        "A customer shows whether it names its orders from {value} invoices in 12 months on."
    ),
    "order_percent": N_(
        "A customer usually names its orders where {value} of its invoices have an order number."
    ),
    "invoiced_days": N_("An invoice that leaves more than {value} after delivery is sent late."),
    "credited_invoices": N_(
        "A salesperson with fewer than {value} invoices in 12 months is not compared by credit "
        "notes."
    ),
    "credited_beyond": N_(
        "A salesperson with less than {value} more credit notes than all is no finding."
    ),
    "enough_payments": N_(
        "Who made fewer than {value} payments in the window has no median, and is not ranked by it."
    ),
    "promise_days": N_(
        "A promise to pay is kept by what comes in up to {value} after the day promised."
    ),
    "soon_days": N_(
        "Limits and terms that were agreed for a while end soon where their last day is at most "
        "{value} away."
    ),
    "loss_months": N_("Expected loss needs a history of at least {value} months."),
    "buckets": N_("Receivables are aged in these buckets where nobody asks for others: {value}."),
    "approval": N_("Who may approve, up to which unsecured amount: {value}."),
    "four_eyes": N_(
        "Above an unsecured amount of {value} nobody approves what they asked for themselves."
    ),
    "automatic_amount": N_(
        "Up to {value} a yes of the rules is the decision; for a natural person somebody always "
        "decides."
    ),
    "worth_percent": N_("Who never bought here may owe up to {value} of its net worth."),
    "turnover_percent": N_("Who never bought here may owe up to {value} of its yearly sales."),
    "least_return": N_(
        "Who returns less than {value} of its sales after all that credit cost is named as one to "
        "part with."
    ),
    "late_share": N_(
        "Who pays late is not bad for it where lateness costs at most {value} of the margin."
    ),
    "decision_days": N_("What was approved holds for {value}."),
    "review_days": N_("What was approved is looked at again after {value}."),
    "decision_percent": N_(
        "A decision is void once amount, terms, discount or a figure that it rests on has changed "
        "by more than {value}."
    ),
    "late_days": N_(
        "Who is expected to pay longer than {value} after the due day gets no new credit without "
        "somebody's decision."
    ),
    "money_percent": N_("Money that waits for a payment costs us {value} a year."),
    "vat": N_("VAT that invoices bear, which a margin leaves out: {value}."),
    "interest": N_("Interest for late payment agreed instead of the statutory one: {value}."),
    "compensation": N_(
        "Fixed compensation an invoice that is claimed instead of the statutory one: {value}."
    ),
    "longest_terms": N_("Longest terms that we grant, in days from the invoice: {value}."),
    "own_size": N_(
        "Our own size, where the law protects small sellers from large buyers: {value}."
    ),
    "stages": N_(
        "Stages of collection, and the day after the due day on which each begins: {value}."
    ),
    "work_minutes": N_("A day's work on the worklist is {value}."),
    "hour_cost": N_("An hour of that work costs {value}."),
    "steps": N_(
        "What each step takes, by how much the pace of paying is taken to rise after it, and when "
        "the customer is looked at again: {value}."
    ),
    "asked_days": N_("What is paid within {value} from now is paid in time, for who asks."),
    "ahead_days": N_(
        "Of whoever usually pays late, what falls due within {value} is asked for as well."
    ),
    "small_rest": N_("What is open of an invoice and less than {value} is not asked for."),
    "gentle_days": N_("A good customer usually pays within {value} after the due day."),
    "gentle_sales": N_(
        "A good customer bought for at least {value} in 12 months; it gets no more than a reminder."
    ),
    "insurer_days": N_("The insurer is told from {value} before the last day of hand-over on."),
    "thanks": N_("Good customers that grow and are thanked in a day's work: {value}."),
    "handed_points": N_(
        "A hand-over is weighed by these points at most, the last two taken off: {value}."
    ),
    "handed_from": N_("Who has {value} points or more is proposed to be handed over."),
    "handed_days": N_("What is overdue for {value} has all points of age; less has its part."),
    "handed_amount": N_("{value} overdue has all points of amount; less has its part."),
    "handed_years": N_(
        "A customer for {value} has half of the points of relationship, and who kept all its "
        "promises the other half."
    ),
    "handed_sales": N_(
        "Who bought for {value} in 12 months has all points of sales; less has its part."
    ),
    "extension_days": N_(
        "The insurer extends by at most {value} from the original due day; what is delivered after "
        "that is not insured."
    ),
    "insured_percent": N_(
        "The insurer bears {value} of an insured limit, where a limit said here names no other "
        "share."
    ),
    "postpone_days": N_(
        "We may postpone by up to {value} from the original due day without asking the insurer."
    ),
    "handover_days": N_(
        "A claim is handed over for collection within {value} of the end of that extension."
    ),
    "factor_advance": N_("A factor advances {value} of what it buys."),
    "factor_points": N_("Its advance costs {value} a year more than our own money."),
    "factor_fee": N_("Its fee with recourse is {value} of the sales that it buys."),
    "factor_fee_without": N_("Its fee without recourse is {value} of the sales that it buys."),
    "factor_saves": N_("With a factor {value} of administration a year falls away."),
    "factor_bad_debts": N_("Without a factor {value} of sales are lost."),
    "factor_bad_debts_with": N_("With a factor that has recourse {value} of sales are lost."),
    "factor_overdue": N_("A factor buys no invoice that is overdue for more than {value}."),
    "factor_concentration": N_(
        "Of one customer a factor buys no more than {value} of all that it would buy."
    ),
    "factor_countries": N_(
        "Countries whose invoices a factor buys, and up to how many days overdue: {value}; none "
        "named means all."
    ),
    "false_alarms": N_(
        "How many alarms a week about changed behaviour may be false, over the whole book: {value}."
    ),
    "retention": N_(
        "How long after the last document of a natural person was closed the erasure of its notes "
        "is proposed: {value}."
    ),
}
"""Rule -> its sentence; `{value}` is what holds."""

POINTS = {
    "age": N_("age"),
    "amount": N_("amount"),
    "relation": N_("relationship"),
    "sales": N_("sales"),
}
SIZES = {
    "unknown": N_("not said, so such a cap cannot be judged"),
    "small": N_("small or medium"),
    "large": N_("large"),
}
COUNTED = {"issue": N_("the issue of the invoice"), "receipt": N_("receipt of the invoice")}
DEBTORS = {"companies": N_("Between companies"), "public": N_("Public bodies")}
MOVES = {
    "moves": N_("moves with each half-year"),
    "fixed_at_start": N_("stays as it began"),
    "at_payment": N_("that of the day of payment"),
}
STATUS = {
    "read": N_("as published"),
    "computed": N_("computed by the rule"),
    "expected": N_("expected before publication"),
}


def value_words(name: str, value: Any, f: Format, policy: Policy) -> str:
    """Return a value of a rule as a reader says it: `45 days`, `2 %`, `10,000.00 €`."""
    return _WRITTEN[RULES[name].kind.unit](value, f, policy)


def _plain(value: Any, f: Format, *digits: int) -> str:
    """Return a number with the fewest of these decimals that say all of it."""
    return f.number(value, next(d for d in digits if d == digits[-1] or round(value, d) == value))


def percent(value: Any, f: Format) -> str:
    """Return percents as they were written: `2.5 %`."""
    return f"{_plain(value, f, 0, 1, 2)}\u00a0%"


def _days(value: int, f: Format) -> str:
    return n_("{days} day", "{days} days", value).format(days=f.count(value))


def years_words(value: int | str, f: Format) -> str:
    """Return a number of years, or that none was chosen."""
    if isinstance(value, str):
        return _("no number of years is set, so nobody is proposed")
    return n_("{years} year", "{years} years", value).format(years=f.count(value))


def _amount(value: Any, f: Format) -> str:
    return f"{_plain(value, f, 0, 2)}\u00a0{f.symbol}"


def _euro(value: Any, f: Format) -> str:
    return f"{_plain(value, f, 0, 2)}\u00a0€"


def _levels(levels: tuple[Level, ...], f: Format) -> str:
    return _listed(
        _("{role} up to {amount}").format(role=_(one.role), amount=_amount(one.up_to, f))
        if one.up_to is not None
        else _("{role} any amount").format(role=_(one.role))
        for one in levels
    )


def _stages(stages: tuple[Stage, ...], f: Format) -> str:
    return _listed(
        _("{stage} on day {days}").format(stage=_(one.stage), days=f.count(one.days))
        for one in stages
    )


def _steps(steps: tuple[Effort, ...], f: Format) -> str:
    text = _("{verb} {minutes} and {cost}, {faster} faster, again after {days}")
    return "; ".join(
        text.format(
            verb=_(VERBS[one.verb]), minutes=time_words(one.minutes, f), cost=_amount(one.cost, f),
            faster=percent(one.faster, f), days=_days(one.days, f),
        )
        for one in steps
    ) or _("none")  # fmt: skip


def _points(points: Mapping[str, int], f: Format) -> str:
    return _listed(
        _("{part} {points}").format(part=_(POINTS[part]), points=f.count(value))
        for part, value in points.items()
    )


def _countries(values: Mapping[str, Any], f: Format, write: Callable[[Any, Format], str]) -> str:
    return _listed(
        _("{country} {value}").format(country=f.country(country), value=write(value, f))
        for country, value in values.items()
    )


def _listed(parts: Any) -> str:
    return ", ".join(parts) or _("none")


def _set(value: str, _f: Format, policy: Policy) -> str:
    called = labels(policy.set_of(value))
    return ", ".join(text for name, text in called.items() if name != UNAPPLIED)


#: unit of a kind -> how its values are written
_WRITTEN: Mapping[str, Callable[[Any, Format, Policy], str]] = {
    "days": lambda value, f, _policy: _days(value, f),
    "count": lambda value, f, _policy: f.count(value),
    "minutes": lambda value, f, _policy: time_words(value, f),
    "number": lambda value, f, _policy: _plain(value, f, 0, 1, 2),
    "percent": lambda value, f, _policy: percent(value, f),
    "percents": lambda value, f, _policy: _listed(percent(one, f) for one in value),
    "amount": lambda value, f, _policy: _amount(value, f),
    "set": _set,
    "levels": lambda value, f, _policy: _levels(value, f),
    "stages": lambda value, f, _policy: _stages(value, f),
    "steps": lambda value, f, _policy: _steps(value, f),
    "points": lambda value, f, _policy: _points(value, f),
    "size": lambda value, _f, _policy: _(SIZES[value]),
    "years": lambda value, f, _policy: years_words(value, f),
    "percent_by_country": lambda value, f, _policy: _countries(value, f, percent),
    "days_by_country": lambda value, f, _policy: _countries(value, f, _days),
    "amount_by_country": lambda value, f, _policy: _countries(value, f, _euro),
}


def cap_words(cap: Cap, f: Format) -> str:
    """Return what a cap on terms says, its country and its law aside."""
    days = _days(cap.days, f)
    said = _("at most {days} from {counted}").format(days=days, counted=_(COUNTED[cap.counts_from]))
    if cap.end_of_month_days is not None:
        said = _("{said}, or {days} to the end of the month where the contract says so").format(
            said=said, days=_days(cap.end_of_month_days, f)
        )
    if cap.sizes != "any":
        said = _("{said} for a large company that buys from a small or medium one").format(
            said=said
        )
    if cap.debtor == "public":
        said = _("{said} for public bodies").format(said=said)
    if not cap.strict:
        return _("{said}, unless longer terms are agreed expressly and are not unfair").format(
            said=said
        )
    if cap.falls_back_days is None:
        return said
    back = _days(cap.falls_back_days, f)
    return _("{said}; where a clause says more, {days} count").format(said=said, days=back)


def compensation_words(one: Compensation, f: Format) -> str:
    """Return what a fixed compensation comes to, its country and its law aside."""
    if not one.scale:
        return _("{amount} an invoice").format(amount=_euro(one.least, f))
    parts = [
        _("{percent} up to {amount}").format(percent=percent(share, f), amount=_euro(end, f))
        if end is not None
        else _("{percent} above").format(percent=percent(share, f))
        for end, share in one.scale
    ]
    return _("of a claim {scale}; at least {least}, at most {most}").format(
        scale=", ".join(parts), least=_euro(one.least, f), most=_euro(one.most, f)
    )
