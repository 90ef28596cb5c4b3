"""Writes a store into one file: its states, what people said, its policy and its presets."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from data.core.errors import CANNOT_WRITE, MAY_WRITE, StoreError
from data.core.texts import N_
from data.store import reported
from data.store.published import FOLDER as BENCHMARKS
from data.store.state import Store, published, put, state_name, sync, unmoved
from data.workspace.copies import copy
from data.workspace.places import NAME
from etl.load.backup.contents import MANIFEST, PLAIN, Contents, Member
from etl.load.lock import only_load
from etl.load.presets import FOLDER as PRESETS

_BLOCK = 1 << 20


def backup(store: Store, to: Path, newest: bool = False) -> Contents:
    """Write `store` into the file `to`, which is there whole or not at all; return what it holds.

    newest: the current state alone, with what it lies over, without those that are kept beside it
    for `undo` and for what a month was reported as. Loads wait meanwhile, readers do not. Raises
    `StoreError` where the store cannot be read, or the file not be written; a file that is there
    already stays.
    """
    if to.exists():
        raise StoreError(N_("{path} is there already."), N_("Name another file."), path=to)
    if not store.folder.is_dir():
        raise StoreError(N_("There is no folder {path}."), N_("Name another."), path=store.folder)
    with only_load(store.folder):
        current = store.current()
        numbers = sorted(set(published(store.folder)) - unmoved(store.folder))
        states = [store.folder / state_name(number) for number in numbers]
        if newest or current is None:
            states = sorted({current.whole, current.path}) if current else []
        try:
            with tempfile.TemporaryDirectory(prefix=".backup-", dir=to.parent) as folder:
                said = Path(folder) / "said.sqlite"
                sources = [(path.name, path) for path in states]
                if copy(store.folder, said):
                    sources.append((NAME, said))
                sources += _plain(store.folder)
                draft = Path(folder) / "draft"
                made = _write(draft, sources, current.path.name if current else "")
                sync(draft)
                put(draft, to)
                sync(to.absolute().parent)
        except OSError as error:
            raise StoreError(CANNOT_WRITE, MAY_WRITE, path=to, error=error) from error
    return made


def _plain(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in PLAIN:
        if (folder / name).is_file():
            yield name, folder / name
    for within, ending in ((PRESETS, "toml"), (BENCHMARKS, "csv")):
        for path in sorted((folder / within).glob(f"*.{ending}")):
            yield f"{within}/{path.name}", path
    for path in reported.files(folder):
        yield f"{reported.FOLDER}/{path.name}", path


def _write(draft: Path, sources: list[tuple[str, Path]], current: str) -> Contents:
    files: dict[str, Member] = {}
    os.close(os.open(draft, os.O_CREAT | os.O_RDWR, 0o600))
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in sources:
            digest, size = hashlib.sha256(), 0
            told = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
            told.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(told, "w", force_zip64=True) as target:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
                    target.write(block)
            files[name] = Member(size, digest.hexdigest())
        made = Contents(datetime.now(UTC).isoformat(timespec="seconds"), current, files)
        archive.writestr(MANIFEST, made.to_json())
    return made
