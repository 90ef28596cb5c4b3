"""Rows that a parser finds one by one, staged like the rows of a table.

Audit files, e-invoices and bank statements are no tables: a source reads them element by element
and adds what it finds to `Records`, as text in the file's own words. They are written to disk as
they come, so that a large file needs no more memory than a small one, and read as a whole by the
same columns, checks and rejects as any table. A source says what its words are called (`columns`)
and how its days and amounts are written; it converts nothing itself.

    with Records("invoices", {"document_id": "InvoiceNo", "issued_on": "InvoiceDate",
                              "debit": "Debit", "credit": "Credit"}) as invoices:
        for element in ...:
            invoices.add(element.line, document_id=element.text("InvoiceNo"), ...)
        reading = stage_records(connection, invoices, file_id, Source(...))
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.core.reading import Reading
from data.core.texts import Text
from etl.intake.files.grid import Grid
from etl.intake.headers import CANONICAL
from etl.intake.source import ReadOptions
from etl.intake.tables.reading import make_plan
from etl.intake.tables.staging import stage

_BATCH = 20_000
_REJECT = pa.schema(
    [("file_id", pa.int32()), ("line", pa.int64())]
    + [(n, pa.string()) for n in ("column_name", "value", "reason", "remedy", "raw")]
)


@dataclass(frozen=True)
class Origin:
    """What all rows of one file have in common: see `Reading` for name to settings."""

    name: str
    format: str
    ledger: str = ""
    series: str = ""
    currency: str | None = None
    """Of rows that name none."""
    decimal: str = "."
    date_format: str = "%Y-%m-%d"
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Their words for kinds of documents -> ours."""
    settings: Mapping[str, str] = field(default_factory=dict)


class Records:
    """Rows of one kind, on disk.

    rows_kind: as in `Reading`. columns: our name (as in a mapping file) -> theirs, for rejects.
    Amounts carry their own sign where they stand in `debit` and `credit`; in `amount`, what is
    written positive but lowers the debt is recognised as in any table.
    """

    def __init__(self, rows_kind: str, columns: Mapping[str, str]) -> None:
        """Start with no rows."""
        unknown = columns.keys() - set(CANONICAL)
        assert not unknown, f"no columns of ours: {unknown}"  # noqa: S101 - a fault of the source
        self.rows_kind = rows_kind
        self.columns = dict(columns)
        self.left_out: dict[str, int] = {}
        """Reason (marked with N_) -> how many elements the source left out."""
        self.notes: list[Text] = []
        self.count = 0
        self._names = list(columns)
        self._folder = tempfile.TemporaryDirectory()
        self._schema = pa.schema(
            [("line", pa.int64()), *((f"c{n}", pa.string()) for n in range(len(columns)))]
        )
        self._rows: list[tuple[int | str | None, ...]] = []
        self._rejects: list[tuple[int, str, str, str, str, str]] = []
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Records:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what is on disk."""
        self.close()

    def add(self, line: int, **cells: str | None) -> None:
        """Add a row: where it stands in the file, and its cells by our names."""
        unknown = cells.keys() - self.columns.keys()
        assert not unknown, f"not among the columns: {unknown}"  # noqa: S101
        texts = (cells.get(name) for name in self._names)
        self._rows.append((line, *((t.strip() or None) if t else None for t in texts)))
        self.count += 1
        if len(self._rows) >= _BATCH:
            self._flush()

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count elements that are no receivables; `reason` is a phrase marked with N_."""
        self.left_out[reason] = self.left_out.get(reason, 0) + count

    def reject(self, line: int, column: str, value: str, reason: str, remedy: str) -> None:
        """Refuse an element that gives no row: `reason` and `remedy` are sentences with N_."""
        self._rejects.append((line, column, value, reason, remedy, value))

    def close(self) -> None:
        """Remove what is on disk."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._folder.cleanup()

    @property
    def path(self) -> Path:
        """The Parquet file with the rows added so far."""
        return Path(self._folder.name) / "rows.parquet"

    def finish(self) -> Path:
        """Write what is left and return the file."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        return self.path

    def rejects(self) -> Sequence[tuple[int, str, str, str, str, str]]:
        """Return what was refused: line, column, value, reason, remedy, raw."""
        return self._rejects

    def _flush(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd")
        columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(self._schema)
        arrays = [pa.array(c, t.type) for c, t in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def stage_records(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    file_id: int,
    origin: Origin,
    options: ReadOptions | None = None,
) -> Reading:
    """Stage the rows as file `file_id`, and return what came of them.

    Raises `FileError` where a column that the rows cannot do without is missing altogether.
    """
    table = f"records_{file_id}"
    connection.execute(
        f"create or replace temp table {table} as select *, null::varchar as broken, "
        "null::varchar as text from read_parquet($path)",
        {"path": str(records.finish())},
    )
    headers = tuple(records.columns.values())
    grid = Grid(origin.name, table, headers, 1, typed=True)
    given = options or ReadOptions()
    source: dict[str, object] = {
        "rows": records.rows_kind,
        "date_format": origin.date_format,
        "decimal": origin.decimal,
    }
    if origin.currency:
        source["currency"] = origin.currency
    # two of our columns may stand in one of theirs: headers are found by place, not by name
    places = tuple(f"{n} {header}" for n, header in enumerate(headers))
    grid.headers = places
    mapping: dict[str, object] = {
        "source": source,
        "columns": dict(zip(records.columns, places, strict=True)),
        "kinds": dict(origin.kinds),
    }
    try:
        plan = make_plan(connection, grid, ReadOptions(mapping=mapping))
    finally:
        grid.headers = headers
    named = dict(zip(places, headers, strict=True))
    for notes in (plan.notes, grid.notes):
        notes[:] = [
            Text(n.template, {k: named.get(str(v), v) for k, v in n.values.items()}) for n in notes
        ]
    reading = stage(connection, plan, file_id, origin.ledger or given.ledger)
    reading.format = origin.format
    reading.series = origin.series
    reading.settings = {**origin.settings, "columns": reading.settings["columns"]}
    reading.notes += records.notes
    for reason, count in records.left_out.items():
        reading.left_out[reason] = reading.left_out.get(reason, 0) + count
        reading.rows_read += count
    refused = records.rejects()
    if refused:
        found = pa.Table.from_pylist(
            [dict(zip(_REJECT.names, (file_id, *r), strict=True)) for r in refused], _REJECT
        )
        connection.register("refused_records", found)
        connection.execute("insert into rejects by name select * from refused_records")
        connection.unregister("refused_records")
        reading.rows_read += len(refused)
        reading.rows_rejected += len(refused)
    return reading
