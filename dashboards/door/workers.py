"""Further processes that answer at the same address: Python computes on one core at a time.

The first process lets everybody in and hands a connection on, by the session of who asks: what was
computed for somebody is kept where they ask again. A process ends when the line to the first one
is closed, which the system sees to where that one is killed.
"""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

LOG = logging.getLogger("tandem")
_SOON, _MOST = 30.0, 3
"""A process that ends within so many seconds of its start, so many times on end, is given up."""
_ENDS = 60.0
"""Seconds in which a process that is told to end has ended, or it is killed."""
READY, TAKE = b"r", b"t"
"""What is said on a line: a process can take connections; here is one."""


class Workers:
    """Processes that answer beside this one; one that ends untold is started anew."""

    def __init__(self, count: int, work: Callable[..., None], *given: Any) -> None:
        """Start them: each calls `work(line, *given)`, in an interpreter of its own.

        work: a function of a module. line: a socket; see READY and TAKE.
        """
        self._spawn = get_context("spawn")
        self._work, self._given = work, given
        self._failed, self._told = 0, False
        self._next = 0.0
        """When one may be started again, after one could not."""
        self._each = [_Worker(self._spawn, work, given) for _one in range(count)]

    def hand(self, who: bytes, connection: socket.socket) -> bool:
        """Hand a connection to the process for `who`; False where that is this process, for now."""
        place = zlib.crc32(who) % (len(self._each) + 1)
        return place > 0 and self._each[place - 1].take(connection)

    def tend(self) -> None:
        """Start anew what has ended; asked from time to time."""
        for place, one in enumerate(self._each):
            if self._told or one.process.is_alive() or time.monotonic() < self._next:
                continue
            LOG.error("a process of the server ended: %s", one.process.exitcode)
            one.line.close()
            self._failed = self._failed + 1 if one.lived < _SOON else 0
            if self._failed < _MOST:
                try:
                    self._each[place] = _Worker(self._spawn, self._work, self._given)
                except OSError as error:  # the system has no room for one now
                    self._next = time.monotonic() + _SOON
                    LOG.error("it cannot be started again yet: %s", error)
                continue
            LOG.error("it is not started again; the others go on")
            del self._each[place]
            return  # the others the next time

    def end(self) -> None:
        """Tell all to end: each answers who is being answered."""
        self._told = True
        for one in self._each:
            one.line.close()

    def wait(self) -> None:
        """Wait until all have ended."""
        until = time.monotonic() + _ENDS
        for one in self._each:
            one.process.join(max(0.0, until - time.monotonic()))
            if one.process.is_alive():
                one.process.kill()
                one.process.join()


class _Worker:
    """One of them, and the line to it."""

    def __init__(self, spawn: Any, work: Callable[..., None], given: tuple[Any, ...]) -> None:
        self.line, theirs = socket.socketpair()
        self.line.setblocking(False)
        self._ready, self._since = False, time.monotonic()
        self.process = spawn.Process(target=work, args=(theirs, *given), name="answers")
        try:
            with _ctrl_c_ignored():  # it is for the first process, which tells the others
                self.process.start()
        except OSError:
            self.line.close()
            raise
        finally:
            theirs.close()

    @property
    def lived(self) -> float:
        """For how many seconds it is there."""
        return time.monotonic() - self._since

    def take(self, connection: socket.socket) -> bool:
        """Hand a connection over; False while it cannot take one."""
        try:
            self._ready = self._ready or self.line.recv(1) == READY
            if self._ready:
                socket.send_fds(self.line, [TAKE], [connection.fileno()])
        except OSError:  # it has not said so yet, has much to do, or has ended
            return False
        return self._ready


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """A process inherits what it ignores, and only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
