"""The policy: the numbers that a company chooses for itself. THE list of them, with their defaults.

A store's `policy.toml` says which differ (see data/workspace/policy.py); `template` is that file
with every default. A value may change from a day on:

    terms_days = [{ value = 30 }, { from = 2026-01-01, value = 45 }]

Of which day such a value counts, each rule says. Rules that make the books act at the next load or
derivation, the others at once.
"""

from __future__ import annotations

# ruff: noqa: RUF009 - `_rule` is a dataclass field, with what is said of it
import difflib
import hashlib
import json
import re
import textwrap
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, Generic, TypeVar

from data.core.buckets import DEFAULT, Buckets
from data.core.errors import CANNOT_READ, StoreError
from data.core.texts import N_, Text

NAME = "policy.toml"
SETS = "sets"
"""The table of the file that names sets of aging buckets."""

_T = TypeVar("_T")
_Amount = int | Decimal


class PolicyError(StoreError):
    """The policy says something that has no meaning."""


@dataclass(frozen=True)
class Dated(Generic[_T]):
    """A value, and from which days on another one counts: ascending, the first from ever on."""

    steps: tuple[tuple[date, _T], ...]

    @classmethod
    def always(cls, value: _T) -> Dated[_T]:
        """Return the value that never changes."""
        return cls(((date.min, value),))

    def at(self, day: date) -> _T:
        """Return what counts on `day`.

        >>> Dated(((date.min, 30), (date(2026, 1, 1), 45))).at(date(2025, 12, 31))
        30
        """
        return next(value for since, value in reversed(self.steps) if since <= day)

    def sql(self, day: str) -> str:
        """Return the SQL of what counts on `day`: of numbers.

        >>> Dated(((date.min, 30), (date(2026, 1, 1), 45))).sql("o.issued_on")
        "(case when o.issued_on >= date '2026-01-01' then 45 else 30 end)"
        """
        (_, first), *later = self.steps
        if not later:
            return written(first)
        whens = " ".join(f"when {day} >= date '{s}' then {written(v)}" for s, v in reversed(later))
        return f"(case {whens} else {written(first)} end)"

    def __str__(self) -> str:
        """Return it as it is said: `30, from 2026-01-01 on 45`."""
        first, *later = ((since, written(value)) for since, value in self.steps)
        return ", ".join((first[1], *(f"from {since} on {value}" for since, value in later)))


@dataclass(frozen=True)
class _Kind:
    """What a rule's value may be: how it is read, and in words."""

    read: Callable[[object], object | None]
    """The value as it is kept; None where it is none."""
    words: Text


@dataclass(frozen=True)
class Rule:
    """What is said of a value of the policy besides its default.

    kind: what it may be. meaning: what it does, and of which day it counts. books: it makes the
    books, and so acts at the next load or derivation. heading: what the rules from here on are of.
    """

    kind: _Kind
    meaning: str
    books: bool
    heading: str


def _rule(kind: _Kind, default: _T, meaning: str, heading: str = "", *, books: bool = True) -> Any:  # noqa: ANN401 - as dataclasses.field
    rule = Rule(kind, meaning, books, heading)
    return field(default=Dated.always(default), metadata={"rule": rule})


def _number(least: int, most: int, *, whole: bool = True) -> _Kind:
    def read(said: object) -> object | None:
        kind = int if whole else _Amount
        if isinstance(said, bool) or not isinstance(said, kind) or not isfinite(said):
            return None
        return said if least <= said <= most else None

    what = N_("Write a whole number from {least} to {most}.")
    if not whole:
        what = N_("Write a number from {least} to {most}, with a point before decimals.")
    return _Kind(read, Text(what, {"least": least, "most": most}))


def _percents(said: object) -> object | None:
    if not isinstance(said, list):
        return None
    one = _number(0, 99, whole=False)
    return tuple(said) if all(one.read(p) for p in said) else None


_DAYS, _COUNT = _number(0, 3650), _number(1, 100_000)
_PERCENT = _number(0, 100, whole=False)
_PERCENTS = _Kind(_percents, Text(N_("Write percents in brackets, as in [1, 1.5, 2].")))
_SET = _Kind(
    lambda said: said if isinstance(said, str) else None,
    Text(
        N_(
            'Name a set of [sets], or write the days at which buckets end ("30,60,90,120") or'
            ' "months:3", and +5 behind it for days of grace.'
        )
    ),
)

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
        _DAYS, 30,
        "Days to pay of an invoice that says neither due day nor terms, as of its day."
        " `load --terms` goes before it.",
        "Terms",
    )  # fmt: skip
    prepaid_days: Dated[int] = _rule(
        _DAYS, 45,
        "A payment may come so many days before the document of its amount.",
        "Matching, as of the day of the payment",
    )  # fmt: skip
    discounts: Dated[tuple[_Amount, ...]] = _rule(
        _PERCENTS, (1, Decimal("1.5"), 2, Decimal("2.5"), 3, 4, 5),
        "Usual discounts for early payment, in percent: a payment may fall short of its document"
        " by one of them.",
    )  # fmt: skip
    discount_days: Dated[int] = _rule(
        _DAYS, 21,
        "So many days after the document's day it may still do so: two weeks, and some days at the"
        " bank.",
    )  # fmt: skip
    bank_fee: Dated[_Amount] = _rule(
        _number(0, 10_000, whole=False), Decimal("25.00"),
        "The most that a bank on the way keeps of a payment, in the document's currency; never more"
        " than a twentieth.",
    )  # fmt: skip
    unapplied_days: Dated[int] = _rule(
        _DAYS, 90,
        "Payments and credit notes unapplied for longer are old.",
        "Findings, as of the last day of the data",
    )  # fmt: skip
    paid_twice_days: Dated[int] = _rule(
        _DAYS, 3, "Equal payments at most so many days apart look made twice."
    )
    same_number_days: Dated[int] = _rule(
        _DAYS, 180,
        "Equal invoices whose numbers differ in punctuation and zeros only look made twice, at most"
        " so many days apart.",
    )  # fmt: skip
    same_order_days: Dated[int] = _rule(
        _DAYS, 7, "So do those of one order, at most so many days apart."
    )
    late_discount_days: Dated[int] = _rule(
        _DAYS, 14, "Discounts for early payment taken later than this are late."
    )
    late_discount_least: Dated[_Amount] = _rule(
        _PERCENT, 1, "What looks like one: at least so many percent of the invoice ..."
    )
    late_discount_most: Dated[_Amount] = _rule(_PERCENT, 3, "... and at most so many.")
    order_invoices: Dated[int] = _rule(
        _COUNT, 5, "A customer with so many invoices in 12 months shows whether it names its orders"
    )
    order_percent: Dated[_Amount] = _rule(
        _PERCENT, 80, "... and usually does where so many percent of them have an order number."
    )
    invoiced_days: Dated[int] = _rule(
        _DAYS, 7, "Invoices that left longer after delivery were sent late."
    )
    credited_invoices: Dated[int] = _rule(
        _COUNT, 20,
        "A salesperson with fewer invoices in 12 months is not compared by credit notes ...",
    )  # fmt: skip
    credited_beyond: Dated[_Amount] = _rule(
        _number(0, 1000, whole=False), 25,
        "... and one with less than so many percent more of them than all is no finding.",
    )  # fmt: skip
    enough_payments: Dated[int] = _rule(
        _COUNT, 20,
        "Who made fewer payments in the window has no median, and is not ranked by it.",
        "Figures, as of the day that is asked about",
        books=False,
    )  # fmt: skip
    promise_days: Dated[int] = _rule(
        _DAYS, 3,
        "A promise to pay is kept by what comes in at most so many days after the day promised: the"
        " bank's, as of that day.",
        books=False,
    )  # fmt: skip
    buckets: Dated[str] = _rule(
        _SET, "standard",
        "The buckets of aging where nobody asks for others: a name of [sets], or written like"
        " them. The cubes follow at the next derivation; until then the same figures come from the"
        " rows.",
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
        return DEFAULT.bounds.union(*(self.set_of(t).bounds for _, t in self.buckets.steps))

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


def parse(text: str, file: str = NAME) -> Policy:
    """Return what the file says, defaults where it says nothing.

    Raises `PolicyError`, which says file, line, reason and what to write instead.
    """
    try:
        said = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(
            CANNOT_READ,
            N_("Mend it; `python app.py policy` shows how it is written."),
            path=file,
            error=error,
        ) from error
    reading = _Reading(file, _lines(text))
    sets = reading.sets(said.pop(SETS, {}))
    values: dict[str, Any] = {name: reading.dated(name, value) for name, value in said.items()}
    found = Policy(**values, sets=sets)
    for _, asked in found.buckets.steps:
        try:
            found.set_of(asked)
        except ValueError as error:
            raise reading.wrong("buckets", asked, _SET.words) from error
    return found


@dataclass(frozen=True)
class _Reading:
    file: str
    lines: Mapping[str, int]

    def wrong(self, name: str, value: object, remedy: Text) -> PolicyError:
        """Return the error that `name` cannot be `value`."""
        values = {"file": self.file, "line": self.lines.get(name, 1), "name": name}
        reason = Text(
            N_("{file}, line {line}: {name} cannot be {value}."),
            {**values, "value": written(value)},
        )
        return PolicyError(reason, remedy)

    def sets(self, said: object) -> Mapping[str, str]:
        """Return the named sets of buckets."""
        if not isinstance(said, dict):
            raise self.wrong(SETS, said, Text(N_("Write it as a table: [sets].")))
        for name, ends in said.items():
            try:
                Buckets.of_text(ends if isinstance(ends, str) else "")
            except ValueError as error:
                raise self.wrong(name, ends, _SET.words) from error
        return {"standard": str(DEFAULT), **said} if said else dict(SETS_OFFERED)

    def dated(self, name: str, said: object) -> Dated[Any]:
        """Return the value of a rule, with its days."""
        if name not in RULES:
            near = difflib.get_close_matches(name, RULES, n=1)
            raise PolicyError(
                N_("{file}, line {line}: the policy knows no {name}."),
                N_("Did you mean {near}?") if near else N_("Known are: {known}."),
                file=self.file,
                line=self.lines.get(name, 1),
                name=name,
                near=near[0] if near else "",
                known=", ".join(RULES),
            )
        if not (isinstance(said, list) and said and isinstance(said[0], dict)):
            return Dated.always(self._value(name, said))
        steps: list[tuple[date, Any]] = []
        for one in said:
            since: Any = one.get("from", date.min) if isinstance(one, dict) else None
            right = type(since) is date and set(one) <= {"from", "value"} and "value" in one
            if not right or (steps and since <= steps[-1][0]) or (not steps and since != date.min):
                raise self.wrong(name, one, _STEPS)
            steps.append((since, self._value(name, one["value"])))
        return Dated(tuple(steps))

    def _value(self, name: str, said: object) -> object:
        kind = RULES[name].kind
        value = kind.read(said)
        if value is None:
            raise self.wrong(name, said, kind.words)
        return value


_STEPS = Text(
    N_(
        "Write [{{ value = A }}, {{ from = 2026-01-01, value = B }}]: the first without a day, the"
        " others by day."
    )
)
_KEY = re.compile(r"""\s*\[?["']?([A-Za-z0-9_-]+)["']?\s*[=\]]""")


def _lines(text: str) -> dict[str, int]:
    """Return the line on which each key begins; TOML's own reader does not say."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if key := _KEY.match(line):
            found.setdefault(key[1], number)
    return found


def written(value: object) -> str:
    """Return a value as the file writes it, and SQL a number."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {written(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def template() -> str:
    """Return the file that says the defaults, with what each means."""
    parts = [_HEAD]
    for name, value in DEFAULTS.dated.items():
        rule = RULES[name]
        if rule.heading:
            parts.append(f"\n# ---- {rule.heading} ----\n\n")
        lines = textwrap.wrap(rule.meaning, 96)
        parts += [f"# {line}\n" for line in lines] + [f"{name} = {value}\n"]
    sets = "".join(f"{name} = {written(ends)}\n" for name, ends in SETS_OFFERED.items())
    return "".join([*parts, _SETS_SAY, sets])


_HEAD = """\
# The policy of this store: the numbers that a company chooses for itself. What stands under
# Terms, Matching and Findings acts at the next load or derivation, the rest at once; what is taken
# out counts as it stood here. A value may change from a day on:
#
#     terms_days = [{ value = 30 }, { from = 2026-01-01, value = 45 }]
"""
_SETS_SAY = """
# ---- Sets of aging buckets, by name: `show aging --buckets NAME`, and the field of the page ----
#
# The days after the due day at which buckets end, or how many calendar months have one of their
# own; +5 behind it lets five days of grace pass before anything counts as late.
[sets]
"""
