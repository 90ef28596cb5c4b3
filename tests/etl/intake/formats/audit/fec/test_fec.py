"""FEC: real files to the cent, samples of each variant row by row, and what is refused.

TANDEM_GOLDEN=write writes the golden files anew from what is read now.
"""

import csv
import os
from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import duckdb
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from etl.intake.formats.audit.fec.cells import amount_of, cents_of, day_of
from etl.intake.formats.audit.fec.fec import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from tests import places

GOLDEN = places.GOLDEN / "fec"
REAL = places.REAL / "fec"
SAMPLES = sorted(p for p in GOLDEN.glob("*.txt"))
HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip


def staged():
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    return connection


def read(path, connection=None, **options):
    connection = connection or staged()
    (reading,) = SOURCE.read(SourceFile(path), connection, 1, ReadOptions(**options))
    return reading, connection


def real(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def write(path, rows, header=HEADER):
    """A small FEC of rows given as {column: value}, with plausible values for the rest."""
    usual = {
        "JournalCode": "VE",
        "JournalLib": "Ventes",
        "EcritureNum": "1",
        "EcritureDate": "20250310",
        "CompteNum": "411",
        "CompAuxNum": "C1",
        "CompAuxLib": "Client",
        "PieceRef": "P1",
        "PieceDate": "20250310",
        "Debit": "0,00",
        "Credit": "0,00",
    }
    lines = ["\t".join({**usual, **row}.get(c, "") for c in header) for row in rows]
    path.write_text("\n".join(["\t".join(header), *lines]) + "\n", encoding="utf-8")
    return path


def kinds(connection):
    return [k for (k,) in connection.execute(
        "select kind from staged_documents order by line").fetchall()]  # fmt: skip


# --- real files ---------------------------------------------------------------------------


def test_real_pipe_separated_padded_file():
    reading, connection = read(real("111111111FEC20221231.TXT"))
    assert reading.rows_kept == 151
    assert reading.rows_rejected == 0
    assert reading.control_total == Decimal("14416.52")
    assert reading.ledger == "fec:111111111"
    rows, total, customers = connection.execute(
        "select count(*), sum(amount), count(distinct customer_id) from staged_documents"
    ).fetchone()
    assert (rows, total, customers) == (151, Decimal("14416.52"), 34)
    letterings = connection.execute(
        "select sum(amount) from staged_documents where match_code is not null"
        " group by account, customer_id, match_code"
    ).fetchall()
    assert len(letterings) == 45
    assert set(letterings) == {(Decimal("0.00"),)}


def test_real_file_of_22_columns_with_one_entry_number():
    reading, connection = read(real("000000000FEC20231231.txt"))
    assert reading.rows_kept == 153
    assert reading.control_total == Decimal("27771.70")
    assert Counter(kinds(connection)) == {"payment": 130, "invoice": 14, "opening": 9}


def test_real_file_with_doubled_line_ends_and_no_auxiliaries():
    reading, connection = read(real("123456789FEC20500930.txt"))
    assert reading.rows_kept == 4
    assert reading.rows_read == 10756
    assert reading.control_total == Decimal("128200.50")
    assert connection.execute("select distinct customer_id from staged_documents").fetchall() == [
        ("411100000",)
    ]


@pytest.mark.parametrize(
    "name", ["000000000FEC20231231.txt", "111111111FEC20221231.TXT", "123456789FEC20500930.txt"]
)
def test_rows_of_a_real_file_are_all_accounted_for(name):
    reading, connection = read(real(name))
    accounted = reading.rows_kept + reading.rows_rejected + sum(reading.left_out.values())
    assert accounted == reading.rows_read
    staged_total = connection.execute("select sum(amount) from staged_documents").fetchone()[0]
    assert staged_total == reading.control_total


# --- golden samples -----------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_sample_is_read_as_its_golden_file_says(path):
    assert SOURCE.identify(SourceFile(path)) == 1.0
    _, connection = read(path)
    columns = (
        "line, ledger, account, customer_id, document_id, kind, issued_on, amount, reference,"
        " match_code, matched_on"
    )
    found = connection.execute(f"select {columns} from staged_documents order by line").fetchall()
    refused = connection.execute(
        "select line, column_name, value, reason from rejects order by line"
    ).fetchall()
    names = connection.execute(
        "select customer_id, customer_name from staged_customers order by 1"
    ).fetchall()
    rows = [["document", *map(_text, row)] for row in found]
    rows += [["customer", *map(_text, row)] for row in names]
    rows += [["refused", *map(_text, row)] for row in refused]
    golden = path.with_suffix(".golden.csv")
    if os.environ.get("TANDEM_GOLDEN") == "write":
        with golden.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
    with golden.open(encoding="utf-8", newline="") as stream:
        assert rows == list(csv.reader(stream))


def _text(value):
    return "" if value is None else str(value)


def test_all_variants_of_one_book_say_the_same():
    columns = "customer_id, document_id, kind, issued_on, amount, reference"
    books = []
    for name in ("987650015FEC20251231.txt", "montant_sens.txt", "independent_22.txt"):
        _, connection = read(GOLDEN / name)
        sql = f"select {columns} from staged_documents order by line"
        books.append(connection.execute(sql).fetchall())
    assert len(books[0]) == 10
    assert books[0] == books[1] == books[2]


# --- what a row is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("journal", "others", "debit", "credit", "kind"),
    [
        ("VE", ["707", "44571"], "120,00", "", "invoice"),
        ("VE", ["707", "44571"], "", "120,00", "credit_note"),
        ("VE", ["4191", "44571"], "120,00", "", "invoice"),
        ("BQ", ["512"], "", "120,00", "payment"),
        ("BQ", ["512", "665"], "", "120,00", "payment"),
        ("BQ", ["512"], "120,00", "", "payment"),
        ("OD", ["654", "44571"], "", "120,00", "write_off"),
        ("OD", ["658"], "", "0,01", "adjustment"),
        ("OD", ["758"], "0,01", "", "adjustment"),
        ("OD", ["666"], "", "0,40", "exchange"),
        ("OD", ["477"], "0,40", "", "exchange"),
        ("OD", ["471"], "", "120,00", "adjustment"),
        ("OD", [], "120,00", "", "adjustment"),
        ("BQ", [], "", "120,00", "payment"),
        ("VE", [], "120,00", "", "invoice"),
        ("AN", ["101"], "120,00", "", "opening"),
        ("RAN", [], "", "120,00", "opening"),
        ("OD", ["890"], "120,00", "", "opening"),
    ],
)
def test_the_entry_tells_the_kind(tmp_path, journal, others, debit, credit, kind):
    names = {"VE": "Ventes", "BQ": "Banque", "OD": "Divers", "AN": "À nouveaux", "RAN": "Reports"}
    base = {"JournalCode": journal, "JournalLib": names[journal]}
    rows = [{**base, "Debit": debit, "Credit": credit}]
    rows += [{**base, "CompteNum": o, "Debit": credit, "Credit": debit} for o in others]
    rows.append({"EcritureNum": "2", "CompteNum": "607", "EcritureDate": "20250311"})
    _, connection = read(write(tmp_path / "x.txt", rows))
    assert kinds(connection) == [kind]


@pytest.mark.parametrize("account", ["413", "416"])
def test_a_claim_that_moves_to_bills_or_doubtful_customers_is_owed_on(tmp_path, account):
    base = {"JournalCode": "OD", "JournalLib": "Divers"}
    rows = [
        {**base, "Debit": "", "Credit": "120,00"},
        {**base, "CompteNum": account, "Debit": "120,00", "Credit": ""},
    ]
    reading, connection = read(write(tmp_path / "x.txt", rows))
    assert kinds(connection) == ["adjustment", "adjustment"]
    assert "still owed" in str(reading.notes[0])


def test_a_transfer_to_an_account_that_counts_as_receivable_is_no_write_off(tmp_path):
    base = {"JournalCode": "OD", "JournalLib": "Divers"}
    rows = [
        {**base, "Credit": "120,00"},
        {**base, "CompteNum": "416", "Debit": "120,00"},
        {"EcritureNum": "2", "CompteNum": "607"},
    ]
    path = write(tmp_path / "x.txt", rows)
    _, connection = read(path, receivables_accounts=("411", "416"))
    assert kinds(connection) == ["adjustment", "adjustment"]


def test_an_opening_row_keeps_the_day_of_the_document_it_restates(tmp_path):
    rows = [
        {"JournalCode": "AN", "EcritureDate": "20250101", "PieceDate": "20241120", "Debit": "9"},
        {"JournalCode": "AN", "EcritureDate": "20250101", "PieceDate": "20250401", "Debit": "9"},
        {"JournalCode": "AN", "EcritureDate": "20250101", "PieceDate": "19700101", "Debit": "9"},
        {"EcritureNum": "2", "EcritureDate": "20250105", "PieceDate": "20241220", "Debit": "9"},
        {"EcritureNum": "2", "EcritureDate": "20250105", "CompteNum": "707", "Credit": "9"},
    ]
    reading, connection = read(write(tmp_path / "x.txt", rows))
    days = connection.execute("select issued_on from staged_documents order by line").fetchall()
    assert [d for (d,) in days] == [
        date(2024, 11, 20), date(2025, 1, 1), date(2025, 1, 1), date(2025, 1, 5)
    ]  # fmt: skip
    assert (reading.first_day, reading.last_day) == (date(2025, 1, 1), date(2025, 1, 5))


def test_books_that_do_not_balance_are_noted(tmp_path):
    reading, _ = read(write(tmp_path / "x.txt", [{"Debit": "12,30"}]))
    assert "12.30" in str(reading.notes[0])


# --- cells --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0000000069,60", "69.60"),
        ("1234.5", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("1,234.50", "1234.50"),
        ("-12,00", "-12.00"),
        ("12,00-", "-12.00"),
        ("+5", "5.00"),
        (",5", "0.50"),
        ("5,", "5.00"),
        ("0,005", "0.01"),
        ("-0,005", "-0.01"),
        (None, "0.00"),
        ("12a", None),
        ("1.2.3", None),
        ("--1", None),
        ("9" * 60, None),
    ],
)
def test_amounts_and_their_proof_agree(text, value):
    spaced = None if text is None else text.replace(" ", "")
    sql = (
        f"select try_cast({amount_of('c')} as decimal(18, 2)), {cents_of('c')}"
        " from (select $t::varchar as c)"
    )
    amount, cents = duckdb.execute(sql, {"t": spaced}).fetchone()
    assert amount == (None if value is None else Decimal(value))
    if value is not None:
        assert Decimal(cents).scaleb(-2) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20250228", date(2025, 2, 28)),
        ("2025-02-28", date(2025, 2, 28)),
        ("28/02/2025", date(2025, 2, 28)),
        ("20250230", None),
        ("00000000", None),
        ("99991231", None),
        ("2025", None),
        (None, None),
    ],
)
def test_days(text, value):
    sql = f"select {day_of('c')} from (select $t::varchar as c)"
    assert duckdb.execute(sql, {"t": text}).fetchone() == (value,)


# --- files that are none ------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"\x00\x01\x02" * 500,
        b"PK\x03\x04" + bytes(range(256)) * 20,
        b"Factuurnummer;Debiteurnummer;Bedrag\r\n1;2;3\r\n",
        b"JournalCode\tCompteNum\tDebit\r\n",
        b"JournalCode\tEcritureDate\tCompteNum\tMontant\r\n",
    ],
)
def test_other_files_are_not_recognised_and_refused_as_a_whole(tmp_path, content):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    connection = staged()
    assert SOURCE.identify(SourceFile(path)) == 0
    with pytest.raises(FileError) as error:
        read(path, connection)
    assert str(error.value.reason)
    assert str(error.value.remedy)
    assert connection.execute("select count(*) from staged_documents").fetchone() == (0,)


def test_a_header_alone_is_an_empty_book(tmp_path):
    reading, _ = read(write(tmp_path / "x.txt", []))
    assert (reading.rows_read, reading.rows_kept, reading.control_total) == (0, 0, 0)


def _damaged(content, random):
    """The sample with one kind of damage."""
    damage = random.randrange(6)
    if damage == 0:
        return content[: random.randrange(len(content))]
    if damage == 1:
        lines = content.split(b"\n")
        random.shuffle(lines)
        return b"\n".join(lines)
    if damage == 2:
        return bytes(random.randrange(256) if random.random() < 0.01 else b for b in content)
    if damage == 3:
        return content.replace(b"\t", b"\t\t", random.randrange(20))
    if damage == 4:
        return content.decode("latin-1").encode("utf-16")
    return content.replace(b",", random.choice([b"", b".", b",,", b'"', b"\0"]))


@pytest.mark.parametrize("seed", range(60))
def test_damaged_files_are_refused_or_read_with_every_row_accounted_for(tmp_path, seed):
    random = Random(seed)
    path = tmp_path / "x.txt"
    path.write_bytes(_damaged(random.choice(SAMPLES).read_bytes(), random))
    connection = staged()
    SOURCE.identify(SourceFile(path))
    try:
        reading, _ = read(path, connection)
    except FileError:
        assert connection.execute("select count(*) from staged_documents").fetchone() == (0,)
        return
    accounted = reading.rows_kept + reading.rows_rejected + sum(reading.left_out.values())
    assert accounted == reading.rows_read
    rejected, total, kept = connection.execute(
        "select (select count(*) from rejects where reason is not null and remedy is not null),"
        " coalesce(sum(amount), 0), count(*) from staged_documents"
    ).fetchone()
    assert (rejected, total, kept) == (
        reading.rows_rejected, reading.control_total, reading.rows_kept
    )  # fmt: skip


def test_columns_may_stand_in_any_order(tmp_path):
    sample = (GOLDEN / "987650015FEC20251231.txt").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(sample.splitlines(), delimiter="\t"))
    shuffled = Random(1).sample(HEADER, len(HEADER))
    one, straight = read(write(tmp_path / "a.txt", rows))
    two, mixed = read(write(tmp_path / "b.txt", rows, shuffled))
    sql = "select * from staged_documents order by line"
    assert straight.execute(sql).fetchall() == mixed.execute(sql).fetchall()
    assert one.control_total == two.control_total
    assert one.rows_kept == 10


def test_a_file_with_one_line_cut_short_refuses_that_line():
    reading, connection = read(GOLDEN / "refused.txt")
    assert reading.rows_rejected == 5
    reasons = connection.execute("select line, column_name from rejects order by line").fetchall()
    assert [c for _, c in reasons] == ["EcritureDate", "Debit", "Credit", "", ""]


@pytest.mark.parametrize("piece", ["-", "--", " . ", "–"])
def test_a_piece_that_is_no_number_gives_way_to_the_entry(tmp_path, piece):
    path = write(
        tmp_path / "a.txt",
        [{"EcritureNum": f"BNK1/2025/{n}", "PieceRef": piece, "Credit": "10,00"} for n in (1, 2)],
    )
    _, connection = read(path)
    assert connection.execute(
        "select document_id from staged_documents order by line"
    ).fetchall() == [("BNK1/2025/1",), ("BNK1/2025/2",)]
