"""What a command ends with where something cannot be done: one line, and exit code 1."""

from __future__ import annotations

import errno
import os

import typer
from typer.core import TyperGroup

_SPACE, _RIGHTS = "Make room on the disk.", "Let the program read and write there."
_TODO = {
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG), _SPACE),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), _RIGHTS),
}


_FOR_OTHERS = {"publish", "derive"}
"""Commands whose files a cluster reads."""


def private() -> None:
    """Let files be read by this user alone: those of a store, and those in between."""
    os.umask(0o077)


class Commands(TyperGroup):
    """Commands that say in one line what a person can mend, whichever of them meets it."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run a command."""
        from data.core.errors import TandemError

        if not {*ctx.args, *ctx._protected_args} & _FOR_OTHERS:
            private()
        try:
            return super().invoke(ctx)
        except (TandemError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # who read what is printed went away
            typer.echo(said(error), err=True)
        raise typer.Exit(1)


def said(error: Exception) -> str:
    """Return what can be mended, in one line: of the system's errors where, why, and what to do.

    >>> said(OSError(errno.ENOSPC, "No space left on device", "store/draft"))
    'store/draft: No space left on device. Make room on the disk.'
    """
    if not isinstance(error, OSError):
        return str(error)
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}. {_TODO.get(error.errno or 0, '')}".strip()
