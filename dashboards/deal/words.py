"""A deal in words: its tests, its answer and what would turn it, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from dashboards.base.format import NOTHING, Format
from dashboards.base.i18n import _
from dashboards.base.words import told
from data.core.texts import N_
from metrics.decide.deal.answer import Answer
from metrics.decide.deal.deal import Deal
from metrics.decide.deal.kept import Desk
from metrics.decide.deal.margin import Return
from metrics.decide.deal.prospect import Proposed
from metrics.decide.deal.standing import FIGURES, Changed, Outcome
from metrics.decide.deal.tested import Tested
from metrics.decide.deal.worth import discount_rates


def number(value: Decimal | None, unit: str, f: Format) -> str:
    """Return what a test found, or allows, with its unit."""
    if value is None:
        return NOTHING
    return f.exact(value) if unit == "money" else _("{days} days").format(days=f.days(value))


#: Part of what a deal returns -> how a reader calls it, and its sign in the sum.
_PARTS = {
    "margin": (N_("Margin"), 1),
    "discount": (N_("Discount"), -1),
    "waiting": (N_("Cost of waiting"), -1),
    "loss": (N_("Expected loss"), -1),
    "credited": (N_("Credit notes"), -1),
    "back": (N_("Value of coming back"), 1),
    "net": (N_("Net return"), 1),
}


def parts_of(found: Return) -> list[tuple[str, Decimal]]:
    """Return the parts of what a deal returns, signed, and at the end their sum, to the cent.

    What rounding leaves stands with the cost of waiting, so that the parts shown add up.
    """
    amounts = {name: sign * round(getattr(found, name), 2) for name, (_l, sign) in _PARTS.items()}
    rest = amounts["net"] - sum(amount for name, amount in amounts.items() if name != "net")
    amounts["waiting"] += rest
    return [
        (_(_PARTS[name][0]), amount)
        for name, amount in amounts.items()
        if amount or name in ("margin", "net")
    ]


def answer_words(answer: Answer, money: Decimal, f: Format) -> list[str]:
    """Say who decides, when it will be paid, and what a discount costs; money: as there."""
    said = (who_decides(answer), expected_words(answer, f), discount_words(answer.deal, money, f))
    return [text for text in said if text]


def expected_words(answer: Answer, f: Format) -> str:
    """Say when it is expected to be paid; '' where nothing is on credit."""
    if answer.granted is None or not answer.granted.credit:
        return ""
    if answer.paid_on is None:
        return _("When it will be paid cannot be said: there are too few payments.")
    if answer.earliest is None or answer.latest is None or answer.earliest == answer.latest:
        return _("Delivered today, it is expected to be paid on {day}.").format(
            day=f.day(answer.paid_on)
        )
    return _("Delivered today, it is expected to be paid on {day} (95 %: {low} to {high}).").format(
        day=f.day(answer.paid_on), low=f.day(answer.earliest), high=f.day(answer.latest)
    )


def discount_words(deal: Deal, money: Decimal, f: Format) -> str:
    """Say what a discount for early payment costs a year, by its conventions; '' without one.

    money: the own cost of money, percent a year. It is compared with the simple rate over 365 days,
    as what waiting costs is counted.
    """
    sooner = deal.terms - deal.discount_days
    if not deal.discount or sooner <= 0:
        return ""
    rates = discount_rates(deal.discount, sooner)
    cheaper = _("cheaper than our own money at {money} %")
    dearer = _("dearer than our own money at {money} %")
    beside = (dearer if rates.simple_365 > money else cheaper).format(money=f.number(money, 2))
    text = _("A discount of {percent} % for payment {days} days sooner costs {rate} % a year, "
             "simple over 365 days ({bankers} % over 360, {compound} % compound): {beside}."
             )  # fmt: skip
    return text.format(
        percent=f.number(deal.discount, int(deal.discount % 1 != 0)), days=f.count(sooner),
        rate=f.number(rates.simple_365, 2), bankers=f.number(rates.simple_360, 2),
        compound=f.number(rates.compound_365, 2), beside=beside,
    )  # fmt: skip


def who_decides(answer: Answer) -> str:
    """Say who decides."""
    if answer.granted is None or not answer.granted.credit:
        return ""
    if answer.approver is not None:
        return _("Somebody decides: {role}.").format(role=_(answer.approver.role))
    return _("Every test holds: nobody need decide.") if answer.automatic else ""


def _decimals(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def as_data(desk: Desk, f: Format) -> dict[str, object]:
    """Return all of it as plain values, for programs: amounts as texts, days as ISO."""
    answer = desk.answer

    def plain(value: object) -> object:
        if isinstance(value, Decimal):
            return f"{min(value, round(value, 4), key=_decimals):f}"
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        return value.isoformat() if isinstance(value, date) else value

    def brief(one: Answer) -> dict[str, object]:
        granted = one.granted
        return {
            "answer": one.answer,
            "says": told(one.says, f),
            "credit": granted.credit if granted else Decimal(0),
            "advance": granted.advance if granted else Decimal(0),
            "paid_on": one.paid_on, "earliest": one.earliest, "latest": one.latest,
            "net_return": one.returns.net if one.returns else None,
            "approver": one.approver.role if one.approver else None,
            "automatic": one.automatic,
            "effect": asdict(one.effect) if one.effect else None,
        }  # fmt: skip

    def test(one: Tested) -> dict[str, object]:
        return {
            "test": one.name, "verdict": one.verdict, "number": one.number, "limit": one.limit,
            "unit": one.unit, "says": told(one.says, f), "metric": one.metric,
        }  # fmt: skip

    found = brief(answer) | {
        "deal": asdict(answer.deal),
        "known": asdict(answer.known),
        "tests": [test(one) for one in answer.tests],
        "returns": asdict(answer.returns) if answer.returns else None,
        "changes": [{"what": c.what, "by": c.by, "says": told(c.says, f)} for c in desk.changes],
        "alternatives": [{"differs": told(o.differs, f), **brief(o.answer)} for o in desk.others],
    }
    if desk.proposed is not None:
        found |= {"proposed": asdict(desk.proposed), "peers": [asdict(one) for one in desk.peers]}
    return {name: plain(value) for name, value in found.items()}


_SHOWN: Mapping[str, Callable[[Decimal, Format], str]] = {
    "money": lambda value, f: f.exact(value),
    "days": lambda value, f: _("{days} days").format(days=f.days(value)),
    "percent": lambda value, f: f.number(value, int(value % 1 != 0)),
    "count": lambda value, f: f.number(value),
}


def changed_words(one: Changed, f: Format) -> str:
    """Say which figure is no longer what a decision rests on, and by how much it changed."""
    if one.failed is not None:
        return _("{what} is not met any more: {why}").format(
            what=_(one.failed.label), why=told(one.failed.says, f)
        )
    label, unit = FIGURES[one.name]
    before, now = (
        _("not known") if value is None else _SHOWN[unit](value, f)
        for value in (one.before, one.now)
    )
    if one.by is None:
        return _("{what}: {now}, it was {before}").format(what=_(label), now=now, before=before)
    return _("{what}: {now}, it was {before} ({change} %)").format(
        what=_(label), now=now, before=before,
        change=("+" if one.by > 0 else "\N{MINUS SIGN}") + f.number(abs(one.by), 1),
    )  # fmt: skip


def outcome_words(found: Outcome, f: Format, ordered: Decimal = Decimal(0)) -> str:
    """Say what came of a deal that was approved.

    ordered: what its customer has ordered since then and is not yet invoiced.
    """
    if found.first_on is None:
        if ordered:
            return _("{amount} ordered and not yet invoiced.").format(amount=f.exact(ordered))
        return _("Nothing was ordered or invoiced since, as far as is known.")
    parts = (
        []
        if found.ordered_on is None
        else [_("ordered on {day}").format(day=f.day(found.ordered_on))]
    )
    parts += [_("{amount} invoiced since {day}").format(
        amount=f.exact(found.invoiced), day=f.day(found.first_on))]  # fmt: skip
    if found.paid and found.paid_on is not None:
        parts.append(_("{amount} paid, the last on {day}").format(
            amount=f.exact(found.paid), day=f.day(found.paid_on)))  # fmt: skip
    if found.open:
        parts.append(_("{amount} open").format(amount=f.exact(found.open)))
    if found.lost:
        parts.append(_("{amount} lost").format(amount=f.exact(found.lost)))
    return ", ".join(parts) + "."


_CAPACITY = {
    "worth": N_("{percent} % of its net worth of {amount} is {part}"),
    "turnover": N_("{percent} % of its yearly sales of {amount} is {part}"),
}


def proposed_words(proposed: Proposed, f: Format) -> str:
    """Say what limit is proposed for a prospect, and by what."""
    said = [_("It needs {need}").format(need=f.exact(proposed.need))]
    said += [
        _(_CAPACITY[name]).format(
            percent=f.number(percent, int(percent % 1 != 0)), amount=f.exact(amount),
            part=f.exact(amount * percent / 100),
        )
        for name, amount, percent in proposed.capacity
    ]  # fmt: skip
    text = _("{parts}.").format(parts="; ".join(said))
    if proposed.limit is None or not proposed.uncovered:
        return text
    more = _("{uncovered} of the need is not met: shorter terms, or a guarantee.")
    return f"{text} {more.format(uncovered=f.exact(proposed.uncovered))}"
