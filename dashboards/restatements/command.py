"""`python app.py restatements`: what month-ends were reported as, and what changed them since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.core.options import NOTHING, STORE, StoreFolder, Where, conditions
from metrics.printing import Output, printed

if TYPE_CHECKING:
    import pyarrow as pa

    from data.store.state import State, Store


def restatements_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def restatements(
        month: Annotated[
            str, typer.Option(metavar="YYYY-MM", help="List the documents of this month-end.")
        ] = "",
        figure: Annotated[
            str,
            typer.Option(
                help="receivables, not_due, overdue, unapplied, sales_1m, sales_3m or received."
            ),
        ] = "receivables",
        store: StoreFolder = STORE,
        where: Where = None,
        format: Annotated[Output, typer.Option(help="How to print the rows.")] = Output.TABLE,
    ) -> None:
        """Print what month-ends were reported as and are now, or which documents did it."""
        from data.core.errors import TandemError

        try:
            filters = conditions(where)
            state = opened(store).current()
            if state is None:
                raise _stop(NOTHING.format(store=store))
            found = found_of(state, store, filters, month, figure)
        except (TandemError, ValueError) as error:
            raise _stop(error) from error
        typer.echo(printed(found, format), nl=False)

    return restatements


def _stop(message: object) -> typer.Exit:
    typer.echo(str(message), err=True)
    return typer.Exit(1)


def found_of(
    state: State, store: Path, filters: dict[str, tuple[str, ...]], month: str, figure: str
) -> pa.Table:
    """Return the month-ends with a figure, or the documents of one month-end, the largest first.

    Month-ends: month_end, reported_at, reported, now, difference (null where they cannot be
    compared). Documents: as `metrics.review.restatements.documents`. Raises ValueError for a
    month that was not reported, a figure or a filter that is none.
    """
    import pyarrow as pa

    from data.store.reported import Kept
    from data.workspace.policy import read
    from data.workspace.relations import beside
    from metrics.asking.own import day_of, ledger_of
    from metrics.review.restatements import MONEY, documents, first_sale, restated

    if figure not in MONEY:
        raise ValueError(f"{figure!r} is no figure; known are: {', '.join(MONEY)}")
    engine, rules, then = state.engine, read(store), Kept(state)
    day, _last = day_of(engine, None)
    if day is None or not then.months:
        raise ValueError(
            "Nothing is kept yet: a month-end is kept when a load is the first to publish data "
            "that reach beyond it."
        )
    ledger = ledger_of(
        engine, rules, day, filters, 12, basis="due", buckets=None, since=None, history=1,
        lines=beside(store, engine, rules),
    )  # fmt: skip
    if month:
        of = [one for one in then.months if f"{one.month_end:%Y-%m}" == month]
        if not of:
            kept = f"{_named(then.months[0].month_end)} to {_named(then.months[-1].month_end)}"
            raise ValueError(f"{month} is not kept; kept are {kept}")
        return documents(then, engine, ledger, of[0], figure).sort_by(
            [("difference", "descending")]
        )
    currency = engine.query("select reporting_currency from about").column(0)[0].as_py()
    every = restated(then, engine, ledger, currency, first_sale(engine))
    money = pa.decimal128(18, 2)
    return pa.table(
        {
            "month_end": pa.array([one.month.month_end for one in every], pa.date32()),
            "reported_at": pa.array([one.month.reported_at.date() for one in every], pa.date32()),
            "reported": pa.array([one.then[figure] for one in every], money),
            "now": pa.array([one.current[figure] for one in every], money),
            "difference": pa.array([one.change(figure) for one in every], money),
        }
    )


def _named(day: date) -> str:
    return f"{day:%Y-%m}"
