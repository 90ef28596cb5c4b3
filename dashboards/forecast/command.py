"""`python app.py forecast` and `backtest`: what will come in, and how such forecasts held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.core.options import STORE, AsOf, StoreFolder
from metrics.printing import Output, printed

if TYPE_CHECKING:
    from data.store.state import Store
    from metrics.review.forecast.book import Book

_YOUNG = "Forecasts of past days can be tried once the books reach back two years."
Weeks = Annotated[int, typer.Option(min=1, max=13, help="So many weeks ahead.")]
Shape = Annotated[Output, typer.Option("--format", help="How to print the rows.")]


def forecast_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def forecast(
        weeks: Weeks = 13, store: StoreFolder = STORE, as_of: AsOf = None,
        format: Shape = Output.TABLE,
    ) -> None:  # fmt: skip
        """Say what will come in, week by week: of invoices issued, and of sales to come."""
        import pyarrow as pa

        from metrics.review.forecast import forecast as made

        book = book_beside(opened(store), store, as_of.date() if as_of else None)
        found = made.forecast(book, weeks)
        table = pa.Table.from_pylist([one._asdict() for one in found.weeks])
        typer.echo(printed(table, format), nl=False)
        if found.disputed:
            typer.echo(f"{found.disputed:,} is disputed and not expected.", err=True)
        if not found.replayed:
            typer.echo(f"No bands. {_YOUNG}", err=True)

    return forecast


def backtest_command(
    opened: Callable[[Path], Store], loaded: Callable[[Sequence[Path], Path], Store | None]
) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder.

    loaded: loads exports into a folder; None where not all was understood.
    """

    def backtest(
        paths: Annotated[
            list[Path] | None,
            typer.Argument(help="Exports to try it on, in place of the store's.", exists=True),
        ] = None,
        weeks: Weeks = 13,
        store: StoreFolder = STORE,
        format: Shape = Output.TABLE,
    ) -> None:
        """Forecast past days anew, and say how far off that was, beside two simple ways."""
        from tempfile import TemporaryDirectory

        if not paths:
            return _tried(book_beside(opened(store), store, None), weeks, format)
        with TemporaryDirectory() as folder:
            books = loaded(paths, Path(folder))
            if books is None:
                typer.echo("Not all was understood: `python app.py load` says why.", err=True)
                raise typer.Exit(1)
            return _tried(book_beside(books, Path(folder), None), weeks, format)

    return backtest


def _tried(book: Book, weeks: int, format: Output) -> None:
    """Print how each way to forecast did on the days of these books."""
    from dataclasses import asdict

    import pyarrow as pa

    from metrics.review.forecast.backtest import backtest

    scores = [asdict(one) for one in backtest(book, weeks)]
    typer.echo(printed(pa.Table.from_pylist(scores), format), nl=False)
    if not scores[0]["origin_weeks"]:
        typer.echo(_YOUNG, err=True)


def book_beside(states: Store, store: Path, asked: date | None) -> Book:
    """Return the books of a store as of a day, with what people said beside them.

    Raises StoreError where there is no document.
    """
    from data.core.errors import StoreError
    from data.core.texts import N_
    from data.workspace.policy import read
    from data.workspace.relations import beside
    from metrics.asking.own import day_of, ledger_of
    from metrics.desk import asking_of
    from metrics.review.forecast.book import book_of

    state = states.current()
    day = day_of(state.engine, asked)[0] if state else None
    if state is None or day is None:
        raise StoreError(N_("{store} holds no document yet."), N_("Load exports first."),
                         store=store)  # fmt: skip
    policy = read(store)
    ledger = ledger_of(
        state.engine, policy, day, {}, 12, basis="due", buckets=None, since=None, history=1,
        lines=beside(store, state.engine, policy),
    )  # fmt: skip
    return book_of(asking_of(state.engine)[0], ledger)
