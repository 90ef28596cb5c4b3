"""`python app.py users ...`: who may come in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.frame.address import AT, invitation
from data.core.options import STORE, StoreFolder
from data.core.rights import EVERYBODY, ROLES, SCOPED_BY, Scope

if TYPE_CHECKING:
    from data.workspace.people.people import People

users = typer.Typer(
    no_args_is_help=True, help="Who may come in: accounts, what they may see, and what they did."
)
_Login = Annotated[str, typer.Argument(help="What the person signs in with: a mail address, say.")]
_Role = Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")]
_Sees = Annotated[
    list[str] | None,
    typer.Option(
        "--sees",
        help=f"Own customers only, such as country=BE; repeatable. By {', '.join(SCOPED_BY)}.",
    ),
]
_Approves = Annotated[
    str | None,
    typer.Option(metavar="LEVEL", help="Approves deals up to this level of the policy."),
]
_At = Annotated[
    str,
    typer.Option(envvar=AT, help="Where readers reach the pages; the link starts with it."),
]
_HERE = "http://127.0.0.1:8050"
BY = "command line"
"""Who did what is done here, in the audit log."""


@contextmanager
def _people(store: Path) -> Iterator[People]:
    """Give the people of a store; what cannot be done ends with a sentence."""
    from data.core.errors import TandemError
    from data.workspace.people.people import People

    if not os.environ.get("TANDEM_WORKSPACE"):
        store.mkdir(parents=True, exist_ok=True)
    try:
        yield People(store)
    except TandemError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _scope(sees: Iterable[str]) -> Scope:
    where: dict[str, tuple[str, ...]] = {}
    for one in sees:
        name, sign, value = one.partition("=")
        if not sign:
            raise typer.BadParameter(f"{one!r}: write it as country=BE")
        where[name] = (*where.get(name, ()), value)
    try:
        return Scope.of(where)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _level(store: Path, said: str | None) -> str | None:
    """Return a level of the policy by its name; '' said means the lowest."""
    from data.workspace.line import today
    from data.workspace.policy import read

    if not said:
        return said
    names = [one.role for one in read(store).approval.at(today())]
    if said not in names:
        raise typer.BadParameter(
            f"{said!r} is no level of the policy; there are: {', '.join(names)}"
        )
    return said


def _link(at: str, secret: str) -> None:
    typer.echo("Send this link; with it a password is set, once, within 3 days:")
    typer.echo(invitation(at, secret))


@users.command()
def add(
    login: _Login,
    name: Annotated[str, typer.Option(help="What the person is called.")],
    role: _Role,
    sees: _Sees = None,
    approves: _Approves = None,
    at: _At = _HERE,
    store: StoreFolder = STORE,
) -> None:
    """Add an account, and print the link with which its password is set."""
    scope = _scope(sees or ())
    with _people(store) as people:
        level = _level(store, approves) or ""
        _link(at, people.add(login, name, role, scope, BY, approves=level))


@users.command("list")
def list_(store: StoreFolder = STORE) -> None:
    """List the accounts."""
    with _people(store) as people:
        found = people.accounts()
    if not found:
        typer.echo("Nobody has an account: a reader of this machine is let in without one.")
    for one in found:
        sees = "; ".join(f"{n}: {', '.join(v)}" for n, v in one.scope.where) or "all customers"
        state = "shut out" if not one.active else "invited" if one.invited else ""
        seen = f"seen {one.seen:%Y-%m-%d %H:%M} UTC" if one.seen else ""
        level = f"approves as {one.approves}" if one.approves else ""
        said = (one.login, one.name, one.role, level, sees, state, seen)
        typer.echo("  ".join(filter(None, said)))


@users.command()
def change(
    login: _Login,
    role: Annotated[str | None, typer.Option(help=f"One of {', '.join(ROLES)}.")] = None,
    sees: _Sees = None,
    sees_all: Annotated[
        bool, typer.Option("--sees-all", help="All customers, from now on.")
    ] = False,
    approves: _Approves = None,
    store: StoreFolder = STORE,
) -> None:
    """Change somebody's role, level or customers: it holds from their next look."""
    if sees and sees_all:
        raise typer.BadParameter("--sees and --sees-all exclude each other")
    scope = EVERYBODY if sees_all else _scope(sees) if sees else None
    with _people(store) as people:
        people.change(login, BY, role=role, scope=scope, approves=_level(store, approves))


@users.command()
def reset(login: _Login, at: _At = _HERE, store: StoreFolder = STORE) -> None:
    """Print a link with which somebody sets a new password."""
    with _people(store) as people:
        _link(at, people.invite(login, BY))


@users.command()
def shut(login: _Login, store: StoreFolder = STORE) -> None:
    """Shut somebody out, everywhere, at once. What they said stays."""
    with _people(store) as people:
        people.change(login, BY, active=False)


@users.command("open")
def open_(login: _Login, store: StoreFolder = STORE) -> None:
    """Let somebody in again who was shut out."""
    with _people(store) as people:
        people.change(login, BY, active=True)


@users.command("sign-out")
def sign_out(login: _Login, store: StoreFolder = STORE) -> None:
    """End every session of somebody."""
    with _people(store) as people:
        people.sign_out_everywhere(login, BY)


@users.command()
def log(
    most: Annotated[int, typer.Option(min=1, help="How many rows, the newest first.")] = 50,
    store: StoreFolder = STORE,
) -> None:
    """Print who did what: signed in, was refused, looked, said, took away."""
    with _people(store) as people:
        found = people.audit(most)
    for one in found:
        typer.echo(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.login or '-'}  {one.what}  {one.about}"
                   f"  {one.address}".rstrip())  # fmt: skip
