"""Each sample in tests/golden/tables is read as the text beside it says.

`TANDEM_GOLDEN=write pytest tests/etl/intake/tables/test_table_golden.py` writes these texts anew:
read the difference before committing it.
"""

from pathlib import Path

import pytest

from etl.intake.formats.table import SOURCE
from etl.intake.tables import rows
from tests.goldens import check_golden, check_totals
from tests.places import GOLDEN

FOLDER = GOLDEN / "tables"
SAMPLES = sorted(p for p in FOLDER.iterdir() if not p.name.endswith(".golden.txt"))


@pytest.mark.parametrize("few", [rows.FEW, 0], ids=["kept", "not kept"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_sample_is_read_as_described(
    monkeypatch: pytest.MonkeyPatch, sample: Path, few: int
) -> None:
    monkeypatch.setattr(rows, "FEW", few)
    check_golden(sample, sample.with_name(f"{sample.name}.golden.txt"), SOURCE)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_control_total_proves_what_was_staged(sample: Path) -> None:
    check_totals(sample, SOURCE)


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 9
