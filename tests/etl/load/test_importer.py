import io
import time

import pytest

from data.core.errors import ImportRefusedError
from data.core.importing import LoadSettings, Said
from data.store.state import Store
from etl.load.identify import safe_name
from etl.load.importer import FileImporter

SESSION = "0123456789abcdef" * 2
INVOICES = """Invoice number;Customer;Invoice date;Due date;Amount
F1;C1;15/02/2025;17/03/2025;100,50
F2;C2;05/02/2025;07/03/2025;1.200,00
F3;C2;soon;07/03/2025;12,00
"""
AMBIGUOUS = """Invoice number;Customer;Invoice date;Amount
F1;C1;01/02/2025;100,50
F2;C2;05/02/2025;200,00
"""
UNKNOWN = """stuk x;wie;wanneer;hoeveel
A1;K1;2025-03-01;10.00
A2;K2;2025-03-02;20.50
"""
NAMED = {"document_id": "stuk x", "customer_id": "wie", "issued_on": "wanneer", "amount": "hoeveel"}


@pytest.fixture
def importer(tmp_path):
    return FileImporter(Store(tmp_path / "store"))


def drop(importer, name, text, session=SESSION):
    content = text.encode() if isinstance(text, str) else text
    token = importer.receive(session, name, io.BytesIO(content), len(content))
    importer.look(session)
    return token


def found(importer, token, session=SESSION):
    return next(x for x in importer.files(session) if x.token == token)


def finished(importer):
    until = time.monotonic() + 60
    while importer.job().running:
        assert time.monotonic() < until
        time.sleep(0.02)
    return importer.job()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\fac<t>.csv", "fac_t_.csv"),
        (".hidden", "hidden"),
        ("", "file"),
        ("a" * 300 + ".csv", "a" * 107 + "~f87ad7ea.csv"),
        ("a" * 301 + ".csv", "a" * 107 + "~9080c0af.csv"),
    ],
)
def test_names_of_dropped_files_name_nothing_else(name, kept):
    assert safe_name(name) == kept


def test_a_known_table_is_read_dry(importer):
    token = drop(importer, "invoices.csv", INVOICES)
    seen = found(importer, token)
    (part,) = seen.parts
    assert seen.ready
    assert (part.rows_kind, part.rows_read, part.rows_kept, part.rows_rejected) == (
        "invoices", 3, 2, 1,
    )  # fmt: skip
    assert (str(part.first_day), str(part.last_day)) == ("2025-02-05", "2025-02-15")
    assert [str(t) for t in part.totals.values()] == ["1300.50"]
    assert [(r.line, r.column, r.value) for r in seen.refused] == [(4, "Invoice date", "soon")]
    assert seen.sheet.columns["issued_on"] == "Invoice date"


def test_an_ambiguous_day_is_asked_for_and_answered(importer):
    token = drop(importer, "invoices.csv", AMBIGUOUS)
    asked = found(importer, token)
    assert not asked.ready
    assert asked.problem.asks == "date_order"
    importer.say(SESSION, token, Said(date_order="mdy"))
    answered = found(importer, token)
    assert answered.ready
    assert [str(r["issued_on"]) for r in answered.staged] == ["2025-01-02", "2025-05-02"]
    assert 'date_format = "%m/%d/%Y"' in importer.mapping(SESSION, token)


def test_an_ambiguous_amount_is_asked_for(importer):
    text = "Invoice number;Customer;Invoice date;Amount\nF1;C1;2025-02-01;1.234\n"
    token = drop(importer, "invoices.csv", text)
    assert found(importer, token).problem.asks == "decimal"
    importer.say(SESSION, token, Said(decimal=","))
    assert str(found(importer, token).staged[0]["amount"]) == "1234.00"


def test_an_unknown_table_is_mapped_by_hand_and_the_mapping_reads_it_again(importer, tmp_path):
    token = drop(importer, "odd.csv", UNKNOWN)
    before = found(importer, token)
    assert not before.ready
    assert set(before.sheet.missing) == {"document_id", "customer_id", "issued_on", "amount"}
    assert before.sheet.lines == (2, 3)
    importer.say(SESSION, token, Said(rows="invoices", columns=NAMED))
    assert found(importer, token).ready

    other = "f" * 32
    drop(importer, "mapping.toml", importer.mapping(SESSION, token), other)
    again = drop(importer, "odd.csv", UNKNOWN, other)
    assert found(importer, again, other).ready
    assert [str(r["amount"]) for r in found(importer, again, other).staged] == ["10.00", "20.50"]


def test_a_broken_file_says_why_and_what_to_do(importer):
    token = drop(importer, "broken.xlsx", b"PK\x03\x04 nothing of the kind")
    problem = found(importer, token).problem
    assert "cannot be opened as a workbook" in str(problem.reason)
    assert "save it again" in str(problem.remedy)
    token = drop(importer, "letter.pdf", b"%PDF-1.7 \x00\x01\x02\x03")
    assert "no PDF that can be read" in str(found(importer, token).problem.reason)
    token = drop(importer, "logo.png", b"\x89PNG\r\n\x1a\n\x00\x01\x02\x03")
    assert "none of the formats" in str(found(importer, token).problem.reason)


def test_what_is_loaded_is_forgotten_and_what_is_not_stays(importer):
    drop(importer, "invoices.csv", INVOICES)
    odd = drop(importer, "odd.csv", UNKNOWN)
    importer.load(SESSION, LoadSettings(reporting_currency="EUR"))
    job = finished(importer)
    assert job.problem is None
    assert job.report["published"] is True
    assert job.report["ledger_balance"] == "1300.50"
    assert [x.token for x in importer.files(SESSION)] == [odd]


def test_each_file_is_read_as_was_said_about_it_alone(importer, tmp_path):
    drop(importer, "clear.csv", INVOICES)  # 15/02: day first
    token = drop(importer, "other.csv", AMBIGUOUS.replace("F", "G"))
    importer.say(SESSION, token, Said(date_order="mdy"))
    importer.load(SESSION, LoadSettings())
    finished(importer)
    state = Store(tmp_path / "store").current()
    days = state.engine.query(
        "select document_id, issued_on::varchar as day from documents order by document_id"
    ).to_pylist()
    assert {d["document_id"]: d["day"] for d in days} == {
        "F1": "2025-02-15", "F2": "2025-02-05", "G1": "2025-01-02", "G2": "2025-05-02",
    }  # fmt: skip


def test_a_failed_load_says_so_and_leaves_nothing(importer, tmp_path):
    def no_demo(_folder):
        raise OSError("the disk is full")

    broken = FileImporter(Store(tmp_path / "other"), demo=no_demo)
    broken.demo()
    job = finished(broken)
    assert "the disk is full" in str(job.problem.reason)
    assert job.report is None
    assert Store(tmp_path / "other").current() is None


def test_one_load_at_a_time(tmp_path):
    import threading

    go = threading.Event()
    importer = FileImporter(Store(tmp_path / "store"), demo=lambda _folder: go.wait(30))
    importer.demo()
    with pytest.raises(ImportRefusedError, match="Another load is running"):
        importer.demo()
    go.set()
    finished(importer)


def test_what_cannot_be_is_refused(importer):
    with pytest.raises(ImportRefusedError, match="no session"):
        importer.files("../../etc")
    with pytest.raises(ImportRefusedError, match="no file that can be loaded"):
        importer.load(SESSION, LoadSettings())
    importer.limit = 10
    with pytest.raises(ImportRefusedError, match="larger than"):
        drop(importer, "large.csv", "x" * 11)
    with pytest.raises(ImportRefusedError, match="incomplete"):
        importer.receive(SESSION, "cut.csv", io.BytesIO(b"abc"), 9)
    assert importer.files(SESSION) == ()


def test_the_same_name_again_is_a_corrected_file(importer):
    drop(importer, "invoices.csv", AMBIGUOUS)
    token = drop(importer, "invoices.csv", INVOICES)
    assert [x.token for x in importer.files(SESSION)] == [token]


def test_a_mapping_file_that_comes_later_is_used_and_one_that_goes_is_not(importer):
    odd = drop(importer, "odd.csv", UNKNOWN)
    columns = "\n".join(f'{ours} = "{theirs}"' for ours, theirs in NAMED.items())
    mapping = drop(importer, "mapping.toml", f'[source]\nrows = "invoices"\n[columns]\n{columns}\n')
    assert found(importer, mapping).mapping
    assert found(importer, odd).ready
    importer.remove(SESSION, mapping)
    importer.look(SESSION)
    assert not found(importer, odd).ready


def test_a_large_file_is_counted_whole_and_shown_from_its_start(importer):
    rows = "".join(f"F{n};C{n % 9};2025-02-28;{n}.50\n" for n in range(12_000))
    token = drop(importer, "invoices.csv", f"Invoice number;Customer;Invoice date;Amount\n{rows}")
    seen = found(importer, token)
    assert seen.parts[0].rows_kept == 12_000
    assert len(seen.sheet.rows) == len(seen.staged) == 20
    assert seen.sheet.lines[0] == seen.staged[0]["line"] == 2


def test_patience_ends_after_a_file(importer):
    for name in ("a.csv", "b.csv"):
        importer.receive(SESSION, name, io.BytesIO(INVOICES.encode()), len(INVOICES.encode()))
    importer.look(SESSION, patience=0)
    assert [x.looking for x in importer.files(SESSION)] == [False, True]
    importer.look(SESSION, patience=0)
    assert [x.looking for x in importer.files(SESSION)] == [False, False]


AGING = """Aging,,,,,
Num,Customer,Date,Due Date,Amount,Open Balance
1,Quayside,02/28/2025,03/30/2025,10.00,4.00
"""
ZOHO = """Invoice Date,Invoice Number,Invoice Status,Customer Name,Due Date,Total,Balance
2025-01-10,INV-1,Sent,Harbour,2025-02-09,100.00,100.00
2025-01-11,INV-2,Draft,Harbour,2025-02-10,50.00,50.00
"""


def test_the_columns_of_a_known_programs_export_can_be_seen_and_changed(importer):
    token = drop(importer, "aging.csv", AGING)
    seen = found(importer, token)
    assert (seen.format, seen.ready) == ("quickbooks", True)
    assert seen.sheet.columns["open_amount"] == "Open Balance"
    assert seen.sheet.lines == (3,)


def test_what_a_program_leaves_out_stays_out_when_columns_are_said_by_hand(importer):
    token = drop(importer, "Invoice.csv", ZOHO)
    seen = found(importer, token)
    assert (seen.format, seen.parts[0].rows_kept) == ("zoho_books", 1)
    assert '"Invoice Status" = ["draft", "void"]' in importer.mapping(SESSION, token)
    columns = {**seen.sheet.columns, "reference": "Invoice Status"}
    importer.say(SESSION, token, Said(columns=columns))
    importer.look(SESSION)
    again = found(importer, token)
    assert again.format == "table"
    assert again.parts[0].rows_kept == 1
    assert again.sheet.columns["reference"] == "Invoice Status"


def test_a_loaded_file_is_taken_out_after_its_effect_was_shown(importer):
    drop(importer, "invoices.csv", INVOICES)
    importer.load(SESSION, LoadSettings())
    finished(importer)
    (one,) = importer.loaded()
    assert (one.name, one.documents, str(one.amount)) == ("invoices.csv", 2, "1300.50")
    assert importer.undoes() == ""
    effect = importer.effect_of_removal([one.key])
    assert (str(effect.before), str(effect.after)) == ("1300.50", "0.00")
    importer.remove_loaded([one.key])
    job = finished(importer)
    assert (job.kind, job.problem) == ("removal", None)
    assert importer.loaded() == ()
    importer.remove_loaded([one.key])
    assert "is not loaded" in str(finished(importer).problem)
    assert importer.undoes() == "removal"
    importer.undo()
    assert finished(importer).report["ledger_balance"] == "1300.50"


def test_a_column_can_be_a_dimension_of_ones_own(importer):
    text = "Invoice number;Customer;Invoice date;Amount;Sold how\nF1;C1;2025-02-28;10.00;web\n"
    token = drop(importer, "invoices.csv", text)
    seen = found(importer, token)
    assert seen.sheet.own[-1] == "sold_how"
    columns = {**seen.sheet.columns, "own:sold_how": "Sold how"}
    importer.say(SESSION, token, Said(columns=columns))
    again = found(importer, token)
    assert again.ready
    assert again.sheet.columns["own:sold_how"] == "Sold how"
    assert [row["own:sold_how"] for row in again.staged] == ["web"]
    said = importer.mapping(SESSION, token)
    assert '[dimensions]\n"Sold how" = "sold_how"' in said
    other = "f" * 32
    drop(importer, "mapping.toml", said, other)
    once_more = found(importer, drop(importer, "invoices.csv", text, other), other)
    assert [row["own:sold_how"] for row in once_more.staged] == ["web"]
    importer.say(SESSION, token, Said(columns=seen.sheet.columns))
    assert "[dimensions]" not in importer.mapping(SESSION, token)
