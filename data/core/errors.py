"""What can go wrong in a way that a person can mend: each error says why, and what to do.

`reason` and `remedy` are texts of their own, so that a page shows them in the reader's language;
`str(error)` is both in English, for the command line and for logs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from data.core.reading import Question
from data.core.texts import N_, Text

#: What several places say of a file.
CANNOT_READ = N_("{path} cannot be read: {error}.")
CANNOT_WRITE = N_("{path} cannot be written: {error}.")
MAY_READ = N_("Let the program read it.")
MAY_WRITE = N_("Make room on the disk, and let the program write there.")
DAMAGED = N_("Is it damaged? Take it from a backup.")
MEND = N_("Mend it, or take it from a backup.")
NEWEST = N_("Take up the newest state there is: python app.py recover --store {folder}")
OTHER_VERSION = N_(
    "Load its exports into a new folder, and let what people said come along:"
    " python app.py carry-over {folder} --store NEW"
)
UNREACHABLE = N_("The cluster at {url} cannot be reached: {error}.")


def first_line(error: Exception) -> str:
    """Return the first line of what a library says, without its full stop.

    >>> first_line(ValueError("no such file.\\n  at line 3"))
    'no such file'
    >>> first_line(OSError(28, "No space left on device", "store/draft"))
    'No space left on device'
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [""])[0].rstrip(".") or type(error).__name__


class TandemError(Exception):
    """Something that a person must know. The sentences are marked with N_; `values` fill both.

    >>> print(TandemError("{day} is no day.", "Write it as 2026-01-31.", day="31/31/2026"))
    31/31/2026 is no day. Write it as 2026-01-31.
    """

    questions: tuple[Question, ...] = ()
    """What is asked before it can be done."""
    asks: str = ""
    """The option of a load that would settle it: date_order, decimal or reporting_currency."""

    def __init__(self, reason: str | Text, remedy: str | Text = "", **values: object) -> None:
        """Keep both sentences; of an error of the system among `values`, what it says."""
        values = {k: first_line(v) if isinstance(v, OSError) else v for k, v in values.items()}
        self.reason = reason if isinstance(reason, Text) else Text(reason, values)
        self.remedy = remedy if isinstance(remedy, Text) else Text(remedy, values)
        super().__init__(f"{self.reason} {self.remedy}".strip())

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process raise it as it is: not all of its kinds are made of one text."""
        return _as_it_was, (type(self), self.args, vars(self))

    def render(self, translate: Callable[[str], str]) -> str:
        """Return both sentences in the language of `translate`."""
        said = (self.reason.render(translate), self.remedy.render(translate))
        return " ".join(sentence for sentence in said if sentence)


def _as_it_was(
    kind: type[TandemError], args: tuple[Any, ...], held: Mapping[str, object]
) -> TandemError:
    error = kind.__new__(kind, *args)
    vars(error).update(held)
    return error


class FileError(TandemError):
    """A whole file was not understood; `asks` is '' where no option would settle it.

    With `questions` it is asked about, not refused: their answers settle it.
    """

    def __init__(
        self,
        reason: str | Text,
        remedy: str | Text,
        asks: str = "",
        questions: Sequence[Question] = (),
    ) -> None:
        """Keep both sentences, and what would settle it."""
        super().__init__(reason, remedy)
        self.asks = asks
        self.questions = tuple(questions)


class ImportRefusedError(TandemError):
    """Something asked of an importer cannot be done."""


class StoreError(TandemError):
    """A store cannot be read or written."""


class EngineError(TandemError):
    """An engine cannot be reached, or cannot answer."""
