"""Publishes a store as Parquet, for the command line."""

from __future__ import annotations

from pathlib import Path

from data.store.parquet import Manifest, publish_parquet
from data.store.state import Store
from data.workspace import policy
from etl.load.command.printing import progress_bar
from etl.load.lock import only_load


def publish_tables(store: Path, parquet: Path) -> Manifest | None:
    """Write the current state, and the policy that it answers by; None where there is no state.

    Raises `StoreError` for a policy that has no meaning, before anything is written.
    """
    state = Store(store).current()
    if state is None:
        return None
    policy.read(store)
    with only_load(parquet), progress_bar(f"Writing {parquet}") as told:
        made = publish_parquet(state, parquet, told)
        policy.carry(store, parquet)
    return made
