"""Runs work in a process of its own: its memory is its own, and it can be stopped.

A child is a fresh Python, not a fork: a fork of a process that holds a database would share its
locks and start with its memory.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

Result = TypeVar("Result")


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
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, most_memory), daemon=True)
        self._process.start()
        theirs.close()

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
        self._process.join()
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
        except EOFError:
            return
        try:
            answer = ("", work(*values), peak_memory())
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
