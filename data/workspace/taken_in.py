"""What earlier versions kept in files of their own, as lines of the memory.

`decisions.jsonl` held one decision about a match a line, the oldest first, and what took one back
as a line of its own; `sectors.json` held customer number -> NACE code. Both move into the memory
the first time it is opened, and keep their place under another name.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from data.core.errors import CANNOT_READ, MEND, StoreError, first_line
from data.core.texts import N_
from data.workspace.line import Line, back_of, line_of
from data.workspace.named import Identified
from data.workspace.places import DECISIONS
from data.workspace.subjects.market import Sector
from data.workspace.subjects.matched import Matched
from data.workspace.subjects.subject import SaidError

MOVED = ".moved"
"""What the name of a file ends with once its lines are in the memory."""
WHO = "–"
"""Who said it was not kept."""

_WITHDRAW = "withdraw"
_WRONG = (ValueError, TypeError, KeyError, InvalidOperation, SaidError)


def lines(path: Path) -> list[Line]:
    """Return what such a file holds, in the order in which it was said.

    Raises `StoreError` for what it cannot hold: to skip it would move money without a word.
    """
    try:
        text = path.read_text(encoding="utf-8")
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(CANNOT_READ, MEND, path=path, error=error) from error
    return _decisions(path, text) if path.name == DECISIONS else _sectors(path, text, at)


def _decisions(path: Path, text: str) -> list[Line]:
    found: list[Line] = []
    said: dict[str, Line] = {}
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        try:
            plain = json.loads(written)
            at = datetime.fromisoformat(str(plain["at"])).replace(tzinfo=UTC)
            if plain["action"] == _WITHDRAW:
                # twice at the same time: the first did it
                if (taken := said.pop(str(plain["of"]), None)) is not None:
                    back = back_of(WHO, taken, at=at)
                    found.append(replace(back, id=str(plain["id"])))
                continue
            line = _decision(plain, at)
        except _WRONG as error:
            raise StoreError(
                N_("Line {line} of {path} is no decision: {error}."),
                N_("Mend it, or remove it."),
                line=number,
                path=path,
                error=error,
            ) from error
        said[line.id] = line
        found.append(line)
    return found


def _decision(plain: Mapping[str, Any], at: datetime) -> Line:
    amount = plain.get("amount")
    pair = _document(plain["debit"]), _document(plain["credit"])
    matched = Matched(str(plain["action"]), None if amount is None else Decimal(str(amount)))
    note, who = str(plain.get("note") or ""), pair[0].customer or pair[1].customer
    return line_of(WHO, who, matched, note, pair, at, str(plain["id"]))


def _document(plain: Mapping[str, Any]) -> Identified:
    return Identified(
        str(plain["ledger"]),
        str(plain["document_id"]),
        str(plain["customer"]),
        date.fromisoformat(str(plain["issued_on"])),
        Decimal(str(plain["amount"])),
        str(plain["kind"]),
        int(str(plain.get("nth", 1))),
    )


def _sectors(path: Path, text: str, at: datetime) -> list[Line]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise StoreError(CANNOT_READ, MEND, path=path, error=error) from error
    if not isinstance(said, dict) or not all(isinstance(v, str) for v in said.values()):
        raise StoreError(
            N_("{path} does not hold customer numbers with their sectors."), MEND, path=path
        )
    try:
        return [
            line_of(WHO, customer, Sector(code), at=at, id=f"{zlib.crc32(customer.encode()):08x}")
            for customer, code in said.items()
        ]
    except SaidError as error:
        raise StoreError(CANNOT_READ, MEND, path=path, error=first_line(error)) from error
