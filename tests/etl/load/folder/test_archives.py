"""Archives of exports: loaded, asked about and taken up file by file, moved as a whole."""

import io
import zipfile

import pytest

from data.core.errors import ImportRefusedError
from etl.load.folder.asked import watched
from etl.load.importer import FileImporter
from etl.load.run import LoadOptions, load
from tests import places
from tests.etl.load.folder.test_watch import GOOD, PAID, balance, names, outcomes
from tests.etl.load.test_importer import AMBIGUOUS, SESSION


def archive(path, password=False, **files):
    with zipfile.ZipFile(path, "w") as made:
        for name, text in files.items():
            made.writestr(f"{name}.csv", text)
    if password:
        content = bytearray(path.read_bytes())
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.find(mark) + place] |= 1
        path.write_bytes(content)
    return path


def test_files_of_an_archive_are_loaded_together_and_it_moves_as_a_whole(watch, inbox, store):
    archive(inbox / "export.zip", invoices=GOOD, **{"sub/payments": PAID})
    assert watch.once() == 0
    assert balance(store) == "1200.00"
    assert outcomes(store) == [("export.zip", "loaded")]
    assert "done/export.zip" in names(inbox)
    text = (inbox / "done" / "export.zip.report.txt").read_text(encoding="utf-8")
    assert "export.zip [invoices.csv] (table): 2 invoices of 2 customers" in text
    assert "export.zip [sub-payments.csv] (table): 1 payment" in text
    archive(inbox / "again.zip", invoices=GOOD)
    assert watch.once() == 0
    assert store.current().number == 1
    assert outcomes(store)[0] == ("again.zip", "known")


def test_an_archive_of_which_something_is_asked_waits_until_all_of_it_is_loaded(
    watch, inbox, store
):
    archive(inbox / "export.zip", payments=PAID.replace("F1", ""), odd=AMBIGUOUS)
    assert watch.once() == 1
    assert "asked/export.zip" in names(inbox)
    assert [w.name for w in watched(store.folder).waiting] == ["export.zip"]
    waiting = inbox / "asked" / "export.zip"
    assert load([waiting], store, LoadOptions(date_order="dmy")).ok
    assert watch.once() == 0
    assert "done/export.zip" in names(inbox)


def test_an_archive_that_is_dropped_on_the_page_is_its_files(store, tmp_path):
    importer = FileImporter(store)
    content = archive(tmp_path / "a.zip", invoices=GOOD, payments=PAID).read_bytes()
    importer.receive(SESSION, "a.zip", io.BytesIO(content), len(content))
    importer.look(SESSION)
    assert [f.name for f in importer.files(SESSION)] == ["a.zip [invoices.csv]",
                                                         "a.zip [payments.csv]"]  # fmt: skip
    empty = archive(tmp_path / "b.zip").read_bytes()
    with pytest.raises(ImportRefusedError, match="no files in"):
        importer.receive(SESSION, "b.zip", io.BytesIO(empty), len(empty))


@pytest.mark.parametrize(
    ("files", "password", "said"),
    [({}, False, "There are no files in"), ({"a": GOOD}, True, "protected by a password"),
     ({"__MACOSX/a": GOOD}, False, "There are no files in"),
     ({".hidden/b": GOOD}, False, "There are no files in")],
)  # fmt: skip
def test_an_archive_that_cannot_be_read_says_why(tmp_path, store, files, password, said):
    report = load([archive(tmp_path / "a.zip", password, **files)], store)
    (failure,) = report.failures
    assert said in str(failure.reason)


def test_names_in_an_archive_lead_nowhere_else(tmp_path, store):
    path = archive(tmp_path / "a.zip", **{"/etc/a": GOOD, "../b": PAID, "c:\\d\\e": GOOD})
    report = load([path], store)
    found = {f.name for f in report.files}
    assert found == {"a.zip [etc-a.csv]", "a.zip [..-b.csv]", "a.zip [c_-d-e.csv]"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "store"]


def test_a_workbook_is_no_archive_and_one_in_an_archive_is_read(tmp_path, store):
    (sample,) = (places.SAMPLES / "business_central").glob("*.xlsx")
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.write(sample, sample.name)
    report = load([path, sample], store, LoadOptions(reporting_currency="EUR"))
    assert {f.name.partition(" [")[0] for f in report.files} == {"export.zip", sample.name}
    assert sorted(f.status for f in report.files) == ["known", "loaded"]


def test_an_archive_inside_another_is_not_unpacked(tmp_path, store):
    inner = archive(tmp_path / "inner.zip", a=GOOD)
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as made:
        made.write(inner, inner.name)
    (failure,) = load([outer], store).failures
    assert failure.name == "outer.zip [inner.zip]"
    assert "is an archive, no workbook" in str(failure.reason)
