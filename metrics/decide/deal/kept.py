"""What the desk said, as a text that a decision keeps: every figure exact, read years later.

A field that a later version no longer has is left out when it is read; one that it has besides gets
its default. Where that is not enough, `FORM` goes up and `read` says what the earlier form means.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from data.core.policy.rules import Policy
from data.core.texts import Text
from metrics.decide.deal.answer import Alternative, Answer, Change
from metrics.decide.deal.deal import Known
from metrics.decide.deal.prospect import Peers, Proposed

FORM = 1


@dataclass(frozen=True)
class Desk:
    """What the desk says: of which customer, the answer, what turns it, and what differs.

    peers, proposed: of a prospect, what its peers do, and the limit that is proposed.
    """

    customer: str
    answer: Answer
    changes: tuple[Change, ...]
    others: tuple[Alternative, ...]
    peers: tuple[Peers, ...] = ()
    proposed: Proposed | None = None


@dataclass(frozen=True)
class Kept:
    """What a decision rests on.

    asked: the question as an address says it, name -> value. state: number of the published state.
    revision: of the memory, see `Memory.revision`. policy: see `version`.
    """

    desk: Desk
    asked: Mapping[str, str]
    state: int
    revision: int
    policy: str


def version(policy: Policy) -> str:
    """Return what tells a policy from any other one, by all its values of all days."""
    said = {name: str(value) for name, value in policy.dated.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def written(kept: Kept) -> str:
    """Return it as JSON; `read` gives the same back."""
    known: list[Known] = []
    body = _plain(kept, known)
    # the lists of open items are long, and most of what is kept speaks of the same
    whole = {"form": FORM, "known": [_fields(one, known) for one in known], **body}
    return json.dumps(whole, ensure_ascii=False)


def read(text: str) -> Kept:
    """Return what `written` wrote. Raises ValueError for a form of a later version."""
    found = json.loads(text)
    if found.get("form") != FORM:
        raise ValueError(f"form {found.get('form')!r} of a decision is not known")
    known = [_made(Known, one, []) for one in found["known"]]
    made: Kept = _made(Kept, found, known)
    return made


def _plain(value: Any, known: list[Known]) -> Any:  # noqa: ANN401 - any value of a field
    if isinstance(value, Known):
        if value not in known:
            known.append(value)
        return known.index(value)
    if isinstance(value, Text):
        places = {name: _tagged(one) for name, one in value.values.items()}
        return {"template": value.template, "values": places}
    if is_dataclass(value):
        return _fields(value, known)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one, known) for one in value]
    return str(value) if isinstance(value, Decimal | date) else value


def _fields(value: Any, known: list[Known]) -> dict[str, Any]:  # noqa: ANN401
    return {one.name: _plain(getattr(value, one.name), known) for one in fields(value)}


#: what stands in a sentence -> the sort that is written beside it
_SORTS: Mapping[str, type] = {"amount": Decimal, "day": date}


def _tagged(value: object) -> Any:  # noqa: ANN401
    for sort, kind in _SORTS.items():
        if isinstance(value, kind):
            return {sort: str(value)}
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{value!r} stands in no sentence")


def _untagged(said: Any) -> object:  # noqa: ANN401
    if not isinstance(said, dict):
        return said
    ((sort, text),) = said.items()
    return Decimal(text) if sort == "amount" else date.fromisoformat(text)


def _made(kind: Any, said: Any, known: list[Known]) -> Any:  # noqa: ANN401
    """Return a value of a type from what `_plain` made of it."""
    if get_origin(kind) in (Union, UnionType):
        if said is None:
            return None
        kinds = [one for one in get_args(kind) if one is not NoneType]
        # an amount is a whole number or a Decimal
        kind = int if int in kinds and isinstance(said, int) else kinds[-1]
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        if parts[-1] is ...:
            return tuple(_made(parts[0], one, known) for one in said)
        return tuple(_made(part, one, known) for part, one in zip(parts, said, strict=True))
    if kind is Text:
        places = {name: _untagged(one) for name, one in said["values"].items()}
        return Text(said["template"], places)
    if kind is Known and isinstance(said, int):
        return known[said]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{n: _made(h, said[n], known) for n, h in hints.items() if n in said})
    if kind is date:
        return date.fromisoformat(said)
    return Decimal(said) if kind is Decimal else said
