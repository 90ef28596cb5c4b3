"""Tables of a file that goes out of the house, as a workbook and as HTML that say the same."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

from dashboards.frame.written import sheet_name

Value = str | int | Decimal | date | None
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "money": {"num_format": "#,##0.00"},
    "exact": {"num_format": "#,##0.0000"},
    "percent": {"num_format": "0.00"},
    "count": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "text": {"text_wrap": True, "valign": "top"},
}
_WIDTHS = {"money": 14, "exact": 14, "day": 12, "count": 8, "percent": 9, "text": 24}
_DIGITS = {"money": 2, "exact": 4, "percent": 2, "count": 0}
TABLE_STYLE = (
    "table{border-collapse:collapse;font-size:8.5pt;width:100%}thead{display:table-header-group}"
    "th,td{padding:2px 8px 2px 0;text-align:left;vertical-align:top;border-bottom:1px solid #ccc}"
    ".n{text-align:right;white-space:nowrap}tr{break-inside:avoid}.total td{font-weight:bold}"
    ".note{color:#444;margin:.2em 0}"
)
"""How the tables and their notes look on paper."""


class Says(Protocol):
    """How a language writes days and numbers."""

    def day(self, value: date, /) -> str:
        """Return a day."""
        ...

    def number(self, value: int | Decimal, digits: int, /) -> str:
        """Return a number with so many decimals."""
        ...


@dataclass(frozen=True)
class Sheet:
    """A table: its title, what is said above it, heads, rows, and a last row of totals.

    units: of each column, text, money, exact (more decimals), percent, count or day.
    """

    title: str
    heads: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    notes: tuple[str, ...] = ()


def workbook(
    sheets: Sequence[Sheet], above: Sequence[tuple[str, str]], footer: str, day: date
) -> bytes:
    """Return a workbook, a sheet each under the lines `above`; texts cannot run as formulas.

    footer: on each page that is printed. day: the workbook says it was made then, so that the same
    sheets are the same file, whenever they are written.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime.combine(day, time(), UTC)})
        looks = {unit: book.add_format(dict(look)) for unit, look in _LOOKS.items()}
        bold = {
            unit: book.add_format({**look, "bold": True, "top": 1}) for unit, look in _LOOKS.items()
        }
        title = book.add_format({"bold": True, "font_size": 14})
        heads = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        taken: set[str] = set()
        for one in sheets:
            sheet = book.add_worksheet(sheet_name(one.title, taken))
            sheet.write_string(0, 0, one.title, title)
            line = 1
            for name, value in (*above, *(("", note) for note in one.notes)):
                sheet.write_string(line, 0, name)
                sheet.write_string(line, 1, value)
                line += 1
            top = line + 1
            for place, (head, unit) in enumerate(zip(one.heads, one.units, strict=True)):
                sheet.set_column(place, place, _WIDTHS[unit])
                sheet.write_string(top, place, head, heads)
            for row in one.rows:
                top += 1
                _write(sheet, top, row, one, looks)
            if one.total:
                _write(sheet, top + 1, one.total, one, bold)
            sheet.freeze_panes(line + 2, 0)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(line + 1)
            sheet.set_footer(f"&L{footer.replace('&', '&&')}&R&P/&N")
    return out.getvalue()


def _write(
    sheet: Any, line: int, row: tuple[Value, ...], of: Sheet, looks: Mapping[str, Any]
) -> None:
    for place, (value, unit) in enumerate(zip(row, of.units, strict=True)):
        if value is None:
            continue
        if isinstance(value, date):
            sheet.write_datetime(line, place, value, looks["day"])
        elif isinstance(value, int | Decimal):
            sheet.write_number(line, place, value, looks[unit])
        else:
            sheet.write_string(line, place, value, looks["text"])


def table(one: Sheet, f: Says) -> str:
    """Return a sheet's table as HTML."""
    return "".join(_table(one, f))


def _table(one: Sheet, f: Says) -> Iterator[str]:
    def cells(row: tuple[Value, ...], tag: str, said: Callable[[Value, str], str]) -> str:
        return "".join(
            f"<{tag}{'' if unit in ('text', 'day') else ' class=n'}>{said(value, unit)}</{tag}>"
            for value, unit in zip(row, one.units, strict=True)
        )

    def said(value: Value, unit: str) -> str:
        if value is None:
            return ""
        if isinstance(value, date):
            return html.escape(f.day(value))
        if isinstance(value, int | Decimal):
            return html.escape(f.number(value, _DIGITS.get(unit, 2)))
        return html.escape(value)

    yield f"<table><thead><tr>{cells(one.heads, 'th', said)}</tr></thead><tbody>"
    for row in one.rows:
        yield f"<tr>{cells(row, 'td', said)}</tr>"
    if one.total:
        yield f'<tr class="total">{cells(one.total, "td", said)}</tr>'
    yield "</tbody></table>"
