"""Files become a published state: again, newer, broken, in any order."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import xlsxwriter

from data.core.texts import Text
from data.store.state import Store
from etl.ledger.checks import Control
from etl.load import making
from etl.load import read as read_module
from etl.load.command.printing import write_rejects
from etl.load.identify import expand
from etl.load.run import LoadOptions, load
from etl.report import LoadReport

D = Decimal
INVOICES = "document_id;customer_id;issued_on;due_on;amount;currency"
PAYMENTS = "document_id;customer_id;payment_date;amount;reference"


def write(path: Path, header: str, *lines: str) -> Path:
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def invoices(path: Path, *lines: str) -> Path:
    return write(path, INVOICES, *lines)


def query(store: Store, sql: str) -> list[tuple]:
    state = store.current()
    assert state is not None
    table = state.engine.query(sql)
    return [tuple(row.values()) for row in table.to_pylist()]


def balance(store: Store) -> Decimal:
    return query(store, "select ledger_balance from about")[0][0]


JANUARY = (
    "F101;A;2025-01-10;2025-02-09;100.00;EUR",
    "F102;A;2025-01-20;2025-02-19;50.50;EUR",
    "F103;B;2025-01-31;2025-03-02;70.00;EUR",
)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    invoices(folder / "invoices.csv", *JANUARY)
    write(folder / "payments.csv", PAYMENTS, "P1;A;2025-02-03;-100.00;F101",
          "P2;B;2025-02-13;-30.00;deposit")  # fmt: skip
    write(folder / "customers.csv", "customer_id;customer_name;sector;country",
          "A;Ateliers Anker;43.21;BE")  # fmt: skip
    return folder


def test_files_of_one_load_belong_together(files, store):
    said = []
    report = load([files], store, progress=lambda *step: said.append(step))
    assert report.ok, report
    assert report.published
    assert balance(store) == D("90.50")
    assert [(s.name, s.items, s.amount) for s in report.matches] == [
        ("reference", 1, D("100.00")),
        ("oldest", 1, D("30.00")),
    ]
    assert [(s.name, s.items, s.amount) for s in report.documents] == [
        ("invoice", 3, D("220.50")),
        ("payment", 2, D("-130.00")),
    ]
    assert query(store, "select last_day from about") == [(date(2025, 2, 13),)]
    assert query(store, "select distinct sector_division from open_items where customer = 'A'") == [
        ("43",)
    ]
    assert {(done, total) for _, done, total, _ in said} == {(0, 3), (1, 3), (2, 3), (3, 3)}
    names = {c.name for c in report.controls}
    assert {"open_items", "ledger_balance", "roll_forward", "file_read", "file_used"} <= names


def test_the_same_files_again_change_nothing(files, store, tmp_path):
    load([files], store)
    (files / "copy.csv").write_bytes((files / "invoices.csv").read_bytes())
    report = load([files], store)
    assert not report.published
    assert report.state == 1
    assert {f.status for f in report.files} == {"known"}
    assert report.ok


def test_of_files_that_are_loaded_already_nothing_but_the_hash_is_read(files, store, monkeypatch):
    load([files], store)
    invoices(files / "next.csv", "F201;A;2026-01-10;2026-02-09;7.00;EUR")
    opened, read = [], []
    plain_open, plain_identify = Path.open, read_module.identify
    monkeypatch.setattr(
        Path, "open", lambda p, *a, **k: opened.append(p.name) or plain_open(p, *a, **k)
    )
    monkeypatch.setattr(
        read_module, "identify", lambda f, *a: read.append(f.name) or plain_identify(f, *a)
    )
    assert load([files], store).published
    assert read == ["next.csv"]
    for name in ("invoices.csv", "payments.csv", "customers.csv"):
        assert opened.count(name) == 1, name
    assert balance(store) == D("97.50")


def test_whose_books_files_are_can_be_said(files, store):
    write(
        files / "matches.csv", "debit_id;credit_id;matched_on;amount", "F101;P1;2025-02-03;100.00"
    )
    load([files], store, LoadOptions(ledger="FR"))
    for table in ("files", "staged_documents", "staged_matches", "documents"):
        assert query(store, f"select distinct ledger from {table}") == [("FR",)], table


def test_a_match_in_two_exports_counts_once(files, store):
    header = "debit_id;credit_id;matched_on;amount"
    write(files / "matches.csv", header, "F101;P1;2025-02-03;90.00", "F103;P2;2025-02-13;30.00")
    load([files], store)
    write(files / "newer.csv", header, "F101;P1;2025-03-01;100.00")
    load([files], store)
    staged = "select name, debit_id, s.amount from staged_matches s join files using (file_id)"
    assert query(store, f"{staged} order by 1") == [
        ("matches.csv", "F103", D("30.00")), ("newer.csv", "F101", D("100.00")),
    ]  # fmt: skip
    kept = "select name, rows_kept, control_total from files where rows_kind = 'matches' order by 1"
    assert query(store, kept) == [
        ("matches.csv", 1, D("30.00")), ("newer.csv", 1, D("100.00")),
    ]  # fmt: skip


def test_a_newer_export_of_the_period_replaces_the_older(files, store):
    load([files], store)
    newer = invoices(
        files / "invoices_february.csv",
        JANUARY[0],
        "F102;A;2025-01-20;2025-02-19;60.50;EUR",
        "F104;B;2025-02-28;2025-03-30;5.00;EUR",
    )
    report = load([newer], store)
    (one,) = report.replacements
    assert (one.older, one.newer, one.whole) == ("invoices.csv", "invoices_february.csv", True)
    assert (one.added, one.added_amount) == (1, D("5.00"))
    assert (one.gone, one.gone_amount) == (1, D("70.00"))
    assert (one.changed, one.changed_amount) == (1, D("10.00"))
    assert balance(store) == D("100.00") + D("60.50") + D("5.00") - D("130.00")
    assert query(store, "select count(*) from files where name = 'invoices.csv'") == [(0,)]
    again = load([files], store)
    assert not again.published
    assert {f.name: f.status for f in again.files}["invoices.csv"] == "superseded"


def test_of_a_partial_overlap_the_newer_speaks_for_shared_documents(files, store):
    load([files], store)
    newer = invoices(
        files / "next.csv",
        "F103;B;2025-01-31;2025-03-02;71.00;EUR",
        "F104;B;2025-02-28;2025-03-30;5.00;EUR",
    )
    report = load([newer], store)
    (one,) = report.replacements
    assert (one.whole, one.added, one.gone, one.changed) == (False, 1, 0, 1)
    kept = "select document_id, amount from documents where amount > 0 order by 1"
    assert query(store, kept) == [
        ("F101", D("100.00")), ("F102", D("50.50")), ("F103", D("71.00")), ("F104", D("5.00")),
    ]  # fmt: skip
    assert query(
        store, "select control_total, rows_kept from files where name = 'invoices.csv'"
    ) == [(D("150.50"), 2)]


def test_disjoint_periods_both_stay_even_with_the_same_numbers(files, store):
    load([files], store)
    load([invoices(files / "2026.csv", "F101;A;2026-01-10;2026-02-09;7.00;EUR")], store)
    assert query(store, "select sum(amount) from documents where document_id = 'F101'") == [
        (D("107.00"),)
    ]


def test_payments_of_one_invoice_in_two_files_are_two_payments(files, store):
    load([files], store)
    write(files / "payments_2.csv", PAYMENTS, "P1;A;2025-02-05;-10.00;F102",
          "P9;A;2025-03-01;-1.00;")  # fmt: skip
    load([files], store)
    assert query(store, "select count(*) from documents where document_id = 'P1'") == [(2,)]


COMPARED = """
    select d.document_id, d.kind, o.opened_on, o.due_on, o.closed_on, o.method, o.amount, d.customer
    from open_items as o join documents as d using (document_key) order by all
"""


def test_the_order_of_files_does_not_matter(files, tmp_path):
    newer = invoices(tmp_path / "newer.csv", JANUARY[2], "F104;B;2025-02-28;2025-03-30;5.00;EUR")
    shuffled = tmp_path / "shuffled.csv"
    lines = (files / "payments.csv").read_text().splitlines()
    shuffled.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    parts = [files / "invoices.csv", newer, files / "customers.csv"]
    answers = []
    for number, (order, at_once) in enumerate(
        [
            ([*parts, files / "payments.csv"], True),
            ([files / "payments.csv", *reversed(parts)], True),
            ([newer, shuffled, files / "customers.csv", files / "invoices.csv"], False),
        ]
    ):
        store = Store(tmp_path / f"store-{number}")
        for group in [order] if at_once else [[path] for path in order]:
            assert load(group, store).ok
        answers.append(query(store, COMPARED))
    assert answers[0] == answers[1] == answers[2]


def test_a_file_that_is_not_understood_is_named_and_the_others_are_loaded(files, store):
    (files / "notes.csv").write_text("Dear all,\nplease find\n")
    (files / "empty.csv").write_text("")
    report = load([files, files / "gone.csv"], store)
    assert report.published
    assert not report.ok
    assert {f.name for f in report.failures} == {"notes.csv", "empty.csv", "gone.csv"}
    assert all(str(f.reason) for f in report.failures)
    assert balance(store) == D("90.50")


def test_nothing_readable_publishes_nothing(tmp_path, store):
    (tmp_path / "notes.txt").write_text("Dear all,\nplease find\n")
    report = load([tmp_path / "notes.txt"], store)
    assert (report.published, report.ok) == (False, False)
    assert store.current() is None


@pytest.mark.parametrize("options", [{"reporting_currency": "EUR"}, {"default_terms_days": 14}])
def test_what_is_said_of_nothing_publishes_nothing(tmp_path, store, options):
    (tmp_path / "junk.csv").write_text("a,b\n1,2\n")
    report = load([tmp_path / "junk.csv"], store, LoadOptions(**options))
    assert not report.published
    assert store.current() is None


def test_an_unknown_format_is_refused_by_name(files, store):
    report = load([files / "invoices.csv"], store, LoadOptions(format="telex"))
    assert "telex" in str(report.failures[0].reason)


def test_options_hold_until_given_anew(tmp_path, store):
    header = "document_id;customer_id;issued_on;amount"
    load([write(tmp_path / "a.csv", header, "F1;A;2025-01-01;10.00", "F2;A;2025-01-13;10.00")],
         store, LoadOptions(default_terms_days=60))  # fmt: skip
    due = "select max(due_on - issued_on) from documents"
    assert query(store, due) == [(60,)]
    load([write(tmp_path / "b.csv", header, "F3;A;2025-02-14;10.00")], store)
    assert query(store, due) == [(60,)]
    report = load([tmp_path / "a.csv"], store, LoadOptions(default_terms_days=14))
    assert report.published
    assert query(store, due) == [(14,)]
    assert query(store, "select default_terms_days, reporting_currency from about") == [(14, "EUR")]


def test_rows_without_a_rate_wait_for_it_in_the_rejects(tmp_path, store):
    rows = ("F1;A;2025-01-31;2025-02-28;10.00;EUR", "F2;A;2025-01-31;2025-02-28;100.00;AED")
    path = invoices(tmp_path / "a.csv", *rows)
    several = load([path], store)
    assert not several.published
    assert "--currency" in str(several.failures[0].remedy)
    report = load([path], store, LoadOptions(reporting_currency="EUR"))
    assert balance(store) == D("10.00")
    assert [(r.file, r.line, r.value) for r in report.rejects] == [("a.csv", 3, "AED")]
    rates = write(tmp_path / "rates.csv", "currency;day;rate", "AED;2025-01-30;0.91")
    assert load([rates], store).rejected == 0
    assert balance(store) == D("101.00")


def test_a_control_total_that_fails_publishes_nothing(files, store, monkeypatch):
    load([files], store)
    more = invoices(files / "more.csv", "F200;A;2025-06-10;2025-07-10;1.00;EUR")
    wrong = Control("open_items", Text("They differ."), D(1), D(2))
    monkeypatch.setattr(making, "control", lambda _: [wrong])
    report = load([more], store)
    assert (report.published, report.ok, report.state) == (False, False, 1)
    assert balance(store) == D("90.50")


def test_the_report_survives_its_journey_through_json(files, store):
    report = load([files], store)
    stored = query(store, "select report from about")[0][0]
    read = LoadReport.from_json(stored)
    assert read.files == report.files
    assert read.controls == report.controls
    assert read.findings == report.findings
    assert read.matches == report.matches
    assert json.loads(read.to_json()) == json.loads(stored)


def test_rejects_are_written_so_that_no_cell_runs(files, store, tmp_path):
    invoices(files / "odd.csv", "F301;A;2025-05-10;2025-07-10;1.00;EUR",
             "F300;A;2025-06-10;2025-07-10;=1+1;EUR")  # fmt: skip
    report = load([files], store)
    assert report.rejected == 1
    state = store.current()
    assert state is not None
    assert write_rejects(state.engine, tmp_path / "rejects.csv") == 1
    text = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig")
    assert "odd.csv,3," in text
    assert ",'=1+1," in text


def test_folders_are_searched_without_hidden_and_temporary_files(tmp_path):
    for name in ("b/x.csv", "a.csv", ".hidden/y.csv", ".z.csv", "~$a.xlsx", "c.tmp"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    found = [p.relative_to(tmp_path).as_posix() for p in expand([tmp_path])]
    assert found == ["a.csv", "b/x.csv"]


def test_a_load_keeps_within_the_memory_it_is_given(files, store):
    report = load([files], store, LoadOptions(memory=100))
    assert report.published


def test_sheets_of_one_workbook_do_not_take_each_others_place(tmp_path, store):
    head = ["document_id", "customer_id", "issued_on", "due_on", "amount", "currency"]
    sheets = {
        "Jan": [head, ["F1", "A", "2025-01-10", "2025-02-09", 100, "EUR"],
                ["F2", "A", "2025-01-11", "2025-02-09", 50, "EUR"]],
        "Feb": [head, ["F1", "A", "2025-01-10", "2025-02-09", 100, "EUR"],
                ["F3", "A", "2025-01-12", "2025-02-09", 7, "EUR"]],
    }  # fmt: skip

    def book(name, more=()):
        workbook = xlsxwriter.Workbook(str(tmp_path / name))
        for sheet, lines in sheets.items():
            page = workbook.add_worksheet(sheet)
            for row, cells in enumerate([*lines, *more]):
                page.write_row(row, 0, cells)
        workbook.close()
        return tmp_path / name

    report = load([book("a.xlsx")], store)
    assert report.ok
    assert report.replacements == []
    assert balance(store) == D(257)
    found = {f.name: (f.items, f.amount) for f in report.findings}
    assert found["sheets_alike"] == (1, D(100))
    assert found["duplicate_invoices"] == (1, D(100))
    # a newer export of the workbook still takes the place of the older one, sheet by sheet
    report = load([book("b.xlsx", [["F4", "A", "2025-01-31", "", 1, "EUR"]])], store)
    assert balance(store) == D(259)


def test_matches_of_two_sheets_do_not_take_each_others_place(tmp_path, store, files):
    workbook = xlsxwriter.Workbook(str(tmp_path / "m.xlsx"))
    for sheet, amount in (("One", 60), ("Two", 40)):
        page = workbook.add_worksheet(sheet)
        page.write_row(0, 0, ["debit_id", "credit_id", "amount"])
        page.write_row(1, 0, ["F101", "P1", amount])
    workbook.close()
    load([files, tmp_path / "m.xlsx"], store)
    given = query(store, "select sum(amount_currency) from matches where method = 'given'")
    assert given == [(D(100),)]


def test_a_row_that_stands_in_a_file_twice_is_found_as_an_invoice_made_twice(tmp_path, store):
    row = "F2;A;2025-10-02;2025-11-01;50.00;EUR"
    report = load([invoices(tmp_path / "a.csv", row, row)], store)
    found = {f.name: (f.items, f.amount) for f in report.findings}
    assert found["duplicate_invoices"] == (1, D(50))
    assert balance(store) == D(100)
    # without the copy, the file is a newer export of the same books
    report = load([invoices(tmp_path / "b.csv", row)], store)
    assert balance(store) == D(50)


@pytest.mark.parametrize(
    "error", [duckdb.BinderException("no column x"), pa.ArrowInvalid("twelve")]
)
def test_what_nobody_foresaw_is_said_without_the_engines_words(
    tmp_path, store, monkeypatch, error
):  # fmt: skip
    def fails(*_):
        raise error

    row = "F2;A;2025-10-02;2025-11-01;50.00;EUR"
    load([invoices(tmp_path / "a.csv", row)], store)
    monkeypatch.setattr(making, "derive", fails)
    report = load([invoices(tmp_path / "b.csv", row, row)], store)
    assert not report.published
    (failure,) = report.failures
    assert "not expected" in str(failure.reason)
    assert str(error) not in f"{failure.reason} {failure.remedy}"
    assert str(error) in (store.folder / "fault.log").read_text("utf-8")
    assert balance(store) == D(50)


def test_of_two_loads_within_a_second_the_later_is_the_newer(tmp_path, store, monkeypatch):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 31, 12, tzinfo=tz)

    monkeypatch.setattr(making, "datetime", Stopped)
    row = "F2;A;2025-10-02;2025-11-01;{};EUR"
    for n, amount in enumerate(("50.00", "60.00", "55.00", "70.00", "65.00")):
        load([invoices(tmp_path / f"{n}.csv", row.format(amount))], store)
        assert balance(store) == D(amount)


def test_numbers_that_restart_each_year_are_other_documents(tmp_path, store):
    header = "document_id;customer_id;issued_on;amount;open_amount"
    load([write(tmp_path / "2024.csv", header, "1;C1;2024-01-15;100.00;0.00",
                "2;C1;2024-12-20;200.00;200.00")], store)  # fmt: skip
    report = load([write(tmp_path / "2025.csv", header, "1;C1;2024-12-15;300.00;300.00",
                         "2;C1;2025-06-20;400.00;400.00")], store)  # fmt: skip
    assert balance(store) == D("900.00")
    assert report.replacements == []


def test_a_corrected_day_or_amount_is_the_same_document(files, store):
    load([files], store)
    newer = invoices(
        files / "newer.csv",
        "F101;A;2025-01-10;2025-02-09;101.00;EUR",  # another amount
        "F102;A;2025-01-21;2025-02-19;50.50;EUR",  # another day
        "F103;B;2025-01-30;2025-03-02;71.00;EUR",  # both
        "F105;B;2025-01-31;2025-03-02;1.00;EUR",
    )
    (one,) = load([newer], store).replacements
    assert (one.whole, one.changed, one.changed_amount) == (True, 2, D("1.00"))
    assert (one.added, one.gone, one.gone_amount) == (2, 1, D(70))
    kept = "select document_id, amount from documents where kind = 'invoice' order by all"
    assert query(store, kept) == [
        ("F101", D(101)), ("F102", D("50.50")), ("F103", D(71)), ("F105", D(1)),
    ]  # fmt: skip


COPIED = "document_id;customer_id;issued_on;due_on;amount;currency;region"


@pytest.fixture
def mapped(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(
        '[source]\nrows = "invoices"\n[columns]\ndocument_id = "document_id"\n'
        'customer_id = "customer_id"\nissued_on = "issued_on"\ndue_on = "due_on"\n'
        'amount = "amount"\ncurrency = "currency"\nsegment = "region"\n'
    )
    return LoadOptions(mapping=(path,))


def test_a_file_read_otherwise_takes_the_place_of_its_earlier_reading(tmp_path, store, mapped):
    path = write(tmp_path / "x.csv", COPIED, *(f"{line};North" for line in JANUARY))
    load([path], store)
    report = load([path], store, mapped)
    assert balance(store) == D("220.50")
    assert query(store, "select distinct segment from documents") == [("North",)]
    (one,) = report.replacements
    assert (one.older, one.newer, one.whole, one.again) == ("x.csv", "x.csv", True, True)
    assert (one.added, one.gone) == (0, 0)
    assert query(store, "select count(*) from files") == [(1,)]
    for options in (mapped, None):  # nothing is said that was not said before
        again = load([path], store, options)
        assert (again.published, [f.status for f in again.files]) == (False, ["known"])


def test_the_later_reading_counts_whatever_days_it_has(tmp_path, store):
    path = write(tmp_path / "x.csv", "document_id;customer_id;issued_on;amount",
                 "F1;A;01/02/2025;10.00", "F2;A;03/12/2024;5.00")  # fmt: skip
    days = "select cast(issued_on as varchar) from documents order by 1"
    for order, expected in (
        ("dmy", ["2024-12-03", "2025-02-01"]),
        ("mdy", ["2024-03-12", "2025-01-02"]),
        ("dmy", ["2024-12-03", "2025-02-01"]),
    ):
        assert load([path], store, LoadOptions(date_order=order)).published
        assert query(store, days) == [(day,) for day in expected]
        assert balance(store) == D("15.00")


def test_an_export_wrongly_replaced_can_be_loaded_after_the_newer_is_read_otherwise(
    tmp_path, store
):
    header = "document_id;customer_id;issued_on;amount"
    older = write(tmp_path / "older.csv", header, "F1;A;2025-01-31;10.00")
    newer = write(tmp_path / "newer.csv", header, "F1;A;01/31/2025;10.00", "F2;A;02/13/2025;1.00")
    load([older], store)
    load([newer], store)
    assert {f.status for f in load([older], store).files} == {"superseded"}
    load([newer], store, LoadOptions(ledger="NL"))
    assert load([older], store).published
    assert balance(store) == D("21.00")


def test_a_reading_that_fails_leaves_the_earlier_one(tmp_path, store):
    path = invoices(tmp_path / "x.csv", *JANUARY)
    load([path], store)
    assert not load([path], store, LoadOptions(format="fec")).ok
    assert balance(store) == D("220.50")


STATED = "document_id;customer_id;issued_on;due_on;amount;open_amount"


def closed(store: Store, number: str) -> list[tuple]:
    return query(
        store,
        "select cast(closed_on as varchar), amount from open_items"
        f" where document_id = '{number}' and kind = 'invoice' order by closed_on",
    )


def test_what_an_earlier_export_showed_open_was_not_paid_before(tmp_path, store):
    last = "F2;C1;2025-11-28;2025-12-28;5.00;5.00"
    load([write(tmp_path / "nov.csv", STATED, "F1;C1;2025-09-01;2025-09-30;1000.00;1000.00",
                last)], store)  # fmt: skip
    load([write(tmp_path / "dec.csv", STATED, "F1;C1;2025-09-01;2025-09-30;1000.00;400.00", last,
                "F3;C1;2025-12-30;2026-01-30;7.00;7.00")], store)  # fmt: skip
    assert closed(store, "F1") == [("2025-11-29", D(600)), (None, D(400))]
    report = load([write(tmp_path / "jan.csv", STATED, "F1;C1;2025-09-01;2025-09-30;1000.00;0.00",
                         last, "F3;C1;2025-12-30;2026-01-30;7.00;7.00",
                         "F4;C1;2026-01-30;2026-02-28;7.00;7.00")], store)  # fmt: skip
    assert report.ok
    assert closed(store, "F1") == [("2025-11-29", D(600)), ("2025-12-31", D(400))]


def test_an_export_that_shows_more_paid_is_the_later_one(tmp_path, store):
    rows = ("F1;C1;2025-09-01;2025-09-30;100.00;", "F2;C1;2025-09-15;2025-10-15;200.00;",
            "F3;C1;2025-11-05;2025-12-05;70.00;")  # fmt: skip
    first = [row + row.split(";")[4] for row in rows]
    deleted = "F4;C1;2025-11-20;2025-12-20;5000.00;5000.00"
    v1 = write(tmp_path / "v1.csv", STATED, *first, deleted)
    v2 = write(tmp_path / "v2.csv", STATED, rows[0] + "0.00", rows[1] + "0.00", first[2])
    load([v1], store)
    report = load([v2], store)
    assert [f.status for f in report.files] == ["loaded"]
    assert balance(store) == D(5070)
    (note,) = report.files[0].notes
    assert "v1.csv" in str(note)
    assert "5,000.00" in str(note) or "5000.00" in str(note)
    again = Store(tmp_path / "again")
    load([v2], again)  # as the note says
    assert balance(again) == D(70)
    # an old export, loaded late, shows less paid
    other = Store(tmp_path / "other")
    load([v2], other)
    v0 = write(tmp_path / "v0.csv", STATED, *first[:2])
    (file,) = load([v0], other).files
    assert file.status == "superseded"
    assert "v2.csv" in str(file.notes[-1])
    assert "remove v2.csv" in str(file.notes[-1])
    assert balance(other) == D(70)
