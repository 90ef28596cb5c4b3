"""What a workbook would become, before anything opens it: its parts, its reach, its formulas.

An xlsx is an archive of XML. What is read here is the archive's directory and, as a stream, the
XML of a sheet: memory stays small whatever the file says of itself. Runs in the process of
etl/intake/files/child.py, and knows the standard library only.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_PARTS = 20_000
MOST_BYTES = 2 * 1024**3
"""Bytes of all parts, unpacked: a sheet of a million rows and thirty columns has 1.2 GB."""
BOMB_BYTES, BOMB_RATIO = 64 * 1024**2, 300
"""From so many bytes on, no part unpacks to so many times its size but one made to do harm."""
MOST_CELLS = 50_000_000
"""Cells between A1 and the last one, which a reader makes room for, filled or not."""
_CHUNK = 1 << 20
_LONGEST = 64 * _CHUNK
"""A piece of XML without the end of any row."""

#: As nearly all programs write them, and as XML allows: the first is a tenth of the work.
_COLUMN = re.compile(rb' r="([A-Z]{1,3})\d'), re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})\d""")
_ROW = (
    re.compile(rb'<row r="(\d+)"'),
    re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["'](\d+)["']"""),
)
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>/]*?\br=["']([A-Z]{1,3})(\d+)["'][^>/]*>""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s([^>/]*\bt=["']e["'][^>/]*)>.*?<(?:\w+:)?v>([^<]*)</""", re.DOTALL
)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>/]*)>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v[^>]*>([^<]*)</)?"
)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d+)["']""")
_TEXT = re.compile(rb"""\bt=["'](?:str|e|b)["']""")

Place = tuple[int, int]
"""Row and column of a cell, both from 0."""


class RefusedError(Exception):
    """A workbook is not opened: `code` says why (see etl/intake/files/apart.py)."""

    def __init__(self, code: str, **values: object) -> None:
        """Keep what is to be said."""
        super().__init__(code)
        self.code, self.values = code, values


@dataclass
class Measured:
    """What the XML of one sheet says."""

    errors: dict[Place, str] = field(default_factory=dict)
    """Cells that hold an error, and which."""
    formulas: dict[Place, str] = field(default_factory=dict)
    """Formulas without a result; '' where the formula itself is not written beside it."""


def column_number(letters: str) -> int:
    """Return the number of a column, from 0.

    >>> column_number("A"), column_number("Z"), column_number("AA"), column_number("XFD")
    (0, 25, 26, 16383)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return the letters of a column.

    >>> column_letters(0), column_letters(26), column_letters(16383)
    ('A', 'AA', 'XFD')
    """
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def check_archive(path: str) -> None:
    """Refuse an archive that is no workbook, or that would unpack to more than a workbook has."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if not names & {"[Content_Types].xml", "mimetype", "content.xml"}:
        raise RefusedError("archive")
    size = sum(part.file_size for part in parts)
    bomb = any(
        part.file_size > BOMB_BYTES and part.file_size > BOMB_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if bomb or size > MOST_BYTES or len(parts) > MOST_PARTS:
        raise RefusedError("unpacks", size=size // 1024**2)


def measure_sheets(path: str) -> dict[str, Measured]:
    """Return what the sheets of an xlsx say; refuse one that reaches too far.

    Nothing of other workbooks: what is no such archive, or differs, is left to its reader.
    """
    with zipfile.ZipFile(path) as archive:
        sheets, at_once = _sheets(archive)
        return {
            name: _measure(archive, name, part, at_once)
            for name, part in sheets.items()
            if part.endswith(".xml")
        }


def _sheets(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Return sheet -> part of the archive, and whether opening it calculates all."""
    names = set(archive.namelist())
    book = "xl/workbook.xml"
    links = "xl/_rels/workbook.xml.rels"
    if not {book, links} <= names:
        return {}, False
    targets = {
        element.get("Id"): posixpath.normpath(
            posixpath.join("/xl", element.get("Target", ""))
        ).lstrip("/")
        for element in ET.fromstring(archive.read(links))  # noqa: S314 - bounded, in a child
    }
    sheets: dict[str, str] = {}
    at_once = False
    for element in ET.fromstring(archive.read(book)).iter():  # noqa: S314
        name = element.tag.rpartition("}")[2]
        if name == "sheet":
            key = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
            part = targets.get(key, "")
            if part in names:
                sheets[element.get("name", "")] = part
        elif name == "calcPr":
            at_once = element.get("fullCalcOnLoad") in ("1", "true")
    return sheets, at_once


def _measure(archive: zipfile.ZipFile, sheet: str, part: str, at_once: bool) -> Measured:
    found = Measured()
    columns: set[bytes] = set()
    last_row = 0
    zeros: dict[Place, str] = {}
    results = False
    for piece in _pieces(archive, part):
        columns.update(_COLUMN[0].findall(piece) or _COLUMN[1].findall(piece))
        rows = _ROW[0].findall(piece) or _ROW[1].findall(piece)
        last_row = max(last_row, *map(int, rows), 0)
        if b't="e"' in piece or b"t='e'" in piece:
            for about, value in _ERROR.findall(piece):
                if place := _place(about):
                    found.errors[place] = value.decode()
        if b"<f" not in piece and b":f" not in piece:
            continue
        for about, kind, formula, value in _FORMULA.findall(piece):
            place = _place(about)
            if place is None or (not value and _TEXT.search(about)):
                continue  # a text of no letters is a result
            written = "" if b"t=" in kind else _text(formula)
            if not value.strip():
                found.formulas[place] = written
            elif value.strip() in (b"0", b"0.0"):
                zeros[place] = written
            else:
                results = True
    if zeros and at_once and not results:
        # a program that cannot calculate writes 0, and asks that it be done on opening
        found.formulas |= zeros
    width = max((column_number(c.decode()) + 1 for c in columns), default=0)
    if last_row * width > MOST_CELLS:
        _check_reach(archive, sheet, part)
    return found


def _check_reach(archive: zipfile.ZipFile, sheet: str, part: str) -> None:
    """Refuse a sheet whose filled cells reach too far; coloured ones do not count."""
    last_row, width, furthest = 0, 0, ""
    for piece in _pieces(archive, part):
        for letters, digits in _CELL.findall(piece):
            row, column = int(digits), column_number(letters.decode()) + 1
            if row > last_row or column > width:
                furthest = f"{letters.decode()}{row}"
            last_row, width = max(row, last_row), max(column, width)
    if last_row * width > MOST_CELLS:
        raise RefusedError("far", sheet=sheet, cell=furthest)


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the XML in pieces that end with a row."""
    rest = b""
    seen = 0
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            seen += len(chunk)
            rest += chunk
            end = max(rest.rfind(b"</row>"), rest.rfind(b":row>"))
            if end >= 0:
                yield rest[: end + 6]
                rest = rest[end + 6 :]
            elif len(rest) > _LONGEST or seen > MOST_BYTES:
                raise RefusedError("unpacks", size=seen // 1024**2)
    yield rest


def _place(about: bytes) -> Place | None:
    found = _PLACE.search(about)
    return (int(found[2]) - 1, column_number(found[1].decode())) if found else None


def _text(formula: bytes) -> str:
    text = formula.decode("utf-8", errors="replace")
    for name, sign in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
        text = text.replace(f"&{name};", sign)
    return text
