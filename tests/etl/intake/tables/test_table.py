"""Tables as a whole: errors that stop a file, rows that are refused, mappings, workbooks."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from data.core.errors import FileError
from data.store.schema import STAGED
from etl.intake.formats.table import SOURCE
from etl.intake.mappings.mapping import load_mapping
from etl.intake.source import ReadOptions, SourceFile
from tests import places

REAL = places.REAL / "xero" / "xero_invoice_data.csv"
XERO = places.XERO
HEAD = "document_id,customer_id,issued_on,due_on,amount\n"
PLAIN = ReadOptions()


@pytest.fixture
def load(tmp_path):
    """Return a function from the content of a file to (readings, connection)."""

    def read(content, options=PLAIN, name="file.csv"):
        path = tmp_path / name
        if isinstance(content, str):
            content = content.encode()
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content(path)
        connection = duckdb.connect()
        for table in STAGED:
            connection.execute(table.create())
        try:
            return SOURCE.read(SourceFile(path), connection, 1, options), connection
        finally:
            left = connection.execute("select table_name from duckdb_tables() where temporary")
            assert not [t for (t,) in left.fetchall() if t.endswith(("_rows", "_lines"))]

    return read


def rows(connection, columns, table="staged_documents"):
    return connection.execute(f"select {columns} from {table} order by file_id, line").fetchall()


# --- files that are no tables --------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "is empty"),
        (bytes(range(256)) * 40, "no text"),
        (b"\0\1\2\3" * 1000, "no text"),
        (b"PK\x03\x04 not a workbook at all", "cannot be opened as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "cannot be opened as a workbook"),
        (b"PAR1 nor this", "cannot be read as Parquet"),
        (b"just a letter\nto somebody\n", "no separator"),
        (b"colour;size\nred;3\n", "missing are"),
        (b"Kurs;WKZ Umsatz;Belegdatum;Belegfeld 1;Soll/Haben\n1;EUR;0501;R1;S\n", "missing are"),
    ],
)
def test_what_is_no_table_is_said(load, content, message):
    with pytest.raises(FileError, match=message):
        load(content)


def test_missing_columns_are_named_with_what_was_found(load):
    with pytest.raises(FileError) as error:
        load("Factuurnr;Bedrag;Vervaldatum;Kleur\nF1;1,00;2025-01-31;rood\n")
    text = str(error.value)
    # of when they were issued it is asked, once it is known whose they are
    assert "missing are customer_id;" in text
    assert 'document_id ("Factuurnr")' in text
    assert '"Kleur"' in text
    assert "--map" in text


def test_a_truncated_workbook_is_an_error(load):
    def write(path):
        with xlsxwriter.Workbook(str(path)) as book:
            book.add_worksheet().write_row(0, 0, ["document_id", "customer_id"])
        path.write_bytes(path.read_bytes()[:900])

    with pytest.raises(FileError, match="workbook"):
        load(write, name="cut.xlsx")


def test_only_headers_is_a_table_without_rows(load):
    (reading,), _ = load(HEAD)
    assert (reading.rows_read, reading.rows_kept, reading.control_total) == (0, 0, None)


def test_ambiguous_days_and_amounts_stop_the_file(load):
    with pytest.raises(FileError, match="--dates"):
        load(HEAD + "F1,C1,01/02/2025,03/04/2025,10.00\n")
    with pytest.raises(FileError, match="--decimal"):
        load(HEAD + "F1,C1,2025-01-01,2025-02-01,1.234\n")
    options = ReadOptions(date_order="mdy", decimal=".")
    (reading,), connection = load(HEAD + "F1,C1,01/02/2025,03/04/2025,1.234\n", options)
    assert rows(connection, "issued_on, amount") == [(date(2025, 1, 2), Decimal("1.23"))]
    assert "more than two decimals" in " ".join(map(str, reading.notes))


# --- lines -----------------------------------------------------------------------------------


def test_lines_are_counted_as_in_the_file(load):
    text = (
        "Report of today,,,,\n"
        "\n"
        "document_id,customer_id,issued_on,due_on,amount,reference\n"
        'F1,C1,2025-01-01,,1.00,"one, two"\n'
        "\n"
        'F2,C1,2025-01-01,,2.00,"first\nsecond\n\nfourth"\n'
        "F3,C1,2025-01-01,,3.00,\n"
        "document_id,customer_id,issued_on,due_on,amount,reference\n"
        'F4,C1,2025-01-01,,4.00,"say ""no"""\n'
        "F5,C1,2025-01-01,,5.00,\n"
    )
    for line_end in ("\n", "\r\n"):
        (reading,), connection = load(text.replace("\n", line_end))
        assert rows(connection, "line, document_id, reference") == [
            (4, "F1", "one, two"),
            (6, "F2", "first\nsecond\n\nfourth"),
            (10, "F3", None),
            (12, "F4", 'say "no"'),
            (13, "F5", None),
        ]
        assert reading.left_out == {"blank rows": 1, "repeated header rows": 1}
        assert reading.rows_read == 7


def test_broken_lines_are_rejected_with_their_line(load):
    text = (
        HEAD + "F1,C1,2025-01-01,,1.00\n"
        "F2,C1,2025-01-01\n"
        "F3,C1,2025-01-01,,3.00,extra,more\n"
        'F4,"C1,2025-01-01,,4.00\n'
        'F5,"C1" x,2025-01-01,,5.00\n'
        "F6,C1,2025-01-01,,6.00,,\n"
        "F7,C1,2025-01-01,,7.00\n"
    )
    (reading,), connection = load(text)
    assert rows(connection, "line, document_id") == [(2, "F1"), (7, "F6"), (8, "F7")]
    found = rows(connection, "line, value", "rejects")
    assert found == [
        (3, "F2,C1,2025-01-01"),
        (4, "F3,C1,2025-01-01,,3.00,extra,more"),
        (5, 'F4,"C1,2025-01-01,,4.00'),
        (6, 'F5,"C1" x,2025-01-01,,5.00'),
    ]
    assert reading.rows_rejected == 4


def test_a_quote_inside_a_cell_is_text(load):
    _, connection = load(HEAD + 'F1,6" Pipes,2025-01-01,,1.00\n')
    assert rows(connection, "customer_id") == [('6" Pipes',)]


def test_nul_bytes_are_dropped_and_told(load):
    text = (HEAD + "F1,C1,2025-01-01,,1.00\n" * 300).replace("C1", "C\0001", 1)
    (reading,), connection = load(text)
    assert set(rows(connection, "customer_id")) == {("C1",)}
    assert "1 NUL" in str(reading.notes[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_each_way_to_write_text(load, encoding, line_end, separator):
    text = (HEAD + "F1,Café Ÿ,2025-01-01,2025-02-01,1.00\nF2,C2,2025-01-02,,2.00\n").replace(
        ",", separator
    )
    (reading,), connection = load(text.replace("\n", line_end).encode(encoding))
    assert rows(connection, "line, customer_id, amount") == [
        (2, "Café Ÿ", Decimal("1.00")),
        (3, "C2", Decimal("2.00")),
    ]
    assert reading.settings["separator"] == separator


def test_a_given_encoding_is_used(load):
    _, connection = load((HEAD + "F1,Łódź,2025-01-01,,1.00\n").encode("cp1250"),
                         ReadOptions(encoding="cp1250"))  # fmt: skip
    assert rows(connection, "customer_id") == [("Łódź",)]
    with pytest.raises(FileError, match="not written in ascii"):
        load((HEAD + "F1,Łódź,2025-01-01,,1.00\n").encode(), ReadOptions(encoding="ascii"))


def test_a_path_with_wildcards_is_one_file(load):
    _, connection = load(HEAD + "F1,C1,2025-01-01,,1.00\n", name="export [1]*.csv")
    assert rows(connection, "document_id") == [("F1",)]


# --- rows ------------------------------------------------------------------------------------


def test_a_customer_called_total_is_no_total(load):
    (reading,), connection = load(
        HEAD + "F1,Total Energy,,2025-02-01,1.00\nF2,Total Energy,2025-01-01,,2.00\n"
        ",Totaal,,,3.00\nTotal,,,,3.00\n"
    )
    assert rows(connection, "document_id") == [("F2",)]
    assert rows(connection, "line, column_name", "rejects") == [(2, "issued_on")]
    assert reading.left_out == {"totals and subtotals": 2}


def test_kinds_written_positive_are_turned_negative(load):
    head = "kind,document_id,customer_id,issued_on,amount\n"
    body = "Invoice,F1,C1,2025-01-01,100.00\nCredit note,N1,C1,2025-01-02,10.00\n"
    (reading,), connection = load(head + body + "Payment,P1,C1,2025-01-03,90.00\n")
    assert rows(connection, "kind, amount") == [
        ("invoice", Decimal(100)), ("credit_note", Decimal(-10)), ("payment", Decimal(-90))
    ]  # fmt: skip
    assert reading.control_total == 0
    assert "turned negative" in str(reading.notes)
    _, connection = load(head + body + "Payment,P1,C1,2025-01-03,-90.00\n")
    assert rows(connection, "amount")[1:] == [(Decimal(-10),), (Decimal(-90),)]


def test_a_payment_needs_no_number(load):
    head = "kind,document_id,customer_id,issued_on,amount\n"
    _, connection = load(
        head + "Invoice,F1,C1,2025-01-01,9.00\nPayment,,C1,2025-01-03,-9.00\n"
        "Invoice,,C1,2025-01-04,1.00\n"
    )
    assert rows(connection, "line, document_id") == [(2, "F1"), (3, None)]
    assert rows(connection, "line, column_name", "rejects") == [(4, "document_id")]


def test_a_debit_credit_mark_signs_the_amount(load):
    head = "sens;document_id;customer_id;issued_on;amount\n"
    _, connection = load(head + "D;F1;C1;2025-01-01;100,00\nC;N1;C1;2025-01-02;10,00\n")
    assert rows(connection, "amount") == [(Decimal(100),), (Decimal(-10),)]
    _, connection = load(head + "D;F1;C1;2025-01-01;100,00\nC;N1;C1;2025-01-02;-10,00\n")
    assert rows(connection, "amount") == [(Decimal(100),), (Decimal(-10),)]


def test_payments_are_staged_negative(load):
    head = "Betaaldatum;Klantnr;Bedrag;Mededeling\n"
    _, connection = load(head + "2025-01-01;C1;100,00;F1\n2025-01-02;C1;-10,00;terug\n")
    assert rows(connection, "kind, amount, document_id, reference") == [
        ("payment", Decimal(-100), None, "F1"), ("payment", Decimal(10), None, "terug")
    ]  # fmt: skip
    _, connection = load(head + "2025-01-01;C1;-100,00;F1\n2025-01-02;C1;10,00;terug\n")
    assert rows(connection, "amount") == [(Decimal(-100),), (Decimal(10),)]


def test_the_invoice_number_of_a_payment_is_what_it_pays(load):
    _, connection = load(
        "Payment number,Payment date,Customer,Invoice number,Amount received\n"
        "P1,2025-01-31,C1,F1,10.00\n"
    )
    assert rows(connection, "document_id, reference, kind, amount") == [
        ("P1", "F1", "payment", Decimal(-10))
    ]


def test_parts_of_one_document_are_numbered_by_due_day(load):
    text = HEAD + (
        "F1,C1,2025-01-01,2025-03-01,50.00\n"
        "F1,C1,2025-01-01,2025-02-01,50.00\n"
        "F1,C2,2025-01-01,2025-02-01,70.00\n"
    )
    _, connection = load(text)
    assert rows(connection, "line, instalment") == [(2, 2), (3, 1), (4, None)]


def test_lines_of_an_invoice_repeat_its_total(load):
    text = "document_id,customer_id,issued_on,amount,what\nF1,C1,2025-01-01,50.00,a\n"
    (reading,), connection = load(text + "F1,C1,2025-01-01,50.00,b\nF2,C1,2025-01-01,5.00,c\n")
    assert rows(connection, "line, amount") == [(2, Decimal(50)), (4, Decimal(5))]
    assert reading.left_out == {"further lines of the same document": 1}
    assert reading.control_total == 55
    # a line that stands there twice is one of these lines too
    _, connection = load(text + "F1,C1,2025-01-01,50.00,b\n" + "F2,C1,2025-01-01,5.00,c\n" * 2)
    assert rows(connection, "line, amount") == [(2, Decimal(50)), (4, Decimal(5))]


def test_rows_alike_in_every_cell_are_no_instalments(load):
    (reading,), connection = load(HEAD + "F1,C1,2025-01-01,2025-02-01,50.00\n" * 2)
    assert rows(connection, "line, amount, instalment") == [(2, 50, None), (3, 50, None)]
    (note,) = reading.notes
    assert str(note).startswith(
        "Rows that repeat another row of the file in every cell: 1, 50.00 in all; the first is"
        " line 3, document F1 of 50.00. They count"
    )


def test_rows_alike_among_parts_are_parts_and_told(load):
    text = HEAD + "F1,C1,2025-01-01,2025-02-01,50.00\n" * 2 + "F1,C1,2025-01-01,2025-03-01,70.00\n"
    (reading,), connection = load(text + "F2,C1,2025-01-01,2025-02-01,8.00\n" * 3)
    assert rows(connection, "line, instalment") == [
        (2, 1), (3, 2), (4, 3), (5, None), (6, None), (7, None)
    ]  # fmt: skip
    notes = " ".join(map(str, reading.notes))
    assert "repeat another row of the file in every cell: 3, 66.00 in all" in notes
    assert "1 document stands in several rows" in notes


def test_attributes_of_a_customer_are_staged_once(load):
    _, connection = load(
        "document_id,customer_id,issued_on,amount,country,salesperson\n"
        "F1,C1,2025-01-01,1.00,,An\nF2,C1,2025-01-01,1.00,Belgique,Jo\n"
    )
    assert rows(connection, "customer_id, country, salesperson", "staged_customers") == [
        ("C1", "BE", None)
    ]
    assert rows(connection, "salesperson") == [("An",), ("Jo",)]


def test_the_series_does_not_depend_on_name_or_content(load):
    (one,), _ = load(HEAD + "F1,C1,2025-01-01,,1.00\n", name="a.csv")
    (two,), _ = load(HEAD + "F9,C1,2025-01-02,,9.00\n", name="b.csv")
    (other,), _ = load(HEAD.replace("due_on", "paid_on") + "F1,C1,2025-01-01,,1.00\n")
    assert one.series == two.series != other.series


def test_columns_that_were_not_used_are_named_in_one_line(load):
    head = "Factuurnr;Klant;Datum;Bedrag"
    (reading,), _ = load(f"{head};Kleur;;Maat\nF1;C1;2025-01-31;1,00;rood;x;L\n")
    assert [str(n) for n in reading.notes][-1] == "Columns not used: Kleur, Maat."
    (reading,), _ = load(f"{head}\nF1;C1;2025-01-31;1,00\n")
    assert "not used" not in str(reading.notes)
    many = ";".join(f"Vrij veld nummer {i} met een lange naam erbij" for i in range(56))
    (reading,), _ = load(f"{head};{many}\nF1;C1;2025-01-31;1,00{';' * 56}\n")
    (line,) = [str(n) for n in reading.notes if "not used" in str(n)]
    assert line.endswith("and 53 more.")
    assert len(line) < 150


def test_columns_of_a_payment_that_only_invoices_have_are_not_used(load):
    (reading,), _ = load(
        "Betaaldatum;Klantnr;Bedrag;Openstaand;Kleur\n2025-01-01;C1;100,00;5,00;rood\n",
        ReadOptions(mapping={"source": {"rows": "payments"}}),
    )
    assert "Columns not used: Openstaand, Kleur." in map(str, reading.notes)


def test_columns_said_in_a_mapping_are_meant_as_they_are(load):
    columns = {"document_id": "a", "customer_id": "b", "issued_on": "c", "amount": "d"}
    (reading,), _ = load(
        "a;b;c;d;e\n1;C;2025-01-31;1,00;x\n", ReadOptions(mapping={"columns": columns})
    )
    assert not reading.notes


# --- mappings ----------------------------------------------------------------------------------


def test_a_mapping_says_it_all(load):
    mapping = {
        "source": {"rows": "invoices", "date_format": "%d|%m|%Y", "decimal": ",",
                   "separator": ";", "header_row": 2, "ledger": "NL", "currency": "EUR"},
        "columns": {"document_id": "a", "customer_id": "b", "issued_on": "c", "amount": "d",
                    "kind": "e"},
        "keep": {"f": ["yes"]},
        "kinds": {"zz": "write_off"},
    }  # fmt: skip
    text = "x;y\na;b;c;d;e;f\n1;C;01|02|2025;1.234;ZZ;yes\n2;C;01|02|2025;1,00;ZZ;no\n"
    (reading,), connection = load(text, ReadOptions(mapping=mapping))
    assert rows(connection, "line, ledger, document_id, issued_on, amount, kind, currency") == [
        (3, "NL", "1", date(2025, 2, 1), Decimal(-1234), "write_off", "EUR")
    ]
    assert reading.ledger == "NL"
    assert list(reading.left_out.values()) == [1]


def test_a_mapping_of_another_file_is_not_used(load):
    mapping = {"columns": {"amount": "Totaal", "customer_id": "Klant"}}
    (reading,), _ = load(HEAD + "F1,C1,2025-01-01,,1.00\n", ReadOptions(mapping=mapping))
    assert reading.rows_kept == 1
    assert "not used" in str(reading.notes[0])


def test_the_real_xero_extract_ties_to_the_cent():
    if not REAL.exists():
        pytest.skip(f"{REAL} is not here")
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    options = ReadOptions(mapping=load_mapping(XERO))
    (reading,) = SOURCE.read(SourceFile(REAL), connection, 1, options)
    assert (reading.rows_kind, reading.rows_kept, reading.rows_rejected) == ("invoices", 116, 0)
    assert reading.totals == {"USD": Decimal("308484.09"), "GBP": Decimal("92057.50")}
    assert connection.execute(
        "select currency, count(*), sum(amount) from staged_documents group by all order by all"
    ).fetchall() == [("GBP", 30, Decimal("92057.50")), ("USD", 86, Decimal("308484.09"))]


# --- workbooks, Parquet, previews ----------------------------------------------------------------


def workbook(path):
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    notes = book.add_worksheet("Notes")
    notes.write(0, 0, "Made for you")
    sheet = book.add_worksheet("Open")
    sheet.write_row(2, 1, ["Factuur nr.", "Klant nr.", "Datum", "Bedrag"])
    sheet.write_row(3, 1, [1001, 7, None, 1.1])
    sheet.write_datetime(3, 3, datetime(2025, 1, 2), day)  # noqa: DTZ001
    sheet.write_row(5, 1, ["A-2", 7, 45660, "1.234,56"])
    clients = book.add_worksheet("Klanten")
    clients.write_row(0, 0, ["Klant nr.", "Naam", "Land"])
    clients.write_row(1, 0, [7, "Zeven", "Frankrijk"])
    book.close()


def test_each_sheet_that_is_a_table_is_read(load):
    readings, connection = load(workbook, name="book.xlsx")
    assert [(r.name, r.rows_kind) for r in readings] == [
        ("book.xlsx [Open]", "invoices"), ("book.xlsx [Klanten]", "customers")
    ]  # fmt: skip
    assert rows(connection, "file_id, line, document_id, customer_id, issued_on, amount") == [
        (1, 4, "1001", "7", date(2025, 1, 2), Decimal("1.10")),
        (1, 6, "A-2", "7", date(2025, 1, 3), Decimal("1234.56")),
    ]
    assert rows(connection, "file_id, customer_id, country", "staged_customers") == [(2, "7", "FR")]
    assert "Notes" in str(readings[0].notes[-1])


def test_a_mistake_in_one_sheet_stages_nothing(load, tmp_path):
    def write(path):
        book = xlsxwriter.Workbook(str(path))
        for name, day in (("A", "2025-01-31"), ("B", "01/02/2025")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["document_id", "customer_id", "issued_on", "amount"])
            sheet.write_row(1, 0, ["F1", "C1", day, 5])
        book.close()

    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    path = tmp_path / "two.xlsx"
    write(path)
    with pytest.raises(FileError, match="01/02/2025"):
        SOURCE.read(SourceFile(path), connection, 1, PLAIN)
    assert rows(connection, "line") == []
    assert connection.execute("select * from duckdb_tables() where temporary").fetchall() == []


def test_parquet_numbers_are_plain_text(load):
    def write(path):
        table = pa.table(
            {
                "document_id": [1.0, 2.0],
                "customer_id": [1001, None],
                "issued_on": pa.array([date(2025, 1, 1), date(2025, 1, 2)]),
                "amount": [0.00001, 12345678901.25],
            }
        )
        pq.write_table(table, path)

    (reading,), connection = load(write, name="t.parquet")
    assert rows(connection, "line, document_id, customer_id, amount") == [
        (1, "1", "1001", Decimal("0.00"))
    ]
    assert rows(connection, "line, column_name", "rejects") == [(2, "customer_id")]
    assert reading.rows_read == 2


def test_a_preview_says_what_was_found_and_what_is_missing(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("Factuurnr;Kleur;Bedrag\nF1;rood;1.234\n", encoding="utf-8")
    (preview,) = SOURCE.preview(SourceFile(path), PLAIN)
    assert preview.headers == ("Factuurnr", "Kleur", "Bedrag")
    assert preview.rows == (("F1", "rood", "1.234"),)
    assert preview.columns == {"Factuurnr": "document_id", "Bedrag": "amount"}
    assert (preview.rows_kind, preview.missing) == ("invoices", ("customer_id", "issued_on"))
    assert "missing are" in str(preview.problem)


@pytest.mark.parametrize(
    ("content", "low", "high"),
    [
        (HEAD + "F1,C1,2025-01-01,,1\n", 0.5, 0.9),
        ("Factuurnummer;Klant;Datum;Bedrag\n", 0.5, 0.9),
        ("colour;size\nred;3\n", 0.3, 0.4),
        ("<xml><a/></xml>", 0, 0),
        ("%PDF-1.7\n", 0, 0),
        ("", 0, 0),
        ("\0\1\2\3\4" * 99, 0, 0),
        ("JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\n", 0, 0.1),
    ],
)
def test_how_sure_it_is(tmp_path, content, low, high):
    path = tmp_path / "f"
    path.write_text(content, encoding="utf-8")
    assert low <= SOURCE.identify(SourceFile(path)) <= high


def test_records_of_several_lines_follow_one_another(load):
    """The second line of the first record looks like the start of another one."""
    text = (
        "document_id;customer_id;issued_on;amount;reference\n"
        'F3;C;2025-01-31;0,01;"9\n;"\n'
        'F4;C;2025-01-31;0,02;"9\n9"\n'
        "F5;C;2025-01-31;0,03;x\n"
    )
    _, connection = load(text)
    assert rows(connection, "line, document_id, reference") == [
        (2, "F3", "9\n;"),
        (4, "F4", "9\n9"),
        (6, "F5", "x"),
    ]


def test_lines_of_a_bank_account_are_told_how_to_be_read(load):
    text = "Datum;Bedrag;Omschrijving\n31-01-2025;50,00;Factuur F1\n"
    with pytest.raises(FileError, match='lines of a bank account, say rows = "bank"'):
        load(text)
    (reading,), connection = load(text, ReadOptions({"source": {"rows": "bank"}}))
    assert reading.rows_kind == "bank"
    assert rows(connection, "amount, reference") == [(Decimal(-50), "Factuur F1")]
    with pytest.raises(FileError) as error:
        load("Factuurnr;Bedrag;Vervaldatum;Datum\nF1;1,00;2025-01-31;2025-01-01\n")
    assert "bank" not in str(error.value)


# --- currencies that amounts name ---------------------------------------------------------------

NAMED = "document_id;customer_id;issued_on;amount\n"


def test_the_currency_that_amounts_name_is_taken(load):
    text = NAMED + "".join(
        f"F{n};C1;2025-01-31;{amount}\n"
        for n, amount in enumerate(("€ 100,00", "$ 100,00", "-100,00 usd", "£100,00", "1,00 CHF",
                                    "(EUR 1,00)", "2,00", "3,00 STK", "4,00CR"))
    )  # fmt: skip
    (reading,), connection = load(text)
    assert [c for (c,) in rows(connection, "currency")] == [
        "EUR", "USD", "USD", "GBP", "CHF", "EUR", None, None, None
    ]  # fmt: skip
    assert reading.totals["USD"] == 0
    notes = " ".join(map(str, reading.notes))
    assert "The currency is the one that the amounts in amount name." in notes
    assert "$ in amount is taken for US dollars" in notes


def test_debit_and_credit_name_a_currency(load):
    _, connection = load(
        "document_id;customer_id;issued_on;debit;credit\n"
        "F1;C1;2025-01-31;USD 100,00;\nF2;C1;2025-01-31;;EUR 5,00\n"
    )
    assert rows(connection, "currency, amount") == [("USD", 100), ("EUR", -5)]


@pytest.mark.parametrize(
    ("head", "options"),
    [
        ("document_id;customer_id;issued_on;amount;currency", PLAIN),
        (
            "document_id;customer_id;issued_on;amount;x",
            ReadOptions({"source": {"currency": "CAD"}}),
        ),
    ],
)
def test_a_column_or_a_mapping_says_the_currency_first(load, head, options):
    (reading,), connection = load(f"{head}\nF1;C1;2025-01-31;$ 1,00;CAD\n", options)
    assert rows(connection, "currency") == [("CAD",)]
    assert not any("$" in str(note) for note in reading.notes)


def test_rows_in_several_named_currencies_are_no_parts_of_one_document(load):
    _, connection = load(
        NAMED + "F1;C1;2025-01-31;€ 1,00\nF1;C1;2025-01-31;$ 2,00\nF2;C1;2025-01-31;1\n"
    )
    assert rows(connection, "instalment") == [(None,), (None,), (None,)]


# --- cells that are numbers and days, and sheets that are hidden ---------------------------------


def book_of(*sheets):
    """Return what writes a workbook; each sheet is its name, rows, and perhaps how to hide it."""

    def write(path):
        book = xlsxwriter.Workbook(str(path))
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, lines, *hide in sheets:
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    else:
                        sheet.write(row, column, cell)
            for how in hide:
                getattr(sheet, how)()
        book.close()

    return write


BOOK_HEAD = ["Factuurnr", "Klantnr", "Datum", "Bedrag", "Openstaand"]


@pytest.mark.parametrize("decimal", [None, ","])
def test_cells_that_are_numbers_do_not_depend_on_the_decimal_sign(load, decimal):
    lines = [
        BOOK_HEAD,
        ["F1", "C1", "31-01-2025", "1.234,56", 1234.56],
        ["F2", "C1", "31-01-2025", "2.000,00", 12.345],
    ]
    _, connection = load(book_of(("A", lines)), ReadOptions(decimal=decimal), name="a.xlsx")
    assert rows(connection, "amount, open_amount") == [
        (Decimal("1234.56"), Decimal("1234.56")),
        (Decimal("2000.00"), Decimal("12.35")),
    ]


@pytest.mark.parametrize("decimal", [None, ",", "."])
@pytest.mark.parametrize("amounts", [(1234.56, 12.345), (1234.56, 12.5), ("n.v.t.", 12.345)])
def test_a_decimal_sign_says_nothing_of_numbers(load, decimal, amounts):
    lines = [BOOK_HEAD, *(["F1", "C1", "31-01-2025", 99, amount] for amount in amounts)]
    _, connection = load(book_of(("A", lines)), ReadOptions(decimal=decimal), name="a.xlsx")
    assert rows(connection, "open_amount") == [
        (Decimal(str(a if a != "n.v.t." else 0)).quantize(Decimal("0.01"), "ROUND_HALF_UP"),)
        for a in sorted(amounts, key=lambda a: a != "n.v.t.")
    ]
    assert connection.execute("select value from rejects").fetchall() == []


def test_a_decimal_sign_says_nothing_of_the_numbers_of_parquet(load):
    def write(path):
        table = pa.table(
            {
                "document_id": ["F1"],
                "customer_id": ["C1"],
                "issued_on": pa.array([date(2025, 2, 1)]),
                "amount": pa.array([Decimal("1234.56")]),
                "open_amount": [12.345],
            }
        )
        pq.write_table(table, path)

    mapping = {"source": {"date_format": "%Y-%d-%m"}}
    _, connection = load(write, ReadOptions(mapping, decimal=","), name="t.parquet")
    assert rows(connection, "issued_on, amount, open_amount") == [
        (date(2025, 2, 1), Decimal("1234.56"), Decimal("12.35"))
    ]


@pytest.mark.parametrize("other", [date(2025, 2, 3), "03/02/2025", 45691.5])
def test_cells_that_are_days_do_not_depend_on_how_days_are_written(load, other):
    lines = [BOOK_HEAD, ["F1", "C1", date(2025, 2, 1), 5], ["F2", "C1", other, 5]]
    options = [ReadOptions({"source": {"date_format": "%d/%m/%Y"}}), ReadOptions(date_order="dmy")]
    for option in options:
        _, connection = load(book_of(("A", lines)), option, name="a.xlsx")
        assert rows(connection, "issued_on") == [(date(2025, 2, 1),), (date(2025, 2, 3),)]


@pytest.mark.parametrize("hide", ["hide", "very_hidden"])
def test_a_hidden_sheet_is_not_read(load, hide):
    lines = [BOOK_HEAD, ["F1", "C1", date(2025, 2, 1), 5]]
    old = [BOOK_HEAD, ["F0", "C1", date(2024, 2, 1), 7]]
    book = book_of(("Blad1", lines), ("Oud", old, hide))
    (reading,), connection = load(book, name="b.xlsx")
    assert rows(connection, "document_id") == [("F1",)]
    assert "Sheet Oud is hidden and was not read" in str(reading.notes[-1])
    named = ReadOptions({"source": {"sheet": "Oud"}})
    (reading,), connection = load(book, named, name="b.xlsx")
    assert rows(connection, "document_id") == [("F0",)]
    assert not any("hidden" in str(note) for note in reading.notes)


def test_a_workbook_whose_only_table_is_hidden_says_so(load):
    lines = [BOOK_HEAD, ["F1", "C1", date(2025, 2, 1), 5]]
    with pytest.raises(FileError, match="Sheet Oud is hidden and was not read"):
        load(book_of(("Leeg", []), ("Oud", lines, "hide")), name="b.xlsx")
