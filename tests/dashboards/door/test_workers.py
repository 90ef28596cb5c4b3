"""Several processes that answer as one server, and the importer that they ask."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path

import flask
import pytest

from dashboards.door import listening as module
from dashboards.door.afar import ASKED, TOLD, Afar, Office
from dashboards.door.entry import COOKIE
from dashboards.door.listening import Listening
from dashboards.door.workers import Workers
from data.core.errors import FileError, ImportRefusedError
from data.core.importing import Importer, LoadSettings, Said
from data.core.rights import ADMIN, Scope
from data.workspace.people.people import People
from etl.load.importer import FileImporter
from tests.pages import small_company
from tests.places import ROOT
from tests.serving import free_port

PASSWORD = "a long enough password"  # noqa: S105 - of nobody
ROWS = b"customer_id,document_id,issued_on,due_on,amount\nC9,9001,2026-01-05,2026-02-04,121.00\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="one process answers there")


def names_itself() -> flask.Flask:
    server = flask.Flask(__name__)
    server.get("/", endpoint="who")(lambda: str(os.getpid()))
    return server


def answer(line: socket.socket, sockets: list[socket.socket]) -> None:
    """Answer as another process."""
    Listening(names_itself(), "", sockets, line, host="127.0.0.1", port=0, threads=2).run()


def ends_at_once(line: socket.socket) -> None:
    """Answer nobody."""
    line.close()


def asked(port: int, session: str) -> int:
    """Return who answers a session."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Cookie": f"lang=en; {COOKIE}={session}"})
        return int(connection.getresponse().read())
    finally:
        connection.close()


def answering(port: int, sessions: list[str]) -> set[int]:
    """Return who answers these sessions; nobody while one goes down with what it was given."""
    with suppress(ConnectionError):
        return {asked(port, one) for one in sessions}
    return set()


def until(true, seconds: float = 60):
    """Wait for something to be true, and return it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def alive(process: int) -> bool:
    """Whether a process is there, and has not ended."""
    try:
        facts = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
        return facts.rpartition(") ")[2][0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_session_is_answered_where_it_was_before_and_a_killed_process_starts_anew():
    listening = Listening(names_itself(), host="127.0.0.1", port=0, threads=2)
    beside = Workers(1, answer, listening.sockets)
    serving = threading.Thread(target=listening.run, kwargs={"beside": beside})
    serving.start()
    sessions, me = [f"s{n}" for n in range(12)], os.getpid()
    try:
        until(lambda: {asked(listening.port, one) for one in sessions} - {me})
        by = {one: asked(listening.port, one) for one in sessions}
        assert {one: asked(listening.port, one) for one in sessions} == by
        (other,) = set(by.values()) - {me}
        os.kill(other, signal.SIGKILL)
        theirs = [one for one, process in by.items() if process == other]
        anew = until(lambda: answering(listening.port, theirs) - {me, other})
        assert len(anew) == 1
    finally:
        listening.end()
        serving.join(timeout=60)
    assert not serving.is_alive()
    assert not any(alive(process) for process in anew)


def test_a_process_that_cannot_be_started_again_is_tried_again_later(monkeypatch):
    beside = Workers(1, ends_at_once)
    ended = beside._each[0]
    ended.process.join(60)

    def no_room(_process: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    with monkeypatch.context() as patched:
        patched.setattr(type(ended.process), "start", no_room)
        beside.tend()
        beside.tend()  # too soon
    assert beside._each == [ended]
    beside._next = 0.0
    beside.tend()
    assert beside._each != [ended]
    beside.end()
    beside.wait()


def test_who_says_nothing_is_cut_and_who_comes_in_pieces_is_answered(monkeypatch):
    monkeypatch.setattr(module, "SLOW_FOR", 0.6)
    listening = Listening(names_itself(), host="127.0.0.1", port=0, threads=2)
    serving = threading.Thread(target=listening.run, kwargs={"beside": Workers(0, answer)})
    serving.start()
    try:
        address = ("127.0.0.1", listening.port)
        with socket.create_connection(address, 30) as slow, socket.create_connection(address, 30):
            slow.sendall(b"GET / HTTP/1.1\r\n")
            time.sleep(0.1)
            slow.sendall(b"Host: localhost\r\n\r\n")
            assert slow.recv(12) == b"HTTP/1.1 200"
            until(lambda: any(door.waiting for door in listening.doors))
            for door in listening.doors:
                door.adj.channel_timeout = 0
            until(lambda: not any(door.waiting for door in listening.doors))
    finally:
        listening.end()
        serving.join(timeout=60)


@pytest.fixture
def office(tmp_path):
    """An importer, and what another process would ask it with."""
    importer = FileImporter(small_company(tmp_path))
    made = Office(importer)
    yield importer, Afar(made.address)
    made.close()


def test_an_importer_elsewhere_does_all_that_one_does(office):
    importer, afar = office
    assert {*ASKED, *TOLD} == {n for n in dir(Importer) if not n.startswith("_")} | {*TOLD}
    for name in TOLD:
        assert getattr(afar, name) == getattr(importer, name)
    session = "a" * 32
    token = afar.receive(session, "sales.csv", BytesIO(ROWS), len(ROWS))
    afar.look(session)
    (found,) = afar.files(session)
    assert found == importer.files(session)[0]
    assert found.token == token
    afar.say(session, token, Said(rows="invoices", date_order="ymd"))
    assert "invoices" in afar.mapping(session, token)
    assert afar.loaded() == importer.loaded()
    assert afar.effect_of_removal([afar.loaded()[0].key]).files
    assert (afar.undoes(), afar.kept(), afar.watched()) == (
        importer.undoes(), importer.kept(), importer.watched(),
    )  # fmt: skip
    assert afar.job() is None
    begun = afar.load(session, LoadSettings())
    assert afar.job().number == begun.number
    until(lambda: not afar.job().running)
    assert afar.job().problem is None
    afar.remove(session)
    assert afar.files(session) == ()
    assert {n for n in ASKED if not hasattr(afar, n)} == set()
    with pytest.raises(AttributeError):
        afar.anything  # noqa: B018 - reading it is the test


def test_what_an_importer_elsewhere_refuses_is_raised_as_it_is(office):
    importer, afar = office
    importer.limit = 10
    with pytest.raises(ImportRefusedError) as theirs:
        afar.receive("b" * 32, "large.csv", BytesIO(b"x" * 3_000_000), 3_000_000)
    with pytest.raises(ImportRefusedError) as ours:
        importer.receive("b" * 32, "large.csv", BytesIO(b""), 3_000_000)
    assert (theirs.value.reason, theirs.value.remedy) == (ours.value.reason, ours.value.remedy)
    with pytest.raises(ImportRefusedError):
        afar.take_up("b" * 32, "none")
    assert afar.files("b" * 32) == ()  # the line still works


def test_every_error_arrives_in_another_process_as_it_was():
    import pickle

    error = FileError("It has rows.", "Say which.", "decimal")
    told = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(told), str(told), told.asks) == (FileError, str(error), "decimal")


def test_files_are_sent_and_found_whichever_process_answers_and_all_end_together(tmp_path):
    store = small_company(tmp_path / "store")
    people = People(store.folder)
    people.set_password(people.add("admin", "Admin", ADMIN, Scope()), PASSWORD)
    sessions = [people.sign_in("admin", PASSWORD) for _one in range(10)]
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "app.py", "serve", "--store", str(store.folder), "--port", str(port),
         "--processes", "2"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def send(session: str, path: str, data: bytes | None = None) -> bytes:
        headers = {"Cookie": f"{COOKIE}={session}", "X-Tandem": "1"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answered:
            return bytes(answered.read())

    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    try:
        assert server.stdout is not None
        assert "127.0.0.1" in server.stdout.readline()
        begun = until(children.read_text).split()
        time.sleep(8)  # the other one begins to answer
        mine = "c" * 32
        for number, session in enumerate(sessions):
            name = f"/imports/files?session={mine}&name=sales{number}.csv"
            token = flask.json.loads(send(session, name, ROWS))["token"]
            for other in sessions:
                assert send(other, f"/imports/mapping/{mine}/{token}.toml")
    finally:
        server.send_signal(signal.SIGTERM)
        _out, said = server.communicate(timeout=90)
    assert (server.returncode, said) == (0, "")
    until(lambda: not any(alive(int(process)) for process in begun))
