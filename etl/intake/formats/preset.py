"""The exports of known programs, each read by its preset (etl/intake/mappings/preset.py).

The file is read as any table is (etl/intake/formats/table.py), by the mapping that the preset
makes of it. A mapping that names columns, given by the user, takes its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfileobj

import duckdb

from data.core.texts import N_, Text
from etl.intake.files.delimited import SEPARATORS
from etl.intake.files.encoding import is_text
from etl.intake.files.grid import Grid, tidy_headers
from etl.intake.files.workbook import is_workbook
from etl.intake.formats.heads import heads
from etl.intake.formats.table import TableSource
from etl.intake.mappings.mapping import applies
from etl.intake.mappings.preset import Layout, Preset, read_preset
from etl.intake.mappings.writing import merged
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.tables.plan import Plan


@dataclass(eq=False)
class PresetSource(TableSource):
    """The exports of one program."""

    preset: Preset

    def __post_init__(self) -> None:
        """Take over what the preset says."""
        preset = self.preset
        self.name, self.label = preset.name, preset.label
        self.gives, self.lacks = preset.gives, preset.lacks
        self.wanted = preset.headers

    def identify(self, file: SourceFile) -> float:
        """See `Source.identify`: all headers of a layout; the more there are, the surer."""
        tables = heads(file)
        found = [
            layout.marks.weight
            for sheet, rows in tables
            for headers in rows
            if (layout := self.preset.layout_of(headers, sheet))
        ]
        if not found and (layout := self._without_headers(file)):
            found = [layout.marks.weight]
        return 0.92 + 0.005 * min(max(found), 12) if found else 0.0

    def mapping_for(self, file: SourceFile) -> dict[str, object] | None:
        """Return what a mapping file would say of the file's first table that is recognised."""
        for sheet, rows in heads(file):
            for headers in rows:
                if layout := self.preset.layout_of(headers, sheet):
                    return layout.mapping(tidy_headers(headers))
        return None

    def grids(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        folder: str,
        options: ReadOptions,
    ) -> tuple[list[Grid], list[Text]]:
        """See `TableSource.grids`; a file without headers gets them."""
        layout = None if _says_columns(options) else self._without_headers(file)
        if layout is None:
            return super().grids(file, connection, table, folder, options)
        copy = Path(folder) / file.name
        headers = layout.marks.without_headers
        first = file.head.split(b"\n", 1)[0].decode("cp1252", errors="replace")
        separator = max(SEPARATORS, key=first.count)
        with copy.open("wb") as target, file.path.open("rb") as stream:
            target.write((separator.join(headers) + "\n").encode())
            copyfileobj(stream, target)
        (grid,), notes = super().grids(SourceFile(copy), connection, table, folder, options)
        grid.make_anew(connection, "line - 1 as line", grid.cells)
        grid.header_line = 0
        grid.settings["header_row"] = "0"
        notes.append(Text(N_("The file has no row of headers: its columns are taken in order.")))
        return [grid], notes

    def guess(self, grid: Grid, options: ReadOptions) -> Plan:
        """See `TableSource.guess`."""
        return super().guess(grid, self._understood(grid, options))

    def lacking(self, grid: Grid, options: ReadOptions) -> list[str]:
        """See `TableSource.lacking`."""
        return super().lacking(grid, self._understood(grid, options))

    def plan(self, connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions) -> Plan:
        """See `TableSource.plan`."""
        return super().plan(connection, grid, self._understood(grid, options))

    def _understood(self, grid: Grid, options: ReadOptions) -> ReadOptions:
        """Return how a grid is read: as the preset says, and the user over it."""
        user = options.mapping or {}
        says_columns = _says_columns(options)
        if says_columns and applies(user, grid.headers):
            return options
        layout = self.preset.layout_of(grid.headers, grid.settings.get("sheet", ""))
        if layout is None:
            return options
        ours = layout.mapping(grid.headers)
        return replace(options, mapping=ours if says_columns else merged(ours, user))

    def _without_headers(self, file: SourceFile) -> Layout | None:
        """Return the layout of a file that shows it by its first line, having no headers."""
        for layout in self.preset.layouts:
            if layout.marks.first_line and is_text(file.head) and not is_workbook(file.head):
                line = file.head.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
                if re.match(layout.marks.first_line, line.decode("cp1252", errors="replace")):
                    return layout
        return None


def presets_in(folder: Path) -> list[PresetSource]:
    """Return a source for each preset in a folder, in the order of their names.

    Raises `FileError` for one that makes no sense.
    """
    return [PresetSource(read_preset(path)) for path in sorted(folder.glob("*.toml"))]


def _says_columns(options: ReadOptions) -> bool:
    return bool(options.mapping and options.mapping.get("columns"))
