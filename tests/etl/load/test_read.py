"""Many small files in one transaction: the same comes of them as of each one by itself."""

from datetime import datetime
from decimal import Decimal

import duckdb
import pytest

from data.core.errors import FileError
from data.store.schema import STAGED
from data.store.state import Store
from etl.intake.formats.einvoice.ubl import SOURCE as UBL
from etl.intake.source import ReadOptions
from etl.intake.staged import create_staged
from etl.load import read
from etl.load.identify import expand
from etl.load.read import Reader, Wanted
from etl.load.run import load
from etl.report import LoadReport
from tests.einvoices import SAMPLES, query, ubl

D = Decimal
BROKEN = ("F3", "F4", "F8")


def said(paths):
    """What the staged tables and the report hold after the files are read."""
    report = LoadReport(loaded_at=datetime(2026, 1, 1))  # noqa: DTZ001 - as the tables have it
    shown = []
    with duckdb.connect() as connection:
        create_staged(connection)
        reader = Reader(
            connection, report, None, 1, lambda *step: shown.append(step), None, paths[0].parent
        )
        reader.read([Wanted(p, p.name, ReadOptions()) for p in paths])
        tables = {
            table.name: connection.execute(
                f"select {', '.join(table.names)} from {table.name} order by all"
            ).fetchall()
            for table in STAGED
        }
    places = {n: report.files[place].name for n, place in reader.places.items()}
    return tables, report.to_json(), (reader.rows, reader.next_id, places), shown


@pytest.fixture(scope="module")
def samples():
    """The samples of all formats."""
    return [p for p in expand([SAMPLES]) if p.suffix not in (".md", ".toml")]


@pytest.fixture(scope="module")
def alone(samples):
    """What each of them says by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "_shares", lambda _: None)
        return said(samples)


@pytest.mark.parametrize("everything", [False, True])
def test_the_samples_of_all_formats_are_read_as_each_by_itself(
    monkeypatch, samples, alone, everything
):
    """Also if a text whose lines are numbered by `rowid` comes to share a transaction."""
    if everything:
        monkeypatch.setattr(read, "_shares", lambda _: 1)
    together = said(samples)
    assert len(together[0]["files"]) > 40
    for one, other in zip(together[:3], alone[:3], strict=True):
        assert one == other


@pytest.fixture
def folder(tmp_path):
    """Ten invoices of 1.00 to 10.00, F0 to F9."""
    made = tmp_path / "invoices"
    made.mkdir()
    for n in range(10):
        ubl(made / f"{n}.xml", number=f"F{n}", TaxInclusiveAmount=f"{n + 1}.00")
    return made


def broken(monkeypatch, how, swallow=False):
    """Let reading some files insert a row that must not stay, and then fail."""
    as_before = UBL.read
    tried = []

    def reads(file, connection, first_id, options):
        number = f"F{file.path.stem}"
        tried.append(number)
        if number in BROKEN:
            if not swallow:
                connection.execute(
                    "insert into staged_documents (file_id, document_id, amount)"
                    " values ($id, 'half', 99)", {"id": first_id}
                )  # fmt: skip
            try:
                how(connection)
            except duckdb.Error:
                if not swallow:
                    raise
        return as_before(file, connection, first_id, options)

    monkeypatch.setattr(type(UBL), "read", lambda _, *args: reads(*args))
    return tried


def by_database(connection):
    connection.execute("select error('out of order')")


def by_value(_):
    raise ValueError("out of order")


def by_file(_):
    raise FileError("out of order", "mend it")


def after_an_error_of_the_database(connection):
    """As sources do that turn what DuckDB says into words for the reader."""
    with pytest.raises(duckdb.Error):
        by_database(connection)
    raise FileError("out of order", "mend it")


@pytest.mark.parametrize("most", [1, 4, 200])
@pytest.mark.parametrize("how", [by_database, by_value, by_file, after_an_error_of_the_database])
def test_a_broken_file_harms_no_other_and_leaves_nothing(
    folder, tmp_path, monkeypatch, how, most
):  # fmt: skip
    broken(monkeypatch, how)
    monkeypatch.setattr(read, "MOST", most)
    store = Store(tmp_path / "store")
    shown = []
    report = load([folder], store, progress=lambda *step: shown.append(step[1:]))
    assert report.published
    assert all(c.ok for c in report.controls)
    assert [f.name for f in report.failures] == ["3.xml", "4.xml", "8.xml"]
    if how is by_database:  # what the engine says is for those who write statements
        assert all("not expected" in str(f.reason) for f in report.failures)
        assert all("fault.log" in str(f.remedy) for f in report.failures)
        assert (store.folder / "fault.log").read_text("utf-8").count("out of order") >= 3
    else:
        assert all("out of order" in str(f.reason) for f in report.failures)
    whole = D(55 - 4 - 5 - 9)
    found = "select count(*), sum(amount), count(distinct document_id) from staged_documents"
    assert query(store, found) == [(7, whole, 7)]
    assert [f.name for f in report.files] == [f"{n}.xml" for n in (0, 1, 2, 5, 6, 7, 9)]
    joined = (
        "select count(*) from staged_documents as d join files as f using (file_id)"
        " where f.name = substr(document_id, 2) || '.xml'"
    )
    assert query(store, joined) == [(7,)]
    assert query(store, "select list(file_id order by file_id) from files") == [
        ([1, 2, 3, 4, 5, 6, 7],)
    ]
    done = [place for place, _, _ in shown]
    assert done == sorted(done)
    assert set(done) == set(range(11))


def test_a_file_that_goes_on_after_an_error_is_read_by_itself(folder, tmp_path, monkeypatch):
    """A source may try one way, fail, and take another: in a transaction it cannot go on."""
    tried = broken(monkeypatch, by_database, swallow=True)
    store = Store(tmp_path / "store")
    report = load([folder], store)
    assert report.ok
    assert query(store, "select count(*), sum(amount) from staged_documents") == [(10, D(55))]
    assert tried.count("F3") > 1


def test_only_what_comes_before_a_broken_file_is_read_again(folder, tmp_path, monkeypatch):
    tried = broken(monkeypatch, by_database)
    load([folder], Store(tmp_path / "store"))
    assert len(tried) <= 2 * 10
