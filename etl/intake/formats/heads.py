"""The first rows of a file, in each way to see it as a table: by them presets know their files."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

import duckdb

from data.core.errors import FileError
from etl.intake.files.delimited import SEPARATORS, head_rows, head_text
from etl.intake.files.encoding import is_text
from etl.intake.files.workbook import is_parquet, is_workbook, read_workbook
from etl.intake.formats.table import head_encoding
from etl.intake.source import SourceFile

Rows = tuple[tuple[str, ...], ...]


def heads(file: SourceFile) -> tuple[tuple[str, Rows], ...]:
    """Return the first rows of each table that the file may be, under its sheet; '' where it has
    none. Nothing where it cannot be opened: reading it says why.
    """
    try:
        facts = file.path.stat()
        return _heads(file.path, facts.st_size, facts.st_mtime_ns, file.head)
    except (OSError, FileError, UnicodeError, LookupError):
        return ()


@lru_cache(maxsize=4)
def _heads(path: Path, _size: int, _changed: int, head: bytes) -> tuple[tuple[str, Rows], ...]:
    """Look at a file once for all presets: each asks the same."""
    file = SourceFile(path)
    if is_workbook(head):
        sheets = read_workbook(file).sheets.items()
        return tuple((name, tuple(row.cells for row in sheet.head)) for name, sheet in sheets)
    if is_parquet(head):
        with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
            openable = {"path": str(file.openable(Path(folder)))}
            try:
                found = connection.execute(
                    "describe select * from read_parquet($path)", openable
                ).fetchall()
            except duckdb.Error:
                return ()
        return (("", (tuple(str(row[0]) for row in found),)),)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start or start.startswith((b"<", b"%PDF", b"{", b"[")) or not is_text(head):
        return ()
    text = head_text(file, head_encoding(head))
    return tuple(
        ("", tuple(row.cells for row in head_rows(text, separator)))
        for separator in SEPARATORS
        if separator in text
    )
