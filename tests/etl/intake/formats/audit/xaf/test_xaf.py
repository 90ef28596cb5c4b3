"""XML Auditfile: real files to the cent, hand-computed sums of the samples, edges of the format."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import duckdb
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.audit.xaf.xaf import SOURCE
from etl.intake.source import ReadOptions, SourceFile
from etl.load.run import LoadOptions, load
from tests import goldens, places

SAMPLES = places.SAMPLES / "xaf"
REAL = places.REAL / "xaf"
FULL, FOUR, OPENING = (
    SAMPLES / f"{n}.xaf" for n in ("voorbeeld-2025-3.2", "voorbeeld-2026-4.0", "beginjournaal-3.1")
)


def real(name):
    path = REAL / name
    return path if path.exists() else pytest.skip(f"{path} is missing")


def read(path, **options):
    connection = duckdb.connect()
    for table in STAGED:
        connection.execute(table.create())
    return SOURCE.read(SourceFile(path), connection, 1, ReadOptions(**options)), connection


def rows(connection, columns, where="true"):
    sql = f"select {columns} from staged_documents where {where} order by line"
    return connection.execute(sql).fetchall()


def changed(tmp_path, *pairs, sample=FULL, encoding="iso-8859-1"):
    return goldens.changed(sample, tmp_path / "changed.xaf", *pairs, encoding=encoding)


def ledger_sum(path, account):
    """What an account comes to over all transactions, without any of our code."""
    total, lines = Decimal(0), 0
    for element in ElementTree.parse(path).iter():  # noqa: S314 - our own and known files
        if element.tag.rpartition("}")[2] == "trLine":
            cells = {c.tag.rpartition("}")[2]: c.text for c in element}
            if cells["accID"] == account:
                lines += 1
                total += Decimal(cells["amnt"]) * (1 if cells["amntTp"] == "D" else -1)
    return total, lines


def receivables(state, day=None):
    sql = """select coalesce(sum(amount), 0) from open_items
        where opened_on <= $day and (closed_on is null or closed_on > $day)"""
    return state.engine.query(sql, {"day": day or date(2100, 1, 1)}).column(0)[0].as_py()


# --- real files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kinds", "total", "dues"),
    [
        ("ExactOnline.xaf", {"payment": 2, "invoice": 9, "adjustment": 3}, "-304220.09", 9),
        ("Twinfield.xaf", {"payment": 2, "invoice": 3, "opening": 23}, "893042.59", 3),
    ],
)
def test_a_real_file_ties_to_its_receivables_account(tmp_path, name, kinds, total, dues):
    path = real(name)
    (documents, customers), connection = read(path)
    found, lines = ledger_sum(path, "1300")
    assert found == Decimal(total) == documents.control_total
    assert documents.rows_kept == lines
    assert documents.rows_rejected == customers.rows_rejected == 0
    assert Counter(k for (k,) in rows(connection, "kind")) == kinds
    assert len(rows(connection, "line", "due_on is not null")) == dues
    assert len(rows(connection, "line", "match_code is not null")) == 0
    store = Store(tmp_path)
    report = load([path], store)
    assert report.ok
    assert receivables(store.current()) == found


def test_a_real_line_is_found_where_the_file_has_it():
    path = real("Twinfield.xaf")
    _, connection = read(path)
    text = path.read_text(encoding="utf-8-sig").splitlines()
    for (line,) in rows(connection, "line"):
        assert text[line - 1].strip() == "<trLine>"


# --- samples ------------------------------------------------------------------------------


def test_the_sample_of_32_comes_to_what_was_computed_by_hand(tmp_path):
    # opening 1000; invoices 1210 + 605 + 2420 + 363; credit note 121; paid 1089 + 400 + 300,
    # paid back 50; written off 205; set off 120; rounding 0.40; 96.80 refused for its day
    store = Store(tmp_path)
    report = load([FULL], store)
    assert report.ok
    assert receivables(store.current()) == Decimal("3412.60")
    query = store.current().engine.query
    outcomes = query(
        "select document_id, outcome from documents where kind = 'invoice' order by 1"
    ).to_pylist()
    assert [(o["document_id"], o["outcome"]) for o in outcomes] == [
        ("25700001", "paid"), ("25700002", "paid"), ("25700004", ""), ("25700005", "")
    ]  # fmt: skip
    # an old invoice, part paid: the payment names it
    left = query(
        "select sum(i.amount) as rest from open_items as i join documents using (document_key)"
        " where i.document_id = '24700088' and i.closed_on is null"
    ).to_pylist()
    assert left == [{"rest": Decimal("450.00")}]


def test_accounts_are_told_by_code_then_journals_then_counter_account_then_name(tmp_path):
    def how(*pairs):
        return read(changed(tmp_path, *pairs))[0][0].settings["receivables_found_by"]

    plain = [("BVorDebHad", "x")]
    assert how() == "RGS"
    assert how(*plain) == "journals"
    # as many invoices as credit notes: the journals tell nothing
    less = [*plain, ("<amnt>1210.00</amnt>", "<amnt>-5000.00</amnt>")]
    path = changed(tmp_path, *less)
    text = path.read_bytes().decode("latin-1")
    text = re.sub(r"<total(Debit|Credit)>[^<]*</total\1>", "", text)
    path.write_bytes(text.encode("latin-1"))
    assert read(path)[0][0].settings["receivables_found_by"] == "offsetAccID"
    text = text.replace("<offsetAccID>1300</offsetAccID>", "")
    path.write_bytes(text.encode("latin-1"))
    assert read(path)[0][0].settings["receivables_found_by"] == "accDesc"
    path.write_bytes(text.replace("Debiteuren", "Overig").encode("latin-1"))
    with pytest.raises(FileError, match="--accounts 1300"):
        read(path)


def test_accounts_named_by_the_user_win_where_the_file_has_them():
    (documents, _), connection = read(FULL, receivables_accounts=("1310",))
    assert documents.settings["receivables_accounts"] == "1310"
    assert rows(connection, "customer_id, kind, amount") == [
        ("1310", "write_off", Decimal("-500.00"))
    ]
    (documents, _), _ = read(FULL, receivables_accounts=("411", "416"))
    assert documents.settings["receivables_accounts"] == "1300"
    assert any("411, 416" in str(n) for n in documents.notes)


def test_the_opening_journal_is_not_added_to_the_opening_balance(tmp_path):
    section = (
        "<openingBalance><obLine><nr>1</nr><accID>1300</accID><amnt>755.00</amnt>"
        "<amntTp>D</amntTp></obLine></openingBalance><transactions>"
    )
    path = changed(tmp_path, ("<transactions>", section), sample=OPENING, encoding="utf-8")
    (documents, _), _ = read(path)
    assert documents.control_total == Decimal("376.00")
    assert any("opening journal" in str(n) for n in documents.notes)


def test_two_years_are_one_ledger(tmp_path):
    # the closing balance of 2025 opens 2026; 4.0 tells it by customer
    text = FULL.read_bytes().decode("latin-1")
    start = text.index("<openingBalance>")
    end = text.index("</openingBalance>")
    lines = "".join(
        f"<obLine><nr>{n}</nr><accID>{a}</accID><amnt>{m}</amnt><amntTp>{s}</amntTp></obLine>"
        for n, (a, m, s) in enumerate((("1300", "3412.60", "D"), ("0500", "3412.60", "C")))
    )
    text = text[:start] + "<openingBalance>" + lines + text[end:]
    tx = text.index("<transactions>")
    text = text[:tx] + (
        "<transactions><journal><jrnID>70</jrnID><jrnTp>S</jrnTp><transaction><nr>26700001</nr>"
        "<trDt>2026-01-05</trDt><trLine><nr>1</nr><accID>1300</accID><effDate>2026-01-05</effDate>"
        "<amnt>10.00</amnt><amntTp>D</amntTp><custSupID>10</custSupID><invRef>26700001</invRef>"
        "</trLine><trLine><nr>2</nr><accID>8000</accID><amnt>10.00</amnt><amntTp>C</amntTp>"
        "</trLine></transaction></journal></transactions></company></auditfile>"
    )
    text = text.replace(">2025-01-01<", ">2026-01-01<").replace(">2025-12-31<", ">2026-12-31<")
    following = tmp_path / "2026.xaf"
    following.write_bytes(text.encode("latin-1"))
    store = Store(tmp_path / "store")
    assert load([FULL, following], store).ok
    assert receivables(store.current()) == Decimal("3422.60")
    assert receivables(store.current(), date(2025, 12, 31)) == Decimal("3412.60")


# --- edges --------------------------------------------------------------------------------


def test_a_payment_of_40_is_dated_by_its_transaction():
    _, connection = read(FOUR)
    assert rows(connection, "issued_on, reference", "kind = 'payment'") == [
        (date(2026, 2, 11), "2026-001"), (date(2026, 3, 2), "2026-002")
    ]  # fmt: skip


def test_lines_may_stand_in_a_container_of_their_own(tmp_path):
    text = FOUR.read_text(encoding="utf-8")
    text = re.sub(
        r"(</trDt>)(.*?)(</transaction>)", r"\1<trLines>\2</trLines>\3", text, flags=re.DOTALL
    )
    path = tmp_path / "x.xaf"
    path.write_text(text, encoding="utf-8")
    assert read(path)[0][0].control_total == Decimal("564.00")


def test_a_side_that_is_none_is_refused(tmp_path):
    old = "<amnt>363.00</amnt>\r\n            <amntTp>D</amntTp>"
    path = changed(tmp_path, (old, old.replace(">D<", ">X<")))
    (documents, _), connection = read(path)
    assert documents.rows_rejected == 2
    refused = connection.execute("select column_name, value from rejects order by line").fetchall()
    assert refused == [("amntTp", "X"), ("effDate", "2025-11-31")]
    assert documents.control_total == Decimal("3049.60")


@pytest.mark.parametrize(
    ("pairs", "refused"),
    [
        ([("<linesCount>37<", "<linesCount>12<")], False),
        ([("<totalDebit>7", "<totalDebit>9"), ("<totalCredit>7", "<totalCredit>9")], False),
        ([("<amnt>363.00</amnt>", "<amnt>336.00</amnt>")], True),
        ([("<linesCount>37<", "<linesCount>39<"), ("<totalDebit>7", "<totalDebit>9")], True),
    ],
)
def test_totals_that_differ_are_noted_or_refused(tmp_path, pairs, refused):
    path = changed(tmp_path, *pairs)
    if refused:
        with pytest.raises(FileError, match="not whole"):
            read(path)
        return
    (documents, _), _ = read(path)
    assert any("its lines come to" in str(n) for n in documents.notes)
    assert documents.control_total == Decimal("3412.60")


def test_version_2_is_refused_by_name(tmp_path):
    path = tmp_path / "x.xaf"
    path.write_text(
        "<auditfile><header><auditfileVersion>CLAIR2.00.00</auditfileVersion></header></auditfile>"
    )
    assert SOURCE.identify(SourceFile(path)) >= 0.5
    with pytest.raises(FileError, match="version 2"):
        read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b'<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header/></AuditFile>',
        b"<auditfile/>",
        b"JournalCode\tCompteNum\n",
    ],
)
def test_other_files_are_not_recognised(tmp_path, content):
    path = tmp_path / "x.xaf"
    path.write_bytes(content)
    assert SOURCE.identify(SourceFile(path)) == 0


def test_books_without_transactions_are_empty_books(tmp_path):
    path = tmp_path / "x.xaf"
    path.write_text(
        '<auditfile xmlns="http://www.auditfiles.nl/XAF/3.2"><company>'
        "<companyName>Nieuw</companyName></company></auditfile>"
    )
    (documents,), _ = read(path)
    assert (documents.rows_read, documents.rows_kept) == (0, 0)
    assert documents.ledger == "xaf:Nieuw"


def test_without_a_sales_journal_the_other_accounts_tell_the_kind(tmp_path):
    types = [(f"<jrnTp>{t}</jrnTp>", f"<jrnTp>{'Z' if t == 'B' else 'M'}</jrnTp>") for t in "SB"]
    _, connection = read(changed(tmp_path, *types))
    found = Counter(k for (k,) in rows(connection, "kind"))
    # the rounding against revenue counts as a credit note then
    assert found == {
        "opening": 3, "invoice": 4, "credit_note": 2, "payment": 4, "write_off": 1, "adjustment": 1
    }  # fmt: skip


def test_load_takes_the_accounts_from_its_options(tmp_path):
    store = Store(tmp_path)
    load([FULL], store, LoadOptions(receivables_accounts=("1310",)))
    assert receivables(store.current()) == Decimal("-500.00")
