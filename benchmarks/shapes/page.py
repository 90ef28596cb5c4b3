"""Writes docs/reading.md: what is measured, the outcomes, and the smallest shape that fails."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import table
from benchmarks.shapes.axes import AXES, SPOILT, UNTOLD, build, untold
from benchmarks.shapes.judge import OUTCOMES, RIGHT, WRONG, Judged
from benchmarks.shapes.runs import Kind, Results
from benchmarks.shapes.write import write

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reading.md"
INTRODUCTION = """# How a stranger's tables are read

A ledger whose truth is known (small and random, or a slice of the demo company's books) is written
as a table in one of the shapes in which people export theirs, and loaded into a fresh store with
the default options. A shape has one value on each of {axes} axes: kind of list, language and words
of the headers, form of numbers and days, how credit notes and payments are told apart, columns that
are not needed, titles and totals, separator, encoding, workbooks, and what goes wrong in real
files. Most axes are at their plain value, so that a shape that fails is small. What is compared
with the truth, to the cent: receivables per customer on the last day, sales, the number and sum of
invoices, credit notes and payments, what was written off, aging by due day, and the days of payment
where the files say them.

Each shape ends as one of these:

- **right**: loaded, nothing refused, and every figure is right;
- **rightly asked**: the file cannot tell, and its reader is asked, or told why it cannot be read;
- **spoilt row refused**: loaded, but for the one row of a file whose cells were spoilt;
- **asked**: something that can move money is open; nothing of that file is loaded;
- **refused**: a message says why; nothing of that file is loaded;
- **rows refused**: loaded, and other rows were refused with their line and reason;
- **silently wrong**: loaded without a question or a failure, and a figure differs;
- **crashed**: an error that nobody foresaw.

What a file cannot tell, and what spoils a row, is decided by the shape before it is loaded, never
by how it ends: {untold}. A row is spoilt where a line lost a separator or its last cell, got one
more, or has a quotation mark that is never closed.

    python -m benchmarks.reading [--shapes N] [--seed S] [--only AXIS=VALUE] [--show N]
        [--into FILE]

writes this page anew, unless it is limited to some values.
"""
#: Of a value that fewer shapes have, nothing is said.
FEWEST = 4
FAILING = """Each shape was made smaller, axis by axis, while it stayed silently wrong; what is left
names what is read wrongly. A shape that holds several of these counts with one of them."""
MENDED = "What was silently wrong or crashed then was read again by the code as it is now:"
CELLS = """Files with one thing wrong each, as in the Pollock benchmark of polluted files: how often
a reader gives the header and every row that the file shows in full, all cells right. Ours is told
nothing; DuckDB's sniffer and CleverCSV run with their defaults."""


def outcomes(results: Results) -> str:
    """Return the table of outcomes."""
    total = max(1, len(results.judged))
    lines = [
        (name, str(results.counts[name]), f"{results.counts[name] / total:.1%}")
        for name in OUTCOMES
    ]
    return table(("outcome", "shapes", "share"), lines, right=(1, 2))


def understood(results: Results) -> str:
    """Return how many are understood, of all shapes and of those that can be."""
    shapes = [j.shape for j in results.judged]
    telling = sum(not untold(s) and s["pollution"] not in SPOILT for s in shapes)
    right = results.counts[RIGHT]
    told_ = sum(j.outcome == RIGHT and not untold(j.shape) and j.shape["pollution"] not in SPOILT
                for j in results.judged)  # fmt: skip
    return (
        f"Understood without a question are {right / max(1, len(shapes)):.1%} of all shapes, and"
        f" {told_ / max(1, telling):.1%} of the {telling} whose files tell all and have no spoilt"
        " row."
    )


def worst(results: Results) -> str:
    """Return, for each axis, the values that are silently wrong far more often than others."""
    seen: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for judged in results.judged:
        for axis in AXES:
            value = judged.values.get(axis, AXES[axis][0])
            seen[axis, value] += 1
            wrong[axis, value] += judged.outcome == WRONG
    by_axis: dict[str, list[tuple[float, str]]] = defaultdict(list)
    usual = results.counts[WRONG] / max(1, len(results.judged))
    for (axis, value), count in wrong.items():
        share = count / seen[axis, value]
        if seen[axis, value] >= FEWEST and share > 1.5 * usual and value != AXES[axis][0]:
            by_axis[axis].append((share, f"{value} {count} of {seen[axis, value]}"))
    lines = [
        (axis, "; ".join(text for _, text in sorted(by_axis[axis], reverse=True)[:5]))
        for axis in AXES
        if axis in by_axis
    ]
    return table(("axis", "silently wrong most often"), lines)


def told(judged: Judged) -> str:
    """Return a shape with the text of its files, and truth against result."""
    with tempfile.TemporaryDirectory() as folder:
        texts = []
        for path in write(judged.shape, build(judged.shape), Path(folder)):
            encoding = judged.shape["encoding"] or "utf-8"
            text = path.suffix == ".csv"
            texts.append(f"--- {path.name}")
            texts.append(path.read_text(encoding).rstrip() if text else "(a workbook)")
    differs = [f"  {d}" for d in judged.differs]
    said = [f"  said: {s}" for s in judged.said]
    return "\n".join([f"{judged.shape.name()} (seed {judged.seed})", *texts, *differs, *said])


def kinds_told(kinds: Sequence[Kind]) -> str:
    """Return one line for each kind of shape that is silently wrong."""
    return "\n".join(f"{k.count:5}  {k.smallest.shape.name()}" for k in kinds)


def page(results: Results, seed: int, not_yet: str, readers: str) -> str:
    """Return the page."""
    count = len(results.judged)
    parts = [
        INTRODUCTION.format(axes=len(AXES), untold="; ".join(dict.fromkeys(w for _, w in UNTOLD))),
        f"This is `--shapes {count} --seed {seed}`, first each value alone, then several at once:",
        outcomes(results),
        understood(results),
    ]
    if results.runs:
        parts.append(results.runs)
    if results.mended:
        mended = [(j.shape.name(), str(j.seed), j.outcome) for j in results.mended]
        parts += [MENDED, table(("wrong or crashed then", "seed", "now"), mended, right=(1,))]
    if results.kinds:
        lines = [(str(k.count), k.smallest.shape.name()) for k in results.kinds]
        parts += [
            "## Silently wrong",
            FAILING,
            table(("shapes", "smallest"), lines, right=(0,)),
            "By axis, over all shapes:",
            worst(results),
            "The first of them:",
            "```text\n" + told(results.kinds[0].smallest) + "\n```",
        ]
    if not_yet:
        parts += ["## Not yet held by the tests", not_yet]
    parts += [
        "## Finding the cells",
        CELLS,
        readers,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"
