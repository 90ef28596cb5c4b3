"""What people say by hand that the books are made by: matches, and sectors of customers.

A load gives both precedence over what files say, so that later files do not undo them.
"""

from __future__ import annotations

from decimal import Decimal

from data.workspace.decisions import Decision
from data.workspace.line import Line
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.subjects.market import Sector
from data.workspace.subjects.matched import Matched


def decisions(memory: Memory) -> tuple[Decision, ...]:
    """Return every decision about a match, the oldest first, those that were taken back as well.

    Raises `StoreError` where the memory cannot be read.
    """
    return tuple(_decision(line) for line in memory.lines(subjects=(Matched.name,)))


def decide(
    memory: Memory,
    who: str,
    action: str,
    debit: Identified,
    credit: Identified,
    amount: Decimal | None = None,
    note: str = "",
) -> Decision:
    """Keep one more decision, on disk when this returns; return it.

    Raises `SaidError` for what decides nothing or has no name, `StoreError` where it cannot be
    kept. What takes one back is `Memory.take_back`.
    """
    customer = debit.customer or credit.customer
    line = memory.say(who, customer, Matched(action, amount), note, (debit, credit))
    return _decision(line)


def _decision(line: Line) -> Decision:
    assert isinstance(line.said, Matched)  # noqa: S101 - asked for by its subject
    debit, credit = line.documents
    assert isinstance(debit, Identified)  # noqa: S101 - `decide` takes no others
    assert isinstance(credit, Identified)  # noqa: S101
    back = line.taken_back
    return Decision(
        line.id, line.at, line.who, line.said.action, debit, credit, line.said.amount, line.note,
        back.at if back else None,
    )  # fmt: skip


def sectors(memory: Memory) -> dict[str, str]:
    """Return customer number -> NACE code; empty where nothing was ever said.

    Raises `StoreError` where the memory cannot be read.
    """
    return {
        line.customer: line.said.code
        for line in memory.lines(subjects=(Sector.name,))
        if line.holds and isinstance(line.said, Sector)
    }
