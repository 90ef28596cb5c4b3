"""Looks at a file before it is loaded: what it is, what would come of it, what is missing.

A dry run: the file is read as a load would read it, into a database that is thrown away.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from data.core.errors import FileError, first_line
from data.core.importing import OWN, Found, Said, Sheet
from data.core.reading import Reject
from data.core.texts import N_, Text, shown
from data.store.schema import STAGED
from etl.intake.files.workbook import is_parquet, is_workbook
from etl.intake.formats.preset import PresetSource
from etl.intake.formats.table import SOURCE as TABLE
from etl.intake.formats.table import Preview, TableSource
from etl.intake.headers import bare
from etl.intake.mappings.mapping import mapping_to_toml, own_names, parse_mapping
from etl.intake.mappings.writing import merged
from etl.intake.source import HEAD_BYTES, ReadOptions, SourceFile
from etl.load.fault import OF_THE_ENGINE
from etl.load.identify import identify
from etl.load.told import tell
from etl.report import Failure

LOG = logging.getLogger("tandem")

SHOWN = 20
"""Rows shown of each table."""

_STAGED = ("staged_documents", "staged_customers", "staged_matches", "staged_rates")
_INNER = ("file_id", "ledger", "book_account", "match_code")


@dataclass(frozen=True)
class Look:
    """A file to be looked at, and all that was said about it."""

    token: str
    path: Path
    said: Said = field(default_factory=Said)
    mapping: Mapping[str, object] | None = None
    """A mapping file that came with it, or what was answered for an export of its shape."""
    answered: Mapping[str, object] = field(default_factory=dict)
    """What the reader's answers to its questions say, as a mapping."""
    accounts: tuple[str, ...] | None = None

    def options(self) -> ReadOptions:
        """Return how the file is to be read."""
        said = self.said
        given = self.mapping
        if given is None and (said.columns is not None or self.answered):
            given = known_mapping(SourceFile(self.path))
        if self.answered:
            given = merged(given or {}, self.answered)
        options = ReadOptions(
            mapping=said_mapping(said, given),
            date_order=said.date_order,
            decimal=said.decimal,
        )
        return replace(options, receivables_accounts=self.accounts) if self.accounts else options


def known_mapping(file: SourceFile) -> Mapping[str, object] | None:
    """Return what is known of the exports of the program a file comes from, as a mapping.

    Columns said by hand take the place of its columns; which rows count, and what its words mean,
    stays as it is.
    """
    try:
        source = identify(file)
        return source.mapping_for(file) if isinstance(source, PresetSource) else None
    except (FileError, OSError):
        return None  # reading it says why


def said_mapping(said: Said, given: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """Return what was said by hand as a mapping, over a mapping file where there is one.

    What the file says about columns, and what follows from them, ends where columns were said by
    hand.
    """
    if said.columns is None and said.rows is None and said.sheet is None:
        return given
    gone = () if said.columns is None else ("columns", "derived", "dimensions")
    base = {k: v for k, v in (given or {}).items() if k not in gone}
    source = base.get("source")
    about = dict(source) if isinstance(source, dict) else {}
    about |= {k: v for k, v in (("rows", said.rows), ("sheet", said.sheet)) if v}
    if about:
        base["source"] = about
    if said.columns is not None:
        about.pop("by_headers", None)  # what was not said is not read
        base["source"] = about
        base["columns"], base["dimensions"] = _parted(said.columns)
    return base


def _parted(columns: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a mapping file says of columns that were said: [columns] and [dimensions]."""
    own = {header: ours.removeprefix(OWN) for ours, header in columns.items() if _is_own(ours)}
    return {ours: header for ours, header in columns.items() if not _is_own(ours)}, own


def _is_own(ours: str) -> bool:
    return ours.startswith(OWN)


def asked_beside(found: Found, why: Failure) -> Found:
    """Return what is known about a file of which a load asked what shows beside other files."""
    if not why.questions:
        return found
    return replace(found, problem=FileError(why.reason, why.remedy, questions=why.questions))


def look(asked: Look) -> Found:
    """Return what is known about a file."""
    path = asked.path
    known = Found(asked.token, shown(path.name), path.stat().st_size, said=asked.said)
    return _look(known, SourceFile(path), asked.options())


def _look(known: Found, file: SourceFile, options: ReadOptions) -> Found:
    problem: FileError | None = None
    tables = TABLE
    with duckdb.connect() as connection:
        for table in STAGED:
            connection.execute(table.create())
        try:
            source = identify(file, None, options.mapping)
            tables = source if isinstance(source, TableSource) else TABLE
            known = replace(known, format=source.name, label=source.label)
            readings = source.read(file, connection, 1, options)
            paying = [n for n, r in enumerate(readings, 1) if r.rows_kind in ("payments", "bank")]
            for number, told in tell(connection, range(1, len(readings) + 1), paying).items():
                readings[number - 1].told = told
            known = replace(
                known,
                parts=tuple(readings),
                staged=_first_rows(connection),
                refused=_refused(connection, file.name),
            )
        except FileError as error:
            problem = error.with_traceback(None)
        except OF_THE_ENGINE:
            LOG.exception("a file cannot be looked at")
            problem = FileError(
                N_("The file holds something that was not expected; nothing of it is loaded."),
                N_("Report it as a fault; the details are in the log."),
            )
        except (OSError, ValueError) as error:
            problem = FileError(
                Text(N_("The file cannot be read: {error}."), {"error": first_line(error)}),
                N_("Export it again, or report this file as a fault."),
            )
    if known.format in ("", tables.name):
        with tempfile.TemporaryDirectory() as folder:
            shown = _beginning(file, Path(folder)) if known.parts else file
            sheet, called, own = _sheet(tables, shown, options)
        rows = ({called.get(k, k): v for k, v in row.items()} for row in known.staged)
        known = replace(known, sheet=sheet, staged=tuple(rows))
        if sheet is not None and not known.format:
            # nothing was recognised, yet it is a table: its columns can be said by hand
            known = replace(known, format=TABLE.name, label=TABLE.label)
            problem = own or problem
    return replace(known, problem=problem)


def _beginning(file: SourceFile, folder: Path) -> SourceFile:
    """Return the first lines of a large text, which is understood already: only rows to show."""
    binary = is_workbook(file.head) or is_parquet(file.head) or b"\0" in file.head
    if binary or len(file.head) < HEAD_BYTES:
        return file
    copy = folder / file.name
    copy.write_bytes(file.head[: file.head.rfind(b"\n") + 1] or file.head)
    return SourceFile(copy)


def _first_rows(connection: duckdb.DuckDBPyConnection) -> tuple[Mapping[str, object], ...]:
    """Return the first staged rows with the columns that say something."""
    for table in _STAGED:
        found = connection.execute(
            f"select * from {table} where file_id = 1 order by line limit {SHOWN}"
        )
        names = [d[0] for d in found.description or ()]
        rows = found.fetchall()
        if rows:
            used = [
                i
                for i, name in enumerate(names)
                if name not in _INNER and any(row[i] is not None for row in rows)
            ]
            return tuple({names[i]: row[i] for i in used} for row in rows)
    return ()


def _refused(connection: duckdb.DuckDBPyConnection, file: str) -> tuple[Reject, ...]:
    return tuple(
        Reject(file, line or 0, column or "", value or "", reason or "", remedy or "")
        for line, column, value, reason, remedy in connection.execute(
            "select line, column_name, value, reason, remedy from rejects "
            f"order by file_id, line limit {SHOWN}"
        ).fetchall()
    )


def _sheet(
    tables: TableSource, file: SourceFile, options: ReadOptions
) -> tuple[Sheet | None, dict[str, str], FileError | None]:
    """Return the table to be mapped: the one that was chosen, else the first not understood.

    And what its dimensions of the reader's own are called, own_1 to own_4.
    """
    try:
        previews = tables.preview(file, options)
    except FileError as error:
        return None, {}, error.with_traceback(None)
    except (*OF_THE_ENGINE, OSError, ValueError):
        return None, {}, None  # reading it has failed before, and said why
    if not previews or not any(previews[0].headers):
        return None, {}, None
    chosen = next((p for p in previews if p.problem), previews[0])
    problem = chosen.problem
    names = tuple(p.settings.get("sheet", p.name) for p in previews)
    return (
        _as_sheet(chosen, names if len(names) > 1 else ()),
        _called(chosen),
        problem,
    )


def _as_sheet(preview: Preview, choices: tuple[str, ...]) -> Sheet:
    return Sheet(
        name=preview.name,
        headers=preview.headers,
        lines=preview.lines,
        rows=preview.rows,
        columns=_columns(preview),
        rows_kind=preview.rows_kind,
        missing=preview.missing,
        formats=preview.formats,
        choices=choices,
        own=own_names(preview.headers),
    )


def _called(preview: Preview) -> dict[str, str]:
    """Return own_1 to own_4 -> what the column is said to be."""
    return {ours: f"{OWN}{name}" for ours, name in preview.own.items()}


def _columns(preview: Preview) -> dict[str, str]:
    """Return our column name -> their header, in the words of a mapping file."""
    called = _called(preview)
    columns = {called.get(ours, ours): header for header, ours in preview.columns.items()}
    if "pays" in columns:  # the invoice that a payment row names
        if "document_id" in columns:
            columns["credit_id"] = columns["document_id"]
        columns["document_id"] = columns.pop("pays")
    return columns


def found_mapping(found: Found, asked: Look) -> str:
    """Return what is known about a table as the text of a mapping file."""
    given = parse_mapping(asked.options().mapping or known_mapping(SourceFile(asked.path)) or {})
    sheet = found.sheet
    known = asked.said.columns or (sheet.columns if sheet else {})
    columns, own = _parted(known) if known else (given.columns, given.dimensions)
    rows = asked.said.rows or given.rows or (sheet.rows_kind if sheet else None)
    mapping = replace(
        given,
        rows=rows,
        date_format=given.date_format or _date_format(sheet, asked.said.date_order),
        decimal=asked.said.decimal or given.decimal,
        columns=columns,
        dimensions=own,
    )
    return mapping_to_toml(mapping)


def _date_format(sheet: Sheet | None, order: str | None) -> str | None:
    """Return the format of all day columns, where the reader said their order and one fits."""
    if sheet is None or order is None:
        return None
    days = [header for ours, header in sheet.columns.items() if ours.endswith("_on")]
    places = [i for i, header in enumerate(sheet.headers) if bare(header) in map(bare, days)]
    shapes = set()
    for row in sheet.rows:
        for i in places:
            if not row[i]:
                continue
            found = re.fullmatch(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})", row[i])
            shapes.add((found[2], len(found[4])) if found else None)
    known = [s for s in shapes if s]  # other cells are refused anyway
    if len(known) != 1:
        return None
    ((sign, digits),) = known
    year = "%Y" if digits == 4 or order == "ymd" else "%y"
    return sign.join({"d": "%d", "m": "%m", "y": year}[part] for part in order)
