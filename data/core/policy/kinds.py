"""What a rule of the policy may say: how each kind of value is read, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any

from data.core.buckets import DEFAULT
from data.core.texts import N_, Text

Amount = int | Decimal


@dataclass(frozen=True)
class Level:
    """Who may approve: `role`, up to which unsecured amount in the reporting currency.

    up_to: None for whoever may approve any amount; of the last level only.
    """

    role: str
    up_to: Amount | None = None


@dataclass(frozen=True)
class Stage:
    """A step of collection by its name, and so many days after the due day it begins."""

    stage: str
    days: int


VERBS = {
    "remind": N_("Remind"),
    "dun": N_("Dun"),
    "call": N_("Call"),
    "stop": N_("Stop delivery"),
    "insurer": N_("Tell the insurer"),
    "hand_over": N_("Hand over"),
    "thank": N_("Thank"),
}
"""What can be done about an account, the gentlest of what asks for money first."""


@dataclass(frozen=True)
class Effort:
    """What a step takes and is taken to bring. verb: one of VERBS.

    cost: in the reporting currency, besides the minutes. faster: by so many percent the pace of
    paying is taken to rise. days: after so many the account is looked at again.
    """

    verb: str
    minutes: int
    cost: Amount
    faster: Amount
    days: int


@dataclass(frozen=True)
class Kind:
    """What a rule's value may be: how it is read, in words, and in what unit it is said.

    unit: days, minutes, years, count, percent, percents, amount, set, levels, stages, steps,
    points, size; or of countries: percent_by_country, days_by_country, amount_by_country.
    read: the value as it is kept; None where it is none.
    """

    read: Callable[[object], Any]
    words: Text
    unit: str


def number(least: int | Decimal, most: int, unit: str, *, whole: bool = True) -> Kind:
    """Return the kind of numbers from `least` to `most`; not only whole ones unless `whole`."""

    def read(said: object) -> object | None:
        kind = int if whole else Amount
        if isinstance(said, bool) or not isinstance(said, kind) or not isfinite(said):
            return None
        return said if least <= said <= most else None

    what = N_("Write a whole number from {least} to {most}.")
    if not whole:
        what = N_("Write a number from {least} to {most}, with a point before decimals.")
    return Kind(read, Text(what, {"least": least, "most": most}), unit)


def _percents(said: object) -> object | None:
    if not isinstance(said, list):
        return None
    one = number(0, 99, "", whole=False)
    return tuple(said) if all(one.read(p) for p in said) else None


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _levels(said: object) -> tuple[Level, ...] | None:
    """Return levels with rising amounts; None for anything else."""
    if not isinstance(said, list) or not said:
        return None
    found: list[Level] = []
    amount = number(0, 10**12, "", whole=False)
    for place, one in enumerate(said, 1):
        if not isinstance(one, dict) or not {"role"} <= set(one) <= {"role", "up_to"}:
            return None
        up_to = amount.read(one["up_to"]) if "up_to" in one else None
        if not _said(one["role"]) or (up_to is None and ("up_to" in one or place < len(said))):
            return None
        before = found[-1].up_to if found else None
        if before is not None and up_to is not None and up_to <= before:
            return None
        found.append(Level(one["role"].strip(), up_to))
    return tuple(found)


def _stages(said: object) -> tuple[Stage, ...] | None:
    """Return stages by rising days, each with a name of its own; None for anything else."""
    if not isinstance(said, list):
        return None
    found: list[Stage] = []
    for one in said:
        if not isinstance(one, dict) or set(one) != {"stage", "days"} or not _said(one["stage"]):
            return None
        stage = Stage(one["stage"].strip(), one["days"])
        if DAYS.read(stage.days) is None or (found and stage.days <= found[-1].days):
            return None
        found.append(stage)
    names = {stage.stage for stage in found}
    return tuple(found) if len(names) == len(found) else None


def _efforts(said: object) -> tuple[Effort, ...] | None:
    """Return what steps take, each verb once at most; None for anything else."""
    if not isinstance(said, list):
        return None
    found: list[Effort] = []
    amount, percent = number(0, 10**6, "", whole=False), number(0, 1000, "", whole=False)
    kinds = {"minutes": number(0, 600, ""), "cost": amount, "faster": percent, "days": DAYS}
    for one in said:
        if not isinstance(one, dict) or set(one) != {"verb", *kinds} or one["verb"] not in VERBS:
            return None
        if any(kind.read(one[name]) is None for name, kind in kinds.items()):
            return None
        found.append(Effort(**one))
    return tuple(found) if len({one.verb for one in found}) == len(found) else None


PARTS = ("age", "amount", "relation", "sales")
"""Parts that weigh a hand-over: the first two speak for it, the others against it."""


def _points(said: object) -> Mapping[str, int] | None:
    """Return the most points of each part; None for anything else."""
    if not isinstance(said, dict) or set(said) != set(PARTS):
        return None
    one = number(0, 100, "")
    return {n: said[n] for n in PARTS} if all(one.read(v) is not None for v in said.values()) \
        else None  # fmt: skip


@cache
def _countries() -> frozenset[str]:
    from babel import Locale  # only who writes of countries waits for it

    none = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # unions, and codes for tests
    known = Locale("en").territories
    return frozenset(c for c in known if re.fullmatch("[A-Z]{2}", c) and c not in none)


def _by_country(one: Kind, unit: str, words: str) -> Kind:
    def read(said: object) -> Mapping[str, object] | None:
        if not isinstance(said, dict):
            return None
        for country, value in said.items():
            if country not in _countries() or one.read(value) is None:
                return None
        return dict(sorted(said.items()))

    return Kind(read, Text(words), unit)


DAYS, COUNT = number(0, 3650, "days"), number(1, 100_000, "count")
PERCENT = number(0, 100, "percent", whole=False)
AMOUNT = number(0, 10**12, "amount", whole=False)
PERCENTS = Kind(_percents, Text(N_("Write percents in brackets, as in [1, 1.5, 2].")), "percents")
SETS_OFFERED: Mapping[str, str] = {
    "standard": str(DEFAULT),
    "longer": "30,60,90,120",
    "finer": "15,30,60,90",
    "weeks": "7,14,30,60,90",
    "grace": "30,60,90+5",
    "months": "months:3",
}
"""Sets of aging buckets that a policy offers from the start, by name."""
SET = Kind(
    lambda said: said if isinstance(said, str) else None,
    Text(
        N_(
            'Name a set of [sets], or write the days at which buckets end ("30,60,90,120") or'
            ' "months:3", and +5 behind it for days of grace.'
        )
    ),
    "set",
)
LEVELS = Kind(
    _levels,
    Text(
        N_(
            'Write levels by rising amount, as in [{{ role = "Credit manager", up_to = 25000 }},'
            ' {{ role = "Finance director" }}]: the last one may leave up_to out.'
        )
    ),
    "levels",
)
STAGES = Kind(
    _stages,
    Text(
        N_(
            "Write stages by rising days, each with a name of its own, as in [{{ stage ="
            ' "Reminder", days = 7 }}, {{ stage = "Formal notice", days = 35 }}].'
        )
    ),
    "stages",
)
STEPS = Kind(
    _efforts,
    Text(
        N_(
            'Write what steps take, each once, as in [{{ verb = "call", minutes = 12, cost = 0,'
            " faster = 60, days = 7 }}]; the verbs are {verbs}."
        ),
        {"verbs": ", ".join(VERBS)},
    ),
    "steps",
)
POINTS = Kind(
    _points,
    Text(
        N_(
            "Write the most points of each part as whole numbers from 0 to 100, as in"
            " {{ age = 50, amount = 50, relation = 20, sales = 20 }}."
        )
    ),
    "points",
)
SIZES = ("unknown", "small", "large")
SIZE = Kind(
    lambda said: said if said in SIZES else None,
    Text(N_('Write "small" (small or medium), "large" or "unknown".')),
    "size",
)
NO_YEARS = "none"
"""No number of years was chosen."""
_YEARS = number(1, 100, "years")
YEARS = Kind(
    lambda said: said if said == NO_YEARS else _YEARS.read(said),
    Text(N_('Write years as a whole number from 1 to 100, or "none": nothing is proposed then.')),
    "years",
)
PERCENT_BY_COUNTRY = _by_country(
    PERCENT,
    "percent_by_country",
    N_("Write percents a year by code of country, as in {{ BE = 8, NL = 10.5 }}."),
)
DAYS_BY_COUNTRY = _by_country(
    DAYS, "days_by_country", N_("Write days by code of country, as in {{ BE = 45, FR = 30 }}.")
)
AMOUNT_BY_COUNTRY = _by_country(
    AMOUNT,
    "amount_by_country",
    N_("Write amounts by code of country, as in {{ BE = 40, NL = 0 }}."),
)
