"""Tables in a web page or in Excel's XML of 2003, as programs export them under the name .xls.

Runs in the process of etl/intake/files/child.py. Nothing is fetched, no entity is resolved but
those of HTML itself. A cell over several columns or rows stands in the first of them, as in a
workbook.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.intake.files.measure import MOST_CELLS, RefusedError, column_letters

SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|style|div|center)\b", re.IGNORECASE
)
_LOOKED_AT = 4096
_MOST_BYTES = 256 * 1024**2
_WIDEST, _LONGEST = 16_384, 1_048_576
_SS = f"{{{SPREADSHEET}}}"
_BREAKS = {"br", "p", "div", "li"}
_UNSEEN = {"script", "style", "template"}

Rows = list[list[object]]
Element = Any
"""An lxml element; lxml is not typed."""


def is_page(head: bytes) -> bool:
    """Return whether a file starts as a web page does, in any case and encoding.

    >>> is_page(b'<meta charset="utf-8"><TABLE>'), is_page(b"<Document><html/>"), is_page(b"a;b")
    (True, False, False)
    """
    start = head[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return _PAGE.match(start) is not None


def is_spreadsheet_xml(head: bytes) -> bool:
    """Return whether a file starts as Excel's XML of 2003 does."""
    start = head[:_LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<") and SPREADSHEET.encode() in start and b"Workbook" in start


def page_tables(path: str) -> list[tuple[str, Rows]]:
    """Return the tables of a web page that hold no other table, by number; `RefusedError` if none.

    A table of a single column or row only arranges the page, or says what it is about.
    """
    from lxml import etree, html

    text = _decoded(Path(path))
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except etree.ParserError:  # there is nothing in it
        raise RefusedError("page") from None
    tables = [t for t in root.iter("table") if next(t.iterdescendants("table"), None) is None]
    found = [_page_rows(table) for table in tables]
    real = [rows for rows in found if len(rows) > 1 and max(map(len, rows)) > 1]
    if not real:
        raise RefusedError("page")
    return [(f"table {number}", rows) for number, rows in enumerate(real, 1)]


def _decoded(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        raise RefusedError("memory")
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    if content[1:200:2].count(0) > 50:
        return content.decode("utf-16-le", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", content[:_LOOKED_AT])
        try:
            return content.decode(named[1].decode() if named else "cp1252", errors="replace")
        except LookupError:
            return content.decode("cp1252", errors="replace")


def _page_rows(table: Element) -> Rows:
    """Return the cells of a table; those that a cell above or before it covers are empty."""
    rows: Rows = []
    covered: dict[int, int] = {}  # column -> rows still to be left empty
    cells = 0
    for tr in table.iter("tr"):
        row: list[object] = []
        for cell in tr.iterchildren("td", "th"):
            while covered.get(len(row), 0):
                covered[len(row)] -= 1
                row.append("")
            wide, high = _span(cell, "colspan", 1000), _span(cell, "rowspan", _LONGEST)
            for place in range(wide):
                if high > 1:
                    covered[len(row)] = high - 1
                row.append("" if place else _seen(cell))
        while covered.get(len(row), 0):
            covered[len(row)] -= 1
            row.append("")
        cells += len(row)
        if len(row) > _WIDEST or cells > MOST_CELLS:
            raise RefusedError("memory")
        rows.append(row)
    return rows


def _span(cell: Element, name: str, most: int) -> int:
    said = (cell.get(name) or "").strip()
    return min(max(int(said), 1), most) if said.isascii() and said.isdigit() else 1


def _seen(cell: Element) -> str:
    """Return the text of a cell as it is seen."""
    parts: list[str] = []

    def walk(element: Element, depth: int) -> None:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return
        if element.tag in _BREAKS:
            parts.append(" ")
        parts.append(element.text or "")
        for child in element if depth < 100 else ():
            walk(child, depth + 1)
            parts.append(child.tail or "")
        if element.tag in _BREAKS:
            parts.append(" ")

    walk(cell, 0)
    return " ".join("".join(parts).split())


def spreadsheet_xml(path: str) -> Iterator[tuple[str, bool, Rows]]:
    """Yield name, whether it is shown, and cells of each sheet of Excel's XML of 2003."""
    from lxml import etree

    if Path(path).stat().st_size > _MOST_BYTES:
        raise RefusedError("memory")
    rows: Rows = []
    shown = True
    # opened here: lxml leaves a file open when its reader stops before the end
    with Path(path).open("rb") as stream:
        try:
            for _, element in etree.iterparse(
                stream, events=("end",), resolve_entities=False, no_network=True, load_dtd=False
            ):
                name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
                if name == "Row" and element.tag.startswith(_SS):
                    index = int(element.get(f"{_SS}Index", len(rows) + 1))
                    cells = _xml_cells(element)
                    if index > _LONGEST or index * max(len(cells), 1) > MOST_CELLS:
                        raise RefusedError(
                            "far", sheet="", cell=f"{column_letters(len(cells))}{index}"
                        )
                    rows += [[] for _ in range(index - 1 - len(rows))]
                    rows.append(cells)
                    element.clear()
                elif name == "Visible":
                    shown = not (element.text or "").startswith("SheetHidden")
                elif name == "Worksheet" and element.tag.startswith(_SS):
                    yield element.get(f"{_SS}Name", ""), shown, rows
                    rows, shown = [], True
                    element.clear()
        except (etree.XMLSyntaxError, ValueError) as error:
            said = (str(error).splitlines() or [""])[0].rstrip(".")
            raise RefusedError("broken", error=said) from None


def _xml_cells(row: Element) -> list[object]:
    cells: list[object] = []
    for cell in row.iterchildren(f"{_SS}Cell"):
        index = int(cell.get(f"{_SS}Index", len(cells) + 1))
        across = int(cell.get(f"{_SS}MergeAcross", 0))
        if index + across > _WIDEST:
            raise RefusedError("far", sheet="", cell=column_letters(index + across - 1))
        cells += [""] * (index - 1 - len(cells))
        data = cell.find(f"{_SS}Data")
        cells.append("" if data is None else _xml_value(data))
        cells += [""] * across
    return cells


def _xml_value(data: Element) -> object:
    text = "".join(data.itertext())
    match data.get(f"{_SS}Type"):
        case "Number":
            try:
                return float(text)
            except ValueError:
                return text
        case "DateTime":
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                return text
        case "Boolean":
            return text.strip() == "1"
        case _:
            return text
