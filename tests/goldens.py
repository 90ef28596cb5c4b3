"""What a source made of a file, as text that a person can read: the golden files."""

import os
from pathlib import Path

import duckdb

from data.core.reading import Reading
from data.store.schema import STAGED
from etl.intake.source import ReadOptions, Source, SourceFile
from etl.load.identify import identify

STAGES = ("staged_documents", "staged_customers", "staged_matches", "staged_rates", "rejects")


def described(reading: Reading) -> list[str]:
    return [
        f"{reading.name}: {reading.rows_kind}",
        f"rows: {reading.rows_read} read, {reading.rows_kept} kept",
        f"rejected: {reading.rows_rejected}",
        *(f"left out: {count} {reason}" for reason, count in sorted(reading.left_out.items())),
        *(f"total: {amount} {currency}".rstrip() for currency, amount in reading.totals.items()),
        f"days: {reading.first_day} to {reading.last_day}",
        *(f"{name}: {value!r}" for name, value in sorted(reading.settings.items())),
        *(f"note: {note}" for note in reading.notes),
    ]


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the rows of a table as lines of `name=value`, empty values left out."""
    result = connection.execute(f"select * from {table} order by file_id, line, 3")
    names = [d[0] for d in result.description]
    lines = [
        " | ".join(
            f"{n}={str(v)!r}" if isinstance(v, str) else f"{n}={v}"
            for n, v in zip(names, row, strict=True)
            if v not in (None, "")
        )
        for row in result.fetchall()
    ]
    return ["", f"{table}:", *lines] if lines else []


def staged(
    path: Path, first_id: int = 1, source: Source | None = None
) -> tuple[duckdb.DuckDBPyConnection, list[Reading]]:
    """Return a store in memory with the file staged by the source that recognises it."""
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    file = SourceFile(path)
    found = source or identify(file)
    return connection, found.read(file, connection, first_id, ReadOptions())


def changed(sample: Path, to: Path, *pairs: tuple[str, str], encoding: str = "utf-8") -> Path:
    """Write a sample with pieces of its text replaced, each of which has to be there."""
    text = sample.read_bytes().decode(encoding)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    to.write_bytes(text.encode(encoding))
    return to


def check_golden(sample: Path, golden: Path, source: Source | None = None) -> None:
    """Compare what is read from `sample` with the text in `golden`, or write it anew."""
    connection, readings = staged(sample, source=source)
    lines = [line for reading in readings for line in [*described(reading), ""]][:-1]
    for stage in STAGES:
        lines += rows_of(connection, stage)
    text = "\n".join(lines) + "\n"
    if os.environ.get("TANDEM_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def check_totals(sample: Path, source: Source | None = None) -> None:
    """The control total is what was staged, and every row read is kept, refused or left out."""
    connection, readings = staged(sample, 7, source)
    for number, reading in enumerate(readings, start=7):
        table = "staged_matches" if reading.rows_kind == "matches" else "staged_documents"
        found = connection.execute(
            f"select sum(amount) from {table} where file_id = $id", {"id": number}
        ).fetchone()
        assert found == (reading.control_total,)
        left_out = sum(reading.left_out.values())
        assert reading.rows_read == reading.rows_kept + reading.rows_rejected + left_out
