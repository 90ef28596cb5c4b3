"""Which of the older states are kept: the last few for undo, and the last of each month.

The last of a month says what a figure was when it was reported. What cannot be read is kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import pairwise

from data.core.errors import StoreError
from data.store.state import Store, published, state_name

LAST = 5
"""So many states are kept whatever their age."""


def superfluous(made: Mapping[int, datetime], needed: Collection[int] = ()) -> list[int]:
    """Return the numbers of the states that go; `made`: number -> when it was made.

    >>> days = [(1, 30), (1, 31), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (2, 6)]
    >>> superfluous({n: datetime(2026, *day) for n, day in enumerate(days, 1)})
    [1, 3]
    """
    order = sorted(made)
    months = {n: (made[n].year, made[n].month) for n in order}
    return [
        n
        for n, after in pairwise(order)
        if n not in order[-LAST:] and n not in needed and months[n] >= months[after]
    ]


def clear(store: Store, needed: Collection[int]) -> None:
    """Delete the states that go; `needed`: numbers of states that stay in any case.

    Nothing may load meanwhile. What another program holds open (on Windows) goes the next time.
    """
    numbers = published(store.folder)
    if len(numbers) <= LAST:
        return
    made: dict[int, datetime] = {}
    for number in numbers:
        with contextlib.suppress(StoreError):
            engine = store.state(number).engine
            made[number] = engine.query("select loaded_at from about").column(0)[0].as_py()
            del engine  # open, it could not be deleted on Windows
    for number in superfluous(made, needed):
        with contextlib.suppress(OSError):
            (store.folder / state_name(number)).unlink()
