"""Each sample in tests/golden/tables is read as the text beside it says.

`TANDEM_GOLDEN=write pytest tests/etl/test_table_golden.py` writes these texts anew: read the
difference before committing it.
"""

import os
from pathlib import Path

import duckdb
import pytest

from data.schema import STAGED
from etl.source import Reading, ReadOptions, SourceFile
from etl.sources.table import SOURCE

FOLDER = Path(__file__).parents[1] / "golden" / "tables"
SAMPLES = sorted(p for p in FOLDER.iterdir() if not p.name.endswith(".golden.txt"))
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


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_sample_is_read_as_described(sample: Path) -> None:
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    readings = SOURCE.read(SourceFile(sample), connection, 1, ReadOptions())
    lines = [line for reading in readings for line in [*described(reading), ""]][:-1]
    for stage in STAGES:
        lines += rows_of(connection, stage)
    text = "\n".join(lines) + "\n"
    golden = sample.with_name(f"{sample.name}.golden.txt")
    if os.environ.get("TANDEM_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_control_total_proves_what_was_staged(sample: Path) -> None:
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    for number, reading in enumerate(
        SOURCE.read(SourceFile(sample), connection, 7, ReadOptions()), start=7
    ):
        table = "staged_matches" if reading.rows_kind == "matches" else "staged_documents"
        staged = connection.execute(
            f"select sum(amount) from {table} where file_id = $id", {"id": number}
        ).fetchone()
        assert staged == (reading.control_total,)
        left_out = sum(reading.left_out.values())
        assert reading.rows_read == reading.rows_kept + reading.rows_rejected + left_out


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 12
