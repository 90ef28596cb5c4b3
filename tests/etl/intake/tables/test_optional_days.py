"""A day that a document can do without and that cannot be read refuses no document."""

from datetime import date

import duckdb
import pytest

from data.store.schema import STAGED
from etl.intake.formats.records import Origin, Records, stage_records
from tests.goldens import staged

Y = date.fromisoformat
HEAD = "customer_id;invoice_number;invoice_date;due_date;delivery_date;amount\n"


def table(tmp_path, *rows):
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    connection, (reading,) = staged(path)
    found = connection.execute(
        "select document_id, due_on, delivered_on from staged_documents order by line"
    ).fetchall()
    return reading, found


@pytest.mark.parametrize("day", ["31/02/2026", "soon", "05/2026", "01/01/1900 x", "31/12/2199"])
def test_in_a_table(tmp_path, day):
    reading, found = table(
        tmp_path,
        "C1;F1;13/01/2026;14/02/2026;12/01/2026;10.00",
        f"C1;F2;13/01/2026;{day};{day};10.00",
        "C1;F3;13/01/2026;-;n/a;10.00",
    )
    assert found == [("F1", Y("2026-02-14"), Y("2026-01-12")), ("F2", None, None),
                     ("F3", None, None)]  # fmt: skip
    assert [str(n) for n in reading.notes] == [
        f"1 cells of {column} are no days that can be read: their rows were kept without that day."
        for column in ("due_date", "delivery_date")
    ]


def test_a_column_in_which_nothing_is_a_day_is_refused_and_seen(tmp_path):
    reading, found = table(
        tmp_path, "C1;F1;13/01/2026;a;12/01/2026;10.00", "C1;F2;13/01/2026;b;12/01/2026;10.00"
    )
    assert (found, reading.rows_rejected) == ([], 2)


def test_in_a_format():
    connection = duckdb.connect()
    for made in STAGED:
        connection.execute(made.create())
    columns = {"document_id": "No", "customer_id": "C", "issued_on": "Day", "due_on": "Due",
               "debit": "Amount"}  # fmt: skip
    with Records("invoices", columns) as records:
        for number, due in enumerate(("2026-02-31", "202602", "")):
            records.add(number + 1, document_id=f"F{number}", customer_id="C",
                        issued_on="2026-01-13", due_on=due, debit="1.00")  # fmt: skip
        reading = stage_records(connection, records, 1, Origin("a", "xaf"))
    assert (reading.rows_kept, reading.rows_rejected) == (3, 0)
    assert [str(n) for n in reading.notes] == [
        "2 cells of Due are no days that can be read: their rows were kept without that day."
    ]
