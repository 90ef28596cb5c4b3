"""How much one reader may send: so many files and bytes an hour."""

from __future__ import annotations

import threading
import time
from collections import deque

from data.core.errors import ImportRefusedError
from data.core.texts import N_

HOUR = 3600.0
FILES, BYTES = 1000, 8 << 30


class Quota:
    """What each reader sent within the hour; one for a server, used by all its threads."""

    def __init__(self, files: int = FILES, size: int = BYTES) -> None:
        """Let each reader send so many files, and bytes, within an hour."""
        self._files, self._bytes = files, size
        self._sent: dict[str, deque[tuple[float, int]]] = {}
        self._lock = threading.Lock()

    def take(self, who: str, size: int, now: float | None = None) -> None:
        """Count a file of `size` bytes; raise `ImportRefusedError` where it is one too many.

        now: seconds of a clock that only goes on; None: by the system's.

        >>> quota = Quota(files=2, size=100)
        >>> quota.take("anna", 60, 0.0)
        >>> quota.take("bram", 60, 0.0)
        >>> quota.take("anna", 60, 1.0)
        Traceback (most recent call last):
            ...
        data.core.errors.ImportRefusedError: Within an hour you may send 0 MB ...
        >>> quota.take("anna", 60, 3601.0)
        """
        at = time.monotonic() if now is None else now
        with self._lock:
            for one in [w for w, sent in self._sent.items() if at - sent[-1][0] >= HOUR]:
                del self._sent[one]
            sent = self._sent.get(who, deque())
            while sent and at - sent[0][0] >= HOUR:
                sent.popleft()
            if len(sent) >= self._files or sum(s for _, s in sent) + size > self._bytes:
                raise ImportRefusedError(
                    N_("Within an hour you may send {most} MB in at most {files} files."),
                    N_("Try again later, or load with `python app.py load`."),
                    files=self._files,
                    most=self._bytes >> 20,
                )
            sent.append((at, size))
            self._sent[who] = sent
