"""A folder loads itself: what is whole is loaded together and moved, its report beside it."""

import json
import os
from contextlib import suppress

import pytest
from typer.testing import CliRunner

from app import cli
from data.core.importing import LoadSettings, Said
from etl.load.command import watching
from etl.load.folder import arrivals, journal, moving
from etl.load.folder.arrivals import EMPTY, SETTLE, TOGETHER, Arrivals
from etl.load.folder.asked import watched
from etl.load.folder.watch import Watch
from etl.load.importer import FileImporter
from etl.load.lock import only_load
from etl.load.run import LoadOptions, load
from tests.asking import MESSY, ROWS, asks
from tests.etl.load.test_importer import AMBIGUOUS, INVOICES, SESSION, UNKNOWN, finished
from tests.etl.load.test_presets import ANSWERS

GOOD = INVOICES.replace("F3;C2;soon;07/03/2025;12,00\n", "")
PAID = """Payment number;Customer;Payment date;Amount;Invoice number
P1;C1;20/03/2025;100,50;F1
"""


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def balance(store):
    return str(store.current().engine.query("select ledger_balance from about").column(0)[0])


def outcomes(store):
    return [(e.file, e.outcome) for e in journal.read(store.folder).events]


def test_files_that_arrive_together_are_loaded_together(watch, inbox, store):
    write(inbox, invoices=GOOD, payments=PAID)
    assert watch.once() == 0
    assert store.current().number == 1
    assert balance(store) == "1200.00"
    assert names(inbox) == [
        f"done/{name}.csv{end}"
        for name in ("invoices", "payments")
        for end in ("", ".report.json", ".report.txt")
    ]
    text = (inbox / "done" / "payments.csv.report.txt").read_text(encoding="utf-8")
    assert "payments.csv (table): 1 payment of 1 customer" in text
    assert "Receivables on 2025-03-20" in text
    assert "invoices.csv (table)" not in text
    plain = json.loads((inbox / "done" / "payments.csv.report.json").read_text(encoding="utf-8"))
    assert [f["name"] for f in plain["files"]] == ["payments.csv"]
    assert outcomes(store) == [("payments.csv", "loaded"), ("invoices.csv", "loaded")]


def test_a_file_that_is_asked_about_keeps_the_others_from_nothing(watch, inbox, store, said):
    write(inbox, a=AMBIGUOUS, invoices=GOOD, odd=UNKNOWN)
    assert watch.once() == 1
    assert [n for n in names(inbox) if n.endswith(".csv")] == [
        "asked/a.csv", "asked/odd.csv", "done/invoices.csv",
    ]  # fmt: skip
    assert balance(store) == "1300.50"
    text = (inbox / "asked" / "a.csv.report.txt").read_text(encoding="utf-8")
    assert "01/02/2025" in text
    assert "--dates" in text
    assert "odd.csv" not in text
    assert "a question is open about a.csv" in text
    assert any("a.csv: a question is open" in line and "01/02/2025" in line for line in said)
    waiting = {one.name: one for one in watched(store.folder).waiting}
    assert waiting["a.csv"].asked
    assert "01/02/2025" in str(waiting["a.csv"].why)
    assert set(waiting) == {"a.csv", "odd.csv"}


def test_a_question_comes_with_the_lines_that_answer_it(watch, inbox, store, monkeypatch):
    asks(monkeypatch)
    write(inbox, list=MESSY)
    assert watch.once() == 1
    text = (inbox / "asked" / "list.csv.report.txt").read_text(encoding="utf-8")
    assert "Answer it in a mapping file (--map), for instance:" in text
    assert "[kinds]" in text
    assert watched(store.folder).waiting[0].why == ROWS.text


def test_an_answer_reads_what_waits_with_the_same_headers(watch, inbox, store, monkeypatch):
    asks(monkeypatch)
    write(inbox, january=MESSY, april=MESSY.replace("2025-01", "2025-04"), odd=UNKNOWN)
    assert watch.once() == 1
    importer = FileImporter(store)
    key = next(one.key for one in importer.watched().waiting if one.name == "january.csv")
    token = importer.take_up(SESSION, key)
    importer.look(SESSION)
    importer.say(SESSION, token, Said(answers=ANSWERS))
    importer.load(SESSION, LoadSettings())
    assert finished(importer).problem is None
    for name in ("april.csv", "odd.csv"):  # they were asked about before
        os.utime(inbox / "asked" / f"{name}.report.txt", (1, 1))
    assert watch.once() == 0
    assert balance(store) == "600.00"
    assert [one.name for one in watched(store.folder).waiting] == ["odd.csv"]
    number = store.current().number
    assert watch.once() == 0
    assert store.current().number == number


def test_an_asked_file_that_was_loaded_since_is_moved_to_done(watch, inbox, store):
    write(inbox, a=AMBIGUOUS)
    assert watch.once() == 1
    load([inbox / "asked" / "a.csv"], store, LoadOptions(date_order="dmy"))
    assert watch.once() == 0
    assert names(inbox) == ["done/a.csv", "done/a.csv.report.json", "done/a.csv.report.txt"]
    assert outcomes(store)[0] == ("a.csv", "answered")
    assert watched(store.folder).waiting == ()


def test_what_is_being_written_is_left_alone(inbox, clock):
    looks = Arrivals(inbox, clock=clock)
    path = inbox / "a.csv"
    path.write_text(GOOD[:40], encoding="utf-8")
    os.utime(path, (0, 0))  # a copy has the time of its original
    assert looks.look() == []
    clock.sleep(SETTLE)
    path.write_text(GOOD, encoding="utf-8")
    assert looks.look() == []
    clock.sleep(SETTLE - 1)
    assert looks.look() == []
    clock.sleep(1)
    assert looks.look() == [path]


def test_names_that_programs_use_meanwhile_are_left_alone(inbox, clock):
    for name in ("a.csv.part", "a.crdownload", "A.TMP", "~$a.xlsx", "a.filepart", ".a.csv",
                 ".~lock.a.csv#", "a.csv.partial"):  # fmt: skip
        (inbox / name).write_text(GOOD, encoding="utf-8")
    for name in ("done", "Asked", ".git", "sub"):
        with suppress(FileExistsError):
            (inbox / name).mkdir()
        (inbox / name / "b.csv").write_text(GOOD, encoding="utf-8")
    looks = Arrivals(inbox, clock=clock)
    looks.look()
    clock.sleep(SETTLE)
    assert looks.look() == [inbox / "sub" / "b.csv"]


def test_an_empty_file_is_one_that_is_about_to_be_written(inbox, clock):
    (inbox / "a.csv").touch()
    looks = Arrivals(inbox, clock=clock)
    looks.look()
    clock.sleep(EMPTY - 1)
    assert looks.look() == []
    clock.sleep(1)
    assert looks.look() == [inbox / "a.csv"]


def test_whole_files_wait_for_what_arrives_with_them_but_not_for_ever(inbox, clock):
    looks = Arrivals(inbox, clock=clock)
    write(inbox, a=GOOD, b=PAID)
    looks.look()
    clock.sleep(SETTLE)
    write(inbox, b=PAID * 2)
    assert looks.look() == []
    for more in range(3, int(TOGETHER) + 3):
        clock.sleep(1)
        write(inbox, b=PAID * more)
        found = looks.look()
        if found:
            break
    assert found == [inbox / "a.csv"]
    assert clock.now == TOGETHER


def test_a_file_that_another_program_holds_is_left_alone(inbox, clock, monkeypatch):
    write(inbox, a=GOOD)
    monkeypatch.setattr(arrivals, "held", lambda path: "in use" if path.name == "a.csv" else "")
    looks = Arrivals(inbox, clock=clock)
    looks.look()
    clock.sleep(SETTLE)
    assert looks.look() == []
    assert looks.writing == [inbox / "a.csv"]


def test_a_name_that_is_taken_gets_a_number(watch, inbox):
    write(inbox, a=GOOD)
    watch.once()
    write(inbox, a=PAID)
    watch.once()
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["done/a (2).csv", "done/a.csv"]
    assert (inbox / "done" / "a.csv").read_text(encoding="utf-8") == GOOD
    assert (inbox / "done" / "a (2).csv").read_text(encoding="utf-8") == PAID
    assert "1 payment" in (inbox / "done" / "a (2).csv.report.txt").read_text(encoding="utf-8")


def test_files_of_one_name_in_two_folders_are_told_apart(watch, inbox):
    for name, text in (("north", GOOD), ("south", AMBIGUOUS)):
        (inbox / name).mkdir()
        write(inbox / name, a=text)
    assert watch.once() == 1
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["asked/south/a.csv",
                                                               "done/north/a.csv"]  # fmt: skip


def test_what_cannot_be_moved_is_said_loaded_once_and_moved_later(
    watch, inbox, store, said, monkeypatch
):
    write(inbox, a=GOOD, b=AMBIGUOUS)
    rename = type(inbox).rename

    def fails(self, target):
        if self.suffix == ".csv":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    with monkeypatch.context() as held:
        held.setattr(type(inbox), "rename", fails)
        assert watch.once() == 1
        assert names(inbox) == ["a.csv", "b.csv"]
        assert any("a.csv: not moved" in x and "Permission denied" in x for x in said)
        before = len(said)
        watch.look()
        watch.look()
        assert said[before:] == []
    assert store.current().number == 1
    watch.look()
    assert store.current().number == 1
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["asked/b.csv", "done/a.csv"]
    text = (inbox / "done" / "a.csv.report.txt").read_text(encoding="utf-8")
    assert "a.csv (table): 2 invoices of 2 customers" in text


@pytest.mark.parametrize("text", [GOOD, AMBIGUOUS])
def test_a_crash_between_load_and_move_loses_and_doubles_nothing(
    inbox, store, clock, monkeypatch, text
):
    write(inbox, a=text, b=PAID)

    def killed(*_):
        raise SystemExit

    def start():
        return Watch(inbox, store, LoadOptions(), lambda _: None, clock=clock, sleep=clock.sleep)

    with monkeypatch.context() as crash:
        crash.setattr(moving, "report_text", killed)
        with pytest.raises(SystemExit):
            start().once()
    assert names(inbox) == ["a.csv", "b.csv"]
    assert store.current().number == 1
    code = start().once()
    assert store.current().number == 1
    first = "asked" if text == AMBIGUOUS else "done"
    assert code == (1 if text == AMBIGUOUS else 0)
    assert [n for n in names(inbox) if n.endswith(".csv")] == sorted([f"{first}/a.csv",
                                                                      "done/b.csv"])  # fmt: skip


def test_a_file_that_changes_while_it_is_read_is_looked_at_again(
    watch, inbox, store, said, monkeypatch
):
    write(inbox, a=GOOD)
    report = Watch._report

    def meanwhile(self, batch):
        done = report(self, batch)
        write(inbox, a=GOOD + "F9;C9;15/02/2025;17/03/2025;9,00\n")
        return done

    with monkeypatch.context() as writer:
        writer.setattr(Watch, "_report", meanwhile)
        watch.once()
    assert names(inbox) == ["a.csv"]
    assert any("changed while it was read" in line for line in said)
    assert watch.once() == 0
    assert balance(store) == "1309.50"
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["done/a.csv"]


def test_what_nobody_foresaw_stops_one_file_and_not_the_folder(watch, inbox, store, monkeypatch):
    write(inbox, a=GOOD, b=PAID)
    from etl.load.folder import watch as module

    def breaks(paths, *rest):
        if any(p.name == "b.csv" for p in paths):
            raise RuntimeError("odd")
        return load(paths, *rest)

    monkeypatch.setattr(module, "load", breaks)
    assert watch.once() == 1
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["asked/b.csv", "done/a.csv"]
    assert "fault.log" in (inbox / "asked" / "b.csv.report.txt").read_text(encoding="utf-8")


def test_another_load_is_waited_for(watch, inbox, store, said, clock):
    write(inbox, a=GOOD)
    with only_load(store.folder):
        watch.look()
        clock.sleep(SETTLE)
        watch.look()
        watch.look()
        assert names(inbox) == ["a.csv"]
        assert [line for line in said if "running: waiting" in line] == said
        assert len(said) == 1
        assert watch.once() == 1
    watch.look()
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["done/a.csv"]


def test_a_folder_that_is_gone_for_a_while_is_said_once(watch, inbox, said, clock):
    away = inbox.with_name("away")
    inbox.rename(away)
    watch.look()
    watch.look()
    assert len(said) == 1
    away.rename(inbox)
    write(inbox, a=GOOD)
    watch.look()
    clock.sleep(SETTLE)
    watch.look()
    assert [n for n in names(inbox) if n.endswith(".csv")] == ["done/a.csv"]


def test_the_journal_is_bounded_and_a_broken_one_is_begun_anew(store, inbox, watch):
    write(inbox, **{f"a{n}": GOOD.replace("F1", f"G{n}") for n in range(3)})
    with pytest.MonkeyPatch.context() as few:
        few.setattr(journal, "MOST", 2)
        watch.once()
        assert len(journal.read(store.folder).events) == 2
    (store.folder / "watched.json").write_text('{"events": 3', encoding="utf-8")
    assert journal.read(store.folder) == journal.Journal()
    write(inbox, b=PAID.replace("F1", "F2"))
    watch.once()
    assert outcomes(store) == [("b.csv", "loaded")]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, 0),
        ({"a": GOOD}, 0),
        ({"a": INVOICES}, 3),
        ({"a": INVOICES, "b": AMBIGUOUS}, 1),
        ({"a": UNKNOWN}, 1),
    ],
)
def test_once_ends_with_the_exit_code_of_load(inbox, store, files, code, monkeypatch):
    monkeypatch.setattr(arrivals, "SETTLE", 0.01)
    monkeypatch.setattr("etl.load.folder.watch.SETTLE", 0.02)
    write(inbox, **files)
    done = CliRunner().invoke(cli, ["watch", str(inbox), "--once", "--store", str(store.folder)])
    assert done.exit_code == code, done.output
    assert [p for p in names(inbox) if "/" not in p] == []


def test_options_of_a_load_hold(inbox, store, monkeypatch):
    monkeypatch.setattr(arrivals, "SETTLE", 0.01)
    monkeypatch.setattr("etl.load.folder.watch.SETTLE", 0.02)
    write(inbox, a=AMBIGUOUS)
    where = [str(inbox), "--once", "--store", str(store.folder)]
    done = CliRunner().invoke(cli, ["watch", *where, "--dates", "mdy"])
    assert done.exit_code == 0, done.output
    last = store.current().engine.query("select first_day from about").column(0)[0].as_py()
    assert str(last) == "2025-01-02"
    (inbox / "m.toml").write_text("= broken", encoding="utf-8")
    done = CliRunner().invoke(cli, ["watch", *where, "--map", str(inbox / "m.toml")])
    assert done.exit_code == 1
    assert (inbox / "m.toml").exists()


def test_it_looks_until_it_is_ended(inbox, store, monkeypatch):
    monkeypatch.setattr(arrivals, "SETTLE", 0.0)
    write(inbox, a=GOOD)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) >= 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching, "sleep", sleep)
    done = CliRunner().invoke(
        cli, ["watch", str(inbox), "--every", "7", "--store", str(store.folder)]
    )
    assert done.exit_code == 0, done.output
    assert slept == [7, 7]
    assert "Watching" in done.output
    assert "a.csv: loaded -> done/a.csv" in done.output
    assert "Ended" in done.output
