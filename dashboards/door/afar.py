"""An importer for the other processes of a server: one process loads, and all may ask it.

It is asked over a socket in a folder that nobody else can open.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BufferedIOBase
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any, BinaryIO

from data.core.importing import Importer

_PIECE = 1 << 20
_ENDS = 5.0
_RECENT = 0.2
"""Seconds for which it is known whether something is being loaded: each question asks that."""
ASKED = tuple(
    name
    for name, value in vars(Importer).items()
    if not name.startswith("_") and callable(value)
)  # fmt: skip
"""What an importer can be asked to do, and its values."""
TOLD = tuple(name for name in Importer.__annotations__ if not name.startswith("_"))


class Office:
    """Where the other processes ask the importer."""

    def __init__(self, importer: Importer) -> None:
        """Listen. Raises OSError where the system has no such sockets."""
        self._importer = importer
        self._folder = tempfile.mkdtemp(prefix="tandem-")  # mode 0700
        self._listener = Listener(str(Path(self._folder) / "importer"), "AF_UNIX")
        self._closed = False
        self._threads = {threading.Thread(target=self._let_in, name="office", daemon=True)}
        next(iter(self._threads)).start()

    @property
    def address(self) -> str:
        """Where it is."""
        return str(self._listener.address)

    def close(self) -> None:
        """Let nobody in any more; who asked has ended by now."""
        self._closed = True
        with suppress(OSError):
            Client(self.address, "AF_UNIX").close()  # nothing else ends the waiting
        for thread in list(self._threads):
            thread.join(timeout=_ENDS)
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _let_in(self) -> None:
        while True:
            asks = self._listener.accept()
            if self._closed:
                asks.close()
                return
            self._threads = {one for one in self._threads if one.is_alive()}
            thread = threading.Thread(target=self._answer, args=(asks,), daemon=True)
            thread.start()
            self._threads.add(thread)

    def _answer(self, asks: Connection) -> None:
        with asks:
            while True:
                try:
                    name, given = asks.recv()
                except (EOFError, OSError):
                    return  # the process has ended
                try:
                    told: tuple[bool, Any] = True, self._done(asks, name, given)
                except Exception as error:  # noqa: BLE001 - whoever asked is to raise it
                    told = False, error
                asks.send(told)

    def _done(self, asks: Connection, name: str, given: tuple[Any, ...]) -> Any:
        if name in TOLD:
            return getattr(self._importer, name)
        if name != "receive":
            return getattr(self._importer, name)(*given)
        session, file, size = given
        pieces = _Pieces(asks)
        try:
            return self._importer.receive(session, file, pieces, size)  # type: ignore[arg-type]
        finally:
            pieces.drain()


class _Pieces(BufferedIOBase):
    """A file as it comes in pieces, the last of which is empty."""

    def __init__(self, asks: Connection) -> None:
        self._asks, self._left, self._ended = asks, b"", False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = -1 if size is None else size
        held = [self._left]
        while (wanted < 0 or sum(map(len, held)) < wanted) and not self._ended:
            held.append(self._next())
        whole = b"".join(held)
        cut = len(whole) if wanted < 0 else wanted
        self._left = whole[cut:]
        return whole[:cut]

    def drain(self) -> None:
        """Take what is still to come, and leave it."""
        while not self._ended:
            self._next()

    def _next(self) -> bytes:
        piece = self._asks.recv_bytes()
        self._ended = not piece
        return piece


class Afar:
    """The importer of another process; it does what `data.core.importing.Importer` says."""

    def __init__(self, address: str) -> None:
        """Ask at the `Office` of that address; OSError where there is none."""
        self._address, self._mine = address, threading.local()
        self._seen: tuple[float, Any] | None = None
        for name in TOLD:
            setattr(self, name, self._ask(name))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return what asks the importer that; AttributeError where it does nothing such."""
        if name not in ASKED:
            raise AttributeError(name)
        return partial(self._ask, name)

    def job(self) -> Any:
        """See `Importer.job`; that nothing runs may be known from a moment ago."""
        now = time.monotonic()
        if self._seen is None or now - self._seen[0] > _RECENT:
            self._seen = now, self._ask("job")
        return self._seen[1]

    def receive(self, session: str, name: str, stream: BinaryIO, size: int) -> Any:
        """See `Importer.receive`."""

        def send(asks: Connection) -> None:
            left = size
            try:
                while left and (piece := stream.read(min(left, _PIECE))):
                    asks.send_bytes(piece)
                    left -= len(piece)
            finally:
                asks.send_bytes(b"")

        return self._ask("receive", session, name, size, then=send)

    def _ask(
        self, name: str, *given: Any, then: Callable[[Connection], None] = lambda _asks: None
    ) -> Any:
        asks = self._line()
        try:
            asks.send((name, given))
            then(asks)
            done, told = asks.recv()
        except BaseException:
            self._hang_up()  # what was said on this line is not known
            raise
        if name not in TOLD and name != "job":
            self._seen = None  # it may have begun something
        if not done:
            raise told
        return told

    def _line(self) -> Connection:
        found: Connection | None = getattr(self._mine, "asks", None)
        if found is None:
            found = self._mine.asks = Client(self._address, "AF_UNIX")
        return found

    def _hang_up(self) -> None:
        self._line().close()
        self._mine.asks = None
