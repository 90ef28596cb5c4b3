"""Workbooks (xlsx, xls, ods) and Parquet files -> `Grid`s, every cell as plain text.

Numbers are written with a point and without thousands (1001.0 becomes 1001), days as ISO. A grid
says which columns hold nothing else (`Grid.plain`). In a column that holds texts too, a number
with decimals is marked `1.234E0`, so that it is never taken for one thousand two hundred and
thirty-four.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data.core.errors import FileError
from data.core.texts import N_, NN_, Text
from etl.intake.files.apart import Answer, read_apart
from etl.intake.files.child import DAY, NUMBER, TEXT
from etl.intake.files.grid import Grid, HeadRow, find_header, tidy_headers
from etl.intake.files.markup import is_page, is_spreadsheet_xml
from etl.intake.source import SourceFile

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PARQUET = b"PAR1"
_PARQUET_SMALL, _PARQUET_ROWS_A_BYTE = 10_000_000, 20
_PARQUET_CELLS, _PARQUET_COLUMNS = 2_000_000_000, 5_000
_PARQUET_PLAIN = re.compile(
    r"(DATE|TIMESTAMP.*)|U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL.*|FLOAT|DOUBLE"
)


def is_workbook(head: bytes) -> bool:
    """Return whether a file starts as xlsx, ods or xls do, or as what is called .xls instead.

    That is a web page with tables, or Excel's XML of 2003.
    """
    return head.startswith(_WORKBOOK) or is_page(head) or is_spreadsheet_xml(head)


def is_parquet(head: bytes) -> bool:
    """Return whether a file starts as Parquet does."""
    return head.startswith(_PARQUET)


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its first rows as text, and where all of them are."""

    answer: Answer
    """Keeps the file."""
    about: Mapping[str, Any]

    @property
    def head(self) -> list[HeadRow]:
        """The first rows that are not empty."""
        return [
            HeadRow(row["row"], row["row"], tuple(_shown(c) for c in row["cells"]))
            for row in self.about["head"]
        ]

    def kinds(self, header_line: int, width: int) -> list[int]:
        """Return the kinds of cells that each column has below the headers."""
        found = [*self.about["kinds"][:width]]
        found += [0] * (width - len(found))
        for row in self.about["head"]:
            if row["row"] > header_line:
                for place, kind in enumerate(row["kinds"][:width]):
                    found[place] |= kind
        return found


@dataclass(frozen=True)
class Sheets:
    """The worksheets of a workbook that are not empty, and the names of those not shown."""

    sheets: dict[str, Sheet]
    hidden: tuple[str, ...]


def read_workbook(file: SourceFile, named: str | None = None) -> Sheets:
    """Return every sheet that is not empty; a hidden one is read only where `named`.

    Raises `FileError` where the workbook cannot be opened, or is too large to be.
    """
    answer = read_apart(file, named)
    return Sheets({s["name"]: Sheet(answer, s) for s in answer.sheets}, answer.hidden)


def _shown(cell: str) -> str:
    """Return a cell as a reader knows it, see `unmarked`."""
    return re.sub(r"^(-?\d+\.\d+)E0$", r"\1", cell.strip())


def read_sheet(
    file: SourceFile,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    sheet: Sheet,
    *,
    header_row: int | None = None,
    wanted: Sequence[str] = (),
) -> Grid:
    """Put one sheet into the temporary table `table`."""
    header = find_header(sheet.head, header_row, wanted)
    headers = tidy_headers(header.cells)
    kinds = sheet.kinds(header.last_line, len(headers))
    name, typed = str(sheet.about["name"]), bool(sheet.about["typed"])
    cells = ", ".join(
        # the mark tells a number among texts from a text, and is not needed elsewhere
        f"nullif({f'trim(c{i})' if kind & TEXT else _plain(f'c{i}')}, '') as c{i}"
        for i, kind in enumerate(kinds)
    )
    columns = dict.fromkeys(("line", *(f"c{i}" for i in range(sheet.about["width"]))), "VARCHAR")
    connection.execute(
        f"create or replace temp table {table} as select line::bigint as line, {cells}, "
        "null::varchar as broken, null::varchar as text from read_csv($path, delim = ',', "
        "quote = '\"', escape = '\"', comment = '', header = false, auto_detect = false, "
        "null_padding = true, parallel = false, max_line_size = 33554432, "
        f"columns = {columns}) where line::bigint > $header",
        {"path": sheet.about["file"], "header": header.last_line},
    )
    notes = [
        Text(
            NN_(
                "{count} formula in {column} had no result and was calculated here.",
                "{count} formulas in {column} had no result and were calculated here.",
            ),
            {"count": count, "column": headers[place]},
        )
        for place, count in sheet.about.get("computed", ())
        if place < len(headers)
    ]
    return Grid(
        name=f"{file.name} [{name}]",
        table=table,
        headers=headers,
        header_line=header.first_line,
        typed=typed,
        plain={
            f"c{i}": "numbers" if kind == NUMBER else "days"
            for i, kind in enumerate(kinds)
            if kind in (NUMBER, DAY)
        },
        settings={"sheet": name, "header_row": str(header.first_line)},
        notes=notes,
        errors=frozenset(f"c{place}" for place in sheet.about["errors"]),
        uncalculated={f"c{place}": text for place, text in sheet.about.get("uncalculated", ())},
    )


def _plain(cell: str) -> str:
    return f"case when ends_with({cell}, 'E0') then {cell}[:-3] else {cell} end"


def read_parquet(file: SourceFile, connection: duckdb.DuckDBPyConnection, table: str) -> Grid:
    """Put a Parquet file into the temporary table `table`; lines are its rows, from 1."""
    with tempfile.TemporaryDirectory() as folder:
        return _read_parquet(file, file.openable(Path(folder)), connection, table)


def _read_parquet(
    file: SourceFile, openable: Path, connection: duckdb.DuckDBPyConnection, table: str
) -> Grid:
    path = {"path": re.sub(r"([*?\[])", r"[\1]", str(openable))}
    try:
        described = connection.execute(
            "describe select * from read_parquet($path)", path
        ).fetchall()
        names = [str(row[0]) for row in described]
        (rows,) = connection.execute(
            "select sum(num_rows) from parquet_file_metadata($path)", path
        ).fetchone() or (0,)
        if too_many(int(rows or 0), len(names), file.path.stat().st_size):
            raise FileError(
                Text(
                    N_("{file} holds {rows} rows of {columns} columns: more than can be read."),
                    {"file": file.name, "rows": int(rows), "columns": len(names)},
                ),
                Text(N_("Export less of it: fewer years, or only the columns that count.")),
            )
        cells = ", ".join(
            f"{_parquet_text(_identifier(name), str(row[1]))} as c{i}"
            for i, (name, row) in enumerate(zip(names, described, strict=True))
        )
        connection.execute(
            f"create or replace temp table {table} as select file_row_number + 1 as line, {cells}, "
            "null::varchar as broken, null::varchar as text "
            "from read_parquet($path, file_row_number = true)",
            path,
        )
    except duckdb.Error as error:
        raise FileError(
            Text(
                N_("{file} cannot be read as Parquet: {error}"),
                {"file": file.name, "error": str(error).splitlines()[0]},
            ),
            Text(N_("Export it again.")),
        ) from error
    return Grid(
        name=file.name,
        table=table,
        headers=tuple(names),
        header_line=0,
        typed=True,
        plain={
            f"c{i}": "days" if found[1] else "numbers"
            for i, row in enumerate(described)
            if (found := _PARQUET_PLAIN.fullmatch(str(row[1])))
        },
        settings={"header_row": "0"},
    )


def too_many(rows: int, columns: int, size: int) -> bool:
    """Return whether a Parquet file of `size` bytes has more cells than one that is meant well.

    A column of one value takes no room in the file, however often it is repeated.

    >>> too_many(10_000_000, 12, 150_000_000), too_many(300_000_000, 2, 900_000)
    (False, True)
    """
    bomb = rows > _PARQUET_SMALL and rows > _PARQUET_ROWS_A_BYTE * size
    return bomb or rows * columns > _PARQUET_CELLS or columns > _PARQUET_COLUMNS


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parquet_text(name: str, type_: str) -> str:
    if type_ in ("FLOAT", "DOUBLE"):
        text = f"{name}::varchar"
        return (
            f"case when abs({name}) < 1e15 and {name} = floor({name}) then {name}::bigint::varchar "
            f"when isfinite({name}) and contains({text}, 'e') then {name}::decimal(38,12)::varchar "
            f"else {text} end"
        )
    if type_ == "TIMESTAMP WITH TIME ZONE":  # a moment: what day it is depends on no machine
        return f"strftime(timezone('UTC', {name}), '%Y-%m-%dT%H:%M:%SZ')"
    if type_.startswith("TIMESTAMP"):
        return (
            f"case when {name}::timestamp = {name}::date then {name}::date::varchar "
            f"else {name}::varchar end"
        )
    return f"nullif(trim({name}::varchar), '')"
