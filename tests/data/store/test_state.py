"""Publishing: atomic, beside readers in this process and in others, and safe to kill."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from data.core.errors import StoreError
from data.store.schema import SCHEMA_VERSION
from data.store.state import Store
from etl.load.lock import only_load
from tests.ledgers import invoice, publish
from tests.places import ROOT


def count(store: Store) -> int:
    state = store.current()
    assert state is not None
    return state.engine.query("select count(*) as n from documents").column("n")[0].as_py()


def ledger(size: int) -> list[dict]:
    return [invoice(f"F{n}", "A", "2025-01-01", 1) for n in range(size)]


def rest(folder: Path) -> set[str]:
    """Return what stands in the folder besides states, pointer and lock."""
    return {
        p.name
        for p in folder.iterdir()
        if not p.name.startswith("state-") and p.name not in ("current", "load.lock")
    }


def test_the_next_state_starts_from_the_tables_that_are_kept(tmp_path):
    store = Store(tmp_path)

    def first(connection, previous):
        assert previous is None
        connection.execute("create table said as select 1 as n; create table derived as select 2")

    def second(connection, previous):
        assert previous == tmp_path / "state-000001.duckdb"
        assert connection.execute("show tables").fetchall() == [("about",), ("said",)]
        connection.execute("insert into said values (2)")

    def about(build):
        def filled(connection, previous):
            build(connection, previous)
            connection.execute(
                f"create or replace table about as select {SCHEMA_VERSION} as schema_version"
            )

        return filled

    kept = {"said", "about"}
    before = store.publish(about(first), kept)
    after = store.publish(about(second), kept)
    said = "select n from said order by n"
    assert before.engine.query(said).column(0).to_pylist() == [1]
    assert after.engine.query(said).column(0).to_pylist() == [1, 2]


def test_nothing_loaded_is_none(tmp_path):
    assert Store(tmp_path / "none").current() is None


def test_states_follow_each_other_and_the_old_ones_stay(tmp_path):
    store = publish(tmp_path, ledger(1))
    first = store.current()
    publish(tmp_path, ledger(2))
    assert count(store) == 2
    assert first is not None
    old = first.engine.query("select count(*) as n from documents").column("n")[0].as_py()
    assert old == 1
    assert sorted(p.name for p in tmp_path.glob("state-*")) == [
        "state-000001.duckdb",
        "state-000002.duckdb",
    ]


def test_a_build_that_raises_changes_nothing(tmp_path):
    store = publish(tmp_path, ledger(1))

    def build(connection: duckdb.DuckDBPyConnection, previous: Path | None) -> None:
        connection.execute("create table half as select 1 as x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.publish(build)
    assert count(store) == 1
    assert rest(tmp_path) == set()


def test_a_killed_load_leaves_the_old_state_and_the_next_one_works(tmp_path):
    publish(tmp_path / "store", ledger(3))
    export = tmp_path / "invoices.csv"
    export.write_text("document_id;customer_id;issued_on;amount\nX1;A;2025-01-13;5.00\n")
    script = """
import sys, time
from pathlib import Path
from data.store.state import Store
from etl.load import making, run as module

def hang(connection):
    print("checking", flush=True)
    time.sleep(60)

making.control = hang
module.load([Path(sys.argv[1])], Store(sys.argv[2]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(export), str(tmp_path / "store")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "checking\n"
        process.kill()
    store = Store(tmp_path / "store")
    assert count(store) == 3
    from etl.load.run import load

    report = load([export], store)
    assert report.published, report
    assert count(store) == 4
    assert rest(tmp_path / "store") == set()


READER = """
import sys, time
from data.store.state import Store
store = Store(sys.argv[1])
seen = set()
print("ready", flush=True)
while 5 not in seen:
    table = store.current().engine.query(
        "select count(*) as n, sum(amount) as s from documents").to_pylist()[0]
    assert table["n"] == table["s"], table
    seen.add(table["n"])
print(sorted(seen), flush=True)
"""


def test_readers_see_the_old_state_or_the_new_one(tmp_path):
    store = publish(tmp_path, ledger(1))
    wrong: list[object] = []
    seen: set[int] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen.add(count(store))
            except (duckdb.Error, StoreError) as error:
                wrong.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(3)]
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        for thread in threads:
            thread.start()
        for size in range(2, 6):
            publish(tmp_path, ledger(size))
            time.sleep(0.05)
        answer = other.stdout.readline()
        assert other.wait(timeout=60) == 0
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert seen <= {1, 2, 3, 4, 5}
    assert "5" in answer
    assert count(store) == 5


def test_a_pointer_to_nowhere_says_so(tmp_path):
    (tmp_path / "current").write_text("../elsewhere.duckdb")
    with pytest.raises(StoreError, match="no state file"):
        Store(tmp_path).current()


def test_another_version_says_what_to_do(tmp_path):
    path = tmp_path / "state-000001.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table about as select 999 as schema_version")
    (tmp_path / "current").write_text(path.name)
    with pytest.raises(StoreError, match="carry-over"):
        Store(tmp_path).current()


def test_a_lost_pointer_says_so_and_offers_the_newest_state(tmp_path):
    for size in (1, 2):
        publish(tmp_path, ledger(size))
    (tmp_path / "current").unlink()
    with pytest.raises(StoreError, match=r"2 states, but its file `current`.*app\.py recover"):
        Store(tmp_path).current()
    with pytest.raises(StoreError, match="is lost"):  # nothing begins afresh beside them
        publish(tmp_path, ledger(3))
    assert Store(tmp_path).recover().number == 2
    assert count(Store(tmp_path)) == 2


def test_a_damaged_newest_state_gives_way_to_the_one_before(tmp_path):
    publish(tmp_path, ledger(1))
    (tmp_path / "current").unlink()
    (tmp_path / "state-000002.duckdb").write_bytes(b"no database")
    assert Store(tmp_path).recover().number == 1
    assert count(Store(tmp_path)) == 1
    (tmp_path / "current").unlink()
    (tmp_path / "state-000001.duckdb").unlink()
    with pytest.raises(StoreError, match="cannot be read"):
        Store(tmp_path).recover()
    with pytest.raises(StoreError, match="holds no state"):
        Store(tmp_path / "none").recover()


def test_a_first_state_whose_pointer_was_not_moved_was_never_current(tmp_path):
    publish(tmp_path, ledger(1))
    (tmp_path / "current").rename(tmp_path / "pointer-1-1")  # as a killed load leaves it
    assert Store(tmp_path).current() is None
    with only_load(tmp_path):
        assert rest(tmp_path) == set()
    assert not (tmp_path / "state-000001.duckdb").exists()


def test_a_later_state_whose_pointer_was_not_moved_is_swept(tmp_path):
    for size in (1, 2):
        publish(tmp_path, ledger(size))
    (tmp_path / "pointer-1-1").write_text("state-000002.duckdb")
    (tmp_path / "current").write_text("state-000001.duckdb")
    with only_load(tmp_path):
        assert count(Store(tmp_path)) == 1
    assert not (tmp_path / "state-000002.duckdb").exists()
