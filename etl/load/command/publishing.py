"""`publish` and `derive`: the store as Parquet, for engines that run on several machines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.core.options import NOTHING, STORE, StoreFolder

if TYPE_CHECKING:
    from data.store.parquet import Manifest


def publish(
    parquet: Annotated[
        Path,
        typer.Option(
            file_okay=False, help="Folder of the tables in Parquet; the whole cluster must see it."
        ),
    ],
    store: StoreFolder = STORE,
) -> None:
    """Write the published data as Parquet, for engines that run on several machines."""
    made = publish_tables(store, parquet)
    if made is None:
        typer.echo(NOTHING.format(store=store), err=True)
        raise typer.Exit(1)
    typer.echo(f"Published state {made.state} to {parquet / made.folder}")


def publish_tables(store: Path, parquet: Path) -> Manifest | None:
    """Write the current state, and the policy that it answers by; None where there is no state.

    Raises `StoreError` for a policy that has no meaning, before anything is written.
    """
    from data.store.parquet import publish_parquet
    from data.store.state import Store
    from data.workspace import policy
    from etl.load.command.printing import progress_bar
    from etl.load.lock import only_load

    state = Store(store).current()
    if state is None:
        return None
    policy.read(store)
    with only_load(parquet), progress_bar(f"Writing {parquet}") as told:
        made = publish_parquet(state, parquet, told)
        policy.carry(store, parquet)
    return made


def derive(
    parquet: Annotated[Path, typer.Option(file_okay=False, help="Folder that `publish` wrote.")],
) -> None:
    """Derive open items and cubes anew from documents and matches, on a Spark cluster."""
    from etl.ledger.cluster import derive_on_cluster
    from etl.load.command.printing import progress_bar
    from etl.load.lock import only_load

    with only_load(parquet), progress_bar(f"Deriving {parquet}") as told:
        made = derive_on_cluster(os.environ.get("TANDEM_ENGINE", ""), parquet, told)
    typer.echo(f"Published state {made.state} to {parquet / made.folder}")
