"""People: who has an account, who is signed in, and what was done by whom.

Secrets (what a browser or a link holds) are kept as hashes only: who reads the database signs in
as nobody. A password is hashed by Argon2.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from data.core.errors import TandemError
from data.core.rights import ADMIN, EVERYBODY, ROLES, Reader, Scope
from data.core.texts import N_
from data.workspace.database import Database
from data.workspace.people import log
from data.workspace.people.log import SIGNED_IN, Done, Which, note
from data.workspace.people.tables import ACCOUNTS, ATTEMPTS, SESSIONS, TICKETS
from data.workspace.places import VARIABLE

SHORTEST, LONGEST = 12, 128
"""Characters of a password."""
IDLE, LASTS = timedelta(hours=8), timedelta(days=7)
"""How long a session lasts without being used, and at all."""
INVITED = timedelta(days=3)
"""How long a link to set a password works."""
TRIES, PAUSE = 5, timedelta(minutes=15)
"""After so many failures in that time nobody signs in under a name until it has passed."""
TRIES_FROM_ONE = 50
"""The same of one address, whatever the names."""
_SEEN = timedelta(minutes=1)
"""So often it is written down that a session is used."""
_KEPT = timedelta(days=90)
"""So long attempts are kept."""

#: Who holds a session; made once, for it is asked with every request.
_HOLDS = (
    sa.select(ACCOUNTS, SESSIONS.c.seen, SESSIONS.c.since)
    .join(SESSIONS, SESSIONS.c.account == ACCOUNTS.c.id)
    .where(SESSIONS.c.hash == sa.bindparam("held"), ACCOUNTS.c.active)
)


class PeopleError(TandemError):
    """What cannot be done about an account."""


class RefusedError(PeopleError):
    """Somebody is not let in."""


@dataclass(frozen=True)
class Account:
    """One person.

    seen: when a session of theirs was last used; None: they are not signed in. signed_in: when
    they last signed in; None: never.
    """

    id: str
    login: str
    name: str
    role: str
    scope: Scope
    active: bool
    made_at: datetime
    invited: bool
    """They have not set a password yet."""
    seen: datetime | None = None
    signed_in: datetime | None = None
    approves: str = ""
    """The level of the policy up to which they approve deals, by its role; '' the lowest."""

    @property
    def reader(self) -> Reader:
        """Who looks, when they do."""
        return Reader(self.name, self.role, self.scope, self.login, self.approves)


class People:
    """The people of one store. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Keep them in `folder`, or in the database that `url` or TANDEM_WORKSPACE names."""
        self._database = Database(folder, os.environ.get(VARIABLE, "") if url is None else url)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def any(self) -> bool:
        """Return whether anybody has an account: then nobody is let in without one."""
        with self._database.reading() as connection:
            if connection is None:
                return False
            return connection.execute(sa.select(ACCOUNTS.c.id).limit(1)).first() is not None

    def accounts(self) -> tuple[Account, ...]:
        """Return every account, by login."""
        with self._database.reading() as connection:
            if connection is None:
                return ()
            seen = (
                sa.select(SESSIONS.c.account, sa.func.max(SESSIONS.c.seen).label("seen"))
                .group_by(SESSIONS.c.account)
                .subquery()
            )
            last = log.last_sign_ins()
            rows = connection.execute(
                sa.select(ACCOUNTS, seen.c.seen, last.c.signed_in)
                .outerjoin(seen, seen.c.account == ACCOUNTS.c.id)
                .outerjoin(last, last.c.login == ACCOUNTS.c.login)
                .order_by(ACCOUNTS.c.login)
            )
            return tuple(_account(row) for row in rows)

    def account(self, login: str) -> Account:
        """Return one account. Raises `PeopleError` where there is none of that login."""
        for one in self.accounts():
            if one.login == _login(login):
                return one
        raise PeopleError(
            N_("Nobody has the login {login}."), N_("See who has: python app.py users list"),
            login=repr(login),
        )  # fmt: skip

    def add(
        self, login: str, name: str, role: str, scope: Scope = EVERYBODY, by: str = "",
        now: datetime | None = None, approves: str = "",
    ) -> str:  # fmt: skip
        """Add an account; return the secret with which a password can be set for it, once.

        Raises `PeopleError` for a login that is taken, for no name, and for a role that is none.
        """
        login, name, now = _login(login), " ".join(name.split()), now or _now()
        _of_roles(role)
        if not login or len(login) > 120 or any(c.isspace() for c in login):
            raise PeopleError(N_("A login is one word, as a mail address is."))
        if not name or len(name) > 80:
            raise PeopleError(N_("Say what the person is called, in at most 80 characters."))
        account = {
            "id": secrets.token_hex(8), "login": login, "name": name, "role": role,
            "scope": scope.text, "password": "", "active": True, "made_at": now,
            "approves": approves,
        }  # fmt: skip
        with self._database.writing() as connection:
            taken = sa.select(ACCOUNTS.c.id).where(ACCOUNTS.c.login == login)
            if connection.execute(taken).first():
                raise PeopleError(N_("The login {login} is taken."), login=repr(login))
            first = connection.execute(sa.select(ACCOUNTS.c.id).limit(1)).first() is None
            if first and (role != ADMIN or scope):
                raise PeopleError(
                    N_("The first account is an administrator's, who lets the others in.")
                )
            connection.execute(sa.insert(ACCOUNTS).values(account))
            note(connection, by, "account added", f"{login} {role} {scope.text}".strip(), "", now)
            return _ticket(connection, str(account["id"]), now)

    def change(
        self, login: str, by: str = "", *, role: str | None = None, scope: Scope | None = None,
        active: bool | None = None, approves: str | None = None, now: datetime | None = None,
    ) -> None:  # fmt: skip
        """Change what somebody may; who is shut out is signed out at once, everywhere.

        Raises `PeopleError` for nobody's login, for a role that is none, and where no active
        administrator of all books would be left.
        """
        account, now = self.account(login), now or _now()
        told: dict[str, Any] = {}
        if role is not None:
            _of_roles(role)
            told["role"] = role
        if scope is not None:
            told["scope"] = scope.text
        if active is not None:
            told["active"] = active
        if approves is not None:
            told["approves"] = approves
        with self._database.writing() as connection:
            connection.execute(
                sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(**told)
            )
            left = connection.execute(
                sa.select(ACCOUNTS.c.id).where(
                    ACCOUNTS.c.role == ADMIN, ACCOUNTS.c.active, ACCOUNTS.c.scope == ""
                )
            ).first()
            if left is None:
                raise PeopleError(N_("Somebody must remain who lets people in."))
            if active is False:
                _sign_out(connection, account.id)
            about = " ".join(f"{k}={v}" for k, v in told.items())
            note(connection, by, "account changed", f"{account.login} {about}", "", now)

    def invite(self, login: str, by: str = "", now: datetime | None = None) -> str:
        """Return a secret with which somebody sets a new password, once; earlier ones end."""
        account, now = self.account(login), now or _now()
        with self._database.writing() as connection:
            note(connection, by, "password reset", account.login, "", now)
            return _ticket(connection, account.id, now)

    def invited(self, ticket: str, now: datetime | None = None) -> Account | None:
        """Return whose password a secret sets; None where it sets nobody's (any more)."""
        with self._database.reading() as connection:
            row = connection and _holder(connection, ticket, now or _now())
            return _account(row) if row else None

    def set_password(self, ticket: str, password: str, now: datetime | None = None) -> Account:
        """Set a password with a secret, which then is used up; sign the person out everywhere.

        Raises `RefusedError` for a secret that works no more, `PeopleError` for a password that is
        too short or too long, or is the login.
        """
        now = now or _now()
        if not SHORTEST <= len(password) <= LONGEST:
            raise PeopleError(
                N_("A password has {least} to {most} characters."), least=SHORTEST, most=LONGEST
            )
        with self._database.writing() as connection:
            row = _holder(connection, ticket, now)
            if row is None:
                raise RefusedError(
                    N_("This link works no more."), N_("Ask for a new one: it works for 3 days.")
                )
            if password.casefold() in (row.login, row.login.partition("@")[0], row.name.casefold()):
                raise PeopleError(N_("The password is your name; take another one."))
            connection.execute(
                sa.update(ACCOUNTS)
                .where(ACCOUNTS.c.id == row.id)
                .values(password=_hasher().hash(password))
            )
            connection.execute(sa.delete(TICKETS).where(TICKETS.c.account == row.id))
            _sign_out(connection, row.id)
            note(connection, row.login, "password set", "", "", now)
            return _account(row)

    def sign_in(
        self, login: str, password: str, address: str = "", now: datetime | None = None
    ) -> str:
        """Sign somebody in; return the secret of the session, for the browser alone.

        Raises `RefusedError`, in the same words whatever was wrong; in others where there were too
        many failures of late.
        """
        login, now = _login(login)[:120], now or _now()
        with self._database.reading() as connection:
            row = None
            if connection is not None:
                _locked(connection, login, address, now)
                asked = sa.select(ACCOUNTS).where(ACCOUNTS.c.login == login, ACCOUNTS.c.active)
                row = connection.execute(asked).first()
        worked = _proves(row.password if row else "", password)
        with self._database.writing() as connection:
            if row is not None and worked:
                # changed meanwhile, it is not the account that was asked for
                still = sa.select(ACCOUNTS.c.id).where(
                    ACCOUNTS.c.id == row.id, ACCOUNTS.c.active, ACCOUNTS.c.password == row.password
                )
                worked = connection.execute(still).first() is not None
            connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.at < now - _KEPT))
            connection.execute(
                sa.insert(ATTEMPTS).values(at=now, login=login, address=address[:64], worked=worked)
            )
            note(connection, login, SIGNED_IN if worked else "refused", "", address, now)
            if row is not None and worked:
                return _begin(connection, row.id, now)
        raise RefusedError(N_("Login or password is not right."))

    def vouched(self, login: str) -> Reader | None:
        """Return who has a login that somebody trusted names; None: nobody who is let in."""
        with self._database.reading() as connection:
            row = connection and _active(connection, login)
            return _account(row).reader if row else None

    def enter(self, login: str, by: str, address: str = "", now: datetime | None = None) -> str:
        """Begin a session for somebody whom `by` has signed in; return its secret.

        Raises `RefusedError` where nobody who is let in has the login.
        """
        now = now or _now()
        with self._database.writing() as connection:
            row = _active(connection, login)
            what = SIGNED_IN if row else "refused"
            note(connection, row.login if row else _login(login), what, by, address, now)
            if row is not None:
                return _begin(connection, row.id, now)
        raise RefusedError(N_("Nobody here has the login {login}."), login=repr(login[:120]))

    def reader(self, session: str, now: datetime | None = None) -> Reader | None:
        """Return who holds the secret of a session; None where nobody does (any more)."""
        if not session:
            return None
        now, held = now or _now(), _hash(session)
        row = self._database.asked(held, lambda connection: _holder_of(connection, held))
        if row is None or now - row.seen > IDLE or now - row.since > LASTS:
            return None
        if now - row.seen > _SEEN:
            with self._database.writing() as connection:
                used = sa.update(SESSIONS).where(SESSIONS.c.hash == held)
                connection.execute(used.values(seen=now))
        return _account(row).reader

    def sign_out(self, session: str) -> None:
        """End one session."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.hash == _hash(session)))

    def sign_out_everywhere(self, login: str, by: str = "", now: datetime | None = None) -> None:
        """End every session of somebody. Raises `PeopleError` for nobody's login."""
        account = self.account(login)
        with self._database.writing() as connection:
            _sign_out(connection, account.id)
            note(connection, by, "signed out everywhere", account.login, "", now or _now())

    def note(self, login: str, what: str, about: str = "", address: str = "") -> None:
        """Add a row to the audit log."""
        with self._database.writing() as connection:
            note(connection, login, what, about, address)

    def audit(self, most: int | None = 1000, which: Which | None = None) -> Sequence[Done]:
        """Return the last rows of the audit log, the newest first; most: None for all of them."""
        with self._database.reading() as connection:
            return () if connection is None else log.rows(connection, which or Which(), most)

    def audited(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the logins, and the sorts of what was done, that the audit log names."""
        with self._database.reading() as connection:
            return ((), ()) if connection is None else log.sorts(connection)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _holder_of(connection: sa.Connection | None, held: str) -> sa.Row[Any] | None:
    return None if connection is None else connection.execute(_HOLDS, {"held": held}).first()


def _login(said: str) -> str:
    return said.strip().casefold()


def _of_roles(role: str) -> None:
    if role not in ROLES:
        raise PeopleError(
            N_("{role} is no role; there are: {roles}."), role=repr(role), roles=", ".join(ROLES)
        )


def _hash(secret: str) -> str:
    # it is random and long: nothing slower is needed
    return hashlib.sha256(secret.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex())


def _proves(kept: str, password: str) -> bool:
    """Return whether a password is the one whose hash is kept; as slow where there is none."""
    try:
        proved = _hasher().verify(kept or _nobodys(), password[:LONGEST])
        return proved and bool(kept) and len(password) <= LONGEST
    except VerificationError:
        return False


def _active(connection: sa.Connection, login: str) -> sa.Row[Any] | None:
    asked = sa.select(ACCOUNTS).where(ACCOUNTS.c.login == _login(login)[:120], ACCOUNTS.c.active)
    return connection.execute(asked).first()


def _account(row: sa.Row[Any]) -> Account:
    seen, signed_in = getattr(row, "seen", None), getattr(row, "signed_in", None)
    return Account(
        row.id, row.login, row.name, row.role, Scope.read(row.scope), row.active, row.made_at,
        not row.password, seen, signed_in, row.approves,
    )  # fmt: skip


def _locked(connection: sa.Connection, login: str, address: str, now: datetime) -> None:
    """Refuse where there were too many failures of late."""
    failed = sa.select(sa.func.count()).where(ATTEMPTS.c.at > now - PAUSE, ~ATTEMPTS.c.worked)
    last = sa.select(sa.func.max(ATTEMPTS.c.number)).where(
        ATTEMPTS.c.login == login, ATTEMPTS.c.worked
    )
    since = connection.execute(last).scalar() or 0
    of_name = failed.where(ATTEMPTS.c.login == login, ATTEMPTS.c.number > since)
    of_place = failed.where(ATTEMPTS.c.address == address[:64])
    if (
        connection.execute(of_name).scalar_one() >= TRIES
        or connection.execute(of_place).scalar_one() >= TRIES_FROM_ONE
    ):
        raise RefusedError(
            N_("There were too many failures to sign in."), N_("Try again in a quarter of an hour.")
        )


def _begin(connection: sa.Connection, account: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    ended = sa.or_(SESSIONS.c.seen < now - IDLE, SESSIONS.c.since < now - LASTS)
    connection.execute(sa.delete(SESSIONS).where(ended))
    connection.execute(
        sa.insert(SESSIONS).values(hash=_hash(secret), account=account, since=now, seen=now)
    )
    return secret


def _sign_out(connection: sa.Connection, account: str) -> None:
    connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account == account))


def _ticket(connection: sa.Connection, account: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(24)
    connection.execute(sa.delete(TICKETS).where(TICKETS.c.account == account))
    connection.execute(
        sa.insert(TICKETS).values(hash=_hash(secret), account=account, until=now + INVITED)
    )
    return secret


def _holder(connection: sa.Connection, ticket: str, now: datetime) -> sa.Row[Any] | None:
    return connection.execute(
        sa.select(ACCOUNTS)
        .join(TICKETS, TICKETS.c.account == ACCOUNTS.c.id)
        .where(TICKETS.c.hash == _hash(ticket), TICKETS.c.until > now, ACCOUNTS.c.active)
    ).first()
