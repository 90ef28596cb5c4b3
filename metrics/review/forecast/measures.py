"""How far forecasts were off: each week counts, nothing cancels."""

from __future__ import annotations

import numpy as np

from metrics.review.forecast.book import Floats


def gross_error(came: Floats, expected: Floats) -> float | None:
    """Return the sum of what each was off by over what came in; None where nothing came.

    >>> round(gross_error(np.array([100., 120, 80, 0]), np.array([90., 130, 100, 10])), 4)
    0.1667
    """
    total = float(came.sum())
    return float(np.abs(came - expected).sum()) / total if total > 0 else None


def pinball(came: Floats, quantile: Floats, level: float) -> Floats:
    """Return the pinball loss of a quantile: what it costs to be off, above and below.

    >>> [pinball(np.array([100.]), np.array([q]), p).round(3).item()
    ...  for q, p in ((80., .1), (95., .5), (110., .9))]
    [2.0, 2.5, 1.0]
    """
    off = came - quantile
    return np.asarray(np.maximum(level * off, (level - 1) * off))


def covered(came: Floats, low: Floats, high: Floats) -> float | None:
    """Return the share of weeks in which what came lies within a band; None where there is none."""
    return float(((low <= came) & (came <= high)).mean()) if len(came) else None
