"""Archives (.zip) of exports: each file in them is loaded as if it lay beside them.

A file is called by its archive and its name in it, as a sheet is by its workbook:
`export.zip [open items.csv]`. Workbooks are archives too, and no such ones.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from data.core.errors import FileError, first_line
from data.core.texts import N_, Text, shown
from etl.intake.files.measure import BOMB_BYTES, BOMB_RATIO

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OF_WORKBOOKS = frozenset(("[Content_Types].xml", "mimetype", "content.xml"))
_MOST = 100_000
"""Files in an archive."""
_ENCRYPTED = 1
_UNPACK = N_("Unpack it, and load the files that are in it.")


def is_archive(stream: BinaryIO | RawIOBase) -> bool:
    """Return whether a file is an archive of files, and no workbook; it is at its start again."""
    try:
        if stream.read(4) not in _STARTS:
            return False
        with zipfile.ZipFile(stream) as archive:
            return not _OF_WORKBOOKS & set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    finally:
        stream.seek(0)


def holds_files(path: Path) -> bool:
    """Return whether a file is such an archive. Raises OSError where it cannot be opened."""
    with path.open("rb") as stream:
        return is_archive(stream)


def unpack(path: Path, folder: Path) -> list[Path]:
    """Write the files of an archive into a folder, and return them in order of their names.

    Hidden files are left out. Raises `FileError` where it cannot be unpacked, or holds none.
    """
    name = shown(path.name)
    found: list[Path] = []
    with _opened(path) as archive:
        for part in _parts(archive, name):
            inside = "-".join(filter(None, part.filename.replace("\\", "/").split("/")))
            clean = "".join("_" if c in '<>:"|?*' or ord(c) < 32 else c for c in shown(inside))
            target = folder / f"{name} [{clean[-100:]}]"
            if target.exists():
                target = folder / f"{name} [{len(found)} {clean[-100:]}]"
            with archive.open(part) as source, target.open("wb") as stream:
                shutil.copyfileobj(source, stream, 1 << 20)
            found.append(target)
    return found


def contents(path: Path) -> set[str]:
    """Return the hash of each file in an archive. Raises `FileError` as `unpack` does."""
    found = set()
    with _opened(path) as archive:
        for part in _parts(archive, shown(path.name)):
            with archive.open(part) as stream:
                found.add(hashlib.file_digest(stream, "sha256").hexdigest())  # type: ignore[arg-type]
    return found


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        values = {"file": shown(path.name), "error": first_line(error)}
        raise FileError(
            Text(N_("{file} cannot be unpacked: {error}."), values), Text(_UNPACK)
        ) from error


def _parts(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the files of an archive that count; raises `FileError` where it is no good one."""
    parts = [
        part
        for part in sorted(archive.infolist(), key=lambda part: part.filename)
        if not part.is_dir()
        and not any(
            p.startswith((".", "__MACOSX")) and p != ".."
            for p in PurePosixPath(part.filename).parts
        )
    ]
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise FileError(
            Text(N_("{file} is protected by a password."), {"file": name}), Text(_UNPACK)
        )
    bomb = any(
        part.file_size > BOMB_BYTES and part.file_size > BOMB_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if bomb or len(parts) > _MOST:
        raise FileError(
            Text(N_("{file} would unpack to more than an export holds."), {"file": name}),
            Text(_UNPACK),
        )
    if not parts:
        raise FileError(Text(N_("There are no files in {file}."), {"file": name}), Text(""))
    return parts
