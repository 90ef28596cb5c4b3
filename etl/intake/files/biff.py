"""The cells of an xls that its reader leaves empty: errors, and formulas without a result.

An xls is a small file system (a compound file) with one stream of records: a number, a length, and
so many bytes. Only the records that are asked for are looked at. Runs in the process of
etl/intake/files/child.py.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

from etl.intake.files.measure import Measured

#: What a broken file makes of the reading below.
BROKEN = (struct.error, IndexError, ValueError, OverflowError)
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip
_FORMULA, _EOF, _BOUNDSHEET, _BOOLERR = 0x0006, 0x000A, 0x0085, 0x0205
_BOFS = (0x0009, 0x0209, 0x0409, 0x0809)
_IS_ERROR, _IS_BLANK, _ON_OPENING = 2, 3, 2
_LAST = 0xFFFFFFFA
"""Numbers of sectors from here on mean something else."""


def measure_xls(content: bytes) -> dict[str, Measured]:
    """Return what stands in the sheets besides values. Raises one of `BROKEN`."""
    book = _stream(content)
    return {name: _measure(book, start) for name, start in _sheets(book)}


def _records(book: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records from `place` to the end of what begins there."""
    depth = 0
    while place + 4 <= len(book):
        number, length = struct.unpack_from("<HH", book, place)
        depth += (number in _BOFS) - (number == _EOF)
        if depth <= 0:
            return
        if depth == 1:  # a chart inside a sheet has records of its own
            yield number, book[place + 4 : place + 4 + length]
        place += 4 + length


def _sheets(book: bytes) -> Iterator[tuple[str, int]]:
    for number, record in _records(book, 0):
        if number == _BOUNDSHEET:
            (start,) = struct.unpack_from("<I", record)
            length, wide = record[6], record[7]
            if wide in (0, 1):
                text = record[8 : 8 + length * (1 + wide)]
                yield text.decode("utf-16-le" if wide else "latin-1"), start
            else:  # before Excel 97 a name was plain
                yield record[7 : 7 + length].decode("cp1252", errors="replace"), start


def _measure(book: bytes, start: int) -> Measured:
    found = Measured()
    zeros: dict[tuple[int, int], str] = {}
    results = False
    for number, record in _records(book, start):
        if number == _BOOLERR:
            row, column, _, value, is_error = struct.unpack_from("<HHHBB", record)
            if is_error:
                found.errors[row, column] = _ERRORS.get(value, "#N/A")
        elif number == _FORMULA:
            row, column, _, result, flags = struct.unpack_from("<HHH8sH", record)
            if result[6:] != b"\xff\xff":
                if result == bytes(8) and flags & _ON_OPENING:
                    zeros[row, column] = ""
                else:
                    results = True
            elif result[0] == _IS_BLANK and _is_number(record[22:]):
                found.formulas[row, column] = ""
            elif result[0] == _IS_ERROR:
                found.errors[row, column] = _ERRORS.get(result[2], "#N/A")
    if zeros and not results:
        # a program that cannot calculate writes 0, and asks that it be done on opening
        found.formulas |= zeros
    return found


def _is_number(formula: bytes) -> bool:
    """Return whether a formula ends in arithmetic or a sum: it may be 0, but never blank."""
    arithmetic = formula[-1:] in (b"\x03", b"\x04", b"\x05", b"\x06")
    total = formula[-2:] == b"\x04\0" and formula[-4:-3] in (b"\x22", b"\x42", b"\x62")
    return arithmetic or total


def _stream(content: bytes) -> bytes:
    """Return the stream of the workbook out of the compound file."""
    sector, mini = (1 << power for power in struct.unpack_from("<HH", content, 30))
    _, directory, _, cutoff, mini_first, _, difat, difats = struct.unpack_from("<8I", content, 44)
    if not 64 <= sector <= 1 << 16 or not 8 <= mini <= sector:
        raise ValueError
    places = list(struct.unpack_from("<109I", content, 76))
    for _ in range(difats):
        if difat >= _LAST:
            break
        more = array("I", content[(difat + 1) * sector : (difat + 2) * sector])
        places += more[:-1]
        difat = more[-1]
    table = array("I")
    for place in places:
        if place < _LAST:
            table.frombytes(content[(place + 1) * sector : (place + 2) * sector])

    def chain(first: int, size: int | None = None) -> bytes:
        parts: list[bytes] = []
        for _ in range(len(table)):  # no chain is longer, whatever it says
            if first >= _LAST or (size is not None and len(parts) * sector >= size):
                break
            parts.append(content[(first + 1) * sector : (first + 2) * sector])
            first = table[first]
        return b"".join(parts)

    entries = chain(directory)
    root = entries[:128]
    for place in range(0, len(entries) - 127, 128):
        entry = entries[place : place + 128]
        length = min(max(struct.unpack_from("<H", entry, 64)[0] - 2, 0), 64)
        if entry[:length].decode("utf-16-le", errors="replace").lower() not in ("workbook", "book"):
            continue
        first, size = struct.unpack_from("<II", entry, 116)
        if size >= cutoff:
            return chain(first, size)[:size]
        small = chain(*struct.unpack_from("<II", root, 116))
        links = array("I", chain(mini_first))
        parts: list[bytes] = []
        while first < _LAST and len(parts) * mini < size:
            parts.append(small[first * mini : (first + 1) * mini])
            first = links[first]
        return b"".join(parts)[:size]
    raise ValueError


def read_xls(path: str, most: int) -> dict[str, Measured]:
    """Return what stands in the sheets of an xls besides values; nothing where it is broken.

    Nor where it has more than `most` bytes: no spreadsheet program writes so large an xls.
    """
    file = Path(path)
    if file.stat().st_size > most:
        return {}
    try:
        return measure_xls(file.read_bytes())
    except BROKEN:
        return {}  # its reader says what is wrong with it
