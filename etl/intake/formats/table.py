"""Any table of invoices, payments, matches, customers or rates: delimited text, Excel, Parquet.

What its columns are called and mean is in etl/intake/headers.py; how their cells are read in
etl/intake/tables/columns.py, etl/intake/tables/days.py and etl/intake/tables/money.py; how rows are
staged in etl/intake/tables/staging.py.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.delimited import find_separator, head_rows, head_text, read_delimited
from etl.intake.files.encoding import is_text, of_one_byte
from etl.intake.files.grid import Grid, choose_header
from etl.intake.files.workbook import (
    is_parquet,
    is_workbook,
    read_parquet,
    read_sheet,
    read_workbook,
)
from etl.intake.headers import recognised
from etl.intake.mappings.mapping import ColumnMapping
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.tables.plan import Plan
from etl.intake.tables.prepared import lacking, plan_table
from etl.intake.tables.reading import guess, mapping_of, missing
from etl.intake.tables.staging import stage

_PREVIEW_ROWS = 20


@dataclass(frozen=True)
class Preview:
    """What one table of a file looks like, for mapping its columns by hand."""

    name: str
    """File name, with the sheet for a workbook."""
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first rows, as text."""
    lines: tuple[int, ...]
    """Their lines in the file."""
    columns: dict[str, str]
    """Header -> our name, as found."""
    rows_kind: str
    missing: tuple[str, ...]
    """Our names that the rows cannot do without and no header gives."""
    formats: dict[str, str] = field(default_factory=dict)
    """Our name -> how the column is written."""
    problem: FileError | None = None
    """Why it cannot be read as it is: columns missing, days or amounts ambiguous."""
    settings: dict[str, str] = field(default_factory=dict)
    """Encoding, separator, header row, sheet."""
    own: dict[str, str] = field(default_factory=dict)
    """Our name, own_1 to own_4 -> what the reader calls that dimension."""


class TableSource:
    """Delimited text, workbooks and Parquet."""

    name: str = "table"
    label: str = N_("Table (CSV, Excel, Parquet)")
    gives: tuple[str, ...] = (
        N_("whatever its columns say: invoices, payments, matches, customers, rates"),
    )
    lacks: tuple[str, ...] = (
        N_("what none of its columns says; a mapping file names columns that are not known"),
        N_("hidden sheets of a workbook, unless a mapping file names them"),
    )

    wanted: tuple[str, ...] = ()
    """Headers that show which row is the one of the headers."""

    def identify(self, file: SourceFile) -> float:
        """See `Source.identify`: the more headers are recognised, the surer."""
        try:
            return self._confidence(file)
        except (OSError, FileError, UnicodeError, LookupError):
            return 0.0

    def _confidence(self, file: SourceFile) -> float:
        head = file.head
        if is_workbook(head):
            return 0.6
        if is_parquet(head):
            return 0.7
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start or start.startswith((b"<", b"%PDF", b"{", b"[")) or not is_text(head):
            return 0.0
        facts_encoding = head_encoding(head)
        text = head_text(file, facts_encoding)
        if "ecriturenum" in text[:4096].lower() and "journalcode" in text[:4096].lower():
            return 0.1
        separator = find_separator(text)
        if separator is None:
            return 0.0
        rows = head_rows(text, separator)
        score = recognised(rows[choose_header(rows)[0]].cells)
        return 0.35 if score < 2 else min(0.9, 0.45 + 0.05 * score)

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `Source.read`; a workbook gives one reading for each sheet that is a table."""
        with tempfile.TemporaryDirectory() as folder:
            name = f"table_{first_file_id}"
            grids, notes = self.grids(file, connection, name, folder, options)
            try:
                plans, refused = self._plans(connection, grids, options)
            except FileError:
                _drop(connection, grids)
                raise
            readings = [
                stage(connection, plan, first_file_id + number, options.ledger)
                for number, plan in enumerate(plans)
            ]
        for reading in readings:
            reading.format = self.name
        readings[0].notes += [*notes, *refused]
        return readings

    def preview(self, file: SourceFile, options: ReadOptions) -> list[Preview]:
        """Return what the tables of a file look like, as far as they can be understood.

        Raises `FileError` only where the file cannot be opened at all.
        """
        with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
            grids, _ = self.grids(file, connection, "preview", folder, options)
            return [self._preview(connection, grid, options) for grid in grids]

    def grids(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        folder: str,
        options: ReadOptions,
    ) -> tuple[list[Grid], list[Text]]:
        """Read all tables of the file as text; return them and what there is to note."""
        return _grids(file, connection, table, folder, options, self.wanted)

    def guess(self, grid: Grid, options: ReadOptions) -> Plan:
        """Return which columns the grid has, and what its rows are."""
        return guess(grid, mapping_of(options))

    def plan(self, connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions) -> Plan:
        """Return how the grid is to be staged; `FileError` where it is not understood."""
        return plan_table(connection, grid, options)

    def lacking(self, grid: Grid, options: ReadOptions) -> list[str]:
        """Return what the rows cannot do without, and nothing in the grid gives."""
        return lacking(grid, options)

    def _plans(
        self, connection: duckdb.DuckDBPyConnection, grids: list[Grid], options: ReadOptions
    ) -> tuple[list[Plan], list[Text]]:
        """Plan all grids before any is staged; sheets that are not enough are noted."""
        plans: list[Plan] = []
        refused: list[Text] = []
        first: FileError | None = None
        for grid in grids:
            none = self.lacking(grid, options) if len(grids) > 1 else []
            if none:
                text = N_("Sheet {sheet} was not read: its columns lack {missing}.")
                refused.append(
                    Text(text, {"sheet": grid.settings["sheet"], "missing": ", ".join(none)})
                )
                first = first or FileError(refused[-1], _MAP)
                continue
            plans.append(self.plan(connection, grid, options))
        if not plans and first is not None:
            raise first
        return plans, refused

    def _preview(
        self, connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions
    ) -> Preview:
        headers = grid.headers
        rows = connection.execute(
            f"select line, {', '.join(map(grid.shown, grid.cells))} from {grid.table} "
            f"where coalesce({', '.join(grid.cells)}) is not null "
            f"order by line limit {_PREVIEW_ROWS}"
        ).fetchall()
        problem: FileError | None = None
        plan: Plan | None = None
        none: list[str] = []
        try:
            plan, none = self.guess(grid, options), self.lacking(grid, options)
            plan = self.plan(connection, grid, options)
            none = missing(plan)
        except FileError as error:
            problem = error
        if plan is None:
            plan = guess(grid, None)
            none = missing(plan)
        return Preview(
            name=grid.name,
            headers=headers,
            rows=tuple(tuple("" if c is None else str(c) for c in row[1:]) for row in rows),
            lines=tuple(int(row[0]) for row in rows),
            columns={
                plan.header(n): n for n, c in plan.columns.items() if int(c[1:]) < len(headers)
            },
            rows_kind=plan.rows_kind,
            missing=tuple(none),
            formats=plan.formats,
            problem=problem,
            settings=grid.settings,
            own=plan.own,
        )


def head_encoding(head: bytes) -> str:
    """Return an encoding in which the first bytes can be looked at."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[1:200:2].count(0) > 50:
        return "utf-16-le"
    if head[:200:2].count(0) > 50:
        return "utf-16-be"
    try:
        head[: max(len(head) - 4, 1)].decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8-sig" if error.end >= len(head) - 8 else of_one_byte(head)
    return "utf-8-sig"


def _grids(
    file: SourceFile,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    folder: str,
    options: ReadOptions,
    wanted: tuple[str, ...],
) -> tuple[list[Grid], list[Text]]:
    """Read all tables of the file as text; return them and what there is to note."""
    mapping = mapping_of(options) or ColumnMapping()
    wanted = mapping.wanted or wanted
    if is_parquet(file.head):
        return [read_parquet(file, connection, table)], []
    if not is_workbook(file.head):
        grid = read_delimited(
            file,
            connection,
            table,
            Path(folder),
            encoding=mapping.encoding or options.encoding,
            separator=mapping.separator,
            header_row=mapping.header_row,
            wanted=wanted,
        )
        return [grid], []
    grids: list[Grid] = []
    notes: list[Text] = []
    book = read_workbook(file, mapping.sheet)
    sheets = book.sheets
    if mapping.sheet is not None and mapping.sheet in sheets:
        sheets = {mapping.sheet: sheets[mapping.sheet]}
    for name, sheet in sheets.items():
        head = sheet.head
        _, score = choose_header(head, wanted)
        if len(sheets) > 1 and (score < 2 or max(len(r.cells) for r in head) < 2):
            notes.append(Text(N_("Sheet {sheet} is no table and was not read."), {"sheet": name}))
            continue
        grids.append(
            read_sheet(
                file,
                connection,
                f"{table}_{len(grids)}",
                sheet,
                header_row=mapping.header_row,
                wanted=wanted,
            )
        )
    hidden = [] if mapping.sheet in sheets else [Text(_HIDDEN, {"sheet": s}) for s in book.hidden]
    if not grids:
        text = N_("{file} has no sheet with a table in it.")
        raise FileError(
            hidden[0] if hidden else Text(text, {"file": file.name}),
            Text(N_("A table has a row of headers and rows below it.")),
        )
    notes += hidden
    return grids, notes


_HIDDEN = N_(
    "Sheet {sheet} is hidden and was not read: show it in the workbook, or name it in a mapping"
    " file (sheet), if it counts."
)
_MAP = Text(N_("Say in a mapping file (--map), or on the Imports page, which column is which."))


def _drop(connection: duckdb.DuckDBPyConnection, grids: list[Grid]) -> None:
    for grid in grids:
        grid.drop(connection)


SOURCE = TableSource()
