"""Options that several commands share, so that they are called the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

STORE = Path("store")
"""The folder of the data where none is named."""
StoreFolder = Annotated[
    Path,
    typer.Option("--store", envvar="TANDEM_STORE", file_okay=False, help="Folder of the data."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="End of this day; the last day of the data."),
]
Where = Annotated[
    list[str] | None,
    typer.Option(help="DIMENSION=VALUE to filter by, as `show` takes it; repeatable."),
]
OutFolder = Annotated[
    Path, typer.Option(file_okay=False, help="Folder to write into; made where missing.")
]
NOTHING = "{store} holds no data yet: load exports with `python app.py load PATH`"
"""What is answered where nothing was loaded."""


def conditions(where: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """Return dimension -> values, of what `--where` says. Raises ValueError where that is nothing.

    >>> conditions(["country=BE", "country=NL"])
    {'country': ('BE', 'NL')}
    """
    found: dict[str, tuple[str, ...]] = {}
    for condition in where or ():
        name, equals, value = condition.partition("=")
        if not equals:
            raise ValueError(f"--where {condition!r} has no '=': write DIMENSION=VALUE")
        found[name] = (*found.get(name, ()), value)
    return found
