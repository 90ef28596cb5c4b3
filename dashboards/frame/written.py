"""How a file of a figure or a list is written: as CSV and as a workbook.

Both hold the same columns and say the same at their top; text in them cannot run as a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from dashboards.base.grid import Column
from dashboards.base.i18n import _
from dashboards.frame.row_columns import in_words
from data.core.dimensions import SECTOR_LEVELS
from data.core.texts import inert
from data.store.engine import Engine
from metrics.asking.ledger import Statement

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS = 1_000_000
"""An Excel sheet holds 1,048,576 rows; what is beyond is left out, and the file says so."""
_DAY_LEFT = {"num_format": "yyyy-mm-dd", "align": "left"}
_RUNS = "'=', '+', '-', '@', chr(9), chr(13)"


@dataclass(frozen=True)
class Download:
    """What a file holds: its title, the lines at its top, its columns and their statement.

    A column of sectors or customers, which are numbers, has their names beside it.
    """

    name: str
    title: str
    head: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    statement: Statement
    label: Callable[[str, str], str] = lambda _dimension, value: value
    """How a reader calls a value of a dimension."""
    totals: Mapping[str, str] = field(default_factory=dict)
    """What the last row of a workbook says of all rows: column -> SQL over them."""
    order: str = ""
    """In which order its rows stand; '' as the statement gives them."""
    comma: bool = False
    """A CSV with semicolons and decimal commas, as Excel opens it in many countries."""


def sheet_name(title: str, taken: set[str]) -> str:
    """Return a name that Excel takes: no more than 31 letters, none of them odd, no other's."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title)[:28].strip()
    name = next(n for n in (plain, *(f"{plain} {k}" for k in range(2, 99))) if n not in taken)
    taken.add(name)
    return name


def download_table(download: Download, engine: Engine, format: str) -> bytes:
    """Return the file's content. Text cells cannot run as formulas; numbers stay numbers.

    Raises ValueError for a format that does not exist.
    """
    if format == "csv":
        return _csv(download, engine)
    if format == "xlsx":
        return _xlsx(download, engine)
    raise ValueError(f"{format!r} is no format; known are: {', '.join(FORMATS)}")


def _csv(download: Download, engine: Engine) -> bytes:
    top = io.StringIO()
    delimiter = ";" if download.comma else ","
    writer = csv.writer(top, lineterminator="\r\n", delimiter=delimiter)
    writer.writerow([inert(download.title)])
    writer.writerows([name, inert(text)] for name, text in download.head)
    writer.writerow([])
    cells = ", ".join(
        f"case when left({c.name}::varchar, 1) in ({_RUNS}) then '''' || {c.name}::varchar "
        f"else {c.name}::varchar end as {c.name}"
        if c.unit == "text"
        else c.name
        for c in download.columns
    )
    statement = download.statement
    table = engine.query(
        f"select {cells} from (\n{statement.sql}\n{download.order}\n) as downloaded",
        statement.parameters,
    )
    columns, table = _named(download, table)
    writer.writerow([inert(label) for label in columns])
    body = io.BytesIO()
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed", delimiter=delimiter)
    pa.csv.write_csv(_writable(table, download.comma), body, options)
    # the mark at the start tells Excel that this is UTF-8
    return "\ufeff".encode() + top.getvalue().encode() + body.getvalue()


def _named(download: Download, table: pa.Table) -> tuple[list[str], pa.Table]:
    """Return the labels of the columns and the table, each number with its name beside it."""
    labels: list[str] = []
    made: dict[str, Any] = {}
    for column in download.columns:
        values = table.column(column.name)
        labels.append(_(column.label))
        made[column.name] = in_words(column, values)
        if column.dimension in _NUMBERED:
            codes = [None if v is None else str(v).removeprefix("'") for v in values.to_pylist()]
            known = {code: download.label(column.dimension, code) for code in set(codes) if code}
            names = [inert(known[code].removeprefix(f"{code} ")) if code else "" for code in codes]
            labels.append(_("{column}, name").format(column=_(column.label)))
            made[f"{column.name}_name"] = pa.array(names, pa.string())
    return labels, pa.table(made)


#: Dimensions whose values are numbers that few know by heart.
_NUMBERED = (*SECTOR_LEVELS, "customer", "customer_group")


def _writable(table: pa.Table, comma: bool) -> pa.Table:
    """Return the table with amounts as text, which the CSV writer takes as they are."""
    for place, column in enumerate(table.schema):
        number = pa.types.is_decimal(column.type)
        if number or (comma and pa.types.is_floating(column.type)):
            text = table[place].cast(pa.string())
            text = pa.compute.replace_substring(text, ".", ",") if comma else text
            table = table.set_column(place, column.name, text)
    return table


def _xlsx(download: Download, engine: Engine) -> bytes:
    import xlsxwriter

    table, totals = _with_totals(download, engine)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "days": book.add_format({"num_format": "0.0"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        bold_of = {
            unit: book.add_format({"num_format": shown, "bold": True, "top": 1})
            for unit, shown in (("money", "#,##0.00"), ("days", "0.0"), ("share", "0.0%"),
                                ("count", "#,##0"))
        }  # fmt: skip
        sheet = book.add_worksheet("Tandem")
        sheet.write_string(0, 0, download.title, bold)
        lines = list(download.head)
        if table.num_rows > SHEET_ROWS:
            left_out = _("only the first {count} rows: Excel holds no more; take the CSV")
            lines.append((_("Rows"), left_out.format(count=SHEET_ROWS)))
            table = table.slice(0, SHEET_ROWS)
        for line, (name, text) in enumerate(lines, 1):
            sheet.write_string(line, 0, name)
            if name == _("As of"):
                day = date.fromisoformat(text)
                sheet.write_datetime(line, 1, day, book.add_format(_DAY_LEFT))
            else:
                sheet.write_string(line, 1, text)
        top = len(lines) + 2
        labels, table = _named(download, table)
        units = {c.name: c.unit for c in download.columns}
        end = top + 1 + table.num_rows
        for place, (label, name) in enumerate(zip(labels, table.column_names, strict=True)):
            look = formats.get(units.get(name, "text"))
            sheet.set_column(place, place, 14 if look else 22)
            sheet.write_string(top, place, label, header)
            _write_column(sheet, top + 1, place, table.column(name).to_pylist(), look)
            total = totals.get(name)
            if total is not None:
                unit = units[name]
                _write_column(sheet, end, place, [total], bold_of.get(unit, bold))
        if any(value is not None for value in totals.values()):
            first = next(n for n, name in enumerate(table.column_names) if name not in totals)
            sheet.write_string(end, first, _("Total"), bold)
        sheet.freeze_panes(top + 1, 0)
        sheet.autofilter(top, 0, top + max(table.num_rows, 1), len(labels) - 1)
    return out.getvalue()


def _with_totals(download: Download, engine: Engine) -> tuple[pa.Table, dict[str, Any]]:
    """Return as many rows as a sheet holds and one more, and the totals of all: asked once."""
    names = [c.name for c in download.columns]
    statement, sums = download.statement, download.totals
    asked = "".join(f", {total} as total_{name}" for name, total in sums.items())
    table = engine.query(
        f"""with downloaded as {"" if sums else "not "}materialized (
{statement.sql}
),
counted as (
    select count(*) as total_{asked} from downloaded
)
select {", ".join(names)}{"".join(f", total_{name}" for name in sums)} from downloaded, counted
{download.order}
limit {SHEET_ROWS + 1}""",
        statement.parameters,
    )
    first = table.slice(0, 1).to_pylist()
    totals = {name: row[f"total_{name}"] for row in first for name in sums}
    return table.select(range(len(names))), totals


def _write_column(sheet: Any, top: int, place: int, values: Sequence[object], look: Any) -> None:
    for line, value in enumerate(values, top):
        if value is None:
            continue
        if isinstance(value, bool | str):
            sheet.write_string(line, place, str(value))
        elif isinstance(value, date | datetime):
            sheet.write_datetime(line, place, value, look)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(line, place, value, look)
