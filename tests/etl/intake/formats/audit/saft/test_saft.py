"""SAF-T: the real files against sums made without our code, the samples loaded whole, and which
part of a file is believed.
"""

import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

import pytest

from data.core.errors import FileError
from data.store.state import Store
from etl.intake.formats.audit.saft.saft import SOURCE
from etl.intake.formats.audit.saft.settling import Match, PaymentLine, matches, shares
from etl.intake.source import ReadOptions, SourceFile
from etl.load.run import load
from tests import goldens, places
from tests.goldens import staged

SAMPLES = places.SAMPLES / "saft"
REAL = places.REAL / "saft"
D = Decimal


def real(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path


def plain(path):
    """The tree of a file as Python reads it, without namespaces."""
    root = ET.parse(path).getroot()  # noqa: S314 - files of our own
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def rows(connection, sql):
    return connection.execute(sql).fetchall()


def notes(readings):
    return [str(note) for reading in readings for note in reading.notes]


def published(store, sql):
    state = store.current()
    assert state is not None
    return [tuple(row.values()) for row in state.engine.query(sql).to_pylist()]


def loaded(tmp_path, *paths):
    store = Store(tmp_path / "store")
    report = load(paths, store)
    assert report.ok, report.failures
    return store, report


def changed(tmp_path, name, *replacements):
    """A sample with pieces of its text replaced."""
    encoding = "utf-8" if name.startswith("norway") else "cp1252"
    return goldens.changed(SAMPLES / name, tmp_path / name, *replacements, encoding=encoding)


# --- real files ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SAFT_IDEMO599999999_v1.04.xml", "Exemplo_Facturacao.xml"])
def test_real_portuguese_files_make_the_sums_that_their_xml_makes(name):
    path = real(name)
    root = plain(path)
    expected, cancelled = {}, 0
    for invoice in root.iterfind("SourceDocuments/SalesInvoices/Invoice"):
        if invoice.findtext("DocumentStatus/InvoiceStatus") in ("A", "F"):
            cancelled += 1
            continue
        gross = D(invoice.findtext("DocumentTotals/GrossTotal"))
        customer = invoice.findtext("CustomerID")
        kind = invoice.findtext("InvoiceType")
        effect = {"NC": -gross, "FR": D(0)}.get(kind, gross)
        expected[customer] = expected.get(customer, D(0)) + effect
    for payment in root.iterfind("SourceDocuments/Payments/Payment"):
        if payment.findtext("DocumentStatus/PaymentStatus") == "A":
            cancelled += 1
            continue
        customer = payment.findtext("CustomerID")
        expected[customer] -= D(payment.findtext("DocumentTotals/GrossTotal"))
    connection, readings = staged(path)
    found = dict(rows(connection, "select customer_id, sum(amount) from staged_documents group by"
                      " all"))  # fmt: skip
    assert found == expected
    assert readings[0].control_total == sum(expected.values())
    assert readings[0].rows_rejected == 0
    left_out = readings[0].left_out
    assert left_out.get("cancelled documents", 0) + left_out.get("cancelled payments", 0) == (
        cancelled
    )
    customers = [c.findtext("CustomerID") for c in root.iterfind("MasterFiles/Customer")]
    assert [c for (c,) in rows(connection, "select customer_id from staged_customers order by"
                               " line")] == customers  # fmt: skip
    # neither file's control totals differ from its documents
    assert not [n for n in notes(readings) if "ask for a new export" in n]


def test_real_payment_without_tax_settles_its_invoice_with_tax():
    connection, _ = staged(real("SAFT_IDEMO599999999_v1.04.xml"))
    found = rows(connection, "select debit_id, amount from staged_matches"
                 " where credit_id = 'PGT 1T1/1'")  # fmt: skip
    assert found == [("1T 1/6", D("7000.00"))]  # 5,000 at 20 % and 1,000 exempt


def test_real_windows_1252_is_read():
    connection, _ = staged(real("SAFT_IDEMO599999999_v1.04.xml"))
    assert rows(connection, "select customer_name from staged_customers"
                " where customer_id = 'CA3'") == [("Manuel Feijão",)]  # fmt: skip


def test_real_norwegian_file_has_only_what_customers_owed_when_it_began():
    path = real("saft_no_999999999.xml")
    root = plain(path)
    expected = [(c.findtext("CustomerID"), D(c.findtext("OpeningDebitBalance")))
                for c in root.iterfind("MasterFiles/Customers/Customer")]  # fmt: skip
    lines = len(root.findall("GeneralLedgerEntries/Journal/Transaction/Line"))
    connection, readings = staged(path)
    assert rows(connection, "select customer_id, amount from staged_documents") == expected
    assert readings[0].left_out == {"ledger lines on other accounts": lines}
    # the example's lines do not lead from its opening to its closing balance: that is said
    assert any("12000, with 12345.67 at the end" in note for note in notes(readings))


def test_real_portuguese_ledger_makes_the_closing_balance_of_all_customers(tmp_path):
    path = real("SAFT_IDEMO599999999_v1.04.xml")
    text = path.read_bytes().decode("cp1252")
    start, end = text.index("<SourceDocuments>"), text.index("</SourceDocuments>")
    books = tmp_path / "books.xml"
    books.write_bytes((text[:start] + text[end + len("</SourceDocuments>") :]).encode("cp1252"))
    (account,) = (
        a for a in plain(path).iterfind("MasterFiles/GeneralLedgerAccounts/Account")
        if a.findtext("AccountID") == "21"
    )  # fmt: skip
    said = D(account.findtext("ClosingDebitBalance")) - D(account.findtext("ClosingCreditBalance"))
    connection, readings = staged(books)
    assert rows(connection, "select sum(amount) from staged_documents") == [(said,)]
    assert readings[0].rows_rejected == 0
    # a cash sale posts both its sides in one transaction
    assert rows(connection, "select kind, amount from staged_documents where document_id ="
                " '2017-12-03 VND 18' order by amount") == [
        ("payment", D("-120.00")), ("invoice", D("120.00")),
    ]  # fmt: skip


def test_real_portuguese_file_loads_whole(tmp_path):
    store, report = loaded(tmp_path, real("SAFT_IDEMO599999999_v1.04.xml"))
    assert all(c.ok for c in report.controls)
    assert published(store, "select ledger_balance from about") == [(D("6648.97"),)]
    assert published(
        store,
        "select sum(amount) from open_items where closed_on is not null and amount > 0",
    ) == [(D("8320.00"),)]  # 7,000.00 of the receipt, 1,320.00 of invoices paid at once


# --- samples, loaded ----------------------------------------------------------------------


def test_portuguese_sample_is_settled_as_its_payments_say(tmp_path):
    store, report = loaded(tmp_path, SAMPLES / "portugal_1.04.xml")
    assert [c for c in report.controls if not c.ok] == []
    owed = dict(published(store, "select customer, sum(amount) from open_items"
                          " where closed_on is null group by all"))  # fmt: skip
    assert owed == {
        "C001": D("633.45"),  # FT A/1 1,230.00 less 615.00; ND A/1 18.45
        "C003": D("7.30"),  # FS C/1 12.30, and 5.00 on account
    }
    closed = published(
        store,
        "select d.document_id, o.closed_on, o.amount from open_items as o"
        " join documents as d using (document_key)"
        " where o.amount > 0 and o.closed_on is not null order by 1, 2, 3",
    )
    assert closed == [
        ("FR B/1", date(2026, 2, 5), D("49.20")),
        ("FT A/1", date(2026, 2, 14), D("615.00")),
        ("FT A/2", date(2026, 2, 12), D("123.00")),  # the credit note
        ("FT A/2", date(2026, 2, 19), D("246.00")),
        ("FT A/4", date(2026, 3, 2), D("20.00")),  # the discount
        ("FT A/4", date(2026, 3, 2), D("595.00")),
    ]
    due = dict(published(store, "select document_id, due_on from documents"
                         " where document_id in ('FT A/1', 'FT A/2') and amount > 0"))  # fmt: skip
    assert due == {"FT A/1": date(2026, 2, 14), "FT A/2": date(2026, 2, 19)}


def test_a_credit_note_meets_an_invoice_whose_number_it_writes_otherwise(tmp_path):
    path = changed(
        tmp_path, "portugal_1.04.xml",
        ("<References><Reference>FT A/2<", "<References><Reference>FA 2021/807<"),
        ("FT A/2", "FT FA.2021/807"), ("<OriginatingON>NC A/1", "<OriginatingON>NC X/9"),
    )  # fmt: skip
    connection, _ = staged(path)
    assert rows(connection, "select debit_id, amount from staged_matches"
                " where credit_id = 'NC A/1'") == [("FT FA.2021/807", D("123.00"))]  # fmt: skip
    assert rows(connection, "select reference from staged_documents"
                " where document_id = 'NC A/1'") == [("FA 2021/807 Devolução",)]  # fmt: skip


def test_tax_that_the_customer_keeps_back_settles_beside_what_came_in(tmp_path):
    kept = "<WithholdingTax><WithholdingTaxAmount>100.00</WithholdingTaxAmount></WithholdingTax>"
    text = (SAMPLES / "portugal_1.04.xml").read_bytes().decode("cp1252")
    start = text.index("<PaymentRefNo>RG R/1<")
    before, payment = text[:start], text[start:]
    payment = payment.replace("<GrossTotal>615.00<", "<GrossTotal>515.00<", 1)
    payment = payment.replace("</DocumentTotals>", f"</DocumentTotals>{kept}", 1)
    path = tmp_path / "a.xml"
    path.write_bytes((before + payment).encode("cp1252"))
    store, _ = loaded(tmp_path, path)
    assert published(
        store, "select kind, amount from documents where document_id = 'RG R/1' order by 1"
    ) == [("adjustment", D("-100.00")), ("payment", D("-515.00"))]
    # as without it: FT A/1 1,230.00 less 615.00 and ND A/1 18.45
    assert published(store, "select sum(amount) from open_items where closed_on is null"
                     " and customer = 'C001'") == [(D("633.45"),)]  # fmt: skip
    _, readings = staged(path)
    assert "1 payment came in less tax" in "".join(notes(readings))


def test_norwegian_ledger_lines_make_the_closing_balance_of_the_account(tmp_path):
    store, _ = loaded(tmp_path, SAMPLES / "norway_1.30.xml")
    owed = dict(published(store, "select customer, sum(amount) from open_items"
                          " where closed_on is null group by all"))  # fmt: skip
    assert owed == {"20001": D("4000.00"), "20002": D("-1000.00")}
    kinds = dict(published(store, "select kind, sum(amount) from documents group by all"))
    assert kinds == {
        "opening": D("2000.00"),
        "invoice": D("18750.00"),
        "credit_note": D("-1250.00"),
        "payment": D("-15500.00"),
        "write_off": D("-1000.00"),
    }


def test_opening_balances_of_the_next_year_are_not_counted_again(tmp_path):
    year = changed(
        tmp_path, "norway_1.30.xml",
        ("PeriodStartYear>2025<", "PeriodStartYear>2026<"),
        ("PeriodEndYear>2025<", "PeriodEndYear>2026<"),
        ("TransactionDate>2025-", "TransactionDate>2026-"),
        ("<n1:ReferenceNumber>100", "<n1:ReferenceNumber>200"),
        ("OpeningDebitBalance>3000.00", "OpeningDebitBalance>4000.00"),
        ("OpeningCreditBalance>1000.00", "OpeningCreditBalance>1000.00"),
    )  # fmt: skip
    store, _ = loaded(tmp_path, SAMPLES / "norway_1.30.xml", year)
    # 3,000.00 of the first year, and what the same lines move once more: 1,000.00
    assert published(store, "select ledger_balance from about") == [(D("4000.00"),)]


def test_luxembourg_is_read_by_its_ledger_where_only_that_knows_payments(tmp_path):
    store, _ = loaded(tmp_path, SAMPLES / "luxembourg_faia_ledger.xml")
    assert published(store, "select ledger_balance from about") == [(D("835.00"),)]
    # the account's closing balance: 250.00 + 1,170.00 + 585.00 - 117.00 - 1,053.00
    # what its sales invoices say of each other would leave its payments unmatched
    line = "<DebitCreditIndicator>D<"
    named = "<References><CreditNote><Reference>2025-001</Reference></CreditNote></References>"
    path = changed(tmp_path, "luxembourg_faia_ledger.xml", (line, named + line))
    assert [r.rows_kind for r in staged(path)[1]] == ["invoices", "customers"]
    connection, readings = staged(SAMPLES / "luxembourg_faia_payments.xml")
    assert rows(connection, "select sum(amount) from staged_documents") == [(D("285.00"),)]
    assert any("were not counted besides" in note for note in notes(readings))


def test_the_months_of_a_program_follow_each_other(tmp_path):
    later = changed(tmp_path, "portugal_1.04.xml", ("2026-0", "2027-0"), (" A/", " Z/"),
                    (" B/", " Y/"), (" C/", " X/"), (" R/", " W/"))  # fmt: skip
    store, report = loaded(tmp_path, SAMPLES / "portugal_1.04.xml", later)
    assert report.replacements == []
    assert published(store, "select ledger_balance from about") == [(2 * D("640.75"),)]


# --- what is believed ---------------------------------------------------------------------


def test_totals_that_differ_from_the_documents_are_noted(tmp_path):
    path = changed(tmp_path, "portugal_1.04.xml",
                   ("<NumberOfEntries>10<", "<NumberOfEntries>11<"),
                   ("<TotalCredit>1875.00<", "<TotalCredit>1900.00<"))  # fmt: skip
    _, readings = staged(path)
    found = [n for n in notes(readings) if "ask for a new export" in n]
    assert len(found) == 2
    assert "SalesInvoices says NumberOfEntries 11, but its elements make 10" in found[0]
    assert "SalesInvoices says TotalCredit 1900.00, but its elements make 1875.00" in found[1]


def test_receivables_accounts_that_the_user_names_are_the_only_ones():
    connection, _ = staged(SAMPLES / "norway_1.30.xml")
    connection.execute("delete from staged_documents")
    options = ReadOptions(receivables_accounts=("19",))
    (reading, *_) = SOURCE.read(SourceFile(SAMPLES / "norway_1.30.xml"), connection, 9, options)
    assert reading.left_out["ledger lines on other accounts"] == 18
    assert rows(connection, "select sum(amount) from staged_documents where kind <> 'opening'") == [
        (D("15500.00"),)
    ]


def test_openings_that_the_ledger_posted_itself_count_once(tmp_path):
    posted = """<n1:Transaction>
        <n1:TransactionID>0</n1:TransactionID><n1:TransactionDate>2025-01-01</n1:TransactionDate>
        <n1:Line><n1:AccountID>1500</n1:AccountID><n1:CustomerID>20001</n1:CustomerID>
        <n1:DebitAmount><n1:Amount>3000.00</n1:Amount></n1:DebitAmount></n1:Line>
        <n1:Line><n1:AccountID>1500</n1:AccountID><n1:CustomerID>20002</n1:CustomerID>
        <n1:CreditAmount><n1:Amount>1000.00</n1:Amount></n1:CreditAmount></n1:Line>
        </n1:Transaction>"""
    first = "<n1:Type>GL</n1:Type>"
    path = changed(tmp_path, "norway_1.30.xml", (first, first + posted))
    connection, readings = staged(path)
    assert rows(connection, "select sum(amount) from staged_documents") == [(D("3000.00"),)]
    assert any("count once" in note for note in notes(readings))


def test_an_accounting_file_of_portugal_is_read_by_its_ledger(tmp_path):
    text = (SAMPLES / "portugal_1.04.xml").read_bytes().decode("cp1252")
    start, end = text.index("<SourceDocuments>"), text.index("</SourceDocuments>")
    path = tmp_path / "books.xml"
    path.write_bytes((text[:start] + text[end + len("</SourceDocuments>") :]).encode("cp1252"))
    connection, _ = staged(path)
    assert rows(connection, "select customer_id, kind, amount from staged_documents") == [
        ("C001", "invoice", D("1230.00"))
    ]


def test_a_file_that_breaks_off_is_refused_whole(tmp_path):
    content = (SAMPLES / "portugal_1.04.xml").read_bytes()
    path = tmp_path / "cut.xml"
    path.write_bytes(content[: len(content) * 3 // 4])
    with pytest.raises(FileError, match="no well-formed XML"):
        staged(path)
    store = Store(tmp_path / "store")
    assert not load([path], store).published


# --- what a payment settles ---------------------------------------------------------------


def test_lines_without_tax_add_up_with_it():
    lines = [PaymentLine("F1", D("100.00"), D(23)), PaymentLine("F2", D("33.33"), D(6))]
    assert shares(lines, D("158.33")) == [D("123.00"), D("35.33")]
    # a cent of rounding goes to the largest
    assert shares(lines, D("158.34")) == [D("123.01"), D("35.33")]
    assert shares(lines, D("200.00")) is None


@pytest.mark.parametrize(
    ("amount", "gross", "settled"),
    [
        ("123.00", "113.00", "123.00"),  # the amount of the invoice, with its discount
        ("113.00", "113.00", "123.00"),  # what was paid, with tax
        ("90.00", "110.70", "120.70"),  # without tax, discount untaxed
        ("90.00", "113.00", "123.00"),  # without tax, discount before tax
    ],
)
def test_a_discount_settles_too_however_it_is_written(amount, gross, settled):
    line = PaymentLine("F1", D(amount), D(23), D("10.00"))
    assert shares([line], D(gross)) == [D(settled)]


def test_a_credit_note_is_set_off_before_the_payment():
    lines = [PaymentLine("F1", D("100")), PaymentLine("F2", D("50")), PaymentLine("N1", D("-120"))]
    assert matches("R1", lines, D("30")) == [
        Match("F1", "N1", D("100.00")),
        Match("F2", "N1", D("20.00")),
        Match("F2", "R1", D("30.00")),
    ]


def test_a_refund_settles_credit_notes():
    assert matches("R1", [PaymentLine("N1", D("-40"))], D("-40")) == [Match("R1", "N1", D("40.00"))]


def test_lines_that_do_not_add_up_settle_as_far_as_they_reach():
    lines = [PaymentLine("F1", D("100")), PaymentLine("N1", D("-10"))]
    assert matches("R1", lines, D("55")) == [Match("F1", "R1", None), Match("R1", "N1", None)]


# --- size ---------------------------------------------------------------------------------

_CHILD = """
import resource, sys
from pathlib import Path
from tests.goldens import staged
connection, readings = staged(Path(sys.argv[1]))
print(connection.execute("select sum(amount) from staged_documents").fetchone()[0],
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def written(path, count):
    """A file of `count` invoices of 10.00 each, some 6 KB apiece; return it."""
    text = (SAMPLES / "portugal_1.04.xml").read_bytes().decode("cp1252")
    start = text.index("<Invoice>")
    end = text.index("</Invoice>") + len("</Invoice>")
    one = text[start:end].replace("1230.00", "10.00").replace(
        "Papel reciclado A4", "Papel reciclado A4, " + 240 * "resma de 500 folhas "
    )  # fmt: skip
    with path.open("w", encoding="cp1252") as stream:
        stream.write(text[:start])
        for number in range(count):
            stream.write(one.replace("FT A/1", f"FT A/{number}"))
        stream.write("</SalesInvoices></SourceDocuments></AuditFile>")
    return path


def child_reads(path):
    found = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)],
        capture_output=True, text=True, check=True, cwd=places.ROOT,
    )  # fmt: skip
    total, peak = found.stdout.split()
    return D(total), int(peak)


@pytest.mark.slow
def test_a_large_file_takes_the_memory_of_a_small_one(tmp_path):
    _, base = child_reads(written(tmp_path / "small.xml", 10))
    large = written(tmp_path / "large.xml", 7_000)
    megabytes = large.stat().st_size / 2**20
    assert megabytes > 35
    total, peak = child_reads(large)
    assert total == D("70000.00")
    assert peak < base + 0.7 * megabytes
