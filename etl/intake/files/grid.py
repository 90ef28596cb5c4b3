"""A table as a file has it: every cell as text, in a temporary table of DuckDB.

Whatever the file was (text, workbook sheet, Parquet), what follows reads a `Grid`. Its table has
`line` (the line or row in the file, from 1), `c0`, `c1` ... (the cells, trimmed, null where
empty), `broken` (null, or why the line has no proper cells) and `text` (that line as it is).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.headers import bare, currency_of, recognised

#: The header row is looked for in this many rows.
HEAD_ROWS = 40

#: A day, an amount, a long number: a row with such a cell is no row of headers.
_VALUE = re.compile(r".*\d[-/.]\d{1,2}[-/.]\d.*|\W*\d[\d.,' ]*[.,]\d\d\W*|\d{5,}")

#: #REF!, #N/A, #DIV/0!, as spreadsheets write errors in any language: #WAARDE!, #BEZUG!, #NV.
ERROR = r"#[¡¿]?\p{Lu}[\p{Lu}/0_]*[!?]|#N/\p{Lu}|#NV|Err:\d{3}"

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
    errors: frozenset[str] = frozenset()
    """Cell columns in which some cell holds an error of a spreadsheet, such as #REF!."""
    uncalculated: Mapping[str, str] = field(default_factory=dict)
    """Cell column -> one of its formulas that never had a result: it stands in its cell."""
    read: frozenset[str] = frozenset()
    """Cell columns from which another one was made."""
    kinds: dict[str, str] = field(default_factory=dict)
    """What `drop` drops, where the table is more than one: name -> table or view."""

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Drop the table."""
        for name, kind in (self.kinds or {self.table: "table"}).items():
            connection.execute(f"drop {kind} if exists {name}")

    def make_anew(
        self,
        connection: duckdb.DuckDBPyConnection,
        line: str,
        cells: Sequence[str],
        broken: str = "broken",
        more: str = "",
    ) -> None:
        """Make the table anew from itself or `more`; the other arguments are SQL over that."""
        connection.execute(
            f"create or replace temp table {self.table}_anew as "
            f"select {line}, {', '.join(cells)}, {broken}, text from {more or self.table}"
        )
        self.drop(connection)
        connection.execute(f"alter table {self.table}_anew rename to {self.table}")
        self.kinds = {}

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


def find_errors(connection: duckdb.DuckDBPyConnection, grid: Grid) -> frozenset[str]:
    """Return the cell columns in which some cell holds an error of a spreadsheet."""
    may = ", ".join(f"bool_or(starts_with({c}, '#') or starts_with({c}, 'E'))" for c in grid.cells)
    found = connection.execute(f"select {may} from {grid.table}").fetchone() or ()
    maybe = [c for c, may_be in zip(grid.cells, found, strict=True) if may_be]
    if not maybe:
        return frozenset()
    are = ", ".join(f"bool_or(regexp_full_match({c}, '{ERROR}'))" for c in maybe)
    found = connection.execute(f"select {are} from {grid.table}").fetchone() or ()
    return frozenset(c for c, is_there in zip(maybe, found, strict=True) if is_there)


def unmarked(cell: str) -> str:
    """Return SQL for a cell without the mark of a number among texts, see `workbook.py`."""
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


def find_header(
    rows: Sequence[HeadRow], header_row: int | None = None, wanted: Sequence[str] = ()
) -> HeadRow:
    """Return the row of the headers: the best one, the one on line `header_row`, or two in one.

    `Customer` over `No` and `Name` is `Customer No` and `Customer Name`, where that names more
    columns than a row alone does.
    """
    index = header_at(rows, header_row) if header_row else choose_header(rows, wanted)[0]
    named = {bare(h) for h in wanted}

    def score(cells: Sequence[str]) -> int:
        known = len(named & {bare(c) for c in cells})
        # a row that is asked for stands alone, unless the mapping speaks of both
        return known if header_row else recognised(cells) + 2 * known

    best, most = rows[index], score(rows[index].cells)
    for upper in (index,) if header_row else (index - 1, index):
        if 0 <= upper < len(rows) - 1:
            joined = _joined(rows[upper], rows[upper + 1])
            if joined is not None and score(joined.cells) > most:
                best, most = joined, score(joined.cells)
    return best


def _joined(upper: HeadRow, lower: HeadRow) -> HeadRow | None:
    """Return two rows of headers as one; None where the upper one has no groups."""
    if upper.last_line + 1 != lower.first_line or any(map(_VALUE.fullmatch, lower.cells)):
        return None
    width = max(len(upper.cells), len(lower.cells))
    above, below = (
        [*(" ".join(c.split()) for c in row.cells), *[""] * (width - len(row.cells))]
        for row in (upper, lower)
    )
    group, grouped = "", False
    cells: list[str] = []
    for over, under in zip(above, below, strict=True):
        grouped |= bool(group and under and not over)
        group = over or (group if under else "")
        cells.append(_one_header(group, under))
    return HeadRow(upper.first_line, lower.last_line, tuple(cells)) if grouped else None


def _one_header(group: str, header: str) -> str:
    """Return what a header under its group is called: the first form that is known.

    >>> _one_header("Customer", "No"), _one_header("Amounts (EUR)", "Open"), _one_header("", "x")
    ('Customer No', 'Amount Open (EUR)', 'x')
    """
    if not group or not header:
        return group or header
    code = currency_of(group)
    stem = re.sub(rf"\W*{code}\W*$", "", group, flags=re.IGNORECASE) if code else group
    names = dict.fromkeys((stem, stem.removesuffix("s"), stem.removesuffix("en")))
    forms = [form for name in names for form in (f"{name} {header}", f"{header} {name}")]
    forms = [*(f"{form} ({code})" for form in forms if code), *forms, header]
    return next((form for form in forms if recognised([form])), f"{group} {header}")


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
