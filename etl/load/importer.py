"""Keeps what readers drop on the Imports page, and runs one load at a time.

Dropped files live in `<store>/uploads/<session>/<token>/<name>` until they are loaded, removed,
or a day old.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import re
import secrets
import shutil
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from data.core.errors import FileError, ImportRefusedError, TandemError, first_line
from data.core.importing import (
    Effect,
    Found,
    Job,
    Kept,
    Loaded,
    LoadSettings,
    Readable,
    Said,
    Watched,
)  # fmt: skip
from data.core.texts import N_, Text, shown
from data.demo.company import write_exports
from data.store.state import Store
from data.workspace.demo import remember
from data.workspace.policy import write_demo
from etl.intake.files.archive import holds_files, unpack
from etl.intake.formats.catalogue import SOURCES
from etl.intake.headers import CANONICAL
from etl.intake.mappings.mapping import load_mapping
from etl.intake.mappings.writing import merged
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.tables.plan import REQUIRED
from etl.load.folder import asked as folders
from etl.load.identify import Room, choose_mapping, safe_name, write_stream
from etl.load.loaded import loaded
from etl.load.look import Look, asked_beside, found_mapping, look
from etl.load.presets import Recognised, forget, kept, key_of, presets, recognise
from etl.load.removal import effect, remove, undo, undoes
from etl.load.run import LoadOptions, load
from etl.report import LoadReport

LOG = logging.getLogger("tandem")
LIMIT = 1 << 30
"""Bytes of one file: what the server takes in one request."""
OLD = 24 * 3600
"""Seconds after which files that nobody loaded are deleted."""

_KEY = re.compile(r"[0-9a-f]{32}")


class FileImporter:
    """See `data.core.importing.Importer`."""

    limit = LIMIT
    required: Mapping[str, tuple[str, ...]] = REQUIRED
    known = CANONICAL
    formats = tuple(Readable(s.name, s.label, s.gives, s.lacks) for s in SOURCES)

    def __init__(
        self, store: Store, demo: Callable[[Path], object] = write_exports,
        decided: Callable[[Store], object] = id,
    ) -> None:  # fmt: skip
        """Load into `store`; demo writes the exports of the demo company, decided its decisions."""
        self._store, self._demo, self._decided = store, demo, decided
        self._root = store.folder / "uploads"
        self._lock = threading.Lock()
        self._said: dict[str, Said] = {}
        self._found: dict[str, Found] = {}
        self._answered: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
        """Token -> question -> what its answer says as a mapping."""
        self._room = Room(self._root)
        self._job: Job | None = None
        self._again, self._started = False, 0.0

    def receive(self, session: str, name: str, stream: BinaryIO, size: int) -> str:
        """See `Importer.receive`."""
        folder = self._folder(session)
        if size > self.limit:
            raise self._too_large(name)
        self._sweep()
        with self._room.keep(size):
            return self._receive(session, folder, safe_name(name), stream, size)

    def _receive(self, session: str, folder: Path, clean: str, stream: BinaryIO, size: int) -> str:
        place = folder / (token := secrets.token_hex(16))
        place.mkdir(parents=True)
        try:
            if write_stream(stream, size, place / clean):
                raise ImportRefusedError(
                    N_("{file} arrived incomplete."), N_("Drop it again."), file=clean
                )
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        if holds_files(place / clean):
            return self._receive_all(session, place / clean)
        for old in self._paths(session):  # the same name again is a corrected file
            if old.name == clean and old.parent.name != token:
                self._forget(old)
        self._found[token] = Found(token, clean, size, looking=True)
        self._look_again(session, place / clean)
        return token

    def _receive_all(self, session: str, archive: Path) -> str:
        """Receive the files of an archive, each as its own; return the token of the last."""
        try:
            with tempfile.TemporaryDirectory() as folder:
                for path in unpack(archive, Path(folder)):
                    with path.open("rb") as stream:
                        token = self.receive(session, path.name, stream, path.stat().st_size)
            return token
        except FileError as error:
            raise ImportRefusedError(error.reason, error.remedy) from error
        finally:
            shutil.rmtree(archive.parent, ignore_errors=True)

    def _look_again(self, session: str, path: Path) -> None:
        """Where a mapping file comes or goes, the other files are read differently."""
        if path.suffix.lower() == ".toml":
            for other in self._paths(session):
                self._found.pop(other.parent.name, None)

    def _too_large(self, name: str) -> ImportRefusedError:
        return ImportRefusedError(
            N_("{file} is larger than {limit} MB, which is as much as a browser may send."),
            N_("Load it with `python app.py load`, which has no limit."),
            file=safe_name(name),
            limit=self.limit // (1 << 20),
        )

    def files(self, session: str) -> tuple[Found, ...]:
        """See `Importer.files`."""
        return tuple(
            self._found.get(p.parent.name)
            or Found(p.parent.name, p.name, p.stat().st_size, looking=True)
            for p in self._paths(session)
        )

    def look(self, session: str, patience: float = math.inf) -> None:
        """See `Importer.look`."""
        until = time.monotonic() + patience
        paths = self._paths(session)
        mappings = [m for p in paths if (m := self._mapping_file(p)) is not None]
        for path in paths:
            token = path.parent.name
            known = self._found.get(token)
            if known is None or known.looking:
                found = self._look(path, mappings)
                if path.exists():
                    self._found[token] = found
                if time.monotonic() > until:
                    return

    def _look(self, path: Path, mappings: Sequence[dict[str, object]]) -> Found:
        if path.suffix.lower() == ".toml":
            known = Found(path.parent.name, path.name, path.stat().st_size, mapping=True)
            try:
                load_mapping(path)
            except FileError as error:
                return replace(known, problem=error.with_traceback(None))
            return known
        asked, preset = self._asked(path, mappings)
        found = look(asked)
        if preset is not None and found.parts:
            found.parts[0].notes.insert(0, preset.note)
        return found

    def _asked(
        self, path: Path, mappings: Sequence[dict[str, object]]
    ) -> tuple[Look, Recognised | None]:
        """Return how a file is to be looked at, and whose answers it is read by."""
        file, token = SourceFile(path), path.parent.name
        given: Mapping[str, object] | None = choose_mapping(file, mappings) if mappings else None
        preset = None
        said = self._said.get(token, Said())
        if given is None and said.columns is None:
            preset = recognise(presets(self._store.folder)[0], file)
            given = preset.mapping if preset else None
        answered: dict[str, object] = {}
        for one in self._answered.get(token, {}).values():
            answered = merged(answered, one)
        return Look(token, path, said, given, answered=answered), preset

    @staticmethod
    def _mapping_file(path: Path) -> dict[str, object] | None:
        if path.suffix.lower() != ".toml":
            return None
        try:
            return load_mapping(path)
        except (FileError, tomllib.TOMLDecodeError):
            return None  # its own card says what is wrong with it

    def _read_options(self, path: Path, mappings: Sequence[dict[str, object]]) -> ReadOptions:
        """Return what is said of how a file is to be read; the load itself recognises its shape."""
        asked, preset = self._asked(path, mappings)
        said = asked.said
        if preset is None or asked.answered or said.rows or said.sheet:
            return asked.options()
        return replace(asked.options(), mapping=None)

    def say(self, session: str, token: str, said: Said) -> None:
        """See `Importer.say`."""
        path = self._path(session, token)
        before = self._found.get(token)
        asked = before.problem.questions if before and before.problem else ()
        answered = self._answered.setdefault(token, {})
        for key in [key for key in answered if key not in said.answers]:
            del answered[key]  # it was taken back
        for question in asked:
            if (answers := said.answers.get(key_of(question))) is not None:
                answered[key_of(question)] = question.mapping(answers)
        self._said[token] = said
        self._found[token] = self._look(path, self._mappings(session))

    def _mappings(self, session: str) -> list[dict[str, object]]:
        return [m for p in self._paths(session) if (m := self._mapping_file(p)) is not None]

    def remove(self, session: str, token: str | None = None) -> None:
        """See `Importer.remove`."""
        for path in self._paths(session):
            if token in (None, path.parent.name):
                self._forget(path)
                self._look_again(session, path)

    def mapping(self, session: str, token: str) -> str:
        """See `Importer.mapping`."""
        path = self._path(session, token)
        asked, _preset = self._asked(path, self._mappings(session))
        found = self._found.get(token)
        return found_mapping(look(asked) if found is None or found.looking else found, asked)

    def _folder(self, session: str) -> Path:
        if not _KEY.fullmatch(session):
            raise _refused(N_("This is no session of the Imports page."))
        return self._root / session

    def _paths(self, session: str) -> list[Path]:
        folder = self._folder(session)
        return sorted(folder.glob("*/*"), key=lambda p: (p.name.casefold(), p.parent.name))

    def _path(self, session: str, token: str) -> Path:
        for path in self._paths(session):
            if path.parent.name == token:
                return path
        raise _refused(N_("This file is no longer here."))

    def _forget(self, path: Path) -> None:
        shutil.rmtree(path.parent, ignore_errors=True)
        self._found.pop(path.parent.name, None)
        self._said.pop(path.parent.name, None)
        self._answered.pop(path.parent.name, None)
        with contextlib.suppress(OSError):  # other files of the session are still there
            path.parent.parent.rmdir()

    def _sweep(self) -> None:
        """Delete what was dropped a day ago and never loaded."""
        if self._root.is_dir():
            for folder in self._root.iterdir():
                if time.time() - folder.stat().st_mtime > OLD:
                    shutil.rmtree(folder, ignore_errors=True)

    # ---- watched folders ------------------------------------------------------------------

    def watched(self, since: str | None = None) -> Watched | None:
        """See `Importer.watched`."""
        return folders.watched(self._store.folder, since)

    def take_up(self, session: str, key: str) -> str:
        """See `Importer.take_up`."""
        path = folders.waiting_at(self._store.folder, key)
        with path.open("rb") as stream:
            return self.receive(session, shown(path.name), stream, path.stat().st_size)

    # ---- loading --------------------------------------------------------------------------

    def job(self) -> Job | None:
        """See `Importer.job`."""
        job = self._job
        if job is not None and job.running:
            return replace(job, seconds=time.monotonic() - self._started)
        return job

    def load(self, session: str, settings: LoadSettings) -> Job:
        """See `Importer.load`."""
        ready = [
            p
            for p in self._paths(session)
            if (known := self._found.get(p.parent.name)) and known.ready and not known.mapping
        ]
        if not ready:
            raise _refused(N_("There is no file that can be loaded."))
        mappings = self._mappings(session)
        options = LoadOptions(
            reporting_currency=settings.reporting_currency,
            default_terms_days=settings.default_terms_days,
            receivables_accounts=settings.receivables_accounts,
            expect=settings.expect,
            each={p: self._read_options(p, mappings) for p in ready},
        )

        def work() -> LoadReport:
            report = load(ready, self._store, options, self._progress)
            failed = {f.name: f for f in report.failures}
            whole = "" not in failed and report.tied and all(c.ok for c in report.controls)
            for path in ready:
                if (why := failed.get(path.name)) is not None:
                    token = path.parent.name
                    self._found[token] = asked_beside(self._found[token], why)
                elif whole:
                    self._forget(path)
            folders.answered(self._store)
            return report

        return self._start(work, session, len(ready))

    def demo(self) -> Job:
        """See `Importer.demo`."""

        def work() -> LoadReport:
            with tempfile.TemporaryDirectory() as folder:
                self._demo(Path(folder))
                report = load([Path(folder)], self._store, LoadOptions(), self._progress)
            remember(self._store)
            write_demo(self._store.folder)
            self._decided(self._store)
            return report

        return self._start(work, "", 0, Text(N_("Writing the demo company's exports")))

    def derive(self) -> Job:
        """See `Importer.derive`."""
        with self._lock:
            job = self._job
            if job is not None and job.running:
                self._again = True  # it may have read the decisions already
                return job
        return self._start(self._derived, "", 0, kind="derivation")

    def _derived(self) -> LoadReport:
        return load([], self._store, LoadOptions(), self._progress)

    # ---- taking back ----------------------------------------------------------------------

    def loaded(self) -> tuple[Loaded, ...]:
        """See `Importer.loaded`."""
        state = self._store.current()
        return loaded(state) if state else ()

    def effect_of_removal(self, keys: Sequence[str]) -> Effect:
        """See `Importer.effect_of_removal`."""
        job = self._job
        if job is not None and job.running:
            raise _refused(N_("Another load is running."))
        return effect(keys, self._store)

    def remove_loaded(self, keys: Sequence[str]) -> Job:
        """See `Importer.remove_loaded`."""
        starting = Text(N_("Taking the files out"))
        return self._start(
            lambda: remove(keys, self._store, self._progress), "", 0, starting, "removal"
        )

    def kept(self) -> tuple[Kept, ...]:
        """See `Importer.kept`."""
        return kept(self._store.folder)

    def forget(self, name: str) -> None:
        """See `Importer.forget`."""
        forget(self._store.folder, name)

    def undoes(self) -> str:
        """See `Importer.undoes`."""
        return undoes(self._store)

    def undo(self) -> Job:
        """See `Importer.undo`."""
        starting = Text(N_("Going back to the state before"))
        return self._start(lambda: undo(self._store, self._progress), "", 0, starting, "undo")

    def _start(
        self,
        work: Callable[[], LoadReport],
        session: str,
        files: int,
        text: Text | None = None,
        kind: str = "load",
    ) -> Job:
        with self._lock:
            before = self._job
            if before is not None and before.running:
                raise _refused(N_("Another load is running."))
            number = before.number + 1 if before else 1
            starting = text or Text(N_("Starting"))
            self._started = time.monotonic()
            self._job = Job(number, True, starting, files=files, session=session, kind=kind)
        threading.Thread(target=self._run, args=(work,), name="import", daemon=True).start()
        return self._job

    def _progress(self, text: Text, files_done: int, files: int, rows: int) -> None:
        if self._job is not None:
            self._job = replace(self._job, text=text, files_done=files_done, files=files, rows=rows)

    def _run(self, work: Callable[[], LoadReport]) -> None:
        """Do the work, and keep its report or why there is none."""
        problem: TandemError | None = None
        report: dict[str, object] | None = None
        try:
            report = json.loads(work().to_json())
        except TandemError as error:
            problem = error.with_traceback(None)
        except Exception as error:
            LOG.exception("a load failed")
            problem = TandemError(
                N_("The load stopped: {error}."),
                N_("What was loaded before is unchanged. The details are in the log."),
                error=first_line(error),
            )
        job = self._job
        assert job is not None  # noqa: S101 - it was started
        seconds = time.monotonic() - self._started
        with self._lock:
            self._job = replace(
                job, running=False, problem=problem, report=report, seconds=round(seconds, 1)
            )
            again, self._again = self._again, False
        if again:
            try:
                self.derive()
            except ImportRefusedError:  # another load came first: it applies them as well
                LOG.info("decisions are applied by the load that is running")


def _refused(reason: str) -> ImportRefusedError:
    return ImportRefusedError(Text(reason), Text(N_("Reload the page and try again.")))
