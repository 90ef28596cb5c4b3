"""Each sample in data/demo/formats is recognised by one source, read as its golden file says, and
however it is broken, it ends in rows or in a clear refusal.

`TANDEM_GOLDEN=write pytest tests/etl/intake/formats/test_formats.py` writes the golden files anew:
read the difference before committing it.
"""

import os
import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from etl.intake.formats.catalogue import SOURCES
from etl.intake.source import ReadOptions, SourceFile
from etl.load.identify import SURE_ENOUGH, identify
from tests import places
from tests.depth import few
from tests.goldens import check_golden, check_totals, rows_of, staged

SAMPLES = sorted(p for p in places.SAMPLES.glob("*/*") if p.is_file())
STAGES = [t.name for t in STAGED if t.name != "files"]
each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")


@each
def test_one_source_is_surest(sample: Path) -> None:
    file = SourceFile(sample)
    sure = sorted(((s.identify(file), s.name) for s in SOURCES), reverse=True)
    assert sure[0][0] >= SURE_ENOUGH
    assert sure[0][1] == sample.parent.name
    assert sure[0][0] > sure[1][0]


@each
def test_sample_is_read_as_described(sample: Path) -> None:
    golden = places.GOLDEN / "formats" / sample.parent.name / f"{sample.name}.golden.txt"
    check_golden(sample, golden)


KINDS_OF_FILES = {p.suffix.lower(): p for p in SAMPLES}


@pytest.mark.parametrize("ending", [*KINDS_OF_FILES, ".parquet"])
def test_a_file_whose_name_is_not_utf_8_is_read_as_any(ending: str, tmp_path: Path) -> None:
    sample = KINDS_OF_FILES.get(ending)
    if sample is None:
        cells = {"number": ["F1"], "customer": ["C1"], "date": ["2026-01-05"], "amount": ["12.00"]}
        sample = tmp_path / "plain.parquet"
        pq.write_table(pa.table(cells), sample)
    odd = tmp_path / os.fsdecode(b"\xe9\xf4" + os.fsencode(ending))
    try:
        odd.write_bytes(sample.read_bytes())
    except OSError:
        pytest.skip("this system has no such names")
    (expected, _), (connection, readings) = staged(sample), staged(odd)
    for stage in STAGES:
        assert rows_of(connection, stage) == rows_of(expected, stage)
    assert all(r.name.startswith(f"\ufffd\ufffd{ending}") for r in readings)


@each
def test_control_total_proves_what_was_staged(sample: Path) -> None:
    check_totals(sample)


def broken(content: bytes, dice: random.Random) -> bytes:
    """Return the file cut off, shuffled, in a wrong encoding, or with absurd numbers and days."""
    match dice.randrange(6):
        case 0:
            return content[: dice.randrange(len(content))]
        case 1:
            lines = content.splitlines(keepends=True)
            dice.shuffle(lines)
            return b"".join(lines)
        case 2:
            return content.decode("utf-8", errors="replace").encode("utf-16")
        case 3:
            digits = [n for n, byte in enumerate(content) if chr(byte).isdigit()] or [0]
            changed = bytearray(content)
            for n in dice.sample(digits, max(1, len(digits) // 10)):
                changed[n] = dice.choice(b"0123456789")
            return bytes(changed)
        case 4:
            changed = bytearray(content)
            for _ in range(max(1, len(content) // 100)):
                changed[dice.randrange(len(content))] = dice.randrange(256)
            return bytes(changed)
        case _:
            start = dice.randrange(len(content))
            return content[:start] + b"9" * 60 + content[start:]


@pytest.mark.random
@each
def test_however_it_is_broken_it_ends_in_rows_or_in_a_refusal(sample: Path, tmp_path: Path) -> None:
    dice = random.Random(sample.name)
    content = sample.read_bytes()
    path = tmp_path / sample.name
    for _ in range(few(12)):
        path.write_bytes(broken(content, dice))
        with duckdb.connect() as connection:
            for table in STAGED:
                connection.execute(table.create())
            try:
                file = SourceFile(path)
                readings = identify(file).read(file, connection, 1, ReadOptions())
            except FileError:
                readings = []
            kept = sum(
                connection.execute(f"select count(*) from {stage}").fetchall()[0][0]
                for stage in STAGES
            )
            if not readings:
                assert kept == 0
            for reading in readings:
                left_out = sum(reading.left_out.values())
                assert reading.rows_read == reading.rows_kept + reading.rows_rejected + left_out


#: Dimension of documents -> how a format says that it gives it.
_GIVEN_AS = {
    "company": "compan", "branch": "cost centre", "project": "project",
    "territory": "territor", "account": "receivables account", "payment_terms": "terms",
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_format_says_which_dimensions_it_gives(source):
    """What its samples tell apart, as the golden files hold it, is among what it gives."""
    folder = places.GOLDEN / "formats" / source.name
    read = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*"))
    given = " ".join(source.gives).lower()
    for name, said in _GIVEN_AS.items():
        if f"| {name}=" in read:
            assert said in given, name
