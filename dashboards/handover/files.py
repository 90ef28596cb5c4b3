"""A dossier in one file: a workbook and a page to print, both saying the same, in one archive."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.handover.dossier import Dossier, Sheet, Value

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
_STYLE = (
    "body{font:10pt/1.4 Georgia,serif;color:#111;background:#fff;margin:1.5cm}"
    "h1{font-size:15pt;margin:0}h2{font-size:12pt;margin:1.2em 0 .2em;break-after:avoid}"
    "section{break-after:page}section:last-child{break-after:auto}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1em;margin:.4em 0}dd{margin:0}"
    "table{border-collapse:collapse;font-size:8.5pt;width:100%}thead{display:table-header-group}"
    "th,td{padding:2px 8px 2px 0;text-align:left;vertical-align:top;border-bottom:1px solid #ccc}"
    ".n{text-align:right;white-space:nowrap}tr{break-inside:avoid}.total td{font-weight:bold}"
    ".note{color:#444;margin:.2em 0}@page{size:A4 landscape;margin:1.5cm}"
)


def name_of(made: Dossier) -> str:
    """Return the name of its file without an ending: of plain letters only."""
    number = re.sub(r"[^A-Za-z0-9]+", "-", made.number).strip("-") or "customer"
    return f"dossier-{number[:60]}-{made.day.isoformat()}"


def as_zip(made: Dossier, f: Format) -> bytes:
    """Return the archive: the workbook and the page. The same dossier is the same bytes."""
    out, name = io.BytesIO(), name_of(made)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, content in (("xlsx", as_workbook(made)), ("html", as_page(made, f).encode())):
            archive.writestr(zipfile.ZipInfo(f"{name}.{ending}", (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def as_workbook(made: Dossier) -> bytes:
    """Return the workbook, a sheet each; texts cannot run as formulas."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        # the same dossier is the same file, whenever it is written
        book.set_properties({"created": datetime.combine(made.day, time(), UTC)})
        looks = {unit: book.add_format(dict(look)) for unit, look in _LOOKS.items()}
        bold = {
            unit: book.add_format({**look, "bold": True, "top": 1}) for unit, look in _LOOKS.items()
        }
        title = book.add_format({"bold": True, "font_size": 14})
        heads = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        taken: set[str] = set()
        for one in made.sheets:
            sheet = book.add_worksheet(_sheet_name(one.title, taken))
            sheet.write_string(0, 0, one.title, title)
            line = 1
            for name, value in (*made.head, *(("", note) for note in one.notes)):
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
            footer = f"{made.name} ({made.number}), {made.day.isoformat()}".replace("&", "&&")
            sheet.set_footer(f"&L{footer}&R&P/&N")
    return out.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name that Excel takes: no more than 31 letters, none of them odd, no other's."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title)[:28].strip()
    name = next(n for n in (plain, *(f"{plain} {k}" for k in range(2, 99))) if n not in taken)
    taken.add(name)
    return name


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


def as_page(made: Dossier, f: Format) -> str:
    """Return the page to print: a section each, every one with its head."""
    head = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in made.head
    )
    parts = "".join(
        f"<section><h2>{html.escape(one.title)}</h2><dl>{head}</dl>"
        + "".join(f'<p class="note">{html.escape(note)}</p>' for note in one.notes)
        + "".join(_table(one, f))
        + "</section>"
        for one in made.sheets
    )
    title = html.escape(_("Dossier of {name}").format(name=made.name))
    return (
        f'<!DOCTYPE html>\n<html lang="{made.language}">\n<head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        f"{parts}\n</body>\n</html>\n"
    )


def _table(one: Sheet, f: Format) -> Iterator[str]:
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
