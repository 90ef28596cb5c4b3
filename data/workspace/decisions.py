"""What people decided about matches, kept in the store's folder beside the published states.

`decisions.jsonl` holds one decision a line, the oldest first, and only ever grows: what is taken
back is a line of its own. States come and go, and with them the numbers of documents. So a
decision names its two documents by what the files say of them: ledger, number, customer, day,
amount and kind. Where several documents are alike in all of these, `nth` says which.

A load applies the decisions that hold (see etl/ledger/matching/decisions.py); their fingerprint is
part of what makes a state anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from filelock import FileLock, Timeout

from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, MEND, StoreError
from data.core.texts import N_
from data.store.state import write_whole

NAME = "decisions.jsonl"
CONFIRM, UNDO, WITHDRAW = "confirm", "undo", "withdraw"
ACTIONS = (CONFIRM, UNDO, WITHDRAW)
"""confirm: this payment settles that invoice; undo: it does not; withdraw: takes one back."""

DECIDED = "decisions"
"""Under this name a load report's options keep the fingerprint of what people decided."""

_PATIENCE = 20.0


@dataclass(frozen=True)
class Named:
    """A document as the files tell it: what stays the same from one state to the next.

    `amount` is signed, in the document's own currency. `nth` counts from 1 among documents that
    are alike in everything else, in the order in which a state stores them.
    """

    ledger: str
    document_id: str
    customer: str
    issued_on: date
    amount: Decimal
    kind: str
    nth: int = 1


@dataclass(frozen=True)
class Decision:
    """One line of the file.

    at: when, UTC. action: one of ACTIONS. debit: the invoice; credit: what pays it. amount:
    positive, in their currency; null: as much as possible. of: for `withdraw`, the id of the
    decision that is taken back.
    """

    id: str
    at: datetime
    action: str
    debit: Named
    credit: Named
    amount: Decimal | None = None
    note: str = ""
    of: str = ""

    @property
    def pair(self) -> tuple[Named, Named]:
        """Invoice and payment."""
        return self.debit, self.credit


class Decisions:
    """The decisions of one store. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`; nothing is opened or made yet."""
        self.folder = folder
        self.path = folder / NAME

    def read(self) -> tuple[Decision, ...]:
        """Return every decision, the oldest first; empty where nothing was ever decided.

        Raises `StoreError` for a line that is none: to skip it would move money without a word.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(CANNOT_READ, MEND, path=self.path, error=error) from error
        found = []
        for line, written in enumerate(text.splitlines(), 1):
            if written.strip():
                try:
                    found.append(_decision(json.loads(written)))
                except (ValueError, TypeError, KeyError, InvalidOperation) as error:
                    raise StoreError(
                        N_("Line {line} of {path} is no decision: {error}."),
                        N_("Mend it, or remove it."),
                        line=line,
                        path=self.path,
                        error=error,
                    ) from error
        return tuple(found)

    def add(
        self,
        action: str,
        debit: Named,
        credit: Named,
        amount: Decimal | None = None,
        note: str = "",
        of: str = "",
    ) -> Decision:
        """Write down one more decision, on disk when this returns; return it.

        Raises `StoreError` where the folder cannot be written.
        """
        if action not in ACTIONS:
            raise ValueError(f"{action!r} is no decision; known are: {', '.join(ACTIONS)}")
        made = Decision(
            secrets.token_hex(8),
            datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            action, debit, credit, amount, note, of,
        )  # fmt: skip
        line = json.dumps(asdict(made), ensure_ascii=False, default=str)
        try:
            with only_writer(self.folder):
                before = self.path.read_bytes() if self.path.exists() else b""
                if before and not before.endswith(b"\n"):
                    before += b"\n"
                write_whole(self.path, before + line.encode() + b"\n")
        except OSError as error:
            raise StoreError(CANNOT_WRITE, MAY_WRITE, path=self.path, error=error) from error
        return made

    def writable(self) -> bool:
        """Return whether decisions can be kept here."""
        place = self.path if self.path.exists() else self.folder
        return os.access(place, os.W_OK) and os.access(self.folder, os.W_OK)


def holding(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that hold: not taken back, and the last word on their pair."""
    said = tuple(decisions)
    withdrawn = {d.of for d in said if d.action == WITHDRAW}
    last: dict[tuple[Named, Named], Decision] = {}
    for one in said:
        if one.action != WITHDRAW and one.id not in withdrawn:
            last.pop(one.pair, None)  # a later word takes its place in the order, too
            last[one.pair] = one
    return tuple(last.values())


def fingerprint(decisions: Sequence[Decision]) -> str:
    """Return what tells these decisions from others, by what they do; '' for none."""
    if not decisions:
        return ""
    does = [[d.action, asdict(d.debit), asdict(d.credit), d.amount, d.at.date()] for d in decisions]
    text = json.dumps(does, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def choose(named: Named, found: Sequence[tuple[int, str]]) -> int | None:
    """Return the key of the document meant; None where it is not there.

    found: key and customer of the documents that are alike but for the customer, by key. A
    payment may get its customer later: the only one that is alike is meant whatever it says.
    """
    own = [key for key, customer in found if customer == named.customer]
    if own:
        return own[min(named.nth, len(own)) - 1]
    return found[0][0] if len(found) == 1 else None


def _decision(plain: Mapping[str, object]) -> Decision:
    action = str(plain["action"])
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is no action")
    amount = plain.get("amount")
    return Decision(
        str(plain["id"]),
        datetime.fromisoformat(str(plain["at"])),
        action,
        _named(plain["debit"]),
        _named(plain["credit"]),
        None if amount is None else Decimal(str(amount)),
        str(plain.get("note") or ""),
        str(plain.get("of") or ""),
    )


def _named(plain: object) -> Named:
    if not isinstance(plain, Mapping):
        raise TypeError("a document is missing")
    return Named(
        str(plain["ledger"]),
        str(plain["document_id"]),
        str(plain["customer"]),
        date.fromisoformat(str(plain["issued_on"])),
        Decimal(str(plain["amount"])),
        str(plain["kind"]),
        int(str(plain.get("nth", 1))),
    )


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the lock of the file, which is let go when its process is killed.

    It is another lock than that of a load: deciding need not wait for one.
    """
    lock = FileLock(folder / "decisions.lock")
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout as error:
        raise StoreError(N_("{path} is locked."), N_("Try again."), path=folder / NAME) from error
    try:
        yield
    finally:
        lock.release()
