"""Whatever notation a table is written in, the same rows are read back; nothing crashes."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
from hypothesis import example, given
from hypothesis import strategies as st

from data.core.errors import FileError
from data.store.schema import STAGED
from etl.intake.formats.table import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.tables.rows import FEW
from tests.depth import checked

DAY = {
    "iso": "{0:%Y-%m-%d}",
    "time": "{0:%Y-%m-%dT00:00:00Z}",
    "compact": "{0:%Y%m%d}",
    "float": "{0:%Y%m%d}.0",
    "dashes": "{0:%d-%m-%Y}",
    "slashes": "{0:%d/%m/%Y}",
    "short": "{0.day}/{0.month}/{0:%Y}",
    "dots": "{0:%d.%m.%Y}",
    "american": "{0:%m/%d/%Y}",
    "named": "{0:%d %b %Y}",
}
HEADERS = {
    "en": ("Invoice No.", "Customer No.", "Invoice Date", "Due Date", "Amount", "Reference"),
    "nl": ("Factuurnr", "Klantnr", "Factuurdatum", "Vervaldatum", "Bedrag", "Omschrijving"),
    "fr": ("N° facture", "Code client", "Date facture", "Échéance", "Montant TTC", "Libellé"),
    "de": ("Rechnungsnr.", "Kundennr.", "Rechnungsdatum", "Fällig am", "Betrag", "Buchungstext"),
}
MONEY = {
    "point": "{0:.2f}",
    "comma": "{0:.2f}",
    "english": "{0:,.2f}",
    "dutch": "{0:,.2f}",
    "french": "{0:,.2f}",
    "swiss": "{0:,.2f}",
    "trailing": "{0:,.2f}",
    "euro": "€ {0:,.2f}",
}
SWAP = {
    "comma": {".": ","},
    "dutch": {".": ",", ",": "."},
    "french": {".": ",", ",": "\u00a0"},
    "swiss": {",": "'"},
    "trailing": {".": ",", ",": "."},
    "euro": {".": ",", ",": "."},
}


def written(amount: Decimal, notation: str) -> str:
    minus = notation == "trailing" and amount < 0
    text = MONEY[notation].format(-amount if minus else amount)
    text = text.translate(str.maketrans(SWAP.get(notation, {})))
    return f"{text}-" if minus else text


texts = st.text(st.sampled_from("aé Z9'\";,|\n-"), max_size=8).map(str.strip)
documents = st.tuples(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(-(10**9), 10**9).filter(bool).map(lambda cents: Decimal(cents).scaleb(-2)),
    texts,
)


def read(content: bytes, path: Path, options: ReadOptions):
    path.write_bytes(content)
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    return SOURCE.read(SourceFile(path), connection, 1, options), connection


@checked(40)
@given(
    rows=st.lists(documents, min_size=1, max_size=12),
    headers=st.sampled_from(sorted(HEADERS)),
    day=st.sampled_from(sorted(DAY)),
    money=st.sampled_from(sorted(MONEY)),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    titles=st.integers(0, 3),
    few=st.sampled_from([FEW, 0]),
)
def test_rows_survive_every_notation(
    tmp_path,
    monkeypatch,
    rows,
    headers,
    day,
    money,
    separator,
    encoding,
    line_end,
    quoting,
    titles,
    few,
):
    monkeypatch.setattr("etl.intake.tables.rows.FEW", few)
    if 2 * sum(amount < 0 for _, _, amount, _ in rows) > len(rows):
        # of a list that is mostly negative it is asked what it holds
        rows = [(issued, due, -amount, reference) for issued, due, amount, reference in rows]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n")
    for number in range(titles):
        writer.writerow([f"Title {number}"])
    writer.writerow(HEADERS[headers])
    expected = []
    for number, (issued, due, amount, reference) in enumerate(rows):
        line = text.getvalue().count("\n") + 1
        cells = [
            f"F{number}",
            "C 1",
            DAY[day].format(issued),
            DAY[day].format(due) if due else "",
            written(amount, money),
            reference,
        ]
        writer.writerow(cells)
        expected.append((line, f"F{number}", issued, due, amount, reference or None))
    content = text.getvalue().replace("\n", line_end).encode(encoding)
    order = "mdy" if day == "american" else "dmy"  # a few rows need not show it
    readings, connection = read(content, tmp_path / "t", ReadOptions(date_order=order))
    found = connection.execute(
        "select line, document_id, issued_on, due_on, amount, reference "
        "from staged_documents order by line"
    ).fetchall()
    assert found == expected
    assert readings[0].control_total == sum(amount for _, _, amount, _ in rows)
    assert readings[0].rows_rejected == 0


@checked(40)
@example(b'document_id,customer_id,issued_on,amount\n"\n"\n"')
@example(b"document_id,customer_id,issued_on,amount\nF1,C1,2025-01-01,1e400\n")
@given(
    st.lists(
        st.sampled_from(
            [b"document_id", b"customer_id", b"issued_on", b"amount", b"kind", b"F1", b"2025-01-01",
             b"31/12/2025", b"1.234,56", b"9" * 40, b"1e9", b"-", b'"', b'""', b";", b",", b"\t",
             b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xc3\xa9", b"invoice", b"Total", b" "]
        ),
        max_size=80,
    ).map(b"".join)
)  # fmt: skip
def test_no_text_crashes_the_reader(tmp_path, content):
    for start in (b"", b"document_id;customer_id;issued_on;amount\n"):
        file = SourceFile(tmp_path / "t")
        try:
            (reading,), connection = read(start + content, file.path, ReadOptions())
        except FileError:
            continue
        left_out = sum(reading.left_out.values())
        assert reading.rows_read == reading.rows_kept + reading.rows_rejected + left_out
        rejected = connection.execute("select count(*), count(reason) from rejects").fetchone()
        assert rejected == (reading.rows_rejected, reading.rows_rejected)
        assert 0 <= SOURCE.identify(file) <= 1
