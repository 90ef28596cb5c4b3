"""`backup`, `restore`, `recover` and `carry-over`: what keeps a store, and what brings it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.core.options import STORE, StoreFolder

if TYPE_CHECKING:
    from data.store.state import Store

_File = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]


def _about(store: Store) -> str:
    """Return what a store holds, in words."""
    state = store.current()
    if state is None:
        return "nothing is loaded"
    about = state.engine.query("select last_day, documents from about").to_pylist()[0]
    return f"state {state.number}, {about['documents']:,} documents up to {about['last_day']}"


def _beside(files: int, said: bool) -> str:
    return f"{files:,} files" + (", what people said among them" if said else "")


def backup(
    file: _File,
    store: StoreFolder = STORE,
    newest: Annotated[
        bool, typer.Option("--newest", help="Without the earlier states that are kept beside it.")
    ] = False,
) -> None:
    """Write the store into one file: its states, what people said, accounts, policy, presets."""
    from data.store.state import Store
    from data.workspace.places import NAME
    from etl.load.backup.writing import backup as write

    states = Store(store)
    made = write(states, file, newest)
    beside = _beside(len(made.files), NAME in made.files)
    typer.echo(f"Wrote {file}: {_about(states)}; {beside}, {file.stat().st_size:,} bytes.")


def restore(file: _File, store: StoreFolder = STORE) -> None:
    """Restore what `backup` wrote, into a folder that holds nothing yet."""
    from data.store.state import Store
    from data.workspace.places import NAME
    from etl.load.backup.restoring import restore as read

    states = Store(store)
    told = read(file, states)
    beside = _beside(len(told.files), NAME in told.files)
    typer.echo(f"Restored into {store} what was backed up at {told.made_at}: {beside}.")
    typer.echo(f"It holds: {_about(states)}.")


def recover(store: StoreFolder = STORE) -> None:
    """Take up the newest state again, where the file that names the current one is lost."""
    from data.store.state import Store
    from etl.load.lock import only_load

    with only_load(store):
        state = Store(store).recover()
    about = state.engine.query("select last_day, documents from about").to_pylist()[0]
    typer.echo(
        f"State {state.number} is current again: {about['documents']:,} documents up to"
        f" {about['last_day']}."
    )


def carry_over(
    old: Annotated[Path, typer.Argument(metavar="OLD", file_okay=False)],
    store: StoreFolder = STORE,
) -> None:
    """Carry over what people said, accounts, policy and presets from the store in OLD.

    For a store that an earlier version made: load its exports into a new one, then this.
    """
    from etl.load.backup.restoring import carry_over as carry

    came = carry(old, store)
    typer.echo(f"Carried over: {', '.join(came) or 'nothing, for nothing was said there'}.")
