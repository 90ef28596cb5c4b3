"""A file asks once: its answers read it, and the exports of its shape that come later."""

from decimal import Decimal

import pytest
from typer.testing import CliRunner

from app import cli
from data.core.importing import LoadSettings, Said
from data.store.state import Store
from etl.load.importer import FileImporter
from etl.load.presets import presets
from etl.load.run import LoadOptions, load
from tests.asking import KINDS, MESSY, ROWS, SHUFFLED, asks
from tests.etl.load.test_importer import SESSION, drop, finished, found

ANSWERS = {
    "kinds:Aard": {"Rekening": "invoice", "Tegoed": "credit_note"},
    "rows:": {"": "invoices"},
}


@pytest.fixture
def store(tmp_path, monkeypatch):
    asks(monkeypatch)
    return Store(tmp_path / "store")


def test_questions_are_answered_on_the_page_and_kept(store):
    importer = FileImporter(store)
    token = drop(importer, "lijst.csv", MESSY)
    assert found(importer, token).problem.questions == (ROWS, KINDS)
    importer.say(SESSION, token, Said(answers=ANSWERS))
    (part,) = found(importer, token).parts
    assert found(importer, token).problem is None
    assert part.told.kinds == {"invoice": 2, "credit_note": 1}
    importer.load(SESSION, LoadSettings())
    assert finished(importer).report["ledger_balance"] == "300.00"
    (answers,) = importer.kept()
    assert (answers.file, answers.headers) == ("lijst.csv", 6)
    assert 'Tegoed = "credit_note"' in answers.text

    # the columns of next month's stand in another order: it asks nothing
    token = drop(importer, "lijst-maart.csv", SHUFFLED)
    later = found(importer, token)
    assert later.problem is None
    assert "answers that were given for lijst.csv" in str(later.parts[0].notes[0])
    importer.load(SESSION, LoadSettings())
    report = finished(importer).report
    assert report["ledger_balance"] == "600.00"
    assert "answers" in report["files"][0]["notes"][0]["template"]

    importer.forget(answers.name)
    assert importer.kept() == ()
    token = drop(importer, "april.csv", MESSY.replace("2025-01", "2025-04"))
    assert found(importer, token).problem.questions == (ROWS, KINDS)


def test_an_answer_can_be_taken_back(store):
    importer = FileImporter(store)
    token = drop(importer, "lijst.csv", MESSY)
    importer.say(SESSION, token, Said(answers={"rows:": ANSWERS["rows:"]}))
    assert found(importer, token).problem.questions == (KINDS,)
    importer.say(SESSION, token, Said(answers=ANSWERS))
    assert found(importer, token).problem is None
    importer.say(SESSION, token, Said())
    assert found(importer, token).problem.questions == (ROWS, KINDS)


def test_the_command_line_prints_the_lines_that_answer(store, tmp_path):
    path = tmp_path / "lijst.csv"
    path.write_text(MESSY)
    result = CliRunner().invoke(cli, ["load", str(path), "--store", str(store.folder)])
    assert result.exit_code == 1
    assert "What are the rows whose Aard says so?" in result.output
    assert "“Tegoed”: 1 row, -50.50" in result.output
    assert '"Tegoed" = "invoice"' in result.output
    assert "a question is open about lijst.csv" in result.output
    assert store.current() is None


def test_what_is_said_with_a_load_goes_before(store, tmp_path):
    path = tmp_path / "lijst.csv"
    path.write_text(MESSY)
    mapping = tmp_path / "map.toml"
    columns = "\n".join(f'{k} = "{v}"' for k, v in ROWS.choices[0].tables["columns"].items())
    kinds = '"Rekening" = "invoice"\n"Tegoed" = "credit_note"'
    mapping.write_text(f'[source]\nrows = "invoices"\n[columns]\n{columns}\n[kinds]\n{kinds}\n')
    report = load([path], store, LoadOptions(mapping=(mapping,)))
    assert (report.code, report.ledger_balance) == (0, Decimal("300.00"))
    ((one,), _wrong) = presets(store.folder)
    assert one.layouts[0].marks.file == "lijst.csv"
    assert load([path], store).files[0].status == "known", "the same file again changes nothing"
    other = tmp_path / "later.csv"
    other.write_text(SHUFFLED)
    mapping.write_text(mapping.read_text().replace('"credit_note"', '"payment"'))
    load([other], store, LoadOptions(mapping=(mapping,)))
    kinds_now = store.current().engine.query("select kind from documents where document_id = 'T2'")
    assert kinds_now.to_pylist() == [{"kind": "payment"}]
    said = CliRunner().invoke(cli, ["files", "--store", str(store.folder)]).output
    assert "answers given for later.csv" in said


OWN = """
[marks]
has = ["Stuk", "Relatie", "Rest"]
[source]
rows = "invoices"
[columns]
document_id = "Stuk"
customer_id = "Relatie"
issued_on = "Dag"
amount = "Rest"
[leave_out]
"Soort | Aard" = ["pro forma"]
"""


def test_a_preset_written_by_hand_reads_exports_that_show_its_marks(tmp_path):
    store = Store(tmp_path / "store")
    folder = store.folder / "presets"
    folder.mkdir(parents=True)
    (folder / "Onze_lijst.toml").write_text(OWN)
    path = tmp_path / "lijst.csv"
    path.write_text(
        "Stuk,Relatie,Dag,Rest,Aard\nT1,Alfa,2025-01-05,100,F\nT2,Alfa,2025-01-06,7,Pro forma\n"
    )
    report = load([path], store)
    assert (report.code, report.ledger_balance) == (0, Decimal("100.00"))
    assert "preset Onze_lijst.toml of this store" in str(report.files[0].notes[0])
    importer = FileImporter(store)
    (own,) = importer.kept()
    assert (own.file, own.headers, own.problem) == ("Onze_lijst.toml", 3, None)
    said = CliRunner().invoke(cli, ["files", "--store", str(store.folder)]).output
    assert "presets/Onze_lijst.toml: reads exports that show its 3 marks" in said
    importer.forget(own.name)
    assert importer.kept() == ()


def test_a_preset_that_makes_no_sense_is_told_of(tmp_path):
    store = Store(tmp_path / "store")
    folder = store.folder / "presets"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text(OWN.replace("issued_on", "issued"))
    path = tmp_path / "ledger.csv"
    path.write_text("document_id,customer_id,issued_on,amount\nF1,C1,2025-01-01,10.00\n")
    report = load([path], store)
    assert report.code == 1, "what else is there is loaded"
    assert report.ledger_balance == Decimal("10.00")
    (failure,) = report.failures
    assert failure.name == "presets/own.toml"
    assert "own.toml: columns says issued" in str(failure.reason)
    (own,) = FileImporter(store).kept()
    assert "issued_on" in str(own.problem)
    said = CliRunner().invoke(cli, ["files", "--store", str(store.folder)]).output
    assert "presets/own.toml: own.toml: columns says issued" in " ".join(said.split())
