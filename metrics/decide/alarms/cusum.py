"""The tabular CUSUM, its run length, and the threshold of a promised number of false alarms.

One-sided, upwards: only later is worse. Half as many of its alarms are false as of the two-sided
chart with the same threshold: one in 930 payments at h = 5, where both sides together give one in
465.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

K = 0.5
"""The allowance: half of the shift, in standard deviations, that is to be found soonest."""
LEAST, MOST = 4.0, 12.0
"""No threshold is lower, so that a small book has fewer false alarms than it was promised."""
_STATES = 400
_NORMAL = NormalDist()


def tabular(
    values: Sequence[float], target: float, k: float, h: float
) -> Iterator[tuple[float, float, bool]]:
    """Yield the upper and the lower sum after each value, and whether one of them is above h.

    target, k and h in the unit of the values. Source: NIST/SEMATECH handbook, 6.3.2.3.

    >>> [round(upper, 3) for upper, _lower, _signal in tabular((1.0, 2.0, 0.2), 0.0, 0.5, 4.0)]
    [0.5, 2.0, 1.7]
    """
    upper = lower = 0.0
    for value in values:
        upper = max(0.0, upper + value - target - k)
        lower = max(0.0, lower + target - value - k)
        yield upper, lower, upper > h or lower > h


def run_length(h: float, shift: float = 0.0, k: float = K, *, both: bool = False) -> float:
    """Return after how many payments on average the sum first exceeds h.

    shift: of their mean, in standard deviations; `both` for the two-sided chart. By a Markov chain
    over the values of the sum (Brook and Evans 1972), payments being independent and normal.

    >>> round(run_length(5.0, both=True), 1), round(run_length(5.0, 1.0, both=True), 2)
    (465.4, 10.38)
    """
    up = _one_sided(h, shift, k)
    if not both:
        return up
    down = _one_sided(h, -shift, k)
    return 1 / (1 / up + 1 / down)


@cache
def _one_sided(h: float, shift: float, k: float) -> float:
    width = 2 * h / (2 * _STATES - 1)
    moves = np.arange(-_STATES, _STATES + 1)
    below = np.array([_NORMAL.cdf((m + 0.5) * width + k - shift) for m in moves])
    step = np.diff(below)  # step[m + _STATES - 1]: the chance of a move by m states
    places = np.arange(_STATES)
    chain = step[places[None, :] - places[:, None] + _STATES - 1]
    chain[:, 0] = below[_STATES - places]  # at zero, or below it
    lengths = np.linalg.solve(np.eye(_STATES) - chain, np.ones(_STATES))
    return float(lengths[0])


@cache
def threshold(payments: float, promised: float) -> float:
    """Return h for a book with so many payments a week, of which so many alarms may be false.

    Never below LEAST. 24,000 payments a year with one false alarm a week:

    >>> round(threshold(24_000 / 52.1775, 1.0), 2)
    4.31
    """
    wanted = payments / promised
    low, high = LEAST, MOST
    if wanted <= run_length(low):
        return LEAST
    while high - low > 0.005:
        middle = round((low + high) / 2, 4)
        low, high = (middle, high) if run_length(middle) < wanted else (low, middle)
    return round(high, 2)
