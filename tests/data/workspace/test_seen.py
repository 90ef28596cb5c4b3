"""A memory that is read line by line says what one read anew says, however much is said."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import perf_counter

import pyarrow as pa
import pytest

from data.core.policy.rules import Policy
from data.workspace.line import back_of, line_of
from data.workspace.memory import Memory
from data.workspace.named import Named
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
