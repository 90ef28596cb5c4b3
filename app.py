"""Wires the parts together: the command line, and `create_app` for the pages."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.printing import Output, printed

if TYPE_CHECKING:
    from dash import Dash

    from data.core.importing import Importer
    from data.store.state import Store

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Tandem: one view of the same customers and markets for credit and sales.",
)
StoreFolder = Annotated[
    Path,
    typer.Option(
        "--store", envvar="TANDEM_STORE", file_okay=False, help="Folder of the published data."
    ),
]
STORE = Path("store")
_NOTHING = "{store} holds no data yet: load exports with `python app.py load PATH`"
_NO_DAY = "{store} holds no document yet: the report of the load says what was refused, and why"


class Basis(StrEnum):
    """What aging counts from."""

    due = "due"
    issued = "issued"


class DateOrder(StrEnum):
    """How 01/02/2025 is meant."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    comma = ","
    point = "."


def _currency(code: str | None) -> str | None:
    """Return a currency's code as ISO 4217 writes it; refuse what is none."""
    from data.reference.currencies import currencies

    if code is not None and code.upper() not in currencies():
        raise typer.BadParameter(f"{code!r} is no currency: write its code of ISO 4217, as in EUR")
    return code and code.upper()


def _in_a_folder(path: Path | None) -> Path | None:
    """Refuse a file to write whose folder is not there, before an hour's load and not after."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    return path


def _stop(message: object) -> typer.Exit:
    typer.echo(str(message), err=True)
    return typer.Exit(1)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


@cli.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Export files, or folders of them.")],
    store: StoreFolder = STORE,
    map: Annotated[
        list[Path] | None,
        typer.Option(help="Mapping file (TOML) for exports nobody has seen before; repeatable."),
    ] = None,
    format: Annotated[
        str | None, typer.Option("--as", metavar="FORMAT", help="Read every file as this format.")
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(callback=_currency, help="Reporting currency, where the data leave it open."),
    ] = None,
    terms: Annotated[
        int | None,
        typer.Option(min=0, max=3650, help="Days to pay for invoices without due day and terms."),
    ] = None,
    dates: Annotated[
        DateOrder | None, typer.Option(help="What 01/02/2025 means, where the data leave it open.")
    ] = None,
    decimal: Annotated[
        DecimalSign | None,
        typer.Option(help="Decimal sign, where the data leave it open."),
    ] = None,
    accounts: Annotated[
        str | None, typer.Option(help="Receivables accounts of ledgers: 411,413,416")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            callback=_in_a_folder,
            help="Write the rows that were refused to this CSV file.",
        ),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(min=100, help="Megabytes for the tables of the load; the rest goes to disk."),
    ] = None,
) -> None:
    """Read exports, publish them and print the load report."""
    from etl.load.command.printing import print_load
    from etl.load.run import LoadOptions

    listed = tuple(a.strip() for a in (accounts or "").split(",") if a.strip())
    options = LoadOptions(
        mapping=tuple(map or ()),
        format=format,
        reporting_currency=currency,
        default_terms_days=terms,
        date_order=dates.value if dates else None,
        decimal=decimal.value if decimal else None,
        receivables_accounts=listed or None,
        memory=memory,
    )
    if not print_load(paths, store, options, rejects):
        raise typer.Exit(1)


@cli.command()
def demo(store: StoreFolder = STORE) -> None:
    """Load the exports of the demo company: a wholesaler in the Benelux and France."""
    from data.demo.company import write_exports
    from etl.load.command.printing import print_load, progress_bar
    from etl.load.run import LoadOptions

    with tempfile.TemporaryDirectory() as folder:
        with progress_bar() as bar:
            task = bar.add_task("Writing the demo company's exports", total=1.0, count="")
            write_exports(
                Path(folder),
                progress=lambda name, share: bar.update(task, completed=share, count=name),
            )
        if not print_load([Path(folder)], store, LoadOptions()):
            raise typer.Exit(1)


@cli.command()
def metrics() -> None:
    """List the metrics: name, unit and one line."""
    from metrics.catalogue import METRICS

    for metric in METRICS.values():
        typer.echo(
            f"{metric.name:26} {metric.unit:6} {metric.meaning.split(': ')[0].split('. ')[0]}"
        )


@cli.command()
def show(
    metric: Annotated[str, typer.Argument(help="A name that `python app.py metrics` lists.")],
    store: StoreFolder = STORE,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="End of this day; the last day of the data."),
    ] = None,
    by: Annotated[list[str] | None, typer.Option(help="Dimension to split by; repeatable.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="DIMENSION=VALUE to filter by; repeatable, values of one add up."),
    ] = None,
    months: Annotated[int, typer.Option(help="Window of behaviour, in calendar months.")] = 12,
    basis: Annotated[Basis, typer.Option(help="What aging counts from.")] = Basis.due,
    history: Annotated[
        int, typer.Option(min=1, help="As of the last N month-ends, the as-of day being the last.")
    ] = 1,
    format: Annotated[Output, typer.Option(help="How to print the rows.")] = Output.TABLE,
) -> None:
    """Compute a metric and print its rows."""
    from data.store.engine import EngineError
    from data.store.state import StoreError
    from metrics.asking.ledger import Ledger
    from metrics.catalogue import answer

    filters: dict[str, tuple[str, ...]] = {}
    for condition in where or []:
        name, equals, value = condition.partition("=")
        if not equals:
            raise _stop(f"--where {condition!r} has no '=': write DIMENSION=VALUE")
        filters[name] = (*filters.get(name, ()), value)
    try:
        state = opened(store).current()
        if state is None:
            raise _stop(_NOTHING.format(store=store))
        last = state.engine.query("select last_day from about").column(0)[0].as_py()
        if last is None:
            raise _stop(_NO_DAY.format(store=store))
        ledger = Ledger(_day(as_of) or last, filters, months, basis=basis.value)
        if history > 1:
            ledger = ledger.history(history)
        table = answer(state.engine, metric, ledger, tuple(by or ("total",)))
    except (ValueError, StoreError, EngineError) as error:
        raise _stop(error) from error
    typer.echo(printed(table, format), nl=False)
    if not table.num_rows:
        typer.echo("No rows: there are no data under these filters on that day.", err=True)


def create_app(store: Path | str = STORE) -> Dash:
    """Return the pages over the data in the folder `store`; `.server` is their WSGI application."""
    from dashboards.server import create_app as create_pages

    states = opened(store)
    return create_pages(states, importer=_importer(states))


def opened(store: Path | str) -> Store:
    """Return the store in the folder `store`, on the engine that TANDEM_ENGINE names.

    Without it, that is DuckDB; with the address of a Spark cluster, `store` is what
    `python app.py publish` made.
    """
    from data.store.parquet import ParquetStore
    from data.store.state import Store

    url = os.environ.get("TANDEM_ENGINE", "")
    return ParquetStore(store, url) if url else Store(store)


def _importer(states: Store) -> Importer | None:
    """Return what loads into the store; None where it is only read."""
    from data.store.parquet import ParquetStore
    from etl.load.importer import FileImporter

    return None if isinstance(states, ParquetStore) else FileImporter(states)


@cli.command()
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
    from data.store.parquet import publish_parquet
    from data.store.state import Store, StoreError
    from etl.load.command.printing import progress_bar
    from etl.load.lock import only_load

    try:
        state = Store(store).current()
        if state is None:
            raise _stop(_NOTHING.format(store=store))
        with only_load(parquet), progress_bar() as bar:
            task = bar.add_task(f"Writing {parquet}", total=1.0, count="")
            made = publish_parquet(
                state, parquet, lambda name, share: bar.update(task, completed=share, count=name)
            )
    except (StoreError, OSError) as error:
        raise _stop(error) from error
    typer.echo(f"Published state {made.state} to {parquet / made.folder}")


@cli.command()
def derive(
    parquet: Annotated[Path, typer.Option(file_okay=False, help="Folder that `publish` wrote.")],
) -> None:
    """Derive open items and cubes anew from documents and matches, on a Spark cluster."""
    from data.store.engine import EngineError
    from data.store.state import StoreError
    from etl.ledger.cluster import derive_on_cluster
    from etl.load.command.printing import progress_bar
    from etl.load.lock import only_load

    try:
        with only_load(parquet), progress_bar() as bar:
            task = bar.add_task(f"Deriving {parquet}", total=1.0, count="")
            made = derive_on_cluster(
                os.environ.get("TANDEM_ENGINE", ""),
                parquet,
                lambda name, share: bar.update(task, completed=share, count=name),
            )
    except (StoreError, EngineError, OSError) as error:
        raise _stop(error) from error
    typer.echo(f"Published state {made.state} to {parquet / made.folder}")


@cli.command()
def serve(
    store: StoreFolder = STORE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8050,
) -> None:
    """Serve the pages."""
    from dashboards.server import AddressError
    from dashboards.server import serve as serve_pages
    from data.store.parquet import ParquetStore
    from data.store.state import StoreError

    states = opened(store)
    if isinstance(states, ParquetStore):
        try:
            states.current()  # a cluster that does not answer is said once, not on each page
        except StoreError as error:
            raise _stop(error) from error
    try:
        serve_pages(states, host, port, importer=_importer(states))
    except AddressError as error:
        raise _stop(error) from error


if __name__ == "__main__":
    # pages and reports hold characters that a Windows console's own encoding lacks
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli()
