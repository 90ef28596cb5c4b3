"""A file is taken out as if it had never been loaded; and a load is undone."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from data.core.errors import ImportRefusedError
from data.store.state import Store
from data.workspace import by_hand
from data.workspace.decisions import CONFIRM
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.subjects.market import Sector
from etl.load.loaded import loaded, report_of
from etl.load.removal import effect, remove, undo
from etl.load.run import LoadOptions, load
from etl.report import LoadReport
from tests.places import ROOT

D = Decimal
INVOICES = "document_id;customer_id;issued_on;due_on;amount;currency"
PAYMENTS = "document_id;customer_id;payment_date;amount;reference"
FORMATS = ROOT / "data" / "demo" / "formats"


def write(path: Path, header: str, *lines: str) -> Path:
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def told(store: Store) -> dict[str, object]:
    """Return what a state says, apart from the numbers it gives to files and documents."""
    state = store.current()
    assert state is not None
    ask = state.engine.query
    report = loaded_report(store)
    return {
        "about": ask(
            "select first_day, last_day, documents, ledger_balance from about"
        ).to_pylist(),
        "documents": ask(
            "select * exclude (document_key, file_id) from documents order by all"
        ).to_pylist(),
        "items": ask(
            "select * exclude (document_key, closed_by_key) from open_items order by all"
        ).to_pylist(),
        "customers": ask("select * from customers order by all").to_pylist(),
        "findings": ask("select name, template, places, items, amount from findings").to_pylist(),
        "files": ask(
            "select * exclude (file_id, loaded_at, sha256, settings) from files order by all"
        ).to_pylist(),
        "seen": ask("select seen_on, open_amount from staged_seen order by all").to_pylist(),
        "rejects": ask("select * exclude file_id from rejects order by all").to_pylist(),
        "options": report.options,
        "superseded": report.superseded,
        "given": [one.options for one in report.given],
    }


def loaded_report(store: Store) -> LoadReport:
    state = store.current()
    assert state is not None
    return report_of(state)


def january(folder: Path) -> Path:
    return write(folder / "january.csv", INVOICES, "F101;A;2025-01-10;2025-02-09;100.00;EUR",
                 "F102;A;2025-01-20;2025-02-19;50.50;EUR",
                 "F103;B;2025-01-31;2025-03-02;70.00;EUR")  # fmt: skip


def whole(folder: Path) -> Path:
    """A newer export of the same period: replaces January as a whole."""
    return write(folder / "whole.csv", INVOICES, "F101;A;2025-01-10;2025-02-09;100.00;EUR",
                 "F102;A;2025-01-20;2025-02-19;45.50;EUR",
                 "F104;B;2025-02-28;2025-03-30;12.00;EUR")  # fmt: skip


def part(folder: Path) -> Path:
    """Speaks for two documents of January, and lacks the beginning of its period."""
    return write(folder / "part.csv", INVOICES, "F103;B;2025-01-31;2025-03-02;71.00;EUR",
                 "F105;B;2025-02-28;2025-03-30;12.00;EUR")  # fmt: skip


def payments(folder: Path) -> Path:
    return write(folder / "payments.csv", PAYMENTS, "P1;A;2025-02-03;-100.00;F101",
                 "P2;B;2025-02-13;-30.00;deposit")  # fmt: skip


CASES = {
    "invoices and payments": (january, payments),
    "payments and invoices": (payments, january),
    "replaced as a whole": (january, whole),
    "replaced in part": (january, part),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_removed_was_never_there(tmp_path, case):
    first, second = (make(tmp_path) for make in CASES[case])
    alone, both = Store(tmp_path / "alone"), Store(tmp_path / "both")
    load([first], alone)
    load([first], both)
    load([second], both)
    report = remove([second.name], both)
    assert report.published, report
    assert told(both) == told(alone)


def test_what_a_file_of_the_same_load_replaced_comes_back(tmp_path):
    first, second = january(tmp_path), whole(tmp_path)
    alone, both = Store(tmp_path / "alone"), Store(tmp_path / "both")
    load([first], alone)
    load([first, second], both)
    remove([second.name], both)
    assert told(both) == told(alone)


def test_of_three_any_can_go_in_any_order(tmp_path):
    made = [make(tmp_path) for make in (january, whole, part)]
    expected = {}
    for gone in made:
        left = Store(tmp_path / f"without-{gone.stem}")
        for path in made:
            if path != gone:
                load([path], left)
        expected[gone] = told(left)
    # what was loaded without the last of them is how all begin
    for gone in made:
        folder = tmp_path / f"all-{gone.stem}"
        shutil.copytree(tmp_path / f"without-{made[-1].stem}", folder)
        store = Store(folder)
        load(made[-1:], store)
        remove([str(gone)], store)
        assert told(store) == expected[gone], gone


def test_what_is_no_longer_kept_may_be_loaded_again(tmp_path):
    store = Store(tmp_path / "store")
    first, second = january(tmp_path), whole(tmp_path)
    third = write(tmp_path / "third.csv", INVOICES, "F101;A;2025-01-10;2025-02-09;100.00;EUR",
                  "F102;A;2025-01-20;2025-02-19;45.50;EUR",
                  "F104;B;2025-02-28;2025-03-30;13.00;EUR")  # fmt: skip
    for path in (first, second, third):
        load([path], store)
    remove(["third.csv"], store)
    assert query(store) == [("whole.csv", D("157.50"))]
    (note,) = effect(["whole.csv"], store).notes
    assert "no longer kept: load it again" in str(note)
    remove(["whole.csv"], store)
    assert query(store) == []
    assert load([first], store).ledger_balance == D("220.50")


def query(store: Store) -> list[tuple[str, Decimal]]:
    return [(f.name, f.amount) for f in loaded(store.current()) if not f.replaced_by]


FEC = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|"
    "PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def fec(folder: Path, year: int, *lines: str) -> Path:
    rows = (
        f"{journal}|{journal}|{n}|{day}|411000|Clients|{who}|Client {who}|{piece}|{day}|{piece}|"
        f"{debit}|{credit}|{letter}||{day}||"
        for n, (journal, day, who, piece, debit, credit, letter) in enumerate(
            (line.split(";") for line in lines), 1
        )
    )
    return write(folder / f"123456789FEC{year}1231.txt", FEC, *rows)


def two_years(folder: Path) -> list[Path]:
    """The second year opens with what the first left open, which is not counted again."""
    return [
        fec(folder, 2024, "VE;20240110;A;F1;100,00;0,00;AA", "BQ;20240210;A;F1;0,00;100,00;AA",
            "VE;20241120;B;F2;80,00;0,00;"),
        fec(folder, 2025, "AN;20250101;B;F2;80,00;0,00;", "BQ;20250105;B;F2;0,00;80,00;",
            "VE;20250302;B;F3;25,00;0,00;"),
    ]  # fmt: skip


def a_statement(folder: Path) -> list[Path]:
    return [january(folder), next(iter(sorted((FORMATS / "coda").iterdir())))]


@pytest.mark.parametrize("make", [two_years, a_statement])
def test_a_ledger_or_statement_goes_without_a_trace(tmp_path, make):
    one, other = make(tmp_path)
    for stays, goes in ((one, other), (other, one)):
        alone, both = Store(tmp_path / f"{goes.stem}-alone"), Store(tmp_path / goes.stem)
        load([stays], alone)
        assert load([one], both).published
        assert load([other], both).published
        assert remove([goes.name], both).published
        assert told(both) == told(alone), goes.name


def test_a_removal_says_first_what_it_changes(tmp_path):
    store = Store(tmp_path / "store")
    load([january(tmp_path), payments(tmp_path)], store)
    found = effect(["payments.csv"], store)
    assert (found.before, found.after) == (D("90.50"), D("220.50"))
    assert (found.documents_before, found.documents_after) == (5, 3)
    assert found.files == ("payments.csv",)
    state = store.current()
    assert state is not None
    assert state.number == 1, "nothing is changed yet"
    assert not list(store.folder.glob("draft-*"))
    whole(tmp_path)
    load([tmp_path / "whole.csv"], store)
    (note,) = effect(["whole.csv"], store).notes
    assert str(note) == "january.csv, which a removed file had replaced, counts again."


def test_what_is_not_loaded_cannot_go(tmp_path):
    store = Store(tmp_path / "store")
    with pytest.raises(ImportRefusedError, match="Nothing is loaded yet"):
        remove(["january.csv"], store)
    load([january(tmp_path), payments(tmp_path)], store)
    remove(["payments.csv"], store)
    with pytest.raises(ImportRefusedError, match=r"payments\.csv is not loaded\."):
        remove(["payments.csv"], store)
    report = remove(["january.csv"], store)
    assert report.published
    assert report.ledger_balance == 0
    assert loaded(store.current()) == ()  # type: ignore[arg-type]


def test_of_two_files_of_one_name_the_number_tells(tmp_path):
    store = Store(tmp_path / "store")
    for at, line in enumerate(("F1;A;2025-01-10;2025-02-09;1.00;EUR",
                               "F2;A;2026-01-10;2026-02-09;2.00;EUR")):  # fmt: skip
        folder = tmp_path / str(at)
        folder.mkdir()
        load([write(folder / "list.csv", INVOICES, line)], store)
    with pytest.raises(ImportRefusedError, match=r"by its number: 1, 2\."):
        remove(["list.csv"], store)
    assert remove(["2"], store).ledger_balance == D("1.00")
    assert remove([str(tmp_path / "0" / "list.csv")], store).ledger_balance == 0


def test_options_go_with_the_load_that_gave_them(tmp_path):
    store = Store(tmp_path / "store")
    load([january(tmp_path)], store)
    load([payments(tmp_path)], store, LoadOptions(default_terms_days=60))
    assert loaded_report(store).options == {"default_terms_days": "60"}
    remove(["payments.csv"], store)
    assert loaded_report(store).options == {}


def test_what_people_said_waits(tmp_path):
    store = Store(tmp_path / "store")
    load([january(tmp_path), payments(tmp_path)], store)
    Memory(store.folder).say("Anna", "B", Sector("43.21"))
    by_hand.decide(
        Memory(store.folder),
        "Anna",
        CONFIRM,
        Identified("", "F103", "B", date(2025, 1, 31), D("70.00"), "invoice"),
        Identified("", "P2", "B", date(2025, 2, 13), D("-30.00"), "payment"),
    )
    load([], store)
    assert effect(["january.csv"], store).notes[0].values == {"count": 1}
    report = remove(["january.csv", "payments.csv"], store)
    decisions, note = report.notes
    assert "Decisions about matches whose documents are not loaded now: 1." in str(decisions)
    assert len(by_hand.decisions(Memory(store.folder))) == 1
    assert str(note) == (
        "Sectors said by hand of customers that are not loaded now: 1. They are kept, and wait"
        " until the customers are loaded again."
    )
    assert by_hand.sectors(Memory(store.folder)) == {"B": "43.21"}


def test_a_load_and_a_removal_are_undone(tmp_path):
    store = Store(tmp_path / "store")
    with pytest.raises(ImportRefusedError, match="nothing to undo"):
        undo(store)
    load([january(tmp_path)], store)
    first = told(store)
    load([payments(tmp_path)], store)
    second = told(store)
    remove(["january.csv"], store)
    assert undo(store).ledger_balance == D("90.50")
    assert told(store) == second
    assert undo(store).ledger_balance == D("220.50")
    assert told(store) == first
    with pytest.raises(ImportRefusedError, match="nothing to undo"):
        undo(store)
    load([payments(tmp_path)], store)
    assert told(store) == second
    assert undo(store).state == 1


def test_undoing_keeps_what_people_said_since(tmp_path):
    store = Store(tmp_path / "store")
    load([january(tmp_path)], store)
    load([payments(tmp_path)], store)
    Memory(store.folder).say("Anna", "B", Sector("43.21"))
    load([], store)
    report = undo(store)
    assert report.ledger_balance == D("220.50")
    state = store.current()
    assert state is not None
    sector = state.engine.query("select sector from customers where customer_id = 'B'")
    assert sector.to_pylist() == [{"sector": "43.21"}]
