"""Listens: cuts who is slow, lets nobody take all connections, and ends when what runs is done."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error, RequestEntityTooLarge

from dashboards.door.entry import COOKIE
from dashboards.door.hosts import is_loopback
from dashboards.door.workers import READY, TAKE, Workers
from dashboards.imports.uploads import FILES

#: Bytes of what a page sends; a file may be as large as its own quota says.
MOST = 16 << 20
#: Whoever moves fewer bytes a second than this is cut after so many seconds.
SLOWEST, SLOW_FOR = 500, 30.0
#: So much of what a browser says first is looked at for its session.
_HEAD, _SESSION = 8192, re.compile(rb"\b" + COOKIE.encode() + rb"=([^;\s]+)")
#: Seconds that whoever is being answered has left, once the server is told to end.
FINISH = 30.0


class _Parser(HTTPRequestParser):
    """Refuses a large body before it is kept, but at the address that takes files."""

    error: Error | None

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        size = max(self.content_length, self.body_bytes_received)
        if size > MOST and self.path != FILES and self.error is None:
            self.error = RequestEntityTooLarge(f"more than {MOST >> 20} MB")
            self.completed = True
        return consumed


class _Channel(HTTPChannel):
    """A connection that counts what it moves."""

    parser_class = _Parser
    moved: int = 0
    looked: tuple[float, int] | None = None
    """When it was found busy, and what it had moved by then; None while nothing is under way."""

    def recv(self, size: int) -> bytes:
        data: bytes = super().recv(size)
        self.moved += len(data)
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close)
        self.moved += sent
        return sent

    @property
    def waits(self) -> bool:
        """Whether the other side has something to send, or to take."""
        return bool(self.request is not None or self.total_outbufs_len)

    def slow(self, now: float) -> bool:
        """Return whether it moved too little for too long."""
        if not self.waits:
            self.looked = None
            return False
        since, had = self.looked or (now, self.moved)
        if now - since < SLOW_FOR:
            self.looked = since, had
            return False
        self.looked = now, self.moved
        return bool(self.moved - had < SLOWEST * SLOW_FOR)


class _Waiting(wasyncore.dispatcher):
    """A connection that has said nothing yet: by what it says it is known which process answers."""

    def __init__(self, door: Door, connection: socket.socket, address: Any, to: Workers) -> None:
        super().__init__(connection, map=door._map)
        self.door, self.address, self.to, self.since = door, address, to, time.monotonic()
        door.waiting.add(self)

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        try:
            first: bytes = self.socket.recv(_HEAD, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            first = b""
        if not first:
            self.close()
            return
        connection = self.socket
        self.del_channel()
        self.door.waiting.discard(self)
        session = _SESSION.search(first)
        if self.to.hand(session[1] if session else repr(self.address).encode(), connection):
            connection.close()
        else:
            self.door.let_in(connection, self.address)

    def handle_close(self) -> None:
        self.close()

    handle_error = handle_expt = handle_close

    def close(self) -> None:
        self.door.waiting.discard(self)
        super().close()


class _Handed(wasyncore.dispatcher):
    """The line on which another process hands connections over; it ends when that one does."""

    def __init__(self, line: socket.socket, door: Door, end: Callable[[], None]) -> None:
        super().__init__(line, map=door._map)
        self._door, self._end = door, end
        line.send(READY)

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        try:
            said, files, _flags, _address = socket.recv_fds(self.socket, len(TAKE), 1)
        except BlockingIOError:
            return
        except OSError:
            said, files = b"", []
        if not said:
            self.handle_close()
        for file in files:
            connection = socket.socket(fileno=file)
            try:
                self._door.let_in(connection, connection.getpeername())
            except OSError:  # who knocked is gone
                connection.close()

    def handle_close(self) -> None:
        self.close()
        self._end()

    handle_expt = handle_close


class Door(TcpWSGIServer):
    """One address that is listened on."""

    channel_class = _Channel
    proxy = ""
    """The address of the web server before it, if there is one."""
    beside: Workers | None = None
    """The processes that answer beside this one."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        """See waitress's."""
        self.waiting: set[_Waiting] = set()
        super().__init__(*given, **settings)

    def handle_accept(self) -> None:
        """Let somebody in, unless their address has half of all connections already."""
        try:
            found = self.accept()
            if found is None:
                return
            connection, address = found
            if self.beside is None:
                self.let_in(connection, address)
            elif self._full(address[0]):
                connection.close()
            else:
                _Waiting(self, connection, address, self.beside)
        except OSError:  # who knocked is gone
            return

    def let_in(self, connection: socket.socket, address: Any) -> None:
        """Answer a connection here. Raises OSError where it is gone."""
        if self._full(address[0]):
            connection.close()
            return
        self.set_socket_options(connection)
        self.channel_class(self, connection, address, self.adj, map=self._map)

    def _full(self, address: str) -> bool:
        if address == self.proxy or is_loopback(address):
            return False  # many come through it
        channels = list(self.active_channels.values())
        has: int = sum(c.addr[0] == address for c in channels)
        has += sum(one.address[0] == address for one in list(self.waiting))
        return has >= int(self.adj.connection_limit) // 2

    def cut(self, now: float) -> None:
        """Close who is slow; not while it is looked who has something to say."""
        for one in list(self.waiting):
            if now - one.since > self.adj.channel_timeout:
                one.close()
        for channel in list(self.active_channels.values()):
            if channel.slow(now):
                # at once: `will_close` waits until it takes something
                channel.handle_close()


class Listening:
    """The doors of a server, their threads, and the end of it."""

    def __init__(
        self,
        server: flask.Flask,
        proxy: str = "",
        sockets: Sequence[socket.socket] = (),
        line: socket.socket | None = None,
        **settings: Any,
    ) -> None:
        """Listen. Raises OSError and ValueError where that cannot be.

        proxy: the address of the web server before it, whose word on who asks, and whether
        encrypted, is taken. sockets: on which another process listens, and line: on which that
        one hands connections over. settings: waitress's.
        """
        if proxy:
            settings |= {
                "trusted_proxy": proxy,
                "trusted_proxy_count": 1,
                "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
            }
        adjusted = Adjustments(
            clear_untrusted_proxy_headers=True, ident="tandem",
            max_request_body_size=(1 << 30) + 1, **settings,
        )  # fmt: skip
        self._poll = adjusted.asyncore_use_poll
        self._map: dict[int, Any] = {}
        self._next = 0.0
        """When it is looked again who is slow."""
        self._threads = ThreadedTaskDispatcher()
        self._threads.set_thread_count(adjusted.threads)
        own: dict[str, Any] = {"dispatcher": self._threads, "adj": adjusted}
        self._told = threading.Event()
        try:
            self.doors = [
                Door(
                    server,
                    self._map,
                    False,
                    one,
                    bind_socket=False,
                    sockinfo=(one.family, one.type, one.proto, one.getsockname()),
                    **own,
                )
                for one in sockets
            ] or [Door(server, self._map, sockinfo=one, **own) for one in adjusted.listen]
        except OSError:
            self._close()
            raise
        for door in self.doors:
            door.proxy = proxy
        if line is not None:
            _Handed(line, self.doors[0], self.end)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self.doors[0].effective_port)

    @property
    def sockets(self) -> list[socket.socket]:
        """On what it listens."""
        return [door.socket for door in self.doors]

    def run(self, busy: Callable[[], bool] = lambda: False, beside: Workers | None = None) -> None:
        """Answer until SIGTERM or SIGINT; then finish what runs. A second one ends it at once.

        busy: whether something goes on that nobody waits for, such as a load. beside: processes
        that are looked after meanwhile, and end with it.
        """
        for door in self.doors:
            door.beside = beside
        with self._signals(), contextlib.suppress(KeyboardInterrupt):
            try:
                while not self._told.is_set():
                    self._once(1.0)
                    if beside is not None:
                        beside.tend()
                if beside is not None:
                    beside.end()
                self._finish()
                while busy():
                    time.sleep(0.1)
            finally:
                self._close()
                if beside is not None:
                    beside.end()
                    beside.wait()

    def end(self) -> None:
        """Let `run` finish what runs, and return."""
        self._told.set()
        self.doors[0].pull_trigger()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def tell(_number: int, _frame: object) -> None:
            if self._told.is_set():
                raise KeyboardInterrupt
            self.end()

        before = {}
        if threading.current_thread() is threading.main_thread():
            ours = [signal.SIGTERM]
            if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                ours.append(signal.SIGINT)
            before = {one: signal.signal(one, tell) for one in ours}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _once(self, patience: float) -> None:
        wasyncore.loop(timeout=patience, use_poll=self._poll, map=self._map, count=1)
        if (now := time.monotonic()) >= self._next:
            self._next = now + SLOW_FOR / 6
            for door in self.doors:
                door.cut(now)

    def _finish(self) -> None:
        """Let nobody in any more, and answer who is in."""
        for door in self.doors:
            wasyncore.dispatcher.close(door)
            for one in list(door.waiting):
                one.close()
        until = time.monotonic() + FINISH
        while channels := [c for door in self.doors for c in list(door.active_channels.values())]:
            asked = [c for c in channels if c.requests or c.waits]
            if not asked or time.monotonic() > until:
                return
            for channel in channels:
                if channel not in asked:
                    channel.will_close = True
            self._once(0.2)

    def _close(self) -> None:
        self._threads.shutdown()
        for one in list(self._map.values()):
            if isinstance(one, HTTPChannel):
                one.handle_close()  # `close` leaves the files that hold what is still to be sent
        wasyncore.close_all(self._map)
