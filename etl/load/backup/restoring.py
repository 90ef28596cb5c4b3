"""Restores a backup into a store that holds nothing, or carries over what people said.

Everything is unpacked beside its place and checked before the first file moves. From then until
`current` is written the file `restoring` says which files are its own: a restore that was killed
is done again, over what it left.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
import zlib
from pathlib import Path

from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, StoreError, first_line
from data.core.policy.file import NAME as POLICY
from data.core.texts import N_
from data.store import reported
from data.store.published import FOLDER as BENCHMARKS
from data.store.state import RESTORING, Store, put, sync, write_whole
from data.workspace import copies
from data.workspace.places import NAME, VARIABLE, waiting
from etl.load.backup.contents import MANIFEST, Contents, contents_of, damaged
from etl.load.lock import only_load
from etl.load.presets import FOLDER as PRESETS

_BLOCK = 1 << 20
_MOST_TOLD = 1 << 26
"""Bytes of what a backup says of itself."""


def restore(path: Path, store: Store) -> Contents:
    """Restore the backup at `path` into `store`; return what it held.

    Raises `StoreError` where the store holds anything already, or the backup is not whole; then
    nothing was changed.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise StoreError(
            CANNOT_READ, N_("Is it a backup, and whole? Nothing was restored."),
            path=path, error=first_line(error),
        ) from error  # fmt: skip
    with archive:
        told = _contents(archive, path)
        with only_load(store.folder):
            _refuse_if_used(store.folder, told)
            try:
                _restore(archive, path, told, store.folder)
            except OSError as error:
                raise StoreError(CANNOT_WRITE, MAY_WRITE, path=store.folder, error=error) from error
    return told


def _contents(archive: zipfile.ZipFile, path: Path) -> Contents:
    if MANIFEST not in archive.namelist() or archive.getinfo(MANIFEST).file_size > _MOST_TOLD:
        raise damaged(path, MANIFEST)
    try:
        told = contents_of(archive.read(MANIFEST), path)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise damaged(path, MANIFEST) from error
    missing = set(told.files) - set(archive.namelist())
    if missing:
        raise damaged(path, min(missing))
    return told


def _refuse_if_used(folder: Path, told: Contents) -> None:
    own: set[str] = set()
    if (folder / RESTORING).exists() and not (folder / "current").exists():
        own = {RESTORING, *(name.partition("/")[0] for name in told.files)}
    for found in sorted(folder.iterdir()):
        if found.name not in own and found.suffix != ".lock":
            raise StoreError(
                N_("{folder} is not empty: it holds {name}."),
                N_("Restore into a new folder (--store)."),
                folder=folder, name=found.name,
            )  # fmt: skip
    if not own or os.environ.get(VARIABLE):
        copies.refuse_if_said(folder)


def _restore(archive: zipfile.ZipFile, path: Path, told: Contents, folder: Path) -> None:
    beside = folder / f"draft-restore-{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    try:
        for name in told.files:
            (beside / name).parent.mkdir(mode=0o700, exist_ok=True)
            _unpack(archive, name, told, beside / name, path)
        if NAME in told.files:
            copies.checked(beside / NAME)
        write_whole(folder / RESTORING, "\n".join(told.files).encode())
        for name in told.files:
            if name == NAME:
                copies.put_back(beside / name, folder)
            else:
                (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
                put(beside / name, folder / name)
        if told.current:
            write_whole(folder / "current", told.current.encode("ascii"))
        sync(folder)
        (folder / RESTORING).unlink()
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _unpack(archive: zipfile.ZipFile, name: str, told: Contents, to: Path, path: Path) -> None:
    """Unpack a file and check it against what the backup says of it."""
    digest, size = hashlib.sha256(), 0
    with open(to, "xb", opener=_private) as target:
        try:
            with archive.open(name) as source:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
                    if size > told.files[name].bytes:
                        break
                    target.write(block)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise damaged(path, name) from error
        target.flush()
        os.fsync(target.fileno())
    if (size, digest.hexdigest()) != (told.files[name].bytes, told.files[name].sha256):
        raise damaged(path, name)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def carry_over(old: Path, store: Path) -> tuple[str, ...]:
    """Let what people said beside the store in `old` be said beside another; return what came.

    So a store of an earlier version is replaced: its exports are loaded into a new one, and what
    people said, the policy and the presets are carried over. `old` stays as it is. Raises
    `StoreError` where the new one holds any of them already.
    """
    if not old.is_dir():
        raise StoreError(N_("There is no folder {path}."), N_("Name another."), path=old)
    with only_load(store):
        if not os.environ.get(VARIABLE):
            copies.refuse_if_said(store)
        beside = store / f"draft-carried-{os.getpid()}"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        try:
            came = []
            beside_it = (
                old / POLICY,
                *sorted((old / PRESETS).glob("*.toml")),
                *sorted((old / BENCHMARKS).glob("*.csv")),
            )
            for path in beside_it:
                to = store / path.relative_to(old)
                if path.is_file() and not to.exists():
                    to.parent.mkdir(mode=0o700, exist_ok=True)
                    write_whole(to, path.read_bytes())
                    came.append(str(path.relative_to(old)))
            came += reported.carry(old, store)
            for path in waiting(old):
                write_whole(store / path.name, path.read_bytes())
                came.append(path.name)
            if not os.environ.get(VARIABLE) and copies.copy(old, beside / "said"):
                copies.put_back(beside / "said", store)
                came.append(NAME)
        except OSError as error:
            raise StoreError(CANNOT_WRITE, MAY_WRITE, path=store, error=error) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return tuple(came)
