"""What promises to pay: promises, the parts of plans, and settlements."""

from __future__ import annotations

from data.workspace.subjects.plan import Plan, Settlement, schedule
from data.workspace.subjects.promise import Promise

PROMISING = (Promise, Plan, Settlement)


def promises_of(said: Promise | Plan | Settlement) -> list[Promise]:
    """Return what is promised: of a plan each of its parts."""
    if isinstance(said, Promise):
        return [said]
    if isinstance(said, Settlement):
        return [Promise(said.amount, said.currency, said.due_on)]
    return [Promise(part.amount, said.currency, part.due_on) for part in schedule(said)]
