"""Errors that nobody foresaw: their details go to a file, and a person gets a sentence."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from data.core.errors import TandemError
from data.core.texts import N_

NAME = "fault.log"
#: What the engine and Arrow raise: meant for those who write statements, not for those who read.
OF_THE_ENGINE = (duckdb.Error, pa.ArrowException)


def unforeseen(folder: Path, error: Exception, reason: str, **values: object) -> TandemError:
    """Keep the details of `error` in the store's folder; return what to tell a person.

    reason: the sentence, marked with N_, filled with `values`.
    """
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        log.writelines(traceback.format_exception(error))
        log.write("\n")
    return TandemError(
        reason, N_("Report it as a fault, with the last lines of {log}."), log=path, **values
    )
