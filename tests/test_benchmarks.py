"""The benchmarks' own parts: the files they make, what they compare, the page they write."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from benchmarks import audit_file, figures, loads, users
from benchmarks.child import Child, FailedError, TooLongError, in_child
from benchmarks.files import LAST_DAY, export_files, month_after, next_month_files
from benchmarks.peers import duck, frames, postgres
from benchmarks.report import read_sections, table, write_section
from benchmarks.results import Pairs, Part, in_turn, keep, read
from benchmarks.section import section
from benchmarks.visitor import AnswerError
from benchmarks.works import WORKS, differs
from dashboards.door.ways import Ways
from dashboards.server import create_app
from data.store.state import Store
from data.workspace.people.people import People
from tests.pages import small_company
from tests.serving import served

SIZE = 5_000


def test_a_section_replaces_its_own_and_leaves_the_others(tmp_path):
    page = tmp_path / "docs" / "page.md"
    for name, text in (
        ("Pages", "p1"),
        ("10,000,000 invoices", "big\n\n### Detail\n\nmore"),
        ("1,000,000 invoices", "small"),
        ("Pages", "p2"),
    ):
        write_section(name, text, page)
    assert list(read_sections(page).items()) == [
        ("1,000,000 invoices", "small"),
        ("10,000,000 invoices", "big\n\n### Detail\n\nmore"),
        ("Pages", "p2"),
    ]
    before = page.read_bytes()
    write_section("1,000,000 invoices", "small\n", page)
    assert page.read_bytes() == before
    with pytest.raises(ValueError, match="headings"):
        write_section("Pages", "## Other\n", page)


def test_a_table_reads_as_it_is():
    assert table(("work", "s"), [("load", "12.5")], right=(1,)).splitlines() == [
        "| work |    s |",
        "| ---- | ---: |",
        "| load | 12.5 |",
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("bench")
    export_files(made, SIZE)
    next_month_files(made / "next", SIZE)
    return made


def test_files_are_the_same_everywhere_whatever_their_format(folder):
    assert {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(folder.glob("*.csv"))
    } == {
        "customers.csv": "774a8380df33",
        "invoices.csv": "ab7f6dea3a0f",
        "matches.csv": "48bfb1eee53a",
        "payments.csv": "4309b2fce1a9",
    }
    for path in export_files(folder, SIZE, "parquet"):
        with duckdb.connect() as connection:
            same = f"(from '{path}' except all from '{path.with_suffix('.csv')}')"
            assert connection.execute(f"select count(*) from {same}").fetchall() == [(0,)]


def test_the_month_after_goes_on_where_the_files_end(folder):
    with duckdb.connect() as connection:

        def one(sql):
            return connection.execute(sql).fetchone()

        first, count, seen = one(
            f"select min(issued_on), count(*), count(*) filter (where document_id in"
            f" (select document_id from '{folder}/invoices.csv')) from '{folder}/next/invoices.csv'"
        )
        assert (first > LAST_DAY, count, seen) == (True, month_after(SIZE), 0)
        first, twice, old = one(
            f"select min(matched_on), count(*) filter (where credit_id in"
            f" (select credit_id from '{folder}/matches.csv')), count(*) filter (where debit_id in"
            f" (select document_id from '{folder}/invoices.csv')) from '{folder}/next/matches.csv'"
        )
        assert (first > LAST_DAY, twice, old > 0) == (True, 0, True)


def test_the_book_has_a_long_tail_of_customers_each_with_terms_of_its_own(folder):
    with duckdb.connect() as connection:
        counts = f"select count(*) as n from '{folder}/invoices.csv' group by customer_id"
        largest, least = connection.execute(
            f"select sum(n) filter (where place <= 100) / sum(n), min(n)"
            f" from (select n, row_number() over (order by n desc) as place from ({counts}))"
        ).fetchone()
        own = connection.execute(
            f"select avg(case when due_on - issued_on = agreed_terms_days then 1 else 0 end)"
            f" from '{folder}/invoices.csv' join '{folder}/customers.csv' using (customer_id)"
            f" where kind = 'invoice'"
        ).fetchone()[0]
    assert (0.1 < largest < 0.3, least, 0.9 < own < 0.95) == (True, 1, True)


def test_ours_and_those_of_others_say_the_same(folder):
    paths = export_files(folder, SIZE)
    loads.load_once(paths, folder / "store")
    loads.copy_once(paths, folder / "plain.duckdb")
    engine = Store(folder / "store").current().engine
    plain = figures.plain_answers(folder / "plain.duckdb", folder)
    frames.read(paths)
    duck.read(folder / "plain.duckdb", folder / "spill", tables=True)
    for work in WORKS:
        ours = work.ours_rows(work.ours(engine))
        assert ours
        assert ours == work.ours_rows(work.ours_whole(engine))
        for ask in (frames.ask, duck.ask):
            for ready in (False, True):
                assert differs(ours, work.rows(ask(work.name, ready)[1])) == "", work.name
        days = [day for name, day in plain if name == work.name]
        assert len(days) == min(3, len(work.days))
        for day in days:
            assert differs(figures.on_day(work, ours, day), plain[work.name, day]) == "", work.name
        wrong = [*ours[:-1], (*ours[-1][:-1], 17)]
        assert differs(ours, wrong)
        assert differs(ours, ours[:-1])


@pytest.mark.skipif(postgres.binaries() is None, reason="no PostgreSQL server is installed")
def test_postgres_says_the_same_prepared_or_not(folder):
    paths = export_files(folder, SIZE)
    if not (folder / "store" / "current").exists():
        loads.load_once(paths, folder / "store")
    engine = Store(folder / "store").current().engine
    # another user runs the server where root runs the tests: that one cannot enter pytest's folders
    with (
        tempfile.TemporaryDirectory() as place,
        postgres.Server(postgres.binaries(), Path(place)) as server,
    ):
        server.load(paths)
        server.prepare()
        for work in WORKS:
            ours = work.ours_rows(work.ours(engine))
            for ready in (False, True):
                assert differs(ours, work.rows(server.ask(work, 60, ready)[1])) == "", work.name


def test_a_store_is_used_again_only_where_it_was_made_alike(folder, tmp_path):
    paths = export_files(folder, SIZE)
    store = tmp_path / "store"
    assert not loads.usable(store, paths)
    loads.remember(store, paths)
    assert loads.usable(store, paths)
    assert not loads.usable(store, paths[:-1])


def test_works_are_measured_in_turn_and_a_slow_peer_is_stopped():
    turns = []

    def ours():
        turns.append("ours")
        return 0.5

    def theirs():
        turns.append("theirs")
        return 2.0

    pairs = in_turn(ours, theirs, 2)
    assert turns == ["ours", "theirs"] * 3
    assert pairs.ratios() == (0.25, 0.25)
    assert pairs.ratios(ours_first=False) == (4.0, 4.0)

    def stopped():
        raise TooLongError(60)

    assert in_turn(ours, stopped) == Pairs((0.5,), more_than=60)


def test_a_child_works_alone_and_can_be_stopped():
    done = in_child(sum, (1, 2))
    assert done.value == 3
    assert done.peak < 100_000_000
    with pytest.raises(FailedError, match="ZeroDivisionError"):
        in_child(divmod, 1, 0)
    child = Child()
    with pytest.raises(TooLongError):
        child.call(time.sleep, 60, seconds=0.1)
    with pytest.raises(FailedError), Child() as small:
        small.call(os._exit, 1)


def test_a_section_says_all_that_was_measured(tmp_path):
    kept = tmp_path / "results.json"
    limit = {work.name: Pairs((0.02, 0.04), (0.01, 0.01)) for work in WORKS}
    facts = {"peak": 9e9, "size": 2e9, "files": 1.2e9}
    keep(kept, "load", Part("2026-11-23", "abc", "2 cores", {"load": Pairs((6.0,), (2.5,))}, facts))
    keep(kept, "figures", Part("2026-11-23", "abc", "2 cores", limit | {
        "page": Pairs((0.03,), (0.001,)), "aging": Pairs((0.005,), (0.001,))}))  # fmt: skip
    parts = keep(kept, "postgres", Part("2026-11-24", "def", "2 cores", {
        "load": Pairs((6.0,), (3.0,)),
        "aging_day": Pairs((0.02, 0.02), (0.2, 0.4)),
        "dso_history": Pairs((0.5,), more_than=180),
        "curves": Pairs((0.5,), why="no room"),
    }, notes=("PostgreSQL 15.",)))  # fmt: skip
    assert read(kept) == parts
    text = section(10_000_000, parts)
    cells = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in text.splitlines()
        if line.startswith("| ")
    }
    assert cells["load of four CSV files, to published"] == ["6.0 s", "2.4", "3", "met"]
    assert cells["load of four CSV files"] == ["6.0 s", *[""] * 4, "0.50", "", ""]
    assert cells["its most memory"][:4] == ["9.0 GB", "", "8.0 GB", "not met"]
    own, _, beside = text.partition("### Beside others")
    (line,) = (line for line in own.splitlines() if "aging by sector, last day" in line)
    assert line.split("|")[3].strip() == "3.0 (2.0–4.0)"
    assert "below 1 they are faster" in beside
    assert cells["aging by sector, last day"] == ["30 ms", *[""] * 4, "15 (10–20)", "", ""]
    assert cells["DSO by sector, 36 month-ends"][5] == "over 360"
    assert cells["one customer's page, over empty queries"][:4] == [
        "29 ms", "(29 ms–29 ms)", "20 ms", "not met",
    ]  # fmt: skip
    assert "load, figures: 2026-11-23 at abc" in text
    assert "postgres: 2026-11-24 at def" in text
    assert "DSO by sector, 36 month-ends: stopped after 180 s." in text
    assert "payment curves, all sectors: no room." in text
    assert section(100_000_000, parts).count("24.0 GB") == 1


def test_the_large_audit_file_is_one_and_ties(tmp_path):
    path = tmp_path / "small.xaf"
    audit_file.write_audit_file(path, 300)
    loads.load_once((path,), tmp_path / "store", 200)
    assert audit_file.receivables(Store(tmp_path / "store")) == audit_file.balance_of(300)


def test_people_at_once_fail_by_an_error_by_being_slow_and_by_growing():
    seen = users.Seen(memory=[100] * 10 + [200] * 90)
    for _time in range(20):
        assert seen.time("page", lambda: None)
    assert seen.faults() == []
    assert seen.held() == (100, 200, 200)

    def refused():
        raise AnswerError("500 for a panel")

    assert not seen.time("day", refused)
    seen.times["filter"] = [0.1] * 90 + [1.5] * 10
    seen.memory[-20:] = [230] * 20
    errors, slow, grown = seen.faults()
    assert "500 for a panel" in errors
    assert slow == "filter: p95 1500 ms"
    assert "memory grew" in grown
    assert "not met" in users.report(replace(seen, wall=60), 50, 10, 2)


def test_people_sign_in_and_change_what_they_look_at(tmp_path):
    store = small_company(tmp_path)
    people, seen = users.invite(store.folder, 2, seed=1), users.Seen()
    offered = users.choices(store.folder, seed=1)
    with served(create_app(store, people=People(store.folder), ways=Ways()), threads=8) as port:
        for person in people:
            users.play(port, person, offered, seen, time.monotonic() + 2, 0.1)
        users.play(port, replace(people[0], password="guessed"), offered, seen, 0, 0.1)  # noqa: S106
    assert [one.partition(":")[0] for one in seen.errors] == ["sign in"]
    assert {"sign in", "frame", "page"} <= set(seen.times)
    assert sum(map(len, seen.times.values())) > 6
