"""Options that several commands share, so that they are called the same everywhere."""

from __future__ import annotations

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
