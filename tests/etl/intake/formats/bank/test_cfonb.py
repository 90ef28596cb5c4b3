"""CFONB 120: amounts with a sign in their last character, complements, and what does not tie."""

from decimal import Decimal

import pytest

from data.core.errors import FileError
from etl.intake.formats.bank.cfonb import SOURCE
from etl.intake.formats.bank.text import french_iban
from etl.intake.source import SourceFile
from tests import goldens
from tests.goldens import staged
from tests.places import SAMPLES

SAMPLE = SAMPLES / "cfonb" / "releve.txt"
D = Decimal


def changed(tmp_path, *pairs):
    return goldens.changed(SAMPLE, tmp_path / "a.txt", *pairs, encoding="latin-1")


def test_sample_sums_by_hand():
    """1200.00 and a cheque of 99.99 came in, a direct debit of 240.00 was refused."""
    connection, readings = staged(SAMPLE)
    assert [(r.control_total, r.totals) for r in readings] == [
        (D("-1059.99"), {"EUR": D("-1059.99")}),
        (D("-60000.00"), {"JPY": D("-60000.00")}),
    ]
    assert readings[0].left_out == {
        "our own payments, fees and other debits": 1,
        "own payments that came back": 1,
    }
    assert connection.execute(
        "select line, issued_on::varchar, amount, counterparty, counterparty_iban"
        " from staged_documents where file_id = 1 order by line"
    ).fetchall() == [
        (2, "2026-01-05", D("-1200.00"), "BAKKERIJ DE KORENAAR BV", "BE64210098765452"),
        (10, "2026-01-06", D("240.00"), "GARAGE LAMBRECHT SA", None),
        (15, "2026-01-06", D("-99.99"), None, None),
    ]


def test_text_that_is_cut_in_two_complements_is_one(tmp_path):
    connection, _ = staged(SAMPLE)
    (text,) = connection.execute("select reference from staged_documents where line = 2").fetchone()
    assert "DECEMBRE, MERCI DE VOTRE CONFIANCE 2026-001" in text


@pytest.mark.parametrize(
    ("last", "received"),
    [("{", "1200.00"), ("A", "1200.01"), ("I", "1200.09"), ("}", None), ("J", None), ("R", None)],
)
def test_signs_of_amounts(tmp_path, last, received):
    value = D("1200.00") + D("{ABCDEFGHI".find(last) if received else "}JKLMNOPQR".find(last)) / 100
    closing = D("1000") - D("35.50") - 240 + 60 + D("99.99") + (value if received else -value)
    digits = f"{abs(closing) * 100:014.0f}"
    sign = "{ABCDEFGHI" if closing >= 0 else "}JKLMNOPQR"
    path = changed(
        tmp_path,
        ("0000000012000{", f"0000000012000{last}"),
        ("0000000020844I", digits[:13] + sign[int(digits[13])]),
    )
    connection, _ = staged(path)
    found = connection.execute("select -amount from staged_documents where line = 2").fetchall()
    assert found == ([] if received is None else [(D(received),)])


def test_a_statement_that_does_not_tie_is_refused(tmp_path):
    with pytest.raises(FileError) as error:
        staged(changed(tmp_path, ("0000000012000{", "0000000012100{")))
    said = str(error.value.reason)
    assert all(word in said for word in ("2025-12-31", "2094.49", "2084.49"))


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    text = SAMPLE.read_text(encoding="latin-1")
    path = tmp_path / "a.txt"
    path.write_text("\n".join(text.split("\n")[:5]), encoding="latin-1")
    with pytest.raises(FileError, match="no new balance"):
        staged(path)
    path.write_text(text.replace("\n04", "\n94", 1), encoding="latin-1")
    with pytest.raises(FileError, match="record 94 stands where none can be"):
        staged(path)


def test_accounts_become_ibans():
    # the example of the French banks' own brochure on IBANs
    assert french_iban("30006", "00001", "12345678901") == "FR7630006000011234567890189"
    assert french_iban("3000", "00001", "12345678901") == ""


def test_only_such_files_are_recognised():
    assert SOURCE.identify(SourceFile(SAMPLE)) == 1.0
    for other in ("camt/camt053_v8.xml", "coda/statement.cod", "mt940/german.sta"):
        assert SOURCE.identify(SourceFile(SAMPLE.parents[1] / other)) == 0.0
