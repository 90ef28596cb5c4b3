"""Bank statements in common: references, accounts, what ties, and entries that two files hold."""

from datetime import date
from decimal import Decimal

import pytest

from data.store.state import Store
from etl.intake.formats.bank.text import account_of, iban_in, ogm, reference_of
from etl.load.run import LoadOptions, load
from tests.places import SAMPLES

D = Decimal
OWN = "BE56363123456788"
INVOICES = """document_id;customer_id;customer_name;issued_on;due_on;amount;currency
2026-003;K1;Bakkerij De Korenaar;2025-12-01;2025-12-31;121.00;EUR
2026-004;K2;Garage Lambrecht;2025-12-02;2026-01-01;242.00;EUR
2026-005;K3;Menuiserie Sénéchal;2025-12-03;2026-01-02;300.00;EUR
"""


def query(store, sql):
    state = store.current()
    assert state is not None
    return [tuple(row.values()) for row in state.engine.query(sql).to_pylist()]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.mark.parametrize(
    ("structured", "texts", "found"),
    [
        (["010806817183"], [], "+++010/8068/17183+++"),
        (["010806817184"], [], "010806817184"),
        (["rf18 5390 0754 7034"], [], "RF18539007547034"),
        ([], ["BETALING ***010/8068/17183*** DANK"],
         "+++010/8068/17183+++ BETALING +++010/8068/17183+++ DANK"),
        ([], ["***010/8068/17183***"], "+++010/8068/17183+++"),
        ([], ["Rechnung 7 RF18539007547034", "NOTPROVIDED"],
         "RF18539007547034 Rechnung 7 RF18539007547034"),
        ([], ["Factuur 2026-12", "12"], "Factuur 2026-12 12"),
        ([], ["F 12 en 13", "12"], "F 12 en 13"),
        (["", "0000"], ["NONREF", " "], ""),
    ],
)  # fmt: skip
def test_structured_references_stand_first_and_nothing_twice(structured, texts, found):
    assert reference_of(structured, texts) == found


def test_accounts_are_written_in_one_way():
    assert account_of("BE56 3631 2345 6788") == OWN
    assert account_of("363-1234567-88") == OWN
    assert account_of(f"{OWN}EUR") == OWN
    assert account_of("123456789012") == "123456789012"  # its check digits are wrong
    assert account_of("000000000000") == ""
    assert iban_in(f"VAN {OWN} NAAR BE68539007547034", but=OWN) == "BE68539007547034"
    assert ogm("000000000000") == ""


def test_a_load_pays_the_invoices_that_the_bank_names(tmp_path, store):
    """A batch of three, of which one comes back: 121 and 242 are paid, 242 is owed again.

    K1 is known by its name too: what it paid for an invoice that is not there stays unapplied.
    """
    invoices = tmp_path / "invoices.csv"
    invoices.write_text(INVOICES, encoding="utf-8")
    rates = tmp_path / "rates.csv"
    rates.write_text("currency;day;rate\nUSD;2026-01-01;0.90\n", encoding="utf-8")
    report = load([invoices, rates, SAMPLES / "camt/camt053_v8.xml"], store)
    assert report.published, report.failures
    assert all(c.ok for c in report.controls)
    # 663.00 invoiced - 2561.50 EUR - 99.90 USD at 0.90
    assert query(store, "select ledger_balance from about") == [(D("-1988.41"),)]
    open_at = """
        select coalesce(sum(i.amount), 0) from open_items as i where i.customer = '{}'
        and i.opened_on <= '2026-01-31' and (i.closed_on is null or i.closed_on > '2026-01-31')
    """
    only_owed = open_at.format("K1") + " and i.amount > 0"
    assert query(store, only_owed) == [(D("0.00"),)]
    assert query(store, open_at.format("K1")) == [(D("-1210.00"),)]
    assert query(store, open_at.format("K2")) == [(D("242.00"),)]
    assert query(store, open_at.format("K3")) == [(D("58.00"),)]


def test_an_entry_of_the_notification_and_the_statement_counts_once(store):
    both = [SAMPLES / "camt/camt053_v8.xml", SAMPLES / "camt/camt054_v2.xml"]
    report = load(both, store, LoadOptions(reporting_currency="EUR"))
    assert report.published, report.failures
    entries = query(
        store,
        "select document_id, amount from staged_documents"
        " where issued_on >= '2026-01-12' and document_id like 'AB%' order by document_id",
    )
    assert entries == [
        ("AB26012000001 #1", D("-121.00")),
        ("AB26012000001 #2", D("-242.00")),
        ("AB26012000001 #3", D("-242.00")),
        ("AB26012000002 #1", D("-99.00")),  # the batch: its details stay, the whole goes
        ("AB26012000002 #2", D("-99.00")),
        ("AB26012000003", D("242.00")),
        ("AB26013000001", D("-88.00")),
    ]
    assert all(c.ok for c in report.controls)
    (one,) = report.replacements
    assert one.older.startswith("camt053_v8.xml")
    assert (one.newer, one.whole) == ("camt054_v2.xml", False)


def test_the_same_statement_downloaded_in_another_file_counts_once(tmp_path, store):
    german = SAMPLES / "mt940/german.sta"
    text = german.read_bytes().decode("cp1252")
    longer = tmp_path / "longer.sta"
    first, second = text.split("-\r\n")[:2]
    more = second.replace("00003/001", "00004/001").replace("260303", "260304")
    more = more.replace("6125", "6145").replace("6105", "6125").replace("0303C", "0304C")
    longer.write_text(f"{first}-\n{second}-\n{more}-\n".replace("\r", ""), encoding="utf-8")
    load([german], store)
    load([longer], store)
    # -1081.00 of the sample, and two payments of 10.00 the day after; equal ones of a day stay two
    assert query(store, "select sum(amount), count(*) from staged_documents") == [
        (D("-1101.00"), 7)
    ]
    assert query(store, "select sum(rows_read - rows_kept - rows_rejected - rows_left_out)"
                        " from files") == [(0,)]  # fmt: skip
    assert not load([longer, german], store).published


def test_entries_of_different_accounts_are_never_the_same(tmp_path, store):
    sample = SAMPLES / "mt940/interim_942.txt"
    other = tmp_path / "other.txt"
    other.write_text(sample.read_text().replace(OWN, "BE68539007547034"))
    load([sample, other], store)
    assert query(store, "select count(*), sum(amount) from staged_documents") == [
        (4, D("-2541.00"))
    ]
    assert query(store, "select distinct issued_on from staged_documents") == [(date(2026, 1, 12),)]


NTRY = """<Ntry><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>{}</Dt></BookgDt><AcctSvcrRef>AB{}</AcctSvcrRef></Ntry>"""


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        # all of the report's two amounts stand in the other file: it counts once
        (("1210.00", "60.50"), {"mt940": 0, "camt": 2}),
        (("1210.00", "60.50", "9.00"), {"mt940": 0, "camt": 3}),
        # one amount of the report is missing there: they are not the same entries
        (("1210.00", "9.00"), {"mt940": 2, "camt": 2}),
    ],
)
def test_a_day_in_two_formats_counts_once(tmp_path, store, more, kept):
    entries = "".join(NTRY.format(a, "2026-01-12", n) for n, a in enumerate(more))
    # a day of its own is never touched
    entries += NTRY.format("60.50", "2026-01-13", 99)
    camt = tmp_path / "b.xml"
    camt.write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>'
        f"<Ntfctn><Id>N</Id><Acct><Id><IBAN>{OWN}</IBAN></Id></Acct>{entries}</Ntfctn>"
        "</BkToCstmrDbtCdtNtfctn></Document>"
    )
    load([camt], store)
    load([SAMPLES / "mt940/interim_942.txt"], store)
    found = query(store, "select format, rows_kept from files order by format")
    total = {"camt": kept["camt"] + 1, "mt940": kept["mt940"]}
    assert dict(found) == total
    assert query(store, "select count(*) from staged_documents") == [(sum(total.values()),)]
