"""A memory that is read line by line says what one read anew says, however much is said."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import perf_counter, sleep

import duckdb
import pyarrow as pa
import pytest

from data.core.policy.rules import Policy
from data.store.engine import DuckDBEngine
from data.workspace.line import back_of, line_of
from data.workspace.memory import Memory
from data.workspace.named import Named
from data.workspace.rates import Rates
from data.workspace.relations import JUDGED, Relations, Told, relations
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.keeping import Person
from data.workspace.subjects.note import Note
from data.workspace.subjects.promise import Promise

DAY = date(2026, 3, 10)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MANY = 20_000


def said(number: int):
    customer, at = f"C{number % 700}", AT + timedelta(minutes=number)
    if number % 3 == 0:
        return line_of("Anna", customer, Note(), f"note {number}", at=at)
    if number % 3 == 1:
        return line_of("Bob", customer, Promise(Decimal(number), "EUR", DAY), at=at)
    named = [Named("", f"F{number}")]
    return line_of("Bob", customer, Dispute(Decimal(number), "EUR", "price"), "", named, at)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("memory")
    memory = Memory(made, "")
    lines = memory.keep([said(number) for number in range(MANY - 50)])
    memory.keep([back_of("Anna", line, at=AT + timedelta(30)) for line in lines[::400]])
    memory.close()
    return made


def agree(memory: Memory, folder, told: Told) -> None:
    """What was kept up to date is what a memory says that is opened now."""
    anew = Memory(folder, "")
    lines = memory.lines()
    assert lines == anew.lines()
    found, wanted = told.tables(lines), relations(anew.lines())
    assert found.keys() == wanted.keys()
    for name, table in wanted.items():
        assert found[name].equals(table), name
    anew.close()


_ANOTHER = """
import sys
from pathlib import Path
from data.workspace.memory import Memory
from data.workspace.subjects.note import Note
memory = Memory(Path(sys.argv[1]), "")
memory.lines()
memory.say("Carl", "C1", Note(), "of another process")
print(memory.lines()[-2].note, flush=True)
"""


def test_relations_kept_up_to_date_are_those_read_anew(folder):
    memory, told = Memory(folder, ""), Told()
    told.tables(memory.lines())
    note = memory.say("Anna", "C1", Note(), "one more")
    promise = memory.say("Anna", "C1", Promise(Decimal(5), "EUR", DAY))
    told.tables(memory.lines())
    memory.take_back("Bob", note.id)
    old = next(line for line in memory.lines() if line.holds and line.subject == "disputes")
    memory.take_back("Bob", old.id)
    told.tables(memory.lines())
    # said and taken back between two looks
    memory.take_back("Bob", promise.id)
    memory.take_back("Bob", memory.say("Bob", "C2", Note(), "a slip").id)
    agree(memory, folder, told)
    # what another process says is seen here, and what was said here there
    memory.say("Anna", "C1", Note(), "before it")
    command = [sys.executable, "-c", _ANOTHER, str(folder)]
    there = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert there == "before it\n"
    assert memory.lines()[-1].note == "of another process"
    agree(memory, folder, told)
    # an erasure changes lines of before
    memory.say("Anna", "C1", Person(True))
    other = Memory(folder, "")
    other.erase("Anna", "C1")
    assert not any(line.note for line in memory.lines() if line.customer == "C1")
    agree(memory, folder, told)
    for one in (memory, other):
        one.close()


def test_one_line_costs_what_one_line_costs(folder):
    def took(*calls) -> float:
        start = perf_counter()
        for call in calls:
            call()
        return perf_counter() - start

    memory, told, read = Memory(folder, ""), Told(), []

    def look() -> None:
        told.tables(memory.lines())

    whole = took(look)
    for number in range(3):
        memory.say("Anna", f"C{number}", Promise(Decimal(7), "EUR", DAY))
        read.append(took(look))
    assert min(read) < whole / 5
    memory.close()


def test_another_memory_in_its_place_is_read_anew(tmp_path):
    for name, notes in (("one", ("a", "b")), ("two", ("c", "d", "e"))):
        made = Memory(tmp_path / name, "")
        (tmp_path / name).mkdir()
        for note in notes:
            made.say("Anna", "C1", Note(), note)
        made.close()
    memory = Memory(tmp_path / "one", "")
    assert [line.note for line in memory.lines()] == ["a", "b"]
    memory.close()
    (tmp_path / "two" / "workspace.sqlite").replace(tmp_path / "one" / "workspace.sqlite")
    assert [line.note for line in memory.lines()] == ["c", "d", "e"]
    memory.close()


def test_days_that_were_looked_at_are_not_kept_without_end(monkeypatch):
    """Readers look at any day, and a server runs for weeks; the last ones are still shared."""
    judged = []
    monkeypatch.setattr("data.workspace.relations._MOST", 20_000)
    monkeypatch.setattr(
        Relations, "_judge", lambda _self, days: judged.append(days) or pa.table({"paid": [1]})
    )
    found = Relations(list, None, Policy())
    days = [((DAY + timedelta(n), DAY),) for n in range(40)]
    for one in (*days, days[-1], days[0]):
        found.table(JUDGED, one)
    assert judged == [*days, days[0]]


class Counted(DuckDBEngine):
    """An engine that keeps what it answered."""

    def __init__(self, connection):
        super().__init__(connection)
        self.answers = []

    def query(self, sql, parameters=None):
        self.answers.append(super().query(sql, parameters))
        return self.answers[-1]


def test_what_another_process_says_is_in_the_revision_at_once(tmp_path):
    ours, theirs = Memory(tmp_path, ""), Memory(tmp_path, "")
    assert ours.revision() == 0
    for number in range(1, 4):
        theirs.say("Anna", "C1", Note(), "said")
        assert [ours.revision() for _ in range(2)] == [number] * 2
        sleep(0.15)  # so long that it is kept
        assert [ours.revision() for _ in range(2)] == [number] * 2
    ours.close()
    theirs.close()


def test_money_that_goes_back_may_be_what_came_in_before_a_promise():
    """Of who promised something only later payments are read, unless money went back since.

    They are read once, whatever days are looked at, and until somebody else promises.
    """
    rows = [("A", 1, 5), ("A", 8, 5), ("A", 9, -5), ("B", 1, 5), ("B", 2, -5), ("B", 8, 7),
            ("C", 1, 4), ("C", 8, 9), ("C", 9, -4)]  # fmt: skip
    engine = Counted(duckdb.connect())
    engine._connection.execute(
        "create table documents (customer varchar, issued_on date, kind varchar,"
        " amount_currency decimal(18, 2), currency varchar, rate decimal(18, 9))"
    )
    engine._connection.executemany(
        "insert into documents values (?, ?, 'payment', ?, 'EUR', 1)",
        [(who, date(2026, 3, day), -amount) for who, day, amount in rows],
    )
    given = datetime(2026, 3, 5, 12, tzinfo=UTC)
    lines = [
        line_of("Bob", who, Promise(Decimal(9), "EUR", DAY), at=given) for who in ("A", "B", "C")
    ]
    rates = Rates(engine)
    rates.at = lambda _currency, _day: Decimal(1)
    told = Told(rates)
    found = Relations(lambda: lines, engine, Policy(), rates=rates, told=told)

    def paid(day):
        rows = found.table(JUDGED, ((day, day),)).to_pylist()
        ids = [line.id for line in lines]
        return [row["paid"] for row in sorted(rows, key=lambda r: ids.index(r["id"]))]

    # of C what went back is the payment before: what came in later stays
    assert paid(date(2026, 4, 30)) == [0, 7, 9]
    assert paid(date(2026, 3, 8)) == [5, 7, 9]
    assert paid(date(2026, 3, 4)) == []
    assert [len(answer) for answer in engine.answers] == [len("AAA") + len("B") + len("CCC")]
    # somebody else promises
    lines.append(line_of("Bob", "D", Promise(Decimal(9), "EUR", DAY), at=given))
    found = Relations(lambda: lines, engine, Policy(), rates=rates, told=told)
    assert paid(date(2026, 4, 30)) == [0, 7, 9, 0]
    assert len(engine.answers) == 2
