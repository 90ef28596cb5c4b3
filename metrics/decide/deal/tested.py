"""The tests of a deal, each with its number, its limit, a sentence, and the rows behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from data.core.policy.rules import Policy
from data.core.texts import N_, Text
from metrics.decide.approval import approver, unsecured
from metrics.decide.deal.deal import Deal, Known
from metrics.decide.deal.margin import returned
from metrics.decide.insurer import Clock, insurers_clock
from metrics.decide.terms import AGREED, BEYOND, OWN, UNKNOWN, Agreement, judge_terms

PASSES, ASKS, LACKS, FAILS = "passes", "asks", "lacks", "fails"
VERDICTS = {
    PASSES: N_("is met"),
    ASKS: N_("somebody decides"),
    LACKS: N_("cannot be judged"),
    FAILS: N_("is not met"),
}
"""What a test may say -> how a reader calls it."""


@dataclass(frozen=True)
class Tested:
    """One test of a deal.

    name: known to links. verdict: of VERDICTS. number, limit: what was found and what is allowed,
    None where there is none; unit: money or days. says: the sentence: in its places Decimals are
    amounts, but for `percent`. metric, rows: the metric, and which of its rows, behind the number;
    '' where it follows from what was asked alone.
    """

    name: str
    label: str
    verdict: str
    number: Decimal | None
    limit: Decimal | None
    unit: str
    says: Text
    metric: str = ""
    rows: str = ""


def tests(deal: Deal, known: Known, policy: Policy) -> tuple[Tested, ...]:
    """Return what every test says of a deal, in the order in which they are read."""
    return tuple(test(deal, known, policy) for test in _TESTS)


def passes(deal: Deal, known: Known, policy: Policy) -> bool:
    """Return whether no test fails."""
    return all(test(deal, known, policy).verdict != FAILS for test in _TESTS)


_OVER = {
    False: N_("With {owed} owed now, in all currencies and with all that belong to it, it goes "
              "{over} beyond the limit of {limit}."),
    True: N_("With {owed} owed now, in all currencies and with all that belong to it, and {coming} "
             "ordered or approved and not yet invoiced, it goes {over} beyond the limit of "
             "{limit}."),
}  # fmt: skip
_LEFT = {
    False: N_("With {owed} owed now, in all currencies and with all that belong to it, {left} "
              "of the limit of {limit} is left after it."),
    True: N_("With {owed} owed now, in all currencies and with all that belong to it, and {coming} "
             "ordered or approved and not yet invoiced, {left} of the limit of {limit} is left "
             "after it."),
}  # fmt: skip
"""Whether anything is coming besides -> the sentence."""


def _headroom(deal: Deal, known: Known, _policy: Policy) -> Tested:
    coming = known.coming + deal.orders
    after = known.owed + coming + deal.credit
    values: dict[str, object] = {"owed": known.owed, "coming": coming}
    verdict = PASSES if not deal.credit else FAILS
    if known.limit is None:
        says = N_("No credit limit is known, so nothing is sold on credit until one is set; "
                  "{owed} is owed now.")  # fmt: skip
    elif after > known.limit and deal.credit:
        values |= {"over": after - known.limit, "limit": known.limit}
        says = _OVER[bool(coming)]
    else:
        verdict = PASSES
        values |= {"left": known.limit - after, "limit": known.limit}
        says = _LEFT[bool(coming)]
    return Tested("headroom", N_("Limit and headroom"), verdict, after, known.limit, "money",
                  Text(says, values), "exposure")  # fmt: skip


def unsecured_after(deal: Deal, known: Known) -> Decimal:
    """Return what of all that is owed after the deal nobody else bears."""
    owed = max(known.exposure + known.own_coming + deal.orders, Decimal(0)) + deal.credit
    return unsecured(owed, known.insured, known.insured_percent, deal.security)


def _unsecured(deal: Deal, known: Known, policy: Policy) -> Tested:
    part, floor = unsecured_after(deal, known), Decimal(policy.four_eyes.at(known.as_of))
    values: dict[str, object] = {
        "part": part, "floor": floor, "insured": known.insured, "percent": known.insured_percent,
    }  # fmt: skip
    level = approver(part, known.as_of, policy)
    if part <= floor or not deal.credit:
        verdict = PASSES
        says = N_("{part} of all that is owed after it is neither insured ({insured} at {percent} "
                  "%) nor secured; up to {floor} nobody else need decide.")  # fmt: skip
    elif level is None:
        verdict = ASKS
        says = N_("{part} of all that is owed after it is neither insured ({insured} at {percent} "
                  "%) nor secured: more than any level of the policy may approve.")  # fmt: skip
    else:
        verdict, values = ASKS, values | {"role": level.role}
        says = N_("{part} of all that is owed after it is neither insured ({insured} at {percent} "
                  "%) nor secured. May approve it: {role}.")  # fmt: skip
    return Tested("unsecured", N_("Unsecured part"), verdict, part, floor, "money",
                  Text(says, values), "exposure")  # fmt: skip


_PAYS = {
    ("", True): N_("Half of its invoices are paid with at most {days} days beyond terms (95 %: "
                   "{low} to {high}); up to {most} nobody need decide."),
    ("", False): N_("Half of its invoices are paid with at most {days} days beyond terms; up to "
                    "{most} nobody need decide."),
    ("sector", True): N_("Its own payments are too few ({paid}). Of its sector, half is paid with "
                         "at most {days} days beyond terms (95 %: {low} to {high})."),
    ("sector", False): N_("Its own payments are too few ({paid}). Of its sector, half is paid with "
                          "at most {days} days beyond terms."),
    ("country", True): N_("Its own payments are too few ({paid}). Of its country, half is paid "
                          "with at most {days} days beyond terms (95 %: {low} to {high})."),
    ("country", False): N_("Its own payments are too few ({paid}). Of its country, half is paid "
                           "with at most {days} days beyond terms."),
    ("segment", True): N_("Its own payments are too few ({paid}). Of its segment, half is paid "
                          "with at most {days} days beyond terms (95 %: {low} to {high})."),
    ("segment", False): N_("Its own payments are too few ({paid}). Of its segment, half is paid "
                           "with at most {days} days beyond terms."),
    ("total", True): N_("Its own payments are too few ({paid}). Of all customers, half is paid "
                        "with at most {days} days beyond terms (95 %: {low} to {high})."),
    ("total", False): N_("Its own payments are too few ({paid}). Of all customers, half is paid "
                         "with at most {days} days beyond terms."),
}  # fmt: skip
"""On whose payments it rests, and whether their interval is known -> the sentence."""


def _behaviour(deal: Deal, known: Known, policy: Policy) -> Tested:
    late, limit = known.lateness, policy.late_days.at(known.as_of)
    label = N_("Payment behaviour")
    allowed = Decimal(limit)
    if late is None:
        enough = policy.enough_payments.at(known.as_of)
        says = Text(N_("There are too few payments to say: {enough} are needed."),
                    {"enough": enough})  # fmt: skip
        return Tested("behaviour", label, LACKS, None, allowed, "days", says, "payment_speed")
    values: dict[str, object] = {"days": late.days, "most": limit, "paid": late.paid}
    between = late.low is not None and late.high is not None
    if between:
        values |= {"low": late.low, "high": late.high}
    level = late.level if (late.level, between) in _PAYS else "sector"
    says = Text(_PAYS[level, between], values)
    verdict = PASSES if late.days <= limit or not deal.credit else ASKS
    return Tested("behaviour", label, verdict, late.days, allowed, "days", says, "payment_speed")


def clock_run_out(known: Known, policy: Policy) -> Clock | None:
    """Return the clock of the oldest item after which deliveries are no longer insured, or None."""
    clocks = (insurers_clock(due_on, policy) for due_on, _amount in known.open)
    return next((one for one in clocks if one.uninsured_from <= known.as_of), None)


def _insurer(deal: Deal, known: Known, policy: Policy) -> Tested:
    label, metric = N_("Insurer's clock"), "aging"
    if not known.insured:
        says = Text(N_("Nothing is insured, so no insurer's clock runs."))
        return Tested("insurer", label, PASSES, None, None, "days", says)
    if not known.open:
        says = Text(N_("Nothing is open, so the insurer's clock does not run."))
        return Tested("insurer", label, PASSES, None, None, "days", says)
    run_out = clock_run_out(known, policy)
    clock = run_out or insurers_clock(known.open[0][0], policy)
    verdict = FAILS if run_out and deal.credit else PASSES
    template = N_("The oldest open item, {amount}, is due on {due}: deliveries are insured until "
                  "{until}.")  # fmt: skip
    if run_out:
        template = N_(
            "The oldest open item, {amount}, was due on {due}: what is delivered from {since} on "
            "is not insured, and the claim is handed over by {by}."
        )
    values: dict[str, object] = {
        "amount": dict(known.open)[clock.due_on], "due": clock.due_on,
        "since": clock.uninsured_from, "by": clock.hand_over_by,
        "until": clock.extension_ends,
    }  # fmt: skip
    late = Decimal((known.as_of - clock.due_on).days)
    allowed = Decimal((clock.extension_ends - clock.due_on).days)
    return Tested("insurer", label, verdict, late, allowed, "days", Text(template, values), metric)


_LACKING = {
    "receipt": N_("the day on which the invoice is received is not known"),
    "buyer_size": N_("the customer's size is not known"),
    "own_size": N_("our own size is not said in the policy"),
    "end_of_month": N_("whether terms run to the end of the month is not known"),
    "law": N_("no law of its country is known"),
}
"""What a cap on terms may lack -> in words."""


def _terms(deal: Deal, known: Known, policy: Policy) -> Tested:
    due_on = known.as_of + timedelta(deal.terms)
    judged = judge_terms(Agreement(known.country, known.as_of, due_on), policy)
    own = policy.longest_terms.at(known.as_of).get(known.country)
    cap = judged.cap.days if judged.cap else None
    limit = own if judged.verdict == OWN else cap
    values: dict[str, object] = {"days": deal.terms, "limit": limit, "country": known.country}
    verdict = PASSES
    if not deal.credit:
        says = Text(N_("Nothing is on credit, so no terms are granted."))
    elif judged.verdict == BEYOND:
        verdict, says = (
            FAILS,
            Text(N_("{days} days are longer than the law of its country allows: {limit}."), values),
        )
    elif judged.verdict == OWN:
        verdict, says = (
            ASKS,
            Text(
                N_("{days} days are longer than our own rule for its country allows: {limit}."),
                values,
            ),
        )
    elif judged.verdict == UNKNOWN:
        verdict, says = (
            LACKS,
            Text(
                N_("It cannot be judged whether {days} days are allowed: {lacking}."),
                values | {"lacking": _LACKING[judged.lacks[0]]},
            ),
        )
    elif judged.verdict == AGREED:
        says = Text(
            N_("{days} days are longer than the usual {limit}: agree on them expressly."), values
        )
    else:
        says = Text(N_("{days} days are within the law's {limit}."), values)  # fmt: skip
    return Tested("terms", N_("Longest terms"), verdict, Decimal(deal.terms),
                  None if limit is None else Decimal(limit), "days", says, "terms")  # fmt: skip


def _return(deal: Deal, known: Known, policy: Policy) -> Tested:
    label = N_("Net return")
    found = returned(deal, known, policy)
    if found is None:
        says = Text(N_("It cannot be judged: say what the goods cost, or the margin."))
        return Tested("return", label, LACKS, None, Decimal(0), "money", says)
    net = found.net
    values: dict[str, object] = {"margin": found.margin, "net": net}
    if known.loss is None:
        text = N_("Of a margin of {margin}, {net} is left after waiting, discount and credit "
                  "notes; no write-off is known, so expected loss is not in it.")  # fmt: skip
    else:
        text = N_("Of a margin of {margin}, {net} is left after waiting, discount, credit notes "
                  "and expected loss.")  # fmt: skip
    return Tested("return", label, FAILS if net < 0 else PASSES, net, Decimal(0), "money",
                  Text(text, values))  # fmt: skip


_TESTS: tuple[Callable[[Deal, Known, Policy], Tested], ...] = (
    _headroom, _unsecured, _behaviour, _insurer, _terms, _return,
)  # fmt: skip


def days_after(day: date, days: Decimal) -> date:
    """Return the day so many days later, whole ones."""
    return day + timedelta(int(days.to_integral_value()))
