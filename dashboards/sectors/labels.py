"""Where the labels of bubbles lie, and the lines that lead from some of them to their bubble."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from dashboards.charts.curves import shortened
from dashboards.charts.figures import CHARACTER
from dashboards.sectors.rows import Sector

WIDTH = 420.0
"""Width in pixels for which labels are placed; on a wider screen they lie farther apart."""
LABEL_CHARACTERS = 26
_TALL = 15.0
_MOST_LABELS = 10
_MOST_CROSSED = 0
"""How many other bubbles a leader may pass over; that of the open sector, any."""
_SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1))
_FAR = tuple((x * d, y * d) for d in (34, 60, 90, 130) for x in (1, -1) for y in (-1, 1, 0.4, -0.4))


@dataclass(frozen=True)
class Point:
    """A bubble in pixels from the top left of the plot, and its radius."""

    sector: Sector
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Place:
    """Where a label lies: its box (left, top, right, bottom); far ones need a leader line."""

    box: _Box
    far: bool = False


_Box = tuple[float, float, float, float]
_Line = tuple[float, float, float, float]
"""From x, y to x, y."""


def placed_labels(
    points: Sequence[Point], within: int, height: float, chosen: str = ""
) -> list[tuple[Point, Place]]:
    """Choose the notable bubbles and a free place for the label of each.

    Notable are the open one, those that pay well and grow, the two latest, and the largest. A
    label lies beside its bubble, or farther away with a leader that passes over as few others as
    can be; it is left out rather than laid over another label, a bubble, a leader or the edge.
    """
    latest = sorted(points, key=lambda p: -(p.sector.late or 0))[:2]
    ranked = sorted(
        points,
        key=lambda p: (
            p.sector.code != chosen,
            not p.sector.pays_and_grows(within),
            p not in latest,
            -p.sector.sales,
        ),
    )
    # the name of the quadrant, and the bubbles
    blocked: list[_Box] = [(0.0, 0.0, 170.0, 22.0), *map(_square, points)]
    placed: list[tuple[Point, Place]] = []

    def free(box: _Box) -> bool:
        inside = box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= height
        return (
            inside
            and not any(_touch(box, other) for other in blocked)
            and not any(
                _touch(box, at.box) or (at.far and _crosses(_leader(p, at.box), box))
                for p, at in placed
            )
        )

    def crossed(point: Point, box: _Box) -> int:
        line = _leader(point, box)
        others = sum(
            _near(line, p) < p.radius
            for p in points
            if p is not point and math.hypot(p.x - point.x, p.y - point.y) >= p.radius
        )
        return others + 2 * sum(_crosses(line, at.box) for _p, at in placed)

    for point in ranked:
        if len(placed) == _MOST_LABELS:
            break
        is_open = point.sector.code == chosen
        place = next((Place(b) for b in (_beside(point, *at) for at in _SIDES) if free(b)), None)
        if place is None and (is_open or point.sector.pays_and_grows(within)):
            far = [box for box in (_away(point, *at) for at in _FAR) if free(box)]
            best = min(far, key=partial(crossed, point), default=None)
            if best and (is_open or crossed(point, best) <= _MOST_CROSSED):
                place = Place(best, far=True)
        if place:
            placed.append((point, place))
    return placed


def _size(point: Point) -> float:
    return len(shortened(point.sector.words, LABEL_CHARACTERS)) * CHARACTER


def _beside(point: Point, x: int, y: int) -> _Box:
    """Return the box of a label that touches its bubble on one side."""
    width, gap = _size(point), point.radius + 4
    left = point.x + gap if x > 0 else point.x - gap - width if x < 0 else point.x - width / 2
    top = point.y - gap - _TALL if y < 0 else point.y + gap if y > 0 else point.y - _TALL / 2
    return left, top, left + width, top + _TALL


def _away(point: Point, x: float, y: float) -> _Box:
    """Return the box of a label at the end of a leader."""
    width = _size(point)
    left = point.x + x if x > 0 else point.x + x - width
    top = point.y + y - _TALL / 2
    return left, top, left + width, top + _TALL


def _square(point: Point) -> _Box:
    r = point.radius * 0.85
    return point.x - r, point.y - r, point.x + r, point.y + r


def _touch(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _leader(point: Point, box: _Box) -> _Line:
    """Return the line from the edge of a bubble to the middle of the nearer side of its label."""
    x, y = box[0] if box[0] >= point.x else box[2], (box[1] + box[3]) / 2
    part = min(point.radius / (math.hypot(x - point.x, y - point.y) or 1.0), 1.0)
    return point.x + (x - point.x) * part, point.y + (y - point.y) * part, x, y


def _near(line: _Line, point: Point) -> float:
    """Return how close a line comes to the middle of a bubble."""
    x, y, across, down = line[0], line[1], line[2] - line[0], line[3] - line[1]
    along = ((point.x - x) * across + (point.y - y) * down) / (across**2 + down**2 or 1.0)
    along = max(0.0, min(1.0, along))
    return math.hypot(x + along * across - point.x, y + along * down - point.y)


def _crosses(line: _Line, box: _Box) -> bool:
    """Return whether a line passes over a box."""
    first, last = 0.0, 1.0
    for start, end, low, high in (
        (line[0], line[2], box[0], box[2]), (line[1], line[3], box[1], box[3])
    ):  # fmt: skip
        if start == end:
            if not low < start < high:
                return False
            continue
        one, two = (low - start) / (end - start), (high - start) / (end - start)
        first, last = max(first, min(one, two)), min(last, max(one, two))
    return first < last
