"""Accounts, passwords, sessions, and the log that can only be added to."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from data.core.rights import EVERYBODY, Scope
from data.workspace.people import people as module
from data.workspace.people.log import Which
from data.workspace.people.people import (
    IDLE,
    INVITED,
    LASTS,
    LONGEST,
    PAUSE,
    TRIES,
    TRIES_FROM_ONE,
    People,
    PeopleError,
    RefusedError,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = "a long enough password"  # noqa: S105 - of nobody
OWN = Scope.of({"salesperson": ("Anna",), "country": ("BE", "NL")})


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash in no time: how slow it is by itself is the library's."""
    module._nobodys.cache_clear()
    monkeypatch.setattr(module, "_hasher", lambda: PasswordHasher(1, 8, 1))


@pytest.fixture
def people(tmp_path):
    return People(tmp_path)


def with_anna(people, now=NOW):
    """Add the administrator Anna, who has set a password."""
    people.set_password(people.add("Anna@x.example", "Anna", "admin", now=now), SECRET, now)
    return people


def test_nobody_has_an_account_until_somebody_has(people):
    assert not people.any()
    assert people.accounts() == ()
    assert people.reader("guessed") is None
    with_anna(people)
    assert people.any()
    [anna] = people.accounts()
    assert (anna.login, anna.role, anna.scope, anna.invited) == (
        "anna@x.example", "admin", EVERYBODY, False,
    )  # fmt: skip


def test_the_first_is_an_administrator_of_all_books(people):
    for role, scope in (("sales", EVERYBODY), ("admin", OWN)):
        with pytest.raises(PeopleError, match="first account"):
            people.add("bob", "Bob", role, scope)


@pytest.mark.parametrize(
    ("login", "name", "role", "reason"),
    [
        ("", "Bob", "sales", "one word"),
        ("bob b", "Bob", "sales", "one word"),
        ("bob", " ", "sales", "called"),
        ("bob", "Bob", "boss", "no role"),
        ("ANNA@x.example ", "Bob", "sales", "taken"),
    ],
)
def test_an_account_needs_a_login_a_name_and_a_role(people, login, name, role, reason):
    with_anna(people)
    with pytest.raises(PeopleError, match=reason):
        people.add(login, name, role)
    assert len(people.accounts()) == 1


def test_who_signs_in_is_known_until_the_session_ends(people):
    with_anna(people)
    people.set_password(people.add("bob", "Bob", "sales", OWN, now=NOW), SECRET, NOW)
    session = people.sign_in("BOB ", SECRET, "10.0.0.1", NOW)
    reader = people.reader(session, NOW)
    assert (reader.name, reader.role, reader.scope, reader.login) == ("Bob", "sales", OWN, "bob")
    used = NOW + IDLE - timedelta(minutes=1)
    assert people.reader(session, used), "used, it goes on"
    assert people.reader(session, used + IDLE - timedelta(minutes=1))
    assert people.reader(session, used + 2 * IDLE) is None, "idle, it ends"
    other = people.sign_in("bob", SECRET, now=NOW)
    people.sign_out(other)
    assert people.reader(other, NOW) is None
    assert people.reader(session, NOW), "the other one goes on"
    people.sign_out_everywhere("bob")
    assert people.reader(session, NOW) is None


def test_a_session_ends_however_often_it_is_used(people):
    with_anna(people)
    session = people.sign_in("anna@x.example", SECRET, now=NOW)
    day = NOW
    while day - NOW <= LASTS:
        assert people.reader(session, day)
        day += timedelta(hours=7)
    assert people.reader(session, day) is None


def test_what_was_wrong_is_not_said(people):
    with_anna(people)
    people.add("invited", "Not Yet", "sales")
    said = set()
    for login, password in (
        ("anna@x.example", "wrong"), ("nobody", SECRET), ("invited", ""), ("invited", SECRET),
    ):  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            people.sign_in(login, password)
        said.add(str(refused.value))
    assert len(said) == 1


def test_too_many_failures_lock_a_name_for_a_while(people):
    with_anna(people)
    for n in range(TRIES):
        with pytest.raises(RefusedError, match="not right"):
            people.sign_in("anna@x.example", "wrong", f"10.0.0.{n}", NOW)
    with pytest.raises(RefusedError, match="too many"):
        people.sign_in("anna@x.example", SECRET, "10.0.0.9", NOW)
    later = People(people._database.folder)
    with pytest.raises(RefusedError, match="too many"):
        later.sign_in("anna@x.example", SECRET, "10.0.0.9", NOW)
    assert people.sign_in("anna@x.example", SECRET, now=NOW + PAUSE + timedelta(seconds=1))


def test_failures_before_a_success_do_not_count(people):
    with_anna(people)
    for _ in range(3):
        for _ in range(TRIES - 1):
            with pytest.raises(RefusedError, match="not right"):
                people.sign_in("anna@x.example", "wrong", "", NOW)
        people.sign_in("anna@x.example", SECRET, "", NOW)


def test_one_address_cannot_try_every_name(people, monkeypatch):
    monkeypatch.setattr(module, "_proves", lambda kept, password: password == SECRET and kept)
    with_anna(people)
    for n in range(TRIES_FROM_ONE):
        with pytest.raises(RefusedError, match="not right"):
            people.sign_in(f"name{n}", "wrong", "10.0.0.1", NOW)
    with pytest.raises(RefusedError, match="too many"):
        people.sign_in("anna@x.example", SECRET, "10.0.0.1", NOW)
    assert people.sign_in("anna@x.example", SECRET, "10.0.0.2", NOW)


def test_a_link_sets_a_password_once_and_not_for_ever(people):
    with_anna(people)
    ticket = people.add("bob", "Bob", "credit", now=NOW)
    assert people.invited(ticket, NOW).login == "bob"
    assert people.invited(ticket, NOW + INVITED) is None
    assert people.invited("guessed", NOW) is None
    for bad, reason in (("short", "12 to 128"), ("x" * 129, "12 to 128")):
        with pytest.raises(PeopleError, match=reason):
            people.set_password(ticket, bad, NOW)
    newer = people.invite("bob", now=NOW)
    with pytest.raises(RefusedError, match="no more"):
        people.set_password(ticket, SECRET, NOW)
    people.set_password(newer, SECRET, NOW)
    with pytest.raises(RefusedError, match="no more"):
        people.set_password(newer, SECRET, NOW)


def test_a_new_password_ends_every_session(people):
    with_anna(people)
    session = people.sign_in("anna@x.example", SECRET, now=NOW)
    people.set_password(people.invite("anna@x.example", now=NOW), SECRET + "!", NOW)
    assert people.reader(session, NOW) is None
    with pytest.raises(RefusedError):
        people.sign_in("anna@x.example", SECRET, now=NOW)


def test_a_password_is_all_that_was_typed_whatever_its_letters(people):
    with_anna(people)
    long = "ключ 鍵 \N{KEY}   " * 8
    whole = long + "x" * (LONGEST - len(long))
    people.set_password(people.invite("anna@x.example", now=NOW), whole, NOW)
    for other in (whole[:-1], whole + "x"):
        with pytest.raises(RefusedError, match="not right"):
            people.sign_in("anna@x.example", other, now=NOW)
    assert people.sign_in("anna@x.example", whole, now=NOW)


def test_who_is_shut_out_is_out_at_once_and_everywhere(people):
    with_anna(people)
    people.set_password(people.add("bob", "Bob", "sales", now=NOW), SECRET, NOW)
    ticket = people.invite("bob", now=NOW)
    sessions = [people.sign_in("bob", SECRET, now=NOW) for _ in range(2)]
    people.change("bob", active=False)
    assert [people.reader(s, NOW) for s in sessions] == [None, None]
    assert people.invited(ticket, NOW) is None
    with pytest.raises(RefusedError):
        people.sign_in("bob", SECRET, now=NOW)
    people.change("bob", active=True, role="credit", scope=OWN)
    reader = people.reader(people.sign_in("bob", SECRET, now=NOW), NOW)
    assert (reader.role, reader.scope) == ("credit", OWN)


def test_a_change_holds_from_the_next_look(people):
    with_anna(people)
    people.set_password(people.add("bob", "Bob", "credit", now=NOW), SECRET, NOW)
    session = people.sign_in("bob", SECRET, now=NOW)
    people.change("bob", scope=OWN, approves="Credit manager")
    reader = people.reader(session, NOW)
    assert (reader.scope, reader.approves) == (OWN, "Credit manager")


@pytest.mark.parametrize("told", [{"active": False}, {"role": "sales"}, {"scope": OWN}])
def test_somebody_remains_who_lets_people_in(people, told):
    with_anna(people)
    with pytest.raises(PeopleError, match="remain"):
        people.change("anna@x.example", **told)
    assert people.account("anna@x.example").role == "admin"
    assert people.account("anna@x.example").active


def test_the_log_says_what_was_done_and_cannot_be_changed(people):
    with_anna(people)
    people.sign_in("anna@x.example", SECRET, "10.0.0.1", NOW)
    people.note("anna@x.example", "exported", "aging", "10.0.0.1")
    assert [(d.login, d.what, d.about) for d in people.audit(3)] == [
        ("anna@x.example", "exported", "aging"),
        ("anna@x.example", "signed in", ""),
        ("anna@x.example", "password set", ""),
    ]
    for statement in ("update audit set login = 'x'", "delete from audit"):
        with (
            pytest.raises(sa.exc.SQLAlchemyError, match="only be added"),
            people._database._engine.begin() as connection,
        ):
            connection.execute(sa.text(statement))


def test_no_secret_is_kept(people, tmp_path):
    with_anna(people)
    ticket = people.add("bob", "Bob", "sales", now=NOW)
    session = people.sign_in("anna@x.example", SECRET, now=NOW)
    kept = (tmp_path / "workspace.sqlite").read_bytes()
    for secret in (SECRET, ticket, session):
        assert secret.encode() not in kept


def test_who_is_vouched_for_is_let_in_only_with_an_account_that_is_open(people):
    with_anna(people)
    people.add("Bob@x.example", "Bob", "sales", OWN, now=NOW)
    assert people.vouched(" bob@X.example").scope == OWN
    session = people.enter("BOB@x.example", "Example ID", "10.0.0.7", NOW)
    assert people.reader(session, NOW).login == "bob@x.example"
    assert people.account("bob@x.example").signed_in == NOW
    people.change("bob@x.example", active=False)
    assert people.reader(session, NOW) is None
    for login in ("bob@x.example", "nobody@x.example", ""):
        assert people.vouched(login) is None
        with pytest.raises(RefusedError, match="Nobody here"):
            people.enter(login, "Example ID", "10.0.0.7", NOW)
    refused = people.audit(None, Which("bob@x.example", "refused", NOW.date(), NOW.date()))
    assert [(d.what, d.about, d.address) for d in refused] == [
        ("refused", "Example ID", "10.0.0.7")
    ]
    assert people.audit(None, Which(until=NOW.date() - timedelta(days=1))) == ()
    logins, sorts = people.audited()
    assert "bob@x.example" in logins
    assert {"signed in", "refused", "account added"} <= set(sorts)


def test_what_another_process_ends_is_ended_at_once(people, tmp_path):
    """A reader is asked for with every request; whoever ends an account may be another program."""
    with_anna(people)
    people.set_password(people.add("Bob", "Bob", "credit"), SECRET)
    session = people.sign_in("bob", SECRET, "")
    time.sleep(0.15)  # so long that what was read is kept
    assert [people.reader(session).login for _ in range(3)] == ["bob"] * 3
    with closing(sqlite3.connect(tmp_path / "workspace.sqlite")) as other, other:
        other.execute("update accounts set scope = ? where login = 'bob'", (OWN.text,))
    assert people.reader(session).scope == OWN
    time.sleep(0.15)
    assert people.reader(session).scope == OWN
    with closing(sqlite3.connect(tmp_path / "workspace.sqlite")) as other, other:
        other.execute("delete from sessions")
    assert people.reader(session) is None


def test_who_holds_a_session_is_read_once_for_many_questions(people, monkeypatch):
    with_anna(people)
    one, two = (people.sign_in("anna@x.example", SECRET, "") for _ in range(2))
    people.set_password(people.add("Bob", "Bob", "credit"), SECRET)
    other = people.sign_in("bob", SECRET, "")
    time.sleep(0.15)
    read = []
    monkeypatch.setattr(
        module,
        "_holder_of",
        lambda *asked, ask=module._holder_of: read.append(asked) or ask(*asked),
    )
    for _ in range(3):
        found = [people.reader(held).login for held in (one, two, other)]
        assert found == ["anna@x.example", "anna@x.example", "bob"]
    assert len(read) == 3
    assert people.reader(one, datetime.now(UTC) + LASTS + IDLE) is None


def test_what_was_written_a_moment_ago_is_not_kept(people, monkeypatch):
    """A second write within one tick of a file's clock would leave it with the same time."""
    with_anna(people)
    session = people.sign_in("anna@x.example", SECRET, "")
    read = []
    monkeypatch.setattr(
        module,
        "_holder_of",
        lambda *asked, ask=module._holder_of: read.append(asked) or ask(*asked),
    )
    monkeypatch.setattr("data.workspace.database._TICK", 3_600 * 10**9)
    for _ in range(3):
        assert people.reader(session)
    assert len(read) == 3
