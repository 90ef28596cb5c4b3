"""`python app.py benchmarks`: published payment statistics, to set own sectors beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from data.core.errors import TandemError
from data.core.options import STORE, StoreFolder
from data.store.published import QUANTILES, Published, keep, read, read_file


def benchmarks_command() -> Callable[..., None]:
    """Return the command."""

    def benchmarks(
        files: Annotated[
            list[Path] | None, typer.Argument(help="Tables to keep; none: list what is kept.")
        ] = None,
        store: StoreFolder = STORE,
        source: Annotated[str, typer.Option(help="Who published it, as it is named.")] = "",
        licence: Annotated[str, typer.Option(help="On which terms; it is shown.")] = "",
        period: Annotated[str, typer.Option(help="Of which years: 2017-2026.")] = "",
        country: Annotated[str, typer.Option(help="GB, FR ...; of all where not given.")] = "",
        sector: Annotated[str, typer.Option(help="Code of NACE; all where not given.")] = "",
        note: Annotated[str, typer.Option(help="What is counted; it is shown.")] = "",
    ) -> None:
        """Keep published payment statistics beside the data: Sectors shows own figures with them.

        A file is kept by its name, in place of what that name held before; delete it from the
        folder `benchmarks` of the store, and it is gone. docs/published-figures.md has the columns.
        """
        given = {
            name: value
            for name, value in (
                ("source", source), ("licence", licence), ("period", period),
                ("country", country), ("sector", sector), ("note", note),
            )
            if value
        }  # fmt: skip
        try:
            understood = [(path, read_file(path, given)) for path in files or ()]
            for path, found in understood:
                kept = keep(store, path.stem, found.rows)
                rows = "1 row" if len(found.rows) == 1 else f"{len(found.rows)} rows"
                typer.echo(f"{path.name}: {rows} kept in {kept}", err=True)
                if found.unused:
                    typer.echo(f"  not used: {', '.join(found.unused)}", err=True)
            for row in read(store):
                typer.echo(line_of(row))
        except TandemError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from error

    return benchmarks


def line_of(row: Published) -> str:
    """Return a figure as the command lists it, with tabs."""
    quantiles = ["" if x is None else f"{x}" for x in (getattr(row, q) for q in QUANTILES)]
    return "\t".join(
        (row.source, row.period, row.country, row.sector or "all", row.measure,
         "" if row.n is None else str(row.n), *quantiles)
    )  # fmt: skip
