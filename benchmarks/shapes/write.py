"""Writes the tables of a shape as files: text of many sorts, or workbooks."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.shapes.forms import DAYS, NUMBERS
from benchmarks.shapes.ledger import LAST
from benchmarks.shapes.shape import Cell, Made, Money, Row, Shape, Table

SEPARATORS = {"": ";", ",": ",", "tab": "\t", "pipe": "|"}
#: How a name is written whose quotation marks are wrong: its first letters, and the others.
_QUOTES = {"bare_quote": '{}"{}', "open_quote": '"{}{}', "backslash": '"{}\\"{}"'}
#: Columns whose texts Excel would spoil.
CODES = ("number", "customer_no", "pay_number", "pay_invoice")


def shown(shape: Shape, key: str, value: Cell) -> str:
    """Return a cell as text."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return NUMBERS[shape["number"] or "plain"](value.cents)
    if isinstance(value, date):
        return DAYS[shape["day"] or "iso"](value, shape.language)
    text = str(value)
    if key in CODES and text and shape["texts"] in ("equals", "apostrophe"):
        return f'="{text}"' if shape["texts"] == "equals" else f"'{text}"
    return text


def texts(shape: Shape, table: Table) -> list[list[str]]:
    """Return the rows of a table as texts, its header first."""
    found = [[c.header for c in table.columns]]
    found += [[shown(shape, c.key, row.get(c.key)) for c in table.columns] for row in table.rows]
    return found


def _quoted(shape: Shape, text: str, separator: str, header: bool) -> str:
    way = shape["quoting"]
    if way == "single":
        return "'" + text.replace("'", "''") + "'" if not header else text
    words = way == "text" and not re.fullmatch(r"[-+\d.,]*", text)
    needed = any(c in text for c in (separator, '"', "\n", "\r"))
    if way == "all" or words or needed:
        return '"' + text.replace('"', '""') + '"'
    return text


def lines(shape: Shape, table: Table) -> list[str]:
    """Return a table as lines of text, polluted as the shape says."""
    separator = SEPARATORS[shape["separator"]]
    rows = texts(shape, table)
    pollution = shape["pollution"]
    if pollution == "line_break" and "customer" in table.keys:
        place = table.place("customer")
        rows[2][place] = rows[2][place].replace(" ", "\n", 1)
    spoilt = ""
    if pollution in _QUOTES and "customer" in table.keys:
        row, place = rows[min(3, len(rows) - 1)], table.place("customer")
        name = row[place].replace(separator, " ")
        row[place] = "@@"
        spoilt = _QUOTES[pollution].format(name[:2], name[2:])
    written = [
        separator.join(_quoted(shape, cell, separator, n == 0) for cell in row)
        for n, row in enumerate(rows)
    ]
    written = _polluted(shape, table, written, separator, spoilt)
    width = len(table.columns)
    above = [
        separator.join([*row, *[""] * (width - len(row))]) if row else "" for row in table.above
    ]
    below = [
        separator.join([*row, *[""] * (width - len(row))]) if row else "" for row in table.below
    ]
    return [*above, *written, *below]


def _polluted(
    shape: Shape, table: Table, written: list[str], separator: str, spoilt: str
) -> list[str]:
    """Return the lines with one thing wrong, as in real files; `spoilt` stands for a name."""
    header, *body = written
    place = min(2, len(body) - 1)
    line, middle = body[place], len(body) // 2
    match shape["pollution"]:
        case "missing_separator":
            head, _, tail = line.rpartition(separator)
            body[place] = f"{head} {tail}"
        case "extra_separator":
            head, _, tail = line.partition(separator)
            body[place] = f"{head}{separator}{separator}{tail}"
        case "short_row":
            body[place] = line.rpartition(separator)[0]
        case "long_row":
            body[place] = f"{line}{separator}see file"
        case "trailing_separator":
            body = [f"{one}{separator}" for one in body]
        case "trailing_all":
            header, body = header + separator, [f"{one}{separator}" for one in body]
        case "bare_quote" | "open_quote" | "backslash":
            body[place] = re.sub('"?@@"?', lambda _: spoilt, line)
        case "no_header":
            return body
        case "mixed_endings":
            body = [f"{one}\r" if n % 2 else one for n, one in enumerate(body)]
        case "two_tables":
            body += ["", separator.join(("Customer", "Sales")), separator.join(("Acme", "1500.00")),
                     separator.join(("Bolt", "250.00"))]  # fmt: skip
        case "repeated_header":
            body.insert(middle, header)
        case "empty_lines":
            body = [one for line in body for one in (line, "")]
        case "empty_rows":
            body.insert(middle, separator * (len(table.columns) - 1))
        case "bom_middle":
            body[middle:middle] = ["\ufeff" + header]
        case "sep_line":
            header = f"sep={separator}\n{header}"
        case "comments":
            header = f"# exported by somebody\n{header}"
        case "spaces":
            body = [one.replace(separator, f" {separator} ") for one in body]
        case "ruler":
            rule = separator.join("-" * 8 for _ in table.columns)
            body = [rule, *body, rule]
        case _:
            pass
    return [header, *body]


def encoded(shape: Shape, text: str) -> str:
    """Return what a file of the shape says of a text: `?` for letters that it cannot write."""
    encoding = shape["encoding"] or "utf-8"
    return text.encode(encoding, errors="replace").decode(encoding)


def _text_file(shape: Shape, table: Table, folder: Path) -> Path:
    ending = {"crlf": "\r\n", "cr": "\r"}.get(shape["ending"], "\n")
    text = "".join(f"{line}\n" for line in lines(shape, table)).replace("\n", ending)
    encoding = shape["encoding"] or "utf-8"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path = folder / f"{table.name}.csv"
    path.write_bytes((mark + text).encode(encoding, errors="replace"))
    return path


class _Sheet:
    """One sheet of a workbook as it is written."""

    def __init__(self, shape: Shape, book: Any, name: str) -> None:  # noqa: ANN401
        self.shape, self.name = shape, shape["file"]
        self.sheet = book.add_worksheet(name)
        self.day = book.add_format({"num_format": "dd/mm/yyyy"})
        self.money = book.add_format({"num_format": "#,##0.00"})

    def fill(self, table: Table) -> None:
        """Write a table with what stands above and below it."""
        line = 0
        for row in table.above:
            self.texts(line, row)
            line += 1
        self.texts(line, [c.header for c in table.columns])
        for cells in table.rows:
            line += 1
            for place, column in enumerate(table.columns):
                self._cell(line, place, column.key, cells)
        for row in table.below:
            line += 1
            self.texts(line, row)
        if self.name == "xlsx_hidden_column":
            self.sheet.set_column(len(table.columns) - 1, len(table.columns) - 1, None, None,
                                  {"hidden": True})  # fmt: skip

    def texts(self, line: int, row: list[str]) -> None:
        """Write a row of texts."""
        for place, text in enumerate(row):
            self.sheet.write_string(line, place, text)

    def _cell(self, line: int, place: int, key: str, row: Row) -> None:
        value = row.get(key)
        if value is None:
            return
        if self.name == "xlsx_text" or not isinstance(value, Money | date | int):
            self.sheet.write_string(line, place, shown(self.shape, key, value))
        elif isinstance(value, Money):
            formula = {"xlsx_not_calculated": "", "xlsx_zero_formulas": 0}
            if self.name in formula and key == "amount":
                self.sheet.write_formula(
                    line, place, f"={value.cents / 100}*1", self.money, formula[self.name]
                )
            else:
                self.sheet.write_number(line, place, value.cents / 100, self.money)
        elif isinstance(value, date):
            self.sheet.write_datetime(line, place, datetime.combine(value, time()), self.day)
        else:
            self.sheet.write_number(line, place, value)


def _old(table: Table) -> Table:
    """Return an older copy of a table, as it lies forgotten in workbooks."""
    rows = [
        {k: Money(v.cents * 2) if isinstance(v, Money) else v for k, v in row.items()}
        for row in table.rows[:4]
    ]
    return Table(f"{table.name} old", table.columns, rows)


def _workbook(shape: Shape, table: Table, folder: Path) -> Path:
    path = folder / f"{table.name}.xlsx"
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    book.set_properties({"created": datetime.combine(LAST, time())})
    _Sheet(shape, book, table.name).fill(table)
    if shape["file"] == "xlsx_hidden_sheet":
        sheet = _Sheet(shape, book, "old")
        sheet.fill(_old(table))
        sheet.sheet.hide()
    elif shape["file"] == "xlsx_two_sheets":
        sheet = _Sheet(shape, book, "Summary")
        for line, row in enumerate((["Customer", "Sales"], ["Acme", "1500.00"])):
            sheet.texts(line, row)
    book.close()
    return path


def write(shape: Shape, made: Made, folder: Path) -> list[Path]:
    """Write the files of a shape; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    if shape["file"] == "xlsx_one_book":
        path = folder / "export.xlsx"
        book = xlsxwriter.Workbook(str(path))
        for table in made.tables:
            _Sheet(shape, book, table.name).fill(table)
        book.close()
        return [path]
    write_one = _workbook if shape["file"] else _text_file
    return [write_one(shape, table, folder) for table in made.tables]
