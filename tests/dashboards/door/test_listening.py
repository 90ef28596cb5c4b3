"""A server that stands: it ends what runs, cuts who is slow, and belongs to nobody alone."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, suppress

import flask
import pytest

from dashboards.door import listening
from dashboards.door.listening import Listening
from tests.places import ROOT

HELLO = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answers(body: bytes = b"hello", wait: threading.Event | None = None) -> flask.Flask:
    server = flask.Flask(__name__)

    @server.route("/", methods=["GET", "POST"])
    def root() -> flask.Response:
        if wait is not None:
            wait.wait(30)
        secure = f"{flask.request.is_secure} {flask.request.remote_addr}"
        return flask.Response(body, headers={"X-Secure": secure})

    return server


class Served:
    """A server in a thread of its own, and who is connected to it."""

    def __init__(self, server: flask.Flask, busy=lambda: False, **settings) -> None:
        self.listening = Listening(server, host="127.0.0.1", port=0, threads=2, **settings)
        self.thread = threading.Thread(target=self.listening.run, args=(busy,))
        self.sockets = ExitStack()

    def __enter__(self) -> "Served":
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.sockets.close()
        self.end()
        self.thread.join(timeout=60)
        assert not self.thread.is_alive()

    def end(self) -> None:
        if self.thread.is_alive():
            self.listening.end()

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.listening.port), timeout=30)
        return self.sockets.enter_context(made)


def test_who_is_slow_is_cut_and_others_are_not(monkeypatch):
    monkeypatch.setattr(listening, "SLOW_FOR", 0.4)
    with Served(answers(b"x" * (64 << 20))) as served:
        drips, takes, fast = served.connect(), served.connect(), served.connect()
        takes.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        takes.sendall(HELLO)  # and takes nothing of what is sent
        with suppress(BrokenPipeError, ConnectionResetError):
            for letter in "GET / HTTP/1.1":
                drips.sendall(letter.encode())
                time.sleep(0.05)
        fast.sendall(HELLO)
        got = 0
        while got < 64 << 20:
            block = fast.recv(1 << 20)
            assert block
            got += len(block)
        with suppress(ConnectionResetError):  # another way to be told
            assert drips.recv(1) == b""
        until = time.monotonic() + 20
        while any(c.addr[1] == takes.getsockname()[1] for d in served.listening.doors
                  for c in list(d.active_channels.values())):  # fmt: skip
            assert time.monotonic() < until
            time.sleep(0.05)


def test_the_end_leaves_no_file_of_what_was_still_to_be_sent(monkeypatch):
    monkeypatch.setattr(listening, "FINISH", 0.2)
    with Served(answers(b"x" * (64 << 20))) as served:
        takes = served.connect()
        takes.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        takes.sendall(HELLO)
        assert takes.recv(1)
        channel = next(c for d in served.listening.doors for c in d.active_channels.values())
        held = channel.outbufs[-1].getfile()
        served.end()
        served.thread.join(timeout=30)
        assert held.closed


def test_one_address_gets_half_of_all_connections(monkeypatch):
    monkeypatch.setattr(listening, "is_loopback", lambda _address: False)
    with Served(answers(), connection_limit=20) as served:
        many = [served.connect() for _ in range(30)]
        many[0].sendall(HELLO)
        assert many[0].recv(100).startswith(b"HTTP/1.1 200")
        many[-1].settimeout(30)
        with suppress(ConnectionResetError):  # another way to be told
            assert many[-1].recv(1) == b""


def test_a_large_body_is_refused_before_it_is_kept():
    with Served(answers()) as served:
        for head in (
            f"Content-Length: {listening.MOST + 1}\r\n\r\n".encode(),
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (2 * listening.MOST) + b"x" * 65536,
        ):
            one = served.connect()
            one.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + head)
            with suppress(ConnectionResetError, BrokenPipeError):
                for _ in range(listening.MOST >> 16 if b"chunked" in head else 0):
                    one.sendall(b"x" * (1 << 16))
                assert b" 413 " in one.recv(100)


@pytest.mark.parametrize(
    ("proxy", "secure"),
    [
        ("127.0.0.1", "True 10.1.2.3"),
        ("", "False 127.0.0.1"),
        ("10.0.0.9", "False 127.0.0.1"),
    ],
)
def test_the_word_of_the_web_server_before_it_is_taken_and_nobody_elses(proxy, secure):
    told = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.1.2.3\r\n\r\n"
    with Served(answers(), proxy=proxy) as served:
        one = served.connect()
        one.sendall(HELLO[:-2] + told)
        assert f"X-Secure: {secure}".encode() in one.recv(1000)


def test_what_runs_is_finished_and_nobody_else_comes_in():
    wait, loads = threading.Event(), threading.Event()
    loads.set()
    with Served(answers(wait=wait), busy=loads.is_set) as served:
        asked, idle = served.connect(), served.connect()
        asked.sendall(HELLO)
        time.sleep(0.3)
        served.end()
        assert idle.recv(1) == b""
        with pytest.raises(OSError, match="refused"):
            served.connect()
        wait.set()
        assert asked.recv(100).startswith(b"HTTP/1.1 200")
        time.sleep(0.3)
        assert served.thread.is_alive()  # a load runs
        loads.clear()
        served.thread.join(timeout=30)
        assert not served.thread.is_alive()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_real_server_ends_by_a_signal(tmp_path):
    command = [sys.executable, "app.py", "serve", "--store", str(tmp_path), "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[3]
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert "Traceback" not in said
