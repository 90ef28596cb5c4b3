"""From export files to a published state.

    identify -> read -> stage -> replace -> match -> derive -> check -> publish

A file that is not understood is reported and the others are loaded. A load that fails a control
total, or is killed, leaves the current state as it was.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from data.core.texts import N_, Text
from data.store.schema import STAGED
from data.store.state import State, Store
from data.workspace import by_hand
from data.workspace.decisions import DECIDED, Decision, Decisions, fingerprint, holding
from etl.findings import find, outcomes
from etl.intake.mappings.mapping import load_mapping
from etl.intake.source import FileError, ReadOptions, SourceFile
from etl.intake.staged import create_staged
from etl.ledger.checks import control
from etl.ledger.derive import (
    DEFAULT_TERMS_DAYS,
    Settings,
    derive,
    find_reporting_currency,
    write_about,
)
from etl.ledger.exports.bases import overlaps
from etl.ledger.exports.copies import drop_copies, without
from etl.ledger.exports.open_lists import followed_lists
from etl.ledger.exports.repeated import drop_repeated
from etl.ledger.exports.replace import CONTENT, Replacement, replace_older, replace_readings
from etl.load.identify import choose_mapping, expand
from etl.load.lock import only_load
from etl.load.read import Progress, Reader, Wanted
from etl.report import (
    ControlTotal,
    Failure,
    FileReport,
    FindingLine,
    LoadReport,
    fill_report,
)
from etl.sql import Connection, number, rows, run

#: What a reader can do about a file that was taken for an older export.
OLDER = N_(
    "{newer} reaches as far or further over the same period, and counts. If {file} was exported"
    " later, load the exports into a new folder (--store), without {newer}."
)
#: What a reader should know about a file that lacks documents of an older one.
STAY = N_(
    "Documents of {older} that are not in this later export, which does not reach as far: {count}"
    " ({amount}). They still count. If they were deleted, load the exports into a new folder"
    " (--store), without {older}."
)


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
    memory: int | None = None
    """Megabytes that the tables of a load may take before they spill to disk; None: up to 6 GB."""
    each: Mapping[Path, ReadOptions] = field(default_factory=dict)
    """What was said about single files: mapping, date order and decimal sign, before the rest."""


class _NothingNewError(Exception):
    """Nothing was read that the current state does not hold."""


class _DoesNotTieError(Exception):
    """A control total does not hold."""


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


class _Load:
    """One run of `load`: its options, and the report as it grows."""

    def __init__(self, store: Store, options: LoadOptions, progress: Progress) -> None:
        self.store = store
        self.options = options
        self.progress = progress
        self.report = LoadReport(loaded_at=datetime.now(UTC).replace(tzinfo=None, microsecond=0))
        self.earlier = LoadReport()
        self.decisions: tuple[Decision, ...] = ()
        self.sectors: dict[str, str] = {}
        self.rows = 0
        self.places: Mapping[int, int] = {}
        """Number of a file -> its place in the report."""

    def run(self, paths: list[Path]) -> LoadReport:
        """See `load`."""
        started = time.monotonic()
        with only_load(self.store.folder):
            self._run(paths)
        self.report.seconds = round(time.monotonic() - started, 2)
        return self.report

    def _run(self, paths: list[Path]) -> None:
        report = self.report
        before = self.store.current()
        known = self._earlier(before)
        self.decisions = holding(Decisions(self.store.folder).read())
        self.sectors = by_hand.sectors(self.store.folder)
        for name, said in (
            (DECIDED, fingerprint(self.decisions)),
            (by_hand.SAID, by_hand.fingerprint(self.sectors)),
        ):
            report.options.pop(name, None)
            if said:
                report.options[name] = said
        wanted = list(self._new_files(paths, known))
        # the reporting currency or terms may be given anew, or people have decided something,
        # without any new file
        anew = before is not None and report.options != self.earlier.options
        if wanted or anew:
            try:
                state = self.store.publish(
                    lambda c, _: self._build(c, wanted),
                    keep={table.name for table in STAGED},
                )
                report.published, report.state = True, state.number
            except _NothingNewError:
                pass
            except _DoesNotTieError:
                report.state = before.number if before else None
            except FileError as error:
                report.failures.append(Failure("", error.reason, error.remedy))
            except duckdb.OutOfMemoryException:
                reason = N_("The load needs more memory, or more room for what it spills to disk.")
                remedy = N_("Give it more with --memory, make room on the disk, or leave it out.")
                self._fail("", reason, remedy)
        if not report.published and before:
            report.state = before.number

    def _earlier(self, before: State | None) -> dict[str, str]:
        """Read what the current state says about itself.

        Returns the hashes of its files, with all that changes their reading, and of their content.
        """
        if before is None:
            known: dict[str, str] = {}
        else:
            about = before.engine.query("select report from about").to_pylist()[0]
            self.earlier = LoadReport.from_json(about["report"] or "{}")
            table = before.engine.query(f"select sha256, {CONTENT} as content from files")
            known = dict(zip(*(table.column(i).to_pylist() for i in (0, 1)), strict=True))
        given = {
            "reporting_currency": self.options.reporting_currency,
            "default_terms_days": self.options.default_terms_days,
        }
        self.report.options = {
            **self.earlier.options,
            **{k: str(v) for k, v in given.items() if v is not None},
        }
        self.report.superseded = dict(self.earlier.superseded)
        return known

    def _new_files(self, paths: list[Path], known: Mapping[str, str]) -> Iterator[Wanted]:
        """Yield each file that the current state does not hold, with how it is to be read."""
        try:
            mappings = [load_mapping(path) for path in self.options.mapping]
        except FileError as error:
            self.report.failures.append(Failure("", error.reason, error.remedy))
            return
        seen, contents = set(known), set(known.values())
        files = []
        found: list[Path] = []
        for path in paths:
            inside = expand([path])
            if not inside:
                self._fail(path.name, N_("There are no files in {file}."), file=str(path))
            found += inside
        for path in dict.fromkeys(found):
            if not path.is_file():
                self._fail(path.name, N_("There is no file {file}."), file=str(path))
                continue
            try:
                mapping = self._said(path).mapping or choose_mapping(SourceFile(path), mappings)
                files.append((path.name, *self._hash(path, mapping), path, mapping))
            except OSError as error:
                self._fail(path.name, N_("The file cannot be opened: {error}."), error=error)
        fresh: set[str] = set()
        for name, sha256, content, path, mapping in sorted(files, key=lambda f: f[:2]):
            newer = self.report.superseded.get(sha256) or self.report.superseded.get(content)
            # where nothing is said of how to read it, the content alone tells that it is known
            if sha256 in seen or content in fresh or (sha256 == content and content in contents):
                self.report.files.append(FileReport(name, "", "known"))
            elif newer:
                notes = [Text(OLDER, {"file": name, "newer": newer})]
                self.report.files.append(FileReport(name, "", "superseded", notes=notes))
            else:
                seen.add(sha256)
                fresh.add(content)
                yield Wanted(path, sha256, self._read_options(path, mapping), content)

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

        They are the same where nothing is said of how to read the file.
        """
        o, said = self.options, self._said(path)
        how = [mapping, o.format, said.date_order or o.date_order, said.decimal or o.decimal,
               o.encoding, o.receivables_accounts, o.ledger]  # fmt: skip
        with path.open("rb", buffering=0) as stream:
            found = hashlib.file_digest(stream, "sha256")
        content = found.hexdigest()
        if any(h is not None for h in how):
            found.update(json.dumps(how, sort_keys=True, default=str).encode())
        return found.hexdigest(), content

    def _fail(self, name: str, reason: str, remedy: str = "", **values: object) -> None:
        self.report.failures.append(Failure(name, Text(reason, values), Text(remedy, values)))

    def _build(
        self,
        connection: Connection,
        wanted: Sequence[Wanted],
    ) -> None:
        """Fill the next state; see `Store.publish`."""
        _limit_memory(connection, self.options.memory)
        create_staged(connection)
        first_new = number(connection, "select max(file_id) from files") + 1
        reader = Reader(connection, self.report, self.options.format, first_new, self.progress)
        reader.read(wanted)
        self.rows, self.places = reader.rows, reader.places
        if reader.next_id == first_new and self.report.options == self.earlier.options:
            raise _NothingNewError
        self._step(N_("Comparing with earlier exports"), len(wanted))
        self._replace(connection, first_new)
        self._step(N_("Matching, and deriving open items"), len(wanted))
        settings = self._settings(connection)
        derive(connection, settings)
        self.report.replacements += followed_lists(connection, first_new)
        for aside in overlaps(connection):
            if aside.file_id in self.places:
                self.report.files[self.places[aside.file_id]].notes.append(aside.note)
        self._step(N_("Checking"), len(wanted))
        self._check(connection, settings)
        self._step(N_("Publishing"), len(wanted))

    def _step(self, text: str, files: int) -> None:
        self.progress(Text(text), files, files, self.rows)

    def _replace(self, connection: Connection, first_new: int) -> None:
        """Let newer exports take the place of older ones; stop where nothing new remains."""
        done = replace_readings(connection, first_new)
        for one in done:
            # what the earlier reading replaced may be loaded again
            kept_out = self.report.superseded.items()
            self.report.superseded = {h: name for h, name in kept_out if name != one.older}
        done += [*replace_older(connection, first_new), *drop_repeated(connection, first_new)]
        done += self._set_copies_aside(connection, first_new)
        kept = {str(n) for (n,) in rows(connection, "select name from files")}
        self.report.replacements = done
        for one in done:
            if one.superseded:
                self.report.superseded |= dict.fromkeys((one.superseded, one.content), one.newer)
        gone = {r.older: r.newer for r in done if r.superseded and r.older not in kept}
        self.report.files = [
            replace(
                f,
                status="superseded",
                notes=[*f.notes, Text(OLDER, {"file": f.name, "newer": gone[f.name]})],
            )
            if f.status == "loaded" and f.name in gone
            else f
            for f in self.report.files
        ]
        for one in done:
            if one.stay and one.newer_id in self.places:
                values = {"older": one.older, "count": one.stay, "amount": str(one.stay_amount)}
                self.report.files[self.places[one.newer_id]].notes.append(Text(STAY, values))
        new = number(
            connection, "select count(*) from files where file_id >= $first", first=first_new
        )
        if not new and self.report.options == self.earlier.options:
            raise _NothingNewError

    def _set_copies_aside(self, connection: Connection, first_new: int) -> list[Replacement]:
        """Count e-invoices once that stand in several files; return what that took from older."""
        copies = sorted(drop_copies(connection, first_new), key=lambda c: c.file_id)
        for file_id, lost in itertools.groupby(copies, key=lambda c: c.file_id):
            if file_id in self.places:
                place = self.places[file_id]
                self.report.files[place] = without(self.report.files[place], list(lost))
        older = {(c.name, c.stays) for c in copies if c.file_id < first_new}
        return [Replacement(name, stays, False, "") for name, stays in sorted(older)]

    def _settings(self, connection: Connection) -> Settings:
        """Return what was given to this load or an earlier one, else what the data say."""
        given = self.report.options
        currency = given.get("reporting_currency")
        if not currency:
            try:
                currency = find_reporting_currency(connection)
            except FileError:
                if not self.earlier.reporting_currency:
                    raise
                currency = self.earlier.reporting_currency
        self.currency_assumed = currency is None
        terms = int(given.get("default_terms_days", DEFAULT_TERMS_DAYS))
        return Settings(currency or "EUR", terms, self.decisions, self.sectors)

    def _check(self, connection: Connection, settings: Settings) -> None:
        """Check the control totals, write findings, the report and `about`."""
        report = self.report
        report.reporting_currency = settings.reporting_currency
        report.default_terms_days = settings.default_terms_days
        report.controls = [
            ControlTotal(c.name, c.text, c.left, c.right, c.ok) for c in control(connection)
        ]
        if not report.ok and not all(c.ok for c in report.controls):
            raise _DoesNotTieError
        loaded_at = report.loaded_at
        assert loaded_at is not None  # noqa: S101 - tells the type checker
        write_about(connection, settings, loaded_at)
        found = find(connection, self.currency_assumed)
        report.findings = [FindingLine(f.name, f.text, f.items, f.amount) for f in found]
        report.checks = outcomes(connection, found)
        fill_report(connection, report)
        report.published = True
        run(connection, "update about set report = $report", report=report.to_json())


def _limit_memory(connection: Connection, megabytes: int | None) -> None:
    """Keep a load within so much, else 6 GB or what DuckDB would take where that is less.

    The rest spills.

    Rows may be written in any order: keeping theirs takes memory, and each has its line.
    """
    run(connection, "set preserve_insertion_order = false")
    if megabytes is not None:
        run(connection, f"set memory_limit = '{int(megabytes)}MB'")
        return
    limit = str(rows(connection, "select current_setting('memory_limit')")[0][0])
    amount, _, unit = limit.partition(" ")
    if unit in ("GiB", "TiB") and (unit == "TiB" or Decimal(amount) > 6):
        run(connection, "set memory_limit = '6GiB'")
