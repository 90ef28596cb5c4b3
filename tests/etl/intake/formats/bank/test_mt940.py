"""MT940: real files by hand, the three ways of field 86, returns, and days."""

from decimal import Decimal

import pytest

from data.core.errors import FileError
from data.store.state import Store
from etl.intake.formats.bank.mt940 import SOURCE
from etl.intake.formats.bank.mt940_text import details_of
from etl.intake.source import SourceFile
from etl.load.run import load
from tests import places
from tests.goldens import staged

REAL = places.REAL / "mt940"
SAMPLES = places.SAMPLES / "mt940"
D = Decimal


def real(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def test_real_german_file_of_twenty_accounts_ties():
    connection, readings = staged(real("sepa_mt9401.sta"))
    assert len(readings) == 20
    # each of its 70-odd entries is kept or left out
    assert all(r.rows_read == r.rows_kept + sum(r.left_out.values()) for r in readings)
    first = readings[0]
    assert first.name == "sepa_mt9401.sta (50880050/0194774600888)"
    # 66,295.08 came in, 204.88 of it went back; four refused transfers came back to us
    assert first.control_total == D("-66295.08") + D("204.88")
    assert first.left_out["own payments that came back"] == 4
    # 250,000 + 300,000 + 500,000
    assert readings[3].control_total == D("-1050000.00")
    found = connection.execute(
        "select amount, counterparty, counterparty_iban, reference from staged_documents"
        " where line = 54"
    ).fetchall()
    assert found == [
        (D("-125.88"), "Cornelia Prochownik 70 Zeichen Beginn Fuellzeichen xxx",
         "CH8500779014054431109", "TO13 TF20018 MINT")
    ]  # fmt: skip


def test_real_file_with_binary_characters():
    connection, readings = staged(real("with_binary_character.sta"))
    assert [r.control_total for r in readings] == [D("-13095.30"), D("-1120.00")]
    assert connection.execute(
        "select amount, counterparty, reference from staged_documents order by line limit 2"
    ).fetchall() == [
        (D("-27.00"), "PAYPAL",
         "QQW53T2245ZGY46J ABBUCHUNG VOM PAYPAL-KONTO 100318P3TX1433EV 100323-03-100323"),
        (D("-13068.30"), "WIRECARD BANK AG", "BETTERPLACE WDB E 08.03.10-14.03.10"),
    ]  # fmt: skip


def test_real_file_with_a_30_february_is_read():
    _, (reading,) = staged(real("february_30.sta"))
    assert (reading.rows_read, reading.rows_kept) == (1, 0)
    assert reading.settings["period"] == "2016-02-29 ... 2016-03-01"


def test_real_dutch_file_of_two_statements():
    """1000 - 25 - 10 = 965, and 965 - 25 - 10 = 930: all of it was paid out."""
    _, (reading,) = staged(real("rabobank-iban.sta"))
    assert reading.left_out == {"our own payments, fees and other debits": 4}
    assert reading.settings["account"] == "NL71RABO0123456789"


@pytest.mark.parametrize(
    ("name", "statement", "computed", "closing"),
    [("abnamro.sta", "19321/1", "2914.84", "876.84"), ("ing.sta", "000", "-45.59", "3.47")],
)
def test_real_files_cut_short_are_refused(name, statement, computed, closing):
    with pytest.raises(FileError) as error:
        staged(real(name))
    said = str(error.value.reason)
    assert all(word in said for word in (statement, computed, closing))


def test_real_file_that_is_none():
    path = real("invalid_statement.sta")
    assert SOURCE.identify(SourceFile(path)) == 0.0
    with pytest.raises(FileError, match="holds no bank statement"):
        staged(path, source=SOURCE)


HEAD = ":20:A\n:25:BE56363123456788\n:28C:1\n"


def made(tmp_path, body):
    path = tmp_path / "a.sta"
    path.write_text(HEAD + body + "\n-\n")
    return path


@pytest.mark.parametrize(
    ("line", "about", "amount"),
    [
        ("2601050105C10,NTRFNONREF", "", "-10.00"),
        ("2601050105CR10,5NTRFNONREF", "", "-10.50"),  # R: the last letter of the currency
        ("2601050105D10,NTRFNONREF", "", None),
        ("2601050105RC10,NTRFNONREF", "", "10.00"),
        ("2601050105RD10,NTRFNONREF", "", None),
        ("2601050105D10,NRTINONREF", "", "10.00"),
        ("2601050105C10,NRTINONREF", "", None),
        ("2601050105D10,NTRFNONREF", "109?00RUECKLAST", "10.00"),
        ("2601050105D10,NTRFNONREF", "105?00LASTSCHRIFT?34540", None),
        ("2601050105C10,NTRFNONREF", "159?00RETOURE", None),
        ("2601050105D10,NTRFNONREF", "/RTRN/AC04/REMI/F1", "10.00"),
    ],
)
def test_what_counts_as_received(tmp_path, line, about, amount):
    path = made(tmp_path, f":61:{line}\n" + (f":86:{about}" if about else ":62F:C260105EUR0,"))
    connection, (reading,) = staged(path)
    found = [
        str(a) for (a,) in connection.execute("select amount from staged_documents").fetchall()
    ]
    assert found == ([] if amount is None else [amount])
    assert sum(reading.left_out.values()) == (amount is None)


@pytest.mark.parametrize(
    ("line", "closing", "amount"),
    [
        # 100.00 and what it leaves
        ("2601050105D-10,NTRFNONREF", "C260105EUR90,", None),  # paid out
        ("2601050105D-10,NTRFNONREF", "C260105EUR110,", None),  # our own payment came back
        ("2601050105D-10,NRTINONREF", "C260105EUR90,", "10.00"),  # went back
        ("2601050105C-10,NTRFNONREF", "C260105EUR90,", "10.00"),  # went back
        ("2601050105C-10,NTRFNONREF", "C260105EUR110,", "-10.00"),  # came in after all
    ],
)
def test_a_minus_beside_the_mark_is_proved_by_the_balance(tmp_path, line, closing, amount):
    path = made(tmp_path, f":60F:C260104EUR100,\n:61:{line}\n:86:F1\n:62F:{closing}")
    connection, (reading,) = staged(path)
    found = [
        str(a) for (a,) in connection.execute("select amount from staged_documents").fetchall()
    ]
    assert found == ([] if amount is None else [amount])
    assert sum(reading.left_out.values()) == (amount is None)


def test_a_balance_may_have_a_minus_of_its_own(tmp_path):
    path = made(tmp_path, ":60F:D260104EUR-100,\n:61:2601050105C30,NTRFX\n:62F:D260105EUR-70,")
    _, (reading,) = staged(path)
    assert reading.control_total == D("-30.00")


def test_swift_framing_with_its_control_characters():
    path = SAMPLES / "swift_framed.sta"
    assert path.read_bytes().startswith(b"\x01{1:")
    assert SOURCE.identify(SourceFile(path)) == 1.0
    _, (reading,) = staged(path)
    # 250.00 and 54.12 came in; 104.12 was paid out
    assert (reading.control_total, sum(reading.left_out.values())) == (D("-304.12"), 1)


def test_framing_on_one_line_with_the_first_field(tmp_path):
    path = made(tmp_path, ":61:2601050105C10,NTRFX\n:62F:C260105EUR0,")
    path.write_text("\x01{1:F01X}{2:I940X}{4:" + path.read_text())
    assert SOURCE.identify(SourceFile(path)) == 1.0
    assert staged(path)[1][0].control_total == D("-10.00")


def test_a_return_counts_where_the_statement_tells_no_account(tmp_path):
    body = ":61:2601050105C10,NTRFX\n:86:F1\n:61:2601060106D10,NRTIX\n:86:F1"
    path = made(tmp_path, body)
    path.write_text(path.read_text().replace("BE56363123456788", ""))
    store = Store(tmp_path / "store")
    assert load([path], store).published
    state = store.current()
    assert state is not None
    found = state.engine.query("select amount, series from documents join files using (file_id)"
                               " order by 1")  # fmt: skip
    assert found.to_pylist() == [
        {"amount": D(amount), "series": "bank:a.sta:"} for amount in ("-10.00", "10.00")
    ]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2512310102C1,NTRFX", "2026-01-02"),
        ("2601021231C1,NTRFX", "2025-12-31"),
        ("2601020103C1,NTRFX", "2026-01-03"),
        ("260102C1,NTRFX", "2026-01-02"),
        ("2602300302C1,NTRFX", "2026-03-02"),
        ("260230C1,NTRFX", "2026-02-28"),
        ("240230C1,NTRFX", "2024-02-29"),
    ],
)
def test_booking_days(tmp_path, line, day):
    connection, _ = staged(made(tmp_path, f":61:{line}"))
    assert connection.execute("select issued_on::varchar from staged_documents").fetchall() == [
        (day,)
    ]


def test_a_line_that_is_none_is_refused_with_its_number(tmp_path):
    connection, (reading,) = staged(made(tmp_path, ":61:26XX05C1,NTRFX\n:61:260105C1,NTRFX"))
    assert (reading.rows_kept, reading.rows_rejected) == (1, 1)
    assert connection.execute("select line, value from rejects").fetchall() == [
        (4, "26XX05C1,NTRFX")
    ]


def test_a_closing_balance_that_does_not_tie_is_refused(tmp_path):
    body = ":60F:C260104EUR100,\n:61:2601050105C10,NTRFX\n:62F:C260105EUR{},"
    staged(made(tmp_path, body.format(110)))
    with pytest.raises(FileError, match=r"110\.00.*111\.00"):
        staged(made(tmp_path, body.format(111)))


def test_a_statement_that_is_cut_off_is_refused(tmp_path):
    with pytest.raises(FileError, match="no closing balance"):
        staged(made(tmp_path, ":60F:C260104EUR100,\n:61:2601050105C10,NTRFX"))


@pytest.mark.parametrize(
    ("lines", "name", "iban", "texts"),
    [
        (["166?00GUTSCHRIFT?20SVWZ+Rechnung 12?21 vom 1.1.?32Muster?33GmbH?60und 13"],
         "Muster GmbH", "", "Rechnung 12 vom 1.1. und 13"),
        (["166?20Rechnung 12?21Danke"], "", "", "Rechnung 12 Danke"),
        (["166?20EREF+A1?21SVWZ+Warum? Darum?31BE56363123456788"],
         "", "BE56363123456788", "Warum? Darum A1"),
        (["/TRTP/SEPA OVERBOEKING/IBAN/BE68539007547034/BIC/KREDBEBB/NAME/BAKKER",  # a full line
          "IJ DE KORENAAR/REMI/F 12/EREF/NOTPROVIDED"],
         "BAKKERIJ DE KORENAAR", "BE68539007547034", "F 12 NOTPROVIDED"),
        (["/EREF/E1//CNTP/BE68539007547034/KREDBEBB/GARAGE//BRUGGE//REMI/USTD//F 12/"],
         "GARAGE", "BE68539007547034", "F 12 E1"),
        (["/ORDP//NAME/GARAGE/REMI/F 12/ISDT/2026-01-05"], "GARAGE", "", "F 12"),
        (["OVERSCHRIJVING BE68539007547034", "FACTUUR 12"],
         "", "BE68539007547034", "OVERSCHRIJVING BE68539007547034 FACTUUR 12"),
    ],
)  # fmt: skip
def test_ways_of_field_86(lines, name, iban, texts):
    found = details_of(lines, "BE56363123456780")
    assert (found.name, found.iban) == (name, iban)
    assert " ".join(" ".join(found.texts).split()) == texts


def test_sample_sums_by_hand():
    """1190 + 10 + 10 received, 119 refused, 10 cancelled; 50 of our own came back."""
    _, (reading,) = staged(SAMPLES / "german.sta")
    assert reading.control_total == D("-1081.00")
    assert reading.settings["encoding"] == "cp1252"
    # 302.50 of which came back, and 100
    _, readings = staged(SAMPLES / "dutch.sta")
    assert [r.control_total for r in readings] == [D("-1210.00"), D("-100.00")]
