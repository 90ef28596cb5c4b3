"""Which of the older states are kept: the last few for undo, and the last of each month.

The last of a month says what a figure was when it was reported. What cannot be read is kept.
What is made anew since a person said something takes the place of what was made so before it:
however much is said between two loads, it needs the room of one state. What another lies over is
kept with it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from data.core.errors import StoreError
from data.store.state import Store, published, state_name

LAST = 5
"""So many states are kept whatever their age."""
_MADE = "select loaded_at, json_extract_string(report, '$.what') as what from about"


def superfluous(
    made: Mapping[int, datetime],
    needed: Collection[int] = (),
    by_hand: Collection[int] = (),
) -> list[int]:
    """Return the numbers of the states that go; `made`: number -> when it was made.

    by_hand: those that nothing was loaded for; such a one goes where the next is one as well.

    >>> days = [(1, 30), (1, 31), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (2, 6)]
    >>> superfluous({n: datetime(2026, *day) for n, day in enumerate(days, 1)})
    [1, 3]
    """
    every = sorted(made)
    passing = {n for n, after in pairwise(every) if n in by_hand and after in by_hand} - {*needed}
    order = [n for n in every if n not in passing]
    months = {n: (made[n].year, made[n].month) for n in order}
    return sorted(passing) + [
        n
        for n, after in pairwise(order)
        if n not in order[-LAST:] and n not in needed and months[n] >= months[after]
    ]


def clear(store: Store, needed: Collection[int]) -> None:
    """Delete the states that go; `needed`: numbers of states that stay in any case.

    Nothing may load meanwhile. What another program holds open (on Windows) goes the next time.
    """
    numbers = published(store.folder)
    if len(numbers) < 2:
        return
    made: dict[int, datetime] = {}
    by_hand: set[int] = set()
    beneath: dict[int, Path] = {}
    for number in numbers:
        with contextlib.suppress(StoreError):
            state = store.state(number)
            [about] = state.engine.query(_MADE).to_pylist()
            made[number] = about["loaded_at"]
            if about["what"] == "derivation":
                by_hand.add(number)
            if state.beneath:
                beneath[number] = state.beneath
            del state  # open, it could not be deleted on Windows
    gone = set(superfluous(made, needed, by_hand))
    held = {path.name for number, path in beneath.items() if number not in gone}
    for name in sorted({state_name(number) for number in gone} - held):
        with contextlib.suppress(OSError):
            (store.folder / name).unlink()
