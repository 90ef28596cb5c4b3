"""A process of its own that reads workbooks: one for a load, asked one file after the other.

A workbook of 6 kB may ask for a hundred gigabytes. What reads it (etl/intake/files/child.py) has a
limit of memory where the system knows one, and a limit of time everywhere: where it ends, the file
is refused with a sentence, and the next file gets a new process.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.source import SourceFile

MOST_SECONDS = 300
_IDLE_SECONDS = 20
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from etl.intake.files.child import serve; serve()"
)
_AS_CSV = N_("Export the sheet with the table as CSV.")
_REFUSED = {
    "archive": (
        N_("{file} is an archive, no workbook."),
        N_("Unpack it, and load the files that are in it."),
    ),
    "page": (
        N_("{file} is a web page without a table: perhaps a message, or a page to log in."),
        N_("Export the list again, as Excel or CSV if there is a choice."),
    ),
    "unpacks": (
        N_("{file} would unpack to {size} MB and was not opened: no workbook of its kind does."),
        _AS_CSV,
    ),
    "far": (
        N_(
            "Sheet {sheet} of {file} reaches as far as cell {cell}: with all the empty cells before"
            " it, it is too large to be read."
        ),
        N_(
            "Delete the rows below the table and the columns beside it (Ctrl+End shows the last"
            " cell) and save it, or export the sheet as CSV."
        ),
    ),
    "memory": (N_("{file} takes more memory than a workbook may, and was not read."), _AS_CSV),
    "time": (N_("{file} takes longer to read than a workbook may, and was not read."), _AS_CSV),
    "password": (
        N_("{file} is protected with a password."),
        N_("Save it without a password."),
    ),
    "broken": (
        N_("{file} cannot be opened as a workbook: {error}."),
        N_("Open it in a spreadsheet program and save it again, or export it as CSV."),
    ),
}


@dataclass(frozen=True)
class Answer:
    """What a workbook holds; the files that it names live as long as this does."""

    sheets: tuple[Mapping[str, Any], ...]
    hidden: tuple[str, ...]


class Apart:
    """The process; it starts when a workbook comes, and ends when none has come for a while."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0
        self._last: tuple[object, Answer] | None = None
        self._idle: threading.Timer | None = None

    def read(self, file: SourceFile, named: str | None = None) -> Answer:
        """Return what the workbook holds; the last one is kept for those who ask again.

        `named` is a hidden sheet to be read too. Raises `FileError` where it is not read.
        """
        facts = file.path.stat()
        key = (str(file.path.resolve()), facts.st_size, facts.st_mtime_ns, named)
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            try:
                if self._last is None or self._last[0] != key:
                    self._last = None
                    self._last = (key, self._read(file, named))
                return self._last[1]
            finally:
                self._idle = threading.Timer(_IDLE_SECONDS, self.end)
                self._idle.daemon = True
                self._idle.start()

    def end(self) -> None:
        """End the process, and forget what it read last."""
        with self._lock:
            self._last = None
            self._kill()
            idle, self._idle = self._idle, None
        if idle is not None and idle is not threading.current_thread():
            idle.cancel()
            idle.join(1)  # a thread that wakes while Python ends keeps the engine from ending

    def _read(self, file: SourceFile, named: str | None) -> Answer:
        folder = tempfile.mkdtemp(prefix="tandem-")
        try:
            path = str(file.openable(Path(folder)))
            said = self._ask({"path": path, "folder": folder, "named": named})
            if "refused" in said:
                reason, remedy = _REFUSED[said["refused"]]
                values = {"file": file.name, **said["values"]}
                raise FileError(Text(reason, values), Text(remedy))
            answer = Answer(tuple(said["sheets"]), tuple(said["hidden"]))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        weakref.finalize(answer, shutil.rmtree, folder, True)
        return answer

    def _ask(self, asked: Mapping[str, object]) -> dict[str, Any]:
        process = self._started()
        late = threading.Event()

        def too_late() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(MOST_SECONDS, too_late)
        watch.daemon = True
        watch.start()
        line = ""
        try:
            assert process.stdin  # noqa: S101 - tells the type checker
            assert process.stdout  # noqa: S101
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:  # it is gone
            pass
        finally:
            watch.cancel()
            watch.join(1)
        if not line.endswith("\n"):
            self._kill()
            return {"refused": "time" if late.is_set() else "memory", "values": {}}
        said: dict[str, Any] = json.loads(line)
        if said.get("refused") == "memory":
            self._kill()
        return said

    def _started(self) -> subprocess.Popen[str]:
        if self._owner != os.getpid():  # that of the process we were forked from is not ours
            self._process = None
        if self._process is None or self._process.poll() is not None:
            self._kill()
            path = [p or str(Path.cwd()) for p in sys.path]
            self._owner = os.getpid()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-S", "-c", _START, json.dumps(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


APART = Apart()
atexit.register(APART.end)


def read_apart(file: SourceFile, named: str | None = None) -> Answer:
    """Return what a workbook holds, see `Apart.read`."""
    return APART.read(file, named)
