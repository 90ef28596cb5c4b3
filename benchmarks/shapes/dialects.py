"""How often readers of delimited text find the cells: ours, DuckDB's sniffer, CleverCSV.

The pollutions are those of real files, as the Pollock benchmark has them (Vitagliano and others,
PVLDB 16, 2023): titles, quotes, separators, short and long rows, several tables, encodings.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from benchmarks.report import table as as_table
from benchmarks.shapes.axes import AXES, build, sensible
from benchmarks.shapes.shape import Shape
from benchmarks.shapes.write import shown, write
from data.core.errors import FileError
from etl.intake.files.delimited import read_delimited
from etl.intake.source import SourceFile
from etl.sql import rows

Cells = list[list[str]]
#: What reads a file as CleverCSV does, in an interpreter that has it.
_CLEVER = """
import json, sys, clevercsv
for path in json.load(sys.stdin):
    try:
        encoding = clevercsv.encoding.get_encoding(path)
        print(json.dumps(clevercsv.read_table(path, encoding=encoding)))
    except Exception:
        print("[]")
"""
_AXES = ("top", "bottom", "separator", "quoting", "encoding", "ending", "pollution")
_no_name = re.compile(r"column\d+")  # what DuckDB calls a column without a header
#: Rows that the pollution itself spoils: no reader is asked for them.
_SPOILT = (
    "missing_separator", "extra_separator", "short_row", "long_row", "bare_quote", "open_quote",
    "backslash",
)  # fmt: skip


def polluted(copies: int, seed: int) -> list[Shape]:
    """Return plain lists with each thing that goes wrong, several ledgers of each."""
    found: list[Shape] = []
    for axis in _AXES:
        for value in AXES[axis][1:]:
            for n in range(copies):
                shape = sensible(Shape({axis: value}, seed * 1000 + len(found) + n))
                if shape[axis]:
                    found.append(shape)
    return found


def wanted(shape: Shape) -> Cells:
    """Return the header and the rows that a reader should find."""
    made = build(shape)
    made.tables[0].rows = [r for r in made.tables[0].rows if "number" in r and "date" in r]
    table = made.tables[0]
    found = [[shown(shape, c.key, row.get(c.key)) for c in table.columns] for row in table.rows]
    if shape["pollution"] in _SPOILT:
        del found[2]
    if shape["pollution"] == "no_header":
        return found
    return [[c.header for c in table.columns], *found]


def ours(path: Path, folder: Path) -> Cells:
    """Return the header and the whole rows that our reader finds; nothing where it refuses."""
    with duckdb.connect() as connection:
        try:
            grid = read_delimited(SourceFile(path), connection, "cells", folder)
        except FileError:
            return []
        cells = ", ".join(f"coalesce({c}, '')" for c in grid.cells)
        found = rows(connection, f"select {cells} from {grid.table} where broken is null")
        return [list(grid.headers), *([str(c) for c in row] for row in found)]


def _sniffed(path: Path, _folder: Path) -> Cells:
    with duckdb.connect() as connection:
        try:
            connection.execute(
                "select * from read_csv($path, all_varchar = true)", {"path": str(path)}
            )
            header = [_no_name.sub("", d[0]) for d in connection.description or []]
            return [header, *([str(c or "") for c in row] for row in connection.fetchall())]
        except (duckdb.Error, UnicodeDecodeError):
            return []


def _clever(paths: Sequence[Path], python: str) -> list[Cells]:
    done = subprocess.run(
        [python, "-c", _CLEVER], input=json.dumps([str(p) for p in paths]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def right(wanted: Cells, cells: Cells) -> bool:
    """Return whether all rows that are wanted are among the rows found, cell by cell."""

    def plain(row: Sequence[str]) -> tuple[str, ...]:
        row = [" ".join(str(c).split()) for c in row]
        while row and not row[-1]:
            row.pop()
        return tuple(row)

    there = Counter(plain(row) for row in cells)
    return not Counter(plain(row) for row in wanted) - there


def compared(copies: int, seed: int, python: str = "") -> str:
    """Return a table: of the files with something wrong, how many each reader gets right."""
    shapes = polluted(copies, seed)
    readers: dict[str, Callable[[Path, Path], Cells]] = {"Tandem": ours, "DuckDB": _sniffed}
    good: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in readers}
    total: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for n, shape in enumerate(shapes):
            (path, *_) = write(shape, build(shape), Path(folder) / str(n))
            paths.append(path)
        answers = _clever(paths, python) if python else []
        for shape, path in zip(shapes, paths, strict=True):
            truth = wanted(shape)
            (what,) = shape.values.items()
            total[what] += 1
            for name, reader in readers.items():
                good[name][what] += right(truth, reader(path, path.parent))
        if answers:
            good["CleverCSV"] = Counter()
            for shape, cells in zip(shapes, answers, strict=True):
                (what,) = shape.values.items()
                good["CleverCSV"][what] += right(wanted(shape), cells)
    lines = [
        (": ".join(what), *(f"{good[name][what] / total[what]:.0%}" for name in good))
        for what in total
    ]
    whole = [f"{sum(good[name].values()) / sum(total.values()):.0%}" for name in good]
    return as_table(("what is wrong", *good), [*lines, ("all files", *whole)],
                    right=tuple(range(1, len(good) + 1)))  # fmt: skip
