"""The file of a policy: what it may say, what is refused and where, and the one that is written."""

from __future__ import annotations

import difflib
import re
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeGuard

from data.core.buckets import DEFAULT, Buckets
from data.core.errors import CANNOT_READ
from data.core.policy.dated import Dated, PolicyError, Step, written
from data.core.policy.kinds import SET, SETS_OFFERED
from data.core.policy.rules import DEFAULTS, RULES, Policy
from data.core.texts import N_, Text

NAME = "policy.toml"
SETS = "sets"
"""The table of the file that names sets of aging buckets."""


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
    reading = _Reading(file, text, _lines(text))
    sets = reading.sets(said.pop(SETS, {}))
    values: dict[str, Any] = {name: reading.dated(name, value) for name, value in said.items()}
    found = Policy(**values, sets=sets)
    for step in found.buckets.steps:
        try:
            found.set_of(step.value)
        except ValueError as error:
            raise reading.wrong("buckets", step.value, SET.words) from error
    return found


@dataclass(frozen=True)
class _Reading:
    file: str
    text: str
    lines: Mapping[str, int]

    def wrong(
        self, name: str, value: object, remedy: Text, place: int | None = None
    ) -> PolicyError:
        """Return the error that `name`, or the table at `place` of its list, cannot be `value`."""
        line = self.lines.get(name, 1)
        if place is not None:
            line = dict(enumerate(_tables(self.text, line))).get(place, line)
        values = {"file": self.file, "line": line, "name": name}
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
                raise self.wrong(name, ends, SET.words) from error
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
        if not _is_dated(said):
            return Dated.always(self._value(name, said))
        steps: list[Step[Any]] = []
        for place, one in enumerate(said):
            step = self._step(name, one, place)
            first = step.since == date.min
            if first == bool(steps) or (steps and step.since <= steps[-1].since):
                raise self.wrong(name, one, _STEPS, place)
            steps.append(step)
        return Dated(tuple(steps))

    def _step(self, name: str, one: object, place: int) -> Step[Any]:
        """Return one value with its day, who said so and why."""
        if not isinstance(one, dict) or not {"value"} <= set(one) <= _OF_STEP:
            raise self.wrong(name, one, _STEPS, place)
        days = [one[key] for key in ("since", "from") if key in one]
        words = [one.get(key, "") for key in ("by", "note")]
        # a moment is a date to Python, too
        if len(days) > 1 or any(type(day) is not date for day in days):
            raise self.wrong(name, one, _STEPS, place)
        if not all(isinstance(text, str) for text in words):
            raise self.wrong(name, one, _WORDS, place)
        by, note = (text.strip() for text in words)
        return Step(days[0] if days else date.min, self._value(name, one["value"], place), by, note)

    def _value(self, name: str, said: object, place: int | None = None) -> object:
        kind = RULES[name].kind
        value = kind.read(said)
        if value is None:
            raise self.wrong(name, said, kind.words, place)
        return value


_OF_STEP = {"value", "since", "from", "by", "note"}
_STEPS = Text(
    N_(
        "Write [{{ value = A }}, {{ since = 2026-01-01, value = B }}]: the first without a day, the"
        " others by day; each may say by whom and why (by, note)."
    )
)
_WORDS = Text(N_('Write who and why as texts: by = "An Peeters", note = "in words".'))


def _is_dated(said: object) -> TypeGuard[list[object]]:
    """Return whether a value is written with its days: a rule's own lists have other keys."""
    if not isinstance(said, list) or not said or not isinstance(said[0], dict):
        return False
    return bool({"value", "since", "from"} & set(said[0]))


_KEY = re.compile(r"""\s*\[{0,2}["']?([A-Za-z0-9_-]+)["']?\s*[=\]]""")


def _lines(text: str) -> dict[str, int]:
    """Return the line on which each key begins; TOML's own reader does not say."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if key := _KEY.match(line):
            found.setdefault(key[1], number)
    return found


def _tables(text: str, first: int) -> list[int]:
    """Return the line on which each table begins of a list that begins on line `first`."""
    rows = text.splitlines()
    head = rows[first - 1].partition("#")[0].strip()
    if head.startswith("[["):
        return [n for n, row in enumerate(rows, 1) if row.partition("#")[0].strip() == head]
    found: list[int] = []
    depth, quote = 0, ""
    for number, line in enumerate(rows[first - 1 :], first):
        for before, sign in pairwise(f" {line.partition('=')[2] if number == first else line}"):
            if quote:
                quote = "" if sign == quote and before != "\\" else quote
            elif sign == "#":
                break
            elif sign in "\"'":
                quote = sign
            elif sign in "[{":
                found += [number] if sign == "{" and depth == 1 else []
                depth += 1
            elif sign in "]}":
                depth -= 1
        if depth <= 0:
            break
    return found


def template() -> str:
    """Return the file that says the defaults, with what each means."""
    parts = [_HEAD]
    for name, value in DEFAULTS.dated.items():
        rule = RULES[name]
        if rule.heading:
            parts.append(f"\n# ---- {rule.heading} ----\n\n")
        lines = textwrap.wrap(rule.meaning, 96)
        parts += [f"# {line}\n" for line in lines] + [f"{name} = {_laid_out(value.at(date.max))}\n"]
    sets = "".join(f"{name} = {written(ends)}\n" for name, ends in SETS_OFFERED.items())
    return "".join([*parts, _SETS_SAY, sets])


def _laid_out(value: object) -> str:
    """Return a default as the file writes it, a list of tables with one on each line."""
    if isinstance(value, tuple) and any(is_dataclass(one) for one in value):
        return "[\n" + "".join(f"    {written(one)},\n" for one in value) + "]"
    return written(value)


_HEAD = """\
# The policy of this store: the numbers that a company chooses for itself. What stands under
# Terms, Matching and Findings acts at the next load or derivation, the rest at once; what is taken
# out counts as it stood here. A value may change from a day on:
#
#     terms_days = [
#         { value = 30 },
#         { since = 2026-01-01, value = 45, by = "An Peeters", note = "agreed at the fair" },
#     ]
#
# `since` is the day from which a value counts; the first one has none: it counts from ever on.
# `by` is who decided so and `note` why; both are shown on the page Policy, beside what held before.
"""
_SETS_SAY = """
# ---- Sets of aging buckets, by name: `show aging --buckets NAME`, and the field of the page ----
#
# The days after the due day at which buckets end, or how many calendar months have one of their
# own; +5 behind it lets five days of grace pass before anything counts as late.
[sets]
"""
