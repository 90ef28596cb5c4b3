"""Values that change from a day on: each with who said so, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from data.core.errors import StoreError

_T = TypeVar("_T")


class PolicyError(StoreError):
    """The policy says something that has no meaning."""


@dataclass(frozen=True)
class Step(Generic[_T]):
    """A value and the day from which it counts: `date.min` from ever on.

    by: who said so; note: why. Both '' where the policy does not say.
    """

    since: date
    value: _T
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Dated(Generic[_T]):
    """A value, and from which days on another one counts: ascending, the first from ever on."""

    steps: tuple[Step[_T], ...]

    @classmethod
    def always(cls, value: _T) -> Dated[_T]:
        """Return the value that never changes."""
        return cls((Step(date.min, value),))

    def step(self, day: date) -> Step[_T]:
        """Return what counts on `day`, with its own first day and who said so."""
        return next(step for step in reversed(self.steps) if step.since <= day)

    def at(self, day: date) -> _T:
        """Return what counts on `day`.

        >>> Dated((Step(date.min, 30), Step(date(2026, 1, 1), 45))).at(date(2025, 12, 31))
        30
        """
        return self.step(day).value

    def sql(self, day: str) -> str:
        """Return the SQL of what counts on `day`: of numbers.

        >>> Dated((Step(date.min, 30), Step(date(2026, 1, 1), 45))).sql("o.issued_on")
        "(case when o.issued_on >= date '2026-01-01' then 45 else 30 end)"
        """
        first, *later = self.steps
        if not later:
            return written(first.value)
        whens = " ".join(
            f"when {day} >= date '{step.since}' then {written(step.value)}"
            for step in reversed(later)
        )
        return f"(case {whens} else {written(first.value)} end)"

    def __str__(self) -> str:
        """Return it as it is said, whoever said it: `30, from 2026-01-01 on 45`."""
        first, *later = self.steps
        said = (f"from {step.since} on {written(step.value)}" for step in later)
        return ", ".join((written(first.value), *said))


def written(value: object) -> str:
    """Return a value as the file writes it, and SQL a number.

    >>> written(Decimal("2.50")), written({"BE": 8}), written([1, "a"])
    ('2.5', '{ BE = 8 }', '[1, "a"]')
    """
    if is_dataclass(value) and not isinstance(value, type):
        said = {f.name: getattr(value, f.name) for f in fields(value)}
        return written({name: part for name, part in said.items() if part is not None})
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{k} = {written(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
