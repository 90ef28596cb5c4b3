"""The files of a load, read one after the other; many small XML or PDF in one transaction.

Each transaction waits until the disk has it: a folder of a thousand e-invoices would wait three
thousand times. An error inside a transaction undoes all of it, so where a file breaks one, those
before it are read again in a transaction of their own, and the broken one by itself: it harms no
other, and leaves nothing behind. Rows that need no looking at are inserted together.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from data.core.errors import FileError, TandemError, first_line
from data.core.reading import Reading
from data.core.texts import N_, Text, shown
from data.store.schema import STAGED
from etl.intake.formats.table import SOURCE as TABLE
from etl.intake.gathered import Gathered
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.tables.reading import ANSWER
from etl.ledger.exports.beside import ask_beside
from etl.load.fault import OF_THE_ENGINE, unforeseen
from etl.load.identify import identify
from etl.report import Failure, FileReport, LoadReport
from etl.sql import Connection, SharedTransactionError, run

Progress = Callable[[Text, int, int, int], None]
"""Called with what is being done, files done, files in all, and rows staged so far."""

SMALL = 1024 * 1024
"""Bytes of a file that shares a transaction with others."""
MOST, MOST_BYTES = 200, 16 * 1024 * 1024
"""Files of one transaction, and their bytes: what they stage is in memory until it ends."""
_START = 1024


class Wanted(NamedTuple):
    """A file to be read."""

    path: Path
    sha256: str
    """Hash of its content, and of everything that changes its reading."""
    options: ReadOptions
    content: str = ""
    """Hash of its content alone."""


class Reader:
    """Stages files, and writes their rows of `files` and their parts of the report."""

    def __init__(
        self,
        connection: Connection,
        report: LoadReport,
        format_: str | None,
        first_id: int,
        progress: Progress,
        loaded_at: datetime | None,
        folder: Path,
    ) -> None:
        """`format_` names the source that reads every file; None: whichever is surest."""
        self.rows = 0
        """Rows staged."""
        self.next_id = first_id
        self.places: dict[int, int] = {}
        """Number of a file -> its place in the report."""
        self._from: dict[int, Wanted] = {}
        """Number of a file -> what it was read from."""
        self._connection = connection
        self._report = report
        self._format = format_
        self._progress = progress
        self._loaded_at = loaded_at
        self._folder = folder
        self._gathered = Gathered()
        self._files = 0
        self._shown = 0

    def read(self, files: Sequence[Wanted]) -> None:
        """Read the files; what cannot be read is reported and leaves nothing behind."""
        self._files = len(files)
        for batch in _batches(list(enumerate(files))):
            self._read(batch)
        self._ask_beside()

    def _ask_beside(self) -> None:
        """Take plain lists out again that leave something open beside the other files."""
        unsaid = [
            n for n, place in self.places.items()
            if self._report.files[place].format == TABLE.name and not _says_rows(self._from[n])
        ]  # fmt: skip
        if not unsaid:
            return
        waits = any(failure.asked for failure in self._report.failures)
        for file_id, asked in ask_beside(self._connection, unsaid, waits=waits).items():
            path = self._from[file_id].path
            if file_id in self.places:
                self._take_out([n for n in self.places if self._from[n].path == path])
                self._report.failures.append(
                    Failure(shown(path.name), asked.text, Text(ANSWER), True, [asked])
                )

    def _take_out(self, files: list[int]) -> None:
        """Forget files that were read: nothing of them is staged."""
        for table in STAGED:
            sql = f"delete from {table.name} where list_contains($files, file_id)"
            run(self._connection, sql, files=files)
        gone = {self.places.pop(n) for n in files}
        kept = [place for place in range(len(self._report.files)) if place not in gone]
        self._report.files[:] = [self._report.files[place] for place in kept]
        self.places = {n: kept.index(place) for n, place in self.places.items()}

    def _read(self, batch: list[tuple[int, Wanted]]) -> None:
        while len(batch) > 1:
            done = self._in_one(batch)
            if done == len(batch):
                return
            before, broken, batch = batch[:done], batch[done], batch[done + 1 :]
            if self._in_one(before) < done:
                for place, file in before:
                    self._alone(place, file)
            self._alone(*broken)
        for place, file in batch:
            self._alone(place, file)

    def _in_one(self, batch: list[tuple[int, Wanted]]) -> int:
        """Read the files in one transaction; return how many came before one that broke it.

        Where that is not all of them, nothing was done.
        """
        before = self.next_id, self.rows, len(self._report.files), len(self._report.failures)
        done = 0
        self._connection.begin()
        try:
            for done, (place, file) in enumerate(batch):  # noqa: B007 - used after the loop
                self._tell(place, file)
                self._stage(file)
            self._gathered.insert(self._connection)
            self._connection.commit()
        except (*OF_THE_ENGINE, SharedTransactionError):
            with contextlib.suppress(duckdb.TransactionException):  # a failed commit ends it
                self._connection.rollback()
            self._gathered = Gathered()
            self.next_id, self.rows, files, failures = before
            del self._report.files[files:], self._report.failures[failures:]
            self.places = {n: place for n, place in self.places.items() if n < self.next_id}
            return done
        return len(batch)

    def _alone(self, place: int, file: Wanted) -> None:
        """Read one file; each of its statements is a transaction."""
        self._tell(place, file)
        try:
            self._stage(file)
            self._gathered.insert(self._connection)
        except OF_THE_ENGINE as error:
            self._gathered = Gathered()
            self._failed(file, error)

    def _tell(self, place: int, file: Wanted) -> None:
        # what is read again was shown before
        self._shown = max(self._shown, place)
        text = Text(N_("Reading {file}"), {"file": shown(file.path.name)})
        self._progress(text, self._shown, self._files, self.rows)

    def _stage(self, file: Wanted) -> None:
        """Stage one file; reports a failure, but for errors of the engine, which it raises."""
        source_file = SourceFile(file.path)
        try:
            source = identify(source_file, self._format, file.options.mapping)
            options = replace(file.options, gathered=self._gathered)
            readings = source.read(source_file, self._connection, self.next_id, options)
        except FileError as error:
            self._drop()
            asked = bool(error.questions or error.asks)
            self._report.failures.append(
                Failure(
                    shown(file.path.name), error.reason, error.remedy, asked, list(error.questions)
                )
            )
        except pa.ArrowException:
            raise
        except (OSError, ValueError) as error:
            self._failed(file, error)
        else:
            for reading in readings:
                self._register(reading, file)
                self.next_id += 1

    def _failed(self, file: Wanted, error: Exception) -> None:
        """Report a file that is broken in a way its source does not foresee; the others go on."""
        self._drop()
        said: TandemError
        if isinstance(error, OF_THE_ENGINE):
            reason = N_("The file holds something that was not expected; nothing of it is loaded.")
            said = unforeseen(self._folder, error, reason)
        else:
            said = FileError(
                Text(N_("The file cannot be read: {error}."), {"error": first_line(error)}),
                N_("Export it again, or report this file as a fault."),
            )
        held = isinstance(error, PermissionError)
        self._report.failures.append(
            Failure(shown(file.path.name), said.reason, said.remedy, passing=held)
        )

    def _drop(self) -> None:
        """Delete whatever the file that is being read has staged.

        Where an error has broken the transaction, this raises it anew, whatever became of it.
        """
        self._gathered.drop_files(self.next_id)
        for table in STAGED:
            sql = f"delete from {table.name} where file_id >= $first"
            run(self._connection, sql, first=self.next_id)

    def _register(self, reading: Reading, file: Wanted) -> None:
        """Write the row of `files`, and the file's part of the report."""
        self.rows += reading.rows_kept
        values = {
            "file_id": self.next_id,
            "name": reading.name,
            "sha256": file.sha256,
            "bytes": file.path.stat().st_size,
            "format": reading.format,
            "rows_kind": reading.rows_kind,
            "ledger": reading.ledger,
            "series": reading.series,
            "loaded_at": self._loaded_at,
            "first_day": reading.first_day,
            "last_day": reading.last_day,
            "rows_read": reading.rows_read,
            "rows_kept": reading.rows_kept,
            "rows_rejected": reading.rows_rejected,
            "rows_left_out": sum(reading.left_out.values()),
            "control_total": reading.control_total,
            "carried": Decimal(0),
            "settings": json.dumps({**reading.settings, "content": file.content or file.sha256}),
        }
        self._gathered.add("files", values)
        self.places[self.next_id] = len(self._report.files)
        self._from[self.next_id] = file
        self._report.files.append(
            FileReport(
                reading.name, reading.format, "loaded", reading.rows_kind, reading.ledger,
                reading.first_day, reading.last_day, reading.rows_read, reading.rows_kept,
                reading.rows_rejected, reading.left_out, reading.totals, reading.settings,
                reading.notes, reading.left_out_amounts, reading.refused_amount, reading.turned,
            )
        )  # fmt: skip


def _says_rows(file: Wanted) -> bool:
    """Return whether the reader has said what the rows of a file are."""
    source = (file.options.mapping or {}).get("source")
    return isinstance(source, dict) and "rows" in source


def _batches(files: list[tuple[int, Wanted]]) -> Iterator[list[tuple[int, Wanted]]]:
    """Yield the files in order: those that may share a transaction together, others alone."""
    batch: list[tuple[int, Wanted]] = []
    together = 0
    for place, file in files:
        size = _shares(file)
        if batch and (size is None or len(batch) == MOST or together >= MOST_BYTES):
            yield batch
            batch, together = [], 0
        if size is None:
            yield [(place, file)]
        else:
            batch.append((place, file))
            together += size
    if batch:
        yield batch


def _shares(file: Wanted) -> int | None:
    """Return the bytes of a file that may share a transaction: a small XML or PDF; None of others.

    Lines of a delimited text are numbered in a way that only holds outside (see etl/sql.py).
    """
    if file.options.mapping is not None:
        return None
    try:
        with file.path.open("rb") as stream:
            start = stream.read(_START).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
        size = file.path.stat().st_size
    except OSError:  # it is gone meanwhile: reading it will say so
        return None
    return size if size <= SMALL and start.startswith((b"<", b"%PDF-")) else None
