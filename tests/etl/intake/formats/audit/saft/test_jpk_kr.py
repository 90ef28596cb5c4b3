"""JPK_KR: whose accounts are receivables, what their postings are, and balances counted by hand."""

from decimal import Decimal

import duckdb
import pytest

from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.audit.saft.jpk_kr import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from etl.load.run import load
from tests import goldens, places
from tests.einvoices import query
from tests.goldens import staged

D = Decimal
SAMPLE = places.SAMPLES / "jpk_kr" / "jpk_kr.xml"


def changed(tmp_path, *pairs):
    return goldens.changed(SAMPLE, tmp_path / "a.xml", *pairs)


def test_openings_and_postings_make_the_balance_of_each_customer(tmp_path):
    store = Store(tmp_path / "store")
    assert load([SAMPLE], store).ok
    # 700 + 1,230 - 1,900 - (123 - 1) - 4 of exchange - 6 written off; 50 paid too much before
    assert query(
        store, "select customer, sum(amount) from open_items where closed_on is null group by 1"
        " order by 1"
    ) == [("201-001", D("-102.00")), ("201-002", D("-50.00"))]  # fmt: skip
    assert query(store, "select kind, amount from documents where customer = '201-001'"
                 " order by issued_on, amount") == [
        ("opening", D("700.00")), ("invoice", D("1230.00")), ("payment", D("-1900.00")),
        ("credit_note", D("-123.00")), ("invoice", D("1.00")), ("exchange", D("-4.00")),
        ("write_off", D("-6.00")),
    ]  # fmt: skip
    assert query(store, "select customer_name from customers order by customer_id") == [
        ("Hurtownia Wzorcowa S.A.",), ("Drukkerij Noord BV",)
    ]  # fmt: skip


def test_openings_that_the_journal_posted_count_once(tmp_path):
    path = changed(tmp_path, ("<RodzajDowodu>PK</RodzajDowodu>", "<RodzajDowodu>BO</RodzajDowodu>"))
    connection, _ = staged(path)
    found = connection.execute(
        "select amount from staged_documents where kind = 'opening' order by amount"
    ).fetchall()
    assert found == [(D("-6.00"),), (D("-4.00"),)]


@pytest.mark.parametrize(
    ("pairs", "named", "accounts"),
    [
        ((), ("202",), set()),
        ((("odbiorcami", "kontrahentami"),), ("411",), {"201-001", "201-002"}),
        ((), ("201-001",), {"201-001"}),
    ],
)
def test_whose_accounts_are_receivables(tmp_path, pairs, named, accounts):
    with duckdb.connect() as connection:
        for table in STAGED:
            connection.execute(table.create())
        path = changed(tmp_path, *pairs)
        SOURCE.read(SourceFile(path), connection, 1, ReadOptions(receivables_accounts=named))
        found = connection.execute(
            "select distinct customer_id from staged_documents where customer_id like '201%'"
        ).fetchall()
    assert {c for (c,) in found} == accounts


def test_sums_that_differ_are_noted(tmp_path):
    _, readings = staged(changed(tmp_path, ("<SumaWinien>3263.00", "<SumaWinien>3264.00")))
    assert any("KontoZapisCtrl says" in str(n) for n in readings[0].notes)
    assert not any("KontoZapisCtrl" in str(n) for n in staged(SAMPLE)[1][0].notes)


def test_other_forms_are_not_taken(tmp_path):
    for form in ("JPK_KR_PD", "JPK_FA", "JPK_V7M"):
        assert SOURCE.identify(SourceFile(changed(tmp_path, ("JPK_KR", form)))) == 0
