"""Runs work in a process of its own: its memory is its own, and it can be stopped.

A child is a fresh Python, not a fork: a fork of a process that holds a database would share its
locks and start with its memory. `python -m benchmarks.child` is what it runs.
"""

from __future__ import annotations

import os
import pickle
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class TooLongError(Exception):
    """The work took longer than it was given, and was stopped."""

    def __init__(self, seconds: float) -> None:
        """Say after how many seconds."""
        super().__init__(f"more than {seconds:.0f} s")
        self.seconds = seconds


class FailedError(Exception):
    """The work failed in the child; the message is the child's own."""


@dataclass(frozen=True)
class Done:
    """What a child answered, and the most memory it held so far, in bytes (0: not known)."""

    value: Any
    peak: int


class Child:
    """One process that does what it is told, one thing after the other."""

    def __init__(self, most_memory: int = 0) -> None:
        """Start with at most `most_memory` bytes of address space; 0 for no limit."""
        key = secrets.token_bytes(16)
        with Listener(authkey=key) as listener:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.child"], cwd=ROOT, stdin=subprocess.PIPE
            )
            if self._process.stdin:
                with self._process.stdin as start:
                    start.write(pickle.dumps((listener.address, key, most_memory)))
            self._pipe = listener.accept()

    def __enter__(self) -> Child:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the process."""
        self.stop()

    def call(self, work: Callable[..., Any], *values: object, seconds: float | None = None) -> Done:
        """Return what `work(*values)` returns there; `work` is a function of a module.

        Raises TooLongError after `seconds`, and FailedError where the work raised or the process
        was killed; the child can then only be stopped.
        """
        try:
            self._pipe.send((work, values))
            if not self._pipe.poll(seconds):
                self.stop()
                raise TooLongError(seconds or 0)
            fault, value, peak = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            self.stop()
            raise FailedError("the process was killed") from error
        if fault:
            self.stop()
            raise FailedError(fault)
        return Done(value, peak)

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def in_child(work: Callable[..., Any], *values: object) -> Done:
    """Call `work(*values)` in a process that does nothing else."""
    with Child() as child:
        return child.call(work, *values)


def _serve(pipe: Connection, most_memory: int) -> None:
    if most_memory and os.name != "nt":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    while True:
        try:
            work, values = pipe.recv()
            answer = ("", work(*values), peak_memory())
        except EOFError:
            return
        except Exception as error:  # noqa: BLE001 - whatever went wrong is the parent's to report
            answer = (f"{type(error).__name__}: {error}".splitlines()[0], None, peak_memory())
        pipe.send(answer)


def peak_memory() -> int:
    """Return the most memory this process has held so far in bytes; 0 where nobody says it."""
    facts = Path("/proc/self/status")
    if facts.exists():
        # not ru_maxrss: a child starts with its parent's
        for line in facts.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if os.name == "nt":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    # from the parent, through a pipe nobody else has
    _address, _key, _most = pickle.loads(sys.stdin.buffer.read())  # noqa: S301
    with Client(_address, authkey=_key) as _pipe:
        _serve(_pipe, _most)
