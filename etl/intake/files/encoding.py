"""The bytes of a text file: whether they are text, in which encoding, and a copy for DuckDB."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.source import SourceFile

MARK = "\x01"
"""Stands in no text that `readable` gives: with it as separator, a line is one cell."""

_CHUNK = 1 << 23
#: After a letter, what is a letter of MS-DOS (code page 850: é è ü ä ö) and no letter of Windows;
#: at the end of a word but those that are quotation marks and dots there; and within words in
#: small letters what is a capital or a quotation mark there (è î ô).
_DOS = re.compile(
    rb"[A-Za-z](?:[\x81-\x83\x87-\x89\x8b\x8d\x90\xa1\xa2\xa4]|[\x84\x85\x94\x95](?=[A-Za-z]))"
    rb"|[a-z][\x8a\x8c\x93](?=[a-z])"
)
_WINDOWS = re.compile(rb"[A-Za-z][\xc0-\xff]")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # in that of Windows
_SIGNS = (MARK.encode(), b" ", b"\t", b"#", b"r:")


@dataclass(frozen=True)
class TextFacts:
    """How the bytes of a text file are to be read."""

    encoding: str
    plain: bool
    """DuckDB can read it as it is: UTF-8, one kind of line end, no control characters."""
    line_feeds: bool
    nuls: int
    lines: int
    """How many lines there are, where `plain`."""
    ends: int
    """How many bytes the ends of lines take."""
    quotes: int
    """How many quotation marks there are."""
    spaces: bool
    tabs: bool
    ascii: bool
    """There are no characters beyond ASCII."""
    errors: bool
    """Some cell may hold an error of a spreadsheet: #REF!, Err:502."""


@functools.lru_cache(maxsize=4)  # every format asks about the same first bytes
def is_text(head: bytes) -> bool:
    """Return whether these first bytes can be text in some encoding."""
    if not head:
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _wide(head):
        return True
    if head.startswith(b"\x01{"):  # messages of SWIFT, each between SOH and ETX
        head = head.translate(None, b"\x01\x03")
    odd = sum(head.count(bytes([b])) for b in (*range(9), *range(14, 27), *range(28, 32)))
    return odd * 500 <= len(head)


def _wide(head: bytes) -> str | None:
    """Return the encoding of UTF-16 text without a byte-order mark; None where it is not that."""
    sample = head[:4096]
    half = len(sample) // 2
    if half < 4:
        return None
    zeros = sample[1::2].count(0), sample[::2].count(0)
    if zeros[0] > half * 0.7 and zeros[1] == 0:
        return "utf-16-le"
    return "utf-16-be" if zeros[1] > half * 0.7 and zeros[0] == 0 else None


class _Letters:
    """Counts what tells the encodings of one byte a letter apart."""

    def __init__(self) -> None:
        self.dos = self.windows = 0
        self.undefined = False

    def count(self, chunk: bytes) -> None:
        self.dos += len(_DOS.findall(chunk))
        self.windows += len(_WINDOWS.findall(chunk))
        self.undefined |= _UNDEFINED.search(chunk) is not None

    @property
    def encoding(self) -> str:
        if self.dos > self.windows:
            return "cp850"
        return "latin-1" if self.undefined else "cp1252"


def of_one_byte(head: bytes) -> str:
    """Return the encoding of text with one byte a letter: that of Windows, or of MS-DOS."""
    letters = _Letters()
    letters.count(head)
    return letters.encoding


def examine(file: SourceFile, encoding: str | None = None) -> TextFacts:
    """Return how the file is to be read, having looked at all of its bytes.

    Raises `FileError` where it is empty or no text.
    """
    head = file.head
    if not head.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise FileError(
            Text(N_("{file} is empty."), {"file": file.name}),
            Text(N_("Export it again.")),
        )
    if not is_text(head):
        raise FileError(
            Text(N_("{file} is no text and no workbook."), {"file": file.name}),
            Text(N_("Export it as CSV, Excel or Parquet.")),
        )
    if encoding is None and head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    encoding = encoding or _wide(head)
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError as error:
        raise _not_written_in(file, str(encoding)) from error
    utf8 = encoding is None or codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    decoder = codecs.getincrementaldecoder("utf-8")() if utf8 else None
    ascii_only = True
    letters = _Letters()
    feeds = returns = pairs = nuls = quotes = 0
    found: set[bytes] = set()
    last = b""
    with file.path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            # to see that a byte is not there is much faster than to count it
            found |= {sign for sign in _SIGNS if sign in chunk}
            feeds += chunk.count(b"\n")
            if b"\r" in chunk:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            pairs += last == b"\r" and chunk[:1] == b"\n"
            nuls += chunk.count(b"\0") if b"\0" in chunk else 0
            quotes += chunk.count(b'"') if b'"' in chunk else 0
            last = chunk[-1:]
            if chunk.isascii() and not (decoder and decoder.getstate()[0]):
                continue
            ascii_only = False
            if decoder is not None:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    decoder = None
            if decoder is None and encoding is None:
                letters.count(chunk)
    if encoding is None:
        encoding = "utf-8" if decoder is not None else letters.encoding
    wide = codecs.lookup(encoding).name.startswith("utf-16")
    plain = (
        decoder is not None
        and (not returns or returns == pairs == feeds)
        and not nuls
        and MARK.encode() not in found
        and not re.search(r"[*?\[\]{}]", str(file.path))
        and file.nameable
    )
    return TextFacts(
        encoding,
        plain,
        line_feeds=feeds > 0,
        nuls=0 if wide else nuls,
        lines=feeds + (last != b"\n"),
        ends=feeds + returns,
        quotes=quotes,
        spaces=b" " in found,
        tabs=b"\t" in found,
        ascii=ascii_only,
        errors=bool({b"#", b"r:"} & found),
    )


def readable(file: SourceFile, facts: TextFacts, folder: Path) -> Path:
    """Return a path that DuckDB can read: the file's own, or a copy in UTF-8 in `folder`."""
    if facts.plain:
        return file.path
    copy = folder / "table.txt"
    with copy.open("w", encoding="utf-8", newline="") as target:
        target.writelines(_decoded(file, facts))
    return copy


def _decoded(file: SourceFile, facts: TextFacts) -> Iterator[str]:
    """Yield the text with one kind of line end and without control characters."""
    drop = {0: None, 1: " ", 0xFEFF: None}
    try:
        with file.path.open("r", encoding=facts.encoding, newline="") as stream:
            rest = ""
            while chunk := stream.read(_CHUNK):
                text = rest + chunk
                rest = text[len(text.rstrip("\r")) :]  # the other half of a line end may follow
                yield _line_ends(text[: len(text) - len(rest)], facts).translate(drop)
            if rest:
                yield "\n"
    except UnicodeError as error:
        raise _not_written_in(file, facts.encoding) from error


def _not_written_in(file: SourceFile, encoding: str) -> FileError:
    return FileError(
        Text(N_("{file} is not written in {encoding}."), {"file": file.name, "encoding": encoding}),
        Text(N_("Name the right encoding in a mapping file (--map).")),
    )


def _line_ends(text: str, facts: TextFacts) -> str:
    if "\r" not in text:
        return text
    text = re.sub(r"\r+\n", "\n", text)
    return text.replace("\r", " " if facts.line_feeds else "\n")
