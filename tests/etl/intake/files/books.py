"""Workbooks made by hand: what no program writes, and what some programs do."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Open items" sheetId="1" r:id="rId1"/></sheets>{calc}</workbook>'
)
HEAD = ("Invoice number", "Customer", "Invoice date", "Due date", "Amount")


def cell(place: str, value: str | float) -> str:
    """Return the XML of a cell: a number, an error (#REF!), a formula (=A1) or a text."""
    if not isinstance(value, str):
        return f'<c r="{place}"><v>{value}</v></c>'
    if value.startswith("#"):
        return f'<c r="{place}" t="e"><v>{value}</v></c>'
    if value.startswith("="):
        formula, _, result = value[1:].partition(" -> ")
        return f'<c r="{place}"><f>{escape(formula)}</f><v>{result}</v></c>'
    text = f'<is><t xml:space="preserve">{escape(value)}</t></is>'
    return f'<c r="{place}" t="inlineStr">{text}</c>'


def row(number: int, *values: str | float) -> str:
    """Return the XML of a row, its cells from column A on."""
    cells = "".join(
        cell(f"{chr(65 + n)}{number}", value) for n, value in enumerate(values) if value != ""
    )
    return f'<row r="{number}">{cells}</row>'


def book(path: Path, rows: Iterable[str], *, on_opening: bool = False) -> Path:
    """Write a workbook of one sheet; `on_opening`: it asks to be calculated when it is opened."""
    calc = '<calcPr calcId="124519" fullCalcOnLoad="1"/>' if on_opening else ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        archive.writestr("xl/workbook.xml", _BOOK.format(calc=calc))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                b"<sheetData>"
            )
            for piece in rows:
                part.write(piece.encode())
            part.write(b"</sheetData></worksheet>")
    return path
