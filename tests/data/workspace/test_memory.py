"""What is said is kept, taken back, and seen as of a day, on either database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from data.core.errors import StoreError
from data.workspace.database import Database
from data.workspace.memory import Memory
from data.workspace.named import Named
from data.workspace.people import tables as _people  # noqa: F401 - theirs are among them
from data.workspace.places import NAME
from data.workspace.relations import DOCUMENTS, relations
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.deal import DealAsked, DealDecided
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.every import SUBJECTS
from data.workspace.subjects.handing import HandedBack, HandedOver
from data.workspace.subjects.keeping import Backlog, Erased, Owner, Person
from data.workspace.subjects.market import Overlay, Priority, Sector, Target
from data.workspace.subjects.matched import Matched
from data.workspace.subjects.note import Note
from data.workspace.subjects.plan import Plan, Settlement
from data.workspace.subjects.promise import BROKEN, KEPT, OPEN, PART, Kept, Payment, Promise, judged
from data.workspace.subjects.saved import SavedView
from data.workspace.subjects.subject import SaidError
from data.workspace.subjects.work import Contact, Correspondence, Snooze
from data.workspace.tables import META
from tests import postgres

PROMISE = Promise(Decimal("1250.50"), "EUR", date(2026, 11, 20))
EVERYTHING = (
    Note(),
    PROMISE,
    Dispute(Decimal("99.99"), "EUR", "price", "Sales"),
    Settled("0123456789abcdef", "credited"),
    Terms(45, date(2027, 6, 30)),
    Limit(Decimal(0), "EUR"),
    Limit(Decimal("9999999999999.99"), "EUR", date(2027, 1, 1), Decimal("10.01"), 90, "a pledge"),
    Limit(Decimal(5), "EUR", advised=Decimal("0.01")),
    Plan(Decimal("0.03"), "EUR", date(2027, 1, 31), 2, Decimal("0.25")),
    Settlement(Decimal(9), Decimal(9), "EUR", date(2027, 1, 1)),
    Backlog(Decimal(0), "EUR"),
    Owner("Sales “north”"),
    Priority("less", "sector", "46"),
    Person(False),
    Erased(7),
    Target("dso", Decimal("45.50")),
    SavedView("Overdue, north", "/aging?as_of=2026-01-31&sector=46"),
    Sector("47.11"),
    Matched("confirm", Decimal("0.01")),
    DealAsked(
        Decimal("24200.00"),
        "EUR",
        60,
        Decimal("2.50"),
        "part",
        '{"form": 1}',
        "{}",
        "0123456789abcdef",
    ),
    DealAsked(
        Decimal(1), "EUR", 0, Decimal(0), "yes", "{}", "", "", date(2027, 1, 1), date(2026, 12, 1)
    ),
    DealDecided("0123456789abcdef", "approved", Decimal("14200.01"), "EUR", date(2027, 1, 1)),
    DealDecided("0123456789abcdef", "declined", Decimal(0), "EUR"),
    Contact("call", "promised", "", "Ms Maes"),
    Snooze("absent", date(2026, 12, 1)),
    Correspondence("nl", "boekhouding@maes.example"),
    HandedOver(
        "Kantoor Maes",
        Decimal("1250.50"),
        "EUR",
        Decimal(0),
        date(2026, 11, 1),
        3,
        9,
        "0a1b",
        90,
        38,
        40,
        -5,
        -2,
    ),
    HandedBack("0123456789abcdef", "recovered", Decimal("1250.50"), Decimal("120.50"), "EUR"),
    HandedBack("0123456789abcdef", "lost", Decimal(0), Decimal(0), "EUR"),
    Overlay("over_90", date(2026, 10, 31), "EUR", points=Decimal("-0.50")),
    Overlay("", date(2026, 10, 31), "EUR", amount=Decimal("25000.00")),
)


def on(day: int, month: int = 11) -> datetime:
    """Return noon of a day, the same day wherever the tests run."""
    return datetime(2026, month, day, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared():
    """A PostgreSQL server; None where none is installed."""
    if postgres.installed() is None:
        yield None
        return
    # the path of its socket has to be short
    with tempfile.TemporaryDirectory(prefix="pg") as folder, postgres.server(Path(folder)) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.deep)])
def url(request, tmp_path):
    """Where a memory is kept: '' for a file in the store's folder."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("shared")
    if server is None:
        pytest.skip("PostgreSQL is not installed")
    name = f"t{abs(hash(tmp_path))}"
    admin = sa.create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    admin.dispose()
    yield f"{server}{name}"


@pytest.fixture
def memory(url, tmp_path):
    kept = Memory(tmp_path, url)
    yield kept
    kept.close()


def test_what_is_said_is_read_as_it_was_said(memory, tmp_path, url):
    documents = (Named("", "F2026-17"), Named("books/ü", "=1+1"))
    said = [memory.say("Anna  Claes ", "101", one, "Élégant\n", documents) for one in EVERYTHING]
    assert [line.number for line in said] == list(range(1, len(said) + 1))
    assert {line.who for line in said} == {"Anna Claes"}
    again = Memory(tmp_path, url)
    assert again.lines("101") == tuple(said) == memory.lines()
    assert memory.lines("102") == ()
    assert [line.said for line in memory.lines(subjects=("promises",))] == [PROMISE]
    assert again.revision() == len(said)
    assert {type(one) for one in EVERYTHING} == set(SUBJECTS.values())


def test_any_day_shows_what_was_said_by_then(memory):
    first = memory.say("Anna", "101", Note(), "first", at=on(3))
    second = memory.say("Anna", "101", PROMISE, at=on(5))
    memory.take_back("Bob", first.id, "wrong customer", at=on(7))
    by = {
        day: [(line.id, line.holds) for line in memory.lines("101", by=date(2026, 11, day))]
        for day in (2, 3, 4, 5, 6, 7)
    }
    assert by[2] == []
    assert by[3] == by[4] == [(first.id, True)]
    assert by[5] == by[6] == [(first.id, True), (second.id, True)]
    assert by[7] == [(first.id, False), (second.id, True)]
    taken = memory.lines("101")[0].taken_back
    assert (taken.who, taken.note, taken.said_on) == ("Bob", "wrong customer", date(2026, 11, 7))


def test_what_is_taken_back_stays_so(memory):
    line = memory.say("Anna", "101", Note(), "x")
    memory.take_back("Anna", line.id)
    before = memory.revision()
    for one in (line.id, "nothing", memory.lines()[0].taken_back.id):
        with pytest.raises(SaidError):
            memory.take_back("Anna", one)
    assert memory.revision() == before


@pytest.mark.parametrize(
    ("who", "customer", "said", "note"),
    [("  ", "101", PROMISE, ""), ("Anna", "", PROMISE, ""), ("Anna", "101", Note(), "  "),
     ("Anna", "101", Note(), "x" * 4001),
     ("Anna", "101", DealDecided("a", "declined", Decimal(0), "EUR"), "")],
)  # fmt: skip
def test_what_says_nothing_is_refused(memory, who, customer, said, note):
    with pytest.raises(SaidError):
        memory.say(who, customer, said, note)
    assert memory.revision() == 0


@pytest.mark.parametrize(
    "made",
    [lambda: Promise(Decimal(0), "EUR", date(2026, 1, 1)),
     lambda: Promise(Decimal("NaN"), "EUR", date(2026, 1, 1)),
     lambda: Promise(Decimal("0.001"), "EUR", date(2026, 1, 1)),
     lambda: Dispute(Decimal(1), "EUR", "because"), lambda: Dispute(Decimal(-1), "EUR", "price"),
     lambda: Settled("x", "somehow"), lambda: Terms(-1), lambda: Terms(366),
     lambda: Limit(Decimal(-1), "EUR"), lambda: Limit(Decimal(1), "EUR", security="x" * 201),
     lambda: Limit(Decimal(1), "EUR", None, None, 101),
     lambda: DealAsked(Decimal(0), "EUR", 30, Decimal(0), "yes", "{}"),
     lambda: DealAsked(Decimal(1), "EUR", 30, Decimal("0.125"), "yes", "{}"),
     lambda: DealAsked(Decimal(1), "EUR", 30, Decimal(0), "yes", ""),
     lambda: DealDecided("a", "perhaps", Decimal(0), "EUR"),
     lambda: DealDecided("a", "approved", Decimal(0), "EUR"),
     lambda: DealDecided("a", "declined", Decimal(0), "EUR", date(2027, 1, 1))],
)  # fmt: skip
def test_what_has_no_meaning_cannot_be_said(made):
    with pytest.raises(SaidError):
        made()


def test_writers_at_once_lose_nothing(memory, tmp_path, url):
    def write(name: str) -> None:
        for number in range(8):
            Memory(tmp_path, url).say(name, "101", Note(), f"{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    lines = memory.lines()
    assert [line.number for line in lines] == list(range(1, 25))
    for name in "abc":
        assert [line.note for line in lines if line.who == name] == [str(n) for n in range(8)]


_ENDLESS = """
import sys
from pathlib import Path
from data.workspace.memory import Memory
from data.workspace.named import Named
from data.workspace.subjects.note import Note
memory = Memory(Path(sys.argv[1]), "")
for number in range(100_000):
    memory.say("a", "101", Note(), str(number), [Named("", str(n)) for n in range(number % 9)])
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no such kill")
def test_a_killed_writer_leaves_no_half_line(tmp_path):
    memory, told = Memory(tmp_path, ""), 0
    for pause in (3, 7, 12):
        process = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(pause):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        told += pause + len(process.stdout.read().splitlines())
        process.wait()
        process.stdout.close()
        lines = memory.lines()
        # the last one may be kept without having been told
        assert told <= len(lines) <= told + 1
        assert all(len(line.documents) == int(line.note) % 9 for line in lines)
        assert memory.revision() == len(lines) == lines[-1].number
        told = len(lines)


def test_nothing_is_made_before_something_is_said(tmp_path):
    memory = Memory(tmp_path, "")
    assert (memory.revision(), memory.lines("101"), list(tmp_path.iterdir())) == (0, (), [])
    memory.say("Anna", "101", PROMISE)
    if os.name != "nt":
        assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_none_is_said(tmp_path):
    (tmp_path / NAME).write_text("no database, whatever it is called" * 100)
    with pytest.raises(StoreError, match="cannot be read"):
        Memory(tmp_path, "").lines()
    with pytest.raises(StoreError, match=r"cannot be"):
        Memory(tmp_path, "").say("Anna", "101", PROMISE)


def test_a_later_version_is_not_touched(memory, tmp_path, url):
    memory.say("Anna", "101", PROMISE)
    database = Database(tmp_path, url)
    with database.writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreError, match="later version"):
        Memory(tmp_path, url).lines()


def test_the_steps_make_the_tables_that_are_used(memory, tmp_path, url):
    memory.say("Anna", "101", PROMISE)
    with Database(tmp_path, url).reading() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, META) == []


def test_relations_hold_each_line_and_how_long_it_held():
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory(Path(folder), "")
        empty = relations(memory.lines())
        for one in EVERYTHING:
            memory.say("Anna", "101", one, "note", [Named("", "F1"), Named("", "F2")])
        back = memory.say("Anna", "101", PROMISE)
        memory.take_back("Anna", back.id)
        found = relations(memory.lines())
        memory.close()
    assert {n: t.schema for n, t in empty.items()} == {n: t.schema for n, t in found.items()}
    assert all(not table.num_rows for table in empty.values())
    (promise, gone) = found["promises"].to_pylist()
    # a line that was taken back stays, and says until when it held
    assert (promise["until"], gone["until"]) == (None, gone["said_on"])
    assert (promise["amount"], promise["due_on"], promise["customer"]) == (
        Decimal("1250.50"), date(2026, 11, 20), "101",
    )  # fmt: skip
    assert found["said_limits"]["amount"].to_pylist() == [0, Decimal("9999999999999.99"), 5]
    assert found[DOCUMENTS].num_rows == 2 * len(EVERYTHING)


DAY = date(2026, 3, 10)


def promise(amount: int, due_on: date = DAY) -> Promise:
    return Promise(Decimal(amount), "EUR", due_on)


@pytest.mark.parametrize(
    ("paid", "as_of", "state", "amount"),
    [((), 9, OPEN, 0), ((), 13, OPEN, 0), ((), 14, BROKEN, 0), (((10, 100),), 31, KEPT, 100),
     (((13, 100),), 31, KEPT, 100), (((14, 100),), 31, BROKEN, 0), (((5, 40),), 31, PART, 40),
     (((5, 40),), 12, OPEN, 40), (((5, 40), (9, 900)), 9, KEPT, 100),
     (((12, 100),), 11, OPEN, 0)],
)  # fmt: skip
def test_a_promise_is_judged_by_what_came_in(paid, as_of, state, amount):
    payments = [Payment(date(2026, 3, day), Decimal(value)) for day, value in paid]
    given = [("p", date(2026, 3, 1), promise(100), None)]
    found = judged(given, payments, date(2026, 3, as_of), 3)
    assert found == {"p": Kept(state, Decimal(amount))}


def test_money_keeps_one_promise_only():
    given = [
        ("late", date(2026, 3, 1), promise(100, date(2026, 3, 20)), None),
        ("early", date(2026, 3, 2), promise(100), None),
    ]
    payments = [
        Payment(date(2026, 3, 1), Decimal(50)), Payment(date(2026, 3, 8), Decimal(100)),
    ]  # fmt: skip
    found = judged(given, payments, date(2026, 4, 30), 0)
    assert {n: k.state for n, k in found.items()} == {"early": KEPT, "late": PART}
    assert found["late"].paid == 50
