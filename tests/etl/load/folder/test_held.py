"""Files that another program holds for a moment, and names that are not UTF-8."""

import os

import pytest
from typer.testing import CliRunner

from app import cli
from etl.load.folder import journal
from etl.load.folder.arrivals import SETTLE
from etl.load.folder.asked import watched
from etl.load.folder.watch import Watch
from etl.load.run import LoadOptions
from tests.etl.load.folder.test_watch import GOOD, PAID, balance, names, outcomes, write
from tests.etl.load.test_importer import AMBIGUOUS


class Held:
    """A file that another program holds: it can be seen, but neither opened nor moved."""

    def __init__(self, monkeypatch, path):
        self.path, self.open, self.rename = path, type(path).open, type(path).rename
        monkeypatch.setattr(type(path), "open", lambda p, *a, **k: self.use(p, self.open, *a, **k))
        monkeypatch.setattr(type(path), "rename", lambda p, to: self.use(p, self.rename, to))

    def use(self, path, done, *args, **more):
        if path == self.path:
            raise PermissionError(13, "The process cannot access the file")
        return done(path, *args, **more)


def test_a_file_that_cannot_be_read_now_is_said_once_and_loaded_later(
    watch, inbox, store, said, clock, monkeypatch
):
    write(inbox, a=GOOD)
    with monkeypatch.context() as patch:
        Held(patch, inbox / "a.csv")
        assert watch.once() == 1
        for _ in range(3):
            clock.sleep(SETTLE)
            watch.look()
    assert names(inbox) == ["a.csv"]
    assert [x for x in said if "a.csv" in x] == [
        "a.csv cannot be read now: The process cannot access the file. It is tried again"
    ]
    watch.look()
    assert balance(store) == "1300.50"
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["done/a.csv"]


def test_a_file_that_is_seized_while_it_is_loaded_is_not_taken_for_a_bad_one(
    watch, inbox, store, said, monkeypatch
):
    write(inbox, a=GOOD)
    report = Watch._report

    def seized(self, batch):
        with monkeypatch.context() as patch:
            Held(patch, inbox / "a.csv")
            return report(self, batch)

    with monkeypatch.context() as seizing:
        seizing.setattr(Watch, "_report", seized)
        assert watch.once() == 1
    assert names(inbox) == ["a.csv"]
    assert any(x.startswith("a.csv: The file cannot be opened") for x in said)
    assert watch.once() == 0
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["done/a.csv"]
    assert balance(store) == "1300.50"


@pytest.mark.parametrize("times", [1, 3])
def test_what_somebody_reads_for_a_moment_is_replaced_nevertheless(
    watch, inbox, store, times, monkeypatch
):
    write(inbox, a=GOOD)
    replace, tries = type(inbox).replace, dict.fromkeys(("current", journal.NAME), times)

    def busy(self, target):
        if tries.get(target.name):
            tries[target.name] -= 1
            raise PermissionError(13, "The process cannot access the file")
        return replace(self, target)

    monkeypatch.setattr(type(inbox), "replace", busy)
    assert watch.once() == 0
    assert tries == dict.fromkeys(tries, 0)
    assert outcomes(store) == [("a.csv", "loaded")]


@pytest.fixture
def unwritten(tmp_path):
    """The path of a folder whose name is no UTF-8, on systems that know such names."""
    folder = tmp_path / os.fsdecode(b"d\xe9p\xf4t")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this system has no such names")
    return folder


def test_names_that_are_not_utf_8_are_shown_loaded_and_moved(unwritten, store, said, clock):
    for name, text in (
        (b"fact\xe9.csv", GOOD),
        (b"fact\xea.csv", PAID),
        (b"vrag\xe9.csv", AMBIGUOUS),
    ):
        (unwritten / os.fsdecode(name)).write_text(text, encoding="utf-8")
    watch = Watch(unwritten, store, LoadOptions(), said.append, clock=clock, sleep=clock.sleep)
    assert watch.once() == 1
    moved = [os.fsencode(n) for n in names(unwritten) if n.endswith(".csv")]
    assert moved == [b"asked/vrag\xe9.csv", b"done/fact\xe9.csv", b"done/fact\xea.csv"]
    for text in (unwritten / "asked").glob("*.report.*"):
        assert "vrag\ufffd.csv" in text.read_text(encoding="utf-8")
    assert outcomes(store) == [
        ("fact\ufffd.csv", "loaded"), ("vrag\ufffd.csv", "asked"), ("fact\ufffd.csv", "loaded")
    ]  # fmt: skip
    assert "".join(said).isprintable()
    seen = watched(store.folder)
    assert [w.name for w in seen.waiting] == ["vrag\ufffd.csv"]
    stored = store.current().engine.query("select distinct name from files").column(0).to_pylist()
    assert stored == ["fact\ufffd.csv"]
    # answered by its name, as a terminal gives it
    asked = unwritten / "asked" / os.fsdecode(b"vrag\xe9.csv")
    done = CliRunner().invoke(
        cli, ["load", str(asked), "--dates", "dmy", "--store", str(store.folder)]
    )
    assert done.exit_code == 0
    assert watch.once() == 0
    assert asked.name in [p.name for p in (unwritten / "done").iterdir()]
    found = CliRunner().invoke(cli, ["files", "--store", str(store.folder)])
    assert found.exit_code == 0
    gone = ["remove", asked.name, "--yes", "--store", str(store.folder)]
    assert CliRunner().invoke(cli, gone).exit_code == 0


def test_a_store_in_a_folder_that_no_database_can_open_is_refused(unwritten, inbox):
    write(inbox, a=GOOD)
    done = CliRunner().invoke(cli, ["load", str(inbox / "a.csv"), "--store", str(unwritten)])
    assert done.exit_code == 1
    assert "d\ufffdp\ufffdt" in done.output
    assert "not written in UTF-8" in " ".join(done.output.split())
