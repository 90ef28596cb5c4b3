"""Wires the parts together: the command line, and `create_app` for the pages."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.deal.command import deal_command
from dashboards.door.command import users
from dashboards.forecast.command import backtest_command, forecast_command
from dashboards.handover.command import dossier_command
from dashboards.letters.command import statement_command
from dashboards.restatements.command import restatements_command
from dashboards.review.command import review_command
from dashboards.sectors.command import benchmarks_command
from dashboards.work.command import reminders_command
from data.core.options import NOTHING, STORE, AsOf, StoreFolder, conditions
from data.core.texts import Text
from etl.load.command import keeping, publishing
from etl.load.command.net import Commands, private
from etl.load.command.options import (
    Accounts,
    Currency,
    Dates,
    Decimal,
    Format,
    Map,
    Memory,
    OldestFirst,
    Terms,
    load_options,
)
from metrics.printing import Output, printed, remarks

if TYPE_CHECKING:
    from dash import Dash

    from data.core.importing import Importer
    from data.store.state import Store

cli = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    help="Tandem: one view of the same customers and markets for credit and sales.",
)
cli.add_typer(users, name="users")
for command in (
    keeping.backup, keeping.restore, keeping.recover, keeping.carry_over, publishing.publish,
    publishing.derive,
):  # fmt: skip
    cli.command()(command)
_NO_DAY = "{store} holds no document yet: the report of the load says what was refused, and why"
Basis = StrEnum("Basis", {"due": "due", "issued": "issued"})
"""What aging counts from."""


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
    map: Map = None,
    format: Format = None,
    currency: Currency = None,
    terms: Terms = None,
    dates: Dates = None,
    decimal: Decimal = None,
    accounts: Accounts = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            callback=_in_a_folder,
            help="Write the rows that were refused to this CSV file.",
        ),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT[@DAY]",
            help="What your own system says is receivable, on the last day of the data or on DAY;"
            " where it does not tie, nothing is published.",
        ),
    ] = None,
    accept: Annotated[
        str | None,
        typer.Option(metavar="DIFFERENCE", help="A difference from --expect that is known."),
    ] = None,
    oldest_first: OldestFirst = None,
    memory: Memory = None,
) -> None:
    """Read exports, publish them and print the load report.

    Exit code 0: everything was understood. 1: a file was not, or a question is open, or --expect
    does not tie; of such a file nothing is loaded. 3: loaded, but rows were refused.
    """
    from data.core.errors import TandemError
    from data.core.expectation import parse_expectation
    from etl.load.command.printing import print_load

    if accept and not expect:
        raise typer.BadParameter("--accept says which difference from --expect is known: name both")
    try:
        said = parse_expectation(expect, accept) if expect else None
    except TandemError as error:
        raise typer.BadParameter(str(error)) from error
    options = load_options(
        map, format, currency, terms, dates, decimal, accounts, oldest_first, memory, said
    )
    if code := print_load(paths, store, options, rejects):
        raise typer.Exit(code)


@cli.command()
def watch(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Where exports arrive."),
    ],
    store: StoreFolder = STORE,
    once: Annotated[bool, typer.Option("--once", help="Handle what is there, and end.")] = False,
    every: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="Look so often.")] = 10,
    map: Map = None,
    format: Format = None,
    currency: Currency = None,
    terms: Terms = None,
    dates: Dates = None,
    decimal: Decimal = None,
    accounts: Accounts = None,
    oldest_first: OldestFirst = None,
    memory: Memory = None,
) -> None:
    """Load what arrives whole in a folder; move it to done/ or asked/, its report beside it.

    With --once the exit code is that of `load`, and 1 too where a file could not be moved.
    """
    from etl.load.command.watching import print_watch

    options = load_options(
        map, format, currency, terms, dates, decimal, accounts, oldest_first, memory
    )
    if code := print_watch(folder, store, options, once=once, every=every):
        raise typer.Exit(code)


@cli.command()
def files(store: StoreFolder = STORE) -> None:
    """List what is loaded: each file, what it gave, since when."""
    from data.core.errors import StoreError
    from data.store.state import Store
    from etl.load.command.back import print_files

    try:
        print_files(Store(store))
    except StoreError as error:
        raise _stop(error) from error


@cli.command()
def remove(
    names: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Names, paths or numbers, as `files` lists them."),
    ],
    store: StoreFolder = STORE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove loaded files, as if they had never been loaded; says first what will change."""
    from data.core.errors import ImportRefusedError, StoreError
    from data.store.state import Store
    from etl.load.command.back import print_effect, print_removal

    states = Store(store)
    try:
        if not print_effect(names, states):
            raise typer.Exit(1)
        if not yes and not typer.confirm("Remove?", default=False):
            typer.echo("Nothing was removed.")
            return
        if not print_removal(names, states):
            raise typer.Exit(1)
    except (ImportRefusedError, StoreError, OSError) as error:
        raise _stop(error) from error


@cli.command()
def undo(store: StoreFolder = STORE) -> None:
    """Go back to the state before the last load or removal."""
    from data.core.errors import ImportRefusedError, StoreError
    from data.store.state import Store
    from etl.load.command.back import print_undo

    try:
        print_undo(Store(store))
    except (ImportRefusedError, StoreError, OSError) as error:
        raise _stop(error) from error


@cli.command()
def demo(store: StoreFolder = STORE) -> None:
    """Load the exports of the demo company: a wholesaler in the Benelux and France."""
    from etl.load.command.demo import load_demo
    from metrics.demo_deals import decide_demo

    if load_demo(store, decide_demo) == 1:
        raise typer.Exit(1)


@cli.command()
def metrics() -> None:
    """List the metrics: name, unit and one line."""
    from metrics.catalogue import METRICS

    for metric in METRICS.values():
        line = metric.meaning.split(": ")[0].split(". ")[0]
        typer.echo(f"{metric.name:26} {metric.unit:6} {line}")


@cli.command()
def show(
    metric: Annotated[str, typer.Argument(help="A name that the command `metrics` lists.")],
    store: StoreFolder = STORE,
    as_of: AsOf = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Compare with this day, for metrics that compare; a year earlier if not given.",
        ),
    ] = None,
    by: Annotated[list[str] | None, typer.Option(help="Dimension to split by; repeatable.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="DIMENSION=VALUE to filter by; repeatable, values of one add up. overdue=DAYS, "
            "limit=over, limit=none: customers that stand so on the day. disputed=out: without "
            "what is disputed."
        ),
    ] = None,
    months: Annotated[int, typer.Option(help="Window of behaviour, in calendar months.")] = 12,
    basis: Annotated[Basis, typer.Option(help="What aging counts from.")] = Basis.due,
    buckets: Annotated[
        str | None,
        typer.Option(help="A set of the policy; days at which buckets end, months:3, +5: grace."),
    ] = None,
    soon: Annotated[
        int | None, typer.Option(metavar="DAYS", help="What ends within so many days ends soon.")
    ] = None,
    history: Annotated[int, typer.Option(min=1, help="As of the last N month-ends.")] = 1,
    format: Annotated[Output, typer.Option(help="How to print the rows.")] = Output.TABLE,
) -> None:
    """Compute a metric and print its rows."""
    from data.core.errors import EngineError, StoreError
    from data.workspace.policy import read
    from data.workspace.relations import beside
    from metrics.asking.own import columns_of, day_of, ledger_of, renamed
    from metrics.catalogue import answer

    try:
        filters = conditions(where)
        state = opened(store).current()
        if state is None:
            raise _stop(Text(NOTHING, {"store": store}))
        day, last = day_of(state.engine, _day(as_of))
        if day is None:
            raise _stop(_NO_DAY.format(store=store))
        rules = read(store)
        ledger = ledger_of(
            state.engine, rules, day, filters, months,
            basis=basis.value, buckets=buckets, since=_day(since), history=history,
            lines=(lines := beside(store, state.engine, rules)), soon=soon,
        )  # fmt: skip
        groups = columns_of(state.engine, by or ("total",))
        table = renamed(state.engine, answer(state.engine, metric, ledger, groups))
        left_out = lines.left_out(ledger.said.by(day)) if ledger.said else {}
    except (ValueError, StoreError, EngineError) as error:
        raise _stop(error) from error
    typer.echo(printed(table, format), nl=False)
    said = remarks(metric, table, format, day, last, _day(as_of), left_out)
    typer.echo(said, err=True, nl=False)


def create_app(store: Path | str = STORE, names: Collection[str] = ()) -> Dash:
    """Return the pages over the data in the folder `store`; `.server` is their WSGI application.

    It answers only requests that name this machine's loopback address, or one of `names` or
    TANDEM_HOSTS: the names by which readers reach the web server before it.
    """
    from dashboards.server import create_app as create_pages
    from data.workspace.people.people import People

    private()
    states = opened(store)
    people = People(states.folder)
    return create_pages(states, importer=_importer(states), names=names, people=people)


def opened(store: Path | str) -> Store:
    """Return the store in the folder `store`, on the engine that TANDEM_ENGINE names.

    Without it, that is DuckDB; with a cluster's, `store` is what `python app.py publish` made.
    """
    from data.store.parquet import ParquetStore
    from data.store.state import Store

    url = os.environ.get("TANDEM_ENGINE", "")
    return ParquetStore(store, url) if url else Store(store)


def _loaded(paths: Sequence[Path], folder: Path) -> Store | None:
    """Load exports into a folder; None where not all was understood."""
    from data.store.state import Store
    from etl.load.run import load

    return states if load(paths, states := Store(folder)).ok else None


def _importer(states: Store) -> Importer | None:
    """Return what loads into the store; None where it is only read."""
    from data.store.parquet import ParquetStore
    from etl.load.importer import FileImporter
    from metrics.demo_deals import decide_demo

    return None if isinstance(states, ParquetStore) else FileImporter(states, decided=decide_demo)


cli.command("deal")(deal_command(opened))
cli.command("reminders")(reminders_command(opened))
cli.command("forecast")(forecast_command(opened))
cli.command("backtest")(backtest_command(opened, _loaded))
cli.command("dossier")(dossier_command(opened))
cli.command("statement")(statement_command(opened))
cli.command("review")(review_command(opened))
cli.command("restatements")(restatements_command(opened))
cli.command("benchmarks")(benchmarks_command())


@cli.command()
def policy(store: StoreFolder = STORE) -> None:
    """Print the policy that holds; write its file, with every default, where there is none."""
    from data.core.errors import StoreError
    from etl.load.command.policy import print_policy

    try:
        print_policy(store)
    except StoreError as error:
        raise _stop(error) from error


@cli.command()
def serve(
    store: StoreFolder = STORE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")
    ] = 8050,
    name: Annotated[
        list[str] | None,
        typer.Option(help="Name by which readers reach it, besides the machine's own; repeatable."),
    ] = None,
    behind: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address of the web server before it, which says who"
            " asks, and whether encrypted (X-Forwarded-For, X-Forwarded-Proto).",
        ),
    ] = "",
    processes: Annotated[
        int,
        typer.Option(
            min=1, max=64, help="How many processes answer: for many people as many as cores."
        ),
    ] = 1,
) -> None:
    """Serve the pages."""
    from dashboards.server import serve as serve_pages
    from data.core.errors import TandemError
    from data.store.parquet import ParquetStore
    from data.workspace.people.people import People

    states, people = opened(store), People(store)
    if processes > 1 and (os.name == "nt" or isinstance(states, ParquetStore)):
        raise _stop("--processes: on Windows, and over a cluster, one process answers.")
    try:
        if isinstance(states, ParquetStore):
            states.current()  # a cluster that does not answer is said once, not on each page
        importer = _importer(states)
        serve_pages(
            states, host, port, importer=importer, names=name or (), people=people, proxy=behind,
            processes=processes,
        )  # fmt: skip
    except TandemError as error:
        raise _stop(error) from error


def main() -> None:
    """Run the command line: what `tandem` starts where it is installed."""
    # pages and reports hold characters that a Windows console's own encoding lacks
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli()


if __name__ == "__main__":
    main()
