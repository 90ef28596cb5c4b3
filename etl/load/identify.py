"""Which files a load is about, and which source reads each."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from data.core.errors import FileError, ImportRefusedError
from data.core.texts import N_, Text
from etl.intake.formats.catalogue import SOURCES
from etl.intake.source import Source, SourceFile

SURE_ENOUGH = 0.3
_BLOCK = 1 << 20
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_SKIPPED_NAMES = ("~$", "thumbs.db", "desktop.ini")
_SKIPPED_ENDS = (
    ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download",
    ".swp", "~", ".lock",
)  # fmt: skip


def expand(paths: Sequence[Path]) -> list[Path]:
    """Return the files that `paths` stand for: folders searched through, in order of name.

    Hidden, temporary and lock files inside folders are left out; a file named itself never is.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [
                p
                for p in sorted(path.rglob("*"))
                if p.is_file() and not left_out(p.relative_to(path))
            ]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def left_out(path: Path) -> bool:
    """Return whether a path within a folder is hidden, or what programs write into meanwhile.

    >>> [left_out(Path(p)) for p in ("a.csv", ".git/a.csv", "~$a.xlsx", "A.CSV.FILEPART")]
    [False, True, True, True]
    """
    name = path.name.casefold()
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or name.startswith(_SKIPPED_NAMES) or name.endswith(_SKIPPED_ENDS)


WAITING = 8 << 30
"""Bytes of all files together that wait to be loaded."""
_MOST = 120
"""Bytes of a name: systems take 255, and something may be added to it."""


def safe_name(name: str) -> str:
    """Return a file name that names nothing but a file, on every system.

    >>> safe_name("../../etc/pass:wd.csv"), safe_name("  .. ")
    ('pass_wd.csv', 'file')
    >>> name = safe_name("\N{CHERRY BLOSSOM}" * 300 + ".csv")
    >>> len(name), name.endswith(".csv")
    (39, True)
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = _UNSAFE.sub("_", last).strip(" .")
    if len(clean.encode()) > _MOST:
        stem, dot, end = clean.rpartition(".")
        if not dot or len(end) >= 10:
            stem, dot, end = clean, "", ""
        # two long names that begin alike are two files
        end = f"~{hashlib.sha256(clean.encode()).hexdigest()[:8]}{dot}{end}"
        clean = stem.encode()[: _MOST - len(end.encode())].decode(errors="ignore") + end
    return clean or "file"


def write_stream(stream: BinaryIO, size: int, path: Path) -> int:
    """Write so many bytes of a stream into a file; return how many of them were missing."""
    with path.open("wb") as target:
        while size > 0 and (block := stream.read(min(_BLOCK, size))):
            target.write(block)
            size -= len(block)
    return size


class Room:
    """How much may wait to be loaded: of all readers, what is there and what is arriving."""

    def __init__(self, folder: Path) -> None:
        """Let files wait in `folder`, two folders down."""
        self._folder = folder
        self._arriving = 0
        self._lock = threading.Lock()

    @contextmanager
    def keep(self, size: int) -> Iterator[None]:
        """Keep room for a file of `size` bytes that is arriving.

        Raises `ImportRefusedError` where there is none.
        """
        with self._lock:
            there = sum(p.stat().st_size for p in self._folder.glob("*/*/*") if p.is_file())
            if there + self._arriving + size > WAITING:
                raise ImportRefusedError(
                    N_("What waits to be loaded has {most} MB at most, all files together."),
                    N_("Load or remove files first; after a day they go by themselves."),
                    most=WAITING >> 20,
                )
            self._arriving += size
        try:
            yield
        finally:
            with self._lock:
                self._arriving -= size


def identify(
    file: SourceFile, forced: str | None = None, mapping: Mapping[str, object] | None = None
) -> Source:
    """Return the source that is surest it can read `file`, or the one named `forced`.

    A file whose headers `mapping` names is a table, however little else is recognised in it.
    Raises `FileError` where none is sure enough, or none has that name.
    """
    known = ", ".join(s.name for s in SOURCES)
    if forced is None and mapping is not None and _share(mapping, _words(file)) > 0.5:
        forced = "table"
    if forced is not None:
        for source in SOURCES:
            if source.name == forced:
                return source
        raise FileError(
            Text(N_("There is no format {format}."), {"format": forced}),
            Text(N_("Known are: {known}."), {"known": known}),
        )
    if not file.head.strip(b"\0 \r\n\t"):
        raise FileError(Text(N_("The file is empty.")), Text(N_("Export it again.")))
    sure = [source.identify(file) for source in SOURCES]
    best = SOURCES[sure.index(max(sure))]
    if max(sure) < SURE_ENOUGH:
        raise FileError(
            Text(N_("The file looks like none of the formats known: {known}."), {"known": known}),
            Text(N_("Describe its columns in a mapping file (--map), or name its format (--as).")),
        )
    return best


def choose_mapping(
    file: SourceFile, mappings: Sequence[Mapping[str, object]]
) -> Mapping[str, object] | None:
    """Return the mapping that speaks of `file`: the one most of whose headers it holds.

    A single mapping is offered to every file; its source knows whether it applies.
    """
    if len(mappings) < 2:
        return mappings[0] if mappings else None
    head = _words(file)
    best = max(mappings, key=lambda m: _share(m, head))
    return best if _share(best, head) > 0.5 else None


def _share(mapping: Mapping[str, object], head: str) -> float:
    """Return which share of the headers that a mapping names stands in the head of a file."""
    columns = mapping.get("columns")
    named = [str(h).lower() for h in columns.values()] if isinstance(columns, dict) else []
    return sum(n in head for n in named) / len(named) if named else 0.0


def _words(file: SourceFile) -> str:
    """Return the first text of a file in lower case, however it is encoded."""
    from etl.intake.files.workbook import is_workbook, read_workbook

    if is_workbook(file.head):
        sheets = read_workbook(file).sheets.values()
        return " ".join(c for s in sheets for r in s.head for c in r.cells).lower()
    return file.head.replace(b"\0", b"").decode("utf-8", errors="replace").lower()
