"""Loads what arrives whole in a folder, and moves it to `done/` or `asked/`.

    look -> load -> move, its report beside it -> say

A file is moved only after the state that holds it is published. Whatever happens in between, it
is loaded once: the next look finds it known by its content, and moves it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.core.errors import StoreError, first_line
from data.core.importing import Event
from data.core.texts import N_, Text, shown
from data.store.state import Store
from etl.load.fault import unforeseen
from etl.load.folder import journal
from etl.load.folder.arrivals import ASKED, DONE, SETTLE, Arrivals, Stamp, stamp_of
from etl.load.folder.asked import still_asked, take_out, to_read_again
from etl.load.folder.moving import move, of_file, outcome_of, own_report, waits
from etl.load.lock import StoreBusyError, only_load
from etl.load.making import STOPPED
from etl.load.run import LoadOptions, load
from etl.report import Failure, LoadReport

STAYS = N_("It stays where it is, and moving it is tried again: {error}.")
LOOKS = 5
"""So often `once` looks again while files are being written."""
PATIENCE = 600.0
"""Seconds for which `once` waits for another load."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Settled:
    """A file that was handled and not yet moved."""

    stamp: Stamp
    outcome: str
    why: Text | None
    report: LoadReport


class Watch:
    """One folder, the store it loads into, and what is to be done with its files."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        options: LoadOptions,
        say: Say,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`say` is told each thing that is done, in a line."""
        self.folder = folder.resolve()
        self.store = store
        self._options = options
        self._say = say
        self._clock, self._sleep = clock, sleep
        self._arrivals = Arrivals(self.folder, store.folder.resolve(), clock=clock)
        self._unmoved: dict[Path, _Settled] = {}
        self._held: dict[Path, str] = {}
        self._said: set[str] = set()
        self._known = False
        """The journal names the folder."""

    def once(self) -> int:
        """Handle what is there; return the exit code of a load, 1 too where something stays."""
        journal.write(self.store.folder, self.folder)
        self._arrivals.look()
        for _look in range(LOOKS):
            self._sleep(SETTLE)
            found = self._arrivals.look(patience=0)
            if not self._arrivals.writing:
                break
        until = self._clock() + PATIENCE
        while found and self._busy():
            if self._clock() > until:
                self._say("The other load does not end: nothing was loaded.")
                return 1
            self._sleep(1.0)
        code = self._handle(found)
        self._tell_held()
        for path in self._arrivals.writing:
            if path not in self._held:
                self._say(f"{self._name(path)} is still being written: left for the next time")
        return _worst([code, 1 if self._unmoved or self._held else 0])

    def look(self) -> None:
        """Look once, and handle what is whole; what cannot be done now is done at a later look."""
        try:
            if not self._known:
                journal.write(self.store.folder, self.folder)
                self._known = True
            found = self._arrivals.look()
            self._tell_held()
            if (found or self._unmoved) and self._busy():
                return
            self._handle(found)
        except (StoreError, OSError) as error:
            self._once_only(str(error))
        else:
            self._said.clear()

    def _tell_held(self) -> None:
        """Say of each file that cannot be read why, when that begins."""
        held = self._arrivals.held
        for path, why in held.items():
            if self._held.get(path) != why:
                self._say(f"{self._name(path)} cannot be read now: {why}. It is tried again")
        self._held = held

    def _busy(self) -> bool:
        try:
            with only_load(self.store.folder, patience=0):
                return False
        except StoreBusyError:
            self._once_only(f"Another load into {self.store.folder} is running: waiting for it")
            return True

    def _once_only(self, line: str) -> None:
        """Say what lasts, when it begins."""
        if line not in self._said:
            self._said.add(line)
            self._say(line)

    def _handle(self, found: Sequence[Path]) -> int:
        self._move_again()
        codes = [self._read_again(p) for p in to_read_again(self.store.folder, self.folder)]
        for event in take_out(self.store, [self.folder]):
            self._tell([event])
        fresh = [p for p in found if p not in self._unmoved]
        return _worst([*codes, *(self._load(batch) for batch in _batches(fresh))])

    def _read_again(self, path: Path) -> int:
        """Load a file that waits, now that answers were given for another, maybe of its shape."""
        report = self._report([path])
        still_asked(path)
        return 3 if report.code == 3 else 0

    def _load(self, batch: Sequence[Path]) -> int:
        """Load files together; one by one where they cannot be published as a whole."""
        self._say(f"Loading {', '.join(self._name(p) for p in batch)}")
        report = self._report(batch)
        whole = any(not f.name for f in report.failures) or not all(c.ok for c in report.controls)
        if whole and len(batch) > 1:
            return _worst(self._load([path]) for path in batch)
        others = frozenset(
            f.name for f in report.failures if any(of_file(f.name, path) for path in batch)
        )
        codes = []
        for path in batch:
            own = own_report(report, path, others)
            if held := [f for f in own.failures if f.passing]:
                self._say(f"{self._name(path)}: {held[0].reason} It is tried again")
                codes.append(1)
                continue
            outcome, why = outcome_of(own, path)
            try:
                stamp = stamp_of(path)
            except OSError:
                continue  # another that watches the folder has moved it
            if stamp != self._arrivals.stamp(path):
                self._say(f"{self._name(path)} changed while it was read: it is looked at again")
                continue
            codes.append(1 if waits(outcome) else own.code)
            self._move(path, _Settled(stamp, outcome, why, own))
        return _worst(codes)

    def _report(self, batch: Sequence[Path]) -> LoadReport:
        """Load files, and return the report; what nobody foresaw stands in it as a failure."""
        try:
            return load(batch, self.store, self._options)
        except (StoreError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - one file must not keep the folder from going on
            told = unforeseen(self.store.folder, error, STOPPED)
            return LoadReport(failures=[Failure("", told.reason, told.remedy)])

    def _move_again(self) -> None:
        for path, settled in list(self._unmoved.items()):
            try:
                same = stamp_of(path) == settled.stamp
            except OSError:
                same = False
            if same:
                self._move(path, settled)
            else:
                del self._unmoved[path]  # it is gone, or what lies there now is another

    def _move(self, path: Path, settled: _Settled) -> None:
        to = self.folder / (ASKED if waits(settled.outcome) else DONE)
        try:
            place = move(path, to / path.parent.relative_to(self.folder), settled.report)
        except OSError as error:
            if not path.exists():  # another that watches the folder has moved it
                self._unmoved.pop(path, None)
            elif path not in self._unmoved:
                self._unmoved[path] = settled
                why = Text(STAYS, {"error": error.strerror or first_line(error)})
                self._tell(
                    [Event(journal.now(), path.name, settled.outcome, str(path), settled.why)]
                )
                self._tell([Event(journal.now(), path.name, "stays", str(path), why)])
            return
        self._unmoved.pop(path, None)
        self._tell([Event(journal.now(), path.name, settled.outcome, str(place), settled.why)])

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            where = Path(event.place)
            line = f"{shown(event.file)}: {_SAID[event.outcome]}"
            if where.parent != self.folder and self._name(where).startswith((DONE, ASKED)):
                line += f" -> {self._name(where)}"
            self._say(f"{line}. {event.why}" if event.why else line)
        try:
            journal.write(self.store.folder, self.folder, events)
        except StoreError as error:
            self._once_only(str(error))

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.folder).as_posix())


_SAID = {
    "loaded": "loaded",
    "known": "already loaded",
    "superseded": "not kept, a newer export of the same period is loaded",
    "asked": "a question is open, nothing of it is loaded",
    "refused": "not understood, nothing of it is loaded",
    "answered": "loaded, its question is answered",
    "stays": "not moved",
}


def _batches(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Yield the files together, those of the same name apart: a report names files by it."""
    left = list(paths)
    while left:
        batch: dict[str, Path] = {}
        for path in left:
            batch.setdefault(shown(path.name), path)
        yield list(batch.values())
        left = [path for path in left if batch[shown(path.name)] != path]


def _worst(codes: Iterable[int]) -> int:
    """Return what a run ends with: 1 before 3 before 0."""
    found = set(codes)
    return next((code for code in (1, 3) if code in found), 0)
