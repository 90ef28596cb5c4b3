"""An app, served on a loopback port as long as a block lasts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dash import Dash
from waitress.server import create_server


@contextmanager
def served(app: Dash, threads: int = 4) -> Iterator[int]:
    """Serve `app`; yield the port. Its threads end with the block, and hold no state any more."""
    server = create_server(app.server, host="127.0.0.1", port=0, threads=threads)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def end() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    try:
        yield int(server.effective_port)
    finally:
        server.task_dispatcher.shutdown()
        # the loop, in its own thread, goes on as long as anything is open
        server.trigger.pull_trigger(end)
        thread.join(timeout=10)


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
