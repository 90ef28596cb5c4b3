"""Files that wait in `asked/`: which they are, and which a load has read since."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from data.core.errors import FileError, ImportRefusedError, StoreError
from data.core.importing import Event, Waiting, Watched
from data.core.texts import N_, Text, shown
from data.store.state import State, Store
from etl.intake.files.archive import contents, is_archive
from etl.ledger.exports.replace import CONTENT
from etl.load.folder import journal
from etl.load.folder.arrivals import ASKED, DONE, Stamp, stamp_of, walk
from etl.load.folder.moving import REPORTS, clear, is_report, known, move, own_report
from etl.load.loaded import report_of
from etl.load.presets import FOLDER

LOG = logging.getLogger("tandem")

_HASHES: dict[Path, tuple[Stamp, frozenset[str]]] = {}
"""What was hashed once, until it changes."""


def asked_files(folder: Path) -> list[Path]:
    """Return the files that wait in a watched folder; none where it is not there."""
    with suppress(OSError):
        return [path for path in walk(folder / ASKED) if not is_report(path)]
    return []


def to_read_again(store: Path, folder: Path) -> list[Path]:
    """Return the files that wait since before the last answers were kept: they may read them."""
    with suppress(OSError):
        last = max((p.stat().st_mtime for p in (store / FOLDER).glob("*.toml")), default=0.0)
        return [path for path in asked_files(folder) if _report(path).stat().st_mtime < last]
    return []


def still_asked(path: Path) -> None:
    """Keep in mind that a waiting file was read again, and is asked about as before."""
    with suppress(OSError):
        now = time.time()  # this machine's, as the answers have it: a drive has its own clock
        os.utime(_report(path), (now, now))


def _report(path: Path) -> Path:
    return path.with_name(path.name + REPORTS[0])


def key_of(path: Path) -> str:
    """Return what a waiting file is named by on the page."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:32]


def watched(store: Path, since: str | None = None) -> Watched | None:
    """Return what the folders did that were watched for a store, and what they wait for.

    None where nothing was done since the stamp `since`.
    """
    stamp = journal.stamp(store)
    if stamp == since:
        return None
    said = journal.read(store)
    last = {e.place: e for e in reversed(said.events) if e.place}
    waiting = []
    for folder in said.folders:
        for path in asked_files(Path(folder)):
            place = shown(path)
            event = last.get(place)
            waiting.append(
                Waiting(
                    key_of(path), shown(path.name), place,
                    event is None or event.outcome != "refused", event.why if event else None,
                )
            )  # fmt: skip
    return Watched(stamp, tuple(map(shown, said.folders)), tuple(waiting), tuple(said.events))


def waiting_at(store: Path, key: str) -> Path:
    """Return where the file waits that the page names; raises ImportRefusedError."""
    for folder in journal.read(store).folders:
        for path in asked_files(Path(folder)):
            if key_of(path) == key:
                return path
    raise ImportRefusedError(
        Text(N_("This file is no longer here.")), Text(N_("Reload the page and try again."))
    )


def answered(store: Store) -> None:
    """Move what waits and is loaded by now to `done/`, in every folder; see `take_out`."""
    for folder in map(Path, journal.read(store.folder).folders):
        if events := take_out(store, [folder]):
            try:
                journal.write(store.folder, folder, events)
            except StoreError as error:
                LOG.warning("%s", error)


def take_out(store: Store, folders: Sequence[Path]) -> list[Event]:
    """Move what waits in the folders and is loaded by now to `done/`; return what was done.

    A file is known by its content: it does not matter who answered, and where. What cannot be
    moved stays for the next time.
    """
    waiting = [(folder, path) for folder in folders for path in asked_files(folder)]
    state = store.current() if waiting else None
    if state is None:
        return []
    loaded = _contents(state)
    report = report_of(state)
    done = []
    for folder, path in waiting:
        with suppress(OSError):
            if not _hashes(path) <= loaded:
                continue
            own = own_report(report, path, frozenset(f.name for f in report.failures))
            if not own.files:
                own = replace(own, files=[known(path)])
            place = move(path, folder / DONE / path.parent.relative_to(folder / ASKED), own)
            clear(path)
            done.append(Event(journal.now(), path.name, "answered", str(place)))
    return done


def _contents(state: State) -> set[str]:
    """Return the hashes of the content of what is loaded, or gave way to something newer."""
    table = state.engine.query(f"select distinct {CONTENT} as content from files")
    return {*table.column(0).to_pylist(), *report_of(state).superseded}


def _hashes(path: Path) -> frozenset[str]:
    """Return the hash of a file, or of each file in an archive."""
    stamp = stamp_of(path)
    before = _HASHES.get(path)
    if before is not None and before[0] == stamp:
        return before[1]
    with path.open("rb", buffering=0) as stream:
        archive = is_archive(stream)
        found = frozenset((hashlib.file_digest(stream, "sha256").hexdigest(),))
    if archive:
        with suppress(FileError):
            found = frozenset(contents(path))
    _HASHES[path] = stamp, found
    return found
