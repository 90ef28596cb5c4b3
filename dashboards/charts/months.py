"""The axis of months, and labels that share a side without touching."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards.base.format import Format


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move places apart until neighbours are `gap` away from each other, as little as possible.

    Their order stays, and so does the middle of those that had to move.

    >>> spread([1.0, 1.0, 9.0], 2.0)
    [0.0, 2.0, 9.0]
    """
    order = sorted(range(len(places)), key=lambda n: places[n])
    # groups of labels that touch: [members, their middle]
    groups: list[tuple[list[int], float]] = []
    for n in order:
        groups.append(([n], places[n]))
        while len(groups) > 1:
            (low, at_low), (high, at_high) = groups[-2], groups[-1]
            room = gap * (len(low) + len(high)) / 2
            if at_high - at_low >= room - 1e-9:
                break
            both = low + high
            groups[-2:] = [(both, sum(places[m] for m in both) / len(both))]
    moved = [0.0] * len(places)
    for members, middle in groups:
        for position, n in enumerate(members):
            moved[n] = middle + (position - (len(members) - 1) / 2) * gap
    return moved


def month_axis(days: Sequence[date], f: Format, every: int = 1) -> dict[str, Any]:
    """Return a category axis of month-ends; `x` of the traces is 0, 1, 2 ...

    `every` keeps each n-th label, counted from the last.
    """
    shown = [n for n in range(len(days)) if (len(days) - 1 - n) % every == 0]
    labels = []
    seen = None
    for n in shown:
        name = f.month_short(days[n]).split("<br>")[0]
        labels.append(f"{name}<br>{days[n].year}" if days[n].year != seen else name)
        seen = days[n].year
    return {"tickvals": shown, "ticktext": labels, "range": [-0.6, len(days) - 0.4]}


def month_names_axis(days: Sequence[date], f: Format) -> dict[str, Any]:
    """Return the axis of the months, with so few names that they fit a telephone too."""
    every = 6 if len(days) > 18 else 2 if len(days) > 9 else 1
    return {**month_axis(days, f, every=every), "tickangle": 0}
