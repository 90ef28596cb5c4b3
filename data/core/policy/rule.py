"""What a rule is besides its value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from data.core.policy.dated import Dated
from data.core.policy.kinds import Kind

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


def rule(kind: Kind, default: _T, meaning: str, heading: str = "", *, books: bool = True) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Return the field of a value; it makes the books unless `books` says that it does not."""
    said = Rule(kind, meaning, books, heading)
    return field(default=Dated.always(default), metadata={"rule": said})
