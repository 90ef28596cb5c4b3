"""The command `demo`: the exports of the demo company, loaded, what its people said, its policy."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from data.demo.company import write_exports
from data.store.state import Store
from data.workspace.demo import remember
from data.workspace.policy import write_demo
from etl.load.command.printing import print_load, progress_bar
from etl.load.run import LoadOptions


def load_demo(store: Path, decided: Callable[[Store], object] = id) -> int:
    """Load the demo company into a store; return the exit code of the load.

    decided: makes what its people decided, once all else is there.
    """
    with tempfile.TemporaryDirectory() as folder:
        with progress_bar("Writing the demo company's exports") as told:
            write_exports(Path(folder), progress=told)
        code = print_load([Path(folder)], store, LoadOptions())
    if code != 1:
        remember(Store(store))
        write_demo(store)
        decided(Store(store))
    return code
