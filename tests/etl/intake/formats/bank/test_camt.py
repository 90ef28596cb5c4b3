"""CAMT: real files by hand, and what counts as money received."""

from decimal import Decimal

import pytest

from data.core.errors import FileError
from data.store.state import Store
from etl.intake.formats.bank.camt import SOURCE
from etl.intake.source import SourceFile
from etl.load.run import load
from tests import places
from tests.goldens import staged

REAL = places.REAL / "camt"
SAMPLES = places.SAMPLES / "camt"
D = Decimal


def real(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def documents(connection):
    return connection.execute(
        "select line, issued_on::varchar, amount, counterparty, counterparty_iban, reference"
        " from staged_documents order by line"
    ).fetchall()


@pytest.mark.parametrize(
    ("name", "line", "reference"),
    [
        ("camt053.v2.minimal.xml", 90, "4654654654654654"),
        ("camt053.v4.xml", 110, "4654654654654654"),
        ("camt053.v8.xml", 110, "4654654654654654 MUELL/FINP/RA12345"),
    ],
)
def test_real_statements_with_balances_in_four_currencies(name, line, reference):
    connection, (reading,) = staged(real(name))
    assert documents(connection) == [
        (line, "2014-12-31", D("-8.85"), "NAME NAME", "NL56AGDH9619008421", reference)
    ]
    assert reading.settings["account"] == "NL26VAYB8060476890"
    assert reading.control_total == D("-8.85")
    assert "not checked" in str(reading.notes[-1])


def test_real_file_of_two_statements_ties_each():
    """18.15 + 8.85 = 27.00, and 27.00 - 7.00 = 20.00, of which 7.00 was paid to somebody."""
    connection, (reading,) = staged(real("camt053.v2.multi.statement.xml"))
    assert [(r[0], r[2], r[5]) for r in documents(connection)] == [
        (66, D("-8.85"), "Transaction Description 1 000000001")
    ]
    assert reading.left_out == {"our own payments, fees and other debits": 1}
    assert not any("not checked" in str(n) for n in reading.notes)


def test_real_statement_that_does_not_tie_is_refused():
    with pytest.raises(FileError) as error:
        staged(real("camt053.v2.five.decimals.xml"))
    said = str(error.value.reason)
    assert "253EURNL26VAYB8060476890" in said
    assert "18.15" in said
    assert "27.00" in said
    assert "27.05" in said


def test_real_message_without_a_statement_is_refused():
    with pytest.raises(FileError, match="holds no bank statement"):
        staged(real("camt053.v2.wrong.xml"))


def test_real_notification_of_payments_made_has_no_receivable():
    connection, (reading,) = staged(real("camt054.v4.xml"))
    assert documents(connection) == []
    assert (reading.rows_read, reading.rows_kept) == (1, 0)


NTRY = """<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}
<Sts>{status}</Sts><BookgDt><DtTm>2026-01-05T10:00:00</DtTm></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls>{details}</NtryDtls></Ntry>"""


def made(tmp_path, entries, balances="", message="camt.053.001.02", pages=""):
    path = tmp_path / "a.xml"
    path.write_text(
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><BkToCstmrStmt><Stmt>'
        f"<Id>S1</Id>{pages}<Acct><Id><IBAN>BE56363123456788</IBAN></Id></Acct>{balances}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    )
    return path


def balance(code, amount, side="CRDT"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd></Bal>"
    )


@pytest.mark.parametrize(
    ("entry", "amount"),
    [
        ({}, "-10.00"),
        ({"side": "DBIT"}, None),
        ({"status": "PDNG"}, None),
        ({"status": "<Cd>INFO</Cd>"}, None),
        ({"status": "<Cd>BOOK</Cd>"}, "-10.00"),
        ({"side": "DBIT", "more": "<RvslInd>true</RvslInd>"}, "10.00"),
        ({"more": "<RvslInd>1</RvslInd>"}, None),
        ({"more": "<RvslInd>false</RvslInd>"}, "-10.00"),
        ({"side": "DBIT", "family": "IDDT", "sub": "UPDD"}, "10.00"),
        ({"side": "DBIT", "family": "ICDT", "sub": "ESCT"}, None),
        ({"family": "RDDT", "sub": "UPDD"}, None),
        ({"family": "ICDT", "sub": "RRTN"}, None),
        ({"side": "DBIT", "details": "<TxDtls><RtrInf/></TxDtls>"}, "10.00"),
    ],
)
def test_what_counts_as_received(tmp_path, entry, amount):
    usual = {"side": "CRDT", "status": "BOOK", "more": "", "family": "RCDT", "sub": "ESCT",
             "details": ""}  # fmt: skip
    connection, (reading,) = staged(made(tmp_path, NTRY.format(**{**usual, **entry})))
    found = [str(r[2]) for r in documents(connection)]
    assert found == ([] if amount is None else [amount])
    assert sum(reading.left_out.values()) == (amount is None)


ENTRY = NTRY.format(side="CRDT", status="BOOK", more="", family="", sub="", details="")


def test_a_debit_balance_ties_as_well(tmp_path):
    balances = balance("OPBD", "15.00", "DBIT") + balance("CLBD", "5.00", "DBIT")
    _, (reading,) = staged(made(tmp_path, ENTRY, balances))
    assert reading.notes == []


def test_pending_entries_are_in_no_balance(tmp_path):
    balances = balance("OPBD", "5.00") + balance("CLBD", "15.00")
    pending = ENTRY.replace("BOOK", "PDNG").replace("10.00", "99.00")
    _, (reading,) = staged(made(tmp_path, ENTRY + pending, balances))
    assert (reading.rows_kept, reading.notes) == (1, [])


def test_a_page_of_a_statement_is_not_refused(tmp_path):
    balances = balance("OPBD", "5.00") + balance("CLBD", "99.00")
    with pytest.raises(FileError, match="does not tie"):
        staged(made(tmp_path, ENTRY, balances))
    page = "<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"
    _, (reading,) = staged(made(tmp_path, ENTRY, balances, pages=page))
    assert reading.rows_kept == 1
    assert "not checked" in str(reading.notes[0])


def test_an_entry_whose_amount_is_none_is_refused_with_its_line(tmp_path):
    connection, (reading,) = staged(made(tmp_path, ENTRY.replace("10.00", "1O.00")))
    assert reading.rows_rejected == 1
    assert connection.execute("select line, value from rejects").fetchall() == [(1, "1O.00 CRDT")]


def test_details_in_another_currency_leave_the_batch_whole(tmp_path):
    detail = '<TxDtls><Amt Ccy="{}">5.00</Amt><RmtInf><Ustrd>F{}</Ustrd></RmtInf></TxDtls>'
    for currency, rows in (("EUR", [D("-5.00")] * 2), ("USD", [D("-10.00")])):
        details = "".join(detail.format(currency, n) for n in (1, 2))
        path = made(tmp_path, ENTRY.replace("<NtryDtls>", f"<NtryDtls>{details}"))
        connection, _ = staged(path)
        found = documents(connection)
        assert [r[2] for r in found] == rows
        assert " ".join(r[5] for r in found) == "F1 F2"


REVERSAL = NTRY.format(
    side="DBIT", status="BOOK", more="<RvslInd>true</RvslInd>", family="", sub="", details=""
)


@pytest.mark.parametrize(("closing", "found"), [("5.00", ["10.00"]), ("25.00", [])])
def test_the_closing_balance_tells_the_side_of_a_reversal(tmp_path, closing, found):
    balances = balance("OPBD", "15.00") + balance("CLBD", closing)
    connection, (reading,) = staged(made(tmp_path, REVERSAL, balances))
    assert [str(r[2]) for r in documents(connection)] == found
    assert sum(reading.left_out.values()) == 1 - len(found)


@pytest.mark.parametrize(
    ("closing", "found"),
    [
        # 100.00, and two reversals of 10.00 and 3.00: as written, the first or both the other way
        ("87.00", ["10.00", "3.00"]),
        ("107.00", ["3.00"]),
        ("113.00", []),
    ],
)
def test_the_closing_balance_tells_the_side_of_each_reversal(tmp_path, closing, found):
    balances = balance("OPBD", "100.00") + balance("CLBD", closing)
    entries = REVERSAL + REVERSAL.replace("10.00", "3.00")
    connection, (reading,) = staged(made(tmp_path, entries, balances))
    assert [str(r[2]) for r in documents(connection)] == found
    assert sum(reading.left_out.values()) == 2 - len(found)


def test_a_batch_without_amounts_pays_the_invoices_that_it_names(tmp_path):
    details = "".join(
        f"<TxDtls><RmtInf><Strd><RfrdDocInf><Nb>{number}</Nb></RfrdDocInf></Strd></RmtInf></TxDtls>"
        for number in ("2026-0101", "2026-0102")
    )
    entry = ENTRY.replace("10.00", "300.00").replace("<NtryDtls>", f"<NtryDtls>{details}")
    made(tmp_path, entry)
    (tmp_path / "invoices.csv").write_text(
        "customer_id;invoice_number;invoice_date;amount\n"
        "C1;2026-0101;2026-01-01;100.00\nC1;2026-0102;2026-01-02;200.00\nC1;2026-0103;2026-01-02;9\n"
    )
    store = Store(tmp_path / "store")
    assert load([tmp_path / "a.xml", tmp_path / "invoices.csv"], store).ok
    state = store.current()
    assert state is not None
    found = state.engine.query(
        "select d.document_id as number, m.amount_currency as amount from matches as m"
        " join documents as d on d.document_key = m.debit_key order by 1"
    )
    assert [tuple(r.values()) for r in found.to_pylist()] == [
        ("2026-0101", D("100.00")), ("2026-0102", D("200.00"))
    ]  # fmt: skip


def charged(amount, charges, more=""):
    return (
        f'<TxDtls><Amt Ccy="EUR">{amount}</Amt>{more}<Chrgs><Rcrd><Amt Ccy="EUR">{charges}</Amt>'
        "<CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs></TxDtls>"
    )


@pytest.mark.parametrize(
    ("details", "amounts"),
    [
        (charged("13.00", "3.00"), ["-13.00"]),
        # taken by an entry of its own
        (charged("10.00", "3.00"), ["-10.00"]),
        (charged("8.00", "3.00") + '<TxDtls><Amt Ccy="EUR">5.00</Amt></TxDtls>',
         ["-8.00", "-5.00"]),
    ],
)  # fmt: skip
def test_charges_that_the_bank_kept_were_paid_by_the_customer(tmp_path, details, amounts):
    path = made(tmp_path, ENTRY.replace("<NtryDtls>", f"<NtryDtls>{details}"))
    connection, (reading,) = staged(path)
    assert [str(r[2]) for r in documents(connection)] == amounts
    notes = [n for n in reading.notes if "charges" in str(n)]
    assert [n.values for n in notes] == (
        [] if amounts == ["-10.00"] else [{"count": 1, "amount": "3.00"}]
    )


def test_the_fee_of_a_return_is_no_debt_of_the_customer(tmp_path):
    details = (
        '<TxDtls><AmtDtls><InstdAmt><Amt Ccy="EUR">7.00</Amt></InstdAmt><TxAmt>'
        '<Amt Ccy="EUR">10.00</Amt></TxAmt></AmtDtls><RtrInf/></TxDtls>'
    )
    path = made(
        tmp_path, ENTRY.replace("CRDT", "DBIT").replace("<NtryDtls>", f"<NtryDtls>{details}")
    )
    connection, _ = staged(path)
    assert [str(r[2]) for r in documents(connection)] == ["7.00"]


@pytest.mark.parametrize("version", ["053.001.02", "052.001.06", "054.001.13", "053.001.11"])
def test_all_versions_are_recognised(tmp_path, version):
    path = made(tmp_path, ENTRY, message=f"camt.{version}")
    assert SOURCE.identify(SourceFile(path)) == 1.0
    _, (reading,) = staged(path)
    assert reading.settings["message"] == f"camt.{version}"


def test_a_document_of_another_kind_is_not_recognised(tmp_path):
    path = made(tmp_path, "", message="pain.001.001.03")
    path.write_text(path.read_text().replace("BkToCstmrStmt", "CstmrCdtTrfInitn"))
    assert SOURCE.identify(SourceFile(path)) == 0.0


def test_sample_sums_by_hand():
    """1210 + 500 + 363 + 605 + 198 - 242 - 72.50 were received; 99.90 in dollars."""
    _, readings = staged(SAMPLES / "camt053_v8.xml")
    assert [(r.control_total, r.series) for r in readings] == [
        (D("-2561.50"), "bank:BE56363123456788:EUR"),
        (D("-99.90"), "bank:BE45363123456889:USD"),
    ]


def test_a_batch_without_amounts_is_divided_whatever_is_loaded_first(tmp_path):
    """Its three invoices are of two customers, and make its 420.50; a fourth stays open."""
    sold = tmp_path / "sold.csv"
    sold.write_text(
        "Invoice number;Customer;Invoice date;Due date;Amount\n"
        "F2026/0101;C1;2026-01-10;2026-02-09;100.00\nF2026/0102;C2;2026-01-11;2026-02-10;250.00\n"
        "F2026/0103;C1;2026-01-12;2026-02-11;70.50\nF2026/0104;C3;2026-01-12;2026-02-11;10.00\n"
    )
    batch = SAMPLES / "camt053_batch.xml"
    for number, loads in enumerate(([[batch], [sold]], [[sold], [batch]], [[batch, sold]])):
        store = Store(tmp_path / f"store{number}")
        for paths in loads:
            assert load(paths, store).ok
        found = store.current().engine.query(
            "select customer, amount from documents where kind = 'payment' union all"
            " select customer, amount from open_items where closed_on is null order by 1"
        )
        assert [tuple(row.values()) for row in found.to_pylist()] == [
            ("C1", D("-170.50")), ("C2", D("-250.00")), ("C3", D("10.00"))
        ]  # fmt: skip
