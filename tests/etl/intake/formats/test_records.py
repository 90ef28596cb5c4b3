from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from data.store.schema import STAGED
from etl.intake.formats.records import Origin, Records, stage_records

COLUMNS = {
    "document_id": "InvoiceNo", "customer_id": "CustomerID", "kind": "Type",
    "issued_on": "Date", "due_on": "Date", "debit": "Debit", "credit": "Credit",
}  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        for table in STAGED:
            made.execute(table.create())
        yield made


def test_records_are_staged_with_their_lines_and_refused_with_their_words(connection):
    with Records("invoices", COLUMNS) as records:
        records.add(7, document_id="F1", customer_id=" C1 ", kind="FT", issued_on="2026-01-31",
                    due_on="2026-03-01", debit="121.00")  # fmt: skip
        records.add(9, document_id="F2", customer_id="C1", kind="NC", issued_on="2026-02-30",
                    credit="5.00")  # fmt: skip
        records.add(12, document_id="F3", customer_id="C1", kind="NC", issued_on="2026-02-03",
                    credit="21.00")  # fmt: skip
        records.leave_out("cancelled documents", 2)
        origin = Origin("a.xml", "saft", kinds={"FT": "invoice", "NC": "credit_note"})
        reading = stage_records(connection, records, 3, origin)
    staged = connection.execute(
        "select file_id, line, customer_id, document_id, kind, issued_on, amount"
        " from staged_documents order by line"
    ).fetchall()
    assert staged == [
        (3, 7, "C1", "F1", "invoice", date(2026, 1, 31), Decimal("121.00")),
        (3, 12, "C1", "F3", "credit_note", date(2026, 2, 3), Decimal("-21.00")),
    ]
    refused = connection.execute('select line, column_name, "value" from rejects').fetchall()
    assert refused == [(9, "Date", "2026-02-30")]
    assert (reading.rows_read, reading.rows_kept, reading.rows_rejected) == (5, 2, 1)
    assert reading.left_out == {"cancelled documents": 2}
    assert reading.control_total == Decimal("100.00")


def test_lines_of_a_bank_statement_need_no_customer(connection):
    columns = {"document_id": "NtryRef", "issued_on": "BookgDt", "credit": "Amt", "debit": "Amt",
               "counterparty": "Nm", "counterparty_iban": "IBAN", "reference": "Ustrd"}  # fmt: skip
    with Records("bank", columns) as records:
        records.add(4, issued_on="2026-01-05", credit="10.00", counterparty="Bakkerij",
                    reference="F1")  # fmt: skip
        reading = stage_records(connection, records, 1, Origin("b.xml", "camt", currency="EUR"))
    staged = connection.execute(
        "select customer_id, kind, amount, currency, counterparty, reference from staged_documents"
    ).fetchall()
    assert staged == [(None, "payment", Decimal("-10.00"), "EUR", "Bakkerij", "F1")]
    assert reading.rows_kind == "bank"


def test_rows_beyond_one_batch_are_all_there(connection):
    with Records("customers", {"customer_id": "ID", "customer_name": "Name"}) as records:
        for n in range(45_000):
            records.add(n + 1, customer_id=f"C{n}", customer_name="x")
        reading = stage_records(connection, records, 1, Origin("c.xml", "xaf"))
    assert reading.rows_kept == 45_000
    assert connection.execute("select count(*), max(line) from staged_customers").fetchall() == [
        (45_000, 45_000)
    ]


def test_no_rows_are_no_fault(connection):
    with Records("payments", {"customer_id": "C", "issued_on": "D", "credit": "A"}) as records:
        reading = stage_records(connection, records, 1, Origin("d.xml", "xaf"))
    assert (reading.rows_read, reading.rows_kept) == (0, 0)
