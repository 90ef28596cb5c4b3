"""What the page says of the policy as of a day: rules in their parts, and the law's lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from dashboards.base.format import Format
from dashboards.base.grid import CARD, Column, Listing
from dashboards.base.i18n import _
from dashboards.base.view import View
from dashboards.policy.words import (
    DEBTORS,
    MOVES,
    STATUS,
    cap_words,
    compensation_words,
    percent,
)
from data.core.policy.dated import Dated, Step
from data.core.policy.rules import DEFAULTS, RULES, Policy
from data.core.texts import N_
from data.reference.late_payment import (
    COMPANIES,
    UNION,
    Law,
    caps,
    caps_on,
    compensation_on,
    compensations,
    law,
    rates,
    rates_of,
)
from metrics.asking.ledger import Statement


@dataclass(frozen=True)
class Shown:
    """A rule as of a day: what holds, what held before it (latest first) and what is to come.

    Of what held before, each with its last day.
    """

    name: str
    step: Step[Any]
    before: tuple[tuple[Step[Any], date], ...]
    later: tuple[Step[Any], ...]

    @property
    def default(self) -> bool:
        """Whether what holds is Tandem's own, and nobody said so."""
        step = self.step
        return step.since == date.min and not step.by and step.value == _default(self.name)


def _default(name: str) -> Any:
    return DEFAULTS.dated[name].at(date.max)


def shown(name: str, value: Dated[Any], day: date) -> Shown:
    """Return a rule as of a day."""
    now = value.step(day)
    ends = [step.since - timedelta(1) for step in value.steps[1:]]
    past = [
        (step, end) for step, end in zip(value.steps, ends, strict=False) if step.since < now.since
    ]
    later = tuple(step for step in value.steps if step.since > day)
    return Shown(name, now, tuple(reversed(past)), later)


def parts(policy: Policy, day: date) -> Mapping[str, list[Shown]]:
    """Return every rule as of a day, by the heading it stands under in the file."""
    found: dict[str, list[Shown]] = {}
    for name, value in policy.dated.items():
        heading = RULES[name].heading or next(reversed(found))
        found.setdefault(heading, []).append(shown(name, value, day))
    return found


@dataclass(frozen=True)
class Legal:
    """A line of the law: of which country, what it says and which law."""

    country: str
    says: str
    law: Law


def legal(name: str, day: date, f: Format) -> list[Legal]:
    """Return what the law says as of a day, beside the rule of that name; [] beside the others."""
    made = {"interest": _rates, "compensation": _compensations, "longest_terms": _caps}.get(name)
    return made(day, f) if made else []


def _rates(day: date, f: Format) -> list[Legal]:
    found = []
    for country in dict.fromkeys(rate.country for rate in rates()):
        held = [rate for rate in rates_of(country) if rate.since <= day]
        if held:
            said = _("{percent} a year since {day}, {rule}").format(
                percent=percent(held[-1].percent, f),
                day=f.day(held[-1].since),
                rule=_(MOVES[held[-1].rule]),
            )
            if held[-1].least_agreed is not None:
                said = _("{said}; agreed rates are at least {percent}").format(
                    said=said, percent=percent(held[-1].least_agreed, f)
                )
            found.append(Legal(f.country(country), said, law(country, "interest")))
    return found


def _compensations(day: date, f: Format) -> list[Legal]:
    held = {c.country: compensation_on(c.country, day) for c in compensations()}
    return [
        Legal(f.country(country), compensation_words(one, f), law(country, "compensation"))
        for country, one in held.items()
        if one
    ]


def _caps(day: date, f: Format) -> list[Legal]:
    own = [
        Legal(f.country(country), cap_words(cap, f), law(country, "terms"))
        for country in dict.fromkeys(cap.country for cap in caps() if cap.country != UNION)
        for cap in caps_on(country, day)
        if cap.country == country
    ]
    where = _("European Union, for countries without a rule of their own")
    union = [cap for cap in caps() if cap.country == UNION and cap.since <= day]
    return own + [Legal(where, cap_words(cap, f), law(UNION, "terms")) for cap in union]


_SCHEMA = pa.schema(
    [
        ("country", pa.string()), ("debtor", pa.string()), ("from_day", pa.date32()),
        ("percent", pa.decimal128(6, 2)), ("rule", pa.string()),
        ("reference", pa.decimal128(6, 2)), ("points", pa.decimal128(6, 2)),
        ("least", pa.decimal128(6, 2)), ("agreed", pa.decimal128(6, 2)), ("status", pa.string()),
        ("source", pa.string()), ("law", pa.string()), ("url", pa.string()),
    ]
)  # fmt: skip


def _interest(view: View, _params: Mapping[str, str]) -> Statement:
    """Return the statutory rates of the half-years that have begun by the day, in words."""
    policy, asked = view.options.policy, view.ledger.where.get("country")
    rows = [
        {
            "country": one.country,
            "debtor": _(DEBTORS[one.debtor]),
            "from_day": one.since,
            "percent": one.percent,
            "rule": _(MOVES[one.rule]),
            "reference": one.reference,
            "points": one.points,
            "least": one.least_agreed,
            "agreed": policy.interest.at(one.since).get(one.country)
            if one.debtor == COMPANIES
            else None,
            "status": _(STATUS[one.status]),
            "source": one.source,
            "law": law(one.country, "interest").names[view.f.language],
            "url": law(one.country, "interest").url,
        }
        for one in rates()
        if one.since <= view.selection.as_of and (asked is None or one.country in asked)
    ]
    return Statement(
        "select * from shown_interest", {"shown_interest": pa.Table.from_pylist(rows, _SCHEMA)}
    )


INTEREST = Listing(
    "late_interest",
    N_("Statutory interest for late payment"),
    (
        Column("country", N_("Country"), dimension="country", width=150, options=CARD),
        Column("debtor", N_("Debtor"), width=184),
        Column("from_day", N_("From"), "day", options=CARD),
        Column("percent", N_("Percent a year"), "money", 110, options=CARD),
        Column("rule", N_("Rule"), width=200),
        Column("reference", N_("Reference rate"), "money", 130),
        Column("points", N_("Points"), "money", 90),
        Column("least", N_("Agreed at least"), "money", 110),
        Column("agreed", N_("Agreed by the policy"), "money", 140),
        Column("status", N_("Known how"), width=180, options=CARD),
        Column("source", N_("Read at"), width=230),
        Column("law", N_("Law"), width=260),
        Column("url", N_("Address"), width=260),
    ),
    statement=_interest,
    sort="from_day desc",
)  # fmt: skip
