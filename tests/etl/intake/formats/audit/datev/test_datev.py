"""DATEV: hand-computed sums of the samples, kinds by chart, days of the fiscal year, refusals."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.audit.datev.datev import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from etl.load.run import load
from tests import places

SAMPLES = places.SAMPLES / "datev"
QUARTER = SAMPLES / "EXTF_Buchungsstapel_2025-Q1.csv"
NAMES = SAMPLES / "EXTF_DebKred_Stamm.csv"
COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz",
    "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum",
    "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Generalumkehr (GU)",
)  # fmt: skip


def header(category=21, start="20250101", digits="4", chart="03", currency="EUR"):
    return (
        f'"EXTF";700;{category};"Buchungsstapel";13;20250401;;"";"";"";1;2;{start};{digits};'
        f'{start};;"";"";1;0;0;"{currency}";;"";;;"{chart}"'
    )


def posting(
    amount="119,00", side="S", account="10001", counter="8400", day="0502", number="R1",
    second="", discount="", text="", back="", currency="", base="",
):  # fmt: skip
    return ";".join(
        (amount, side, currency, "", base, "EUR" if base else "", account, counter, "", day,
         number, second, discount, text, back)
    )  # fmt: skip


def write(path, *lines, head=None, columns=COLUMNS):
    path.write_bytes("\r\n".join([head or header(), ";".join(columns), *lines]).encode("cp1252"))
    return path


def read(path, **options):
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    (reading,) = SOURCE.read(SourceFile(path), connection, 1, ReadOptions(**options))
    return reading, connection


def rows(connection, columns):
    return connection.execute(
        f"select {columns} from staged_documents order by line, amount desc"
    ).fetchall()


def only(tmp_path, columns, *lines, **how):
    _, connection = read(write(tmp_path / "a.csv", *lines, **how))
    (row,) = rows(connection, columns)
    return row


def test_the_samples_come_to_what_was_computed_by_hand(tmp_path):
    # opening 1190; invoices 2380 + 595 + 107 + 238 + 1000 + 12.50; credit note 119, taken back 107;
    # paid 1000 + 583.10 with 11.90 discount; written off 238; 50 from one customer to another
    store = Store(tmp_path)
    report = load([QUARTER, NAMES], store)
    assert report.ok
    query = store.current().engine.query
    assert query("select ledger_balance from about").to_pylist() == [
        {"ledger_balance": Decimal("3463.50")}
    ]
    outcomes = query(
        "select document_id, outcome, due_on from documents"
        " where kind = 'invoice' order by document_id"
    ).to_pylist()
    assert {o["document_id"]: o["outcome"] for o in outcomes} == {
        "10002-1003": "", "RE-1001": "", "RE-1002": "paid", "RE-1003": "credited",
        "RE-1004": "written_off", "RE-1005": "",
    }  # fmt: skip
    # the customers' file gives terms of 14 days
    due = {o["document_id"]: o["due_on"] for o in outcomes}
    assert due["RE-1004"] == date(2025, 2, 24)
    names = query("select customer_name from customers order by customer_id").to_pylist()
    assert names[0] == {"customer_name": "Bäckerei Grünwald GmbH"}


@pytest.mark.parametrize(
    ("chart", "side", "counter", "kind"),
    [
        ("03", "S", "8400", "invoice"),
        ("03", "S", "4400", "invoice"),
        ("03", "H", "8400", "credit_note"),
        ("03", "H", "8730", "credit_note"),
        ("03", "H", "4400", "adjustment"),
        ("03", "H", "1200", "payment"),
        ("03", "H", "1000", "payment"),
        ("03", "H", "1800", "adjustment"),
        ("03", "S", "1200", "payment"),
        ("03", "H", "2400", "write_off"),
        ("03", "S", "9008", "opening"),
        ("03", "H", "9000", "opening"),
        ("04", "H", "4400", "credit_note"),
        ("04", "H", "1800", "payment"),
        ("04", "H", "1200", "adjustment"),
        ("04", "H", "6930", "write_off"),
        ("03", "S", "70001", "adjustment"),
        ("", "H", "1800", "payment"),
        ("", "H", "1200", "payment"),
        ("03", "H", "", "adjustment"),
    ],
)
def test_the_other_account_tells_the_kind(tmp_path, chart, side, counter, kind):
    line = posting(side=side, counter=counter)
    found, amount = only(tmp_path, "kind, amount", line, head=header(chart=chart))
    assert found == kind
    assert amount == Decimal("119.00") * (1 if side == "S" else -1)


@pytest.mark.parametrize(
    ("line", "kind", "amount"),
    [
        (posting(account="8400", counter="10001", side="H"), "invoice", "119.00"),
        (posting(account="1200", counter="10001", side="S"), "payment", "-119.00"),
        (posting(back="1"), "credit_note", "-119.00"),
        (posting(back="G", side="H"), "invoice", "119.00"),
        (posting(back="0"), "invoice", "119.00"),
        (posting(amount="-119,00"), "credit_note", "-119.00"),
        (posting(amount="-119,00", back="1"), "invoice", "119.00"),
        (posting(back="1", side="H", counter="1200"), "payment", "119.00"),
        (posting(amount="1234567,89"), "invoice", "1234567.89"),
        (posting(side=""), "invoice", "119.00"),
    ],
)
def test_sides_and_reversals(tmp_path, line, kind, amount):
    assert only(tmp_path, "kind, amount", line) == (kind, Decimal(amount))


@pytest.mark.parametrize(
    ("start", "text", "day"),
    [
        ("20250101", "3101", date(2025, 1, 31)),
        ("20250101", "101", date(2025, 1, 1)),
        ("20240701", "0107", date(2024, 7, 1)),
        ("20240701", "3006", date(2025, 6, 30)),
        ("20230701", "2902", date(2024, 2, 29)),
        ("20250101", "150325", date(2025, 3, 15)),
        ("20250101", "15032025", date(2025, 3, 15)),
    ],
)
def test_days_lie_in_the_fiscal_year(tmp_path, start, text, day):
    line = posting(day=text)
    assert only(tmp_path, "issued_on", line, head=header(start=start)) == (day,)


@pytest.mark.parametrize("text", ["2902", "3002", "0013", "", "1.2.", "99"])
def test_what_is_no_day_is_refused(tmp_path, text):
    reading, connection = read(write(tmp_path / "a.csv", posting(day=text)))
    assert (reading.rows_kept, reading.rows_rejected) == (0, 1)
    assert connection.execute("select line from rejects").fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("second", "due"),
    [
        ("070325", date(2025, 3, 7)),
        ("70325", date(2025, 3, 7)),
        ("040225", None),  # the day before the invoice
        ("010199", None),
        ("4711", None),
        ("", None),
    ],
)
def test_belegfeld_2_is_a_due_day_where_it_can_be_one(tmp_path, second, due):
    assert only(tmp_path, "due_on", posting(second=second)) == (due,)


def test_a_discount_comes_on_top_of_what_was_paid(tmp_path):
    line = posting("98,00", "H", counter="1200", number="R7", discount="2,00")
    reading, connection = read(write(tmp_path / "a.csv", line))
    assert rows(connection, "kind, amount, document_id, reference") == [
        ("credit_note", Decimal("-2.00"), "R7", "R7"),
        ("payment", Decimal("-98.00"), "R7", "R7"),
    ]
    assert reading.control_total == Decimal("-100.00")


def test_a_discount_on_an_invoice_is_only_noted(tmp_path):
    reading, _ = read(write(tmp_path / "a.csv", posting(discount="2,00")))
    assert reading.control_total == Decimal("119.00")
    assert any("discounts" in str(n) for n in reading.notes)


def test_amounts_are_in_the_books_currency_where_it_is_given(tmp_path):
    lines = (posting(currency="USD", base="100,00"), posting(currency="USD", number="R2"))
    reading, connection = read(write(tmp_path / "a.csv", *lines))
    assert rows(connection, "amount, currency") == [
        (Decimal("100.00"), "EUR"), (Decimal("119.00"), "USD")
    ]  # fmt: skip
    assert reading.totals == {"EUR": Decimal("100.00"), "USD": Decimal("119.00")}


@pytest.mark.parametrize(
    ("digits", "account", "kept"),
    [
        ("4", "10000", 1),
        ("4", "69999", 1),
        ("4", "70000", 0),
        ("4", "100000", 0),
        ("6", "1000000", 1),
        ("6", "10000", 0),
        ("", "10000", 1),
    ],
)
def test_customers_have_one_digit_more_than_the_ledger(tmp_path, digits, account, kept):
    path = write(tmp_path / "a.csv", posting(account=account), head=header(digits=digits))
    reading, _ = read(path)
    assert (reading.rows_kept, sum(reading.left_out.values())) == (kept, 1 - kept)


def test_the_chart_is_found_from_the_revenue_accounts(tmp_path):
    lines = [posting(counter="4400", number=f"R{n}") for n in range(3)]
    path = write(tmp_path / "a.csv", *lines, posting(counter="8000"), head=header(chart=""))
    assert read(path)[0].settings["chart"] == "SKR 04"


def test_lines_that_are_cut_or_run_over_are_refused(tmp_path):
    whole = posting(text="x")
    lines = (whole, whole[:20], whole + ";y", posting(text='"a'))
    reading, _ = read(write(tmp_path / "a.csv", *lines))
    assert (reading.rows_kept, reading.rows_rejected) == (1, 3)


def test_a_batch_without_its_year_is_refused(tmp_path):
    path = write(tmp_path / "a.csv", posting(), head=header(start=""))
    with pytest.raises(FileError, match="WJ-Beginn"):
        read(path)


def test_a_batch_without_its_headers_is_refused(tmp_path):
    with pytest.raises(FileError, match="belegdatum"):
        read(write(tmp_path / "a.csv", posting(), columns=("Umsatz", "Konto", "Gegenkonto")))


def test_other_files_of_datev_are_named_and_refused(tmp_path):
    path = write(tmp_path / "a.csv", head=header(20).replace("Buchungsstapel", "Kontenbeschrift"))
    assert SOURCE.identify(SourceFile(path)) > 0.9
    with pytest.raises(FileError, match="Kontenbeschrift"):
        read(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"EXTF", b"a;b;c\r\n1;2;3", b"\0" * 50])
def test_other_files_are_not_recognised(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert SOURCE.identify(SourceFile(path)) == 0
    with pytest.raises(FileError):
        read(path)
