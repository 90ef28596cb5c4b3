"""Measures how a stranger's plain tables are read: right, asked about, refused, or silently wrong.

    python -m benchmarks.reading [--shapes N] [--seed S] [--only AXIS=VALUE ...] [--show N]
        [--into FILE] [--processes N]

It writes docs/reading.md, unless `--only` limits the shapes to some values. The same seed gives
the same shapes. `--into FILE` keeps what becomes of each; where the file holds the first shapes
already, only the others are judged.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path
from random import Random

from benchmarks.report import table
from benchmarks.shapes import kept
from benchmarks.shapes.axes import AXES, at_random, shapes, singles
from benchmarks.shapes.dialects import compared
from benchmarks.shapes.judge import CRASHED, WRONG, judge
from benchmarks.shapes.page import PAGE, kinds_told, outcomes, page, told, understood, worst
from benchmarks.shapes.runs import Results, judge_all, pool, sorted_out
from benchmarks.shapes.shape import Shape

#: What is known to be silently wrong, and why: the tests leave out the shapes that hold all the
#: values of one of these; `*` is any value but the plain one. The benchmark reports them all.
NOT_YET: tuple[tuple[dict[str, str], str], ...] = ()


def known_wrong(shape: Shape) -> bool:
    """Return whether a shape holds something that is known not to be read yet."""
    return any(
        all(shape[axis] == value or (value == "*" and shape[axis]) for axis, value in held.items())
        for held, _ in NOT_YET
    )


def held(count: int, seed: int) -> list[Shape]:
    """Return so many shapes that have to be read rightly, asked about or refused.

    Half of them have a single value that is not plain, the others any number.
    """
    single = [s for s in singles(seed) if not known_wrong(s)]
    chosen = Random(seed).sample(single, min(count // 2, len(single)))
    mixed = (at_random(seed + n, {}) for n in itertools.count())
    free = (shape for shape in mixed if not known_wrong(shape))
    return chosen + list(itertools.islice(free, count - len(chosen)))


def measured(
    count: int, seed: int, fixed: dict[str, str], into: Path | None = None, processes: int = 2
) -> Results:
    """Judge so many shapes, and make the silently wrong ones small.

    into: a file that keeps what becomes of them. Those that it holds are not judged again, but for
    those silently wrong or crashed: what was mended since is told apart.
    """
    before = kept.read(into)[:count] if into else []
    left = list(shapes(count, seed, fixed))[len(before) :]
    with pool(processes) as workers:
        judged = judge_all(left, workers)
        results = Results([*before, *(kept.add(into, judged) if into else judged)])
        wrong = [j for j in results.judged if j.outcome in (WRONG, CRASHED)]
        again = list(workers.map(judge, [j.shape for j in wrong])) if before else wrong
        results.mended = [j for j in again if j.outcome not in (WRONG, CRASHED)]
        results.kinds = sorted_out([j for j in again if j.outcome == WRONG], workers)
    results.runs = kept.told(kept.read(into)[:count]) if into else ""
    return results


def _fixed(parser: argparse.ArgumentParser, only: list[str]) -> dict[str, str]:
    fixed = {}
    for one in only:
        axis, _, value = one.partition("=")
        if value not in AXES.get(axis, ()):
            parser.error(f"{one}: known are {', '.join(AXES.get(axis, AXES))}")
        fixed[axis] = value
    return fixed


def _not_yet() -> str:
    lines = [(", ".join(f"{a}={v}" for a, v in held.items()), why) for held, why in NOT_YET]
    return table(("shapes with", "because"), lines) if lines else ""


def main() -> None:
    """Run the benchmark; exit 1 where a shape is silently wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reading",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--shapes", type=int, default=1000, metavar="N", help="how many (1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--only", action="append", default=[], metavar="AXIS=VALUE")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="failing shapes in full")
    parser.add_argument("--into", type=Path, metavar="FILE", help="keeps what becomes of each")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="how many (2)")
    parser.add_argument(
        "--clevercsv", default="", metavar="PYTHON", help="an interpreter that has CleverCSV"
    )
    given = parser.parse_args()
    fixed = _fixed(parser, given.only)
    results = measured(given.shapes, given.seed, fixed, given.into, given.processes)
    print(
        outcomes(results),
        understood(results),
        worst(results),
        kinds_told(results.kinds),
        sep="\n\n",
    )
    for kind in results.kinds[: given.show]:
        print("", told(kind.smallest), sep="\n")
    if not fixed:
        readers = compared(5, given.seed, given.clevercsv)
        PAGE.write_text(page(results, given.seed, _not_yet(), readers), encoding="utf-8")
    sys.exit(1 if results.kinds else 0)


if __name__ == "__main__":
    main()
