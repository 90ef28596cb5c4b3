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
NEWER = places.SAMPLES / "jpk_kr" / "jpk_kr_pd.xml"


def changed(tmp_path, *pairs, sample=SAMPLE):
    return goldens.changed(sample, tmp_path / "a.xml", *pairs)


def owed(connection):
    return connection.execute(
        "select customer_id, sum(amount) from staged_documents group by 1 order by 1"
    ).fetchall()


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
    for form in ("JPK_KR_XY", "JPK_ST_KR", "JPK_FA", "JPK_V7M"):
        assert SOURCE.identify(SourceFile(changed(tmp_path, ("JPK_KR", form)))) == 0


def test_numbered_elements_make_the_closing_balances_of_their_accounts():
    """What each account held on 30 June (S_10), those of account 203 by counterparty (D_3)."""
    connection, readings = staged(NEWER)
    # 700 of January, + 200 by March, + 1,230 - 1,530; 203: - 40 before, 850 - 430, and 450
    assert owed(connection) == [
        ("201-001", D("600.00")), ("203", D("-40.00")), ("K002", D("420.00")),
        ("K003", D("450.00")),
    ]  # fmt: skip
    found = "select customer_id, vat_number from staged_customers where vat_number is not null"
    assert connection.execute(f"{found} order by 1").fetchall() == [
        ("201-001", "PL1111111111"), ("K002", "NL123456789B01")
    ]  # fmt: skip
    assert any("-40.00 of account 203" in str(n) for n in readings[0].notes)
    assert not any("Ctrl" in str(n) for n in readings[0].notes)


@pytest.mark.parametrize(
    ("pairs", "balances"),
    [
        # an account is one customer's where it bears a name and its entries name one at most
        ([("Rozrachunki z odbiorcami krajowymi", "Należności"), ("203<", "201-002<"),
          ("Odbiorcy zagraniczni", "Drukkerij Noord BV"), ("<D_3>K003</D_3>", "<D_3>K002</D_3>")],
         [("201-001", D(600)), ("201-002", D(830))]),
        # several, however it is called
        ([("Odbiorcy zagraniczni", "Rozrachunki z odbiorcami UE"), ("<D_3>K001</D_3>", "")],
         [("201-001", D(600)), ("203", D(-40)), ("K002", D(420)), ("K003", D(450))]),
        # nobody named: the account itself
        ([("<D_3>K002</D_3>", ""), ("<D_3>K003</D_3>", "")],
         [("201-001", D(600)), ("203", D(830))]),
        # without closing balances: what the account held when the books were opened
        ([("<S_10>600.00</S_10><S_11>0.00</S_11>", "")],
         [("201-001", D(400)), ("203", D(-40)), ("K002", D(420)), ("K003", D(450))]),
    ],
)  # fmt: skip
def test_whose_a_posting_of_the_newer_structure_is(tmp_path, pairs, balances):
    connection, _ = staged(changed(tmp_path, *pairs, sample=NEWER))
    assert owed(connection) == balances


def test_journals_may_each_number_their_entries_from_one(tmp_path):
    """Then the other accounts of an entry still are those of that entry."""
    pairs = [("1/SP/04/2025", "1"), ("1/WB/05/2025", "1"), ("1/ZK/06/2025", "1")]
    connection, _ = staged(changed(tmp_path, *pairs, sample=NEWER))
    found = connection.execute(
        "select document_id, kind from staged_documents where customer_id = '201-001'"
        " and kind <> 'opening' order by 1"
    ).fetchall()
    assert found == [("FV/41/2025", "invoice"), ("WB/5/2025", "payment")]


def test_a_posting_without_an_amount_is_refused(tmp_path):
    path = changed(tmp_path, ("<Z_4>1230.00</Z_4>", ""), sample=NEWER)
    _, readings = staged(path)
    assert readings[0].rows_rejected == 1
    assert any("Ctrl says the postings make 4613.00, but" in str(n) for n in readings[0].notes)


def test_sales_on_an_account_that_is_not_said_to_be_of_customers_are_told_of(tmp_path):
    path = changed(tmp_path, ("Odbiorcy zagraniczni", "Drukkerij Noord BV"), sample=NEWER)
    connection, readings = staged(path)
    assert owed(connection) == [("201-001", D("600.00"))]
    assert any("and that were left out: 203." in str(n) for n in readings[0].notes)
    assert not any("left out: " in str(n) for n in staged(NEWER)[1][0].notes)
