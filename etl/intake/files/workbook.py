"""Workbooks (xlsx, xls, ods) and Parquet files -> `Grid`s, every cell as plain text.

Numbers are written with a point and without thousands (1001.0 becomes 1001), days as ISO. A grid
says which columns hold nothing else (`Grid.plain`). In a column that holds texts too, a number
with decimals is marked `1.234E0`, so that it is never taken for one thousand two hundred and
thirty-four.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import duckdb
import pyarrow as pa
import python_calamine

from data.core.texts import N_, Text
from etl.intake.files.grid import HEAD_ROWS, Grid, HeadRow, choose_header, header_at, tidy_headers
from etl.intake.source import FileError, SourceFile

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PARQUET = b"PAR1"
_PARQUET_PLAIN = re.compile(
    r"(DATE|TIMESTAMP.*)|U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL.*|FLOAT|DOUBLE"
)


def is_workbook(head: bytes) -> bool:
    """Return whether a file starts as xlsx, ods or xls do."""
    return head.startswith(_WORKBOOK)


def is_parquet(head: bytes) -> bool:
    """Return whether a file starts as Parquet does."""
    return head.startswith(_PARQUET)


@dataclass(frozen=True)
class Sheets:
    """The worksheets of a workbook: rows by name, and the names of those that are not shown."""

    rows: dict[str, Sequence[Sequence[object]]]
    hidden: tuple[str, ...]


def sheet_rows(file: SourceFile, named: str | None = None) -> Sheets:
    """Return the rows of every sheet that is not empty; a hidden one is read only where `named`.

    Raises `FileError` where the workbook cannot be opened.
    """
    shown = python_calamine.SheetVisibleEnum.Visible
    hidden: list[str] = []
    sheets: dict[str, Sequence[Sequence[object]]] = {}
    try:
        with python_calamine.load_workbook(str(file.path)) as book:
            for name, meta in zip(book.sheet_names, book.sheets_metadata, strict=True):
                if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if meta.visible != shown and name != named:
                    hidden.append(name)
                    continue
                sheets[name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except python_calamine.PasswordError as error:
        raise FileError(
            Text(N_("{file} is protected with a password."), {"file": file.name}),
            Text(N_("Save it without a password.")),
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError, EOFError) as error:
        raise FileError(
            Text(
                N_("{file} cannot be opened as a workbook: {error}."),
                {"file": file.name, "error": str(error).rstrip(".")},
            ),
            Text(N_("Open it in a spreadsheet program and save it again, or export it as CSV.")),
        ) from error
    filled = {name: rows for name, rows in sheets.items() if any(any(r) for r in rows)}
    return Sheets(filled, tuple(hidden))


def head_of_sheet(rows: Sequence[Sequence[object]]) -> list[HeadRow]:
    """Return the first rows of a sheet that are not empty, as text."""
    head = [
        HeadRow(n, n, tuple(plain_text(c).strip() for c in row))
        for n, row in enumerate(rows[: 5 * HEAD_ROWS], 1)
        if any(c not in ("", None) for c in row)
    ]
    return head[:HEAD_ROWS]


def plain_text(cell: object, mark: str = "") -> str:
    """Return a cell as plain text; `mark` is written behind a number with decimals."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() | int():
            if cell == int(cell):
                return str(int(cell))
            return f"{Decimal(repr(cell)):f}{mark}"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def read_sheet(
    file: SourceFile,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    sheet: str,
    rows: Sequence[Sequence[object]],
    *,
    header_row: int | None = None,
    wanted: Sequence[str] = (),
) -> Grid:
    """Put one sheet into the temporary table `table`."""
    head = head_of_sheet(rows)
    index = header_at(head, header_row) if header_row else choose_header(head, wanted)[0]
    header = head[index]
    headers = tidy_headers(header.cells)
    body = rows[header.first_line :]
    columns = list(zip(*body, strict=True))[: len(headers)] if body else [()] * len(headers)
    kinds = [_kinds(c) for c in columns]
    arrow = pa.table(
        {
            "line": pa.array(range(header.first_line + 1, len(rows) + 1), pa.int64()),
            **{
                f"c{i}": pa.array(
                    [plain_text(c, "E0" if str in kinds[i] else "") for c in column], pa.string()
                )
                for i, column in enumerate(columns)
            },
        }
    )
    connection.register(f"{table}_arrow", arrow)
    cells = ", ".join(f"nullif(trim(c{i}), '') as c{i}" for i in range(len(headers)))
    connection.execute(
        f"create or replace temp table {table} as select line, {cells}, "
        f"null::varchar as broken, null::varchar as text from {table}_arrow"
    )
    connection.unregister(f"{table}_arrow")
    return Grid(
        name=f"{file.name} [{sheet}]",
        table=table,
        headers=headers,
        header_line=header.first_line,
        typed=True,
        plain={
            f"c{i}": "numbers" if found <= {int, float} else "days"
            for i, found in enumerate(kinds)
            if found and (found <= {int, float} or found <= {date, datetime})
        },
        settings={"sheet": sheet, "header_row": str(header.first_line)},
    )


def _kinds(column: Sequence[object]) -> set[type]:
    """Return the types of the cells that are not empty."""
    kinds = {type(c) for c in column} - {type(None)}
    if str in kinds and not any(isinstance(c, str) and c.strip() for c in column):
        kinds.discard(str)
    return kinds


def read_parquet(file: SourceFile, connection: duckdb.DuckDBPyConnection, table: str) -> Grid:
    """Put a Parquet file into the temporary table `table`; lines are its rows, from 1."""
    path = {"path": re.sub(r"([*?\[])", r"[\1]", str(file.path))}
    try:
        described = connection.execute(
            "describe select * from read_parquet($path)", path
        ).fetchall()
        names = [str(row[0]) for row in described]
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
    if type_.startswith("TIMESTAMP"):
        return (
            f"case when {name}::timestamp = {name}::date then {name}::date::varchar "
            f"else {name}::varchar end"
        )
    return f"nullif(trim({name}::varchar), '')"
