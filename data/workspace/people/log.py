"""The audit log: what was done by whom. The database refuses to change or delete a row of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from data.workspace.people.tables import AUDIT

SIGNED_IN = "signed in"


@dataclass(frozen=True)
class Done:
    """One row of the audit log."""

    number: int
    at: datetime
    login: str
    what: str
    about: str
    address: str


@dataclass(frozen=True)
class Which:
    """Which rows are asked for: of one login, of one sort, from and to a day of UTC; '' all."""

    login: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None


def note(
    connection: sa.Connection, login: str, what: str, about: str, address: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Add a row to the audit log, in a transaction of somebody's."""
    connection.execute(
        sa.insert(AUDIT).values(
            at=at or datetime.now(UTC).replace(microsecond=0),
            login=login[:120], what=what, about=about[:2000], address=address[:64],
        )
    )  # fmt: skip


def rows(connection: sa.Connection, which: Which, most: int | None) -> tuple[Done, ...]:
    """Return the last rows of those asked for, the newest first; most: None for all of them."""
    asked = sa.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(most)
    if which.login:
        asked = asked.where(AUDIT.c.login == which.login)
    if which.what:
        asked = asked.where(AUDIT.c.what == which.what)
    if which.since:
        asked = asked.where(AUDIT.c.at >= _midnight(which.since))
    if which.until:
        asked = asked.where(AUDIT.c.at < _midnight(which.until + timedelta(days=1)))
    return tuple(Done(**row._mapping) for row in connection.execute(asked))


def sorts(connection: sa.Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the logins, and the sorts of what was done, that occur."""
    found = [
        tuple(connection.execute(sa.select(c).distinct().order_by(c)).scalars())
        for c in (AUDIT.c.login, AUDIT.c.what)
    ]
    return found[0], found[1]


def last_sign_ins() -> sa.Subquery:
    """Return when each login signed in last: columns login, signed_in."""
    return (
        sa.select(AUDIT.c.login, sa.func.max(AUDIT.c.at).label("signed_in"))
        .where(AUDIT.c.what == SIGNED_IN)
        .group_by(AUDIT.c.login)
        .subquery()
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
