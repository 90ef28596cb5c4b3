"""Errors that nobody foresaw: their details go to a file, and a person gets a sentence."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from data.core.errors import CANNOT_WRITE, DAMAGED, MAY_WRITE, TandemError, first_line
from data.core.texts import N_
from data.store.engine import is_damage

NAME = "fault.log"
#: What the engine and Arrow raise: meant for those who write statements, not for those who read.
OF_THE_ENGINE = (duckdb.Error, pa.ArrowException)


def unforeseen(folder: Path, error: Exception, reason: str, **values: object) -> TandemError:
    """Keep the details of `error` in the store's folder; return what to tell a person.

    reason: the sentence, marked with N_, filled with `values`. A full disk and a damaged file are
    foreseen: they are said as what they are.
    """
    if (of_files := _of_files(error)) is not None:
        return of_files
    path = folder / NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
            log.writelines(traceback.format_exception(error))
            log.write("\n")
    except OSError as full:
        return TandemError(CANNOT_WRITE, MAY_WRITE, path=path, error=full)
    return TandemError(
        reason, N_("Report it as a fault, with the last lines of {log}."), log=path, **values
    )


def _of_files(error: Exception) -> TandemError | None:
    """Return what is said where files are at fault; None where we are."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        why = f"{where}{error.strerror}"
    elif isinstance(error, duckdb.Error) and is_damage(error):
        why = first_line(error)
    else:
        return None
    damaged = "orrupt" in why
    return TandemError(
        N_("A file cannot be read or written: {error}."),
        DAMAGED if damaged else MAY_WRITE,
        error=why,
    )
