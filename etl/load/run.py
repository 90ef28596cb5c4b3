"""From export files to a published state.

    identify -> read -> stage -> replace -> match -> derive -> check -> publish

A file that is not understood is reported and the others are loaded. A load that fails a control
total, or is killed, leaves the current state as it was.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.core.errors import FileError
from data.core.expectation import Expectation
from data.core.texts import N_, Text, shown
from data.store.state import Store
from etl.intake.files.archive import is_archive, unpack
from etl.intake.mappings.mapping import load_mapping
from etl.intake.source import ReadOptions, SourceFile
from etl.ledger.customer_numbers import restored
from etl.ledger.exports.bases import overlaps
from etl.ledger.exports.open_lists import followed_lists
from etl.ledger.exports.replace import CONTENT
from etl.ledger.exports.replaced import next_file
from etl.load.expect import compared
from etl.load.identify import choose_mapping, expand
from etl.load.lock import only_load
from etl.load.making import DoesNotTieError, Making, NothingNewError
from etl.load.newer import OLDER, replace_in_load
from etl.load.presets import FOLDER, NOT_KEPT, Recognised, headers_of, keep, presets, recognise
from etl.load.read import Progress, Reader, Wanted
from etl.load.told import tell
from etl.report import Failure, FileReport, Given, LoadReport
from etl.sql import Connection, number


@dataclass(frozen=True)
class LoadOptions:
    """What the user said about a load; None leaves it to the data, or to an earlier load."""

    mapping: tuple[Path, ...] = ()
    """Mapping files; each is used for the files whose headers it names."""
    format: str | None = None
    """Name of the source that reads every file, whatever it looks like."""
    reporting_currency: str | None = None
    default_terms_days: int | None = None
    date_order: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    receivables_accounts: tuple[str, ...] | None = None
    ledger: str | None = None
    """Whose books the files are, where they do not say themselves."""
    oldest_first: bool | None = None
    """Whether payments of customers that never name anything settle the oldest documents."""
    memory: int | None = None
    """Megabytes that the tables of a load may take before they spill to disk; None: up to 6 GB."""
    expect: Expectation | None = None
    """What the user's own system says: where it does not tie, nothing is published."""
    each: Mapping[Path, ReadOptions] = field(default_factory=dict)
    """What was said about single files: mapping, date order and decimal sign, before the rest."""


def load(
    paths: Sequence[Path | str],
    store: Store,
    options: LoadOptions | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Read the files, publish the next state, and say what was done.

    `paths` are files and folders; folders are searched through, hidden and temporary files left
    out. Nothing is published when nothing new could be read or a control total does not hold:
    `report.published` says so, and `report.ok` whether everything was understood.
    """
    work = _Load(store, options or LoadOptions(), progress or (lambda *_: None))
    return work.run([Path(p) for p in paths])


class _Load(Making):
    """One run of `load`: its options, and the report as it grows."""

    def __init__(self, store: Store, options: LoadOptions, progress: Progress) -> None:
        super().__init__(store, progress, options.memory)
        self.options = options
        self.rows = 0
        self.places: Mapping[int, int] = {}
        """Number of a file -> its place in the report."""
        self._unpacked = Path()
        """Where the files of archives are while they are read."""
        self.by_preset: dict[Path, Recognised] = {}
        """Files that are read by answers given for others of their shape."""

    def run(self, paths: list[Path]) -> LoadReport:
        """See `load`."""
        started = time.monotonic()
        with only_load(self.store.folder), tempfile.TemporaryDirectory(prefix="tandem-") as folder:
            self._unpacked = Path(folder)
            self._run(paths)
        self.report.seconds = round(time.monotonic() - started, 2)
        return self.report

    def _run(self, paths: list[Path]) -> None:
        self.take_up()
        self._give(bool(paths))
        wanted = list(self._new_files(paths, self._known()))
        # the reporting currency or terms may be given anew, or people have decided something,
        # without any new file
        anew = self.before is not None and self.report.options != self.earlier.options
        expects = self.before is not None and self.options.expect is not None
        if wanted or anew or expects:
            if wanted or expects or not self.publish_over():
                self.publish(lambda connection: self._build(connection, wanted))
            if self.report.published:
                self._keep_answers(wanted)
        elif self.before:
            self.report.state = self.before.number

    def _keep_answers(self, wanted: Sequence[Wanted]) -> None:
        """Keep what was said of files for the exports of their shape that come later."""
        for one in wanted:
            mapping = one.options.mapping
            read = [
                f for f in self.report.files
                if f.status == "loaded" and f.format and (
                    f.name == shown(one.path.name)
                    or f.name.startswith(f"{shown(one.path.name)} [")
                )
            ]  # fmt: skip
            if mapping is None or one.path in self.by_preset or not read:
                continue
            headers = headers_of(mapping, read[0].settings)
            try:
                keep(self.store.folder, SourceFile(one.path), mapping, read[0].format, headers,
                     self.now.date())  # fmt: skip
            except OSError as error:
                self.report.notes.append(
                    Text(NOT_KEPT, {"file": shown(one.path.name), "error": error})
                )

    def _give(self, of_files: bool) -> None:
        """Take up the options that hold until they are given anew."""
        said = {
            "reporting_currency": self.options.reporting_currency,
            "default_terms_days": self.options.default_terms_days,
            "oldest_first": self.options.oldest_first,
        }
        given = {k: str(v) for k, v in said.items() if v is not None}
        self.report.options |= given
        if given:
            self.report.given.append(Given(self.now, given, of_files))
        self.report.what = "load" if of_files or given else "derivation"

    def _known(self) -> dict[str, str]:
        """Return the hashes of what is loaded: with all that changes its reading -> of content."""
        if self.before is None:
            return {}
        table = self.before.engine.query(f"select sha256, {CONTENT} as content from files")
        return dict(zip(*(table.column(i).to_pylist() for i in (0, 1)), strict=True))

    def _new_files(self, paths: list[Path], known: Mapping[str, str]) -> Iterator[Wanted]:
        """Yield each file that the current state does not hold, with how it is to be read."""
        try:
            mappings = [load_mapping(path) for path in self.options.mapping]
        except FileError as error:
            self.report.failures.append(Failure("", error.reason, error.remedy))
            return
        seen, contents, o = set(known), set(known.values()), self.options
        kept, wrong = presets(self.store.folder)
        self.report.failures += [
            Failure(f"{FOLDER}/{path.name}", of_no_use.reason, of_no_use.remedy)
            for path, of_no_use in wrong
        ]
        files = []
        found: list[Path] = []
        for path in paths:
            inside = expand([path])
            if not inside:
                self.fail(shown(path.name), N_("There are no files in {file}."), file=str(path))
            found += inside
        found = list(dict.fromkeys(found))
        for path in found:
            if not path.is_file():
                self.fail(shown(path.name), N_("There is no file {file}."), file=str(path))
                continue
            try:
                file = SourceFile(path)
                mapping = self._said(path).mapping or choose_mapping(file, mappings)
                preset = recognise(kept, file) if mapping is None and not o.format else None
                if preset is not None:
                    mapping, self.by_preset[path] = preset.mapping, preset
                sha256, content = self._hash(path, mapping)
                if sha256:
                    files.append((shown(path.name), sha256, content, path, mapping))
                else:
                    found += self._inside(path)
            except OSError as error:
                self._unopened(path, error)
        fresh: set[str] = set()
        for name, sha256, content, path, mapping in sorted(files, key=lambda f: f[:2]):
            newer = self.report.superseded.get(sha256) or self.report.superseded.get(content)
            # where nothing is said of how to read it, the content alone tells that it is known
            unsaid = sha256 == content or path in self.by_preset
            if sha256 in seen or content in fresh or (unsaid and content in contents):
                self.report.files.append(FileReport(name, "", "known"))
            elif newer:
                notes = [Text(OLDER, {"file": name, "newer": newer})]
                self.report.files.append(FileReport(name, "", "superseded", notes=notes))
            else:
                seen.add(sha256)
                fresh.add(content)
                yield Wanted(path, sha256, self._read_options(path, mapping), content)

    def _unopened(self, path: Path, error: OSError) -> None:
        """Report a file that cannot be opened, now or ever."""
        reason = Text(N_("The file cannot be opened: {error}."), {"error": error})
        held = isinstance(error, PermissionError)
        self.report.failures.append(Failure(shown(path.name), reason, Text(""), passing=held))

    def _inside(self, path: Path) -> list[Path]:
        """Return the files of an archive, unpacked; none where it cannot be."""
        folder = self._unpacked / secrets.token_hex(8)
        folder.mkdir()
        try:
            return unpack(path, folder)
        except FileError as error:
            self.report.failures.append(Failure(shown(path.name), error.reason, error.remedy))
            return []

    def _said(self, path: Path) -> ReadOptions:
        """Return what was said about this file alone."""
        return self.options.each.get(path, ReadOptions())

    def _read_options(self, path: Path, mapping: Mapping[str, object] | None) -> ReadOptions:
        o, said = self.options, self._said(path)
        settings = ReadOptions(
            mapping=mapping,
            date_order=said.date_order or o.date_order,
            decimal=said.decimal or o.decimal,
            encoding=o.encoding,
            reporting_currency=self.report.options.get("reporting_currency"),
            ledger=o.ledger or "",
        )
        if o.receivables_accounts:
            settings = replace(settings, receivables_accounts=o.receivables_accounts)
        return settings

    def _hash(self, path: Path, mapping: Mapping[str, object] | None) -> tuple[str, str]:
        """Return a hash of the content and of all that changes its reading; one of the content.

        They are the same where nothing is said of how to read the file, and '' of an archive: only
        its files are read. One inside another is none.
        """
        o, said = self.options, self._said(path)
        how = [mapping, o.format, said.date_order or o.date_order, said.decimal or o.decimal,
               o.encoding, o.receivables_accounts, o.ledger]  # fmt: skip
        with path.open("rb", buffering=0) as stream:
            if self._unpacked not in path.parents and is_archive(stream):
                return "", ""
            found = hashlib.file_digest(stream, "sha256")
        content = found.hexdigest()
        if any(h is not None for h in how):
            found.update(json.dumps(how, sort_keys=True, default=str).encode())
        return found.hexdigest(), content

    def _build(
        self,
        connection: Connection,
        wanted: Sequence[Wanted],
    ) -> None:
        """Fill the next state; see `Making.publish`."""
        first_new = next_file(connection)
        reader = Reader(
            connection, self.report, self.options.format, first_new, self.progress, self.now,
            self.store.folder,
        )  # fmt: skip
        reader.read(wanted)
        self.rows, self.places = reader.rows, reader.places
        if reader.next_id == first_new and not self._anew():
            raise NothingNewError
        self._step(N_("Comparing with earlier exports"), len(wanted))
        self._replace(connection, first_new)
        self._step(N_("Matching, and deriving open items"), len(wanted))
        self._describe(connection)
        settings = self.derive(connection)
        self.report.refused = number(
            connection, "select count(*) from rejects where file_id >= $first", first=first_new
        )
        self.report.replacements += followed_lists(connection, first_new)
        aside = [(a.file_id, a.note) for a in overlaps(connection)]
        for file_id, note in (*aside, *restored(connection)):
            if file_id in self.places:
                self.report.files[self.places[file_id]].notes.append(note)
        self._step(N_("Checking"), len(wanted))
        self.check(connection, settings)
        self._step(N_("Publishing"), len(wanted))

    def _describe(self, connection: Connection) -> None:
        """Say of each file what it tells of, and by whose answers it was read."""
        for path, preset in self.by_preset.items():
            for file in self.report.files:
                if file.status == "loaded" and file.name.startswith(shown(path.name)):
                    file.notes.insert(0, preset.note)
        for file_id, told in tell(connection, list(self.places)).items():
            place = self.places[file_id]
            self.report.files[place] = replace(self.report.files[place], told=told)

    def _step(self, text: str, files: int) -> None:
        self.progress(Text(text), files, files, self.rows)

    def _replace(self, connection: Connection, first_new: int) -> None:
        """Let newer exports take the place of older ones; stop where nothing new remains."""
        replace_in_load(connection, self.report, self.places, first_new)
        new = number(
            connection, "select count(*) from files where file_id >= $first", first=first_new
        )
        if not new and not self._anew():
            raise NothingNewError

    def _anew(self) -> bool:
        """Return whether a state is to be made although no file is new."""
        if self.before is None:
            return False  # of nothing
        return self.report.options != self.earlier.options or self.options.expect is not None

    def compare(self, connection: Connection) -> None:
        """Compare with what the user's own system says; stop where that does not tie."""
        said = self.options.expect
        if said is None:
            super().compare(connection)
            return
        found = compared(connection, said, self.report)
        if found is None:
            return
        self.report.expected = replace(found, at=self.now)
        if not found.ties:
            self.report.tied = False
            raise DoesNotTieError
