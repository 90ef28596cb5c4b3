"""Presets: the exports of known programs, as mapping files that recognise themselves.

A `Preset` says which headers show that a file came from a program, and what its columns mean:
what a person would say in a mapping file, and a little more. The file is then read as any table
is (etl/intake/formats/table.py). A mapping that names columns, given by the user, takes its place.

Headers are written as the program writes them; `A | B` means whichever of the two is there, the
first one if both are. Case, accents, spaces and punctuation do not count. A program's own way to
write days and amounts decides only what the data leave open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from shutil import copyfileobj

import duckdb

from data.core.texts import N_, Text
from etl.intake.files.delimited import SEPARATORS, head_rows, head_text
from etl.intake.files.encoding import is_text
from etl.intake.files.grid import Grid, tidy_headers
from etl.intake.files.workbook import head_of_sheet, is_parquet, is_workbook, sheet_rows
from etl.intake.formats.table import TableSource, head_encoding
from etl.intake.headers import bare, currency_of, find
from etl.intake.mappings.mapping import applies, parse_mapping
from etl.intake.source import FileError, ReadOptions, SourceFile
from etl.intake.tables.reading import Plan, guess, make_plan

#: Attributes of customers that may stand in any list: they are taken where nothing else is said.
_BESIDES = ("vat_number", "country", "sector", "segment", "salesperson", "parent_id",
            "credit_limit", "insured_limit", "iban")  # fmt: skip
_FIRST = {
    "dmy": N_("Days such as 01/02 are read with the day first, as the program does."),
    "mdy": N_("Days such as 01/02 are read with the month first, as the program does."),
}
_PLACE = re.compile(r"\{([^}]*)\}")


@lru_cache(maxsize=1024)
def _bares(headers: tuple[str, ...]) -> frozenset[str]:
    """Return the bare forms of a row: all presets ask for those of the same rows."""
    return frozenset(bare(h) for h in headers)


@lru_cache(maxsize=1024)
def _alternatives(names: str) -> frozenset[str]:
    return frozenset(bare(h) for h in names.split(" | "))


@dataclass(frozen=True)
class Chosen:
    """Values of a column by which rows count, or do not; `reason` is a phrase marked with N_."""

    values: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Layout:
    """One form in which a program exports its list."""

    marks: tuple[str, ...]
    """Headers that are all there only in this layout."""
    columns: Mapping[str, str]
    """Our name -> their header."""
    rows: str = "invoices"
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Their words for kinds of documents -> ours, beside those everybody uses."""
    keep: Mapping[str, Chosen] = field(default_factory=dict)
    """Their header -> the values of the rows that count."""
    leave_out: Mapping[str, Chosen] = field(default_factory=dict)
    """Their header -> the values of the rows that do not count."""
    derived: Mapping[str, str] = field(default_factory=dict)
    """Our name -> SQL over the cells of a row, as text, named as in {Header}."""
    date_order: str | None = None
    """`dmy` or `mdy`, where 01/02 stays ambiguous."""
    decimal: str | None = None
    """`,` or `.`, where 1.234 stays ambiguous."""
    rate_inverse: bool = False
    currency: str | None = None
    """Of rows that name none."""
    local: bool = False
    """The amounts are those in the books' own currency."""
    groups: bool = False
    """A customer stands in a row of its own above its documents: `customer_name` is that."""
    reports: bool = False
    """Customers are known by VAT number or bank account, not by numbers of ours."""
    bare_headers: tuple[str, ...] = ()
    """The headers, where a file may come without them."""
    first_line: str = ""
    """Pattern of the first line of a file that comes without headers."""

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers that it names."""
        named = (*self.marks, *self.columns.values(), *self.keep, *self.leave_out)
        return tuple(dict.fromkeys(h for names in named for h in names.split(" | ")))

    def fits(self, headers: Sequence[str]) -> bool:
        """Return whether these are the headers of this layout."""
        have = _bares(tuple(headers))
        return all(not have.isdisjoint(_alternatives(mark)) for mark in self.marks)

    def mapping(self, headers: Sequence[str]) -> dict[str, object]:
        """Return what a mapping file would say of a table with these headers, as far as it can."""
        columns = {n: h for n, names in self.columns.items() if (h := _header(names, headers))}
        found = find(headers)
        used = {bare(h) for h in columns.values()}
        for name in _BESIDES:
            at = found.columns.get(name)
            if at is not None and name not in columns and bare(headers[at]) not in used:
                columns[name] = headers[at]
        source: dict[str, object] = {"rows": self.rows}
        if self.rate_inverse:
            source["rate_inverse"] = True
        if self.reports:
            source["reports"] = True
        if self.currency:
            source["currency"] = self.currency
        elif "currency" not in columns and (amount := columns.get("amount")):
            source |= {"currency": code} if (code := currency_of(amount)) else {}
        chosen = {
            table: {
                h: list(c.values) for names, c in rules.items() if (h := _header(names, headers))
            }
            for table, rules in (("keep", self.keep), ("leave_out", self.leave_out))
        }
        return {"source": source, "columns": columns, **chosen, "kinds": dict(self.kinds)}


@dataclass(kw_only=True, eq=False)
class Preset(TableSource):
    """The exports of one program; `about` is the docstring of its module."""

    name: str
    label: str
    about: str | None
    gives: tuple[str, ...]
    lacks: tuple[str, ...]
    layouts: tuple[Layout, ...]
    wanted: tuple[str, ...] = ()
    open_only: bool = False
    """It lists what is open: no invoice that is paid stands in it."""

    def __post_init__(self) -> None:
        """Say what the source is, and which headers to look for."""
        self.__doc__ = self.about
        self.wanted = tuple(dict.fromkeys(h for layout in self.layouts for h in layout.headers))

    def identify(self, file: SourceFile) -> float:
        """See `Source.identify`: all headers of a layout; the more there are, the surer."""
        try:
            tables = _tables(file)
        except (OSError, FileError, UnicodeError, LookupError):
            return 0.0
        best = [len(y.marks) for table in tables for y in self.layouts if any(map(y.fits, table))]
        if not best and (layout := self._without_headers(file)):
            best = [len(layout.marks)]
        return 0.92 + 0.005 * min(max(best), 12) if best else 0.0

    def layout_of(self, headers: Sequence[str]) -> Layout | None:
        """Return the layout that these headers show, the most telling one; None where none is."""
        fitting = [layout for layout in self.layouts if layout.fits(headers)]
        return max(fitting, key=lambda y: len(y.marks), default=None)

    def mapping_for(self, file: SourceFile) -> dict[str, object] | None:
        """Return what a mapping file would say of the file's first table that is recognised."""
        for table in _tables(file):
            for headers in table:
                if layout := self.layout_of(headers):
                    return layout.mapping(tidy_headers(headers))
        return None

    def grids(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        folder: str,
        options: ReadOptions,
    ) -> tuple[list[Grid], list[Text]]:
        """See `TableSource.grids`; a file without headers gets them."""
        layout = None if _says_columns(options) else self._without_headers(file)
        if layout is None:
            return super().grids(file, connection, table, folder, options)
        copy = Path(folder) / file.name
        with copy.open("wb") as target, file.path.open("rb") as stream:
            target.write((",".join(layout.bare_headers) + "\n").encode())
            copyfileobj(stream, target)
        (grid,), notes = super().grids(SourceFile(copy), connection, table, folder, options)
        _replace_table(connection, grid, "line - 1 as line", grid.cells)
        grid.header_line = 0
        grid.settings["header_row"] = "0"
        notes.append(Text(N_("The file has no row of headers: its columns are taken in order.")))
        return [grid], notes

    def guess(self, grid: Grid, options: ReadOptions) -> Plan:
        """See `TableSource.guess`."""
        given, _ = self._understood(grid, options)
        return guess(grid, parse_mapping(given.mapping) if given.mapping else None)

    def plan(self, connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions) -> Plan:
        """See `TableSource.plan`."""
        given, layout = self._understood(grid, options)
        if layout is None:
            return make_plan(connection, grid, given)
        theirs = grid.headers
        mapping = dict(given.mapping or {})
        mapping["columns"] = columns = dict(_table(mapping, "columns"))
        if layout.groups:
            _add_groups(connection, grid)
            columns["customer_name"] = grid.headers[-1]
        for name, sql in layout.derived.items():
            if name not in columns and (made := _add_derived(connection, grid, sql)):
                columns[name] = made
        plan = _plan(connection, grid, replace(given, mapping=mapping), layout)
        plan.open_only = plan.open_only or self.open_only
        rules = {**layout.keep, **layout.leave_out}
        for names, chosen in rules.items():
            if header := _header(names, theirs):
                plan.reasons[f"c{grid.headers.index(header)}"] = chosen.reason
        if layout.local:
            plan.notes.append(Text(N_("The amounts are those in the books' own currency.")))
        return plan

    def _understood(self, grid: Grid, options: ReadOptions) -> tuple[ReadOptions, Layout | None]:
        """Return how a grid is read, and its layout; None where the user says its columns."""
        user = options.mapping
        if _says_columns(options) and user is not None and applies(user, grid.headers):
            return options, None
        layout = self.layout_of(grid.headers)
        if layout is None:
            return options, None
        ours = layout.mapping(grid.headers)
        if user is not None and not _says_columns(options):
            for table in ("source", "keep", "leave_out", "kinds"):
                ours[table] = {**_table(ours, table), **_table(user, table)}
        return replace(options, mapping=ours), layout

    def _without_headers(self, file: SourceFile) -> Layout | None:
        """Return the layout of a file that shows it by its first line, having no headers."""
        for layout in self.layouts:
            if layout.first_line and is_text(file.head) and not is_workbook(file.head):
                line = file.head.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
                if re.match(layout.first_line, line.decode("cp1252", errors="replace")):
                    return layout
        return None


def _says_columns(options: ReadOptions) -> bool:
    return bool(options.mapping and options.mapping.get("columns"))


def _table(mapping: Mapping[str, object], name: str) -> dict[str, object]:
    table = mapping.get(name)
    return dict(table) if isinstance(table, Mapping) else {}


def _header(names: str, headers: Sequence[str]) -> str | None:
    """Return the first of the headers `names` that there is."""
    bares = [bare(h) for h in headers]
    for name in names.split(" | "):
        if name in headers:
            return name
        if bare(name) in bares:
            return headers[bares.index(bare(name))]
    return None


def _plan(
    connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions, layout: Layout
) -> Plan:
    """Plan the grid; what stays ambiguous is as the program writes it, and that is noted."""
    notes: list[Text] = []
    while True:
        try:
            plan = make_plan(connection, grid, options)
        except FileError as error:
            if error.asks == "date_order" and layout.date_order and not options.date_order:
                options = replace(options, date_order=layout.date_order)
                notes.append(Text(_FIRST[layout.date_order]))
            elif error.asks == "decimal" and layout.decimal and not options.decimal:
                options = replace(options, decimal=layout.decimal)
                text = N_("Amounts such as 1.234 are read as the program writes them.")
                notes.append(Text(text))
            else:
                raise
            continue
        plan.notes += notes
        return plan


def _replace_table(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    line: str,
    cells: Sequence[str],
    broken: str = "broken",
    more: str = "",
) -> None:
    """Make the table of the grid anew from itself: `cells` are SQL for its cells."""
    listed = ", ".join(cells)
    connection.execute(
        f"create or replace temp table {grid.table}_anew as "
        f"select {line}, {listed}, {broken}, text from {more or grid.table}"
    )
    grid.drop(connection)
    connection.execute(f"alter table {grid.table}_anew rename to {grid.table}")
    grid.kinds = {}


def _add_derived(connection: duckdb.DuckDBPyConnection, grid: Grid, sql: str) -> str | None:
    """Add a column that follows from others; return its header, None where those are not there."""
    headers = {n: _header(n, grid.headers) for n in _PLACE.findall(sql)}
    there = dict.fromkeys(h for h in headers.values() if h)
    if not there:
        return None

    def cell(found: re.Match[str]) -> str:
        header = headers[found[1]]
        return f"c{grid.headers.index(header)}" if header else "null::varchar"

    made = f"c{len(grid.headers)}"
    if any(grid.plain.get(f"c{grid.headers.index(h)}") == "numbers" for h in there):
        grid.plain = {**grid.plain, made: "numbers"}
    _replace_table(connection, grid, "line", [*grid.cells, f"({_PLACE.sub(cell, sql)}) as {made}"])
    header = f"({' / '.join(there)})"
    while header in grid.headers:
        header += " "
    grid.headers = (*grid.headers, header)
    return grid.headers[-1]


def _add_groups(connection: duckdb.DuckDBPyConnection, grid: Grid) -> None:
    """Add the text of the last row that has but one, to the rows below it that have more."""
    cells = grid.cells
    filled = " + ".join(f"({c} is not null)::int" for c in cells)
    # a printed list may leave the empty cells of such a row out
    short = "broken = 'short' and regexp_full_match(text, '[^,;|\\t\"]+|\"[^\"]+\"')"
    heading = (
        f"case when {short} then trim(text, ' \"') "
        f"when broken is null and {cells[0]} is not null and ({filled}) = 1 then {cells[0]} end"
    )
    made = f"c{len(cells)}"
    marked = (
        f"(select * replace (case when {short} then trim(text, ' \"') else c0 end as c0), "
        f"{heading} as heading, {short} as short from {grid.table})"
    )
    over = "over (order by line rows between unbounded preceding and current row)"
    group = f"case when heading is null then last_value(heading ignore nulls) {over} end"
    _replace_table(
        connection, grid, "line", [*cells, f"{group} as {made}"],
        "case when not coalesce(short, false) then broken end as broken", marked,
    )  # fmt: skip
    grid.headers = (*grid.headers, "(heading)")


def _tables(file: SourceFile) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the first rows of each way to see the file as a table."""
    facts = file.path.stat()
    return _seen(file.path, facts.st_size, facts.st_mtime_ns, file.head)


@lru_cache(maxsize=4)
def _seen(
    path: Path, _size: int, _changed: int, head: bytes
) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Look at a file once for all presets: each asks the same."""
    file = SourceFile(path)
    if is_workbook(head):
        sheets = sheet_rows(file).rows.values()
        return tuple(tuple(row.cells for row in head_of_sheet(rows)) for rows in sheets)
    if is_parquet(head):
        with duckdb.connect() as connection:
            try:
                found = connection.execute(
                    "describe select * from read_parquet($path)", {"path": str(path)}
                ).fetchall()
            except duckdb.Error:
                return ()
        return ((tuple(str(row[0]) for row in found),),)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start or start.startswith((b"<", b"%PDF", b"{", b"[")) or not is_text(head):
        return ()
    text = head_text(file, head_encoding(head))
    return tuple(
        tuple(row.cells for row in head_rows(text, separator))
        for separator in SEPARATORS
        if separator in text
    )
