"""Reads workbooks in a process of its own: what takes memory without end, takes only its own.

Asked by etl/intake/files/apart.py, a line of JSON at a time. A sheet is written as a text file,
row by row: the number of the row, and its cells as `cell_text` writes them. The answer says what
the first rows are, and which kinds of cells each column has. Starts in a tenth of a second, so
nothing here imports the engine.
"""

from __future__ import annotations

import contextlib
import csv
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.intake.files.biff import read_xls
from etl.intake.files.formulas import Formulas
from etl.intake.files.markup import (
    Rows,
    is_page,
    is_spreadsheet_xml,
    page_tables,
    spreadsheet_xml,
)
from etl.intake.files.measure import (
    MOST_BYTES,
    MOST_CELLS,
    Measured,
    RefusedError,
    check_archive,
    column_letters,
    measure_sheets,
)

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MOST_MEMORY = 4 * 1024**3
MOST_WRITTEN = 4 * 1024**3
HEAD_ROWS, LOOKED_AT = 40, 200
"""The first rows that are not empty, looked for among so many."""
NUMBER, DAY, TEXT, OTHER = 1, 2, 4, 8
"""Kinds of cells."""
_MIDNIGHT = time()
_FINE, _FAR = Decimal("1e-12"), 15


def cell_text(cell: object) -> tuple[str, int]:
    """Return a cell as plain text, and its kind; a number with decimals ends in E0.

    >>> cell_text(1001.0), cell_text(1.25), cell_text(date(2026, 1, 31)), cell_text("a")
    (('1001', 1), ('1.25E0', 1), ('2026-01-31', 2), ('a', 4))
    """
    if isinstance(cell, str):
        return cell, TEXT
    if isinstance(cell, bool):
        return ("true" if cell else "false"), OTHER
    if isinstance(cell, Decimal):
        number = cell.quantize(_FINE).normalize() if cell.adjusted() < _FAR else cell
        text = f"{number:f}"
        return (f"{text}E0" if "." in text else text), NUMBER
    if isinstance(cell, float | int):
        if cell == cell // 1:
            return str(int(cell)), NUMBER
        return (f"{Decimal(repr(cell)):f}E0" if isfinite(cell) else ""), NUMBER
    if isinstance(cell, datetime):
        whole = cell.time() == _MIDNIGHT
        return (cell.date().isoformat() if whole else cell.isoformat(" ")), DAY
    if isinstance(cell, date):
        return cell.isoformat(), DAY
    return ("" if cell is None else str(cell)), OTHER


def _is_blank(cell: object) -> bool:
    return cell == "" or cell is None or (type(cell) is str and cell.isspace())


def limit() -> None:
    """Limit the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def serve() -> None:
    """Answer until nobody asks any more."""
    limit()
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a workbook holds, or why it is not read."""
    try:
        return _read(asked["path"], Path(asked["folder"]), asked["named"])
    except RefusedError as refused:
        return {"refused": refused.code, "values": refused.values}
    except MemoryError:
        return {"refused": "memory", "values": {}}
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        said = (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__
        return {"refused": "broken", "values": {"error": said}}


def _read(path: str, folder: Path, named: str | None) -> dict[str, Any]:
    with open(path, "rb") as stream:  # noqa: PTH123
        start = stream.read(4096)
    if is_spreadsheet_xml(start):
        return _marked_up(spreadsheet_xml(path), folder, named)
    if is_page(start):
        tables = page_tables(path)
        return _marked_up(((n, True, rows) for n, rows in tables), folder, named, typed=False)
    measured: dict[str, Measured] = {}
    if start.startswith(b"PK"):
        try:
            check_archive(path)
            measured = measure_sheets(path)
        except (zipfile.BadZipFile, OSError, SyntaxError, KeyError, NotImplementedError):
            pass  # its reader says what is wrong with it
    else:
        measured = read_xls(path, MOST_BYTES)
    return _workbook(path, folder, named, measured)


def _marked_up(
    tables: Iterable[tuple[str, bool, Rows]],
    folder: Path,
    named: str | None,
    *,
    typed: bool = True,
) -> dict[str, Any]:
    sheets: list[dict[str, Any]] = []
    hidden: list[str] = []
    for name, shown, rows in tables:
        if not shown and name != named:
            hidden.append(name)
            continue
        sheets.append(write_sheet(name, rows, folder / f"{len(sheets)}.csv", typed=typed))
    return {"sheets": [s for s in sheets if s["height"]], "hidden": hidden}


def _workbook(
    path: str, folder: Path, named: str | None, measured: dict[str, Measured]
) -> dict[str, Any]:
    import python_calamine

    shown = python_calamine.SheetVisibleEnum.Visible
    sheets: list[dict[str, Any]] = []
    hidden: list[str] = []
    try:
        with python_calamine.load_workbook(path) as book:
            for name, meta in zip(book.sheet_names, book.sheets_metadata, strict=True):
                if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if meta.visible != shown and name != named:
                    hidden.append(name)
                    continue
                sheet = book.get_sheet_by_name(name)
                row, column = sheet.end or (0, 0)
                if row * column > MOST_CELLS:
                    raise RefusedError("far", sheet=name, cell=f"{column_letters(column)}{row + 1}")
                about = measured.get(name, Measured())
                rows: Iterable[Sequence[object]] = _rows(sheet, about)
                said: dict[str, Any] = {}
                if about.formulas:
                    rows, said = _calculated(list(rows), about)
                sheets.append(write_sheet(name, rows, folder / f"{len(sheets)}.csv") | said)
    except python_calamine.PasswordError as error:
        raise RefusedError("password") from error
    return {"sheets": [s for s in sheets if s["height"]], "hidden": hidden}


def _rows(sheet: CalamineSheet, about: Measured) -> Iterator[Sequence[object]]:
    """Yield the rows of a sheet from the first on, with its errors in their places."""
    _, first_column = sheet.start or (0, 0)
    errors: dict[int, list[tuple[int, str]]] = {}
    for (row, column), error in about.errors.items():
        errors.setdefault(row, []).append((column, error))
    pad: list[object] = [""] * first_column
    cells: list[object]
    for number, found in enumerate(sheet.iter_rows()):
        cells = [*pad, *found]
        for column, error in errors.pop(number, ()):
            cells += [""] * (column + 1 - len(cells))
            cells[column] = error
        yield cells
    last = sheet.end[0] if sheet.end else -1
    for number in sorted(errors):  # below the last cell with a value
        yield from ([] for _ in range(number - last - 1))
        cells = [""] * (max(column for column, _ in errors[number]) + 1)
        for column, error in errors[number]:
            cells[column] = error
        last = number
        yield cells


def _calculated(
    rows: list[Sequence[object]], about: Measured
) -> tuple[list[Sequence[object]], dict[str, Any]]:
    """Return the rows with the results of simple formulas, and what is to be said of them.

    A formula that is not understood stands in its cell as it is, and in `uncalculated`.
    """
    formulas = Formulas(rows, about.formulas)
    results = {place: formulas.result(place) for place in sorted(about.formulas)}
    filled = [list(row) for row in rows]
    computed: dict[int, int] = {}
    uncalculated: dict[int, str] = {}
    for place, result in results.items():
        row, column = place
        filled += [[] for _ in range(row + 1 - len(filled))]
        filled[row] += [""] * (column + 1 - len(filled[row]))
        if result is None:
            formula = f"={about.formulas[place] or '…'}"
            uncalculated.setdefault(column, formula)
            filled[row][column] = formula
            continue
        filled[row][column] = result
        computed[column] = computed.get(column, 0) + 1
    said = {
        "computed": list(computed.items()),
        "uncalculated": list(uncalculated.items()),
    }
    return list(filled), said


def write_sheet(
    name: str, rows: Iterable[Sequence[object]], path: Path, *, typed: bool = True
) -> dict[str, Any]:
    """Write the rows as text; return what is to be known of them."""
    head: list[dict[str, Any]] = []
    seen: set[tuple[int, ...]] = set()
    errors: set[int] = set()
    height = width = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream, lineterminator="\n").writerow
        for number, row in enumerate(rows, 1):
            texts: list[str] = []
            found: list[int] = []
            used = len(row)
            while used and _is_blank(row[used - 1]):
                used -= 1
            for cell in row[:used]:
                if type(cell) is str:
                    blank = not cell or cell.isspace()
                    if not blank and cell[0] in "#E" and cell.startswith(("#", "Err:")):
                        errors.add(len(texts))
                    texts.append("" if blank else cell)
                    found.append(0 if blank else TEXT)
                else:
                    text, kind = cell_text(cell)
                    texts.append(text)
                    found.append(kind)
            write([number, *texts])
            if not texts:
                continue
            height, width = number, max(width, len(texts))
            if number <= LOOKED_AT and len(head) < HEAD_ROWS:
                head.append({"row": number, "cells": texts, "kinds": found})
            else:
                seen.add(tuple(found))
    kinds = [0] * width
    for row_kinds in seen:
        for place, kind in enumerate(row_kinds):
            kinds[place] |= kind
    return {
        "name": name,
        "file": str(path),
        "height": height,
        "width": width,
        "head": head,
        "kinds": kinds,
        "errors": sorted(errors),
        "typed": typed,
    }
