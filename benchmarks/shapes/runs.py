"""Judges many shapes in processes of their own, and makes what is silently wrong small."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from benchmarks.shapes.axes import sensible
from benchmarks.shapes.judge import WRONG, Judged, judge, quick
from benchmarks.shapes.shape import Shape

PROCESSES = 2


@dataclass
class Kind:
    """A smallest shape that is silently wrong, and how many shapes hold it."""

    smallest: Judged
    count: int = 0


@dataclass
class Results:
    """What became of all shapes."""

    judged: list[Judged] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    mended: list[Judged] = field(default_factory=list)
    """What was silently wrong or crashed when it was judged, and is neither as it is judged now."""
    runs: str = ""
    """Which commits judged them, where there were several."""

    @property
    def counts(self) -> Counter[str]:
        """Outcome -> how many shapes."""
        return Counter(j.outcome for j in self.judged)


def _start() -> None:
    quick()


def pool(processes: int = PROCESSES) -> ProcessPoolExecutor:
    """Return the processes that judge: fresh ones, for DuckDB and forks do not go together."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, context, _start)


def judge_all(shapes: Sequence[Shape], workers: ProcessPoolExecutor) -> Iterator[Judged]:
    """Yield what becomes of each shape, in their order, with progress on standard error."""
    started = time.monotonic()
    for n, judged in enumerate(workers.map(judge, shapes, chunksize=4), 1):
        if n % 20 == 0 or n == len(shapes):
            spent = time.monotonic() - started
            print(f"\r{n} of {len(shapes)} shapes, {spent:.0f} s", end="", file=sys.stderr)
        yield judged
    print(file=sys.stderr)


def shrink(judged: Judged) -> Judged:
    """Take one value after the other away while the shape stays silently wrong."""
    smaller = True
    while smaller:
        smaller = False
        for axis in sorted(judged.values, key=lambda a: (a == "list", a)):
            shape = sensible(judged.shape.without(axis))
            if len(shape.values) >= len(judged.values):
                continue
            again = judge(shape)
            if again.outcome == WRONG:
                judged, smaller = again, True
                break
    return judged


def _holds(judged: Judged, kind: Kind) -> bool:
    return kind.smallest.values.items() <= judged.values.items()


def sorted_out(wrong: Iterable[Judged], workers: ProcessPoolExecutor) -> list[Kind]:
    """Return the smallest shapes that are silently wrong, the commonest first.

    A shape that holds all values of one that is known already counts with that one.
    """
    kinds: list[Kind] = []
    waiting = sorted(wrong, key=lambda j: len(j.values))
    while waiting:
        known, rest = [], []
        for judged in waiting:
            kind = next((k for k in kinds if _holds(judged, k)), None)
            if kind:
                kind.count += 1
            else:
                rest.append(judged)
        known, waiting = rest[: PROCESSES * 2], rest[PROCESSES * 2 :]
        for small in workers.map(shrink, known):
            kind = next((k for k in kinds if k.smallest.values == small.values), None)
            if kind is None:
                kinds.append(Kind(small))
                kind = kinds[-1]
            kind.count += 1
        print(f"\r{len(waiting)} to be made smaller", end=" ", file=sys.stderr)
    print(file=sys.stderr)
    return sorted(kinds, key=lambda k: (-k.count, len(k.smallest.values), k.smallest.shape.name()))
