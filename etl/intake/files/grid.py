"""A table as a file has it: every cell as text, in a temporary table of DuckDB.

Whatever the file was (text, workbook sheet, Parquet), what follows reads a `Grid`. Its table has
`line` (the line or row in the file, from 1), `c0`, `c1` ... (the cells, trimmed, null where
empty), `broken` (null, or why the line has no proper cells) and `text` (that line as it is).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from data.core.texts import N_, Text
from etl.intake.headers import bare, recognised
from etl.intake.source import FileError

#: The header row is looked for in this many rows.
HEAD_ROWS = 40

#: What `broken` says, and the sentences for the reader.
BROKEN = {
    "short": (
        N_("The line has fewer cells than the header row."),
        N_("Check whether the line was cut off, and export the file again."),
    ),
    "long": (
        N_("The line has more cells than the header row."),
        N_("A cell probably holds the separator without quotation marks: put it between quotes."),
    ),
    "quote": (
        N_("A quotation mark in this line is not closed, or stands in the wrong place."),
        N_("Double the quotation marks inside a cell, or remove them."),
    ),
}


@dataclass(frozen=True)
class HeadRow:
    """One of the first rows: the lines it takes in the file, and its cells."""

    first_line: int
    last_line: int
    cells: tuple[str, ...]


@dataclass
class Grid:
    """One table of a file, in the temporary table `table`."""

    name: str
    table: str
    headers: tuple[str, ...]
    header_line: int
    typed: bool = False
    """Cells come from a workbook or Parquet: numbers and days have been written plainly."""
    plain: Mapping[str, str] = field(default_factory=dict)
    """Cell column -> `numbers` or `days`, where the file itself says that it holds nothing else:
    what is said about decimal signs and the order of days is said of other columns."""
    settings: dict[str, str] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)
    tabs: bool = True
    """Cells may begin or end with a tab."""
    kinds: dict[str, str] = field(default_factory=dict)
    """What `drop` drops, where the table is more than one: name -> table or view."""

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Drop the table."""
        for name, kind in (self.kinds or {self.table: "table"}).items():
            connection.execute(f"drop {kind} if exists {name}")

    @property
    def cells(self) -> list[str]:
        """The names of the cell columns."""
        return [f"c{i}" for i in range(len(self.headers))]

    def shown(self, cell: str) -> str:
        """Return SQL for a cell as a reader knows it."""
        return unmarked(cell) if self.typed else cell

    @property
    def raw(self) -> str:
        """SQL for the whole row as JSON by header; a broken line as it is."""
        labels = [h or f"column {i + 1}" for i, h in enumerate(self.headers)]
        pairs = ", ".join(
            f"{_literal(label)}, {self.shown(f'c{i}')}"
            for i, label in enumerate(labels)
            if self.headers[i]
        )
        return (
            f"case when broken is null then json_object({pairs}) "
            "else json_object('line', text) end::varchar"
        )


def unmarked(cell: str) -> str:
    """Return SQL for a cell without the mark of a number among texts, see `workbook`."""
    return rf"regexp_replace({cell}, '^(-?\d+\.\d+)E0$', '\1')"


def _literal(text: str) -> str:
    """Return `text` as an SQL string: headers become keys of a JSON object."""
    return "'" + text.replace("'", "''") + "'"


def choose_header(rows: Sequence[HeadRow], wanted: Sequence[str] = ()) -> tuple[int, int]:
    """Return (index, score) of the row that has the most recognised headers.

    `wanted` are headers that a mapping file names; a row that holds them is preferred.
    """
    named = {bare(h) for h in wanted}
    best, best_score = 0, -1
    for index, row in enumerate(rows[:HEAD_ROWS]):
        score = recognised(row.cells) + 2 * len(named & {bare(c) for c in row.cells})
        if score > best_score:
            best, best_score = index, score
    if best_score < 1 and rows:  # nothing recognised: the first of the fullest rows
        best = max(range(len(rows)), key=lambda i: (sum(map(bool, rows[i].cells)), -i))
    return best, max(best_score, 0)


def header_at(rows: Sequence[HeadRow], line: int) -> int:
    """Return the index of the row on `line`, as a mapping file asks; `FileError` where none is."""
    for index, row in enumerate(rows):
        if row.first_line <= line <= row.last_line:
            return index
    raise FileError(
        Text(N_("The mapping says that the headers are in row {row}."), {"row": line}),
        Text(N_("There is no such row among the first of the file: correct header_row.")),
    )


def tidy_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Return headers without line breaks and doubled spaces, trailing empty ones dropped."""
    tidy = [" ".join(c.split()) for c in cells]
    while tidy and not tidy[-1]:
        tidy.pop()
    return tuple(tidy)


def quoted(names: Sequence[str]) -> str:
    """Return names for a sentence: "a", "b", "c"."""
    return ", ".join(json.dumps(n, ensure_ascii=False) for n in names)
