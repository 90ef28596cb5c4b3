"""When a reader last looked, and what stood there then.

A visit ends with the last look before a pause. Looking again after one begins the next, which is
compared with where the one before ended.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from data.workspace.database import Database
from data.workspace.people.tables import VISITS
from data.workspace.places import VARIABLE

PAUSE = timedelta(hours=4)
"""After so long without a look the next one is another visit."""
_AGAIN = timedelta(minutes=1)
"""So often it is written down that somebody looks, where nothing changed."""


@dataclass(frozen=True)
class Before:
    """Where the visit before this one ended: when, and what stood there."""

    at: datetime
    seen: str


class Visits:
    """The visits beside one store. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Keep them in `folder`, or in the database that `url` or TANDEM_WORKSPACE names."""
        self._database = Database(folder, os.environ.get(VARIABLE, "") if url is None else url)

    def look(self, login: str, seen: str, now: datetime | None = None) -> Before | None:
        """Write down that a reader looks, and what stands there; return the visit before.

        login: '' for the one reader of a machine that asks nobody who they are. seen: text of
        whoever asks. None on the first visit, and where nothing can be kept here. Raises
        `StoreError`.
        """
        now = (now or datetime.now(UTC)).replace(microsecond=0)
        if not self._database.writable():
            return None
        with self._database.reading() as connection:
            found = connection.execute(_of(login)).first() if connection else None
        if found is None or found.seen != seen or now - found.at >= _AGAIN:
            with self._database.writing() as connection:
                # another of the reader's windows may have been first
                found = connection.execute(_of(login)).first()
                if found is None:
                    connection.execute(
                        sa.insert(VISITS).values(login=login, at=now, seen=seen, before="")
                    )
                    return None
                kept = {"before_at": found.at, "before": found.seen}
                if now - found.at < PAUSE:
                    kept = {"before_at": found.before_at, "before": found.before}
                asked = sa.update(VISITS).where(VISITS.c.login == login)
                connection.execute(asked.values(at=now, seen=seen, **kept))
                return _before(kept["before_at"], kept["before"])
        return _before(found.before_at, found.before)


def _of(login: str) -> sa.Select[tuple[str, datetime, str, datetime, str]]:
    return sa.select(VISITS).where(VISITS.c.login == login)


def _before(at: datetime | None, seen: str) -> Before | None:
    return None if at is None else Before(at, seen)
