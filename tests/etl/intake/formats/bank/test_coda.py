"""CODA: the real file by hand, batches, communications, and files that do not tie."""

from decimal import Decimal

import pytest

from data.core.errors import FileError
from etl.intake.formats.bank.coda import SOURCE
from etl.intake.source import SourceFile
from tests import places
from tests.goldens import staged

REAL = places.REAL / "coda"
SAMPLE = places.SAMPLES / "coda" / "statement.cod"
D = Decimal


def real(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def test_real_file_of_59_movements():
    """Its last record says 12,491,168.59 of credits; of the debits, two refused direct debits of
    495.79 and 21.94 are money that went back."""
    connection, (reading,) = staged(real("CODA.txt"))
    assert reading.control_total == -D("12491168.59") + D("495.79") + D("21.94")
    assert reading.settings["account"] == "BE47435000000080"
    assert reading.left_out == {"our own payments, fees and other debits": 28}
    # 59 movements, of which two batches of credits have 3 and 2 details
    assert reading.rows_read == 59 - 2 + 5
    found = connection.execute(
        "select line, amount, counterparty, counterparty_iban, reference from staged_documents"
        " where counterparty is not null or amount > 0 order by line"
    ).fetchall()
    assert found[0] == (
        8, D("-1075.00"), "Olgerdin Egill Skallagrims", "LU037050522702273100", "/INV/2061260"
    )  # fmt: skip
    assert (224, D("-817.56"), "LA CROIX D OR SPRL", "BE96370121620105",
            "+++269/0211/57996+++") in found  # fmt: skip
    assert [f[:2] for f in found if f[1] > 0] == [(107, D("495.79")), (197, D("21.94"))]
    batch = connection.execute(
        "select document_id, amount from staged_documents where document_id like '%#%' order by 1"
    ).fetchall()
    assert [str(a) for _, a in batch] == ["-600.00", "-1080.00", "-25.25", "-173.00", "-7.00"]


def test_real_file_without_movements_is_empty_with_a_note():
    _, (reading,) = staged(real("CODA-empty.txt"))
    assert reading.rows_read == 0
    assert "hold no entries" in str(reading.notes[0])


def changed(tmp_path, *changes):
    text = SAMPLE.read_bytes().decode("latin-1")
    for old, new in changes:
        assert text.count(old) >= 1
        text = text.replace(old, new)
    path = tmp_path / "a.cod"
    path.write_bytes(text.encode("latin-1"))
    return path


def test_sample_sums_by_hand():
    """1210 + 500 + 363 + 242 + 198 + 990 received, 242 of it refused later."""
    _, (reading,) = staged(SAMPLE)
    assert reading.control_total == -D("3261.00")


def test_a_changed_amount_is_seen(tmp_path):
    path = changed(tmp_path, ("0000000001210000", "0000000001211000"))
    with pytest.raises(FileError) as error:
        staged(path)
    assert "2026-001" in str(error.value.reason)
    assert "4243.00" in str(error.value.reason)
    assert "4244.00" in str(error.value.reason)


def test_totals_of_the_last_record_must_hold(tmp_path):
    # the old balance takes up what the amount of a movement lost, so that only record 9 shows it
    path = changed(
        tmp_path,
        ("0000000000500000060126", "0000000000499000060126"),
        ("0000000001000000040126", "0000000001001000040126"),
    )
    with pytest.raises(FileError, match=r"3514\.00 of credits.*3515\.00"):
        staged(path)


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    text = SAMPLE.read_text(encoding="latin-1")
    path = tmp_path / "a.cod"
    path.write_text(text[: text.rfind("\n9")], encoding="latin-1")
    with pytest.raises(FileError, match="no last record"):
        staged(path)
    header, _, *rest = text.split("\n")
    path.write_text("\n".join([header, *rest]), encoding="latin-1")
    with pytest.raises(FileError, match="record 21 stands where none can be"):
        staged(path)


def test_charges_inside_a_detail_are_no_detail_of_the_batch(tmp_path):
    """198 of which 100 (102 less charges of 2) and 98: a detail of a detail only explains it."""
    lines = SAMPLE.read_text(encoding="latin-1").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("2100040001"))
    first, second = lines[at].replace("60450000", "70450000"), lines[at + 1]
    charge = first.replace("70450000", "90450006").replace("0000000000100000", "1000000000002000")
    lines[at : at + 2] = [first, charge, second.replace("0000000000100000", "0000000000098000")]
    path = tmp_path / "a.cod"
    path.write_text("\n".join(lines), encoding="latin-1")
    connection, _ = staged(path)
    sql = "select amount from staged_documents where document_id like '%0004 #%' order by line"
    assert connection.execute(sql).fetchall() == [(D("-100.00"),), (D("-98.00"),)]


def test_a_wrong_structured_communication_stays_as_it_is(tmp_path):
    path = changed(tmp_path, ("101202600001711", "101202600001712"))
    connection, _ = staged(path)
    found = connection.execute("select reference from staged_documents where line = 3").fetchall()
    assert found == [("202600001712",)]


def test_only_such_files_are_recognised():
    assert SOURCE.identify(SourceFile(SAMPLE)) == 1.0
    for other in ("camt/camt053_v8.xml", "cfonb/releve.txt", "mt940/german.sta"):
        assert SOURCE.identify(SourceFile(SAMPLE.parents[1] / other)) == 0.0
